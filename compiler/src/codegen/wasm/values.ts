/**
 * @file How values of the kernel IR lie in WebAssembly. Scalars are i32, f32 or f64; bools are 0 or 1. Vectors are v128:
 * four 32-bit elements, two float64, or two 32-bit elements in the lower half. A mask has all bits of an element set or
 * none; its elements are 32 bits wide in a vector of four and 64 bits in a vector of two.
 */

import { assertNever, InternalError } from "../../base/assert.ts";
import { isFloatValue, scalarOps } from "../../base/scalar-ops.ts";
import type { Expr, KernelType, ValueDType } from "../../kernel/types.ts";
import type { WasmType } from "./tree.ts";

export const vectorBytes = 16;

/** The WebAssembly type of a value; legalisation leaves no other widths and dtypes. */
export function wasmTypeOf(type: KernelType): WasmType {
  const { dtype, width } = type;
  if (dtype === "float16" || !(width === 1 || width === 2 || (width === 4 && dtype !== "float64"))) {
    throw new InternalError(`WebAssembly has no ${dtype}x${width}: legalisation should have removed it`);
  }
  if (width > 1) return "v128";
  return dtype === "float32" ? "f32" : dtype === "float64" ? "f64" : "i32";
}

/** Bytes of one element in its v128. */
export function elementBytes(type: KernelType): number {
  if (type.dtype === "float64") return 8;
  return type.dtype === "bool" ? vectorBytes / type.width : 4;
}

/** A v128 with these elements; a vector of two 32-bit elements is repeated in the upper half. */
export function vectorOf(type: KernelType, lanes: readonly number[]): readonly number[] {
  const bytes = new Uint8Array(vectorBytes);
  const view = new DataView(bytes.buffer);
  const size = elementBytes(type);
  for (let place = 0; place < vectorBytes; place += size) {
    writeElement(view, place, type.dtype, size, lanes[(place / size) % lanes.length] ?? 0);
  }
  return Array.from(bytes);
}

function writeElement(view: DataView, place: number, dtype: ValueDType, size: number, value: number): void {
  switch (dtype) {
    case "float32": return view.setFloat32(place, value, true);
    case "float64": return view.setFloat64(place, value, true);
    case "int32": case "uint32": return view.setUint32(place, value, true);
    case "bool":
      for (let i = 0; i < size; i += 1) view.setUint8(place + i, value === 0 ? 0 : 0xff);
      return;
    case "float16": throw new InternalError("a float16 constant");
    default: return assertNever(dtype, "dtype");
  }
}

/** The elements of a vector that is known now: constants, shuffles of them, and integer ops on them. Null for others. */
export function constantLanes(expr: Expr): readonly number[] | null {
  switch (expr.kind) {
    case "const": return Array.from({ length: expr.type.width }, () => expr.value);
    case "shuffle": {
      const a = constantLanes(expr.a);
      const b = constantLanes(expr.b);
      return a === null || b === null ? null : expr.lanes.map((lane) => [...a, ...b][lane] ?? 0);
    }
    case "op": {
      if (expr.args.some((arg) => isFloatValue(arg.type.dtype))) return null;
      const args = expr.args.map(constantLanes);
      const dtype = expr.args[expr.args.length - 1]?.type.dtype ?? expr.type.dtype;
      const known = args.filter((arg) => arg !== null);
      if (known.length < args.length) return null;
      return Array.from({ length: expr.type.width }, (_, lane) => scalarOps[expr.op].reference(dtype, ...known.map((arg) => arg[lane] ?? 0)));
    }
    case "ref": case "scalar": case "convert": case "bitcast": case "splat": case "extract": case "simdReduce": return null;
    default: return assertNever(expr, "expression");
  }
}
