/**
 * @file Interval analysis of integers and bools: which values an expression can take. Sums and products that could wrap
 * have the full range of their dtype, so that a narrow range is also a proof that nothing wrapped.
 */

import { assertNever, at } from "../base/assert.ts";
import { integerRange } from "../base/dtype.ts";
import { isFloatValue } from "../base/scalar-ops.ts";
import type { BufferParam, Expr, Kernel, OpExpr, Stmt, StorageDType, ValueDType } from "./types.ts";
import { bodiesOf } from "./walk.ts";

/** Both ends included. A vector's range holds every element. A bool is 0 or 1. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** Ranges of names and scalar parameters; what is absent has the full range of its dtype. */
export type RangeFacts = ReadonlyMap<string, Range>;

const int32Range: Range = { low: -2147483648, high: 2147483647 };
const uint32Range: Range = { low: 0, high: 4294967295 };
const boolRange: Range = { low: 0, high: 1 };
const floatRange: Range = { low: -Infinity, high: Infinity };

/** Every value of the dtype. */
export function fullRange(dtype: ValueDType): Range {
  switch (dtype) {
    case "int32": return int32Range;
    case "uint32": return uint32Range;
    case "bool": return boolRange;
    case "float32": case "float64": case "float16": return floatRange;
    default: return assertNever(dtype, "dtype");
  }
}

function exactly(value: number): Range {
  return { low: value, high: value };
}

/** The interval where it fits the dtype; else the full range, because the value may have wrapped. */
function unlessWrapped(dtype: ValueDType, low: number, high: number): Range {
  const full = fullRange(dtype);
  return low >= full.low && high <= full.high ? { low: low + 0, high: high + 0 } : full;
}

export function unionRange(a: Range, b: Range): Range {
  return { low: Math.min(a.low, b.low), high: Math.max(a.high, b.high) };
}

/** The values that `expr` can take. */
export function rangeOf(expr: Expr, facts: RangeFacts): Range {
  const full = fullRange(expr.type.dtype);
  if (isFloatValue(expr.type.dtype)) return full;
  switch (expr.kind) {
    case "const": return exactly(expr.value);
    case "ref": case "scalar": return facts.get(expr.name) ?? full;
    case "op": return rangeOfOp(expr, facts);
    case "convert": {
      if (isFloatValue(expr.value.type.dtype)) return full;
      const range = rangeOf(expr.value, facts);
      if (expr.type.dtype !== "bool") return unlessWrapped(expr.type.dtype, range.low, range.high);
      if (range.low > 0 || range.high < 0) return exactly(1);
      return range.low === 0 && range.high === 0 ? exactly(0) : full;
    }
    case "bitcast": return full;
    case "splat": case "extract": return rangeOf(expr.value, facts);
    case "shuffle": return unionRange(rangeOf(expr.a, facts), rangeOf(expr.b, facts));
    case "simdReduce": return expr.op === "add" || expr.op === "mul" ? full : rangeOf(expr.value, facts);
    default: return assertNever(expr, "expression");
  }
}

