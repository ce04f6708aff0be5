/** @file Element types: their names, sizes and classes. Promotion is in `promote.ts`. */

import { assertNever } from "./assert.ts";

/** Dtypes whose arrays hold numbers a kernel can compute with. */
export type NumericDType =
  | "float32" | "float64" | "float16" | "bfloat16"
  | "int32" | "int16" | "int8"
  | "uint32" | "uint16" | "uint8"
  | "complex64";

/** Every dtype. `float0` is the tangent of ints, bools and keys; `key<fry>` is a threefry key. Neither has storage of its own. */
export type DType = NumericDType | "bool" | "float0" | "key<fry>";

export type DTypeClass = "bool" | "signed" | "unsigned" | "float" | "complex" | "opaque";

interface DTypeFacts {
  readonly short: string;
  readonly class: DTypeClass;
  /** Bytes of one element in a dense array on a target that stores the dtype natively. */
  readonly bytes: number;
}

const facts: Readonly<Record<DType, DTypeFacts>> = {
  bool: { short: "bool", class: "bool", bytes: 1 },
  int8: { short: "i8", class: "signed", bytes: 1 },
  int16: { short: "i16", class: "signed", bytes: 2 },
  int32: { short: "i32", class: "signed", bytes: 4 },
  uint8: { short: "u8", class: "unsigned", bytes: 1 },
  uint16: { short: "u16", class: "unsigned", bytes: 2 },
  uint32: { short: "u32", class: "unsigned", bytes: 4 },
  bfloat16: { short: "bf16", class: "float", bytes: 2 },
  float16: { short: "f16", class: "float", bytes: 2 },
  float32: { short: "f32", class: "float", bytes: 4 },
  float64: { short: "f64", class: "float", bytes: 8 },
  complex64: { short: "c64", class: "complex", bytes: 8 },
  float0: { short: "float0", class: "opaque", bytes: 0 },
  "key<fry>": { short: "key<fry>", class: "opaque", bytes: 8 },
};

export const dtypes: readonly DType[] = Object.keys(facts) as DType[];

export function isDType(name: unknown): name is DType {
  return typeof name === "string" && Object.hasOwn(facts, name);
}

/** JAX's short name, as in `f32[2,3]`. */
export function shortName(dtype: DType): string {
  return facts[dtype].short;
}

/** The dtype with this short name, or null. */
export function fromShortName(short: string): DType | null {
  return dtypes.find((dtype) => facts[dtype].short === short) ?? null;
}

export function dtypeClass(dtype: DType): DTypeClass {
  return facts[dtype].class;
}

export function byteSize(dtype: DType): number {
  return facts[dtype].bytes;
}

export function isFloat(dtype: DType): boolean {
  return facts[dtype].class === "float";
}

export function isInteger(dtype: DType): boolean {
  return facts[dtype].class === "signed" || facts[dtype].class === "unsigned";
}

export function isSigned(dtype: DType): boolean {
  return facts[dtype].class === "signed";
}

/** Floats and complex: the dtypes that have tangents of their own dtype. */
export function isInexact(dtype: DType): boolean {
  return facts[dtype].class === "float" || facts[dtype].class === "complex";
}

/** The dtype of a tangent: the dtype itself for inexact ones, `float0` for the others. */
export function tangentDType(dtype: DType): DType {
  return isInexact(dtype) ? dtype : "float0";
}

/** Smallest and largest value of an integer dtype; null for others. */
export function integerRange(dtype: DType): readonly [number, number] | null {
  if (!isInteger(dtype)) return null;
  const bits = byteSize(dtype) * 8;
  return isSigned(dtype) ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1];
}

/** The typed array that holds this dtype on a host. float16 and bfloat16 are held as their bits. */
export type HostArray =
  | Float32Array | Float64Array | Int32Array | Int16Array | Int8Array | Uint32Array | Uint16Array | Uint8Array;

/** A new host array of `length` elements (two per element for complex64). */
export function allocateHost(dtype: DType, length: number): HostArray {
  switch (dtype) {
    case "float32": return new Float32Array(length);
    case "float64": return new Float64Array(length);
    case "int32": return new Int32Array(length);
    case "int16": return new Int16Array(length);
    case "int8": return new Int8Array(length);
    case "uint32": return new Uint32Array(length);
    case "uint16": return new Uint16Array(length);
    case "uint8": return new Uint8Array(length);
    case "bool": return new Uint8Array(length);
    case "float16": return new Uint16Array(length);
    case "bfloat16": return new Uint16Array(length);
    case "complex64": return new Float32Array(2 * length);
    case "float0": return new Uint8Array(0);
    case "key<fry>": return new Uint32Array(2 * length);
    default: return assertNever(dtype, "dtype");
  }
}
