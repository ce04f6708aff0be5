/** @file Functions of np that are written with other functions of np, and are one call in the jaxpr where JAX's are jitted. */

import { at } from "@lanewise/compiler/base/assert";
import type { Value } from "@lanewise/compiler/ir/types";
import { namedCall } from "../ops/named-call.ts";
import { settleNumbers } from "../ops/operands.ts";
import type { NDArray } from "../types.ts";
import { give, read } from "./operand.ts";

/** An array as a value of the system. */
export function valueOf(array: NDArray): Value {
  return read(array, "np", "array");
}

/**
 * Calls `run`, under this name of JAX, on arrays. What it computes with is its arguments and JS numbers; `statics` are, as
 * plain data, what else its result depends on.
 */
export function composed(name: string, statics: unknown, operands: readonly Value[], run: (...args: NDArray[]) => readonly NDArray[]): NDArray[] {
  const settled = settleNumbers(`np.${name}`, operands);
  return namedCall(name, statics, settled, (inner) => run(...inner.map((value) => give(value))).map(valueOf)).map((value) => give(value));
}

/** `composed` of a function with one result. */
export function composed1(name: string, statics: unknown, operands: readonly Value[], run: (...args: NDArray[]) => NDArray): NDArray {
  return at(composed(name, statics, operands, (...args) => [run(...args)]), 0);
}
