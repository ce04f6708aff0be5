/**
 * @file Reads calls of the form "positional arguments in JAX's order, then an options object that names the rest": one
 * parser for all functions, and the type of such argument lists.
 */

import { raise } from "@lanewise/compiler/base/errors";
import { isPlainObject } from "@lanewise/compiler/base/equal";
import type { Aval } from "@lanewise/compiler/ir/types";
import { describeAval } from "@lanewise/compiler/trace/stack";
import { hasBrand, isTracer } from "@lanewise/compiler/trace/tracer";
import { badArgument } from "./errors.ts";

/**
 * The optional arguments of a function: some of `Names` by position, then an object that names others of `Options`.
 *
 * @example function sum(a: ArrayLike, ...rest: Optional<["axis", "dtype"], SumOptions>): NDArray
 */
export type Optional<Names extends readonly (keyof Options)[], Options> =
  Names extends readonly [infer First extends keyof Options, ...infer Rest extends readonly (keyof Options)[]]
    ? [options?: Options] | [next: Options[First] | null | undefined, ...rest: Optional<Rest, Options>]
    : [options?: Options];

/** How a function takes its optional arguments. */
export interface Signature<Options> {
  /** As the user writes it: `np.sum`. */
  readonly operation: string;
  /** Names that may be given by position, in order. */
  readonly positional: readonly (keyof Options & string)[];
  /** Names that only the options object may give. */
  readonly named?: readonly (keyof Options & string)[];
}

/**
 * The optional arguments by name. An argument that is undefined counts as left out.
 *
 * @throws LW3007 for too many arguments, an unknown name, a name that is given twice, and anything after the options.
 */
export function parseOptional<Options extends object>(signature: Signature<Options>, rest: readonly unknown[]): Partial<Options> {
  if (rest.length === 0) return {};
  const { operation, positional, named = [] } = signature;
  const end = rest.findIndex(isPlainObject);
  const byPosition = end < 0 ? rest : rest.slice(0, end);
  if (byPosition.length > positional.length) {
    raise(badArgument, {
      operation, expected: `at most ${positional.length} optional arguments by position${positional.length === 0 ? "" : `: ${positional.join(", ")}`}`,
      got: `${byPosition.length}`, fix: "name the rest in an options object",
    });
  }
  if (end >= 0 && rest.slice(end + 1).some((argument) => argument !== undefined)) {
    raise(badArgument, { operation, expected: "the options object last", got: "an argument after it", fix: "name that argument in the options object" });
  }
  const given: Record<string, unknown> = {};
  byPosition.forEach((value, place) => {
    const name = positional[place];
    if (name !== undefined && value !== undefined) given[name] = value;
  });
  const options = end < 0 ? {} : (rest[end] as Readonly<Record<string, unknown>>);
  const known: readonly string[] = [...positional, ...named];
  for (const [name, value] of Object.entries(options)) {
    if (!known.includes(name)) {
      raise(badArgument, { operation, argument: name, expected: `an argument named ${known.join(", ")}`, got: `one named ${name}`, fix: "correct the name or leave it out" });
    }
    if (Object.hasOwn(given, name)) {
      raise(badArgument, { operation, argument: name, expected: "each argument once", got: "one by position and again by name", fix: "give it in one way" });
    }
    if (value !== undefined) given[name] = value;
  }
  return given as Partial<Options>;
}

/** An argument that is true or false. */
export function booleanArgument(operation: string, argument: string, value: unknown, otherwise = false): boolean {
  if (value === undefined || value === null) return otherwise;
  if (typeof value === "boolean") return value;
  return raise(badArgument, { operation, argument, expected: "true or false", got: describeArgument(value), fix: "give a boolean" });
}

/**
 * Throws where an object of options is given to a function that has none. Other further arguments are passed over, so that
 * `rows.map(np.exp)` and `rows.reduce(np.add)` work, whose callers add a place and the list.
 */
export function refuseOptions(operation: string, further: readonly unknown[]): void {
  const options = further.find(isPlainObject);
  if (options === undefined) return;
  raise(badArgument, {
    operation, expected: "arrays alone: this function has no options", got: describeArgument(options), fix: "convert operands with astype, choose elements with np.where",
  });
}

/** Throws where an argument is given that only exists for JAX's order of arguments. */
export function refuseOut(operation: string, out: unknown): void {
  if (out === undefined || out === null) return;
  raise(badArgument, { operation, argument: "out", expected: "nothing: arrays are immutable", got: describeArgument(out), fix: "use the result of the call" });
}

/** A few words for a value in a message. */
export function describeArgument(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === "string") return `the string "${value}"`;
  if (typeof value === "function") return `the function ${value.name === "" ? "(anonymous)" : value.name}`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (isPlainObject(value)) return Object.keys(value).length === 0 ? "an empty object" : `an object with keys ${Object.keys(value).join(", ")}`;
  if (typeof value === "object" && hasBrand(value)) return `${isTracer(value) ? "a traced" : "an array of type"} ${describeAval((value as { readonly aval: Aval }).aval)}`;
  return typeof value === "object" ? `an instance of ${value.constructor?.name ?? "a class"}` : `${typeof value} ${String(value as number)}`;
}
