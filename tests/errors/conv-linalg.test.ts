/** @file What convolutions, products of matrices and linear algebra say about wrong arguments. */

import { lax, linalg, numpy as np } from "lanewise";
import { describe, expect, test } from "vitest";

const image = np.ones([1, 2, 4, 4]);
const weights = np.ones([3, 2, 2, 2]);
type Conv = typeof lax.convGeneralDilated;
const conv = (strides: unknown, padding: unknown, ...rest: unknown[]) => (): unknown => (lax.convGeneralDilated as (...args: unknown[]) => unknown)(image, weights, strides, padding, ...rest);
const square = np.eye(3);

const cases: readonly (readonly [name: string, run: () => unknown, message: RegExp])[] = [
  ["ranks of a convolution", () => lax.conv(image, np.ones([2, 2]), [1, 1], "SAME"), /LW3005[^]*lax\.conv[^]*\(1, 2, 4, 4\) and rhs of shape \(2, 2\)/],
  ["features of a convolution", () => lax.conv(image, np.ones([3, 1, 2, 2]), [1, 1], "SAME"), /LW1401[^]*1 input features of the weights for 2/],
  ["dtypes of a convolution", () => lax.conv(image, weights.astype("int32"), [1, 1], "SAME"), /LW1402[^]*f32\[1,2,4,4\] and i32/],
  ["a stride missing", conv([1], "SAME"), /LW3007[^]*windowStrides[^]*list of 2 positive integers[^]*\[1\]/],
  ["a stride of zero", conv([1, 0], "SAME"), /windowStrides[^]*positive integers[^]*\[1, 0\]/],
  ["strides as a number", conv(2, "SAME"), /windowStrides[^]*list of 2[^]*number 2/],
  ["an unknown padding", conv([1, 1], "FULL"), /"SAME", "SAME_LOWER", "VALID"[^]*"FULL"/],
  ["a pair missing", conv([1, 1], [[1, 1]]), /padding[^]*list of 2 pairs[^]*a list of 1/],
  ["pairs of three", conv([1, 1], [[1, 1, 1], [0, 0, 0]]), /padding[^]*list of 2 pairs/],
  ["a name beside a dilated input", conv([1, 1], "SAME", { lhsDilation: [2, 1] }), /lhsDilation[^]*"SAME"[^]*convTranspose/],
  ["a dilation of zero", conv([1, 1], "SAME", { rhsDilation: [0, 1] }), /rhsDilation[^]*\[0, 1\]/],
  ["no groups", conv([1, 1], "SAME", { featureGroupCount: 0 }), /featureGroupCount[^]*a positive integer[^]*number 0/],
  ["half a group", conv([1, 1], "SAME", { batchGroupCount: 0.5 }), /batchGroupCount[^]*a positive integer[^]*0\.5/],
  ["two layouts", conv([1, 1], "SAME", { dimensionNumbers: ["NCHW", "OIHW"] }), /dimensionNumbers[^]*three strings[^]*a list of 2/],
  ["a layout that is too short", conv([1, 1], "SAME", { dimensionNumbers: ["NCHW", "OIHW", "NCH"] }), /dimensionNumbers\[2\][^]*each of the 4 axes[^]*"NCH"/],
  ["a layout without features", conv([1, 1], "SAME", { dimensionNumbers: ["NXHW", "OIHW", "NCHW"] }), /dimensionNumbers\[0\][^]*letters N and C[^]*"NXHW"/],
  ["a letter twice", conv([1, 1], "SAME", { dimensionNumbers: ["NCHH", "OIHW", "NCHW"] }), /dimensionNumbers\[0\][^]*each letter once[^]*"NCHH"/],
  ["other spatial letters", conv([1, 1], "SAME", { dimensionNumbers: ["NCHW", "OIHW", "NCXW"] }), /dimensionNumbers\[2\][^]*same spatial letters[^]*"NCXW"/],
  ["axes that are none", conv([1, 1], "SAME", { dimensionNumbers: { lhsSpec: [0, 1, 2, 4], rhsSpec: [0, 1, 2, 3], outSpec: [0, 1, 2, 3] } }), /lhsSpec[^]*each of the 4 axes once[^]*\(0, 1, 2, 4\)/],
  ["a precision that is none", conv([1, 1], "SAME", { precision: "exact" }), /precision[^]*"default", "high" or "highest"[^]*"exact"/],
  ["a narrower result", conv([1, 1], "SAME", { preferredElementType: "float16" }), /no narrower than float32[^]*float16/],
  ["an unknown name", conv([1, 1], "SAME", { groups: 2 }), /LW3007[^]*featureGroupCount[^]*one named groups/],
  ["a transposed convolution of an unknown padding", () => lax.convTranspose(np.ones([1, 4, 2]), np.ones([3, 2, 3]), [2], "SAME_LOWER"), /list of \[low, high\] beside lhsDilation[^]*"SAME_LOWER"/],
  ["a transposed convolution of many axes", () => lax.convTranspose(np.ones([1, 1, 1, 1, 1, 1]), np.ones([1, 1, 1, 1, 1, 1]), [1, 1, 1, 1], "SAME"), /dimensionNumbers[^]*6 axes/],
  ["vectors of other extents", () => lax.dot(np.ones([2]), np.ones([3])), /LW3005[^]*\(2,\) and rhs of shape \(3,\)/],
  ["dot of three axes", () => lax.dot(np.ones([2, 2, 2]), np.ones([2])), /vectors or matrices[^]*\(2, 2, 2\)/],
  ["batches of other ranks", () => lax.batchMatmul(np.ones([2, 2]), np.ones([1, 2, 2])), /one rank, at least 2[^]*\(2, 2\) and rhs of shape \(1, 2, 2\)/],
  ["batches of vectors", () => lax.batchMatmul(np.ones([2]), np.ones([2])), /at least 2[^]*\(2,\)/],
  ["batches of other extents", () => lax.batchMatmul(np.ones([1, 2, 3]), np.ones([1, 2, 3])), /LW1401[^]*\(1, 2, 3\) and \(1, 2, 3\)/],
  ["cholesky of a rectangle", () => lax.linalg.cholesky(np.ones([2, 3])), /LW3005[^]*lax\.linalg\.cholesky[^]*\(\.\.\., n, n\)[^]*\(2, 3\)/],
  ["np's cholesky of a vector", () => np.linalg.cholesky(np.ones([3])), /LW3005[^]*np\.linalg\.cholesky[^]*\(3,\)/],
  ["cholesky of integers without symmetrizing", () => lax.linalg.cholesky(square.astype("int32"), { symmetrizeInput: false }), /LW1403[^]*float32 or float64[^]*i32\[3,3\]/],
  ["cholesky with a number for a flag", () => np.linalg.cholesky(square, { upper: 1 as never }), /upper[^]*true or false[^]*number 1/],
  ["cholesky with lower", () => np.linalg.cholesky(square, { lower: true } as never), /upper, symmetrizeInput[^]*one named lower/],
  ["a system with too many rows", () => lax.linalg.triangularSolve(square, np.ones([4, 1]), { leftSide: true }), /LW1401[^]*\(3, k\)[^]*\(4, 1\)/],
  ["a system of two dtypes", () => lax.linalg.triangularSolve(square, np.ones([3, 1], "float16"), { leftSide: true }), /LW1402[^]*f32\[3,3\] and f16\[3,1\]/],
  ["a system of integers", () => lax.linalg.triangularSolve(square.astype("int32"), np.ones([3, 1], "int32"), { leftSide: true }), /LW1403[^]*floats[^]*i32/],
  ["scipy's system with too many rows", () => linalg.solveTriangular(square, np.ones([4])), /LW3005[^]*linalg\.solveTriangular[^]*\(3,\) or \(\.\.\., 3, k\)[^]*\(4,\)/],
  ["scipy's system of a rectangle", () => linalg.solveTriangular(np.ones([2, 3]), np.ones([3])), /LW3005[^]*square[^]*\(2, 3\)/],
  ["scipy's system with batches that do not fit", () => linalg.solveTriangular(np.ones([2, 3, 3]), np.ones([4, 3, 1])), /leading axes that broadcast[^]*\(2, 3, 3\) and \(4, 3, 1\)/],
  ["an unknown transposition", () => linalg.solveTriangular(square, np.ones([3]), "H" as never), /trans[^]*0, 1, 2, "N", "T" or "C"[^]*"H"/],
];

describe("the message names the mistake", () => {
  test.each(cases)("%s", (_name, run, message) => {
    expect(run).toThrow(message);
  });
});

test("layouts become axes by role", () => {
  const numbers = lax.convDimensionNumbers([1, 4, 5, 2], [3, 3, 2, 6], ["NWHC", "HWIO", "NHWC"]);
  expect(numbers).toEqual({ lhsSpec: [0, 3, 2, 1], rhsSpec: [3, 2, 0, 1], outSpec: [0, 3, 1, 2] });
  const direct: ReturnType<Conv> = lax.convGeneralDilated(np.ones([1, 4, 5, 2]), np.ones([3, 3, 2, 6]), [1, 1], "VALID", { dimensionNumbers: numbers });
  expect(direct.shape).toEqual([1, 3, 2, 6]);
});
