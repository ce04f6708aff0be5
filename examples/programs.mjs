/**
 * @file The first programs: functions of one example, made to work on batches by `vmap`.
 *
 * `npm run demo` shows each with its jaxpr and its kernel; the tests run the same list.
 */

import { jit, numpy as np, vmap } from "lanewise";

/** @typedef {import("lanewise").NDArray} NDArray */

/** @type {(value: import("lanewise").ArrayLike) => NDArray} */
const int = (value) => np.array(value, { dtype: "int32" });
/** @type {(...shape: number[]) => NDArray} */
const counting = (...shape) => np.arange(shape.reduce((product, extent) => product * extent, 1), { dtype: "float32" }).reshape(shape);

/**
 * The square of a dot product, for two vectors.
 * @type {(x: NDArray, y: NDArray) => NDArray}
 */
export const customDot = (x, y) => np.dot(x, y).pow(2);

/**
 * A product of vectors; batched twice it is a product of matrices.
 * @type {(x: NDArray, y: NDArray) => NDArray}
 */
export const vectorVector = (x, y) => np.dot(x, y);
export const matrixVector = vmap(vectorVector, [0, null], 0);
export const matrixMatrix = vmap(matrixVector, [null, 1], 1);

/** @type {(x: NDArray) => NDArray} */
export const square = (x) => x.pow(2);
/** @type {(weights: NDArray, biases: NDArray, inputs: NDArray) => NDArray} */
export const linearLayer = (weights, biases, inputs) => np.dot(inputs, weights).add(biases);

const x = int([[2, 2, 2], [3, 3, 3]]);
const y = int([[4, 4, 4], [5, 5, 5]]);

/**
 * Each program: what a reader would write, its arguments, and its result.
 * @type {readonly { name: string, run: (...args: any[]) => NDArray, args: readonly NDArray[], expected: unknown, dtype: string }[]}
 */
export const programs = [
  { name: "vmap(customDot, [0, 0])", run: vmap(customDot, [0, 0]), args: [x, y], expected: [576, 2025], dtype: "int32" },
  { name: "vmap(customDot)", run: vmap(customDot), args: [x, y], expected: [576, 2025], dtype: "int32" },
  { name: "jit(vmap(customDot))", run: jit(vmap(customDot)), args: [x, y], expected: [576, 2025], dtype: "int32" },
  {
    name: "columns: vmap(dot, [1, 1])", run: vmap(vectorVector, [1, 1]), args: [counting(2, 3), counting(2, 3)],
    expected: [9, 17, 29], dtype: "float32",
  },
  {
    name: "one vector against columns: vmap(dot, [null, 1])", run: vmap(vectorVector, [null, 1]),
    args: [np.array([1, 2]), counting(2, 3)], expected: [6, 9, 12], dtype: "float32",
  },
  {
    name: "matrix times matrix from dot and two vmaps", run: matrixMatrix, args: [counting(2, 3), counting(3, 4)],
    expected: [[20, 23, 26, 29], [56, 68, 80, 92]], dtype: "float32",
  },
  { name: "vmap(square)", run: vmap(square), args: [int([1, 2, 3, 4])], expected: [1, 4, 9, 16], dtype: "int32" },
  {
    name: "dot products of rows", run: vmap(vectorVector),
    args: [int([[1, 2, 3], [4, 5, 6]]), int([[7, 8, 9], [10, 11, 12]])], expected: [50, 167], dtype: "int32",
  },
  {
    name: "dot products with one row", run: vmap(vectorVector, [0, null]),
    args: [int([[1, 2, 3], [4, 5, 6]]), int([7, 8, 9])], expected: [50, 122], dtype: "int32",
  },
  {
    name: "sum of two batches", run: vmap((/** @type {NDArray} */ a, /** @type {NDArray} */ b) => a.add(b), { inAxes: 0, outAxes: 0 }), args: [counting(3, 2, 2), counting(3, 2, 2)],
    expected: [[[0, 2], [4, 6]], [[8, 10], [12, 14]], [[16, 18], [20, 22]]], dtype: "float32",
  },
  {
    name: "linear layer over a batch of inputs", run: vmap(linearLayer, [null, null, 0]),
    args: [np.array([[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]]), np.array([0.1, 0.2]), np.array([[1, 2, 3], [4, 5, 6], [7, 8, 9]])],
    expected: [[2.3, 3.0], [5.0, 6.6], [7.7, 10.2]], dtype: "float32",
  },
];
