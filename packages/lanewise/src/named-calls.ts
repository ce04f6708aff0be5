/** @file Remembers the traced calls of the library's own jitted functions. */

import { equalStructure } from "@lanewise/compiler/base/equal";
import { LeastRecentlyUsed } from "@lanewise/compiler/base/least-recently-used";
import type { Aval, Jaxpr, Value } from "@lanewise/compiler/ir/types";
import { countEqns } from "@lanewise/compiler/ir/walk";
import { hashTypes, sameTypes } from "./type-keys.ts";

/** A call that has been traced. */
export interface NamedCall {
  readonly statics: unknown;
  readonly avals: readonly Aval[];
  readonly jaxpr: Jaxpr;
}

const budget = 16 << 20;
/** Roughly what an equation of a remembered jaxpr takes. */
const bytesOfEquation = 500;

interface Kept {
  readonly call: NamedCall;
  readonly bucket: Map<number, Kept[]>;
  readonly hash: number;
}

/** Traced calls by the function's name, then by a hash of the arguments' types; the least recently used are dropped. */
export class NamedCalls {
  readonly #byName = new Map<string, Map<number, Kept[]>>();
  readonly #order = new LeastRecentlyUsed<Kept>(budget, (kept) => forget(kept));

  find(name: string, statics: unknown, args: readonly Value[]): Jaxpr | null {
    const bucket = this.#byName.get(name)?.get(hashTypes(args, 0));
    const kept = bucket?.find(({ call }) => sameTypes(call.avals, args) && equalStructure(call.statics, statics));
    if (kept === undefined) return null;
    this.#order.use(kept);
    return kept.call.jaxpr;
  }

  add(name: string, args: readonly Value[], call: NamedCall): void {
    const bucket = this.#byName.get(name) ?? new Map<number, Kept[]>();
    this.#byName.set(name, bucket);
    const kept: Kept = { call, bucket, hash: hashTypes(args, 0) };
    bucket.set(kept.hash, [...(bucket.get(kept.hash) ?? []), kept]);
    this.#order.add(kept, bytesOfEquation * (1 + countEqns(call.jaxpr)));
  }

  clear(): void {
    this.#byName.clear();
    this.#order.clear();
  }
}

function forget(kept: Kept): void {
  const left = kept.bucket.get(kept.hash)?.filter((other) => other !== kept) ?? [];
  if (left.length === 0) kept.bucket.delete(kept.hash);
  else kept.bucket.set(kept.hash, left);
}
