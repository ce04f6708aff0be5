/** @file Distributions with parameters, computed from uniform and normal floats without any loop. */

import { at } from "@lanewise/compiler/base/assert";
import { isInteger } from "@lanewise/compiler/base/dtype";
import { raise } from "@lanewise/compiler/base/errors";
import { formatShape } from "@lanewise/compiler/base/shape";
import type { Value } from "@lanewise/compiler/ir/types";
import { randomSplit } from "@lanewise/compiler/primitives/random";
import { unstack } from "@lanewise/compiler/primitives/structural-stack";
import { describeArgument, parseOptional, type Optional } from "../arguments.ts";
import { badArgument, incompatibleShapes } from "../errors.ts";
import { composed1, valueOf } from "../numpy/composed.ts";
import { add, divide, equal, exp, less, lessEqual, log, multiply, power, sqrt, subtract } from "../numpy/elementwise.ts";
import { floor, log1p, square } from "../numpy/functions.ts";
import { where } from "../numpy/nonzero.ts";
import { give, read } from "../numpy/operand.ts";
import { einsum } from "../numpy/products.ts";
import { sum } from "../numpy/reductions.ts";
import { broadcastTo } from "../numpy/shapes.ts";
import { cholesky } from "../linalg.ts";
import { resolveShape } from "../ops/axes.ts";
import { resolveOptionalDType } from "../ops/dtypes.ts";
import { broadcastOrThrow, convertOperand, promoteInexact } from "../ops/operands.ts";
import type { ArrayLike, DType, NDArray } from "../types.ts";
import { rademacher } from "./bernoulli.ts";
import { exponential, type FloatsOptions } from "./distributions.ts";
import { normal } from "./normal.ts";
import { floatDType, readKey, requireFit, type Key } from "./operand.ts";
import { unitUniform } from "./uniform.ts";

export interface DrawOptions {
  /** The shape of the result; by default that of the parameters together. */
  readonly shape?: readonly number[] | null;
  readonly dtype?: DType | null;
}

type DrawRest = Optional<["shape", "dtype"], DrawOptions>;
type Draw = (key: NDArray, parameters: readonly NDArray[], shape: readonly number[], dtype: DType) => NDArray;

const uniform = (key: NDArray, shape: readonly number[], dtype: DType): NDArray => give(unitUniform(valueOf(key), shape, dtype));

interface Given {
  readonly key: Value;
  readonly parameters: readonly Value[];
  readonly shape: readonly number[];
  readonly dtype: unknown;
}

/** The arguments of a distribution whose parameters broadcast to the result's shape. */
function readDraw(operation: string, key: Key, names: readonly string[], args: readonly ArrayLike[], rest: readonly unknown[]): Given {
  const given = parseOptional<DrawOptions>({ operation, positional: ["shape", "dtype"] }, rest);
  const { key: typed } = readKey(operation, key);
  const parameters = args.map((arg, place) => read(arg, operation, names[place] ?? ""));
  const shape = given.shape === undefined || given.shape === null ? broadcastOrThrow(operation, parameters, names) : resolveShape(operation, given.shape);
  requireFit(operation, shape, parameters, names);
  return { key: typed, parameters, shape, dtype: given.dtype };
}

/** A distribution of floats: a call of this name in the jaxpr, in which the parameters are of the result's dtype. */
function drawFloats(name: string, jaxName: string | null, key: Key, names: readonly string[], args: readonly ArrayLike[], rest: readonly unknown[], draw: Draw): NDArray {
  const operation = `random.${name}`;
  const given = readDraw(operation, key, names, args, rest);
  const dtype = floatDType(operation, given.dtype);
  const run = (own: NDArray, ...parameters: NDArray[]): NDArray => draw(own, parameters.map((parameter) => parameter.astype(dtype)), given.shape, dtype);
  const settled = given.parameters.map((parameter) => convertOperand(operation, parameter, parameter.aval.dtype));
  if (jaxName === null) return run(give(given.key), ...settled.map((value) => give(value)));
  return composed1(jaxName, { shape: given.shape, dtype }, [given.key, ...settled], (own, ...parameters) => run(own as NDArray, ...parameters));
}

