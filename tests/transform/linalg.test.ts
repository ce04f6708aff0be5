/** @file The rules of the family linalg against loops, and its kernels, run by the interpreter, against the oracle. */

import { at } from "@lanewise/compiler/base/assert";
import { allocateHost } from "@lanewise/compiler/base/dtype";
import { sizeOf } from "@lanewise/compiler/base/shape";
import { aval } from "@lanewise/compiler/ir/build";
import type { Params, Primitive } from "@lanewise/compiler/ir/types";
import { choleskyP, triangularSolveP } from "@lanewise/compiler/primitives/linalg";
import type { TriangularSolveParams } from "@lanewise/compiler/primitives/linalg-solve-kernel";
import { describe, expect, test } from "vitest";
import { runAlone } from "../support/lone-equation.ts";
import { real } from "../support/oracle/number.ts";
import { oracleOf } from "../support/oracle/primitives.ts";
import type { Tensor } from "../support/oracle/tensor.ts";
import { samplesOf, testRules } from "../support/rule-tests.ts";
import { tensorsOf } from "../support/rules.ts";
import { elementsOf, generator } from "../support/samples/values.ts";

const samples = samplesOf(["cholesky", "triangular_solve"]);

testRules(samples);

// Kernels --------------------------------------------------------------------------------------------------------------

/** The largest distance of an element from the oracle's, relative to the largest element; NaN and infinity must agree. */
function kernelError(primitive: Primitive, inputs: readonly Tensor[], params: Params, order: "forward" | "reverse"): number {
  const hosts = inputs.map(({ shape, dtype, data }) => ({ aval: aval(shape, dtype), host: elementsOf({ shape, dtype, values: data.map(real) }, () => 0) }));
  const got = at(runAlone(primitive, hosts, params, order), 0);
  const wanted = at(oracleOf(primitive.name)(inputs, params, primitive.abstractEval(hosts.map((host) => host.aval), params)), 0).data.map(real);
  expect(got.length).toBe(wanted.length);
  const scale = wanted.reduce((largest, value) => Math.max(largest, Number.isFinite(value) ? Math.abs(value) : 0), 1);
  return wanted.reduce((worst, want, place) => {
    const have = at(got, place);
    return Math.max(worst, Object.is(have, want) || have === want ? 0 : Math.abs(have - want) / scale || Infinity);
  }, 0);
}

const cholesky = choleskyP as unknown as Primitive;
const triangularSolve = triangularSolveP as unknown as Primitive;
const tolerance = { float32: 2e-6, float64: 1e-13 } as const;

/** Matrices around so many times the identity, rounded to what the dtype holds. */
function matrices(dtype: "float32" | "float64", batch: readonly number[], size: number, shift: number, isSymmetric: boolean, seed: number): Tensor {
  const random = generator(seed);
  const shape = [...batch, size, size];
  const host = allocateHost(dtype, sizeOf(shape));
  for (let start = 0; start < host.length; start += size * size) {
    for (let row = 0; row < size; row++) {
      for (let column = 0; column < size; column++) {
        const place = start + row * size + column;
        host[place] = isSymmetric && column < row ? at(host, start + column * size + row) : random() * 2 - 1 + (row === column ? shift : 0);
      }
    }
  }
  return { shape, dtype, data: [...host] };
}

describe("the kernel of cholesky", () => {
  test.each(samples.filter(([, { primitive }]) => primitive === cholesky))("%s", (_name, { sample }) => {
    for (const order of ["forward", "reverse"] as const) {
      const inputs = tensorsOf({ primitive: cholesky, sample }, 1).map((tensor, index) => (
        sample.inputs[index]?.form === undefined ? tensor : matrices("float32", tensor.shape.slice(0, -2), at(tensor.shape, -1), 3, true, 7)
      ));
      expect(kernelError(cholesky, inputs, sample.params, order)).toBeLessThan(tolerance.float32);
    }
  });

  test.each([1, 2, 31, 32, 33, 64, 70])("matrices of %i rows, which end before, at and behind a block", (size) => {
    for (const dtype of ["float32", "float64"] as const) {
      for (const order of ["forward", "reverse"] as const) {
        expect(kernelError(cholesky, [matrices(dtype, [2], size, size, true, size)], {}, order)).toBeLessThan(tolerance[dtype]);
      }
    }
  });

  test("a pivot that fails in a later block fails the whole matrix, and no other", () => {
    const good = matrices("float32", [3], 40, 40, true, 4);
    const data = [...good.data];
    data[40 * 40 + 39 * 40 + 39] = -1;
    const host = elementsOf({ ...good, values: data.map(real) }, () => 0);
    const got = at(runAlone(cholesky, [{ aval: aval(good.shape, "float32"), host }], {}), 0);
    const size = 40 * 40;
    const lower = (matrix: number): number[] => Array.from(got.slice(matrix * size, (matrix + 1) * size)).filter((_, place) => place % 40 <= Math.floor(place / 40));
    expect(lower(0).every(Number.isFinite)).toBe(true);
    expect(lower(1).every(Number.isNaN)).toBe(true);
    expect(lower(2).every(Number.isFinite)).toBe(true);
  });

  test("float32 stays near a matrix that is hard: its error is not that of the condition number", () => {
    // The covariance of neighbours: L L^T must give the matrix back, whatever the condition.
    const size = 96;
    const distance = (place: number): number => ((place % size) - Math.floor(place / size)) / 8;
    const values = Float32Array.from({ length: size * size }, (_, place) => Math.exp(-(distance(place) ** 2)) + (distance(place) === 0 ? 1e-3 : 0));
    const factor = at(runAlone(cholesky, [{ aval: aval([size, size], "float32"), host: values }], {}), 0);
    let worst = 0;
    for (let row = 0; row < size; row++) {
      for (let column = 0; column <= row; column++) {
        let sum = 0;
        for (let inner = 0; inner <= column; inner++) sum += at(factor, row * size + inner) * at(factor, column * size + inner);
        worst = Math.max(worst, Math.abs(sum - at(values, row * size + column)));
      }
    }
    expect(worst).toBeLessThan(4e-7);
  });
});

