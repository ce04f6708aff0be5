/**
 * @file Prefixes as a loop: states that pass from element to element along an axis, what they are computed from taken in at
 * each place, and what is computed from them stored there.
 */

import { at, InternalError, required } from "../base/assert.ts";
import type { FusionPart, FusionPlan } from "../fuse/types.ts";
import type { Eqn, Params, PrefixLowering } from "../ir/types.ts";
import { add, int, min, sub } from "../kernel/build.ts";
import type { Expr, RefExpr } from "../kernel/types.ts";
import { contextOf, type PassOn } from "./elements.ts";
import type { GroupEmitter } from "./emitter.ts";

/** Numbers of the equations of a part whose states pass along its axis. */
export function prefixPlaces({ jaxpr }: FusionPlan, { eqns, scan }: FusionPart): readonly number[] {
  return scan === null ? [] : eqns.filter((place) => at(jaxpr.eqns, place).primitive.lower.kind === "prefix");
}

export function prefixesOf(plan: FusionPlan, part: FusionPart): readonly Eqn[] {
  return prefixPlaces(plan, part).map((place) => at(plan.jaxpr.eqns, place));
}

export function prefixLowering({ primitive }: Eqn): PrefixLowering<Params> {
  if (primitive.lower.kind !== "prefix") throw new InternalError(`${primitive.name} is no prefix`);
  return primitive.lower;
}

/** Elements of a block that is summed from the start. */
const blockSize = 32;

/** The states of each prefix. */
type States<State extends Expr = Expr> = ReadonlyMap<Eqn, readonly State[]>;

/**
 * Runs along an axis with the states of some prefixes. A sum of floats is kept in levels where its target does not carry it
 * wider: sums of blocks, of blocks of blocks, and so on, each from the start. So its rounding error grows with the logarithm of
 * the extent and not with the extent.
 */
export class PrefixLoop {
  readonly #emitter: GroupEmitter;
  readonly #prefixes: readonly Eqn[];
  readonly #wide: boolean;

  constructor(emitter: GroupEmitter, prefixes: readonly Eqn[], wide: boolean) {
    this.#emitter = emitter;
    this.#prefixes = prefixes;
    this.#wide = wide;
  }

  /** `body` emits one iteration at a place of the axis, with what takes elements into the states. */
  run(extent: number, reverse: boolean, body: (place: Expr, passOn: PassOn) => void): void {
    const { forms } = this.#emitter.elements;
    const placeOf = (number: Expr): Expr => {
      if (!reverse || number.kind === "const") return reverse ? int(extent - 1) : number;
      const place = this.#emitter.builder.let(sub(int(extent - 1), number), "place");
      if (place.kind === "ref") forms.bound(place.name, { low: 0, high: extent - 1 });
      return place;
    };
    let levels = 0;
    if (this.#roundsSums()) while (blockSize ** (levels + 1) < extent) levels++;
    const step = (number: Expr, passOn: PassOn): void => this.#emitter.elements.inScope(() => body(placeOf(number), passOn));
    this.#level(levels, { extent, begin: int(0), end: int(extent), base: null }, step);
  }

  #roundsSums(): boolean {
    return this.#prefixes.some((eqn) => prefixLowering(eqn).states(contextOf({ eqn, outIndex: 0 }))
      .some(({ role, init: { type: { dtype } } }) => role === "sum" && (dtype === "float64" || (dtype === "float32" && !this.#wide))));
  }

  /** Runs over a block; gives the states of the block alone. */
  #level(level: number, block: Block, step: (number: Expr, passOn: PassOn) => void): States<RefExpr> {
    const { builder } = this.#emitter;
    const states: States<RefExpr> = new Map(this.#prefixes.map((eqn) => [eqn, startStates(this.#emitter, eqn)]));
    const { begin, end, extent } = block;
    if (level === 0) {
      const passOn: PassOn = (producer, operand) => {
        const { eqn } = producer;
        const own = required(states.get(eqn), "states");
        passElement(this.#emitter, eqn, own, operand);
        return prefixLowering(eqn).finish(this.#emitter.elements.emitter, this.#behind(eqn, block.base, own), contextOf(producer));
      };
      if (extent === 1) step(int(0), passOn);
      else builder.for("serial", begin, end, 1, (number) => {
        this.#emitter.elements.forms.bound(number.name, { low: 0, high: extent - 1 });
        step(number, passOn);
      });
      return states;
    }
    const size = blockSize ** level;
    builder.for("serial", begin, end, size, (first) => {
      const base = new Map(this.#prefixes.map((eqn) => [eqn, this.#behind(eqn, block.base, required(states.get(eqn), "states")).map((state) => builder.let(state, "base"))]));
      const inner: Block = { extent, begin: first, end: builder.let(min(add(first, size), end), "end"), base };
      for (const [eqn, own] of this.#level(level - 1, inner, step)) {
        const total = required(states.get(eqn), "states");
        this.#emitter.assignAll(total, prefixLowering(eqn).combine(this.#emitter.elements.emitter, total, own, contextOf({ eqn, outIndex: 0 })));
      }
    });
    return states;
  }

  /** States behind those of what comes before the block. */
  #behind(eqn: Eqn, base: States | null, states: readonly Expr[]): readonly Expr[] {
    const before = base?.get(eqn);
    return before === undefined ? states : prefixLowering(eqn).combine(this.#emitter.elements.emitter, before, states, contextOf({ eqn, outIndex: 0 }));
  }
}

interface Block {
  readonly extent: number;
  readonly begin: Expr;
  readonly end: Expr;
  /** The states of everything before the block; null for nothing. */
  readonly base: States | null;
}

/** Variables for the states of a prefix, as of no elements. */
export function startStates({ builder }: GroupEmitter, eqn: Eqn): readonly RefExpr[] {
  return prefixLowering(eqn).states(contextOf({ eqn, outIndex: 0 })).map(({ role, init }) => builder.var(init, role === "sum" ? "total" : "state"));
}

/** Takes one more element into the states of a prefix. */
export function passElement(emitter: GroupEmitter, eqn: Eqn, states: readonly RefExpr[], element: Expr): void {
  emitter.assignAll(states, prefixLowering(eqn).step(emitter.elements.emitter, states, element, contextOf({ eqn, outIndex: 0 })));
}
