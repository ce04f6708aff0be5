/**
 * @file How arrays lie in memory of a GPU: 32-bit words, one for each element that a host keeps in 8 or 16 bits, and two for
 * a random key or a complex number.
 */

import { assertNever } from "@lanewise/compiler/base/assert";
import { allocateHost, type DType, type HostArray } from "@lanewise/compiler/base/dtype";
import { raise } from "@lanewise/compiler/base/errors";
import { noSuchStorage } from "../errors.ts";

/** What a GPU buffer is filled from. Host arrays of lanewise are never in shared memory, which the queue does not take. */
export type Words = (Float32Array | Int32Array | Uint32Array) & ArrayBufferView<ArrayBuffer>;

/** How a word holds an element: as the host's own 32 bits, or widened with or without its sign. */
function formOf(dtype: DType): "same" | "signed" | "unsigned" {
  switch (dtype) {
    case "float32": case "int32": case "uint32": case "complex64": case "key<fry>": case "float0": return "same";
    case "int8": case "int16": return "signed";
    case "bool": case "uint8": case "uint16": case "float16": case "bfloat16": return "unsigned";
    case "float64":
      return raise(noSuchStorage, {
        operation: "webgpu", expected: "a dtype of 32 bits or fewer", got: "float64", fix: 'use "float32" here, or do this part of the work on "js"',
      });
    default: return assertNever(dtype, "dtype");
  }
}

export function bytesPerElement(dtype: DType): number {
  if (formOf(dtype) === "same" && dtype === "float0") return 0;
  return dtype === "complex64" || dtype === "key<fry>" ? 8 : 4;
}

/** Words for a host array; the array itself where they are the same. @throws LW2009 for float64 */
export function toWords(dtype: DType, host: HostArray): Words {
  switch (formOf(dtype)) {
    case "same": return host as Words;
    case "signed": return Int32Array.from(host);
    case "unsigned": return Uint32Array.from(host);
  }
}

/** A host array of `count` elements from the bytes of a GPU buffer, which are copied. */
export function fromWords(dtype: DType, bytes: ArrayBuffer, offset: number, count: number): HostArray {
  const host = allocateHost(dtype, count);
  switch (formOf(dtype)) {
    case "same": new Uint8Array(host.buffer).set(new Uint8Array(bytes, offset, host.byteLength)); return host;
    case "signed": host.set(new Int32Array(bytes, offset, count)); return host;
    case "unsigned": host.set(new Uint32Array(bytes, offset, count)); return host;
  }
}
