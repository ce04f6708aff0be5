/**
 * @file `definePrimitive` and the combinators that make most rules one word.
 *
 * A definition holds everything the system knows about one operation. Every slot is mandatory; what an operation does not
 * have is a value that says why.
 */

import { at, InternalError } from "../base/assert.ts";
import type { DType } from "../base/dtype.ts";
import { raise } from "../base/errors.ts";
import { formatShape } from "../base/shape.ts";
import { aval as makeAval, isZero, zero } from "../ir/build.ts";
import { refuseNotLinear } from "../ir/rules.ts";
import type {
  Aval, Facts, NoRule, Params, ParseParams, Primitive, PrintedParam, Tangent, TransposeOperand, Value, Zero,
} from "../ir/types.ts";
import { describeAval, sourceHere } from "../trace/stack.ts";
import { badParameter, dtypeUnsupported } from "./errors.ts";

/** Makes a primitive. A pure call, so that a bundler drops the primitives that a program never uses. */
export function definePrimitive<P extends Params>(definition: Omit<Primitive<P>, "kind">): Primitive<P> {
  return { kind: "primitive", ...definition };
}

/** Params of a primitive that has none. */
export type NoParams = Record<string, never>;
export const noParams: NoParams = {};
export const parseNoParams: ParseParams<NoParams> = () => noParams;

// "None", with its reason ----------------------------------------------------------------------------------------------

export function nonDifferentiable(reason: string): NoRule {
  return { kind: "none", reason };
}

export function notLinear(reason = "it is not linear in any operand"): NoRule {
  return { kind: "none", reason };
}

// Facts ----------------------------------------------------------------------------------------------------------------

export const movement: Facts = { cost: 0, commutative: false };
export const arithmetic: Facts = { cost: 1, commutative: false };
export const commutativeArithmetic: Facts = { cost: 1, commutative: true };
export const division: Facts = { cost: 4, commutative: false };
export const transcendental: Facts = { cost: 20, commutative: false };

// Helpers of rules -----------------------------------------------------------------------------------------------------

/** The linear operand's aval at this place, or null where the operand is known. */
export function linearAval(operands: readonly TransposeOperand[], index: number): Aval | null {
  const operand = at(operands, index);
  return operand.kind === "linear" ? operand.aval : null;
}

/** The known operand at this place; throws where it depends on what is being transposed. */
export function knownValue(operands: readonly TransposeOperand[], index: number): Value {
  const operand = at(operands, index);
  return operand.kind === "known" ? operand.value : refuseNotLinear(operand.operation, index, operand.aval, sourceHere());
}

/** `rule` of a cotangent that is there; Zero stays Zero with the operand's aval. */
export function mapCotangent(cotangent: Tangent, operandAval: Aval, rule: (cotangent: Value) => Value): Tangent {
  return isZero(cotangent) ? ({ kind: "zero", aval: operandAval } satisfies Zero) : rule(cotangent);
}

/** `rule` of a tangent that is there; Zero stays Zero, with the shape given. */
export function mapTangent(tangent: Tangent, shape: readonly number[], rule: (tangent: Value) => Value): Tangent {
  return isZero(tangent) ? zero(makeAval(shape, tangent.aval.dtype, tangent.aval.weakType)) : rule(tangent);
}

/** Throws unless the dtype satisfies `accepts`. */
export function requireDType(operation: string, aval: Aval, accepts: (dtype: DType) => boolean, expected: string): void {
  if (accepts(aval.dtype)) return;
  raise(dtypeUnsupported, {
    operation, expected, got: describeAval(aval), fix: "convert the operand with astype, or use an operation for this dtype",
  });
}

/** Throws that a parameter does not fit. */
export function refuseParameter(operation: string, expected: string, got: string, fix = "correct the parameter"): never {
  raise(badParameter, { operation, expected, got, fix });
}

/** Throws unless these are extents: integers from 0 to 2^31 - 1, which an index can count. */
export function requireExtents(operation: string, name: string, extents: readonly number[]): void {
  const isExtent = (extent: number): boolean => Number.isInteger(extent) && extent >= 0 && extent < 2 ** 31;
  if (!extents.every(isExtent)) refuseParameter(operation, `${name} of integers from 0 to 2^31 - 1`, formatShape(extents));
}

/** A printed param that is text. */
export function printed(name: string, text: string): PrintedParam {
  return { name, value: { kind: "text", text } };
}

/** The batch axis of a rule's only operand. */
export function batchedAxis(axes: readonly (number | null)[]): number {
  const axis = at(axes, 0);
  if (axis === null) throw new InternalError("a batch rule was called without a batched operand");
  return axis;
}
