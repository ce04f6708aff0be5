/** @file Updates by position: `x.at(...index).set(v)` and the others, each a scatter into a new array. */

import { isFloat, isInexact, type DType } from "@lanewise/compiler/base/dtype";
import { raise } from "@lanewise/compiler/base/errors";
import { formatShape } from "@lanewise/compiler/base/shape";
import { aval as makeAval, isScalarLiteral, scalarLiteral } from "@lanewise/compiler/ir/build";
import type { Jaxpr, Value } from "@lanewise/compiler/ir/types";
import { convertElementType } from "@lanewise/compiler/primitives/arith";
import { scatterOfGather, type ScatterDimensionNumbers } from "@lanewise/compiler/primitives/index-dimensions";
import { scatterAdd, scatterSub, type IndexOptions } from "@lanewise/compiler/primitives/index-gather";
import { scatter, scatterApply, scatterMax, scatterMin, scatterMul } from "@lanewise/compiler/primitives/index-scatter";
import { fullOf } from "@lanewise/compiler/primitives/linear";
import { squeeze } from "@lanewise/compiler/primitives/linear-reshape";
import { rev } from "@lanewise/compiler/primitives/structural-rev";
import { traceToJaxpr } from "@lanewise/compiler/trace/jaxpr-trace";
import { describeAval } from "@lanewise/compiler/trace/stack";
import { badArgument, badIndex } from "../errors.ts";
import { broadcastTo, power, trueDivide } from "./elementwise.ts";
import { readEntries, type IndexReader } from "./index-entries.ts";
import { gatherIndex } from "./index-gather.ts";
import { withNewAxes, type IndexMode } from "./index.ts";
import { promoteDTypes } from "./operands.ts";

type Scatter = (operand: Value, indices: Value, updates: Value, dimensions: ScatterDimensionNumbers, options: IndexOptions) => Value;

const scatters = { set: scatter, add: scatterAdd, subtract: scatterSub, multiply: scatterMul, min: scatterMin, max: scatterMax } as const satisfies Record<string, Scatter>;

/** The updates of `x.at(...)` by name. */
export type UpdateName = keyof typeof scatters | "divide" | "power";

/** Where an update goes. */
export interface Target {
  readonly x: Value;
  readonly index: readonly unknown[];
  readonly lift: IndexReader["lift"];
  readonly options: IndexMode;
}

/** A new array in which `values`, broadcast to the shape of `x[index]`, have gone into the elements there. */
export function updateIndexed(name: UpdateName, target: Target, values: Value): Value {
  const { x } = target;
  const operation = `x.at(...).${name}`;
  switch (name) {
    // Places that occur twice take both values; elements elsewhere stay as they are, divided by 1.
    case "divide": return trueDivide(x, placed(operation, { ...target, x: onesLike(x) }, values, scatterMul));
    case "power": return power(x, placed(operation, { ...target, x: onesLike(x) }, values, scatterMul));
    default: return placed(operation, target, values, scatters[name]);
  }
}

function onesLike({ aval: { shape, dtype } }: Value): Value {
  return fullOf(1, makeAval(shape, dtype));
}

function placed(operation: string, { x, index, lift, options }: Target, values: Value, apply: Scatter): Value {
  const entries = readEntries(index, x.aval.shape, { operation, lift, checksRange: options.mode === null });
  const place = gatherIndex(operation, entries, x.aval.shape);
  if (place.shape.includes(0)) return x;
  requireFitting(operation, x.aval.dtype, values);
  const [operand, promoted] = promoteDTypes(operation, [x, settled(x.aval.dtype, values)]) as readonly [Value, Value];
  const updates = squeeze(broadcastUpdates(operation, promoted, place.shape), place.newAxes);
  const scattered = apply(
    withNewAxes(operand, place.boolAxes), place.indices, place.reversed.length === 0 ? updates : rev(updates, place.reversed), scatterOfGather(place.dimensions),
    scatterOptions(options, place.isUniqueAndSorted),
  );
  return convertElementType(squeeze(scattered, place.boolAxes), x.aval.dtype, x.aval.weakType);
}

