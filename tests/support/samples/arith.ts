/** @file Samples of the family arith. */

import type * as family from "@lanewise/compiler/primitives/arith";
import { bool, call, calls, f32, i32, u32, values, type FamilySamples } from "./types.ts";

const sums = calls(
  [f32([3]), f32([3])], [f32([2, 3]), f32([])], [f32([]), f32([2])], [f32([2, 1]), f32([1, 3])], [f32([0]), f32([0])], [i32([4]), i32([4])], [u32([4]), u32([4])],
  [values([2], "int32", [2147483647, -2147483648]), values([2], "int32", [1, -1])],
);
const quotients = calls(
  [f32([3]), f32([3], 0.5, 2)], [f32([2, 3]), f32([], 0.5, 2)], [f32([]), f32([2], -2, -0.5)], [f32([2, 1]), f32([1, 3], 0.5, 2)],
  [values([6], "int32", [7, -7, 7, -7, 3, 0]), values([6], "int32", [2, 2, -2, -2, 1, 5])],
);

export const arithSamples: FamilySamples<typeof family> = {
  addP: sums, subP: sums, mulP: sums, maxP: sums, minP: sums, divP: quotients,
  integerPowP: [
    call("square", [f32([3])], { y: 2 }), call("cube", [f32([3])], { y: 3 }), call("inverse square", [f32([3], 0.5, 2)], { y: -2 }),
    call("zeroth", [f32([2])], { y: 0 }), call("first", [f32([2])], { y: 1 }), call("seventh", [f32([2])], { y: 7 }), call("integers", [i32([3])], { y: 5 }),
  ],
  convertElementTypeP: [
    call("to itself", [f32([3])], { newDType: "float32", weakType: false }),
    call("float to int", [values([5], "float32", [1.9, -1.9, 3e9, -3e9, Number.NaN])], { newDType: "int32", weakType: false }),
    call("int to float", [i32([3])], { newDType: "float32", weakType: false }),
    call("int to uint", [i32([3])], { newDType: "uint32", weakType: false }),
    call("float to bool", [values([4], "float32", [0, -0, 0.5, Number.NaN])], { newDType: "bool", weakType: false }),
    call("bool to float", [bool([4])], { newDType: "float32", weakType: false }),
  ],
  selectNP: calls(
    [bool([3]), f32([3]), f32([3])], [bool([]), f32([2, 3]), f32([2, 3])], [values([3], "int32", [2, 0, 1]), f32([3]), f32([3]), f32([3])],
    [bool([2]), i32([2]), i32([2])], [values([2], "bool", [1, 0]), f32([2])],
  ),
};