/** Floats whose logarithms are normal with deviation sigma (1). @throws LW3007, LW3004, LW3005 @example random.lognormal(random.key(0), 0.5, [3]) */
export function lognormal(key: Key, ...rest: Optional<["sigma", "shape", "dtype"], DrawOptions & { readonly sigma?: ArrayLike }>): NDArray {
  const { sigma = 1, ...options } = parseOptional<DrawOptions & { sigma?: ArrayLike }>({ operation: "random.lognormal", positional: ["sigma", "shape", "dtype"] }, rest);
  return drawFloats("lognormal", null, key, ["sigma"], [sigma], [options], (own, [deviation], shape, dtype) => exp(multiply(normal(own, shape, dtype), deviation as NDArray)));
}

/** Floats of at least 1 with the density b / x^(b + 1). @throws LW3007, LW3004, LW3005 @example random.pareto(random.key(0), 2, [3]) */
export const pareto = (key: Key, b: ArrayLike, ...rest: DrawRest): NDArray =>
  drawFloats("pareto", "_pareto", key, ["b"], [b], rest, (own, [exponent], shape, dtype) => exp(divide(exponential(own, shape, dtype), exponent as NDArray)));

/** Floats with the density x e^(-x² / (2 scale²)) / scale². @throws LW3007, LW3004, LW3005 @example random.rayleigh(random.key(0), 1, [3]) */
export const rayleigh = (key: Key, scale: ArrayLike, ...rest: DrawRest): NDArray =>
  drawFloats("rayleigh", "_rayleigh", key, ["scale"], [scale], rest, (own, [wide], shape, dtype) =>
    multiply(broadcastTo(wide as NDArray, shape), sqrt(multiply(log(uniform(own, shape, dtype)), -2))));

/** Floats in [left, right] whose density rises in a line to the mode and falls in a line behind it. @throws LW3007, LW3004, LW3005 @example random.triangular(random.key(0), 0, 1, 3, [5]) */
export const triangular = (key: Key, left: ArrayLike, mode: ArrayLike, right: ArrayLike, ...rest: DrawRest): NDArray =>
  drawFloats("triangular", null, key, ["left", "mode", "right"], [left, mode, right], rest, (own, parameters, shape, dtype) => {
    const [low, top, high] = parameters.map((parameter) => broadcastTo(parameter, shape)) as [NDArray, NDArray, NDArray];
    const drawn = uniform(own, shape, dtype);
    const width = subtract(high, low);
    const rising = add(low, sqrt(multiply(multiply(drawn, width), subtract(top, low))));
    const falling = subtract(high, sqrt(multiply(multiply(subtract(1, drawn), width), subtract(high, top))));
    return where(less(drawn, divide(subtract(top, low), width)), rising, falling);
  });

/** Floats of the inverse Gaussian distribution of this mean and scale 1. @throws LW3007, LW3004, LW3005 @example random.wald(random.key(0), 2, [3]) */
export const wald = (key: Key, mean: ArrayLike, ...rest: DrawRest): NDArray =>
  drawFloats("wald", "_wald", key, ["mean"], [mean], rest, (own, [given], shape, dtype) => {
    const [first, second] = unstack(randomSplit(valueOf(own), [2]), 0) as [Value, Value];
    const center = broadcastTo(given as NDArray, shape);
    const squares = power(normal(give(first), shape, dtype), 2);
    const chance = uniform(give(second), shape, dtype);
    const centerSquared = power(center, 2);
    const root = sqrt(add(multiply(multiply(4, center), squares), multiply(centerSquared, power(squares, 2))));
    const x = subtract(add(center, divide(multiply(centerSquared, squares), 2)), multiply(divide(center, 2), root));
    return where(lessEqual(chance, divide(center, add(center, x))), x, divide(centerSquared, x));
  });

