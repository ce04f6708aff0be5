/** @file Programs that reach every scheduling recipe for grids, at sizes with and without edges: one list for the interpreter and the device. */
import type { Jaxpr, Value } from "@lanewise/compiler/ir/types";
import { add, mul, selectN, sub } from "@lanewise/compiler/primitives/arith";
import { convGeneralDilated } from "@lanewise/compiler/primitives/conv";
import { dotGeneral } from "@lanewise/compiler/primitives/contract";
import { broadcastInDim, reduceSum, transpose } from "@lanewise/compiler/primitives/linear";
import { reshape } from "@lanewise/compiler/primitives/linear-reshape";
import { cumsum } from "@lanewise/compiler/primitives/cumulative";
import { slice } from "@lanewise/compiler/primitives/structural";
import { sort } from "@lanewise/compiler/primitives/sort";
import { reduceMax, reduceMin, reduceOr } from "@lanewise/compiler/primitives/reduce";
import { exp, tanh } from "@lanewise/compiler/primitives/unary";
import { gpuTuning, softwareTuning, webgpuTarget, type Capabilities } from "@lanewise/compiler/target";
import { jaxprOf } from "./programs.ts";

export interface Recipe {
  readonly name: string;
  readonly jaxpr: Jaxpr;
}

const tinyGpu: Capabilities = {
  ...webgpuTarget, maxWorkgroups: 5, workgroupBytes: 2048, maxWorkgroup: 16,
  tuning: { ...gpuTuning, workgroup: 8, elements: 16, rowInvocations: 8, invocations: 64, tile: { rows: 8, columns: 8, inner: 4, registers: [2, 4], staged: true } },
};

/** Devices of each class, and one on which everything is small, so that small programs reach every recipe. */
export const gridDevices: readonly (readonly [string, Capabilities])[] = [
  ["a GPU", webgpuTarget],
  ["a software adapter", { ...webgpuTarget, tuning: softwareTuning }],
  ["a tiny GPU", tinyGpu],
  ["a tiny GPU with subgroups", { ...tinyGpu, subgroups: true }],
];

const recipes: Recipe[] = [];
const recipe = (name: string, specs: readonly string[], run: (...inputs: Value[]) => Value | readonly Value[]): void => {
  recipes.push({ name: `${name} of ${specs.join(" ")}`, jaxpr: jaxprOf(specs, run) });
};

for (const shape of ["f32[64]", "f32[65]", "i32[7,12]", "f32[3,5,8]", "i8[20]", "u16[9]"]) recipe("elementwise", [shape], (x) => add(mul(x, x), x));
for (const shape of ["f32[4099]", "f32[70,59]", "i32[4101]", "f32[4110]"]) recipe("a chain with a tail", [shape], (x) => add(mul(x, x), x));
recipe("bytes and a tail", ["u8[5001]"], (x) => add(x, x));
recipe("scalars and a tail", ["f32[4099]", "f32[]"], (x, y) => [mul(x, broadcastInDim(y, [4099], [])), exp(x)]);
recipe("a tail of misaligned places", ["f32[4099]", "f32[4100]"], (x, y) => add(x, slice(y, [1], [4100])));
recipe("a long chain", ["f32[256]"], (x) => tanh(exp(tanh(x))));
recipe("a row for all", ["f32[6,8]", "f32[8]"], (x, row) => add(x, broadcastInDim(row, [6, 8], [1])));
recipe("a column for all", ["f32[6,8]", "f32[6]"], (x, column) => add(x, broadcastInDim(column, [6, 8], [0])));
recipe("a transpose", ["f32[33,40]"], (x) => transpose(x, [1, 0]));
recipe("a transpose", ["f32[32,64]", "f32[64,32]"], (x, y) => add(transpose(x, [1, 0]), y));
recipe("a transpose between others", ["f32[20,3,24]", "f32[24,3,20]"], (x, y) => [mul(transpose(x, [2, 1, 0]), y), add(transpose(x, [2, 1, 0]), y)]);
recipe("a transpose of bools", ["bool[16,16]"], (x) => transpose(x, [1, 0]));
recipe("a transpose of batches", ["f32[2,9,3,16]"], (x) => exp(transpose(x, [0, 2, 1, 3])));

