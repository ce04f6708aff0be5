/** @file Samples of the family linear. */

import type * as family from "@lanewise/compiler/primitives/linear";
import type * as reshapes from "@lanewise/compiler/primitives/linear-reshape";
import { call, calls, f32, i32, type FamilySamples } from "./types.ts";

export const linearSamples: FamilySamples<typeof family & typeof reshapes> = {
  broadcastInDimP: [
    call("scalar to matrix", [f32([])], { shape: [2, 3], broadcastDimensions: [] }),
    call("row to matrix", [f32([3])], { shape: [2, 3], broadcastDimensions: [1] }),
    call("column to matrix", [f32([2])], { shape: [2, 3], broadcastDimensions: [0] }),
    call("stretches an axis of 1", [f32([1, 3])], { shape: [2, 2, 3], broadcastDimensions: [1, 2] }),
    call("integers", [i32([2])], { shape: [2, 2], broadcastDimensions: [0] }),
    call("empty", [f32([0])], { shape: [2, 0], broadcastDimensions: [1] }),
  ],
  reduceSumP: [
    call("all axes", [f32([2, 3])], { axes: [0, 1] }),
    call("rows", [f32([2, 3])], { axes: [1] }),
    call("columns", [f32([3, 2])], { axes: [0] }),
    call("middle axis", [f32([2, 3, 2])], { axes: [1] }),
    call("outer axes", [f32([2, 3, 2])], { axes: [0, 2] }),
    call("no axes", [f32([3])], { axes: [] }),
    call("an empty axis", [f32([2, 0])], { axes: [1] }),
    call("integers", [i32([2, 3])], { axes: [0] }),
  ],
  transposeP: [
    call("matrix", [f32([2, 3])], { permutation: [1, 0] }),
    call("three axes", [f32([2, 3, 2])], { permutation: [2, 0, 1] }),
    call("identity", [f32([2, 3])], { permutation: [0, 1] }),
    call("integers", [i32([2, 1])], { permutation: [1, 0] }),
  ],
  reshapeP: [
    call("flatten", [f32([2, 3])], { newSizes: [6] }),
    call("split", [f32([6])], { newSizes: [3, 2] }),
    call("across", [f32([2, 6])], { newSizes: [4, 3] }),
    call("adds ones", [f32([3])], { newSizes: [1, 3, 1] }),
    call("to a scalar", [f32([1, 1])], { newSizes: [] }),
    call("empty", [f32([0, 3])], { newSizes: [3, 0] }),
  ],
  squeezeP: [
    call("first", [f32([1, 3])], { dimensions: [0] }),
    call("all", [f32([1, 1])], { dimensions: [0, 1] }),
    call("none", [f32([3])], { dimensions: [] }),
  ],
  addAnyP: calls([f32([3]), f32([3])], [f32([]), f32([])]),
  negP: calls([f32([2, 3])], [f32([])], [i32([3])]),
};