/** How many trials it takes until one succeeds, each with probability p: integers (int32). @throws LW3007, LW3004, LW3005 @example random.geometric(random.key(0), 0.2, [3]) */
export function geometric(key: Key, p: ArrayLike, ...rest: DrawRest): NDArray {
  const operation = "random.geometric";
  const { key: own, parameters, shape, dtype: asked } = readDraw(operation, key, ["p"], [p], rest);
  const dtype = resolveOptionalDType(operation, asked) ?? "int32";
  if (!isInteger(dtype)) raise(badArgument, { operation, argument: "dtype", expected: "a dtype of integers", got: dtype, fix: 'use "int32"' });
  return composed1("_geometric", { shape, dtype }, [own, at(promoteInexact(operation, parameters), 0)], (inner, chance) => {
    const drawn = uniform(inner as NDArray, shape, (chance as NDArray).dtype);
    const failure = broadcastTo(log1p((chance as NDArray).neg()), shape);
    return add(floor(divide(log(where(equal(drawn, 0), 1, drawn)), failure)), 1).astype(dtype);
  });
}

// Maxwell and Weibull --------------------------------------------------------------------------------------------------

function maxwellOf(key: NDArray, shape: readonly number[], dtype: DType): NDArray {
  return composed1("_maxwell", { shape, dtype }, [valueOf(key)], (own) => {
    const lengths = (x: NDArray): NDArray => sqrt(sum(square(x), -1));
    return composed1("norm", { axis: -1 }, [valueOf(normal(own as NDArray, [...shape, 3], dtype))], lengths);
  });
}

/** Lengths of vectors of three normal components. @throws LW3007, LW3004 @example random.maxwell(random.key(0), [3]) */
export function maxwell(key: Key, ...rest: Optional<["shape", "dtype"], FloatsOptions>): NDArray {
  const operation = "random.maxwell";
  const { shape = [], dtype } = parseOptional<FloatsOptions>({ operation, positional: ["shape", "dtype"] }, rest);
  return maxwellOf(give(readKey(operation, key).key), resolveShape(operation, shape), floatDType(operation, dtype));
}

interface ShapedDraw {
  readonly key: Value;
  readonly parameters: readonly Value[];
  readonly shape: readonly number[];
  readonly dtype: DType;
}

function readShaped(operation: string, key: Key, names: readonly [string, string], args: readonly [ArrayLike, ArrayLike], rest: readonly unknown[]): ShapedDraw {
  const { shape = [], dtype } = parseOptional<FloatsOptions>({ operation, positional: ["shape", "dtype"] }, rest);
  const { key: typed } = readKey(operation, key);
  return { key: typed, parameters: args.map((arg, place) => read(arg, operation, at(names, place))), shape: resolveShape(operation, shape), dtype: floatDType(operation, dtype) };
}

/** `maxwell` with a random sign, times scale, plus loc. Of a shape, or the parameters' shape, in front of the parameters' shape. @throws LW3007, LW3004, LW3005 @example random.doubleSidedMaxwell(random.key(0), 0, 1, [3]) */
export function doubleSidedMaxwell(key: Key, loc: ArrayLike, scale: ArrayLike, ...rest: Optional<["shape", "dtype"], FloatsOptions>): NDArray {
  const operation = "random.doubleSidedMaxwell";
  const given = readShaped(operation, key, ["loc", "scale"], [loc, scale], rest);
  const own = broadcastOrThrow(operation, given.parameters, ["loc", "scale"]);
  const shape = [...(given.shape.length === 0 ? own : given.shape), ...own];
  return composed1("_double_sided_maxwell", { shape, dtype: given.dtype }, [given.key, ...given.parameters], (inner, middle, width) => {
    const [first, second] = unstack(randomSplit(valueOf(inner as NDArray), [2]), 0) as [Value, Value];
    const lengths = maxwellOf(give(first), shape, given.dtype);
    const signs = rademacher(give(second), shape, given.dtype);
    return add(multiply(multiply(signs, lengths), width as NDArray), middle as NDArray);
  });
}

