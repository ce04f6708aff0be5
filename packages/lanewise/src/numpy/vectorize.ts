/** @file np.vectorize: functions of arrays of few axes, over the axes in front of those. */

import { at } from "@lanewise/compiler/base/assert";
import { raise } from "@lanewise/compiler/base/errors";
import { broadcastShapes, formatShape } from "@lanewise/compiler/base/shape";
import { describeArgument, parseOptional } from "../arguments.ts";
import { badArgument, incompatibleShapes } from "../errors.ts";
import { expandDims as addAxes, squeeze as dropAxes } from "../ops/shape.ts";
import { vmap } from "../transforms/vmap.ts";
import { callable, type AnyFunction, type ArrayFunction, type NDArray } from "../types.ts";
import { valueOf } from "./composed.ts";
import { give, read } from "./operand.ts";

export interface VectorizeOptions {
  /** Places of arguments that are handed on as they are. */
  readonly excluded?: readonly number[];
  /** The axes that the function itself sees: `"(n,m),(m)->(n)"`. Without it, none. */
  readonly signature?: string | null;
}

/** The names of the axes of each argument and result. */
interface Signature {
  readonly inputs: readonly (readonly string[])[];
  readonly outputs: readonly (readonly string[])[];
}

const operation = "np.vectorize";
const lists = /^\((?:\w+(?:,\w+)*)?\)(?:,\((?:\w+(?:,\w+)*)?\))*$/;

function readSignature(text: string): Signature {
  const [left, right, ...more] = text.replaceAll(" ", "").split("->");
  if (left === undefined || right === undefined || more.length > 0 || !lists.test(left) || !lists.test(right)) {
    return raise(badArgument, { operation, argument: "signature", expected: 'axes of arguments and results: "(n,m),(m)->(n)"', got: `"${text}"`, fix: "correct the signature" });
  }
  const axesIn = (side: string): string[][] => Array.from(side.matchAll(/\(([\w,]*)\)/g), ([, names]) => (names ?? "").split(",").filter((name) => name !== ""));
  return { inputs: axesIn(left), outputs: axesIn(right) };
}

type Extents = Map<string, number>;

/** Records the extents of named axes, or holds them against those that are known. */
function checkAxes(extents: Extents, shape: readonly number[], names: readonly string[], what: string): void {
  if (shape.length < names.length) {
    raise(incompatibleShapes, { operation, argument: what, expected: `at least ${names.length} axes, (${names.join(",")})`, got: `shape ${formatShape(shape)}`, fix: "give an array of more axes, or correct the signature" });
  }
  names.forEach((name, place) => {
    const extent = at(shape, shape.length - names.length + place);
    const known = extents.get(name) ?? extent;
    if (known !== extent) raise(incompatibleShapes, { operation, argument: what, expected: `extent ${known} along ${name}`, got: `shape ${formatShape(shape)}`, fix: "make the extents of axes of one name equal" });
    extents.set(name, extent);
  });
}

/** The results, of which there are and which have the axes that the signature says. */
function checkedResults(results: unknown, { outputs }: Signature, extents: Extents): NDArray[] {
  const list = Array.isArray(results) ? (results as readonly unknown[]) : [results];
  if (list.length !== outputs.length) raise(badArgument, { operation, argument: "pyfunc", expected: `${outputs.length} results`, got: `${list.length}`, fix: "return a list of as many arrays as the signature has" });
  return list.map((result, place) => {
    const array = give(read(result, operation, "pyfunc"));
    const names = at(outputs, place);
    if (array.ndim !== names.length) raise(incompatibleShapes, { operation, argument: "pyfunc", expected: `a result of axes (${names.join(",")})`, got: `shape ${formatShape(array.shape)}`, fix: "correct the function or its signature" });
    checkAxes(new Map(extents), array.shape, names, "pyfunc");
    return array;
  });
}

