/** @file np's questions about dtypes and kinds of values. Dtypes are strings. */

import { byteSize, dtypeClass, dtypes, integerRange, isDType, isFloat, isInteger, type DType } from "@lanewise/compiler/base/dtype";
import { raise } from "@lanewise/compiler/base/errors";
import { scalarLiteral } from "@lanewise/compiler/ir/build";
import { describeArgument, parseOptional, type Optional } from "../arguments.ts";
import { NDArray as ArrayClass } from "../array/ndarray.ts";
import { badArgument } from "../errors.ts";
import { resolveDType } from "../ops/dtypes.ts";
import { commonType, convertOperand } from "../ops/operands.ts";
import type { ArrayLike, NDArray } from "../types.ts";
import { give, read } from "./operand.ts";

/** The dtype to which arrays, numbers and dtypes promote together. @throws LW3004, LW3007 for nothing @example np.resultType(x, "float16", 2) */
export function resultType(...args: readonly (ArrayLike | DType)[]): DType {
  const operation = "np.resultType";
  if (args.length === 0) raise(badArgument, { operation, expected: "at least one array or dtype", got: "nothing", fix: "np.resultType(x, y)" });
  return commonType(args.map((arg, index) =>
    (typeof arg === "string" ? scalarLiteral(0, resolveDType(operation, arg, `args[${index}]`)) : read(arg, operation, `args[${index}]`)))).dtype;
}

/** The dtype to which two dtypes promote. @throws LW3004 @example np.promoteTypes("int32", "float16") // "float16" */
export const promoteTypes = (a: DType, b: DType): DType => resultType(a, b);

/** What a cast may lose: nothing at all; no element's value; no more than precision within a kind of numbers; anything. */
export type Casting = "no" | "equiv" | "safe" | "same_kind" | "unsafe";

const castings: readonly Casting[] = ["no", "equiv", "safe", "same_kind", "unsafe"];

/** Bits of the integers that a float dtype holds one by one. */
const exactBits: Readonly<Partial<Record<DType, number>>> = { bfloat16: 8, float16: 11, float32: 24, float64: 53 };

function isSafe(from: DType, to: DType): boolean {
  if (from === to || from === "bool") return true;
  const [held, wanted] = [integerRange(from), integerRange(to)];
  if (held !== null && wanted !== null) return held[0] >= wanted[0] && held[1] <= wanted[1];
  if (held !== null) return Math.log2(held[1] + 1) <= (exactBits[to] ?? -1);
  return isFloat(from) && isFloat(to) && byteSize(to) > byteSize(from);
}

const kindOrder = ["bool", "unsigned", "signed", "float"];

/** Whether values of one dtype may become another by a rule: "safe" (the default) keeps every value. @throws LW3004, LW3007 @example np.canCast("int16", "float32") // true */
export function canCast(from: DType, to: DType, ...rest: Optional<["casting"], { readonly casting?: Casting }>): boolean {
  const operation = "np.canCast";
  const { casting = "safe" } = parseOptional<{ casting?: Casting }>({ operation, positional: ["casting"] }, rest);
  const [source, target] = [resolveDType(operation, from, "from"), resolveDType(operation, to, "to")];
  switch (casting) {
    case "no": case "equiv": return source === target;
    case "safe": return isSafe(source, target);
    case "same_kind": return kindOrder.indexOf(dtypeClass(source)) <= kindOrder.indexOf(dtypeClass(target));
    case "unsafe": return true;
    default: return raise(badArgument, { operation, argument: "casting", expected: castings.join(", "), got: describeArgument(casting), fix: "choose one" });
  }
}

// Kinds of dtypes ------------------------------------------------------------------------------------------------------

type Kinds = Readonly<Record<string, (dtype: DType) => boolean>>;

const isNumber = (dtype: DType): boolean => isInteger(dtype) || isFloat(dtype);
const isOfClass = (name: string) => (dtype: DType): boolean => dtypeClass(dtype) === name;

/** The array API's names. */
const kinds = {
  bool: isOfClass("bool"), "signed integer": isOfClass("signed"), "unsigned integer": isOfClass("unsigned"), integral: isInteger,
  "real floating": isFloat, "complex floating": isOfClass("complex"), numeric: (dtype) => isNumber(dtype) || dtype === "complex64",
} as const satisfies Kinds;

/** NumPy's abstract types. */
const abstractTypes = {
  generic: () => true, number: (dtype) => isNumber(dtype) || dtype === "complex64", integer: isInteger, signedInteger: isOfClass("signed"), unsignedInteger: isOfClass("unsigned"),
  inexact: (dtype) => isFloat(dtype) || dtype === "complex64", floating: isFloat, complexFloating: isOfClass("complex"),
} as const satisfies Kinds;

export type DTypeKind = keyof typeof kinds;
export type AbstractDType = keyof typeof abstractTypes;

function belongs(operation: string, dtype: DType, kind: unknown, known: Kinds): boolean {
  if (!isDType(dtype)) raise(badArgument, { operation, argument: "dtype", expected: `a dtype: ${dtypes.join(", ")}`, got: describeArgument(dtype), fix: 'name it by a string: "float32"' });
  if (typeof kind === "string" && Object.hasOwn(known, kind)) return known[kind]?.(dtype) ?? false;
  if (isDType(kind)) return dtype === kind;
  return raise(badArgument, { operation, argument: "kind", expected: `a dtype, or one of ${Object.keys(known).join(", ")}`, got: describeArgument(kind), fix: "correct the name" });
}

/** Whether a dtype is of a kind, of one of several kinds, or that dtype. @throws LW3007 @example np.isdtype("float16", "real floating") // true */
export function isdtype(dtype: DType, kind: DTypeKind | DType | readonly (DTypeKind | DType)[]): boolean {
  const list: readonly unknown[] = Array.isArray(kind) ? kind : [kind];
  return list.map((one) => belongs("np.isdtype", dtype, one, kinds)).includes(true);
}

/** Whether a dtype is another, or below one of NumPy's abstract types. @throws LW3007 @example np.issubdtype("int8", "integer") // true */
export const issubdtype = (dtype: DType, kind: AbstractDType | DType): boolean => belongs("np.issubdtype", dtype, kind, abstractTypes);

// Kinds of values ------------------------------------------------------------------------------------------------------

/** Whether a value is one number: a JS scalar or a 0-d array. */
export const isscalar = (element: unknown): boolean =>
  typeof element === "number" || typeof element === "boolean" || typeof element === "bigint" || (element instanceof ArrayClass && element.shape.length === 0);

/** Whether a value can be gone through: an array of at least one axis, or anything iterable. */
export const iterable = (y: unknown): boolean =>
  y instanceof ArrayClass ? y.shape.length > 0 : typeof y === "string" || (typeof y === "object" && y !== null && Symbol.iterator in y);

/** Whether a value is an array or a number of reals, as all are here. @throws LW3001 */
export function isrealobj(x: ArrayLike): boolean {
  read(x, "np.isrealobj", "x");
  return true;
}

/** Whether a value holds complex numbers; nothing does here. @throws LW3001 */
export const iscomplexobj = (x: ArrayLike): boolean => !isrealobj(x);

/** The array in another dtype. A dtype is required. @throws LW3004 @example np.astype(x, "int32") */
export function astype<D extends DType>(x: ArrayLike, dtype: D): NDArray<D> {
  const operation = "np.astype";
  return give<D>(convertOperand(operation, read(x, operation, "x"), resolveDType(operation, dtype)));
}
