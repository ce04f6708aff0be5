/** @file Where a leaf lies in its tree, and how messages write it. */

import { assertNever, at } from "../base/assert.ts";
import { flatten, type IsLeaf } from "./flatten.ts";
import { formatKey, type TreeDef } from "./treedef.ts";

/** One step from a node to a child. */
export type PathKey =
  | { readonly kind: "index"; readonly index: number }
  | { readonly kind: "key"; readonly key: string }
  | { readonly kind: "mapKey"; readonly key: unknown };

export type Path = readonly PathKey[];

export interface LeafWithPath {
  readonly path: Path;
  readonly leaf: unknown;
}

/** The leaves of a tree with their paths, and the structure. */
export function flattenWithPaths(tree: unknown, isLeaf?: IsLeaf): { readonly leaves: readonly LeafWithPath[]; readonly treedef: TreeDef } {
  const { leaves, treedef } = flatten(tree, isLeaf);
  return { leaves: leafPaths(treedef).map((path, index) => ({ path, leaf: leaves[index] })), treedef };
}

/** The path of each leaf, in order. */
export function leafPaths(treedef: TreeDef): readonly Path[] {
  const paths: Path[] = [];
  collectPaths(treedef, [], paths);
  return paths;
}

function collectPaths(def: TreeDef, path: Path, paths: Path[]): void {
  if (def.kind === "leaf") paths.push(path);
  else if (def.kind !== "empty") def.children.forEach((child, index) => collectPaths(child, [...path, childKey(def, index)], paths));
}

/** The step from a node to its child at this position. */
export function childKey(def: TreeDef, position: number): PathKey {
  switch (def.kind) {
    case "leaf":
    case "empty":
    case "array": return { kind: "index", index: position };
    case "object": return { kind: "key", key: at(def.keys, position) };
    case "map": return { kind: "mapKey", key: at(def.keys, position) };
    case "class": {
      const name = def.names?.[position];
      return name === undefined ? { kind: "index", index: position } : { kind: "key", key: name };
    }
    default: return assertNever(def, "tree node");
  }
}

/** A path as it follows the name of an argument: `[0].w`, `["a b"]`, `.get('k')`; empty at the root. */
export function keyString(path: Path): string {
  return path.map(formatStep).join("");
}

function formatStep(step: PathKey): string {
  switch (step.kind) {
    case "index": return `[${step.index}]`;
    case "key": return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(step.key) ? `.${step.key}` : `["${step.key.replace(/["\\]/g, "\\$&")}"]`;
    case "mapKey": return `.get(${formatKey(step.key)})`;
    default: return assertNever(step, "path step");
  }
}
