/** @file Kernel expressions as WebAssembly trees. */

import { assertNever, at, InternalError } from "../../base/assert.ts";
import { isFloatValue } from "../../base/scalar-ops.ts";
import type {
  BitcastExpr, ConstExpr, ConvertExpr, Expr, ExtractExpr, KernelType, OpExpr, ShuffleExpr, SimdReduceExpr,
} from "../../kernel/types.ts";
import type { FunctionContext } from "./context.ts";
import { emitOp } from "./op-table.ts";
import { f32Const, f64Const, getLocal, i32Const, instruction, type InstructionName, type Node } from "./tree.ts";
import { constantLanes, elementBytes, vectorBytes, vectorOf, wasmTypeOf } from "./values.ts";

export function emitExpr(context: FunctionContext, expr: Expr): Node {
  wasmTypeOf(expr.type);
  const lanes = expr.type.width > 1 ? constantLanes(expr) : null;
  if (lanes !== null) return context.vectorConstant(vectorOf(expr.type, lanes));
  switch (expr.kind) {
    case "const": return emitConst(expr);
    case "ref": case "scalar": return getLocal(context.lookup(expr.name));
    case "op": return emitOperation(context, expr);
    case "convert": return emitConvert(context, expr);
    case "bitcast": return emitBitcast(context, expr);
    case "splat": return splatOf(emitExpr(context, expr.value), expr.type);
    case "shuffle": return emitShuffle(context, expr);
    case "extract": return emitExtract(context, expr);
    case "simdReduce": return emitReduce(context, expr);
    default: return assertNever(expr, "expression");
  }
}

function emitConst({ type, value }: ConstExpr): Node {
  switch (wasmTypeOf(type)) {
    case "f32": return f32Const(value);
    case "f64": return f64Const(value);
    default: return i32Const(value);
  }
}

/** Masks of two are 64 bits an element; ops on 32-bit elements take and give 32-bit ones, in the lower half. */
function emitOperation(context: FunctionContext, expr: OpExpr): Node {
  const { type } = at(expr.args, -1);
  const halves = type.width === 2 && type.dtype !== "float64" && type.dtype !== "bool";
  const args = expr.args.map((arg) => {
    const value = emitExpr(context, arg);
    return halves && arg.type.dtype === "bool" ? narrowMask(context, value) : value;
  });
  const result = emitOp(expr.op, { context, type, args, exprs: expr.args, emit: (operand) => emitExpr(context, operand) });
  return halves && expr.type.dtype === "bool" ? widenMask(result) : result;
}

function widenMask(mask: Node): Node {
  return instruction("i64x2.extend_low_i32x4_s", [mask]);
}

function narrowMask(context: FunctionContext, mask: Node): Node {
  const [first, again] = context.twice(mask);
  return instruction("i8x16.shuffle", [first, again], [0, 1, 2, 3, 8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11]);
}

/** A scalar in all elements; of a bool, which is 0 or 1, every bit. */
function splatOf(value: Node, type: KernelType): Node {
  switch (type.dtype) {
    case "float32": return instruction("f32x4.splat", [value]);
    case "float64": return instruction("f64x2.splat", [value]);
    case "int32": case "uint32": return instruction("i32x4.splat", [value]);
    case "bool": return instruction("i32x4.splat", [instruction("i32.sub", [i32Const(0), value])]);
    case "float16": throw new InternalError("a float16 vector");
    default: return assertNever(type.dtype, "dtype");
  }
}

// ---------------------------------------------------------------------------------------------------------------------

function emitConvert(context: FunctionContext, expr: ConvertExpr): Node {
  const value = emitExpr(context, expr.value);
  return expr.type.width === 1 ? convertScalar(expr, value) : convertSimd(context, expr, value);
}

function convertScalar(expr: ConvertExpr, value: Node): Node {
  const from = expr.value.type.dtype;
  const to = expr.type.dtype;
  const fromName = from === "float32" ? "f32" : "f64";
  const toName = to === "float32" ? "f32" : "f64";
  if (to === "bool") {
    if (!isFloatValue(from)) return instruction("i32.ne", [value, i32Const(0)]);
    return instruction(`${fromName}.ne`, [value, from === "float32" ? f32Const(0) : f64Const(0)]);
  }
  if (isFloatValue(from) && isFloatValue(to)) {
    return to === from ? value : instruction(to === "float64" ? "f64.promote_f32" : "f32.demote_f64", [value]);
  }
  if (isFloatValue(from)) return instruction(`i32.trunc_sat_${fromName}_${to === "int32" ? "s" : "u"}`, [value]);
  return isFloatValue(to) ? instruction(`${toName}.convert_i32_${from === "int32" ? "s" : "u"}`, [value]) : value;
}

