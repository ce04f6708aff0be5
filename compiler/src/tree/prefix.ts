/** @file Trees walked together with a structure: prefix trees, and subtrees at a structure's leaves. */

import { at } from "../base/assert.ts";
import { raise } from "../base/errors.ts";
import { differentStructure, notAPrefix } from "./errors.ts";
import { shallowStructure, structure, viewNode, type IsLeaf } from "./flatten.ts";
import { childKey, keyString, type Path } from "./paths.ts";
import { childrenOf, formatTreeDef, leafDef, sameNode, type TreeDef } from "./treedef.ts";

/** The first place where a tree does not fit a structure. */
export interface TreeMismatch {
  readonly path: Path;
  /** What the structure has there. */
  readonly expected: TreeDef;
  /** What the tree has there. */
  readonly got: TreeDef;
}

/** What messages say about a prefix tree. */
export interface PrefixSubject {
  /** The operation as the user wrote it: `vmap`. */
  readonly operation: string;
  /** The prefix tree's name: `inAxes`. */
  readonly argument: string;
  readonly isLeaf?: IsLeaf;
}

/**
 * The prefix's leaf for every leaf of the full structure, in order: a leaf of the prefix stands for all leaves below its
 * place. Where null is a leaf of the prefix (as in `inAxes`), `isLeaf` must say so.
 *
 * @throws LW1101 when the tree is not a prefix; it names the place and both structures.
 * @example
 * const subject = { operation: "vmap", argument: "inAxes", isLeaf: (node) => node === null };
 * broadcastPrefix([0, null], structure([{ a: 1, b: 2 }, 3]), subject) // [0, 0, null]
 */
export function broadcastPrefix(prefix: unknown, full: TreeDef, subject: PrefixSubject): readonly unknown[] {
  const entries = matchPrefix(prefix, full, subject.isLeaf);
  if ("entries" in entries) return entries.entries;
  const { path, expected, got } = entries.mismatch;
  return raise(notAPrefix, {
    operation: subject.operation,
    argument: subject.argument,
    path: `${subject.argument}${keyString(path)}`,
    expected: `a leaf or the node that is there, ${formatTreeDef(expected)}; the full tree is ${formatTreeDef(full)}`,
    got: `${formatTreeDef(got)}; the prefix tree is ${formatTreeDef(structure(prefix, subject.isLeaf))}`,
    fix: `give ${subject.argument} the same nodes as the full tree, down to leaves that stand for everything below them`,
  });
}

/** As `broadcastPrefix`, but gives the mismatch back, for a caller that has more to say about it. */
export function matchPrefix(
  prefix: unknown, full: TreeDef, isLeaf?: IsLeaf,
): { readonly entries: readonly unknown[] } | { readonly mismatch: TreeMismatch } {
  const entries: unknown[] = [];
  const mismatch = collectPrefix(prefix, full, [], entries, isLeaf);
  return mismatch === null ? { entries } : { mismatch };
}

function collectPrefix(prefix: unknown, full: TreeDef, path: Path, entries: unknown[], isLeaf: IsLeaf | undefined): TreeMismatch | null {
  const children = nodeChildren(prefix, isLeaf);
  if (children === "leaf") {
    for (let count = 0; count < full.leafCount; count++) entries.push(prefix);
    return null;
  }
  if (children === "empty") {
    return full.kind === "empty" ? null : { path, expected: full, got: shallowStructure(prefix, isLeaf) };
  }
  const got = shallowStructure(prefix, isLeaf);
  if (!sameNode(got, full)) return { path, expected: full, got };
  const fullChildren = childrenOf(full);
  for (let index = 0; index < children.length; index++) {
    const mismatch = collectPrefix(children[index], at(fullChildren, index), [...path, childKey(full, index)], entries, isLeaf);
    if (mismatch !== null) return mismatch;
  }
  return null;
}

function nodeChildren(value: unknown, isLeaf: IsLeaf | undefined): readonly unknown[] | "leaf" | "empty" {
  if (isLeaf?.(value) === true) return "leaf";
  if (value === null || value === undefined) return "empty";
  if (typeof value !== "object") return "leaf";
  return viewNode(value)?.children ?? "leaf";
}

/**
 * The subtrees of `tree` at the leaves of a structure that is its prefix, in order.
 *
 * @throws LW1102 when the tree lacks a node of the structure; it names the place and both structures.
 * @example flattenUpTo(structure([1, 2]), [{ a: 3 }, 4]) // [{ a: 3 }, 4]
 */
export function flattenUpTo(treedef: TreeDef, tree: unknown, subject: PrefixSubject): readonly unknown[] {
  const subtrees: unknown[] = [];
  const mismatch = collectUpTo(treedef, tree, [], subtrees);
  if (mismatch === null) return subtrees;
  return raise(differentStructure, {
    operation: subject.operation,
    argument: subject.argument,
    path: `${subject.argument}${keyString(mismatch.path)}`,
    expected: `${formatTreeDef(mismatch.expected)} there, in a tree like ${formatTreeDef(treedef)}`,
    got: `${formatTreeDef(mismatch.got)} there, in ${formatTreeDef(structure(tree))}`,
    fix: "give trees with the same nodes in the same places",
  });
}

function collectUpTo(def: TreeDef, tree: unknown, path: Path, subtrees: unknown[]): TreeMismatch | null {
  if (def.kind === "leaf") {
    subtrees.push(tree);
    return null;
  }
  const children = nodeChildren(tree, undefined);
  if (children === "empty" && def.kind === "empty") return null;
  const got = shallowStructure(tree);
  if (children === "leaf" || children === "empty" || !sameNode(def, got)) return { path, expected: shallow(def), got };
  const expected = childrenOf(def);
  for (let index = 0; index < expected.length; index++) {
    const mismatch = collectUpTo(at(expected, index), children[index], [...path, childKey(def, index)], subtrees);
    if (mismatch !== null) return mismatch;
  }
  return null;
}

/** The node alone, every child a leaf. */
function shallow(def: TreeDef): TreeDef {
  return def.kind === "leaf" || def.kind === "empty" ? def : { ...def, children: def.children.map(() => leafDef) };
}

/** The first place where two structures differ, or null. `expected` is the left's part, `got` the right's. */
export function findDifference(left: TreeDef, right: TreeDef, path: Path = []): TreeMismatch | null {
  if (!sameNode(left, right)) return { path, expected: left, got: right };
  const others = childrenOf(right);
  for (const [index, child] of childrenOf(left).entries()) {
    const difference = findDifference(child, at(others, index), [...path, childKey(left, index)]);
    if (difference !== null) return difference;
  }
  return null;
}
