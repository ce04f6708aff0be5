/** @file np's functions of functions, and of conditions and choices: applyAlongAxis, fromfunction, piecewise, choose, ... */

import { at } from "@lanewise/compiler/base/assert";
import { isInteger } from "@lanewise/compiler/base/dtype";
import { raise } from "@lanewise/compiler/base/errors";
import { range } from "@lanewise/compiler/base/shape";
import { describeAval } from "@lanewise/compiler/trace/stack";
import { describeArgument, parseOptional, refuseOut, type Optional } from "../arguments.ts";
import { badArgument } from "../errors.ts";
import { resolveAxis, resolveShape } from "../ops/axes.ts";
import { resolveDType } from "../ops/dtypes.ts";
import { convertOperand } from "../ops/operands.ts";
import { vmap } from "../transforms/vmap.ts";
import type { ArrayLike, DType, NDArray } from "../types.ts";
import { arange, bool } from "./create.ts";
import { clip, equal } from "./elementwise.ts";
import { mod } from "./functions.ts";
import { readList } from "./lists.ts";
import { where } from "./nonzero.ts";
import { elementsNow } from "./now.ts";
import { give, read } from "./operand.ts";
import { readPlaces } from "./places.ts";
import { broadcastArrays } from "./matrices.ts";
import { expandDims, ravel, reshape } from "./shapes.ts";

type ArrayFunction = (...args: NDArray[]) => NDArray;

function requireFunction(operation: string, argument: string, f: unknown): void {
  if (typeof f === "function") return;
  raise(badArgument, { operation, argument, expected: "a function of arrays", got: describeArgument(f), fix: "give a function" });
}

/**
 * What a function of vectors gives for each row along an axis: its result's axes take the place of that axis. Other arguments are
 * handed on.
 *
 * @throws LW3006, LW3007 for what is no function
 * @example np.applyAlongAxis((row) => np.sort(row), 0, x)
 */
export function applyAlongAxis(func1d: (row: NDArray, ...args: readonly unknown[]) => ArrayLike, axis: number, arr: ArrayLike, ...args: readonly unknown[]): NDArray {
  const operation = "np.applyAlongAxis";
  requireFunction(operation, "func1d", func1d);
  const array = give(read(arr, operation, "arr"));
  const place = resolveAxis(operation, axis, array.ndim);
  let mapped: ArrayFunction = (row) => give(read(func1d(row as NDArray, ...args), operation, "func1d"));
  for (const behind of range(array.ndim - place - 1)) mapped = vmap(mapped, { inAxes: [behind + 1], outAxes: -1 }) as ArrayFunction;
  for (const _ of range(place)) mapped = vmap(mapped) as ArrayFunction;
  return mapped(array);
}

/** Applies a function of an array and an axis for each axis in turn; a function that takes the axis away leaves extent 1. @throws LW3007 @example np.applyOverAxes(np.sum, x, [0, 2]) */
export function applyOverAxes(func: (a: NDArray, axis: number) => ArrayLike, a: ArrayLike, axes: number | readonly number[]): NDArray {
  const operation = "np.applyOverAxes";
  requireFunction(operation, "func", func);
  return [axes].flat().reduce<NDArray>((array, axis) => {
    const result = give(read(func(array, axis), operation, "func"));
    if (result.ndim === array.ndim) return result;
    if (result.ndim === array.ndim - 1) return expandDims(result, axis);
    return raise(badArgument, { operation, argument: "func", expected: `a result of ${array.ndim} axes, or one fewer`, got: `${result.ndim} axes`, fix: "reduce one axis at a time" });
  }, give(read(a, operation, "a")));
}

/**
 * The values of a function at all coordinates of an array of this shape: it is given the coordinates of one element, as float32 unless
 * a dtype is given, and mapped over them.
 *
 * @throws LW3007, LW3004
 * @example np.fromfunction((i, j) => i.add(j), [2, 3], { dtype: "int32" })
 */
export function fromfunction(f: (...coordinates: NDArray[]) => ArrayLike, shape: number | readonly number[], options: { readonly dtype?: DType } = {}): NDArray {
  const operation = "np.fromfunction";
  requireFunction(operation, "function", f);
  const { dtype = "float32" } = parseOptional<{ dtype?: DType }>({ operation, positional: [], named: ["dtype"] }, [options]);
  const target = resolveDType(operation, dtype);
  const extents = resolveShape(operation, shape);
  let mapped: ArrayFunction = (...coordinates) => give(read(f(...coordinates), operation, "function"));
  for (const axis of range(extents.length).reverse()) mapped = vmap(mapped, { inAxes: extents.map((_, other) => (other === axis ? 0 : null)) }) as ArrayFunction;
  return mapped(...extents.map((extent) => arange(extent).astype(target)));
}