function convertSimd(context: FunctionContext, expr: ConvertExpr, value: Node): Node {
  const from = expr.value.type;
  const to = expr.type;
  const ofPair = from.width === 2;
  if (from.dtype === "bool") {
    const mask = ofPair && to.dtype !== "float64" ? narrowMask(context, value) : value;
    return instruction("v128.and", [mask, context.vectorConstant(vectorOf(to, [1]))]);
  }
  if (to.dtype === "bool") {
    const zero = context.vectorConstant(vectorOf(from, [0]));
    if (from.dtype === "float64") return instruction("f64x2.ne", [value, zero]);
    const mask = instruction(from.dtype === "float32" ? "f32x4.ne" : "i32x4.ne", [value, zero]);
    return ofPair ? widenMask(mask) : mask;
  }
  const name = simdConversion(from, to);
  return name === null ? value : instruction(name, [value]);
}

function simdConversion(from: KernelType, to: KernelType): InstructionName | null {
  const sign = (from.dtype === "uint32" || to.dtype === "uint32") ? "u" : "s";
  if (!isFloatValue(from.dtype) && !isFloatValue(to.dtype)) return null;
  if (from.dtype === "float32") return to.dtype === "float64" ? "f64x2.promote_low_f32x4" : `i32x4.trunc_sat_f32x4_${sign}`;
  if (from.dtype === "float64") return to.dtype === "float32" ? "f32x4.demote_f64x2_zero" : `i32x4.trunc_sat_f64x2_${sign}_zero`;
  return to.dtype === "float32" ? `f32x4.convert_i32x4_${sign}` : `f64x2.convert_low_i32x4_${sign}`;
}

/** The bits as they are: where those of a NaN matter, legalisation has put the table's. */
function emitBitcast(context: FunctionContext, expr: BitcastExpr): Node {
  const value = emitExpr(context, expr.value);
  if (expr.type.width > 1) return value;
  if (expr.value.type.dtype === "float32") return instruction("i32.reinterpret_f32", [value]);
  return expr.type.dtype === "float32" ? instruction("f32.reinterpret_i32", [value]) : value;
}

// ---------------------------------------------------------------------------------------------------------------------

/** Shuffles bytes; elements of masks change their size with the width, and each part of one is like the others. */
function emitShuffle(context: FunctionContext, expr: ShuffleExpr): Node {
  const from = expr.a.type;
  const fromBytes = elementBytes(from);
  const toBytes = elementBytes(expr.type);
  const bytes = Array.from({ length: vectorBytes }, (_, place) => {
    const lane = at(expr.lanes, Math.floor(place / toBytes) % expr.lanes.length);
    const start = lane < from.width ? lane * fromBytes : vectorBytes + (lane - from.width) * fromBytes;
    return start + (place % toBytes) % fromBytes;
  });
  return instruction("i8x16.shuffle", [emitExpr(context, expr.a), emitExpr(context, expr.b)], bytes);
}

function emitExtract(context: FunctionContext, expr: ExtractExpr): Node {
  return extractLane(emitExpr(context, expr.value), expr.value.type, expr.lane);
}

/** An element of a vector; of a mask 0 or 1. */
export function extractLane(vector: Node, type: KernelType, lane: number): Node {
  switch (type.dtype) {
    case "float32": return instruction("f32x4.extract_lane", [vector], lane);
    case "float64": return instruction("f64x2.extract_lane", [vector], lane);
    case "int32": case "uint32": return instruction("i32x4.extract_lane", [vector], lane);
    case "bool": {
      const word = instruction("i32x4.extract_lane", [vector], lane * (elementBytes(type) / 4));
      return instruction("i32.and", [word, i32Const(1)]);
    }
    case "float16": throw new InternalError("a float16 vector");
    default: return assertNever(type.dtype, "dtype");
  }
}

/** Folds halves onto each other: (0 op 2) op (1 op 3). */
function emitReduce(context: FunctionContext, expr: SimdReduceExpr): Node {
  const value = emitExpr(context, expr.value);
  const { width } = expr.value.type;
  const { op } = expr;
  if (op === "any") return instruction("v128.any_true", [value]);
  if (op === "all") return instruction(width === 4 ? "i32x4.all_true" : "i64x2.all_true", [value]);
  const [first, again] = context.twice(value);
  const element = (lane: number): Node => extractLane(lane === 0 ? first : again, expr.value.type, lane);
  const fold = (a: Node, b: Node): Node =>
    emitOp(op, { context, type: expr.type, args: [a, b], exprs: [], emit: (operand) => emitExpr(context, operand) });
  return width === 2 ? fold(element(0), element(1)) : fold(fold(element(0), element(2)), fold(element(1), element(3)));
}
