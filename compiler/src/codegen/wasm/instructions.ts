/**
 * @file The WebAssembly instructions that the assembler knows, by their names in the specification: opcode, operand and
 * result types, and the kind of immediate. Encoder, printer and tree makers all read this one table.
 */

export type WasmType = "i32" | "i64" | "f32" | "f64" | "v128";

/** What follows the opcode: a constant, a name the encoder resolves to an index, lane numbers, or a memory argument. */
export type ImmediateKind =
  | "none" | "i32" | "f32" | "f64" | "v128" | "lane" | "lanes" | "memory" | "memoryLane"
  | "local" | "global" | "function" | "label";

export interface InstructionFacts {
  /** 0xFC and 0xFD instructions carry their number after the prefix. */
  readonly prefix: 0 | 0xfc | 0xfd;
  readonly code: number;
  readonly operands: readonly WasmType[];
  /** Null where nothing is left on the stack. */
  readonly result: WasmType | null;
  readonly immediate: ImmediateKind;
}

const letters: Readonly<Record<string, WasmType>> = { i: "i32", l: "i64", f: "f32", d: "f64", v: "v128" };

function types(signature: string): WasmType[] {
  return Array.from(signature, (letter) => letters[letter] ?? "i32");
}

function makeFacts(prefix: 0 | 0xfc | 0xfd, immediate: ImmediateKind) {
  return (code: number, signature: string): InstructionFacts => {
    const [operands = "", result = ""] = signature.split(":");
    return { prefix, code, operands: types(operands), result: types(result)[0] ?? null, immediate };
  };
}

const plain = makeFacts(0, "none");
const saturating = makeFacts(0xfc, "none");
const memory = makeFacts(0, "memory");
const simd = makeFacts(0xfd, "none");
const simdLane = makeFacts(0xfd, "lane");
const simdMemory = makeFacts(0xfd, "memory");
const simdMemoryLane = makeFacts(0xfd, "memoryLane");

const control = {
  unreachable: plain(0x00, ":"),
  br: makeFacts(0, "label")(0x0c, ":"),
  br_if: makeFacts(0, "label")(0x0d, "i:"),
  return: plain(0x0f, ":"),
};

const constants = {
  "i32.const": makeFacts(0, "i32")(0x41, ":i"),
  "f32.const": makeFacts(0, "f32")(0x43, ":f"),
  "f64.const": makeFacts(0, "f64")(0x44, ":d"),
  "v128.const": makeFacts(0xfd, "v128")(0x0c, ":v"),
};

const memoryAccess = {
  "i32.load": memory(0x28, "i:i"), "f32.load": memory(0x2a, "i:f"), "f64.load": memory(0x2b, "i:d"),
  "i32.load8_s": memory(0x2c, "i:i"), "i32.load8_u": memory(0x2d, "i:i"),
  "i32.load16_s": memory(0x2e, "i:i"), "i32.load16_u": memory(0x2f, "i:i"),
  "i32.store": memory(0x36, "ii:"), "f32.store": memory(0x38, "if:"), "f64.store": memory(0x39, "id:"),
  "i32.store8": memory(0x3a, "ii:"), "i32.store16": memory(0x3b, "ii:"),
  "v128.load": simdMemory(0x00, "i:v"),
  "v128.load16x4_s": simdMemory(0x03, "i:v"), "v128.load16x4_u": simdMemory(0x04, "i:v"),
  "v128.load32_splat": simdMemory(0x09, "i:v"), "v128.load64_splat": simdMemory(0x0a, "i:v"),
  "v128.store": simdMemory(0x0b, "iv:"),
  "v128.load8_lane": simdMemoryLane(0x54, "iv:v"), "v128.load16_lane": simdMemoryLane(0x55, "iv:v"),
  "v128.load32_lane": simdMemoryLane(0x56, "iv:v"), "v128.load64_lane": simdMemoryLane(0x57, "iv:v"),
  "v128.store8_lane": simdMemoryLane(0x58, "iv:"), "v128.store16_lane": simdMemoryLane(0x59, "iv:"),
  "v128.store32_lane": simdMemoryLane(0x5a, "iv:"), "v128.store64_lane": simdMemoryLane(0x5b, "iv:"),
  "v128.load32_zero": simdMemory(0x5c, "i:v"), "v128.load64_zero": simdMemory(0x5d, "i:v"),
};

