/** @file Reads and checks vmap's inAxes and outAxes: their forms, their fit to the arguments, the size of the mapped axis. */

import { at } from "@lanewise/compiler/base/assert";
import { isPlainObject } from "@lanewise/compiler/base/equal";
import { raise } from "@lanewise/compiler/base/errors";
import { formatShape, normalizeAxis } from "@lanewise/compiler/base/shape";
import { plural } from "@lanewise/compiler/base/text";
import type { Aval } from "@lanewise/compiler/ir/types";
import { describeAval } from "@lanewise/compiler/trace/stack";
import { flattenWithPaths, keyString } from "@lanewise/compiler/tree/paths";
import { broadcastPrefix } from "@lanewise/compiler/tree/prefix";
import type { TreeDef } from "@lanewise/compiler/tree/treedef";
import type { Subject } from "./call.ts";
import { describeValue } from "./describe.ts";
import * as transformErrors from "./errors.ts";
import { type FunctionInfo } from "./function-info.ts";
import { positionsOfNames } from "./options.ts";

export type AxisEntry = number | null;

/** inAxes as given: one axis for all arguments, or an axis tree per argument, perhaps of fewer where names gave it. */
export type InAxes =
  | { readonly kind: "uniform"; readonly axis: AxisEntry }
  | { readonly kind: "perArgument"; readonly trees: readonly unknown[]; readonly named: boolean };

// In an axis tree null is a leaf: it says "not mapped".
const isAxisLeaf = (node: unknown): boolean => node === null || node === undefined;

/** Checks inAxes where the function is wrapped: every leaf an axis, every name a parameter's. */
export function readInAxes(operation: string, value: unknown, info: FunctionInfo): InAxes {
  checkAxisLeaves(operation, "inAxes", value);
  if (Array.isArray(value)) return { kind: "perArgument", trees: value as unknown[], named: false };
  if (isPlainObject(value)) return { kind: "perArgument", trees: namedAxes(operation, value, info), named: true };
  if (typeof value === "number" || value === null) return { kind: "uniform", axis: value };
  return raise(transformErrors.badAxis, {
    operation, argument: "inAxes", expected: "an axis, null, a list with one entry per argument, or an object of parameter names",
    got: describeValue(value), fix: "put the axes of one argument in a list: [axes]",
  });
}

/** Checks that every leaf is an integer or null. */
export function checkAxisLeaves(operation: string, argument: string, value: unknown): void {
  for (const { path, leaf } of flattenWithPaths(value, isAxisLeaf).leaves) {
    if (leaf === null || Number.isSafeInteger(leaf)) continue;
    raise(transformErrors.badAxis, {
      operation,
      path: `${argument}${keyString(path)}`,
      expected: "an integer or null at each leaf",
      got: describeValue(leaf),
      fix: "give the axis to map, or null to map none",
    });
  }
}

/** Axis trees in the order of the parameters. Every parameter must be named, because a default would guess. */
function namedAxes(operation: string, axes: Readonly<Record<string, unknown>>, info: FunctionInfo): readonly unknown[] {
  const names = Object.keys(axes);
  const positions = positionsOfNames(operation, "inAxes", names, info);
  return (info.parameters ?? []).map((parameter, position) => {
    const place = positions.indexOf(position);
    if (place >= 0) return axes[at(names, place)];
    return raise(transformErrors.unknownParameter, {
      operation,
      argument: "inAxes",
      expected: `an axis or null for each parameter of ${info.name}`,
      got: `nothing for ${parameter.name ?? `argument ${position}, which has no name`}`,
      fix: parameter.name === null || parameter.rest ? "give a list with one entry per argument" : `add ${parameter.name}: 0, or ${parameter.name}: null to leave it unmapped`,
    });
  });
}

/** The axis of each argument leaf, as given; throws where the axes do not fit the arguments. */
export function axesOfLeaves(subject: Subject, inAxes: InAxes, treedef: TreeDef, argumentCount: number): readonly AxisEntry[] {
  if (inAxes.kind === "uniform") return Array.from({ length: treedef.leafCount }, () => inAxes.axis);
  const entries = inAxes.trees.length;
  if (argumentCount > entries || (argumentCount < entries && !inAxes.named)) {
    raise(transformErrors.axesCount, {
      operation: subject.operation,
      argument: "inAxes",
      expected: `${plural(entries, "argument")}, one per entry of inAxes`,
      got: `${plural(argumentCount, "argument")} in the call of ${subject.info.name}`,
      fix: "give inAxes one entry per positional argument; a single dictionary argument is [{ w: 0, b: null }]",
    });
  }
  const trees = inAxes.trees.slice(0, argumentCount);
  return broadcastPrefix(trees, treedef, { operation: subject.operation, argument: "inAxes", isLeaf: isAxisLeaf }) as AxisEntry[];
}

