/** @file How a storage dtype lies in memory, and the instructions that move its elements as scalars. */

import { InternalError } from "../../base/assert.ts";
import { byteSize } from "../../base/dtype.ts";
import type { StorageDType } from "../../kernel/types.ts";
import type { InstructionName, WasmType } from "./tree.ts";

interface ScalarAccess {
  readonly load: InstructionName;
  readonly store: InstructionName;
  readonly type: WasmType;
}

const scalarAccesses: Readonly<Partial<Record<StorageDType, ScalarAccess>>> = {
  bool: { load: "i32.load8_u", store: "i32.store8", type: "i32" },
  int8: { load: "i32.load8_s", store: "i32.store8", type: "i32" },
  uint8: { load: "i32.load8_u", store: "i32.store8", type: "i32" },
  int16: { load: "i32.load16_s", store: "i32.store16", type: "i32" },
  uint16: { load: "i32.load16_u", store: "i32.store16", type: "i32" },
  int32: { load: "i32.load", store: "i32.store", type: "i32" },
  uint32: { load: "i32.load", store: "i32.store", type: "i32" },
  float32: { load: "f32.load", store: "f32.store", type: "f32" },
  float64: { load: "f64.load", store: "f64.store", type: "f64" },
};

export function scalarAccess(dtype: StorageDType): ScalarAccess {
  const found = scalarAccesses[dtype];
  if (found === undefined) throw new InternalError(`WebAssembly does not store ${dtype}: legalisation should have removed it`);
  return found;
}

export function bytesOfStorage(dtype: StorageDType): number {
  scalarAccess(dtype);
  return byteSize(dtype);
}

/** The bytes of one element. */
export function writeStored(dtype: StorageDType, value: number): readonly number[] {
  const view = new DataView(new ArrayBuffer(8));
  const bytes = bytesOfStorage(dtype);
  if (dtype === "float32") view.setFloat32(0, value, true);
  else if (dtype === "float64") view.setFloat64(0, value, true);
  else view.setInt32(0, value, true);
  return Array.from({ length: bytes }, (_, place) => view.getUint8(place));
}