/**
 * At each element of x the value of the function, or the number, of the last condition that holds there; where none does, the one
 * more that there may be than conditions, or 0. Functions are given one element. The result has the dtype of x.
 *
 * @throws LW3007 for as many functions as do not fit the conditions
 * @example np.piecewise(x, [x.less(0), x.greaterEqual(0)], [(v) => v.neg(), (v) => v.mul(2)])
 */
export function piecewise(
  x: ArrayLike, condlist: readonly ArrayLike[] | NDArray, funclist: readonly (ArrayLike | ((x: NDArray, ...args: readonly unknown[]) => ArrayLike))[], ...args: readonly unknown[]
): NDArray {
  const operation = "np.piecewise";
  const value = read(x, operation, "x");
  const conditions = readList(operation, condlist).map((condition) => bool(give(condition)));
  if (!Array.isArray(funclist) || (funclist.length !== conditions.length && funclist.length !== conditions.length + 1)) {
    raise(badArgument, { operation, argument: "funclist", expected: `${conditions.length} functions or numbers, or one more`, got: describeArgument(funclist), fix: "give one per condition" });
  }
  const array = give(value);
  const resultOf = (f: (typeof funclist)[number]): NDArray => {
    if (typeof f !== "function") return give(convertOperand(operation, read(f, operation, "funclist"), array.dtype));
    const each = vmap((element: NDArray) => give(convertOperand(operation, read(f(element, ...args), operation, "funclist"), array.dtype))) as ArrayFunction;
    return reshape(each(ravel(array)), array.shape);
  };
  const otherwise = resultOf(funclist[conditions.length] ?? 0);
  return conditions.reduce((result, condition, place) => where(condition, resultOf(at(funclist, place)), result), broadcastArrays(otherwise, array)[0] as NDArray);
}

export interface ChooseOptions {
  readonly out?: null;
  /** What places outside do: throw (the default), go round, or move to the nearest choice. */
  readonly mode?: "raise" | "wrap" | "clip";
}

/**
 * For each element of an array of integers the element of the choice that it names. All broadcast.
 *
 * @throws LW3007 for what is no integer, and in mode "raise" for traced arrays and places outside
 * @example np.choose(np.array([1, 0], "int32"), [[1, 2], [10, 20]]) // [10, 2]
 */
export function choose(a: ArrayLike, choices: readonly ArrayLike[] | NDArray, ...rest: Optional<["out", "mode"], ChooseOptions>): NDArray {
  const operation = "np.choose";
  const { out, mode = "raise" } = parseOptional<ChooseOptions>({ operation, positional: ["out", "mode"] }, rest);
  refuseOut(operation, out);
  const given = readPlaces(a, operation, "a");
  if (!isInteger(given.aval.dtype)) raise(badArgument, { operation, argument: "a", expected: "integers", got: describeAval(given.aval), fix: 'convert them with astype("int32")' });
  const list = readList(operation, choices).map((choice) => give(choice));
  if (list.length === 0) raise(badArgument, { operation, argument: "choices", expected: "at least one choice", got: "an empty list", fix: "give the choices in a list" });
  if (mode !== "raise" && mode !== "wrap" && mode !== "clip") raise(badArgument, { operation, argument: "mode", expected: "raise, wrap or clip", got: describeArgument(mode), fix: "choose one" });
  if (mode === "raise") {
    const outside = elementsNow(operation, "a", given, 'give { mode: "clip" } or { mode: "wrap" }').find((place) => place < 0 || place >= list.length);
    if (outside !== undefined) raise(badArgument, { operation, argument: "a", expected: `places in [0, ${list.length})`, got: String(outside), fix: "correct it, or choose another mode" });
  }
  const places = give(given);
  const [which, ...options] = broadcastArrays(mode === "wrap" ? mod(places, list.length) : mode === "clip" ? clip(places, 0, list.length - 1) : places, ...list) as [NDArray, ...NDArray[]];
  return options.reduceRight((result, option, place) => where(equal(which, place), option, result));
}
