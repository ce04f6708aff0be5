/**
 * @file Makers of kernel expressions. Every maker checks its operands' types, so that an ill-typed expression cannot be
 * built; int32 arithmetic on constants is folded on the way, which keeps index code short. Floats are never folded.
 */

import { assertNever, at, InternalError } from "../base/assert.ts";
import {
  canBitcast, isConditionOperand, isIntegerValue, operandDTypes, roundTo, scalarOps,
} from "../base/scalar-ops.ts";
import type {
  ConstExpr, Expr, KernelType, RefExpr, ScalarExpr, ScalarOpName, SimdReduceOp, StorageDType, ValueDType,
} from "./types.ts";

/** A number stands for a constant of the other operands' type. */
export type Operand = Expr | number;

export function scalarType(dtype: ValueDType): KernelType {
  return { dtype, width: 1 };
}

export function simdType(dtype: ValueDType, width: number): KernelType {
  return { dtype, width };
}

export function sameType(a: KernelType, b: KernelType): boolean {
  return a.dtype === b.dtype && a.width === b.width;
}

/** As in `float32` or `float32x4`. */
export function typeName(type: KernelType): string {
  return type.width === 1 ? type.dtype : `${type.dtype}x${type.width}`;
}

/** What a load of this storage dtype gives and a store to it takes. */
export function valueDTypeOf(storage: StorageDType): ValueDType {
  switch (storage) {
    case "bool": return "bool";
    case "int8": case "int16": case "int32": return "int32";
    case "uint8": case "uint16": case "uint32": return "uint32";
    case "bfloat16": case "float16": case "float32": return "float32";
    case "float64": return "float64";
    default: return assertNever(storage, "dtype");
  }
}

/** Whether the dtype holds `value` exactly. */
export function holdsValue(dtype: ValueDType, value: number): boolean {
  if (dtype === "bool") return Object.is(value, 0) || value === 1;
  return Object.is(roundTo(dtype, value), value);
}

/** A constant; `width` above 1 repeats it. The dtype must hold the value exactly, but floats are rounded. */
export function constant(value: number, dtype: ValueDType, width = 1): ConstExpr {
  // Adding 0 makes an integer of -0.
  const held = isIntegerValue(dtype) || dtype === "bool" ? value + 0 : roundTo(dtype, value);
  if (!holdsValue(dtype, held)) throw new InternalError(`${value} is not a value of ${dtype}`);
  return { kind: "const", type: { dtype, width }, value: held };
}

export function int(value: number): ConstExpr {
  return constant(value, "int32");
}

export function boolean(value: boolean): ConstExpr {
  return constant(value ? 1 : 0, "bool");
}

export function ref(name: string, type: KernelType): RefExpr {
  return { kind: "ref", type, name };
}

export function scalarParam(name: string, dtype: ValueDType): ScalarExpr {
  return { kind: "scalar", type: scalarType(dtype), name };
}

/** An op of the scalar table on operands of one type (`select`: a bool, then two of one type). */
export function op(name: ScalarOpName, ...operands: readonly Operand[]): Expr {
  const { arity, result } = scalarOps[name];
  if (operands.length !== arity) throw new InternalError(`${name} takes ${arity} operands, not ${operands.length}`);
  const value = operands.find((operand, position): operand is Expr => typeof operand !== "number" && !isConditionOperand(name, position));
  if (value === undefined) throw new InternalError(`${name} needs an operand that has a type`);
  const type = value.type;
  if (!operandDTypes(name).includes(type.dtype)) throw new InternalError(`${name} is not defined on ${type.dtype}`);
  const args = operands.map((operand, position) => {
    const expected = isConditionOperand(name, position) ? simdType("bool", type.width) : type;
    const arg = typeof operand === "number" ? constant(operand, expected.dtype, expected.width) : operand;
    if (!sameType(arg.type, expected)) {
      throw new InternalError(`operand ${position} of ${name} is ${typeName(arg.type)}, expected ${typeName(expected)}`);
    }
    return arg;
  });
  return foldIndexArithmetic(name, args) ?? { kind: "op", type: result === "bool" ? simdType("bool", type.width) : type, op: name, args };
}

/** The folded form of an int32 add, sub, mul, div or rem, or null. Sums gather their constants on the right. */
function foldIndexArithmetic(name: ScalarOpName, args: readonly Expr[]): Expr | null {
  if (args.length !== 2) return null;
  const a = at(args, 0);
  const b = at(args, 1);
  if (a.type.dtype !== "int32") return null;
  const known = a.kind === "const" && b.kind === "const";
  switch (name) {
    case "add":
      if (known) break;
      if (a.kind === "const") return op("add", b, a);
      if (b.kind !== "const") return null;
      if (b.value === 0) return a;
      return addToConstantSum(a, b);
    case "sub":
      if (known) break;
      if (b.kind !== "const") return null;
      return op("add", a, constant(-b.value | 0, "int32", b.type.width));
    case "mul":
      if (known) break;
      if (a.kind === "const") return op("mul", b, a);
      if (b.kind !== "const") return null;
      if (b.value === 0) return b;
      return b.value === 1 ? a : null;
    case "div":
      if (known) break;
      return b.kind === "const" && b.value === 1 ? a : null;
    case "rem":
      if (known) break;
      return b.kind === "const" && b.value === 1 ? constant(0, "int32", b.type.width) : null;
    default:
      return null;
  }
  return constant(scalarOps[name].reference("int32", a.value, b.value), "int32", a.type.width);
}

