/** @file Sums, products and differences along an axis: cumsum, cumprod, diff. */

import { at } from "@lanewise/compiler/base/assert";
import type { DType } from "@lanewise/compiler/base/dtype";
import { raise } from "@lanewise/compiler/base/errors";
import { formatShape, range } from "@lanewise/compiler/base/shape";
import type { Value } from "@lanewise/compiler/ir/types";
import { scalarLike, sub } from "@lanewise/compiler/primitives/arith";
import { ne } from "@lanewise/compiler/primitives/compare";
import * as cumulative from "@lanewise/compiler/primitives/cumulative";
import { broadcastInDim } from "@lanewise/compiler/primitives/linear";
import { concatenate, slice } from "@lanewise/compiler/primitives/structural";
import { describeArgument, parseOptional, refuseOut } from "../arguments.ts";
import { badArgument } from "../errors.ts";
import { resolveAxis } from "./axes.ts";
import { resolveOptionalDType } from "./dtypes.ts";
import { replaceNaN } from "./elementwise.ts";
import { namedCall1 } from "./named-call.ts";
import { convertOperand, promoteDTypes } from "./operands.ts";
import { ravel } from "./shape.ts";

/** What users may give beside the operand of cumsum and cumprod. */
export interface PrefixOptions {
  readonly axis?: number | null;
  readonly dtype?: DType | null;
  readonly out?: null;
}

/** The optional arguments of cumsum and cumprod; without an axis the raveled array is one row. */
export function parsePrefix(operation: string, rest: readonly unknown[]): readonly [axis: number | null, dtype: DType | null] {
  const { axis = null, dtype, out } = parseOptional<PrefixOptions>({ operation, positional: ["axis", "dtype", "out"] }, rest);
  refuseOut(operation, out);
  return [axis, resolveOptionalDType(operation, dtype)];
}

/** Sums or products up to each place of an axis, or of the raveled array. A call in the jaxpr. Bools are counted in int32. */
function prefix(name: string, apply: (x: Value, axis: number) => Value, x: Value, axis: number | null, dtype: DType | null): Value {
  const operation = `np.${name}`;
  const isScalar = x.aval.shape.length === 0;
  const dimension = axis === null ? 0 : resolveAxis(operation, axis, isScalar ? 1 : x.aval.shape.length);
  return namedCall1(name, { axis, dtype }, [x], ([operand]) => {
    const rows = axis === null || isScalar ? ravel(operand as Value) : (operand as Value);
    const resultType = dtype ?? (rows.aval.dtype === "bool" ? "int32" : rows.aval.dtype);
    // A sum as bool asks whether anything was not 0 so far.
    const counted = resultType === "bool" && rows.aval.dtype !== "bool" ? ne(rows, scalarLike(rows, 0)) : rows;
    const converted = convertOperand(operation, counted, resultType === "bool" ? "int32" : resultType);
    return convertOperand(operation, apply(converted, dimension), resultType);
  });
}

export const cumsum = (x: Value, axis: number | null, dtype: DType | null): Value => prefix("cumsum", cumulative.cumsum, x, axis, dtype);
export const cumprod = (x: Value, axis: number | null, dtype: DType | null): Value => prefix("cumprod", cumulative.cumprod, x, axis, dtype);

export const nancumsum = (x: Value, axis: number | null, dtype: DType | null): Value => cumsum(replaceNaN(x, 0), axis, dtype);
export const nancumprod = (x: Value, axis: number | null, dtype: DType | null): Value => cumprod(replaceNaN(x, 1), axis, dtype);

// diff -----------------------------------------------------------------------------------------------------------------

export interface DiffArguments {
  readonly n: number;
  readonly axis: number;
  readonly prepend: Value | null;
  readonly append: Value | null;
}

/** Each element less the one before it, n times over; of bools, whether they differ. A call of `diff` in the jaxpr. */
export function diff(x: Value, { n, axis, prepend, append }: DiffArguments): Value {
  const operation = "np.diff";
  if (!Number.isInteger(n) || n < 0) {
    raise(badArgument, { operation, argument: "n", expected: "an integer that is not negative", got: describeArgument(n), fix: "give how often to take the difference" });
  }
  const { shape } = x.aval;
  if (shape.length === 0) {
    raise(badArgument, { operation, argument: "a", expected: "an array with at least one axis", got: formatShape(shape), fix: "give a list of numbers" });
  }
  const dimension = resolveAxis(operation, axis, shape.length);
  if (n === 0) return x;
  const ends = { before: prepend !== null, behind: append !== null };
  const args = [x, ...[append, prepend].filter((end) => end !== null)];
  return namedCall1("diff", { n, dimension, ends }, args, ([operand, ...others]) => {
    const parts = [...(ends.before ? [at(others, -1)] : []), operand as Value, ...(ends.behind ? [at(others, 0)] : [])];
    return differences(joined(operation, parts, shape, dimension), n, dimension);
  });
}

/** What stands before and behind an array, joined to it; a scalar is one element of every row. */
function joined(operation: string, parts: readonly Value[], shape: readonly number[], axis: number): Value {
  if (parts.length === 1) return at(parts, 0);
  const one = shape.map((extent, other) => (other === axis ? 1 : extent));
  const spread = parts.map((part) => (part.aval.shape.length === 0 ? broadcastInDim(part, one, []) : part));
  return concatenate(promoteDTypes(operation, spread), axis);
}

function differences(x: Value, n: number, axis: number): Value {
  let result = x;
  // When nothing is left, nothing changes.
  for (const _ of range(Math.min(n, at(x.aval.shape, axis)))) {
    const { shape } = result.aval;
    const extent = at(shape, axis);
    const part = (start: number, limit: number): Value =>
      slice(result, shape.map((_, other) => (other === axis ? start : 0)), shape.map((whole, other) => (other === axis ? limit : whole)));
    const [later, earlier] = [part(Math.min(1, extent), extent), part(0, Math.max(0, extent - 1))];
    result = result.aval.dtype === "bool" ? ne(later, earlier) : sub(later, earlier);
  }
  return result;
}
