/** @file `NDArray` as users import it: the type of arrays, and the class for `instanceof`. */

import { NDArray as ArrayClass } from "./array/ndarray.ts";
import type { DType, NDArray as ArrayType } from "./types.ts";

export type NDArray<D extends DType = DType> = ArrayType<D>;

/** The class of all arrays, traced ones among them. It cannot be constructed: `np.array` makes arrays. */
export const NDArray: abstract new (...args: never) => ArrayType = ArrayClass as unknown as abstract new (...args: never) => ArrayType;
