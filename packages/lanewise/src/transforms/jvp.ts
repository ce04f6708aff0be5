/** @file jvp, vjp and linearize: derivatives along given tangents and cotangents. */

import { at } from "@lanewise/compiler/base/assert";
import { raise } from "@lanewise/compiler/base/errors";
import { plural } from "@lanewise/compiler/base/text";
import { tangentAval, zero } from "@lanewise/compiler/ir/build";
import type { Aval, Tangent, Value } from "@lanewise/compiler/ir/types";
import { jvpFlat } from "@lanewise/compiler/transforms/jvp";
import { applyLinear, linearizeFlat, type LinearFunction } from "@lanewise/compiler/transforms/linearize";
import { transposeLinear } from "@lanewise/compiler/transforms/transpose";
import { unflatten } from "@lanewise/compiler/tree/flatten";
import type { TreeDef } from "@lanewise/compiler/tree/treedef";
import type { AnyFunction, ArrayFunction, MembersIn } from "../types.ts";
import { flatCall, flattenArguments, leafNames, leafValue, type Arguments, type FlatCall, type Subject } from "./call.ts";
import { describeValue } from "./describe.ts";
import { hasTangent, readTangents } from "./differentiable.ts";
import * as transformErrors from "./errors.ts";
import { infoOf } from "./function-info.ts";
import { booleanOption, readOptions } from "./options.ts";
import { publish, tangentArray } from "./values.ts";
import type { AuxOptions, JvpResult, LinearizeResult, VjpResult } from "./signatures.ts";

const closeOverIntegers = "leave integers and booleans out of the primals: close over them";

/** A function at a point. */
interface Point {
  readonly subject: Subject;
  readonly flat: Arguments;
  readonly values: readonly Value[];
  readonly avals: readonly Aval[];
  readonly names: readonly string[];
  readonly call: FlatCall;
  readonly hasAux: boolean;
}

function pointAt(operation: string, f: AnyFunction, primals: unknown, options: unknown): Point {
  const subject: Subject = { operation, f, info: infoOf(operation, f) };
  const hasAux = booleanOption(operation, readOptions(operation, options, ["hasAux"]), "hasAux");
  const flat = flattenArguments(readList(operation, "primals", primals));
  const places = flat.leaves.map((_, index) => index);
  const values = places.map((index) => leafValue(subject, flat, index, "close over what is no array, or leave it out"));
  return {
    subject, flat, values, hasAux,
    avals: values.map((value) => value.aval),
    names: leafNames(subject.info, flat.treedef),
    call: flatCall(subject, flat, places, hasAux),
  };
}

function readList(operation: string, argument: string, list: unknown): readonly unknown[] {
  if (Array.isArray(list)) return list as unknown[];
  return raise(transformErrors.argumentCount, {
    operation, argument, expected: `a list with one entry per argument: ${operation}(f, [x, y], ...)`, got: describeValue(list), fix: `put the ${argument} in a list`,
  });
}

/** The result's values and aux's: those of the second part follow those of the first. */
function splitAux(point: Point, values: readonly Value[]): { readonly main: readonly Value[]; readonly aux: unknown } {
  const count = point.call.output().leafCount;
  return { main: values.slice(0, count), aux: point.hasAux ? unflatten(point.call.aux(), values.slice(count).map(publish)) : undefined };
}

function tree(treedef: TreeDef, values: readonly Value[]): unknown {
  return unflatten(treedef, values.map(publish));
}

/**
 * The value of a function and its derivative along tangents: `[value, tangent]`, with hasAux `[value, tangent, aux]`.
 *
 * @param primals a list with one entry per argument
 * @param tangents a list of the same structure, shapes and dtypes
 * @throws LW3117, LW3124
 * @example jvp((x) => x.mul(x), [3], [1]) // [9, 6]
 */
export function jvp<F extends ArrayFunction, const Aux extends boolean = false>(
  f: F, primals: Readonly<MembersIn<Parameters<F>>>, tangents: Readonly<MembersIn<Parameters<F>>>, options?: AuxOptions<Aux>,
): JvpResult<F, Aux>;
export function jvp<F extends AnyFunction, const Aux extends boolean = false>(
  f: F, primals: Readonly<MembersIn<Parameters<F>>>, tangents: Readonly<MembersIn<Parameters<F>>>, options?: AuxOptions<Aux>,
): JvpResult<F, Aux>;
export function jvp(f: AnyFunction, primals: unknown, tangents: unknown, options?: unknown): unknown {
  const point = pointAt("jvp", f, primals, options);
  const { subject, names } = point;
  const given = readTangents(readList("jvp", "tangents", tangents), {
    operation: `jvp of ${subject.info.name}`, kind: transformErrors.tangentMismatch, argument: "tangents",
    treedef: point.flat.treedef, avals: point.avals.map(tangentAval), reference: "the primals", withoutTangent: closeOverIntegers,
  });
  const result = jvpFlat(point.call.run, point.values, given, { functionName: subject.info.name, argumentNames: names });
  const { main, aux } = splitAux(point, result.primals);
  const output = point.call.output();
  const outTangents = result.tangents.slice(0, main.length).map(tangentArray);
  return [tree(output, main), tree(output, outTangents), ...(point.hasAux ? [aux] : [])];
}

