/** @file The twins of the programs in linalg.py, by the same names: functions with their arguments. */

import { grad, hessian, jvp, lax, linalg, numpy as np, vjp, vmap, type ArrayLike, type DType, type NDArray } from "lanewise";

/** The same numbers as `make` in linalg.py. */
function make(shape: readonly number[], seed = 0, dtype: DType = "float32"): NDArray {
  const size = shape.reduce((product, extent) => product * extent, 1);
  return np.array(Float64Array.from({ length: size }, (_, index) => ((((index * 7 + seed * 3) % 11) - 5) / 4))).reshape([...shape]).astype(dtype);
}

function symmetric(shape: readonly number[], seed = 0, shift: number | null = null): NDArray {
  const [m, n] = [make(shape, seed), shape.at(-1) ?? 0];
  return m.add(np.swapaxes(m, -1, -2)).div(2).add(np.eye(n).mul(shift ?? n + 1));
}

function triangular(shape: readonly number[], seed = 0): NDArray {
  const n = shape.at(-1) ?? 0;
  return make(shape, seed).add(np.eye(n).mul(n + 1));
}

const f32 = (values: ArrayLike): NDArray => np.array(values, "float32");
const i32 = (values: ArrayLike): NDArray => np.array(values, "int32");

type Run = (...args: NDArray[]) => unknown;
type Two = (a: NDArray, b: NDArray) => NDArray;
const unary = (f: (a: NDArray) => NDArray): Run => f as Run;
const binary = (f: Two): Run => f as Run;

const chol = (a: NDArray): NDArray => lax.linalg.cholesky(a);
const raw = (a: NDArray): NDArray => lax.linalg.cholesky(a, { symmetrizeInput: false });
const upper = (a: NDArray): NDArray => np.linalg.cholesky(a, { upper: true });
const cubes = (a: NDArray): NDArray => np.sum(chol(a).pow(3));

const solve = (options: Parameters<typeof lax.linalg.triangularSolve>[2]): Two => (a, b) => lax.linalg.triangularSolve(a, b, options);
const scipy = (...rest: [] | [Parameters<typeof linalg.solveTriangular>[2]]): Run => binary((a, b) => linalg.solveTriangular(a, b, ...rest));

/** The cotangents of the arguments; the last argument is that of the result. */
const pull = (f: Run): Run => (...args) => vjp(f, args.slice(0, -1))[1](args.at(-1) as never);
const push = (f: Run): Run => (...args) => jvp(f, args.slice(0, args.length / 2), args.slice(args.length / 2));
const map = (f: Run, axes?: readonly (number | null)[] | number): Run => vmap(f, axes as never) as Run;

const [a3, b3, c3] = [symmetric([3, 3], 1), make([3, 3], 2), make([3, 3], 3)];
const [batch, db] = [symmetric([2, 3, 3], 4), make([2, 3, 3], 5)];
const [t, ts, v, r] = [triangular([3, 3], 6), triangular([2, 3, 3], 7), make([3], 8), make([3, 2], 9)];
const left = { leftSide: true, lower: true };
/** The cotangent of a matrix by a fixed one. */
const pullBy = (c: NDArray): Run => (a) => pull(unary(chol))(a as NDArray, c);