function rangeOfOp(expr: OpExpr, facts: RangeFacts): Range {
  const dtype = expr.type.dtype;
  const full = fullRange(dtype);
  const [first, second, third] = expr.args;
  const a = first === undefined ? full : rangeOf(first, facts);
  const b = second === undefined ? full : rangeOf(second, facts);
  const c = third === undefined ? full : rangeOf(third, facts);
  switch (expr.op) {
    case "add": return unlessWrapped(dtype, a.low + b.low, a.high + b.high);
    case "sub": return unlessWrapped(dtype, a.low - b.high, a.high - b.low);
    case "mul": return corners(dtype, a, b, (x, y) => x * y);
    case "div": return b.low > 0 ? corners(dtype, a, b, (x, y) => Math.trunc(x / y)) : full;
    case "rem": {
      if (b.low <= 0) return full;
      const largest = b.high - 1;
      return { low: a.low < 0 ? Math.max(-largest, a.low) : 0, high: a.high > 0 ? Math.min(largest, a.high) : 0 };
    }
    case "neg": return unlessWrapped(dtype, -a.high, -a.low);
    case "abs": {
      const high = Math.max(Math.abs(a.low), Math.abs(a.high));
      const low = a.low > 0 ? a.low : Math.max(-a.high, 0);
      return unlessWrapped(dtype, low, high);
    }
    case "sign": return { low: Math.sign(a.low), high: Math.sign(a.high) };
    case "max": return { low: Math.max(a.low, b.low), high: Math.max(a.high, b.high) };
    case "min": return { low: Math.min(a.low, b.low), high: Math.min(a.high, b.high) };
    case "eq": case "ne": case "lt": case "le": case "gt": case "ge": {
      const outcome = comparisonOutcome(expr.op, at(expr.args, 0).type.dtype, a, b);
      return outcome === null ? full : exactly(outcome);
    }
    case "and":
      if (a.low >= 0 && b.low >= 0) return { low: dtype === "bool" ? Math.min(a.low, b.low) : 0, high: Math.min(a.high, b.high) };
      if (a.low >= 0) return { low: 0, high: a.high };
      return b.low >= 0 ? { low: 0, high: b.high } : full;
    case "or":
      if (dtype === "bool") return { low: Math.max(a.low, b.low), high: Math.max(a.high, b.high) };
      return a.low >= 0 && b.low >= 0 ? { low: Math.max(a.low, b.low), high: allOnes(Math.max(a.high, b.high)) } : full;
    case "xor": return a.low >= 0 && b.low >= 0 ? { low: 0, high: allOnes(Math.max(a.high, b.high)) } : full;
    case "not": return dtype === "bool" ? { low: 1 - a.high, high: 1 - a.low } : full;
    case "shiftLeft": {
      if (b.low !== b.high || b.low < 0 || b.low > 31) return full;
      return unlessWrapped(dtype, a.low * 2 ** b.low, a.high * 2 ** b.low);
    }
    case "shiftRightArithmetic": case "shiftRightLogical": {
      if (b.low !== b.high || b.low < 0 || b.low > 31 || a.low < 0 || a.high > int32Range.high) return full;
      return { low: Math.floor(a.low / 2 ** b.low), high: Math.floor(a.high / 2 ** b.low) };
    }
    case "populationCount": case "countLeadingZeros": return { low: 0, high: 32 };
    case "select":
      if (a.low === 1) return b;
      return a.high === 0 ? c : unionRange(b, c);
    case "pow": case "mulHigh": case "fma": case "floor": case "ceil": case "trunc": case "roundEven": case "sqrt":
    case "exp": case "log": case "sin": case "cos": case "tanh": case "expm1": case "log1p": case "atan2":
    case "isNaN": case "isFinite": case "roundFloat32":
      return full;
    default: return assertNever(expr.op, "op");
  }
}

/**
 * The values that a float64 expression can take beside NaN: of sums and products, and of a select that keeps a name below or
 * above a constant, as `select(lt(bound, x), bound, x)` does. Other floats have the full range.
 */
export function floatRangeOf(expr: Expr, facts: RangeFacts): Range {
  const full = fullRange("float64");
  if (expr.type.dtype !== "float64") return full;
  if (expr.kind === "const") return Number.isNaN(expr.value) ? full : exactly(expr.value);
  if (expr.kind === "ref") return facts.get(expr.name) ?? full;
  if (expr.kind !== "op") return full;
  if (expr.op === "select") return boundedRange(expr, facts);
  const [a = full, b = full] = expr.args.map((arg) => floatRangeOf(arg, facts));
  switch (expr.op) {
    case "add": return knownRange([a.low + b.low, a.high + b.high]);
    case "sub": return knownRange([a.low - b.high, a.high - b.low]);
    case "mul": return knownRange([a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high]);
    default: return full;
  }
}

function boundedRange(expr: OpExpr, facts: RangeFacts): Range {
  const [condition, bound, value] = expr.args;
  const full = fullRange("float64");
  if (condition?.kind !== "op" || (condition.op !== "lt" && condition.op !== "gt")) return full;
  const [left, right] = condition.args;
  if (bound?.kind !== "const" || left?.kind !== "const" || left.value !== bound.value) return full;
  if (value === undefined || right === undefined || nameOf(value) === null || nameOf(value) !== nameOf(right)) return full;
  const { low, high } = floatRangeOf(value, facts);
  return condition.op === "lt" ? { low, high: Math.min(high, bound.value) } : { low: Math.max(low, bound.value), high };
}

/** The name of a float, or of a float32 that is widened. */
function nameOf(expr: Expr): string | null {
  const named = expr.kind === "convert" && expr.value.type.dtype === "float32" ? expr.value : expr;
  return named.kind === "ref" ? named.name : null;
}

/** The interval of values; the full one where some is unknown, as infinity less infinity is. */
function knownRange(values: readonly number[]): Range {
  return values.some(Number.isNaN) ? fullRange("float64") : { low: Math.min(...values), high: Math.max(...values) };
}