/**
 * The value of a function and its pullback: `[value, pullback]`, with hasAux `[value, pullback, aux]`. The pullback takes a
 * cotangent of the value and gives a list with one gradient per argument.
 *
 * @throws LW3118, LW3124
 * @example const [y, pull] = vjp((x) => x.mul(x), [3]); pull(1) // [6]
 */
export function vjp<F extends ArrayFunction, const Aux extends boolean = false>(
  f: F, primals: Readonly<MembersIn<Parameters<F>>>, options?: AuxOptions<Aux>,
): VjpResult<F, Aux>;
export function vjp<F extends AnyFunction, const Aux extends boolean = false>(
  f: F, primals: Readonly<MembersIn<Parameters<F>>>, options?: AuxOptions<Aux>,
): VjpResult<F, Aux>;
export function vjp(f: AnyFunction, primals: unknown, options?: unknown): unknown {
  const point = pointAt("vjp", f, primals, options);
  const { main, aux, linear, places } = linearizeAt(point);
  const output = point.call.output();
  const avals = main.map((value) => tangentAval(value.aval));
  const pullback = (...args: readonly unknown[]): unknown => {
    expectCount(`the pullback of ${point.subject.info.name}`, "cotangent", 1, args.length);
    const cotangents = readTangents(args[0], {
      operation: `vjp of ${point.subject.info.name}`, kind: transformErrors.cotangentMismatch, argument: "cotangent",
      treedef: output, avals, reference: "the output", withoutTangent: "take integers and booleans out of the function through hasAux",
    });
    const rest = linear.outAvals.slice(cotangents.length).map((out): Tangent => zero(out));
    const gradients = point.avals.map((aval): Tangent => zero(tangentAval(aval)));
    transposeLinear(linear, [...cotangents, ...rest]).forEach((gradient, index) => { gradients[at(places, index)] = gradient; });
    return tree(point.flat.treedef, gradients.map(tangentArray));
  };
  return [tree(output, main), pullback, ...(point.hasAux ? [aux] : [])];
}

/**
 * The value of a function and its derivative there as a function of tangents: `[value, pushforward]`, with hasAux
 * `[value, pushforward, aux]`. The pushforward takes one tangent per argument; the function itself does not run again.
 *
 * @throws LW3117, LW3124
 * @example const [y, push] = linearize((x) => x.mul(x), [3]); push(1) // 6
 */
export function linearize<F extends ArrayFunction, const Aux extends boolean = false>(
  f: F, primals: Readonly<MembersIn<Parameters<F>>>, options?: AuxOptions<Aux>,
): LinearizeResult<F, Aux>;
export function linearize<F extends AnyFunction, const Aux extends boolean = false>(
  f: F, primals: Readonly<MembersIn<Parameters<F>>>, options?: AuxOptions<Aux>,
): LinearizeResult<F, Aux>;
export function linearize(f: AnyFunction, primals: unknown, options?: unknown): unknown {
  const point = pointAt("linearize", f, primals, options);
  const { main, aux, linear, places } = linearizeAt(point);
  const output = point.call.output();
  const pushforward = (...tangents: readonly unknown[]): unknown => {
    const given = readTangents(tangents, {
      operation: `linearize of ${point.subject.info.name}`, kind: transformErrors.tangentMismatch, argument: "tangents",
      treedef: point.flat.treedef, avals: point.avals.map(tangentAval), reference: "the primals", withoutTangent: closeOverIntegers,
    });
    const results = applyLinear(linear, places.map((place) => tangentArray(at(given, place))));
    return tree(output, results.slice(0, main.length).map(tangentArray));
  };
  return [tree(output, main), pushforward, ...(point.hasAux ? [aux] : [])];
}

interface LinearizedPoint {
  readonly main: readonly Value[];
  readonly aux: unknown;
  readonly linear: LinearFunction;
  /** The primals that are inputs of `linear`: integers and booleans have no tangent. */
  readonly places: readonly number[];
}

function linearizeAt(point: Point): LinearizedPoint {
  const places = point.avals.flatMap((aval, index) => (hasTangent(aval) ? [index] : []));
  const run = (primals: readonly Value[]): readonly Value[] => {
    const all = [...point.values];
    places.forEach((place, index) => { all[place] = at(primals, index); });
    return point.call.run(all);
  };
  const options = { functionName: point.subject.info.name, argumentNames: places.map((place) => at(point.names, place)) };
  const { primals, linear } = linearizeFlat(run, places.map((place) => at(point.values, place)), options);
  return { ...splitAux(point, primals), linear, places };
}

function expectCount(operation: string, noun: string, expected: number, got: number): void {
  if (got === expected) return;
  raise(transformErrors.argumentCount, {
    operation, expected: plural(expected, noun), got: plural(got, noun), fix: "pass the cotangent of the whole output as one tree",
  });
}