/** Floats (-log(1 - u))^(1 / concentration) scale, of u in [0, 1). The parameters broadcast with the shape ([]). @throws LW3007, LW3004, LW3005 @example random.weibullMin(random.key(0), 1, 2, [3]) */
export function weibullMin(key: Key, scale: ArrayLike, concentration: ArrayLike, ...rest: Optional<["shape", "dtype"], FloatsOptions>): NDArray {
  const operation = "random.weibullMin";
  const { key: own, parameters, shape, dtype } = readShaped(operation, key, ["scale", "concentration"], [scale, concentration], rest);
  return composed1("_weibull_min", { shape, dtype }, [own, ...parameters], (inner, width, exponent) => {
    const drawn = uniform(inner as NDArray, shape, dtype);
    return multiply(power(log1p(drawn.neg()).neg(), divide(1, exponent as NDArray)), width as NDArray);
  });
}

// Several variables ----------------------------------------------------------------------------------------------------

export interface MultivariateNormalOptions extends DrawOptions {
  /** How the covariances are factored. JAX's other methods need decompositions that do not exist here. */
  readonly method?: "cholesky";
}

/**
 * Normal vectors of a mean (..., n) and covariances (..., n, n), by the Cholesky factor: of a shape, or of the leading axes of both,
 * and n.
 *
 * @throws LW3007, LW3004, LW3005 for shapes that do not fit. Covariances that are not positive definite give NaN
 * @example random.multivariateNormal(random.key(0), [0, 1], [[2, 1], [1, 2]], [5]) // shape (5, 2)
 */
export function multivariateNormal(key: Key, mean: ArrayLike, cov: ArrayLike, ...rest: Optional<["shape", "dtype", "method"], MultivariateNormalOptions>): NDArray {
  const operation = "random.multivariateNormal";
  const given = parseOptional<MultivariateNormalOptions>({ operation, positional: ["shape", "dtype", "method"] }, rest);
  const { method = "cholesky" } = given;
  if (method !== "cholesky") raise(badArgument, { operation, argument: "method", expected: '"cholesky"', got: describeArgument(method), fix: "leave the method out" });
  const { key: own } = readKey(operation, key);
  const [center, covariance] = promoteInexact(operation, [read(mean, operation, "mean"), read(cov, operation, "cov")]) as readonly [Value, Value];
  const [shapeOfMean, shapeOfCov] = [center.aval.shape, covariance.aval.shape];
  const n = shapeOfMean.at(-1);
  if (n === undefined || shapeOfCov.length < 2 || shapeOfCov.at(-1) !== n || shapeOfCov.at(-2) !== n) {
    return raise(incompatibleShapes, { operation, expected: "a mean of shape (..., n) and covariances (..., n, n)", got: `shapes ${formatShape(shapeOfMean)} and ${formatShape(shapeOfCov)}`, fix: "reshape one of them" });
  }
  const leading = [shapeOfMean.slice(0, -1), shapeOfCov.slice(0, -2)].map((shape) => ({ aval: { ...center.aval, shape } }));
  const names = ["mean without its last axis", "cov without its last two"];
  const shape = given.shape === undefined || given.shape === null ? broadcastOrThrow(operation, leading, names) : resolveShape(operation, given.shape);
  requireFit(operation, shape, leading, names);
  const dtype = given.dtype === undefined || given.dtype === null ? center.aval.dtype : floatDType(operation, given.dtype);
  return composed1("_multivariate_normal", { shape, dtype }, [own, center, covariance], (inner, middle, matrix) => {
    const drawn = normal(inner as NDArray, [...shape, n], dtype);
    return add(middle as NDArray, einsum("...ij,...j->...i", cholesky(matrix as NDArray), drawn));
  });
}