describe("the kernel of triangular_solve", () => {
  const variants = [true, false].flatMap((leftSide) => [true, false].flatMap((lower) => [true, false].flatMap((transposeA) =>
    [true, false].map((unitDiagonal): TriangularSolveParams => ({ leftSide, lower, transposeA, conjugateA: false, unitDiagonal })))));

  test.each(samples.filter(([, { primitive }]) => primitive === triangularSolve))("%s", (_name, { sample }) => {
    for (const order of ["forward", "reverse"] as const) {
      const inputs = tensorsOf({ primitive: triangularSolve, sample }, 1).map((tensor, index) => (
        sample.inputs[index]?.form === undefined ? tensor : matrices("float32", tensor.shape.slice(0, -2), at(tensor.shape, -1), 3, false, 7)
      ));
      expect(kernelError(triangularSolve, inputs, sample.params, order)).toBeLessThan(tolerance.float32);
    }
  });

  test.each(variants.map((params) => [Object.entries(params).filter(([, value]) => value).map(([name]) => name).join(" "), params] as const))("with %s", (_name, params) => {
    const random = generator(8);
    for (const dtype of ["float32", "float64"] as const) {
      for (const [size, columns] of [[1, 1], [33, 1], [40, 33], [64, 5]] as const) {
        const a = matrices(dtype, [2], size, size, false, 3);
        // With ones on the diagonal, what is beside it has to be small.
        const damped: Tensor = { ...a, data: a.data.map((value) => (params.unitDiagonal ? Math.fround(real(value) / size) : value)) };
        const shape = params.leftSide ? [2, size, columns] : [2, columns, size];
        const b: Tensor = { shape, dtype, data: Array.from({ length: sizeOf(shape) }, () => Math.fround(random() * 2 - 1)) };
        for (const order of ["forward", "reverse"] as const) expect(kernelError(triangularSolve, [damped, b], params, order)).toBeLessThan(tolerance[dtype]);
      }
    }
  });
});

// Mistakes -------------------------------------------------------------------------------------------------------------

describe("mistakes are named", () => {
  const solve = (a: readonly number[], b: readonly number[], given: Partial<TriangularSolveParams> = {}, dtypes: readonly ["float32" | "int32", "float32" | "float16" | "int32"] = ["float32", "float32"]) => () =>
    triangularSolveP.abstractEval([aval(a, dtypes[0]), aval(b, dtypes[1])], { leftSide: true, lower: true, transposeA: false, conjugateA: false, unitDiagonal: false, ...given });
  const cases: readonly (readonly [string, () => unknown, RegExp])[] = [
    ["cholesky of a rectangle", () => choleskyP.abstractEval([aval([2, 3], "float32")], {}), /square[^]*\(2, 3\)/],
    ["cholesky of a vector", () => choleskyP.abstractEval([aval([3], "float32")], {}), /square[^]*\(3,\)/],
    ["cholesky of integers", () => choleskyP.abstractEval([aval([2, 2], "int32")], {}), /float32 or float64[^]*i32/],
    ["cholesky of halves", () => choleskyP.abstractEval([aval([2, 2], "float16")], {}), /float32 or float64[^]*f16/],
    ["a rectangle", solve([2, 3], [3, 1]), /square[^]*\(2, 3\)/],
    ["rows", solve([2, 2], [3, 1]), /\(2, k\) for a matrix of shape \(2, 2\)[^]*\(3, 1\)/],
    ["columns", solve([2, 2], [2, 3], { leftSide: false }), /\(k, 2\)[^]*\(2, 3\)/],
    ["a vector", solve([2, 2], [2]), /\(2, k\)[^]*\(2,\)/],
    ["batches", solve([2, 2, 2], [3, 2, 1]), /\(2, 2, k\)[^]*\(3, 2, 1\)/],
    ["batches of other ranks", solve([2, 2], [3, 2, 1]), /\(2, k\)[^]*\(3, 2, 1\)/],
    ["dtypes", solve([2, 2], [2, 1], {}, ["float32", "float16"]), /one dtype[^]*f16/],
    ["integers", solve([2, 2], [2, 1], {}, ["int32", "int32"]), /floats[^]*i32/],
  ];
  test.each(cases)("%s", (_name, run, message) => {
    expect(run).toThrow(message);
  });
});