for (const shape of [[4, 64], [5, 67], [1, 300], [300, 3], [2, 1024], [70, 16]] as const) {
  const spec = `f32[${shape.join(",")}]`;
  recipe("row sums", [spec], (x) => reduceSum(mul(x, x), [1]));
  recipe("column sums", [spec], (x) => exp(reduceSum(x, [0])));
  recipe("largest of rows", [spec], (x) => reduceMax(x, [1]));
  recipe("everything summed", [spec], (x) => reduceSum(x, [0, 1]));
  recipe("rows over their largest", [spec], (x) => {
    const largest = broadcastInDim(reduceMax(x, [1]), [...shape], [0]);
    const powers = exp(sub(x, largest));
    return mul(powers, broadcastInDim(reduceSum(powers, [1]), [...shape], [0]));
  });
  recipe("rows without their mean", [spec], (x) => {
    const centred = sub(x, broadcastInDim(reduceSum(x, [1]), [...shape], [0]));
    return [centred, reduceSum(mul(centred, centred), [1])];
  });
}
recipe("bools", ["bool[40,52]", "f32[40,52]"], (x, y) => [reduceOr(x, [1]), selectN(x, [y, mul(y, y)])]);
recipe("integers", ["i32[9,40]"], (x) => [reduceSum(x, [1]), reduceMin(x, [0])]);
recipe("a small sum", ["f32[3]"], (x) => reduceSum(x, [0]));
recipe("a long sum", ["f32[20000]"], (x) => reduceSum(mul(x, x), [0]));
recipe("a long odd sum", ["f32[20001]"], (x) => reduceSum(x, [0]));
recipe("few long rows", ["f32[3,9000]"], (x) => [reduceSum(x, [1]), reduceMax(x, [1])]);
recipe("few long columns", ["f32[9000,4]"], (x) => reduceSum(x, [0]));
recipe("outer and inner axes", ["f32[6,5,8]"], (x) => reduceSum(x, [0, 2]));
recipe("a middle axis", ["f32[6,50,8]"], (x) => reduceSum(x, [1]));

const product = (left: number[], right: number[], batch: number[] = []): Parameters<typeof dotGeneral>[2] =>
  ({ contractLeft: left, contractRight: right, batchLeft: batch, batchRight: batch });