const programs: Record<string, readonly [Run, ...NDArray[]]> = {
  "cholesky": [unary(chol), a3],
  "cholesky one": [unary(chol), symmetric([1, 1], 1)],
  "cholesky batch": [unary(chol), batch],
  "cholesky forty": [unary(chol), symmetric([40, 40], 2, 30)],
  "cholesky seventy": [unary(chol), symmetric([70, 70], 3, 40)],
  "cholesky not symmetric": [unary(chol), triangular([3, 3], 1)],
  "cholesky lower triangle": [unary(raw), triangular([3, 3], 1)],
  "cholesky not definite": [unary(chol), f32([[1, 2], [2, 1]])],
  "cholesky zero": [unary(chol), np.zeros([2, 2])],
  "cholesky one of two fails": [unary(chol), f32([[[1, 2], [2, 1]], [[4, 2], [2, 3]]])],
  "cholesky nan": [unary(chol), f32([[1, NaN], [NaN, 2]])],
  "cholesky infinite": [unary(chol), f32([[Infinity, 1], [1, 2]])],
  "cholesky empty": [unary(chol), np.zeros([0, 0])],
  "cholesky empty batch": [unary(chol), np.zeros([0, 3, 3])],
  "cholesky jvp": [push(unary(chol)), a3, b3],
  "cholesky jvp lower triangle": [push(unary(raw)), a3, b3],
  "cholesky jvp batch": [push(unary(chol)), batch, db],
  "cholesky vjp": [pull(unary(chol)), a3, c3],
  "cholesky vjp lower triangle": [pull(unary(raw)), a3, c3],
  "cholesky vjp batch": [pull(unary(chol)), batch, db],
  "cholesky vjp forty": [pull(unary(chol)), symmetric([40, 40], 2, 30), make([40, 40], 1)],
  "cholesky jvp of vjp": [(a, da, c) => jvp(pullBy(c as NDArray), [a], [da]), a3, b3, c3],
  "cholesky vjp of vjp": [(a, da, c) => vjp(pullBy(c as NDArray), [a])[1]([da] as never), a3, b3, c3],
  "cholesky vmap": [map(unary(chol)), batch],
  "cholesky vmap last": [map(unary(chol), -1), np.moveaxis(batch, 0, -1)],
  "cholesky vmap grad": [map(pull(unary(chol))), batch, db],
  "cholesky vmap jvp": [map(push(unary(chol)), [null, 0]), a3, db],
  "cholesky grad": [grad(cubes) as Run, a3],
  "cholesky hessian": [hessian(cubes) as Run, a3],
  "np cholesky": [unary((a) => np.linalg.cholesky(a)), a3],
  "np cholesky upper": [unary(upper), a3],
  "np cholesky upper triangle": [unary((a) => np.linalg.cholesky(a, { upper: true, symmetrizeInput: false })), triangular([3, 3], 1)],
  "np cholesky integers": [unary((a) => np.linalg.cholesky(a)), i32([[4, 2], [2, 3]])],
  "np cholesky upper vjp": [pull(unary(upper)), a3, c3],
  "solve vector left": [binary(solve(left)), t, v],
  "solve vector right": [binary(solve({})), t, v],
  "solve forty": [binary(solve(left)), triangular([40, 40], 1), make([40, 3], 2)],
  "solve seventy": [binary(solve({ leftSide: false, lower: false })), triangular([70, 70], 1), make([2, 70], 2)],
  "solve singular": [binary(solve(left)), f32([[0, 0], [1, 1]]), f32([[1, 0], [0, 1]])],
  "solve other triangle": [binary(solve(left)), f32([[2, NaN], [1, 1]]), f32([[0], [1]])],
  "solve other diagonal": [binary(solve({ ...left, unitDiagonal: true })), f32([[NaN, 0], [1, 0]]), f32([[1], [1]])],
  "solve halves": [binary(solve(left)), triangular([3, 3], 1).astype("float16"), make([3, 2], 0, "float16")],
  "solve empty": [binary(solve({ leftSide: true })), np.zeros([0, 0]), np.zeros([0, 2])],
  "solve no columns": [binary(solve({ leftSide: true })), t, np.zeros([3, 0])],
  "scipy solve": [scipy(), t, r],
  "scipy solve vector": [scipy({ lower: true }), t, v],
  "scipy solve transposed": [scipy({ trans: "T", lower: true }), t, r],
  "scipy solve by number": [binary((a, b) => linalg.solveTriangular(a, b, 1, true, true)), make([3, 3], 4), r],
  "scipy solve batch": [scipy(), ts, make([2, 3, 2], 3)],
  "scipy solve one matrix": [scipy(), t, make([4, 3, 2], 3)],
  "scipy solve one right-hand side": [scipy(), ts, r],
  "scipy solve broadcast": [scipy(), triangular([2, 1, 3, 3], 1), make([4, 3, 2], 3)],
  "scipy solve integers": [scipy({ lower: true }), i32([[2, 0], [1, 1]]), i32([2, 3])],
  "batch matmul": [binary((a, b) => lax.batchMatmul(a, b)), make([2, 3, 4], 1), make([2, 4, 2], 2)],
  "dot": [binary((a, b) => lax.dot(a, b, { precision: "highest" })), make([3, 4], 1), make([4, 2], 2)],
  "dot vector": [binary((a, b) => lax.dot(a, b, { preferredElementType: "float32" })), make([3, 4], 1), make([4], 2)],
};

for (const leftSide of [true, false]) {
  for (const lower of [true, false]) {
    for (const transposeA of [true, false]) {
      for (const unitDiagonal of [true, false]) {
        const words = [leftSide ? "left" : "right", lower ? "lower" : "upper", ...(transposeA ? ["transposed"] : []), ...(unitDiagonal ? ["unit"] : [])];
        const f = binary(solve({ leftSide, lower, transposeA, unitDiagonal }));
        const name = `solve ${words.join(" ")}`;
        const b = leftSide ? r : r.T;
        programs[name] = [f, t, b];
        programs[`${name} vjp`] = [pull(f), t, b, b.mul(2)];
        programs[`${name} jvp`] = [push(f), t, b, c3, b.mul(2)];
        if (unitDiagonal !== transposeA) continue;
        const bs = leftSide ? make([3, 2, 2], 3) : make([2, 3, 2], 3).transpose([0, 2, 1]);
        const axis = leftSide ? 1 : 0;
        programs[`${name} vmap b`] = [map(f, [null, axis]), t, bs];
        programs[`${name} vmap a`] = [map(f, [0, null]), ts, b];
        programs[`${name} vmap both`] = [map(f, [0, axis]), ts, bs];
        programs[`${name} vmap vjp`] = [map(pull(f), [0, null, null]), ts, b, b.mul(2)];
      }
    }
  }
}

export const linalgPrograms: Readonly<Record<string, readonly [Run, ...NDArray[]]>> = programs;
