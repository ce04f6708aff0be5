/** @file What the tests of the command compile: exports of several kinds, in TypeScript. */
import { numpy as np, type NDArray } from "lanewise";
import { scale } from "./scale.ts";

interface Weights {
  readonly w: NDArray;
  readonly b: NDArray;
}

export default function double(x: NDArray): NDArray {
  return x.mul(scale);
}

export function predict({ w, b }: Weights, x: NDArray): NDArray {
  return x.dot(w).add(b);
}

export const loss = (x: NDArray, y: NDArray): NDArray => np.sum(x.mul(x).mul(y));

export function wrong(x: NDArray): NDArray {
  return x.reshape([7]);
}

export const version = 1;