/** `(x + c) + d` as `x + (c + d)`; null where `a` is no such sum. */
function addToConstantSum(a: Expr, b: ConstExpr): Expr | null {
  if (a.kind !== "op" || a.op !== "add") return null;
  const inner = at(a.args, 1);
  if (inner.kind !== "const") return null;
  return op("add", at(a.args, 0), constant((inner.value + b.value) | 0, "int32", b.type.width));
}

export const add = (a: Operand, b: Operand): Expr => op("add", a, b);
export const sub = (a: Operand, b: Operand): Expr => op("sub", a, b);
export const mul = (a: Operand, b: Operand): Expr => op("mul", a, b);
export const div = (a: Operand, b: Operand): Expr => op("div", a, b);
export const rem = (a: Operand, b: Operand): Expr => op("rem", a, b);
export const neg = (a: Operand): Expr => op("neg", a);
export const min = (a: Operand, b: Operand): Expr => op("min", a, b);
export const max = (a: Operand, b: Operand): Expr => op("max", a, b);
export const and = (a: Operand, b: Operand): Expr => op("and", a, b);
export const or = (a: Operand, b: Operand): Expr => op("or", a, b);
export const not = (a: Operand): Expr => op("not", a);
export const eq = (a: Operand, b: Operand): Expr => op("eq", a, b);
export const ne = (a: Operand, b: Operand): Expr => op("ne", a, b);
export const lt = (a: Operand, b: Operand): Expr => op("lt", a, b);
export const le = (a: Operand, b: Operand): Expr => op("le", a, b);
export const gt = (a: Operand, b: Operand): Expr => op("gt", a, b);
export const ge = (a: Operand, b: Operand): Expr => op("ge", a, b);
export const select = (condition: Expr, whenTrue: Operand, whenFalse: Operand): Expr => op("select", condition, whenTrue, whenFalse);

/** The value in another dtype of the same width; the value itself where it has that dtype. */
export function convert(value: Expr, dtype: ValueDType): Expr {
  if (value.type.dtype === dtype) return value;
  return { kind: "convert", type: simdType(dtype, value.type.width), value };
}

/** The bits as float32, int32 or uint32; the value itself where it has that dtype. */
export function bitcast(value: Expr, dtype: ValueDType): Expr {
  if (value.type.dtype === dtype) return value;
  if (!canBitcast(value.type.dtype, dtype)) throw new InternalError(`no bitcast from ${value.type.dtype} to ${dtype}`);
  return { kind: "bitcast", type: simdType(dtype, value.type.width), value };
}

/** A scalar in all of `width` elements; the scalar itself for width 1. */
export function splat(value: Expr, width: number): Expr {
  if (value.type.width !== 1) throw new InternalError(`splat of a ${typeName(value.type)}`);
  if (width === 1) return value;
  const type = simdType(value.type.dtype, width);
  return value.kind === "const" ? { ...value, type } : { kind: "splat", type, value };
}

/** Elements of the concatenation of `a` and `b`; as many as `lanes` has. */
export function shuffle(a: Expr, b: Expr, lanes: readonly number[]): Expr {
  if (!sameType(a.type, b.type)) throw new InternalError(`shuffle of ${typeName(a.type)} and ${typeName(b.type)}`);
  const inRange = lanes.every((lane) => Number.isInteger(lane) && lane >= 0 && lane < 2 * a.type.width);
  if (!inRange || lanes.length === 0) throw new InternalError(`shuffle lanes ${lanes.join(" ")} do not fit two of ${typeName(a.type)}`);
  return { kind: "shuffle", type: simdType(a.type.dtype, lanes.length), a, b, lanes };
}

export function extract(value: Expr, lane: number): Expr {
  if (!Number.isInteger(lane) || lane < 0 || lane >= value.type.width) throw new InternalError(`lane ${lane} of a ${typeName(value.type)}`);
  if (value.type.width === 1) return value;
  return { kind: "extract", type: scalarType(value.type.dtype), value, lane };
}

/** Whether a fold is defined on a dtype: `any` and `all` on masks, the others on numbers. */
export function simdReduceAccepts(name: SimdReduceOp, dtype: ValueDType): boolean {
  return (name === "any" || name === "all") === (dtype === "bool");
}

/** A vector folded to a scalar; the scalar itself for width 1. */
export function simdReduce(name: SimdReduceOp, value: Expr): Expr {
  if (!simdReduceAccepts(name, value.type.dtype)) throw new InternalError(`simd reduce ${name} of a ${typeName(value.type)}`);
  if (value.type.width === 1) return value;
  return { kind: "simdReduce", type: scalarType(value.type.dtype), op: name, value };
}
