/** @file How each operation that legal kernels may hold is spelled in WGSL: one total table, by op and operand dtype. */

import { at, InternalError } from "../../base/assert.ts";
import type { FoldOp, KernelType, ScalarOpName, SubgroupOp, ValueDType } from "../../kernel/types.ts";

/** From the width and the printed operands, each an atom, to the printed result. */
type Spelling = (width: number, ...operands: readonly string[]) => string;
type Spellings = Readonly<Partial<Record<ValueDType, Spelling>>>;

const infix = (symbol: string): Spelling => (_, a, b) => `${a} ${symbol} ${b}`;
const call = (name: string): Spelling => (_, ...operands) => `${name}(${operands.join(", ")})`;
const prefix = (symbol: string): Spelling => (_, a) => `${symbol}${a}`;
/** A function of another type, between two bitcasts. */
const through = (type: string, result: string, spelling: Spelling): Spelling => (width, a, ...rest) => (
  `bitcast<${wide(result, width)}>(${spelling(width, `bitcast<${wide(type, width)}>(${a})`, ...rest)})`
);

const numbers = (spelling: Spelling): Spellings => ({ float32: spelling, int32: spelling, uint32: spelling });
const integers = (spelling: Spelling): Spellings => ({ int32: spelling, uint32: spelling });
const floats = (spelling: Spelling): Spellings => ({ float32: spelling });
const bits = (symbol: string, bool: Spelling): Spellings => ({ ...integers(infix(symbol)), bool });

/** WGSL takes the amount of a shift as u32. */
const shift = (symbol: string): Spelling => (width, a, b) => `${a} ${symbol} ${unsignedAmount(width, b)}`;
const unsignedAmount = (width: number, amount: string): string => {
  const literal = /^(?:vec4<i32>\()?([0-9]+)i\)?$/.exec(amount);
  if (literal === null) return `${wide("u32", width)}(${amount})`;
  return width === 1 ? `${literal[1] ?? ""}u` : `${wide("u32", width)}(${literal[1] ?? ""}u)`;
};
const shiftUnsigned = infix;

const chosen: Spelling = (_, condition, whenTrue, whenFalse) => `select(${whenFalse}, ${whenTrue}, ${condition})`;

/** An op that legalize expands on webgpu. */
const expanded: Spellings = {};

const spellings = {
  add: numbers(infix("+")),
  sub: numbers(infix("-")),
  mul: numbers(infix("*")),
  div: numbers(infix("/")),
  rem: integers(infix("%")),
  neg: { ...floats(prefix("-")), int32: prefix("-"), uint32: (_, a) => `0u - ${a}` },
  abs: numbers(call("abs")),
  sign: { int32: call("sign"), uint32: (width, a) => `min(${a}, ${wide("u32", width)}(1u))` },
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
    ...numbers(chosen), bool: chosen,
  },
} satisfies Record<ScalarOpName, Spellings>;

/** Whether an op on operands of this dtype can be printed. */
export function hasOperation(name: ScalarOpName, dtype: ValueDType): boolean {
  const byDType: Spellings = spellings[name];
  return byDType[dtype] !== undefined;
}

/** The op on printed operands; `dtype` is that of the operands (of a select's values). */
export function printOperation(name: ScalarOpName, { dtype, width }: KernelType, operands: readonly string[]): string {
  const byDType: Spellings = spellings[name];
  const spelling = byDType[dtype];
  if (spelling === undefined) throw new InternalError(`${name} on ${dtype} reached the WGSL printer`);
  return spelling(width, ...operands);
}

const typeNames: Readonly<Partial<Record<ValueDType, string>>> = { float32: "f32", int32: "i32", uint32: "u32", bool: "bool" };

export function printType({ dtype, width }: KernelType): string {
  const name = typeNames[dtype];
  if (name === undefined) throw new InternalError(`${dtype} reached the WGSL printer`);
  return wide(name, width);
}

function wide(name: string, width: number): string {
  return width === 1 ? name : `vec${width}<${name}>`;
}

/** A conversion between types of one width; from float to integer only of values in range (`legalize/float-conversions.ts`). */
export function printConversion(from: ValueDType, to: KernelType, operand: string): string {
  const { width } = to;
  const whole = (element: string, dtype: ValueDType): string => (width === 1 ? element : `${printType({ dtype, width })}(${element})`);
  if (from === "float32" && to.dtype === "bool") throw new InternalError("a float32 as bool reached the WGSL printer");
  if (from === "bool") return `select(${zeroAndOne(to.dtype).map((value) => whole(value, to.dtype)).join(", ")}, ${operand})`;
  if (to.dtype === "bool") return `${operand} != ${whole(at(zeroAndOne(from), 0), from)}`;
  if (from !== "float32" && to.dtype !== "float32") return printBitcast(to, operand);
  return `${printType(to)}(${operand})`;
}

export function printBitcast(to: KernelType, operand: string): string {
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

const subgroupFunctions: Readonly<Record<FoldOp, string>> = {
  add: "subgroupAdd", mul: "subgroupMul", max: "subgroupMax", min: "subgroupMin", and: "subgroupAnd", or: "subgroupOr", xor: "subgroupXor",
};

/**
 * A subgroup operation on what the invocation holds. The built-in values of size and place count invocations that are not there,
 * too, where a workgroup does not fill its subgroups.
 */
export function printSubgroup(op: SubgroupOp, held: string): string {
  switch (op) {
    case "size": return "subgroupAdd(1i)";
    case "place": return "subgroupExclusiveAdd(1i)";
    default: return `${subgroupFunctions[op]}(${held})`;
  }
}
