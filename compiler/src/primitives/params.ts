/** @file Params as text and back: tuples and lists of numbers in Python's spelling. */

import { InternalError } from "../base/assert.ts";
import { isDType, type DType } from "../base/dtype.ts";
import type { ParsedParam } from "../ir/types.ts";

/** `(0, 1)`, `(0,)`, `()`. */
export function formatTuple(items: readonly (number | string)[]): string {
  return items.length === 1 ? `(${String(items[0])},)` : `(${items.join(", ")})`;
}

/** `[0, 1]`. */
export function formatList(items: readonly number[]): string {
  return `[${items.join(", ")}]`;
}

/** A parsed tuple of numbers. */
export function parseNumbers(param: ParsedParam | undefined): number[] {
  return parseItems(param).map(parseNumber);
}

export function parseNumber(param: ParsedParam | undefined): number {
  if (typeof param !== "number") throw new InternalError(`expected a number in the printed params, got ${describeParsed(param)}`);
  return param;
}

export function parseItems(param: ParsedParam | undefined): readonly ParsedParam[] {
  if (!Array.isArray(param)) throw new InternalError(`expected a tuple in the printed params, got ${describeParsed(param)}`);
  return param as readonly ParsedParam[];
}

/** A precision as JAX prints it: a name, or a pair of names; null for none. */
export function parsePrecision(param: ParsedParam | undefined): string | null {
  if (Array.isArray(param)) return formatTuple(param.map(String));
  return typeof param === "string" ? param : null;
}

/** A parsed bare word or string. */
export function parseName(param: ParsedParam | undefined): string {
  if (typeof param !== "string") throw new InternalError(`expected a name in the printed params, got ${describeParsed(param)}`);
  return param;
}

export function parseDType(param: ParsedParam | undefined): DType {
  if (!isDType(param)) throw new InternalError(`expected a dtype in the printed params, got ${describeParsed(param)}`);
  return param;
}

/** A parsed param for messages. */
export function describeParsed(param: ParsedParam | undefined): string {
  return typeof param === "object" && param !== null ? (Array.isArray(param) ? "a tuple" : "a jaxpr") : String(param);
}
