/** @file Factorisation and solution of systems of linear equations: cholesky and triangular_solve, over leading batch axes. */

import { at } from "../base/assert.ts";
import { isFloat, type DType } from "../base/dtype.ts";
import { raise } from "../base/errors.ts";
import { equalShapes, formatShape } from "../base/shape.ts";
import { aval as makeAval, isZero } from "../ir/build.ts";
import { formatPython } from "../ir/format-python.ts";
import type { Aval, BatchResult, Primitive, Tangent, Value } from "../ir/types.ts";
import { bind1 } from "../trace/stack.ts";
import { add, div, scalarLike } from "./arith.ts";
import { definePrimitive, knownValue, linearAval, mapCotangent, noParams, notLinear, parseNoParams, printed, requireDType, type NoParams } from "./define.ts";
import { allWeak, commonDType } from "./elementwise.ts";
import { shapeMismatch } from "./errors.ts";
import { planGridCholesky } from "./linalg-cholesky-grid.ts";
import { planCholesky } from "./linalg-cholesky-kernel.ts";
import { planGridSolve, planTriangularSolve, type TriangularSolveParams } from "./linalg-solve-kernel.ts";
import { behindOnes, identityMatrix, lowerTriangle, matrixProduct, matrixShape, matrixTranspose, upperTriangle } from "./linalg-triangles.ts";
import { addTangents, batchFirst, moveAxis, neg } from "./linear.ts";
import { reshape } from "./linear-reshape.ts";

const fullFloat = (dtype: DType): boolean => dtype === "float32" || dtype === "float64";

/** Throws unless the last two axes of the operand have one extent. */
function requireSquare(operation: string, { shape }: Aval): void {
  if (shape.length >= 2 && at(shape, -1) === at(shape, -2)) return;
  raise(shapeMismatch, {
    operation, expected: "square matrices in the last two axes", got: `shape ${formatShape(shape)}`, fix: "give an array of shape (..., n, n)",
  });
}

// cholesky -------------------------------------------------------------------------------------------------------------

export const choleskyP: Primitive<NoParams> = definePrimitive<NoParams>({
  name: "cholesky",
  abstractEval: (inAvals) => {
    const inAval = at(inAvals, 0);
    requireDType("cholesky", inAval, fullFloat, "float32 or float64");
    requireSquare("cholesky", inAval);
    return [inAval];
  },
  effects: "pure",
  // A = L L^T, so with S = L^-1 dA L^-T: dL = L phi(S), where phi keeps the lower triangle and half of the diagonal.
  jvp: (primals, tangents) => {
    const factor = lowerTriangle(bind1(choleskyP, primals, noParams));
    const tangent = at(tangents, 0);
    if (isZero(tangent)) return { primals: [factor], tangents: [tangent] };
    const right = triangularSolve(factor, tangent, { leftSide: false, lower: true, transposeA: true });
    const both = triangularSolve(factor, right, { leftSide: true, lower: true });
    return { primals: [factor], tangents: [matrixProduct(factor, halfTriangle(both))] };
  },
  transpose: notLinear("a factorisation is not linear"),
  partialEval: "plain",
  dce: "plain",
  batch: (frame, operands, axes) => ({ outputs: [bind1(choleskyP, [batchFirst(at(operands, 0), at(axes, 0), frame.size)], noParams)], axes: [0] }),
  lower: { kind: "routine", variants: [{ name: "blocked on a grid", needs: "workgroup", build: planGridCholesky }, { name: "blocked", needs: "serial", build: planCholesky }] },
  simplify: "none",
  subJaxprs: "none",
  inlinable: "never",
  printParams: "none",
  parseParams: parseNoParams,
  inPlace: "none",
  facts: { cost: 100, commutative: false },
});

/** The lower triangle with half of its diagonal. */
function halfTriangle(matrix: Value): Value {
  const { shape, dtype } = matrix.aval;
  const triangle = lowerTriangle(matrix);
  const divisor = add(scalarLike(matrix, 1), identityMatrix(dtype, at(shape, -1)));
  return div(triangle, behindOnes(divisor, shape.length - 2));
}

/**
 * The factor L of A = L L^T, lower triangular with a positive diagonal. The lower triangle of A is all that is read, but
 * derivatives are those at symmetric matrices. A matrix that is not positive definite gives NaN.
 */
export function cholesky(matrix: Value): Value {
  return lowerTriangle(bind1(choleskyP, [matrix], noParams));
}

// triangular_solve -----------------------------------------------------------------------------------------------------