for (const [m, n, k] of [[16, 16, 16], [17, 13, 21], [3, 2, 5], [1, 40, 33], [40, 1, 33], [64, 64, 32], [66, 70, 19], [8, 8, 300], [1, 1, 500]] as const) {
  recipe("a product", [`f32[${m},${k}]`, `f32[${k},${n}]`], (a, b) => dotGeneral(a, b, product([1], [0])));
  recipe("a product of transposes", [`f32[${k},${m}]`, `f32[${n},${k}]`], (a, b) => dotGeneral(a, b, product([0], [1])));
}
// Few results of many products, with and without chunks that divide them.
for (const [m, n, k] of [[6, 5, 1026], [5, 3, 1031]] as const) {
  recipe("a long product", [`f32[${m},${k}]`, `f32[${k},${n}]`], (a, b) => tanh(dotGeneral(a, b, product([1], [0]))));
}
recipe("batched products", ["f32[3,10,12]", "f32[3,12,9]"], (a, b) => dotGeneral(a, b, product([2], [1], [0])));
recipe("products over two axes", ["f32[7,4,6]", "f32[4,6,9]"], (a, b) => dotGeneral(a, b, product([1, 2], [0, 1])));
recipe("a layer", ["f32[18,24]", "f32[24,20]", "f32[20]"], (x, w, b) => tanh(add(dotGeneral(x, w, product([1], [0])), broadcastInDim(b, [18, 20], [1]))));
recipe("a matrix and a vector", ["f32[50,64]", "f32[64]"], (a, x) => dotGeneral(a, x, product([1], [0])));
recipe("a vector and a matrix", ["f32[64]", "f32[64,50]"], (x, a) => dotGeneral(x, a, product([0], [0])));
recipe("integer products", ["i32[12,8]", "i32[8,12]"], (a, b) => dotGeneral(a, b, product([1], [0])));
recipe("distances", ["f32[20,6]", "f32[24,6]"], (x, y) => {
  const apart = sub(broadcastInDim(x, [20, 24, 6], [0, 2]), broadcastInDim(y, [20, 24, 6], [1, 2]));
  return reduceSum(mul(apart, apart), [2]);
});
// Padding is a guard that becomes masks; strides, dilations and groups change how the loads move.
recipe("a convolution", ["f32[2,10,9,12]", "f32[16,10,3,3]"], (x, w) => convGeneralDilated(x, w, [1, 1], [[1, 1], [1, 1]]));
recipe("a strided convolution", ["f32[1,9,12,11]", "f32[5,9,3,2]"], (x, w) => convGeneralDilated(x, w, [2, 2], [[1, 0], [0, 2]]));
recipe("a convolution of few features", ["f32[1,3,8,10]", "f32[4,3,3,3]"], (x, w) => convGeneralDilated(x, w, [1, 1], [[1, 1], [1, 1]]));
recipe("a dilated convolution", ["f32[1,8,7,8]", "f32[8,8,3,3]"], (x, w) => convGeneralDilated(x, w, [1, 1], [[2, 2], [2, 2]], { rhsDilation: [2, 2] }));
recipe("a transposed convolution", ["f32[1,8,5,6]", "f32[6,8,3,3]"], (x, w) => convGeneralDilated(x, w, [1, 1], [[2, 2], [2, 2]], { lhsDilation: [2, 2] }));
recipe("a convolution in groups", ["f32[1,16,6,8]", "f32[12,8,3,3]"], (x, w) => convGeneralDilated(x, w, [1, 1], [[1, 1], [1, 1]], { featureGroupCount: 2 }));
recipe("a convolution with features last", ["f32[1,6,8,12]", "f32[3,3,12,16]"], (x, w) => tanh(convGeneralDilated(x, w, [1, 1], [[1, 1], [1, 1]], {
  dimensionNumbers: { lhsSpec: [0, 3, 1, 2], rhsSpec: [3, 2, 0, 1], outSpec: [0, 3, 1, 2] },
})));
recipe("the weights' gradient", ["f32[2,9,8,8]", "f32[2,10,8,8]"], (x, ct) => convGeneralDilated(x, ct, [1, 1], [[1, 1], [1, 1]], {
  dimensionNumbers: { lhsSpec: [1, 0, 2, 3], rhsSpec: [1, 0, 2, 3], outSpec: [1, 0, 2, 3] },
}));
recipe("the weights' gradient of large images", ["f32[2,2,16,16]", "f32[2,3,16,16]"], (x, ct) => convGeneralDilated(x, ct, [1, 1], [[1, 1], [1, 1]], {
  dimensionNumbers: { lhsSpec: [1, 0, 2, 3], rhsSpec: [1, 0, 2, 3], outSpec: [1, 0, 2, 3] },
}));
recipe("integer convolutions", ["i32[1,8,6]", "i32[8,8,3]"], (x, w) => convGeneralDilated(x, w, [1], [[1, 1]]));
recipe("another shape", ["f32[6,8]"], (x) => exp(reshape(x, [4, 12])));
recipe("prefix sums of rows", ["f32[3,1100]"], (x) => cumsum(mul(x, x), 1));
recipe("rows in order", ["f32[2,600]"], (x) => sort([add(x, x)], 1));
recipe("nothing", ["f32[0,4]", "f32[4]"], (x, y) => [reduceSum(x, [1]), add(reduceSum(x, [0]), y)]);
recipe("rows of several arrays", ["f32[4,20]", "f32[4,30]"], (x, y) => [reduceSum(x, [1]), reduceSum(y, [1])]);

export const gridRecipes: readonly Recipe[] = recipes;

/** The programs for a device; where subgroups are all that is new to it, every other one of those that fold, which has each kind of them. */
export function recipesFor({ subgroups }: Capabilities): readonly Recipe[] {
  if (!subgroups) return recipes;
  return recipes.filter(({ name }) => /sum|largest|mean|bools|integers|vector|long/.test(name)).filter((_, place) => place % 2 === 0);
}
