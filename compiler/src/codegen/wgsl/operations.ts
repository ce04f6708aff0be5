/** @file How each operation that legal kernels may hold is spelled in WGSL: one total table, by op and operand dtype. */

import { at, InternalError } from "../../base/assert.ts";
import type { ScalarOpName, ValueDType } from "../../kernel/types.ts";

/** From printed operands, each an atom, to the printed result. */
type Spelling = (...operands: readonly string[]) => string;
type Spellings = Readonly<Partial<Record<ValueDType, Spelling>>>;

const infix = (symbol: string): Spelling => (a, b) => `${a} ${symbol} ${b}`;
const call = (name: string): Spelling => (...operands) => `${name}(${operands.join(", ")})`;
const prefix = (symbol: string): Spelling => (a) => `${symbol}${a}`;
/** A function of another type, between two bitcasts. */
const through = (type: string, result: string, spelling: Spelling): Spelling =>
  (a, ...rest) => `bitcast<${result}>(${spelling(`bitcast<${type}>(${a})`, ...rest)})`;

const numbers = (spelling: Spelling): Spellings => ({ float32: spelling, int32: spelling, uint32: spelling });
const integers = (spelling: Spelling): Spellings => ({ int32: spelling, uint32: spelling });
const floats = (spelling: Spelling): Spellings => ({ float32: spelling });
const bits = (symbol: string, bool: Spelling): Spellings => ({ ...integers(infix(symbol)), bool });

/** WGSL takes the amount of a shift as u32. */
const shift = (symbol: string): Spelling => (a, b) => `${a} ${symbol} ${unsignedAmount(b)}`;
const unsignedAmount = (amount: string): string => (/^[0-9]+i$/.test(amount) ? `${amount.slice(0, -1)}u` : `u32(${amount})`);
const shiftUnsigned = (symbol: string): Spelling => (a, b) => `${a} ${symbol} ${b}`;

/** An op that legalize expands on webgpu. */
const expanded: Spellings = {};

const spellings = {
  add: numbers(infix("+")),
  sub: numbers(infix("-")),
  mul: numbers(infix("*")),
  div: numbers(infix("/")),
  rem: integers(infix("%")),
  neg: { ...floats(prefix("-")), int32: prefix("-"), uint32: (a) => `0u - ${a}` },
  abs: numbers(call("abs")),
  sign: { int32: call("sign"), uint32: (a) => `min(${a}, 1u)` },
  max: integers(call("max")),
  min: integers(call("min")),
  pow: expanded,
  fma: floats(call("fma")),
  floor: floats(call("floor")),
  ceil: floats(call("ceil")),
  trunc: floats(call("trunc")),
  roundEven: floats(call("round")),
  sqrt: floats(call("sqrt")),
  exp: expanded,
  log: expanded,
  sin: expanded,
  cos: expanded,
  tanh: expanded,
  expm1: expanded,
  log1p: expanded,
  atan2: expanded,
  isNaN: expanded,
  isFinite: expanded,
  roundFloat32: expanded,
  eq: { ...integers(infix("==")), bool: infix("==") },
  ne: { ...integers(infix("!=")), bool: infix("!=") },
  lt: integers(infix("<")),
  le: integers(infix("<=")),
  gt: integers(infix(">")),
  ge: integers(infix(">=")),
  and: bits("&", infix("&")),
  or: bits("|", infix("|")),
  xor: bits("^", infix("!=")),
  not: { ...integers(prefix("~")), bool: prefix("!") },
  shiftLeft: { int32: shift("<<"), uint32: shiftUnsigned("<<") },
  shiftRightArithmetic: { int32: shift(">>"), uint32: through("i32", "u32", shiftUnsigned(">>")) },
  shiftRightLogical: { int32: through("u32", "i32", shift(">>")), uint32: shiftUnsigned(">>") },
  populationCount: integers(call("countOneBits")),
  countLeadingZeros: integers(call("countLeadingZeros")),
  mulHigh: expanded,
  select: {
    ...numbers((condition, whenTrue, whenFalse) => `select(${whenFalse}, ${whenTrue}, ${condition})`),
    bool: (condition, whenTrue, whenFalse) => `select(${whenFalse}, ${whenTrue}, ${condition})`,
  },
} satisfies Record<ScalarOpName, Spellings>;

/** Whether an op on operands of this dtype can be printed. */
export function hasOperation(name: ScalarOpName, dtype: ValueDType): boolean {
  const byDType: Spellings = spellings[name];
  return byDType[dtype] !== undefined;
}

/** The op on printed operands; `dtype` is that of the operands (of a select's values). */
export function printOperation(name: ScalarOpName, dtype: ValueDType, operands: readonly string[]): string {
  const byDType: Spellings = spellings[name];
  const spelling = byDType[dtype];
  if (spelling === undefined) throw new InternalError(`${name} on ${dtype} reached the WGSL printer`);
  return spelling(...operands);
}

const typeNames: Readonly<Partial<Record<ValueDType, string>>> = { float32: "f32", int32: "i32", uint32: "u32", bool: "bool" };

export function printType(dtype: ValueDType): string {
  const name = typeNames[dtype];
  if (name === undefined) throw new InternalError(`${dtype} reached the WGSL printer`);
  return name;
}

/** A conversion between dtypes; from float to integer only of values in range (`legalize/float-conversions.ts`). */
export function printConversion(from: ValueDType, to: ValueDType, operand: string): string {
  if (from === "float32" && to === "bool") throw new InternalError("a float32 as bool reached the WGSL printer");
  if (from === "bool") return `select(${zeroAndOne(to).join(", ")}, ${operand})`;
  if (to === "bool") return `${operand} != ${at(zeroAndOne(from), 0)}`;
  if (from !== "float32" && to !== "float32") return printBitcast(to, operand);
  return `${printType(to)}(${operand})`;
}

export function printBitcast(to: ValueDType, operand: string): string {
  return `bitcast<${printType(to)}>(${operand})`;
}

function zeroAndOne(dtype: ValueDType): readonly [string, string] {
  switch (dtype) {
    case "float32": return ["0.0f", "1.0f"];
    case "int32": return ["0i", "1i"];
    case "uint32": return ["0u", "1u"];
    case "bool": case "float16": case "float64": throw new InternalError(`a bool as ${dtype} reached the WGSL printer`);
  }
}
