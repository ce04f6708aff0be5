/** @file Leaves of argument and result trees: which values are arrays, and what messages say of those that are not. */

import { isTypedArray } from "@lanewise/compiler/base/equal";
import { raise, type ErrorKind } from "@lanewise/compiler/base/errors";
import type { Aval } from "@lanewise/compiler/ir/types";
import { describeAval } from "@lanewise/compiler/trace/stack";
import { hasBrand } from "@lanewise/compiler/trace/tracer";
import { describeValue } from "./describe.ts";

/** Whether a transform reads this leaf as an array. */
export function isArrayLeaf(leaf: unknown): boolean {
  switch (typeof leaf) {
    case "number":
    case "boolean":
    case "bigint": return true;
    case "object": return leaf !== null && (hasBrand(leaf) || isTypedArray(leaf));
    default: return false;
  }
}

/** A leaf as messages show it: `f32[2,3]`, `the number 3`, `"relu"`. */
export function describeLeaf(leaf: unknown): string {
  if (typeof leaf === "number" || typeof leaf === "boolean" || typeof leaf === "bigint") return `the ${typeof leaf} ${String(leaf)}`;
  if (typeof leaf === "string") return `the string ${describeValue(leaf)}`;
  if (typeof leaf === "object" && leaf !== null) {
    if (hasBrand(leaf)) return describeAval((leaf as { readonly aval: Aval }).aval);
    if (ArrayBuffer.isView(leaf)) return `a ${leaf.constructor.name}`;
  }
  return describeValue(leaf);
}

/** Throws that a leaf of an argument or result is no array. */
export function refuseLeaf(kind: ErrorKind, operation: string, path: string, leaf: unknown, fix: string): never {
  return raise(kind, {
    operation,
    path,
    expected: "a number, boolean, bigint, typed array or NDArray at each leaf",
    got: `${describeLeaf(leaf)} at ${path}`,
    fix,
  });
}
