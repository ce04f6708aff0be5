/**
 * @file Trees to lists of leaves and back.
 *
 * Nodes are arrays, plain objects (by sorted key), Map (by insertion) and instances of registered classes; null and
 * undefined are nodes without leaves. Anything else is a leaf: numbers, arrays of lanewise, typed arrays, functions, strings.
 */

import { assertNever } from "../base/assert.ts";
import { isPlainObject } from "../base/equal.ts";
import { raise } from "../base/errors.ts";
import { cycle, leafCount, symbolKey } from "./errors.ts";
import { findRegistration, type Registration } from "./registry.ts";
import { arrayDef, classDef, formatTreeDef, leafDef, mapDef, nullDef, objectDef, undefinedDef, type TreeDef } from "./treedef.ts";

/** Makes a leaf of what would be a node. */
export type IsLeaf = (node: unknown) => boolean;

export interface Flattened {
  readonly leaves: readonly unknown[];
  readonly treedef: TreeDef;
}

/**
 * The leaves of a tree in order, and its structure.
 *
 * @throws LW1103 for a tree that contains itself, LW1104 for a symbol as a key.
 * @example flatten({ b: 1, a: [2, null] }).leaves // [2, 1]
 */
export function flatten(tree: unknown, isLeaf?: IsLeaf): Flattened {
  const leaves: unknown[] = [];
  const treedef = collect(tree, leaves, isLeaf, []);
  return { leaves, treedef };
}

/** A node's children and how to make its structure from theirs. */
export type NodeView =
  | { readonly kind: "array"; readonly children: readonly unknown[] }
  | { readonly kind: "object"; readonly children: readonly unknown[]; readonly keys: readonly string[] }
  | { readonly kind: "map"; readonly children: readonly unknown[]; readonly keys: readonly unknown[] }
  | {
    readonly kind: "class"; readonly children: readonly unknown[]; readonly registration: Registration; readonly auxiliary: unknown;
    readonly names: readonly string[] | null;
  };

/** The node that an object is, or null when it is a leaf. */
export function viewNode(value: object): NodeView | null {
  if (Array.isArray(value)) return { kind: "array", children: value };
  if (isPlainObject(value)) {
    const keys = Object.keys(value).sort();
    if (Object.getOwnPropertySymbols(value).length > 0) rejectSymbolKeys(value);
    return { kind: "object", keys, children: keys.map((key) => value[key]) };
  }
  const prototype = Object.getPrototypeOf(value) as object;
  if (prototype === Map.prototype) {
    const entries = value as ReadonlyMap<unknown, unknown>;
    return { kind: "map", keys: [...entries.keys()], children: [...entries.values()] };
  }
  const registration = findRegistration(prototype);
  if (registration === undefined) return null;
  const { children, auxiliary, names = null } = registration.flatten(value);
  return { kind: "class", registration, children, auxiliary, names };
}

function rejectSymbolKeys(value: object): void {
  const symbol = Object.getOwnPropertySymbols(value).find((key) => Object.prototype.propertyIsEnumerable.call(value, key));
  if (symbol === undefined) return;
  raise(symbolKey, {
    operation: "tree.flatten",
    expected: "objects whose keys are strings",
    got: `the key ${String(symbol)}`,
    fix: "use a string key, or a Map",
  });
}

/** The structure of a node from its children's structures. */
function defineNode(view: NodeView, children: readonly TreeDef[]): TreeDef {
  switch (view.kind) {
    case "array": return arrayDef(children);
    case "object": return objectDef(view.keys, children);
    case "map": return mapDef(view.keys, children);
    case "class": return classDef(view.registration, view.auxiliary, children, view.names);
    default: return assertNever(view, "tree node");
  }
}

function collect(value: unknown, leaves: unknown[], isLeaf: IsLeaf | undefined, ancestors: object[]): TreeDef {
  if (isLeaf === undefined || !isLeaf(value)) {
    if (value === null) return nullDef;
    if (value === undefined) return undefinedDef;
    const view = typeof value === "object" ? viewNode(value) : null;
    if (view !== null) {
      rejectCycle(value as object, ancestors);
      ancestors.push(value as object);
      const children: TreeDef[] = [];
      for (let index = 0; index < view.children.length; index++) {
        children.push(collect(view.children[index], leaves, isLeaf, ancestors));
      }
      ancestors.pop();
      return defineNode(view, children);
    }
  }
  leaves.push(value);
  return leafDef;
}

// A cycle passes this depth soon; trees that people write seldom do, so they do not pay for the search.
const searchedDepth = 32;

function rejectCycle(node: object, ancestors: readonly object[]): void {
  if (ancestors.length < searchedDepth || !ancestors.includes(node)) return;
  raise(cycle, {
    operation: "tree.flatten",
    expected: "a tree: no object that is reachable from itself",
    got: Array.isArray(node) ? "an array that holds itself" : "an object that holds itself",
    fix: "leave the reference to the parent out of what the function takes and returns",
  });
}

/**
 * A tree of this structure with these leaves; the reverse of `flatten`.
 *
 * @throws LW1105 when the number of leaves is not the structure's.
 */
export function unflatten(treedef: TreeDef, leaves: readonly unknown[]): unknown {
  if (leaves.length !== treedef.leafCount) {
    raise(leafCount, {
      operation: "tree.unflatten",
      argument: "leaves",
      expected: `${treedef.leafCount} for ${formatTreeDef(treedef)}`,
      got: String(leaves.length),
      fix: "give one leaf for each star of the structure",
    });
  }
  return build(treedef, leaves, { next: 0 });
}

function build(def: TreeDef, leaves: readonly unknown[], cursor: { next: number }): unknown {
  if (def.kind === "leaf") return leaves[cursor.next++];
  if (def.kind === "empty") return def.value;
  const children = def.children.map((child) => build(child, leaves, cursor));
  switch (def.kind) {
    case "array": return children;
    case "object": return objectFrom(def.keys, children);
    case "map": return new Map(def.keys.map((key, index) => [key, children[index]]));
    case "class": return def.registration.unflatten(def.auxiliary, children);
    default: return assertNever(def, "tree node");
  }
}

function objectFrom(keys: readonly string[], values: readonly unknown[]): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  keys.forEach((key, index) => {
    // An assignment to this key would set the prototype.
    if (key === "__proto__") Object.defineProperty(result, key, { value: values[index], enumerable: true, configurable: true, writable: true });
    else result[key] = values[index];
  });
  return result;
}

/** The leaves of a tree in order. */
export function leaves(tree: unknown, isLeaf?: IsLeaf): readonly unknown[] {
  return flatten(tree, isLeaf).leaves;
}

/** The structure of a tree. */
export function structure(tree: unknown, isLeaf?: IsLeaf): TreeDef {
  return flatten(tree, isLeaf).treedef;
}

/** A node's own structure, every child a leaf: for comparing and naming single nodes. */
export function shallowStructure(value: unknown, isLeaf?: IsLeaf): TreeDef {
  let atRoot = true;
  return structure(value, (node) => {
    const stays = !atRoot || isLeaf?.(node) === true;
    atRoot = false;
    return stays;
  });
}