/** One array among the arguments, for the checks of its axis. */
export interface MappedLeaf {
  readonly name: string;
  readonly aval: Aval;
  /** As given. */
  readonly axis: number;
  /** Whether the leaf is a bare JS number, which may be an entry of an array that was meant as a whole. */
  readonly inArray: boolean;
}

/** The axis in `[0, rank)`; throws where the array has no such axis. */
export function axisWithin(operation: string, leaf: MappedLeaf): number {
  const rank = leaf.aval.shape.length;
  const axis = normalizeAxis(leaf.axis, rank);
  if (axis !== null) return axis;
  return raise(transformErrors.axisOutOfRange, {
    operation,
    path: leaf.name,
    expected: rank === 0 ? `an array with an axis ${leaf.axis}` : `an axis from ${-rank} to ${rank - 1}`,
    got: `axis ${leaf.axis} of ${leaf.name}, which has rank ${rank} and shape ${formatShape(leaf.aval.shape)}`,
    fix: adviceOnRank(leaf, rank),
  });
}

function adviceOnRank(leaf: MappedLeaf, rank: number): string {
  if (leaf.inArray) return "a JavaScript array is a tree of numbers to a transform, not an array: make one with np.array(...)";
  return rank === 0 ? "map it with null in inAxes, or pass an array with one entry per example" : "correct inAxes, or reshape the array";
}

/** The size of the mapped axis: the one that all mapped leaves agree on, or `given` where there are none. */
export function mappedSize(subject: Subject, leaves: readonly MappedLeaf[], axes: readonly number[], given: number | null): number {
  const groups = new Map<number, string[]>();
  if (given !== null) groups.set(given, ["axisSize"]);
  leaves.forEach((leaf, index) => {
    const size = at(leaf.aval.shape, at(axes, index));
    const members = groups.get(size) ?? [];
    members.push(`axis ${leaf.axis} of ${leaf.name} (${describeAval(leaf.aval)})`);
    groups.set(size, members);
  });
  const [size, ...others] = groups.keys();
  if (size === undefined) {
    raise(transformErrors.nothingMapped, {
      operation: subject.operation,
      argument: "inAxes",
      expected: "at least one argument with an axis to map, or axisSize",
      got: `no mapped array among the arguments of ${subject.info.name}`,
      fix: "map an argument with inAxes, or give axisSize",
    });
  }
  if (others.length > 0) {
    const list = [...groups].map(([extent, members]) => `size ${extent}: ${members.join(", ")}`).join("; ");
    raise(transformErrors.inconsistentSizes, {
      operation: subject.operation,
      argument: "inAxes",
      expected: `one size for all mapped axes of ${subject.info.name}`,
      got: list,
      fix: "pass arrays with the same extent along their mapped axes, or map the odd one with null",
    });
  }
  return size;
}

/** The axis of each output leaf, as given. */
export function axesOfOutputs(subject: Subject, outAxes: unknown, output: TreeDef): readonly AxisEntry[] {
  return broadcastPrefix(outAxes, output, { operation: subject.operation, argument: "outAxes", isLeaf: isAxisLeaf }) as AxisEntry[];
}

/** Where an output's batch axis goes, in `[0, rank]`; null where it has none and wants none. */
export function outputAxis(subject: Subject, name: string, wanted: AxisEntry, from: AxisEntry, exampleAval: Aval): AxisEntry {
  if (wanted === null) {
    if (from === null) return null;
    raise(transformErrors.mappedOutput, {
      operation: subject.operation,
      path: name,
      expected: "an output that depends on no mapped argument, because outAxes is null there",
      got: `${name} (${describeAval(exampleAval)} per example), which depends on a mapped argument`,
      fix: "give the output an axis in outAxes, or reduce over the batch outside",
    });
  }
  const rank = exampleAval.shape.length + 1;
  const axis = normalizeAxis(wanted, rank);
  if (axis !== null) return axis;
  return raise(transformErrors.axisOutOfRange, {
    operation: subject.operation,
    path: name,
    expected: `an axis from ${-rank} to ${rank - 1} in outAxes`,
    got: `axis ${wanted} for ${name}, which has rank ${rank} with its batch axis`,
    fix: "correct outAxes",
  });
}

