/** @file `slice(start, stop, step)`: Python's `start:stop:step` for `x.get(...)`. */

import type { Slice } from "../types.ts";

/**
 * A part of an axis. One argument is `stop`, as in Python; null leaves a bound out.
 *
 * @example x.get(slice(1, null), slice(2)) // x[1:, :2]
 */
export function slice(...bounds: readonly (number | null)[]): Slice {
  const [start = null, stop = null, step = null] = bounds.length < 2 ? [null, ...bounds] : bounds;
  return { kind: "slice", start, stop, step };
}
