/** @file np's covariances and correlations of variables. */

import { at } from "@lanewise/compiler/base/assert";
import { isInteger } from "@lanewise/compiler/base/dtype";
import { raise } from "@lanewise/compiler/base/errors";
import { formatShape } from "@lanewise/compiler/base/shape";
import type { Value } from "@lanewise/compiler/ir/types";
import { describeAval } from "@lanewise/compiler/trace/stack";
import { booleanArgument, describeArgument, parseOptional, type Optional } from "../arguments.ts";
import { badArgument } from "../errors.ts";
import { resolveOptionalDType } from "../ops/dtypes.ts";
import { promoteInexact } from "../ops/operands.ts";
import { requireFloat } from "../ops/statistics.ts";
import type { ArrayLike, DType, NDArray } from "../types.ts";
import { composed1 } from "./composed.ts";
import { full, zeros } from "./create.ts";
import { clip, divide, multiply, sqrt, subtract } from "./elementwise.ts";
import { abs } from "./functions.ts";
import { atleast2d } from "./joins.ts";
import { diag } from "./matrices.ts";
import { read, readOptional } from "./operand.ts";
import { dot } from "./products.ts";
import { sum } from "./reductions.ts";
import { concatenate, expandDims, squeeze } from "./shapes.ts";
import { average } from "./statistics.ts";

export interface CorrcoefOptions {
  /** More variables, beside those of the first argument. */
  readonly y?: ArrayLike | null;
  /** Whether variables are rows, as by default, or columns. */
  readonly rowvar?: boolean;
  readonly dtype?: DType | null;
}

export interface CovOptions extends CorrcoefOptions {
  /** Divides by the number of observations, instead of one less. */
  readonly bias?: boolean;
  /** What is subtracted from the number of observations, whatever `bias` says. */
  readonly ddof?: number | null;
  /** How often each observation counts: integers. */
  readonly fweights?: ArrayLike | null;
  /** How much each observation counts. */
  readonly aweights?: ArrayLike | null;
}

/** Weights of observations, checked. */
function weightsOf(operation: string, argument: string, weights: ArrayLike | null | undefined, count: number): Value | null {
  const value = readOptional(weights, operation, argument);
  if (value === null) return null;
  if (value.aval.shape.length !== 1 || value.aval.shape[0] !== count) {
    raise(badArgument, { operation, argument, expected: `a vector of ${count} weights, one per observation`, got: `shape ${formatShape(value.aval.shape)}`, fix: "give a weight per observation" });
  }
  if (argument === "fweights" && !isInteger(value.aval.dtype)) {
    raise(badArgument, { operation, argument, expected: "integers", got: describeAval(value.aval), fix: "use aweights for other numbers" });
  }
  return value;
}

function floatOrNull(operation: string, dtype: unknown): DType | null {
  const resolved = resolveOptionalDType(operation, dtype);
  requireFloat(operation, resolved);
  return resolved;
}

/**
 * The covariances of variables, each a row of observations: a matrix, and a scalar for one variable.
 *
 * @throws LW3007 for more than two axes, and for weights that do not fit
 * @example np.cov([[1, 2, 3], [6, 4, 2]]) // [[1, -2], [-2, 4]]
 */