/** The interval of a function that is monotone in each operand, from its values at the corners. */
function corners(dtype: ValueDType, a: Range, b: Range, compute: (x: number, y: number) => number): Range {
  const values = [compute(a.low, b.low), compute(a.low, b.high), compute(a.high, b.low), compute(a.high, b.high)];
  return unlessWrapped(dtype, Math.min(...values), Math.max(...values));
}

/** The smallest 2^k - 1 that is not below `value`. */
function allOnes(value: number): number {
  return 2 ** (32 - Math.clz32(value)) - 1;
}

/** 1 or 0 where the comparison of any values in the ranges has one outcome; else null. Never for floats. */
function comparisonOutcome(
  name: "eq" | "ne" | "lt" | "le" | "gt" | "ge", dtype: ValueDType, a: Range, b: Range,
): 0 | 1 | null {
  if (isFloatValue(dtype)) return null;
  const known = (holds: boolean, fails: boolean): 0 | 1 | null => (holds ? 1 : fails ? 0 : null);
  const same = a.low === a.high && b.low === b.high && a.low === b.low;
  const apart = a.high < b.low || b.high < a.low;
  switch (name) {
    case "eq": return known(same, apart);
    case "ne": return known(apart, same);
    case "lt": return known(a.high < b.low, a.low >= b.high);
    case "le": return known(a.high <= b.low, a.low > b.high);
    case "gt": return known(a.low > b.high, a.high <= b.low);
    case "ge": return known(a.low >= b.high, a.high < b.low);
    default: return assertNever(name, "comparison");
  }
}

/**
 * Ranges of every name of the kernel. A variable has its dtype's full range. A scalar parameter that is the length of a
 * buffer, or a factor of it, is bounded by what a length can be.
 */
export function analyzeRanges(kernel: Kernel): RangeFacts {
  const facts = new Map<string, Range>();
  for (const buffer of kernel.buffers) boundScalars(buffer, facts);
  const memory = new Map<string, Range>();
  for (const buffer of kernel.buffers) memory.set(buffer.name, storageRange(buffer.dtype));
  for (const array of kernel.arrays) {
    const { values } = array;
    const known = values !== null && !isFloatValue(array.dtype);
    memory.set(array.name, known ? { low: Math.min(...values), high: Math.max(...values) } : fullRange(array.dtype));
  }
  const visit = (body: readonly Stmt[]): void => {
    for (const statement of body) {
      if (statement.kind === "let") {
        const isFloat = isFloatValue(statement.value.type.dtype);
        facts.set(statement.name, isFloat ? floatRangeOf(statement.value, facts) : rangeOf(statement.value, facts));
      }
      if (statement.kind === "load") {
        const held = memory.get(statement.buffer) ?? fullRange(statement.type.dtype);
        facts.set(statement.name, statement.mask === null ? held : unionRange(held, exactly(0)));
      }
      if (statement.kind === "for") {
        const begin = rangeOf(statement.begin, facts).low;
        // The body runs only where the index is below the end, so that the smallest index is a possible one.
        facts.set(statement.index, { low: begin, high: Math.max(rangeOf(statement.end, facts).high - 1, begin) });
      }
      for (const inner of bodiesOf(statement)) visit(inner);
    }
  };
  visit(kernel.body);
  return facts;
}

function storageRange(dtype: StorageDType): Range {
  const range = integerRange(dtype);
  if (range !== null) return { low: range[0], high: range[1] };
  return dtype === "bool" ? boolRange : fullRange("float32");
}

/** A length is in [0, 2^31), and its arithmetic does not wrap: `n` and `n * c` bound n from both sides. */
function boundScalars(buffer: BufferParam, facts: Map<string, Range>): void {
  const { scalar, factor } = scaledScalar(buffer.length);
  if (scalar === null) return;
  const known = facts.get(scalar) ?? int32Range;
  facts.set(scalar, { low: Math.max(known.low, 0), high: Math.min(known.high, Math.floor(int32Range.high / factor)) });
}

function scaledScalar(length: Expr): { readonly scalar: string | null; readonly factor: number } {
  if (length.kind === "scalar") return { scalar: length.name, factor: 1 };
  if (length.kind === "op" && length.op === "mul") {
    const [left, right] = length.args;
    if (left?.kind === "scalar" && right?.kind === "const" && right.value > 0) return { scalar: left.name, factor: right.value };
  }
  return { scalar: null, factor: 1 };
}
