/** @file np's constants. */

export const pi: number = Math.PI;
export const e: number = Math.E;
export const inf: number = Infinity;
export const nan: number = NaN;
/** The Euler-Mascheroni constant. */
export const eulerGamma: number = 0.5772156649015329;
/** A new axis in `x.get(...)`. */
export const newaxis: null = null;
