/** @file vmap: a function of one example becomes a function of a batch. */

import { at } from "@lanewise/compiler/base/assert";
import { isPlainObject } from "@lanewise/compiler/base/equal";
import { raise } from "@lanewise/compiler/base/errors";
import { withoutAxis } from "@lanewise/compiler/base/shape";
import { aval } from "@lanewise/compiler/ir/build";
import { batchFlat, moveBatchAxis } from "@lanewise/compiler/transforms/vmap";
import { keyString, leafPaths } from "@lanewise/compiler/tree/paths";
import { unflatten } from "@lanewise/compiler/tree/flatten";
import type { AnyFunction, ArrayFunction, Mapped } from "../types.ts";
import { axesOfLeaves, axesOfOutputs, axisWithin, checkAxisLeaves, mappedSize, outputAxis, readInAxes, type AxisEntry, type InAxes, type MappedLeaf } from "./axes.ts";
import { flatCall, flattenArguments, leafNames, leafValue, type Subject } from "./call.ts";
import * as transformErrors from "./errors.ts";
import { dressAs, infoOf } from "./function-info.ts";
import { isArrayLeaf } from "./leaves.ts";
import { readOptions, refuseFurther, sizeOption, stringOption, type Options } from "./options.ts";
import { publish } from "./values.ts";
import type { AxisTree, InAxes as InAxesOf, VmapOptions } from "./signatures.ts";

interface Batching {
  readonly inAxes: InAxes;
  readonly outAxes: unknown;
  readonly axisName: string | null;
  readonly axisSize: number | null;
}

/**
 * Makes a function of batches from a function of one example.
 *
 * @param f takes and returns trees of arrays; it sees each mapped argument without its mapped axis
 * @param inAxes the axis to map of every argument (0 by default), null for none, or a list with one entry per positional
 *   argument, each an axis, null, or a tree of them; or options `{ inAxes, outAxes, axisName, axisSize }`, where inAxes may
 *   also name parameters: `{ inAxes: { x: 0, y: null } }`
 * @param outAxes where the batch axis goes in each output; null for an output that is the same for all examples
 * @throws LW3101 to LW3108, LW1101
 * @example vmap((x, y) => x.dot(y), [0, null])(batch, vector)
 */
export function vmap<F extends ArrayFunction>(f: F, inAxes?: InAxesOf<F> | VmapOptions<F>, outAxes?: AxisTree<ReturnType<F>>): Mapped<F>;
export function vmap<F extends AnyFunction>(f: F, inAxes?: InAxesOf<F> | VmapOptions<F>, outAxes?: AxisTree<ReturnType<F>>): Mapped<F>;
export function vmap(f: AnyFunction, inAxes?: unknown, outAxes?: unknown, ...further: readonly unknown[]): unknown {
  const info = infoOf("vmap", f);
  refuseFurther("vmap", further, "vmap(f, { inAxes: 0, outAxes: 0, axisName: \"i\" })");
  const subject: Subject = { operation: "vmap", f, info };
  const batching = readBatching(subject, inAxes, outAxes);
  return dressAs((...args: readonly unknown[]) => callBatched(subject, batching, args), f, info);
}

function readBatching(subject: Subject, second: unknown, third: unknown): Batching {
  const options = isPlainObject(second) ? readOptions("vmap", second, ["inAxes", "outAxes", "axisName", "axisSize"]) : { inAxes: second };
  const { inAxes = 0, outAxes = 0 } = third === undefined ? options : { ...options, outAxes: onlyOutAxes(options, third) };
  checkAxisLeaves("vmap", "outAxes", outAxes);
  return {
    inAxes: readInAxes("vmap", inAxes, subject.info),
    outAxes,
    axisName: stringOption("vmap", options, "axisName"),
    axisSize: sizeOption("vmap", options, "axisSize"),
  };
}

function onlyOutAxes(options: Options, third: unknown): unknown {
  if (options["outAxes"] === undefined) return third;
  return raise(transformErrors.badOption, {
    operation: "vmap", argument: "outAxes", expected: "outAxes once", got: "outAxes in the options and as the third argument", fix: "leave one of them out",
  });
}

function callBatched(subject: Subject, batching: Batching, args: readonly unknown[]): unknown {
  const flat = flattenArguments(args);
  const given = axesOfLeaves(subject, batching.inAxes, flat.treedef, args.length);
  const names = leafNames(subject.info, flat.treedef);
  const nested = leafPaths(flat.treedef).map((path) => path.at(-1)?.kind === "index" && path.length > 1);
  // A leaf that is neither mapped nor an array passes as it is.
  const traced = flat.leaves.flatMap((leaf, index) => (at(given, index) !== null || isArrayLeaf(leaf) ? [index] : []));
  const values = traced.map((index) => leafValue(subject, flat, index, "pass an array, or map the argument with null in inAxes"));

  const mapped: MappedLeaf[] = [];
  const axes = traced.map((index, position): AxisEntry => {
    const axis = at(given, index);
    if (axis === null) return null;
    const leaf: MappedLeaf = {
      name: at(names, index), aval: at(values, position).aval, axis, inArray: at(nested, index) && typeof at(flat.leaves, index) !== "object",
    };
    mapped.push(leaf);
    return axisWithin(subject.operation, leaf);
  });
  const size = mappedSize(subject, mapped, axes.filter((axis) => axis !== null), batching.axisSize);

  const call = flatCall(subject, flat, traced);
  const argumentNames = traced.map((index) => at(names, index));
  const batch = batchFlat(call.run, { size, name: batching.axisName }, values, axes, { functionName: subject.info.name, argumentNames });

  const output = call.output();
  const paths = leafPaths(output);
  const wanted = axesOfOutputs(subject, batching.outAxes, output);
  const results = batch.outputs.map((value, index) => {
    const from = at(batch.axes, index);
    const { shape, dtype, weakType } = value.aval;
    const example = from === null ? value.aval : aval(withoutAxis(shape, from), dtype, weakType);
    const to = outputAxis(subject, `result${keyString(at(paths, index))}`, at(wanted, index), from, example);
    return publish(to === null ? value : moveBatchAxis(value, from, to, size));
  });
  return unflatten(output, results);
}
