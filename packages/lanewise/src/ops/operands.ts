/**
 * @file Makes the operands of one operation agree: a common dtype by JAX's promotion, and a common rank by broadcasting.
 * A scalar stays a scalar, because primitives broadcast scalars themselves.
 */

import { at } from "@lanewise/compiler/base/assert";
import { integerRange, isFloat, isInexact, isInteger, type DType } from "@lanewise/compiler/base/dtype";
import { raise } from "@lanewise/compiler/base/errors";
import { promoteTypes, type Promotable } from "@lanewise/compiler/base/promote";
import { broadcastShapes, equalShapes, formatShape, range } from "@lanewise/compiler/base/shape";
import { isScalarLiteral, scalarLiteral } from "@lanewise/compiler/ir/build";
import type { ScalarLiteral, Value } from "@lanewise/compiler/ir/types";
import { convertElementType } from "@lanewise/compiler/primitives/arith";
import { broadcastInDim } from "@lanewise/compiler/primitives/linear";
import { incompatibleShapes, outOfRange } from "../errors.ts";
import { roundToDType } from "./rounding.ts";
import { session } from "../session.ts";

/** A scalar from a JS number, which remembers the number before it was rounded to the literal's dtype. */
export interface NumberLiteral extends ScalarLiteral {
  readonly exact: number;
}

const { aval: numberAval } = scalarLiteral(0, "float32", true);

/** A JS number as an operand: weak float32. */
export function numberLiteral(value: number): NumberLiteral {
  return { kind: "scalarLiteral", value: Math.fround(value), aval: numberAval, exact: value };
}

function exactValue(literal: ScalarLiteral): number {
  return (literal as Partial<NumberLiteral>).exact ?? literal.value;
}

function isNumberLiteral(value: Value): value is NumberLiteral {
  return isScalarLiteral(value) && "exact" in value;
}

/** The literal in another dtype. A number that an integer dtype does not hold is refused. */
export function literalAs(operation: string, literal: ScalarLiteral, dtype: DType, weakType: boolean): ScalarLiteral {
  const value = exactValue(literal);
  const limits = integerRange(dtype);
  if (limits !== null && !(value >= limits[0] && value <= limits[1])) {
    raise(outOfRange, {
      operation, expected: `a number in [${limits[0]}, ${limits[1]}] beside an array of ${dtype}`, got: String(value),
      fix: `convert the array with astype("float32"), or use a number in range`,
    });
  }
  return scalarLiteral(roundToDType(dtype, value), dtype, weakType);
}

/** The value in this dtype; literals are rewritten, other values converted. */
export function convertOperand(operation: string, value: Value, dtype: DType, weakType = false): Value {
  return isScalarLiteral(value) ? literalAs(operation, value, dtype, weakType) : convertElementType(value, dtype, weakType);
}

/** What promotion sees: a JS number with an integer value beside an integer array counts as a weak integer. */
function promotable(values: readonly Value[]): Promotable[] {
  const besideIntegers = values.some((value) => !isNumberLiteral(value) && isInteger(value.aval.dtype));
  return values.map((value) =>
    besideIntegers && isNumberLiteral(value) && Number.isInteger(value.exact) ? { dtype: "int32", weakType: true } : value.aval);
}

/**
 * JS numbers as literals of the dtype class that they count for beside the other operands, still weak: what a call in the
 * jaxpr takes, in which they are arguments and no numbers any more.
 */
export function settleNumbers(operation: string, values: readonly Value[]): Value[] {
  const types = promotable(values);
  const hasFloat64 = values.some((value) => value.aval.dtype === "float64");
  return values.map((value, index) => {
    if (!isNumberLiteral(value)) return value;
    const { dtype } = at(types, index);
    return literalAs(operation, value, dtype === "float32" && hasFloat64 ? "float64" : dtype, true);
  });
}

/** The dtype that these operands promote to, and whether it is weak. */
export function commonType(values: readonly Value[]): Promotable {
  const [first, second] = values;
  // Numbers beside one float array are most calls, and the array decides.
  if (values.length === 2 && first !== undefined && second !== undefined) {
    if (isNumberLiteral(second) && isFloat(first.aval.dtype) && !isScalarLiteral(first)) return first.aval;
    if (isNumberLiteral(first) && isFloat(second.aval.dtype) && !isScalarLiteral(second)) return second.aval;
  }
  return promoteTypes(promotable(values), { x64: session.config.enableX64 });
}

/** Whether all are arrays of one dtype and weakness, which is most calls. */
function alreadyAgree(values: readonly Value[]): boolean {
  const { dtype, weakType } = at(values, 0).aval;
  return values.every((value) => value.aval.dtype === dtype && value.aval.weakType === weakType && !isScalarLiteral(value));
}

/** The operands in their common dtype. */
export function promoteDTypes(operation: string, values: readonly Value[]): readonly Value[] {
  if (alreadyAgree(values)) return values;
  const { dtype, weakType } = commonType(values);
  return values.map((value) => convertOperand(operation, value, dtype, weakType));
}

/** The operands in a common dtype of numbers: bools count as int32. */
export function promoteNumeric(operation: string, values: readonly Value[]): readonly Value[] {
  const { dtype, weakType } = commonType(values);
  const numeric = dtype === "bool" ? "int32" : dtype;
  return values.map((value) => convertOperand(operation, value, numeric, weakType));
}

/** The float dtype in which an operation on this type computes: itself for floats, float32 for integers and bools. */
export function inexactType({ dtype, weakType }: Promotable): Promotable {
  return isInexact(dtype) ? { dtype, weakType } : { dtype: "float32", weakType };
}

/** The operands in a common dtype that is a float. */
export function promoteInexact(operation: string, values: readonly Value[]): readonly Value[] {
  const { dtype, weakType } = inexactType(commonType(values));
  return values.map((value) => convertOperand(operation, value, dtype, weakType));
}

/** The shape that the operands broadcast to; throws naming each argument's shape where there is none. */
export function broadcastOrThrow(operation: string, values: readonly Value[], names: readonly string[]): number[] {
  const shape = broadcastShapes(values.map((value) => value.aval.shape));
  if (shape !== null) return shape;
  return raise(incompatibleShapes, {
    operation,
    expected: "shapes that broadcast: aligned at the last axis, equal extents or 1",
    got: values.map((value, index) => `${at(names, index)} of shape ${formatShape(value.aval.shape)}`).join(" and "),
    fix: "reshape an argument, or add axes of extent 1 with np.expandDims",
  });
}

/** Operands of one rank, as JAX's `promote_shapes`; scalars stay scalars unless ranks differ otherwise. */
export function promoteRanks(operation: string, values: readonly Value[], names: readonly string[]): readonly Value[] {
  const { shape: first } = at(values, 0).aval;
  if (values.every((value) => value.aval.shape.length === 0 || equalShapes(value.aval.shape, first))) return values;
  const shape = broadcastOrThrow(operation, values, names);
  const ranks = new Set(values.map((value) => value.aval.shape.length).filter((rank) => rank > 0));
  return ranks.size < 2 ? values : values.map((value) => addLeadingAxes(value, shape.length));
}

/** The value with axes of extent 1 in front, up to this rank. */
export function addLeadingAxes(value: Value, rank: number): Value {
  const { shape } = value.aval;
  const added = rank - shape.length;
  if (added === 0) return value;
  return broadcastInDim(value, [...new Array<number>(added).fill(1), ...shape], range(shape.length).map((axis) => axis + added));
}
