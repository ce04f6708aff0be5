/** @file Arguments of `dump`: array types, or JSON trees of them. */

import { scanAval } from "@lanewise/compiler/ir/parse-aval";
import { UsageError } from "./io.ts";

/** `f32[2,3]` as it stands; anything else is JSON whose strings are array types and whose numbers are numbers. */
export function readSpec(text: string): unknown {
  if (isArrayType(text)) return text;
  let tree: unknown;
  try {
    tree = JSON.parse(text);
  } catch {
    throw new UsageError(`an argument of --args is an array type such as f32[2,3] or a JSON tree of them such as {"w":"f32[3]"}; got ${text}`);
  }
  checkStrings(tree, text);
  return tree;
}

function isArrayType(text: string): boolean {
  return scanAval(text.trim())?.length === text.trim().length;
}

function checkStrings(tree: unknown, text: string): void {
  if (typeof tree === "string" && !isArrayType(tree)) throw new UsageError(`${JSON.stringify(tree)} in ${text} is no array type such as f32[2,3]`);
  if (typeof tree === "object" && tree !== null) for (const child of Object.values(tree)) checkStrings(child, text);
}