const int32 = {
  "i32.eqz": plain(0x45, "i:i"), "i32.eq": plain(0x46, "ii:i"), "i32.ne": plain(0x47, "ii:i"),
  "i32.lt_s": plain(0x48, "ii:i"), "i32.lt_u": plain(0x49, "ii:i"), "i32.gt_s": plain(0x4a, "ii:i"),
  "i32.gt_u": plain(0x4b, "ii:i"), "i32.le_s": plain(0x4c, "ii:i"), "i32.le_u": plain(0x4d, "ii:i"),
  "i32.ge_s": plain(0x4e, "ii:i"), "i32.ge_u": plain(0x4f, "ii:i"),
  "i32.clz": plain(0x67, "i:i"), "i32.ctz": plain(0x68, "i:i"), "i32.popcnt": plain(0x69, "i:i"),
  "i32.add": plain(0x6a, "ii:i"), "i32.sub": plain(0x6b, "ii:i"), "i32.mul": plain(0x6c, "ii:i"),
  "i32.div_s": plain(0x6d, "ii:i"), "i32.div_u": plain(0x6e, "ii:i"),
  "i32.rem_s": plain(0x6f, "ii:i"), "i32.rem_u": plain(0x70, "ii:i"),
  "i32.and": plain(0x71, "ii:i"), "i32.or": plain(0x72, "ii:i"), "i32.xor": plain(0x73, "ii:i"),
  "i32.shl": plain(0x74, "ii:i"), "i32.shr_s": plain(0x75, "ii:i"), "i32.shr_u": plain(0x76, "ii:i"),
  "i32.rotl": plain(0x77, "ii:i"), "i32.rotr": plain(0x78, "ii:i"),
  "i32.extend8_s": plain(0xc0, "i:i"), "i32.extend16_s": plain(0xc1, "i:i"),
};

/** Only what a 32-bit value needs on its way through 64 bits. */
const int64 = {
  "i64.mul": plain(0x7e, "ll:l"), "i64.shr_u": plain(0x88, "ll:l"), "i64.shr_s": plain(0x87, "ll:l"),
  "i32.wrap_i64": plain(0xa7, "l:i"), "i64.extend_i32_s": plain(0xac, "i:l"), "i64.extend_i32_u": plain(0xad, "i:l"),
  "i64.const": makeFacts(0, "i32")(0x42, ":l"),
};

const float32 = {
  "f32.eq": plain(0x5b, "ff:i"), "f32.ne": plain(0x5c, "ff:i"), "f32.lt": plain(0x5d, "ff:i"),
  "f32.gt": plain(0x5e, "ff:i"), "f32.le": plain(0x5f, "ff:i"), "f32.ge": plain(0x60, "ff:i"),
  "f32.abs": plain(0x8b, "f:f"), "f32.neg": plain(0x8c, "f:f"), "f32.ceil": plain(0x8d, "f:f"),
  "f32.floor": plain(0x8e, "f:f"), "f32.trunc": plain(0x8f, "f:f"), "f32.nearest": plain(0x90, "f:f"),
  "f32.sqrt": plain(0x91, "f:f"), "f32.add": plain(0x92, "ff:f"), "f32.sub": plain(0x93, "ff:f"),
  "f32.mul": plain(0x94, "ff:f"), "f32.div": plain(0x95, "ff:f"), "f32.min": plain(0x96, "ff:f"),
  "f32.max": plain(0x97, "ff:f"), "f32.copysign": plain(0x98, "ff:f"),
};

const float64 = {
  "f64.eq": plain(0x61, "dd:i"), "f64.ne": plain(0x62, "dd:i"), "f64.lt": plain(0x63, "dd:i"),
  "f64.gt": plain(0x64, "dd:i"), "f64.le": plain(0x65, "dd:i"), "f64.ge": plain(0x66, "dd:i"),
  "f64.abs": plain(0x99, "d:d"), "f64.neg": plain(0x9a, "d:d"), "f64.ceil": plain(0x9b, "d:d"),
  "f64.floor": plain(0x9c, "d:d"), "f64.trunc": plain(0x9d, "d:d"), "f64.nearest": plain(0x9e, "d:d"),
  "f64.sqrt": plain(0x9f, "d:d"), "f64.add": plain(0xa0, "dd:d"), "f64.sub": plain(0xa1, "dd:d"),
  "f64.mul": plain(0xa2, "dd:d"), "f64.div": plain(0xa3, "dd:d"), "f64.min": plain(0xa4, "dd:d"),
  "f64.max": plain(0xa5, "dd:d"), "f64.copysign": plain(0xa6, "dd:d"),
};

const conversions = {
  "i32.trunc_sat_f32_s": saturating(0, "f:i"), "i32.trunc_sat_f32_u": saturating(1, "f:i"),
  "i32.trunc_sat_f64_s": saturating(2, "d:i"), "i32.trunc_sat_f64_u": saturating(3, "d:i"),
  "f32.convert_i32_s": plain(0xb2, "i:f"), "f32.convert_i32_u": plain(0xb3, "i:f"), "f32.demote_f64": plain(0xb6, "d:f"),
  "f64.convert_i32_s": plain(0xb7, "i:d"), "f64.convert_i32_u": plain(0xb8, "i:d"), "f64.promote_f32": plain(0xbb, "f:d"),
  "i32.reinterpret_f32": plain(0xbc, "f:i"), "f32.reinterpret_i32": plain(0xbe, "i:f"),
};