function scatterOptions({ mode, indicesAreSorted, uniqueIndices }: IndexMode, isUniqueAndSorted: boolean): IndexOptions {
  return { indicesAreSorted: indicesAreSorted || isUniqueAndSorted, uniqueIndices: uniqueIndices || isUniqueAndSorted, ...(mode === null ? {} : { mode }) };
}

function broadcastUpdates(operation: string, values: Value, shape: readonly number[]): Value {
  const from = values.aval.shape;
  const offset = shape.length - from.length;
  if (offset < 0 || !from.every((extent, axis) => extent === 1 || extent === shape[axis + offset])) {
    raise(badIndex, {
      operation, argument: "value", expected: `a shape that broadcasts to ${formatShape(shape)}, the shape of what the index picks`, got: formatShape(from),
      fix: "reshape the value, or correct the index",
    });
  }
  return broadcastTo(values, shape);
}

/** A value whose kind the array cannot hold would lose what it says. */
function requireFitting(operation: string, dtype: DType, values: Value): void {
  const from = values.aval.dtype;
  const isNumber = isScalarLiteral(values);
  const loses = isNumber ? !isInexact(dtype) && !fitsExactly(dtype, values.value) : isInexact(from) ? !isInexact(dtype) : dtype === "bool" && from !== "bool";
  if (!loses) return;
  raise(badArgument, {
    operation, argument: "value", expected: `values that an array of ${dtype} holds`, got: isNumber ? String(values.value) : describeAval(values.aval),
    fix: `convert the array first, x.astype("float32"), or the value, v.astype("${dtype}")`,
  });
}

function fitsExactly(dtype: DType, value: number): boolean {
  return dtype === "bool" ? value === 0 || value === 1 : Number.isInteger(value);
}

/** Numbers beside an array of bools are bools. */
function settled(dtype: DType, values: Value): Value {
  return dtype === "bool" && isScalarLiteral(values) ? scalarLiteral(values.value, "bool") : values;
}

// apply ----------------------------------------------------------------------------------------------------------------

/** A new array in which `f` has been applied to the elements at `index`, as often as each occurs. */
export function applyIndexed({ x, index, lift, options }: Target, f: (value: Value) => Value): Value {
  const operation = "x.at(...).apply";
  const entries = readEntries(index, x.aval.shape, { operation, lift, checksRange: options.mode === null });
  const place = gatherIndex(operation, entries, x.aval.shape);
  if (place.shape.includes(0)) return x;
  const updates = squeeze(broadcastTo(fullOf(0, makeAval([], x.aval.dtype)), place.shape), place.newAxes);
  const scattered = scatterApply(
    withNewAxes(x, place.boolAxes), place.indices, traceScalar(operation, x.aval.dtype, f), updates.aval.shape, scatterOfGather(place.dimensions),
    scatterOptions(options, place.isUniqueAndSorted),
  );
  return convertElementType(squeeze(scattered, place.boolAxes), x.aval.dtype, x.aval.weakType);
}

/** The jaxpr of `f` on one scalar, with a second input that it ignores. */
export function traceScalar(operation: string, dtype: DType, f: (value: Value) => Value): Jaxpr {
  const scalar = makeAval([], dtype);
  const { jaxpr } = traceToJaxpr(([value]) => {
    const result = f(value as Value);
    if (result.aval.dtype !== dtype && !(isScalarLiteral(result) && isFloat(dtype))) {
      raise(badArgument, {
        operation, argument: "f", expected: `a function from ${dtype} to ${dtype}`, got: `a result ${describeAval(result.aval)}`,
        fix: `convert the result: f(x).astype("${dtype}")`,
      });
    }
    return [convertElementType(result, dtype)];
  }, [scalar, scalar], { functionName: "f" });
  return jaxpr;
}