export function cov(m: ArrayLike, ...rest: Optional<["y", "rowvar", "bias", "ddof", "fweights", "aweights"], CovOptions>): NDArray {
  const operation = "np.cov";
  const given = parseOptional<CovOptions>({ operation, positional: ["y", "rowvar", "bias", "ddof", "fweights", "aweights"], named: ["dtype"] }, rest);
  const rowvar = booleanArgument(operation, "rowvar", given.rowvar, true);
  const { ddof: asked = null } = given;
  if (asked !== null && !Number.isInteger(asked)) raise(badArgument, { operation, argument: "ddof", expected: "an integer", got: describeArgument(asked), fix: "correct ddof" });
  const ddof = asked ?? (booleanArgument(operation, "bias", given.bias) ? 0 : 1);
  const dtype = floatOrNull(operation, given.dtype);
  const second = readOptional(given.y, operation, "y");
  const variables = promoteInexact(operation, [read(m, operation, "m"), ...(second === null ? [] : [second])]);
  variables.forEach(({ aval: { shape } }, place) => {
    if (shape.length > 2) raise(badArgument, { operation, argument: place === 0 ? "m" : "y", expected: "at most two axes", got: `shape ${formatShape(shape)}`, fix: "reshape it to rows of observations" });
  });
  const { shape } = at(variables, 0).aval;
  const count = shape.length === 0 ? 1 : at(shape, rowvar || shape.length === 1 ? -1 : 0);
  const [fweights, aweights] = [weightsOf(operation, "fweights", given.fweights, count), weightsOf(operation, "aweights", given.aweights, count)];
  const weights = [fweights, aweights].filter((weight) => weight !== null);
  const statics = { rowvar, ddof, dtype, y: second !== null, fweights: fweights !== null, aweights: aweights !== null };
  return composed1("cov", statics, [...variables, ...weights], (...args) => {
    const rows = rowsOf(args.slice(0, variables.length), rowvar, dtype);
    if (rows.shape[0] === 0) return zeros([0, 0], rows.dtype);
    if (rows.shape[1] === 0) return squeeze(full([at(rows.shape, 0), at(rows.shape, 0)], Number.NaN, rows.dtype));
    const [counts, shares] = [fweights === null ? null : abs(at(args, variables.length)), aweights === null ? null : abs(at(args, -1))];
    const product = counts === null || shares === null ? (counts ?? shares) : multiply(counts, shares);
    const weight = product === null || dtype === null ? product : product.astype(dtype);
    return covarianceOf(rows, weight, shares, ddof);
  });
}

/** Variables as rows. */
function rowsOf(variables: readonly NDArray[], rowvar: boolean, dtype: DType | null): NDArray {
  const turned = variables.map((variable, place) => {
    const matrix = atleast2d(variable);
    const isRow = place === 0 ? variable.ndim === 1 : matrix.shape[0] === 1;
    return rowvar || isRow ? matrix : matrix.T;
  });
  const rows = turned.length === 1 ? at(turned, 0) : concatenate(turned, 0);
  return dtype === null ? rows : rows.astype(dtype);
}

function covarianceOf(rows: NDArray, weight: NDArray | null, shares: NDArray | null, ddof: number): NDArray {
  const [mean, totals] = average(rows, { axis: 1, weights: weight, returned: true });
  const total = weight === null ? null : totals.get(0);
  const centered = subtract(rows, expandDims(mean, 1));
  const weighted = weight === null ? centered : multiply(centered, weight);
  return squeeze(divide(dot(centered, weighted.T), divisorOf(at(rows.shape, 1), total, weight, shares, ddof)));
}

function divisorOf(count: number, total: NDArray | null, weight: NDArray | null, shares: NDArray | null, ddof: number): ArrayLike {
  if (total === null || weight === null) return count - ddof;
  if (ddof === 0) return total;
  return shares === null ? subtract(total, ddof) : subtract(total, divide(multiply(ddof, sum(multiply(weight, shares))), total));
}

/** The correlations of variables, each a row of observations: a matrix of numbers in [-1, 1]. @throws LW3007 as cov @example np.corrcoef(x, y) */
export function corrcoef(x: ArrayLike, ...rest: Optional<["y", "rowvar", "dtype"], CorrcoefOptions>): NDArray {
  const operation = "np.corrcoef";
  const { y = null, rowvar, dtype } = parseOptional<CorrcoefOptions>({ operation, positional: ["y", "rowvar", "dtype"] }, rest);
  const byRow = booleanArgument(operation, "rowvar", rowvar, true);
  const target = floatOrNull(operation, dtype);
  const second = readOptional(y, operation, "y");
  return composed1("corrcoef", { byRow, target, y: second !== null }, [read(x, operation, "x"), ...(second === null ? [] : [second])], (first, other) => {
    const matrix = cov(first as NDArray, { y: other ?? null, rowvar: byRow, dtype: target });
    if (matrix.ndim === 0) return divide(matrix, matrix);
    const deviations = sqrt(diag(matrix));
    return clip(divide(divide(matrix, expandDims(deviations, 1)), expandDims(deviations, 0)), -1, 1);
  });
}
