/**
 * @file The structure of a tree without its leaves: data with a hash, equality, a printed form and the paths of its
 * leaves.
 */

import { assertNever, at } from "../base/assert.ts";
import { equalStructure } from "../base/equal.ts";
import { hashIdentity, hashStructure, hashString, mixHash } from "../base/hash.ts";
import type { Registration } from "./registry.ts";

interface Measured {
  readonly leafCount: number;
  /** Equal structures have equal hashes. */
  readonly hash: number;
}

interface Branch extends Measured {
  readonly children: readonly TreeDef[];
}

export type LeafDef = Measured & { readonly kind: "leaf" };
/** null or undefined: a node without leaves. */
export type EmptyDef = Measured & { readonly kind: "empty"; readonly value: null | undefined };
export type ArrayDef = Branch & { readonly kind: "array" };
/** Keys are sorted. */
export type ObjectDef = Branch & { readonly kind: "object"; readonly keys: readonly string[] };
/** Keys stand in the order of insertion. */
export type MapDef = Branch & { readonly kind: "map"; readonly keys: readonly unknown[] };
export type ClassDef = Branch & {
  readonly kind: "class"; readonly registration: Registration; readonly auxiliary: unknown; readonly names: readonly string[] | null;
};

export type TreeDef = LeafDef | EmptyDef | ArrayDef | ObjectDef | MapDef | ClassDef;

export const leafDef: TreeDef = { kind: "leaf", leafCount: 1, hash: 0x51ed27 };
export const nullDef: TreeDef = { kind: "empty", value: null, leafCount: 0, hash: 0x2f0b43 };
export const undefinedDef: TreeDef = { kind: "empty", value: undefined, leafCount: 0, hash: 0x7c8d61 };

export function arrayDef(children: readonly TreeDef[]): TreeDef {
  return { kind: "array", children, leafCount: countLeaves(children), hash: hashChildren(0xa11a, children) };
}

export function objectDef(keys: readonly string[], children: readonly TreeDef[]): TreeDef {
  let hash = hashChildren(0x0b1e, children);
  for (const key of keys) hash = mixHash(hash, hashString(key));
  return { kind: "object", keys, children, leafCount: countLeaves(children), hash };
}

export function mapDef(keys: readonly unknown[], children: readonly TreeDef[]): TreeDef {
  let hash = hashChildren(0x3a9b, children);
  // A Map finds objects by identity, so their content has no part in the structure.
  for (const key of keys) hash = mixHash(hash, typeof key === "object" && key !== null ? hashIdentity(key) : hashStructure(key));
  return { kind: "map", keys, children, leafCount: countLeaves(children), hash };
}

export function classDef(
  registration: Registration, auxiliary: unknown, children: readonly TreeDef[], names: readonly string[] | null = null,
): TreeDef {
  const hash = mixHash(mixHash(hashChildren(0xc1a5, children), hashIdentity(registration)), hashStructure(auxiliary));
  return { kind: "class", registration, auxiliary, children, names, leafCount: countLeaves(children), hash };
}

function countLeaves(children: readonly TreeDef[]): number {
  let count = 0;
  for (const child of children) count += child.leafCount;
  return count;
}

function hashChildren(tag: number, children: readonly TreeDef[]): number {
  let hash = mixHash(tag, children.length);
  for (const child of children) hash = mixHash(hash, child.hash);
  return hash;
}

/** Children of a node; none for leaves and empty nodes. */
export function childrenOf(def: TreeDef): readonly TreeDef[] {
  return def.kind === "leaf" || def.kind === "empty" ? [] : def.children;
}

/** Whether two structures are the same: node kinds, keys, order of Map keys, auxiliary data. */
export function equalStructures(left: TreeDef, right: TreeDef): boolean {
  if (left === right) return true;
  if (left.hash !== right.hash || left.leafCount !== right.leafCount || !sameNode(left, right)) return false;
  const others = childrenOf(right);
  return childrenOf(left).every((child, index) => equalStructures(child, at(others, index)));
}

/** Whether two nodes are the same when their children are left aside. */
export function sameNode(left: TreeDef, right: TreeDef): boolean {
  if (childrenOf(left).length !== childrenOf(right).length) return false;
  switch (left.kind) {
    case "leaf":
    case "array": return right.kind === left.kind;
    case "empty": return right.kind === "empty" && right.value === left.value;
    case "object": return right.kind === "object" && left.keys.every((key, index) => key === right.keys[index]);
    case "map": return right.kind === "map" && left.keys.every((key, index) => Object.is(key, right.keys[index]));
    case "class":
      return right.kind === "class" && right.registration === left.registration && equalStructure(left.auxiliary, right.auxiliary);
    default: return assertNever(left, "tree node");
  }
}

/** Prints a structure as JAX does, every leaf a star: `PyTreeDef([*, {'a': *, 'b': None}])`. */
export function formatTreeDef(def: TreeDef): string {
  return `PyTreeDef(${formatNode(def)})`;
}

function formatNode(def: TreeDef): string {
  const children = childrenOf(def).map(formatNode);
  switch (def.kind) {
    case "leaf": return "*";
    case "empty": return "None";
    case "array": return `[${children.join(", ")}]`;
    case "object": return `{${def.keys.map((key, index) => `'${key}': ${at(children, index)}`).join(", ")}}`;
    case "map": return `CustomNode(Map[${def.keys.map(formatKey).join(", ")}], [${children.join(", ")}])`;
    case "class": return `CustomNode(${def.registration.name}[${formatAuxiliary(def.auxiliary)}], [${children.join(", ")}])`;
    default: return assertNever(def, "tree node");
  }
}

function formatAuxiliary(auxiliary: unknown): string {
  if (auxiliary === null || auxiliary === undefined) return "None";
  return Array.isArray(auxiliary) ? `(${auxiliary.map(formatAuxiliary).join(", ")})` : formatKey(auxiliary);
}

/** A Map's key in messages: text for primitives, a class's name for objects. */
export function formatKey(key: unknown): string {
  if (typeof key === "string") return `'${key}'`;
  if (typeof key === "function") return key.name === "" ? "function" : key.name;
  if (typeof key !== "object" || key === null) return String(key);
  return (key as { constructor?: { name?: string } }).constructor?.name ?? "object";
}
