/** @file jit: a function is traced once per types of its arguments, compiled, and then called without being run again. */

import { currentTrace } from "@lanewise/compiler/trace/stack";
import { session } from "../session.ts";
import type { AnyFunction, ArrayFunction } from "../types.ts";
import { collectAll } from "./call-pattern.ts";
import type { Subject } from "./call.ts";
import { dressAs, infoOf } from "./function-info.ts";
import { callSlowly, finishCall, mayRun, newJitState, precompile, type JitState } from "./jit-call.ts";
import { readJitOptions, sameJitOptions, type JitSettings } from "./jit-options.ts";
import { refuseFurther } from "./options.ts";
import { Lowering } from "./lowered.ts";
import type { Jitted, JitOptions } from "./signatures.ts";

// The traced calls of a function belong to it: jit(f) in a loop finds those of the round before. The map is weak, and what
// it holds refers to the function nowhere.
const states = new WeakMap<AnyFunction, { readonly settings: JitSettings; readonly state: JitState }[]>();

function stateOf(f: AnyFunction, settings: JitSettings): JitState {
  const known = states.get(f) ?? [];
  const found = known.find((entry) => sameJitOptions(entry.settings, settings));
  if (found !== undefined) return found.state;
  const state = newJitState();
  states.set(f, [...known, { settings, state }]);
  return state;
}

/**
 * Compiles a function: traced once for each tree structure, shapes and dtypes of its arguments, and run as one program.
 *
 * @param f takes and returns trees of arrays and has no side effects: its JavaScript runs only while it is traced
 * @returns a function of the same arguments, with `lower`, `compile`, `clearCache` and `cacheSize`
 * @throws LW3108 to LW3112, LW3121; LW1303 for a function that returns a promise or a generator
 * @example jit((x) => x.mul(2).sum())(np.array([1, 2, 3])) // 12
 */
export function jit<F extends ArrayFunction>(f: F, options?: JitOptions<F>): Jitted<F>;
export function jit<F extends AnyFunction>(f: F, options?: JitOptions<F>): Jitted<F>;
export function jit(f: AnyFunction, options?: unknown, ...further: readonly unknown[]): unknown {
  const info = infoOf("jit", f);
  refuseFurther("jit", further, "jit(f, { staticArgnums: 0, device: \"js\" })");
  const settings = readJitOptions(info, options);
  const subject: Subject = { operation: "jit", f, info };
  const state = stateOf(f, settings);

  const jitted = (...args: readonly unknown[]): unknown => {
    const { fast } = state;
    if (fast !== null && currentTrace() === null && fast.config === session.config && fast.generation === session.generation && fast.device === session.defaultDevice) {
      const inputs = fast.entry.hidden.slice();
      if (collectAll(fast.patterns, args, inputs) && mayRun(fast.compiled, inputs)) return finishCall(fast.entry, fast.compiled, inputs, subject);
    }
    return callSlowly(subject, settings, state, args);
  };

  const members = {
    lower: (...args: readonly unknown[]) => new Lowering(subject, settings, args),
    compile: (...specs: readonly unknown[]) => precompile(subject, settings, state, specs),
    clearCache: () => {
      state.cache.clear();
      state.fast = null;
    },
  };
  Object.assign(jitted, members);
  Object.defineProperty(jitted, "cacheSize", { get: () => (state.generation === session.generation ? state.cache.size : 0), enumerable: true });
  return dressAs(jitted, f, info);
}