export const triangularSolveP: Primitive<TriangularSolveParams> = definePrimitive<TriangularSolveParams>({
  name: "triangular_solve",
  abstractEval: (inAvals, { leftSide }) => {
    const [a, b] = [at(inAvals, 0), at(inAvals, 1)];
    const dtype = commonDType("triangular_solve", inAvals);
    requireDType("triangular_solve", a, isFloat, "floats");
    requireSquare("triangular_solve", a);
    const fits = b.shape.length === a.shape.length && equalShapes(a.shape.slice(0, -2), b.shape.slice(0, -2)) && at(b.shape, leftSide ? -2 : -1) === at(a.shape, -1);
    if (!fits) {
      const expected = [...a.shape.slice(0, -2).map(String), ...(leftSide ? [at(a.shape, -1), "k"] : ["k", at(a.shape, -1)])].join(", ");
      raise(shapeMismatch, {
        operation: "triangular_solve", expected: `a right-hand side of shape (${expected}) for a matrix of shape ${formatShape(a.shape)}`,
        got: `shape ${formatShape(b.shape)}`, fix: "reshape or broadcast the right-hand side; leftSide says on which side of X the matrix stands",
      });
    }
    return [makeAval(b.shape, dtype, allWeak(inAvals))];
  },
  effects: "pure",
  // op(A) X = B, so dX = op(A)^-1 (dB - op(dA) X); on the other side likewise.
  jvp: ([a, b], [da, db], params) => {
    const [matrix, rhs] = [a as Value, b as Value];
    const solution = bind1(triangularSolveP, [matrix, rhs], params);
    const none: Tangent = { kind: "zero", aval: solution.aval };
    const [matrixTangent, rhsTangent] = [da as Tangent, db as Tangent];
    const ofMatrix = isZero(matrixTangent) ? none : matrixPart(matrixTangent, solution, matrix, params);
    return { primals: [solution], tangents: [addTangents(ofMatrix, isZero(rhsTangent) ? none : bind1(triangularSolveP, [matrix, rhsTangent], params))] };
  },
  // X = op(A)^-1 B is linear in B; its transpose solves with the transpose of op(A).
  transpose: (cotangents, operands, params) => {
    const rhs = linearAval(operands, 1);
    if (rhs === null) return [null, null];
    const matrix = knownValue(operands, 0);
    return [null, mapCotangent(at(cotangents, 0), rhs, (ct) => bind1(triangularSolveP, [matrix, ct], { ...params, transposeA: !params.transposeA }))];
  },
  partialEval: "plain",
  dce: "plain",
  batch: (frame, operands, axes, params) => {
    const [a, b] = [at(operands, 0), at(operands, 1)];
    const [aAxis, bAxis] = [at(axes, 0), at(axes, 1)];
    if (aAxis === null && bAxis !== null) return batchRightHandSides(a, b, bAxis, params);
    return { outputs: [bind1(triangularSolveP, [batchFirst(a, aAxis, frame.size), batchFirst(b, bAxis, frame.size)], params)], axes: [0] };
  },
  lower: { kind: "routine", variants: [{ name: "column by column", needs: "workgroup", build: planGridSolve }, { name: "blocked", needs: "serial", build: planTriangularSolve }] },
  simplify: "none",
  subJaxprs: "none",
  inlinable: "never",
  printParams: (params) => [
    printed("conjugate_a", formatPython(params.conjugateA)), printed("left_side", formatPython(params.leftSide)), printed("lower", formatPython(params.lower)),
    printed("transpose_a", formatPython(params.transposeA)), printed("unit_diagonal", formatPython(params.unitDiagonal)),
  ],
  parseParams: (params) => ({
    leftSide: params.get("left_side") === true, lower: params.get("lower") === true, transposeA: params.get("transpose_a") === true,
    conjugateA: params.get("conjugate_a") === true, unitDiagonal: params.get("unit_diagonal") === true,
  }),
  inPlace: [1],
  facts: { cost: 100, commutative: false },
});

/** -op(A)^-1 op(dA) X, the product first or last, whichever is cheaper. */
function matrixPart(tangent: Value, solution: Value, matrix: Value, params: TriangularSolveParams): Value {
  const { leftSide, lower, transposeA, unitDiagonal } = params;
  const beside = unitDiagonal ? 1 : 0;
  const negative = neg(lower ? lowerTriangle(tangent, -beside) : upperTriangle(tangent, beside));
  const change = transposeA ? matrixTranspose(negative) : negative;
  const [rows, columns] = matrixShape(solution.aval.shape);
  const solve = (rhs: Value): Value => bind1(triangularSolveP, [matrix, rhs], params);
  if (leftSide) return rows > columns ? solve(matrixProduct(change, solution)) : matrixProduct(solve(change), solution);
  return rows < columns ? solve(matrixProduct(solution, change)) : matrixProduct(solution, solve(change));
}

/** One matrix for every example: the right-hand sides stand beside each other as columns, or as rows. */
function batchRightHandSides(a: Value, b: Value, batchAxis: number, params: TriangularSolveParams): BatchResult {
  const place = b.aval.shape.length - (params.leftSide ? 1 : 2);
  const beside = moveAxis(b, batchAxis, place);
  const { shape } = beside.aval;
  const merged = [...shape.slice(0, place - 1), at(shape, place - 1) * at(shape, place), ...shape.slice(place + 1)];
  return { outputs: [reshape(bind1(triangularSolveP, [a, reshape(beside, merged)], params), shape)], axes: [place] };
}

export interface TriangularSolveOptions {
  readonly leftSide?: boolean;
  readonly lower?: boolean;
  readonly transposeA?: boolean;
  readonly unitDiagonal?: boolean;
}

/** Solves op(A) X = B for X, or X op(A) = B; op(A) is A or its transpose. One triangle of A is read, the other never. */
export function triangularSolve(a: Value, b: Value, options: TriangularSolveOptions): Value {
  const { leftSide = false, lower = false, transposeA = false, unitDiagonal = false } = options;
  return bind1(triangularSolveP, [a, b], { leftSide, lower, transposeA, conjugateA: false, unitDiagonal });
}