const simdMoves = {
  "i8x16.shuffle": makeFacts(0xfd, "lanes")(0x0d, "vv:v"), "i8x16.swizzle": simd(0x0e, "vv:v"),
  "i8x16.splat": simd(0x0f, "i:v"), "i16x8.splat": simd(0x10, "i:v"), "i32x4.splat": simd(0x11, "i:v"),
  "i64x2.splat": simd(0x12, "l:v"), "f32x4.splat": simd(0x13, "f:v"), "f64x2.splat": simd(0x14, "d:v"),
  "i32x4.extract_lane": simdLane(0x1b, "v:i"), "i32x4.replace_lane": simdLane(0x1c, "vi:v"),
  "f32x4.extract_lane": simdLane(0x1f, "v:f"), "f32x4.replace_lane": simdLane(0x20, "vf:v"),
  "f64x2.extract_lane": simdLane(0x21, "v:d"), "f64x2.replace_lane": simdLane(0x22, "vd:v"),
  "i16x8.extend_low_i8x16_s": simd(0x87, "v:v"), "i16x8.extend_low_i8x16_u": simd(0x89, "v:v"),
  "i32x4.extend_low_i16x8_s": simd(0xa7, "v:v"), "i32x4.extend_low_i16x8_u": simd(0xa9, "v:v"),
  "i64x2.extend_low_i32x4_s": simd(0xc7, "v:v"), "i64x2.extend_low_i32x4_u": simd(0xc9, "v:v"),
};

const simdBits = {
  "v128.not": simd(0x4d, "v:v"), "v128.and": simd(0x4e, "vv:v"), "v128.andnot": simd(0x4f, "vv:v"),
  "v128.or": simd(0x50, "vv:v"), "v128.xor": simd(0x51, "vv:v"), "v128.bitselect": simd(0x52, "vvv:v"),
  "v128.any_true": simd(0x53, "v:i"), "i32x4.all_true": simd(0xa3, "v:i"), "i64x2.all_true": simd(0xc3, "v:i"),
  "i32x4.bitmask": simd(0xa4, "v:i"), "i64x2.bitmask": simd(0xc4, "v:i"),
};

const simdInt32 = {
  "i8x16.popcnt": simd(0x62, "v:v"), "i16x8.extadd_pairwise_i8x16_u": simd(0x7d, "v:v"),
  "i32x4.extadd_pairwise_i16x8_u": simd(0x7f, "v:v"),
  "i32x4.eq": simd(0x37, "vv:v"), "i32x4.ne": simd(0x38, "vv:v"), "i32x4.lt_s": simd(0x39, "vv:v"),
  "i32x4.lt_u": simd(0x3a, "vv:v"), "i32x4.gt_s": simd(0x3b, "vv:v"), "i32x4.gt_u": simd(0x3c, "vv:v"),
  "i32x4.le_s": simd(0x3d, "vv:v"), "i32x4.le_u": simd(0x3e, "vv:v"), "i32x4.ge_s": simd(0x3f, "vv:v"),
  "i32x4.ge_u": simd(0x40, "vv:v"), "i32x4.abs": simd(0xa0, "v:v"), "i32x4.neg": simd(0xa1, "v:v"),
  "i32x4.shl": simd(0xab, "vi:v"), "i32x4.shr_s": simd(0xac, "vi:v"), "i32x4.shr_u": simd(0xad, "vi:v"),
  "i32x4.add": simd(0xae, "vv:v"), "i32x4.sub": simd(0xb1, "vv:v"), "i32x4.mul": simd(0xb5, "vv:v"),
  "i32x4.min_s": simd(0xb6, "vv:v"), "i32x4.min_u": simd(0xb7, "vv:v"),
  "i32x4.max_s": simd(0xb8, "vv:v"), "i32x4.max_u": simd(0xb9, "vv:v"),
  "i64x2.extmul_low_i32x4_s": simd(0xdc, "vv:v"), "i64x2.extmul_high_i32x4_s": simd(0xdd, "vv:v"),
  "i64x2.extmul_low_i32x4_u": simd(0xde, "vv:v"), "i64x2.extmul_high_i32x4_u": simd(0xdf, "vv:v"),
};

