/**
 * @file Finds the compiled form of one equation from its primitive, params and the types of its operands. This is on the
 * path of every eager operation, so a hit allocates nothing.
 */

import { equalStructure, type EqualOverride } from "@lanewise/compiler/base/equal";
import { mixHash } from "@lanewise/compiler/base/hash";
import type { Aval, Params, Primitive, Value } from "@lanewise/compiler/ir/types";
import type { Executable } from "@lanewise/runtime";
import { hashTypes, sameTypes } from "./type-keys.ts";

/** An equation ready to run on one device. */
export interface CompiledEquation {
  readonly executable: Executable;
  readonly outAvals: readonly Aval[];
  /** What a run gives a program for any extents. */
  readonly extents: readonly number[];
}

interface Entry {
  readonly table: Map<number, Entry[]>;
  readonly hash: number;
  readonly device: string;
  readonly params: Params;
  readonly inAvals: readonly Aval[];
  readonly compiled: CompiledEquation;
  readonly bytes: number;
  /** Whether it was found since it was last passed over by `#trim`. */
  used: boolean;
}

const defaultBudget = 32 << 20;

export class EagerCache {
  readonly #tables = new Map<Primitive, Map<number, Entry[]>>();
  /** All entries, the next one to drop first. */
  readonly #entries = new Set<Entry>();
  readonly #budget: number;
  #bytes = 0;

  constructor(budget = defaultBudget) {
    this.#budget = budget;
  }

  get size(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  find(primitive: Primitive, inputs: readonly Value[], params: Params, device: string): CompiledEquation | null {
    const bucket = this.#tables.get(primitive)?.get(hashEquation(inputs, params));
    if (bucket === undefined) return null;
    for (const entry of bucket) {
      if (entry.device === device && sameTypes(entry.inAvals, inputs) && sameParams(entry.params, params)) {
        entry.used = true;
        return entry.compiled;
      }
    }
    return null;
  }

  /** `bytes` is a rough count of what is kept for the entry alone. */
  add(primitive: Primitive, inputs: readonly Value[], params: Params, device: string, compiled: CompiledEquation, bytes: number): void {
    const table = this.#tables.get(primitive) ?? new Map<number, Entry[]>();
    this.#tables.set(primitive, table);
    const hash = hashEquation(inputs, params);
    const entry: Entry = { table, hash, device, params, inAvals: inputs.map((input) => input.aval), compiled, bytes, used: false };
    const bucket = table.get(hash);
    if (bucket === undefined) table.set(hash, [entry]);
    else bucket.push(entry);
    this.#entries.add(entry);
    this.#bytes += bytes;
    this.#trim();
  }

  clear(): void {
    this.#tables.clear();
    this.#entries.clear();
    this.#bytes = 0;
  }

  /** Drops what was not used since the last time, until the rest fits: close to least recently used, and free on a hit. */
  #trim(): void {
    while (this.#bytes > this.#budget && this.#entries.size > 1) {
      const [oldest] = this.#entries;
      if (oldest === undefined) return;
      this.#entries.delete(oldest);
      if (oldest.used) {
        oldest.used = false;
        this.#entries.add(oldest);
      } else {
        this.#drop(oldest);
      }
    }
  }

  #drop({ table, hash, compiled, bytes }: Entry): void {
    this.#bytes -= bytes;
    const left = table.get(hash)?.filter((entry) => entry.compiled !== compiled) ?? [];
    if (left.length === 0) table.delete(hash);
    else table.set(hash, left);
  }
}

/** Of types, and of the params that are numbers or lists of numbers: the others seldom differ alone. */
function hashEquation(inputs: readonly Value[], params: Params): number {
  return hashTypes(inputs, hashParams(params, inputs.length));
}

function hashParams(params: Params, seed: number): number {
  let hash = seed;
  for (const name in params) {
    const param = params[name];
    if (typeof param === "number") hash = mixHash(hash, param);
    else if (Array.isArray(param)) for (const item of param as readonly unknown[]) hash = mixHash(hash, typeof item === "number" ? item : 0);
  }
  return hash;
}

/** A jaxpr in the params is known by identity: to compare two of them would cost more than to compile one. */
const jaxprsByIdentity: EqualOverride = (left, right) => (!Array.isArray(left) && (left as { readonly eqns?: unknown }).eqns !== undefined ? left === right : undefined);

function sameParams(left: Params, right: Params): boolean {
  return left === right || equalStructure(left, right, jaxprsByIdentity);
}
