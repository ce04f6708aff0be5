/** @file Programs with prefixes: rows of all lengths and directions, alone and between what they take in and what they give out. */

import type { Jaxpr, Value } from "@lanewise/compiler/ir/types";
import { add, mul, scalarLike, sub } from "@lanewise/compiler/primitives/arith";
import { cumlogsumexp, cummax, cummin, cumprod, cumsum } from "@lanewise/compiler/primitives/cumulative";
import { broadcastInDim, reduceSum, transpose } from "@lanewise/compiler/primitives/linear";
import { reshape } from "@lanewise/compiler/primitives/linear-reshape";
import { reduceMax } from "@lanewise/compiler/primitives/reduce";
import { pad } from "@lanewise/compiler/primitives/structural";
import { exp, tanh } from "@lanewise/compiler/primitives/unary";
import { jaxprOf } from "./programs.ts";

export interface PrefixProgram {
  readonly name: string;
  readonly jaxpr: Jaxpr;
  /** Kernels of its fusion plan on js. */
  readonly kernels: number;
}

const programs: PrefixProgram[] = [];
const program = (name: string, specs: readonly string[], run: (...inputs: Value[]) => Value | readonly Value[], kernels = 1): void => {
  programs.push({ name: `${name} of ${specs.join(" ")}`, jaxpr: jaxprOf(specs, run), kernels });
};

const tripled = (x: Value): Value => mul(x, scalarLike(x, 3));

// Every length: none, one, less and more than what is taken in at once, a block, several blocks, more blocks than lanes.
for (const extent of [0, 1, 2, 7, 8, 33, 515]) {
  program("a chain before and behind", [`f32[${extent}]`], (x) => tripled(cumsum(add(mul(x, x), x), 0)));
  program("rows from the end", [`f32[2,${extent}]`], (x) => cumsum(x, 1, true));
}

// Every axis, in rows, in strips of columns and in rows of a few columns.
for (const [shape, axis] of [[[9, 40], 0], [[2, 5, 300], 1], [[4, 37, 3], 1], [[515, 2], 0], [[2, 1, 17], 1], [[1, 50], 0]] as const) {
  for (const reverse of [false, true]) {
    program(`axis ${axis}${reverse ? " from the end" : ""}`, [`f32[${shape.join(",")}]`, `f32[${shape.join(",")}]`], (x, y) => mul(cumsum(sub(x, y), axis, reverse), y));
  }
}

// Every operation; narrow dtypes are the op table's.
for (const dtype of ["i32", "u32", "f64"]) {
  program("sums and extremes", [`${dtype}[3,70]`], (x) => [cumsum(tripled(x), 1), cummax(tripled(x), 1), tripled(cummin(x, 1))]);
  program("sums of columns", [`${dtype}[70,20]`], (x) => tripled(cumsum(tripled(x), 0, true)));
}
program("products", ["f32[3,40]"], (x) => cumprod(add(mul(x, scalarLike(x, 0.1)), scalarLike(x, 1)), 1));
program("products of integers", ["i32[2,60]"], (x) => cumprod(x, 1));
for (const spec of ["f32[515]", "f32[3,40]", "f32[40,20]", "f64[2,50]"]) {
  program("logarithms of sums", [spec], (x) => tanh(cumlogsumexp(tripled(x), spec.startsWith("f32[40") ? 0 : x.aval.shape.length - 1, true)));
}

// What shares a kernel, and what does not.
program("sums of sums", ["f32[4,60]"], (x) => cumsum(tripled(cumsum(x, 1)), 1));
program("sums both ways", ["f32[4,60]"], (x) => add(cumsum(x, 1), cumsum(x, 1, true)));
program("sums along two axes", ["f32[20,60]"], (x) => cumsum(cumsum(x, 1), 0), 2);
program("sums read across", ["f32[20,20]"], (x) => add(x, transpose(cumsum(x, 1), [1, 0])));
program("sums of a transpose", ["f32[30,20]"], (x) => cumsum(transpose(x, [1, 0]), 1));
program("sums under another shape", ["f32[4,30]"], (x) => tripled(reshape(cumsum(x, 1), [2, 2, 30])));
program("sums of raveled rows", ["f32[4,30]"], (x) => tripled(cumsum(reshape(tripled(x), [120]), 0)));
program("sums of padded rows", ["f32[3,30]"], (x) => cumsum(pad(x, scalarLike(x, 1), [[0, 0, 0], [2, 3, 0]]), 1));
program("padded sums", ["f32[3,30]"], (x) => pad(cumsum(x, 1), scalarLike(x, 1), [[0, 0, 0], [2, 3, 0]]));
program("a total of sums", ["f32[5,60]"], (x) => reduceSum(cumsum(x, 1), [1]));
program("sums of a softmax", ["f32[6,50]"], (x) => {
  const powers = exp(sub(x, broadcastInDim(reduceMax(x, [1]), [6, 50], [0])));
  return cumsum(mul(powers, broadcastInDim(reduceSum(powers, [1]), [6, 50], [0])), 1);
});
program("columns of a softmax", ["f32[50,20]"], (x) => {
  const powers = exp(sub(x, broadcastInDim(reduceMax(x, [0]), [50, 20], [1])));
  return cumsum(mul(powers, broadcastInDim(reduceSum(powers, [0]), [50, 20], [1])), 0);
});

export const prefixPrograms: readonly PrefixProgram[] = programs;
