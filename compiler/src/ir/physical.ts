/** @file How values without storage of their own are held: a random key is two words. */

import { aval as makeAval } from "./build.ts";
import type { Aval, Eqn } from "./types.ts";

export function isKey({ dtype }: Aval): boolean {
  return dtype === "key<fry>";
}

/** The type as memory holds it: keys are uint32 with one more axis, of extent 2, behind. */
export function physicalAval(aval: Aval): Aval {
  return isKey(aval) ? makeAval([...aval.shape, 2], "uint32") : aval;
}

/** Whether an equation takes or gives keys. */
export function touchesKeys({ inputs, outVars }: Eqn): boolean {
  return inputs.some(({ aval }) => isKey(aval)) || outVars.some(({ aval }) => isKey(aval));
}
