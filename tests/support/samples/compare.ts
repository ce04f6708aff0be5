/** @file Samples of the family compare. */

import type * as family from "@lanewise/compiler/primitives/compare";
import { bool, calls, f32, i32, u32, values, type FamilySamples } from "./types.ts";

const special = [Number.NaN, Infinity, -Infinity, 0, -0, 1];
const comparisons = calls(
  [f32([3]), f32([3])], [f32([2, 3]), f32([])], [f32([2, 1]), f32([1, 3])], [i32([4]), i32([4])], [u32([4]), u32([4])], [bool([4]), bool([4])],
  [values([6], "float32", special), values([6], "float32", [...special].reverse())],
);

export const compareSamples: FamilySamples<typeof family> = {
  isFiniteP: calls([f32([2, 3])], [f32([])], [f32([0])], [values([6], "float32", special)]),
  eqP: comparisons, neP: comparisons, ltP: comparisons, leP: comparisons, gtP: comparisons, geP: comparisons,
};
