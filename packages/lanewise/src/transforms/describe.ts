/** @file Values as messages show them. */

import { isPlainObject } from "@lanewise/compiler/base/equal";
import type { Aval } from "@lanewise/compiler/ir/types";
import { describeAval } from "@lanewise/compiler/trace/stack";
import { hasBrand } from "@lanewise/compiler/trace/tracer";

/** Any JavaScript value, in a few words; of nested ones the outer `depth` levels. */
export function describeValue(value: unknown, depth = 3): string {
  switch (typeof value) {
    case "string": return `"${value}"`;
    case "function": return `the function ${value.name === "" ? "(without a name)" : value.name}`;
    case "object": return value === null ? "null" : describeObject(value, depth);
    case "bigint": return `${value}n`;
    default: return String(value);
  }
}

function describeObject(value: object, depth: number): string {
  const inner = (item: unknown): string => (depth > 1 ? describeValue(item, depth - 1) : "...");
  if (Array.isArray(value)) return `[${value.map(inner).join(", ")}]`;
  if (isPlainObject(value)) return `{ ${Object.entries(value).map(([key, item]) => `${key}: ${inner(item)}`).join(", ")} }`;
  if (hasBrand(value)) return `an array of type ${describeAval((value as { readonly aval: Aval }).aval)}`;
  return `an object of class ${value.constructor?.name ?? "Object"}`;
}
