/** @file Samples of the family linalg. */

import type * as family from "@lanewise/compiler/primitives/linalg";
import type { TriangularSolveParams } from "@lanewise/compiler/primitives/linalg-solve-kernel";
import { call, f32, values, type FamilySamples, type SampleInput } from "./types.ts";

const definite = (shape: readonly number[]): SampleInput => ({ ...f32(shape, -1, 1), form: "positiveDefinite" });
const dominant = (shape: readonly number[]): SampleInput => ({ ...f32(shape, -1, 1), form: "dominantDiagonal" });

const plain: TriangularSolveParams = { leftSide: true, lower: true, transposeA: false, conjugateA: false, unitDiagonal: false };

export const linalgSamples: FamilySamples<typeof family> = {
  choleskyP: [
    call("a number", [definite([1, 1])], {}), call("two rows", [definite([2, 2])], {}), call("three rows", [definite([3, 3])], {}),
    call("a batch", [definite([2, 2, 2])], {}), call("empty", [f32([0, 0])], {}), call("an empty batch", [f32([0, 2, 2])], {}),
    call("not positive definite", [values([2, 2], "float32", [1, 2, 2, 1])], {}), call("singular", [values([2, 2], "float32", [0, 0, 0, 0])], {}),
    call("one that fails and one that does not", [values([2, 2, 2], "float32", [1, 2, 2, 1, 4, 2, 2, 3])], {}),
    call("the upper triangle is not read", [values([2, 2], "float32", [4, Number.NaN, 2, 3])], {}),
    call("NaN", [values([2, 2], "float32", [1, Number.NaN, Number.NaN, 2])], {}), call("infinite", [values([2, 2], "float32", [Infinity, 1, 1, 2])], {}),
  ],
  triangularSolveP: [
    call("lower on the left", [dominant([2, 2]), f32([2, 3])], plain),
    call("upper on the left", [dominant([3, 3]), f32([3, 1])], { ...plain, lower: false }),
    call("lower transposed on the left", [dominant([2, 2]), f32([2, 1])], { ...plain, transposeA: true }),
    call("upper transposed on the left", [dominant([2, 2]), f32([2, 2])], { ...plain, lower: false, transposeA: true }),
    call("lower on the right", [dominant([2, 2]), f32([3, 2])], { ...plain, leftSide: false }),
    call("upper on the right", [dominant([3, 3]), f32([1, 3])], { ...plain, leftSide: false, lower: false }),
    call("lower transposed on the right", [dominant([2, 2]), f32([1, 2])], { ...plain, leftSide: false, transposeA: true }),
    call("upper transposed on the right", [dominant([2, 2]), f32([2, 2])], { ...plain, leftSide: false, lower: false, transposeA: true }),
    call("ones on the diagonal", [f32([2, 2], -1, 1), f32([2, 2])], { ...plain, unitDiagonal: true }),
    call("ones on the diagonal, upper", [f32([2, 2], -1, 1), f32([1, 2])], { ...plain, leftSide: false, lower: false, unitDiagonal: true }),
    call("a batch", [dominant([2, 2, 2]), f32([2, 2, 1])], plain),
    call("empty", [f32([0, 0]), f32([0, 2])], plain), call("no right-hand side", [dominant([2, 2]), f32([2, 0])], plain),
    call("an empty batch", [f32([0, 2, 2]), f32([0, 2, 1])], plain),
    call("singular", [values([2, 2], "float32", [0, 0, 1, 1]), values([2, 2], "float32", [1, 0, 0, 1])], plain),
    call("the other triangle is not read", [values([2, 2], "float32", [2, Number.NaN, 1, 1]), values([2, 1], "float32", [0, 1])], plain),
    call("the diagonal is not read", [values([2, 2], "float32", [Number.NaN, 0, 1, 0]), values([2, 1], "float32", [1, 1])], { ...plain, unitDiagonal: true }),
    call("infinite", [values([2, 2], "float32", [2, 0, Infinity, 1]), values([2, 2], "float32", [1, 0, 1, 1])], plain),
  ],
};
