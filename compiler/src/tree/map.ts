/** @file Functions over whole trees: map, reduce, all, transpose. */

import { at } from "../base/assert.ts";
import { raise } from "../base/errors.ts";
import { range } from "../base/shape.ts";
import { nothingToReduce } from "./errors.ts";
import { flatten, leaves, unflatten } from "./flatten.ts";
import { flattenWithPaths, type Path } from "./paths.ts";
import { flattenUpTo } from "./prefix.ts";
import { formatTreeDef, type TreeDef } from "./treedef.ts";

/**
 * A tree like the first, whose leaves are `f` of its leaf and of what the other trees have in its place.
 *
 * @throws LW1102 when another tree lacks a node of the first.
 * @example map((x, y) => x + y, [1, { a: 2 }], [10, { a: 20 }]) // [11, { a: 22 }]
 */
export function map(f: (...items: readonly unknown[]) => unknown, tree: unknown, ...rest: readonly unknown[]): unknown {
  const { leaves: first, treedef } = flatten(tree);
  const others = rest.map((other, index) => flattenUpTo(treedef, other, { operation: "tree.map", argument: `trees[${index + 1}]` }));
  return unflatten(treedef, first.map((leaf, index) => f(leaf, ...others.map((subtrees) => subtrees[index]))));
}

/** As `map` over one tree, with each leaf's path. */
export function mapWithPaths(f: (path: Path, leaf: unknown) => unknown, tree: unknown): unknown {
  const { leaves: found, treedef } = flattenWithPaths(tree);
  return unflatten(treedef, found.map(({ path, leaf }) => f(path, leaf)));
}

/**
 * Folds the leaves from the first to the last, beginning with `initial` where it is given.
 *
 * @throws LW1107 for a tree without leaves and no initial value.
 * @example reduce((sum, x) => sum + x, { a: 1, b: [2, 3] }) // 6
 */
export function reduce(f: (accumulated: unknown, leaf: unknown) => unknown, tree: unknown, ...initial: readonly [] | readonly [unknown]): unknown {
  const { leaves: found, treedef } = flatten(tree);
  const items = [...initial, ...found];
  if (items.length === 0) {
    raise(nothingToReduce, {
      operation: "tree.reduce",
      argument: "tree",
      expected: "at least one leaf, or an initial value",
      got: formatTreeDef(treedef),
      fix: "give an initial value as the third argument",
    });
  }
  return items.slice(1).reduce(f, items[0]);
}

/** Whether every leaf is true. An array counts as its number, so a traced one throws, as everywhere that a value is asked for. */
export function all(tree: unknown): boolean {
  return leaves(tree).every((leaf) => (typeof leaf === "object" ? Number(leaf) !== 0 : Boolean(leaf)));
}

/**
 * Turns a tree of `outer` whose leaves are trees of `inner` inside out.
 *
 * @throws LW1102 when the tree is not of this form.
 * @example transpose(structure([0, 0]), structure({ a: 0, b: 0 }), [{ a: 1, b: 2 }, { a: 3, b: 4 }]) // { a: [1, 3], b: [2, 4] }
 */
export function transpose(outer: TreeDef, inner: TreeDef, tree: unknown): unknown {
  const rows = flattenUpTo(outer, tree, { operation: "tree.transpose", argument: "tree" })
    .map((row) => flattenUpTo(inner, row, { operation: "tree.transpose", argument: "tree's inner tree" }));
  return unflatten(inner, range(inner.leafCount).map((column) => unflatten(outer, rows.map((row) => at(row, column)))));
}