const simdFloat32 = {
  "f32x4.eq": simd(0x41, "vv:v"), "f32x4.ne": simd(0x42, "vv:v"), "f32x4.lt": simd(0x43, "vv:v"),
  "f32x4.gt": simd(0x44, "vv:v"), "f32x4.le": simd(0x45, "vv:v"), "f32x4.ge": simd(0x46, "vv:v"),
  "f32x4.ceil": simd(0x67, "v:v"), "f32x4.floor": simd(0x68, "v:v"), "f32x4.trunc": simd(0x69, "v:v"),
  "f32x4.nearest": simd(0x6a, "v:v"), "f32x4.abs": simd(0xe0, "v:v"), "f32x4.neg": simd(0xe1, "v:v"),
  "f32x4.sqrt": simd(0xe3, "v:v"), "f32x4.add": simd(0xe4, "vv:v"), "f32x4.sub": simd(0xe5, "vv:v"),
  "f32x4.mul": simd(0xe6, "vv:v"), "f32x4.div": simd(0xe7, "vv:v"), "f32x4.min": simd(0xe8, "vv:v"),
  "f32x4.max": simd(0xe9, "vv:v"), "f32x4.pmin": simd(0xea, "vv:v"), "f32x4.pmax": simd(0xeb, "vv:v"),
};

const simdFloat64 = {
  "f64x2.eq": simd(0x47, "vv:v"), "f64x2.ne": simd(0x48, "vv:v"), "f64x2.lt": simd(0x49, "vv:v"),
  "f64x2.gt": simd(0x4a, "vv:v"), "f64x2.le": simd(0x4b, "vv:v"), "f64x2.ge": simd(0x4c, "vv:v"),
  "f64x2.ceil": simd(0x74, "v:v"), "f64x2.floor": simd(0x75, "v:v"), "f64x2.trunc": simd(0x7a, "v:v"),
  "f64x2.nearest": simd(0x94, "v:v"), "f64x2.abs": simd(0xec, "v:v"), "f64x2.neg": simd(0xed, "v:v"),
  "f64x2.sqrt": simd(0xef, "v:v"), "f64x2.add": simd(0xf0, "vv:v"), "f64x2.sub": simd(0xf1, "vv:v"),
  "f64x2.mul": simd(0xf2, "vv:v"), "f64x2.div": simd(0xf3, "vv:v"), "f64x2.min": simd(0xf4, "vv:v"),
  "f64x2.max": simd(0xf5, "vv:v"), "f64x2.pmin": simd(0xf6, "vv:v"), "f64x2.pmax": simd(0xf7, "vv:v"),
};

const simdConversions = {
  "f32x4.demote_f64x2_zero": simd(0x5e, "v:v"), "f64x2.promote_low_f32x4": simd(0x5f, "v:v"),
  "i32x4.trunc_sat_f32x4_s": simd(0xf8, "v:v"), "i32x4.trunc_sat_f32x4_u": simd(0xf9, "v:v"),
  "f32x4.convert_i32x4_s": simd(0xfa, "v:v"), "f32x4.convert_i32x4_u": simd(0xfb, "v:v"),
  "i32x4.trunc_sat_f64x2_s_zero": simd(0xfc, "v:v"), "i32x4.trunc_sat_f64x2_u_zero": simd(0xfd, "v:v"),
  "f64x2.convert_low_i32x4_s": simd(0xfe, "v:v"), "f64x2.convert_low_i32x4_u": simd(0xff, "v:v"),
};

/** Results may differ between machines; only behind a capability. */
const relaxedSimd = {
  "i8x16.relaxed_swizzle": simd(0x100, "vv:v"),
  "f32x4.relaxed_madd": simd(0x105, "vvv:v"), "f32x4.relaxed_nmadd": simd(0x106, "vvv:v"),
  "f64x2.relaxed_madd": simd(0x107, "vvv:v"), "f64x2.relaxed_nmadd": simd(0x108, "vvv:v"),
  "i32x4.relaxed_laneselect": simd(0x10b, "vvv:v"), "i64x2.relaxed_laneselect": simd(0x10c, "vvv:v"),
  "f32x4.relaxed_min": simd(0x10d, "vv:v"), "f32x4.relaxed_max": simd(0x10e, "vv:v"),
};

export const instructions = {
  ...control, ...constants, ...memoryAccess, ...int32, ...int64, ...float32, ...float64, ...conversions,
  ...simdMoves, ...simdBits, ...simdInt32, ...simdFloat32, ...simdFloat64, ...simdConversions, ...relaxedSimd,
} satisfies Record<string, InstructionFacts>;

/** Instructions with a fixed signature. Locals, globals, calls, select and blocks have node kinds of their own (`tree.ts`). */
export type InstructionName = keyof typeof instructions;

export function factsOf(name: InstructionName): InstructionFacts {
  return instructions[name];
}
