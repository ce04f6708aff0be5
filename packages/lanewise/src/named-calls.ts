/** @file Remembers the traced calls of the library's own jitted functions. */

import { equalStructure } from "@lanewise/compiler/base/equal";
import type { Aval, Jaxpr, Value } from "@lanewise/compiler/ir/types";
import { hashTypes, sameTypes } from "./type-keys.ts";

/** A call that has been traced. */
export interface NamedCall {
  readonly statics: unknown;
  readonly avals: readonly Aval[];
  readonly jaxpr: Jaxpr;
}

const mostRemembered = 2000;

/** Traced calls by the function's name, then by a hash of the arguments' types. */
export class NamedCalls {
  readonly #byName = new Map<string, Map<number, NamedCall[]>>();
  #size = 0;

  find(name: string, statics: unknown, args: readonly Value[]): Jaxpr | null {
    const bucket = this.#byName.get(name)?.get(hashTypes(args, 0));
    return bucket?.find((call) => sameTypes(call.avals, args) && equalStructure(call.statics, statics))?.jaxpr ?? null;
  }

  add(name: string, args: readonly Value[], call: NamedCall): void {
    // Tracing one again is cheap, so an overflow forgets all.
    if (this.#size >= mostRemembered) this.clear();
    const byTypes = this.#byName.get(name) ?? new Map<number, NamedCall[]>();
    this.#byName.set(name, byTypes);
    const hash = hashTypes(args, 0);
    byTypes.set(hash, [...(byTypes.get(hash) ?? []), call]);
    this.#size++;
  }

  clear(): void {
    this.#byName.clear();
    this.#size = 0;
  }
}
