/** @file The emitter for looking at what a lowering reads: nothing is emitted. */

import type { Emitter } from "./types.ts";

/** Emits nothing; takes both branches, and one turn of a loop. */
export const silentEmitter: Emitter = {
  let: (value) => value,
  branch: (_condition, then, otherwise) => {
    then();
    return otherwise();
  },
  repeat: (_count, first, next) => next(first, { kind: "ref", type: { dtype: "int32", width: 1 }, name: "turn" }),
};
