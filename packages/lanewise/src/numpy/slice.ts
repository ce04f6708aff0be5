/** @file `slice(start, stop, step)`: Python's `start:stop:step` for `x.get(...)`. */

import type { Slice } from "../types.ts";

/**
 * A part of an axis; null or nothing leaves a bound out. The first argument is always `start`, as in JavaScript's
 * `array.slice(1)` (Python's `slice(1)` is a stop).
 *
 * @example x.get(slice(1), slice(null, 2)) // x[1:, :2]
 */
export function slice(start: number | null = null, stop: number | null = null, step: number | null = null): Slice {
  return { kind: "slice", start, stop, step };
}
