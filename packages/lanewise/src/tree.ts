/** @file Trees as users see them: flattening, mapping, and classes whose instances are nodes. */

import * as maps from "@lanewise/compiler/tree/map";
import type { NDArray, WithLeaves } from "./types.ts";

export { flatten, leaves, structure, unflatten, type Flattened, type IsLeaf } from "@lanewise/compiler/tree/flatten";
export { all, mapWithPaths, reduce, transpose } from "@lanewise/compiler/tree/map";
export { flattenWithPaths, keyString, type LeafWithPath, type Path, type PathKey } from "@lanewise/compiler/tree/paths";
export { registerClass, type ClassRules, type InstanceParts } from "@lanewise/compiler/tree/registry";
export type { TreeDef } from "@lanewise/compiler/tree/treedef";

/**
 * A tree like the first, whose leaves are `f` of its leaf and of what the other trees have in its place.
 *
 * @throws LW1102 when another tree lacks a node of the first.
 * @example tree.map((p, g) => p.sub(g.mul(0.1)), parameters, gradients)
 */
export function map<Tree, Result>(f: (...leaves: NDArray[]) => Result, tree: Tree, ...rest: readonly unknown[]): WithLeaves<Tree, Result>;
export function map<Tree, Result>(f: (...leaves: never[]) => Result, tree: Tree, ...rest: readonly unknown[]): WithLeaves<Tree, Result>;
export function map(f: (...leaves: never[]) => unknown, tree: unknown, ...rest: readonly unknown[]): unknown {
  return maps.map(f as (...leaves: readonly unknown[]) => unknown, tree, ...rest);
}
