/** @file The class of arrays as users import it: for `instanceof` alone, since arrays are made by functions. */

import type { DType, NDArray as PublicArray } from "../types.ts";
import { NDArray as ArrayClass } from "./ndarray.ts";

export type NDArray<D extends DType = DType> = PublicArray<D>;

/** @example value instanceof NDArray */
export const NDArray = ArrayClass as unknown as abstract new (...args: never[]) => PublicArray;
