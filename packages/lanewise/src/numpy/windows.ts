/** @file np's window functions: weights that fall off from the middle of a row. */

import { raise } from "@lanewise/compiler/base/errors";
import { describeArgument } from "../arguments.ts";
import { badArgument } from "../errors.ts";
import type { ArrayLike, NDArray } from "../types.ts";
import { arange, full } from "./create.ts";
import { cos, divide, multiply, sqrt, subtract } from "./elementwise.ts";
import { i0 } from "./float-parts.ts";
import { abs, square } from "./functions.ts";

/** The places 0, 1, ... as floats, and what a window makes of them; of one place or none, ones. */
function window(name: string, M: number, weights: (places: NDArray) => NDArray): NDArray {
  if (typeof M !== "number" || !Number.isInteger(M) || M < 0) {
    raise(badArgument, { operation: `np.${name}`, argument: "M", expected: "an integer that is not negative", got: describeArgument(M), fix: "give the length of the window" });
  }
  return M <= 1 ? full([M], 1, "float32") : weights(arange(M).astype("float32"));
}

/** cos(2π factor n / (M - 1)) at each place n. */
const wave = (places: NDArray, factor: number): NDArray => cos(divide(multiply(2 * Math.PI * factor, places), places.size - 1));

/** A triangle of M places that is 0 at both ends. @throws LW3007 @example np.bartlett(3) // [0, 1, 0] */
export const bartlett = (M: number): NDArray => window("bartlett", M, (places) => subtract(1, divide(abs(places.mul(2).add(1 - M)), M - 1)));
/** Blackman's window: 0.42 - 0.5 cos(2πn / (M - 1)) + 0.08 cos(4πn / (M - 1)). @throws LW3007 */
export const blackman = (M: number): NDArray => window("blackman", M, (places) => subtract(0.42, multiply(0.5, wave(places, 1))).add(multiply(0.08, wave(places, 2))));
/** Hamming's window: 0.54 - 0.46 cos(2πn / (M - 1)). @throws LW3007 */
export const hamming = (M: number): NDArray => window("hamming", M, (places) => subtract(0.54, multiply(0.46, wave(places, 1))));
/** Hann's window: 0.5 - 0.5 cos(2πn / (M - 1)). @throws LW3007 */
export const hanning = (M: number): NDArray => window("hanning", M, (places) => multiply(0.5, subtract(1, wave(places, 1))));

/** Kaiser's window: I0(beta sqrt(1 - (2n / (M - 1) - 1)²)) / I0(beta); a larger beta is narrower. @throws LW3007 */
export const kaiser = (M: number, beta: ArrayLike): NDArray => window("kaiser", M, (places) => {
  const half = (M - 1) / 2;
  return divide(i0(multiply(beta, sqrt(subtract(1, square(divide(subtract(places, half), half)))))), i0(beta));
});
