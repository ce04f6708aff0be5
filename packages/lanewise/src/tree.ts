/**
 * @file Trees as users see them: flattening, mapping, and classes whose instances are nodes. The compiler's functions, with
 * their arguments checked and structures that print.
 */

import { raise } from "@lanewise/compiler/base/errors";
import * as flattening from "@lanewise/compiler/tree/flatten";
import type { IsLeaf } from "@lanewise/compiler/tree/flatten";
import * as maps from "@lanewise/compiler/tree/map";
import * as paths from "@lanewise/compiler/tree/paths";
import type { LeafWithPath, Path } from "@lanewise/compiler/tree/paths";
import { equalStructures, formatTreeDef, type TreeDef as Structure } from "@lanewise/compiler/tree/treedef";
import { describeArgument } from "./arguments.ts";
import { badArgument } from "./errors.ts";
import type { NDArray, WithLeaves } from "./types.ts";

export type { IsLeaf } from "@lanewise/compiler/tree/flatten";
export type { LeafWithPath, Path, PathKey } from "@lanewise/compiler/tree/paths";
export { registerClass, type ClassRules, type InstanceParts } from "@lanewise/compiler/tree/registry";

/** The structure of a tree without its leaves. It prints as JAX prints it: `PyTreeDef([*, {'a': *}])`. */
export type TreeDef = Structure & { toString(): string };

export interface Flattened {
  readonly leaves: readonly unknown[];
  readonly treedef: TreeDef;
}

const inspectKey = Symbol.for("nodejs.util.inspect.custom");

/** The same structure, which now prints as JAX prints it. */
function printable(treedef: Structure): TreeDef {
  if (!Object.hasOwn(treedef, "toString")) {
    const print = { value: () => formatTreeDef(treedef), enumerable: false };
    Object.defineProperties(treedef, { toString: print, [inspectKey]: print });
  }
  return treedef;
}

function requireFunction(operation: string, f: unknown): void {
  if (typeof f === "function") return;
  raise(badArgument, { operation, argument: "f", expected: "a function", got: describeArgument(f), fix: `${operation}(f, tree): the function stands first` });
}

function requireIsLeaf(operation: string, isLeaf: unknown): void {
  if (isLeaf === undefined || typeof isLeaf === "function") return;
  raise(badArgument, { operation, argument: "isLeaf", expected: "a function that says what is a leaf, or nothing", got: describeArgument(isLeaf), fix: `${operation}(tree, (x) => ...)` });
}

function requireStructure(operation: string, argument: string, treedef: unknown): void {
  if (typeof treedef === "object" && treedef !== null && "leafCount" in treedef) return;
  raise(badArgument, { operation, argument, expected: "a structure", got: describeArgument(treedef), fix: "make one with tree.structure(tree)" });
}

/**
 * The leaves of a tree in order, and its structure.
 *
 * @throws LW1103 for a tree that contains itself, LW1104 for a symbol as a key.
 * @example tree.flatten({ b: 1, a: [2, null] }).leaves // [2, 1]
 */
export function flatten(tree: unknown, isLeaf?: IsLeaf): Flattened {
  requireIsLeaf("tree.flatten", isLeaf);
  const { leaves: found, treedef } = flattening.flatten(tree, isLeaf);
  return { leaves: found, treedef: printable(treedef) };
}

/** The leaves of a tree in order. */
export function leaves(tree: unknown, isLeaf?: IsLeaf): readonly unknown[] {
  requireIsLeaf("tree.leaves", isLeaf);
  return flattening.leaves(tree, isLeaf);
}

/** The structure of a tree. @example String(tree.structure([1, { a: 2 }])) // "PyTreeDef([*, {'a': *}])" */
export function structure(tree: unknown, isLeaf?: IsLeaf): TreeDef {
  requireIsLeaf("tree.structure", isLeaf);
  return printable(flattening.structure(tree, isLeaf));
}

/** The leaves of a tree with their paths, and the structure. */
export function flattenWithPaths(tree: unknown, isLeaf?: IsLeaf): { readonly leaves: readonly LeafWithPath[]; readonly treedef: TreeDef } {
  requireIsLeaf("tree.flattenWithPaths", isLeaf);
  const { leaves: found, treedef } = paths.flattenWithPaths(tree, isLeaf);
  return { leaves: found, treedef: printable(treedef) };
}

