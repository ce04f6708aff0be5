/** @file Factorisation and triangular systems as textbooks have them, one matrix at a time, on numbers with derivatives. */

import { at } from "@lanewise/compiler/base/assert";
import type { Params } from "@lanewise/compiler/ir/types";
import type { TriangularSolveParams } from "@lanewise/compiler/primitives/linalg-solve-kernel";
import * as n from "./number.ts";
import type { Num } from "./number.ts";
import { tabulate, type Tensor } from "./tensor.ts";

type Matrix = Num[][];

/** The matrices of a batch. */
function matricesOf({ shape, data }: Tensor): Matrix[] {
  const [rows, columns] = [at(shape, -2), at(shape, -1)];
  const count = shape.slice(0, -2).reduce((product, extent) => product * extent, 1);
  return Array.from({ length: count }, (_, matrix) =>
    Array.from({ length: rows }, (__, row) => Array.from({ length: columns }, (___, column) => at(data, (matrix * rows + row) * columns + column))));
}

function toTensor(matrices: readonly Matrix[], { shape, dtype }: Tensor): Tensor {
  return { shape, dtype, data: matrices.flat(2) };
}

function transposed(matrix: Matrix, columns: number): Matrix {
  return Array.from({ length: columns }, (_, column) => matrix.map((row) => at(row, column)));
}

/** Row by row; the upper triangle of the matrix is not read. A pivot that is zero or below makes everything NaN. */
function factor(matrix: Matrix): Matrix {
  const size = matrix.length;
  const lower: Matrix = matrix.map((row) => row.map(() => 0));
  let failed = false;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let rest = at(at(matrix, row), column);
      for (let before = 0; before < column; before++) rest = n.sub(rest, n.mul(at(at(lower, row), before), at(at(lower, column), before)));
      failed ||= row === column && n.real(rest) <= 0;
      at(lower, row)[column] = row === column ? n.sqrt(rest) : n.div(rest, at(at(lower, column), column));
    }
  }
  return failed ? lower.map((row, place) => row.map((_, column) => (column <= place ? Number.NaN : 0))) : lower;
}

/** T X = C by substitution, with `isLower` from the first unknown on. */
function substitute(triangle: Matrix, right: Matrix, isLower: boolean): Matrix {
  const size = triangle.length;
  const solution: Matrix = right.map((row) => [...row]);
  for (let step = 0; step < size; step++) {
    const row = isLower ? step : size - 1 - step;
    const known = Array.from({ length: step }, (_, before) => (isLower ? before : size - 1 - before));
    solution[row] = at(right, row).map((value, column) => {
      const rest = known.reduce<Num>((left, unknown) => n.sub(left, n.mul(at(at(triangle, row), unknown), at(at(solution, unknown), column))), value);
      return n.div(rest, at(at(triangle, row), row));
    });
  }
  return solution;
}

function solve(matrix: Matrix, right: Matrix, columns: number, params: TriangularSolveParams): Matrix {
  const { leftSide, lower, transposeA, unitDiagonal } = params;
  const size = matrix.length;
  // What is not read is put out of the way first.
  const read: Matrix = matrix.map((row, place) => row.map((value, column) => {
    if (place === column) return unitDiagonal ? 1 : value;
    return (place > column) === lower ? value : 0;
  }));
  const ofLeft = transposeA ? transposed(read, size) : read;
  const isLower = lower !== transposeA;
  // X op(A) = B is op(A)^T X^T = B^T.
  return leftSide ? substitute(ofLeft, right, isLower) : transposed(substitute(transposed(ofLeft, size), transposed(right, columns), !isLower), right.length);
}

export const linalgOracles = {
  cholesky: ([input]: readonly Tensor[], _params: Params) => [toTensor(matricesOf(input as Tensor).map(factor), input as Tensor)],
  triangular_solve: ([a, b]: readonly Tensor[], params: TriangularSolveParams) => {
    const right = matricesOf(b as Tensor);
    const columns = at((b as Tensor).shape, -1);
    return [toTensor(matricesOf(a as Tensor).map((matrix, index) => solve(matrix, at(right, index), columns, params)), b as Tensor)];
  },
};

/** `(x + x^T) / 2` of the last two axes. */
export function symmetrized(tensor: Tensor): Tensor {
  return toTensor(matricesOf(tensor).map((matrix) => matrix.map((row, place) => row.map((value, column) => n.mul(0.5, n.add(value, at(at(matrix, column), place)))))), tensor);
}

/** The matrices of the last two axes with a number added to their diagonals. */
export function shifted(tensor: Tensor, shift: number): Tensor {
  return tabulate(tensor.shape, tensor.dtype, (index) => {
    const flat = index.reduce((sum, place, axis) => sum * at(tensor.shape, axis) + place, 0);
    const value = at(tensor.data, flat);
    return at(index, -1) === at(index, -2) ? n.add(value, shift) : value;
  });
}
