/** @file np's copies, arrays whose elements do not matter, and the array API's name of concatenate. */

import { parseOptional, type Optional } from "../arguments.ts";
import type { ArrayLike, DType, NDArray } from "../types.ts";
import { array, zeros, zerosLike, type FillOptions, type LikeOptions } from "./create.ts";
import { concatenate } from "./shapes.ts";

/** A copy of the array. Arrays are immutable, so that one is rarely needed. @throws LW3001 */
export const copy = (a: ArrayLike): NDArray => array(a);

/** An array whose elements do not matter: zeros here, as in JAX. float32 unless a dtype is given. @throws LW3007, LW3004 @example np.empty([2, 3]) */
export const empty = <D extends DType = DType>(shape: number | readonly number[], ...rest: Optional<["dtype"], FillOptions<D>>): NDArray<D> => zeros<D>(shape, ...rest);

/** An array of another one's shape and dtype whose elements do not matter: zeros. @throws LW3007, LW3004 */
export const emptyLike = (prototype: ArrayLike, ...rest: Optional<["dtype", "shape"], LikeOptions>): NDArray => zerosLike(prototype, ...rest);

/** Arrays joined along an axis; null ravels them first. @throws LW3005, LW3006 @example np.concat([a, b], { axis: 1 }) */
export function concat(arrays: readonly ArrayLike[] | NDArray, ...rest: Optional<["axis"], { readonly axis?: number | null }>): NDArray {
  const { axis = 0 } = parseOptional<{ axis?: number | null }>({ operation: "np.concat", positional: ["axis"] }, rest);
  return concatenate(arrays, { axis });
}