/** A path as it follows the name of an argument. @example tree.keyString(path) // "[0].w", and "" for a tree that is a leaf */
export function keyString(path: Path): string {
  const kinds: readonly unknown[] = ["index", "key", "mapKey"];
  if (!Array.isArray(path) || !path.every((step: Partial<paths.PathKey> | null | undefined) => kinds.includes(step?.kind))) {
    raise(badArgument, {
      operation: "tree.keyString", argument: "path", expected: "a path", got: describeArgument(path), fix: "take one from tree.flattenWithPaths or tree.mapWithPaths",
    });
  }
  return paths.keyString(path);
}

/** Whether two structures are the same. */
export function sameStructure(left: TreeDef, right: TreeDef): boolean {
  requireStructure("tree.sameStructure", "left", left);
  requireStructure("tree.sameStructure", "right", right);
  return equalStructures(left, right);
}

/**
 * A tree of this structure with these leaves; the reverse of `flatten`.
 *
 * @throws LW1105 when the number of leaves is not the structure's.
 */
export function unflatten(treedef: TreeDef, leaves: readonly unknown[]): unknown {
  requireStructure("tree.unflatten", "treedef", treedef);
  if (!Array.isArray(leaves)) {
    raise(badArgument, { operation: "tree.unflatten", argument: "leaves", expected: "a list of leaves", got: describeArgument(leaves), fix: "tree.unflatten(treedef, leaves)" });
  }
  return flattening.unflatten(treedef, leaves);
}

/**
 * A tree like the first, whose leaves are `f` of its leaf and of what the other trees have in its place.
 *
 * @throws LW1102 when another tree lacks a node of the first.
 * @example tree.map((p, g) => p.sub(g.mul(0.1)), parameters, gradients)
 */
export function map<Tree, Result>(f: (...leaves: NDArray[]) => Result, tree: Tree, ...rest: readonly unknown[]): WithLeaves<Tree, Result>;
export function map<Tree, Result>(f: (...leaves: never[]) => Result, tree: Tree, ...rest: readonly unknown[]): WithLeaves<Tree, Result>;
export function map(f: (...leaves: never[]) => unknown, tree: unknown, ...rest: readonly unknown[]): unknown {
  requireFunction("tree.map", f);
  return maps.map(f as (...leaves: readonly unknown[]) => unknown, tree, ...rest);
}

/** As `map` over one tree, with each leaf's path. */
export function mapWithPaths(f: (path: Path, leaf: unknown) => unknown, tree: unknown): unknown {
  requireFunction("tree.mapWithPaths", f);
  return maps.mapWithPaths(f, tree);
}

/**
 * Folds the leaves from the first to the last, beginning with `initial` where it is given.
 *
 * @throws LW1107 for a tree without leaves and no initial value.
 * @example tree.reduce((sum, x) => sum + x, { a: 1, b: [2, 3] }) // 6
 */
export function reduce(f: (accumulated: unknown, leaf: unknown) => unknown, tree: unknown, ...initial: readonly [] | readonly [unknown]): unknown {
  requireFunction("tree.reduce", f);
  // Two arguments and no more: functions of np read a third as an option.
  return maps.reduce((accumulated, leaf) => f(accumulated, leaf), tree, ...initial);
}

/** Whether every leaf is true. An array counts as its number, so a traced one throws, as everywhere that a value is asked for. */
export function all(tree: unknown): boolean {
  return maps.all(tree);
}

/**
 * Turns a tree of `outer` whose leaves are trees of `inner` inside out.
 *
 * @throws LW1102 when the tree is not of this form.
 * @example tree.transpose(tree.structure([0, 0]), tree.structure({ a: 0 }), [{ a: 1 }, { a: 3 }]) // { a: [1, 3] }
 */
export function transpose(outer: TreeDef, inner: TreeDef, tree: unknown): unknown {
  requireStructure("tree.transpose", "outer", outer);
  requireStructure("tree.transpose", "inner", inner);
  return maps.transpose(outer, inner, tree);
}