/**
 * A function of elements, or of the axes that its signature names, as a function of arrays: the axes in front broadcast and lead
 * the results. It is a nest of vmaps, so what it computes on is a batch. Arguments that are null are handed on.
 *
 * @throws LW3007 for a bad signature or `excluded`; when called, LW3005 for shapes that do not fit
 * @example np.vectorize((a, v) => a.dot(v), { signature: "(n,m),(m)->(n)" })(matrices, vectors)
 */
export function vectorize<Result = NDArray>(pyfunc: ArrayFunction, options?: VectorizeOptions): (...args: readonly unknown[]) => Result;
export function vectorize<Result = NDArray>(pyfunc: AnyFunction, options?: VectorizeOptions): (...args: readonly unknown[]) => Result;
export function vectorize<Result>(pyfunc: AnyFunction, options: VectorizeOptions = {}): (...args: readonly unknown[]) => Result {
  const { excluded = [], signature: text } = parseOptional<VectorizeOptions>({ operation, positional: [], named: ["excluded", "signature"] }, [options]);
  if (typeof pyfunc !== "function") raise(badArgument, { operation, argument: "pyfunc", expected: "a function of arrays", got: describeArgument(pyfunc), fix: "give a function" });
  if (!Array.isArray(excluded) || !excluded.every((place) => Number.isInteger(place) && place >= 0)) {
    raise(badArgument, { operation, argument: "excluded", expected: "places of arguments: a list of integers from 0 on", got: describeArgument(excluded), fix: "correct the list" });
  }
  const given = text === undefined || text === null ? null : readSignature(text);
  return (...args) => callVectorized(callable(pyfunc), args, new Set(excluded), given) as Result;
}

function callVectorized(f: (...args: readonly unknown[]) => unknown, args: readonly unknown[], excluded: ReadonlySet<number>, signature: Signature | null): unknown {
  const places = [...args.keys()].filter((place) => !excluded.has(place) && args[place] !== null && args[place] !== undefined);
  const named = [...args.keys()].filter((place) => !excluded.has(place));
  if (signature !== null && signature.inputs.length !== named.length) {
    raise(badArgument, { operation, expected: `${signature.inputs.length} arguments, as the signature has`, got: `${named.length}`, fix: "give as many arguments" });
  }
  const names = places.map((place) => (signature === null ? [] : at(signature.inputs, named.indexOf(place))));
  const values = places.map((place) => read(args[place], operation, `argument ${place}`));
  const extents: Extents = new Map();
  values.forEach(({ aval: { shape } }, index) => checkAxes(extents, shape, at(names, index), `argument ${at(places, index)}`));
  const leading = values.map(({ aval: { shape } }, index) => shape.slice(0, shape.length - at(names, index).length));
  const common = broadcastShapes(leading);
  if (common === null) {
    return raise(incompatibleShapes, { operation, expected: "axes in front that broadcast: equal extents or 1", got: leading.map(formatShape).join(" and "), fix: "reshape an argument" });
  }
  let mapped = (...arrays: NDArray[]): unknown => {
    const all = [...args];
    places.forEach((place, index) => (all[place] = arrays[index]));
    const results = f(...all);
    if (signature === null) return results;
    const checked = checkedResults(results, signature, extents);
    return Array.isArray(results) ? checked : at(checked, 0);
  };
  const ones: number[] = [];
  for (let axis = common.length - 1; axis >= 0; axis--) {
    const isMapped = leading.map((shape) => (shape[axis - common.length + shape.length] ?? 1) !== 1);
    if (isMapped.includes(true)) mapped = vmap(mapped, { inAxes: isMapped.map((one) => (one ? 0 : null)) }) as typeof mapped;
    else ones.push(axis);
  }
  const squeezed = values.map((value, index) => give(dropAxes(value, at(leading, index).flatMap((extent, axis) => (extent === 1 ? [axis] : [])))));
  const results = mapped(...squeezed);
  const widen = (result: unknown): NDArray => give(addAxes(valueOf(result as NDArray), ones, operation));
  return Array.isArray(results) ? results.map(widen) : widen(results);
}
