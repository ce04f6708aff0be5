/**
 * @file What the interpreter's loads and stores act on: host arrays with the conversions of their storage dtype, and the
 * kernel's own arrays. Both know their bounds; a kernel's own array also knows which elements were ever written.
 */

import { InternalError } from "../base/assert.ts";
import { allocateHost } from "../base/dtype.ts";
import type { HostArray } from "../base/dtype.ts";
import { fromBfloat16Bits, fromFloat16Bits, toBfloat16Bits, toFloat16Bits } from "../base/float-bits.ts";
import type { ArrayDecl, Kernel, StorageDType, ValueDType } from "./types.ts";

export interface Memory {
  read(index: number): number;
  write(index: number, value: number): void;
}

/** What a stored element means as a value of the storage dtype's value dtype. */
export function decodeStored(dtype: StorageDType, stored: number): number {
  if (dtype === "float16") return fromFloat16Bits(stored);
  if (dtype === "bfloat16") return fromBfloat16Bits(stored);
  return dtype === "bool" ? Number(stored !== 0) : stored;
}

/** What a host array is given to hold a value: bits for the small floats; integers wrap in the host array itself. */
export function encodeStored(dtype: StorageDType, value: number): number {
  if (dtype === "float16") return toFloat16Bits(value);
  return dtype === "bfloat16" ? toBfloat16Bits(value) : value;
}

/** A buffer parameter: `length` elements of a host array. */
export class BufferMemory implements Memory {
  readonly #name: string;
  readonly #dtype: StorageDType;
  readonly #length: number;
  readonly #host: HostArray;

  constructor(name: string, dtype: StorageDType, length: number, host: HostArray) {
    const expected = allocateHost(dtype, 0).constructor;
    if (host.constructor !== expected) throw new InternalError(`buffer ${name} is ${dtype}, given a ${host.constructor.name}`);
    if (!(length >= 0 && length <= host.length)) {
      throw new InternalError(`buffer ${name} has length ${length}, given ${host.length} elements`);
    }
    this.#name = name;
    this.#dtype = dtype;
    this.#length = length;
    this.#host = host;
  }

  read(index: number): number {
    const stored = index < this.#length ? this.#host[index] : undefined;
    if (stored === undefined) throw this.#outside("read", index);
    return decodeStored(this.#dtype, stored);
  }

  write(index: number, value: number): void {
    if (!(index >= 0 && index < this.#length)) throw this.#outside("written", index);
    this.#host[index] = encodeStored(this.#dtype, value);
  }

  /** Whether both lie, in part, on the same bytes. */
  overlaps(other: BufferMemory): boolean {
    if (this.#host.buffer !== other.#host.buffer) return false;
    const end = (memory: BufferMemory): number => memory.#host.byteOffset + memory.#length * memory.#host.BYTES_PER_ELEMENT;
    return this.#host.byteOffset < end(other) && other.#host.byteOffset < end(this);
  }

  #outside(what: string, index: number): InternalError {
    return new InternalError(`${this.#name}[${index}] is ${what}, outside its ${this.#length} elements`);
  }
}

/** A constant table, workgroup array or local array. A local array has a part for each invocation. */
export class ArrayMemory implements Memory {
  readonly #decl: ArrayDecl;
  readonly #values: Float64Array;
  readonly #written: Uint8Array;
  #base = 0;

  constructor(decl: ArrayDecl, kernel: Kernel) {
    const copies = decl.space === "local" ? kernel.workgroup : 1;
    this.#decl = decl;
    this.#values = new Float64Array(decl.length * copies);
    this.#written = new Uint8Array(decl.length * copies);
    if (decl.values !== null) {
      this.#values.set(decl.values);
      this.#written.fill(1);
    }
  }

  /** A workgroup begins: what another one wrote is gone. */
  beginWorkgroup(): void {
    if (this.#decl.space !== "constant") this.#written.fill(0);
  }

  /** Selects the invocation whose part a local array gives. */
  selectInvocation(invocation: number): void {
    if (this.#decl.space === "local") this.#base = invocation * this.#decl.length;
  }

  get name(): string {
    return this.#decl.name;
  }

  get dtype(): ValueDType {
    return this.#decl.dtype;
  }

  /** The one element that an invocation has of a local array. */
  readOf(invocation: number): number {
    this.selectInvocation(invocation);
    return this.read(0);
  }

  writeOf(invocation: number, value: number): void {
    this.selectInvocation(invocation);
    this.write(0, value);
  }

  read(index: number): number {
    this.#check("read", index);
    const position = this.#base + index;
    if (this.#written[position] !== 1) throw new InternalError(`${this.#decl.name}[${index}] is read before it is written`);
    return this.#values[position] ?? NaN;
  }

  write(index: number, value: number): void {
    this.#check("written", index);
    this.#values[this.#base + index] = value;
    this.#written[this.#base + index] = 1;
  }

  #check(what: string, index: number): void {
    if (index >= 0 && index < this.#decl.length) return;
    throw new InternalError(`${this.#decl.name}[${index}] is ${what}, outside its ${this.#decl.length} elements`);
  }
}
