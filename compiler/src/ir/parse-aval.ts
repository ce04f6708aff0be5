/** @file Reads array types as jaxprs print them: `f32[2,3]`. */

import { fromShortName } from "../base/dtype.ts";
import { raise } from "../base/errors.ts";
import { aval } from "./build.ts";
import { arrayTypeSyntax } from "./errors.ts";
import type { Aval } from "./types.ts";

/** A type at the start of a text: a short dtype and extents. */
const typeForm = /^([a-z0-9]+(?:<[a-z]+>)?)\[\s*((?:\d+(?:\s*,\s*\d+)*)?)\s*\]/;

/** The array type at the start of `source` and its length in characters; null when there is none. */
export function scanAval(source: string): { readonly aval: Aval; readonly length: number } | null {
  const match = typeForm.exec(source);
  if (match === null) return null;
  const [whole, short = "", extents = ""] = match;
  const dtype = fromShortName(short);
  const shape = extents === "" ? [] : extents.split(",").map(Number);
  if (dtype === null || !shape.every(Number.isSafeInteger)) return null;
  return { aval: aval(shape, dtype), length: whole.length };
}

/**
 * The array type that a text spells; it is never weak.
 *
 * @throws LW1213 naming `operation` when the text is no array type.
 * @example parseAval("f32[2,3]") // { shape: [2, 3], dtype: "float32", weakType: false }
 */
export function parseAval(source: string, operation = "parseAval"): Aval {
  const trimmed = source.trim();
  const scanned = scanAval(trimmed);
  if (scanned !== null && scanned.length === trimmed.length) return scanned.aval;
  return raise(arrayTypeSyntax, {
    operation,
    expected: "a short dtype and the extents in brackets, as in f32[2,3] or i32[]",
    got: source === "" ? "an empty text" : source,
    fix: "write f32 for float32, i32 for int32, u32 for uint32, bool, f16, bf16, f64, c64, and [] for a scalar",
  });
}
