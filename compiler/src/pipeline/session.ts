/**
 * @file A session: the programs compiled so far, found again by the structure of their jaxprs. Nothing is kept elsewhere, so
 * that two sessions share nothing and clearing one frees everything.
 */

import { equalStructure } from "../base/equal.ts";
import { hashString, mixHash } from "../base/hash.ts";
import { LeastRecentlyUsed } from "../base/least-recently-used.ts";
import { StructuralMap } from "../base/structural-map.ts";
import { equalJaxprs, hashJaxpr } from "../ir/equal.ts";
import type { ClosedJaxpr, Jaxpr } from "../ir/types.ts";
import type { ExtentPattern } from "../lower/extents.ts";
import type { Capabilities, TargetName } from "../target.ts";
import { compile, compileForExtents, type Compiled } from "./compile.ts";
import type { CompileOptions } from "./run.ts";

interface ProgramKey {
  /** Whether the jaxpr stands for arrays of any extents. */
  readonly anyExtents: boolean;
  readonly jaxpr: Jaxpr;
  readonly target: TargetName;
  /** By identity: a device keeps one object. */
  readonly capabilities: Capabilities | undefined;
  readonly donated: readonly number[];
}

interface KeptProgram {
  readonly key: ProgramKey;
  readonly compiled: Compiled;
}

/** Shapes and dtypes decide what a program computes; whether a type is weak has done its work by now. */
const withoutWeakTypes = { weakTypes: false } as const;

const defaultBudget = 64 << 20;

export class Session {
  readonly #programs = new StructuralMap<ProgramKey, KeptProgram>(
    ({ jaxpr, target }) => mixHash(hashJaxpr(jaxpr, withoutWeakTypes), hashString(target)),
    (left, right) => left.target === right.target && left.capabilities === right.capabilities && left.anyExtents === right.anyExtents && equalStructure(left.donated, right.donated) && equalJaxprs(left.jaxpr, right.jaxpr, withoutWeakTypes),
  );
  readonly #order: LeastRecentlyUsed<KeptProgram>;

  /** Keeps programs of up to `budget` bytes together, by a rough count, and always the last one. */
  constructor(budget = defaultBudget) {
    this.#order = new LeastRecentlyUsed(budget, ({ key }) => this.#programs.delete(key));
  }

  /** Programs kept. */
  get size(): number {
    return this.#order.size;
  }

  get bytes(): number {
    return this.#order.bytes;
  }

  /** The compiled program of a jaxpr, from before if it or one of the same structure was compiled for the target. */
  compile(source: Jaxpr | ClosedJaxpr, options: CompileOptions): Compiled {
    const jaxpr = "jaxpr" in source ? source.jaxpr : source;
    return this.#findOrMake({ jaxpr, target: options.target, capabilities: options.capabilities, anyExtents: false, donated: options.donated ?? [] }, () => compile(jaxpr, options));
  }

  /** The compiled program of a pattern for arrays of any extents. */
  compileForExtents(pattern: ExtentPattern, options: CompileOptions): Compiled {
    const key: ProgramKey = { jaxpr: pattern.jaxpr, target: options.target, capabilities: options.capabilities, anyExtents: true, donated: [] };
    return this.#findOrMake(key, () => compileForExtents(pattern, options));
  }

  #findOrMake(key: ProgramKey, make: () => Compiled): Compiled {
    const known = this.#programs.get(key);
    if (known !== undefined) {
      this.#order.use(known);
      return known.compiled;
    }
    const kept: KeptProgram = { key, compiled: make() };
    this.#programs.set(key, kept);
    this.#order.add(kept, kept.compiled.bytes);
    return kept.compiled;
  }

  clear(): void {
    this.#programs.clear();
    this.#order.clear();
  }
}
