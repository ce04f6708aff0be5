/** @file Reads the options of the transforms: unknown keys and wrong values throw. */

import { raise } from "@lanewise/compiler/base/errors";
import { isPlainObject } from "@lanewise/compiler/base/equal";
import { plural } from "@lanewise/compiler/base/text";
import { describeValue } from "./describe.ts";
import * as transformErrors from "./errors.ts";
import { argumentName, parameterCount, type FunctionInfo } from "./function-info.ts";

export type Options = Readonly<Record<string, unknown>>;

/** The options object, whose keys are checked. Undefined is none. */
export function readOptions(operation: string, value: unknown, allowed: readonly string[]): Options {
  if (value === undefined) return {};
  if (!isPlainObject(value)) {
    raise(transformErrors.badOption, {
      operation, argument: "options", expected: `an object with ${allowed.join(", ")}`, got: describeValue(value), fix: "name the options in an object",
    });
  }
  const unknown = Object.keys(value).find((key) => !allowed.includes(key));
  if (unknown !== undefined) {
    raise(transformErrors.badOption, {
      operation, argument: unknown, expected: `options named ${allowed.join(", ")}`, got: `an option named ${unknown}`, fix: "correct the name or leave the option out",
    });
  }
  return value;
}

/** Throws where a transform is given more than it reads: what stands there would be passed over in silence. */
export function refuseFurther(operation: string, further: readonly unknown[], instead: string): void {
  const extra = further.find((argument) => argument !== undefined);
  if (extra === undefined) return;
  raise(transformErrors.badOption, { operation, expected: `no argument behind ${instead}`, got: describeValue(extra), fix: `name all of them in one object: ${instead}` });
}

function refuse(operation: string, name: string, expected: string, value: unknown): never {
  return raise(transformErrors.badOption, {
    operation, argument: name, expected, got: describeValue(value), fix: `correct ${name} or leave it out`,
  });
}

export function booleanOption(operation: string, options: Options, name: string): boolean {
  const value = options[name];
  if (value === undefined) return false;
  return typeof value === "boolean" ? value : refuse(operation, name, "true or false", value);
}

export function stringOption(operation: string, options: Options, name: string): string | null {
  const value = options[name];
  if (value === undefined || value === null) return null;
  return typeof value === "string" ? value : refuse(operation, name, "a string", value);
}

export function sizeOption(operation: string, options: Options, name: string): number | null {
  const value = options[name];
  if (value === undefined || value === null) return null;
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : refuse(operation, name, "an integer, 0 or more", value);
}

/** A string or a list of strings. */
export function namesOption(operation: string, options: Options, name: string): readonly string[] {
  const value = options[name];
  if (value === undefined) return [];
  const names: unknown[] = Array.isArray(value) ? value : [value];
  return names.every((item) => typeof item === "string") ? names : refuse(operation, name, "a name or a list of names", value);
}

/** An integer or a list of integers, as given. */
export function positionsOption(operation: string, name: string, value: unknown): readonly number[] {
  const positions: unknown[] = Array.isArray(value) ? value : [value];
  return positions.every((item): item is number => Number.isSafeInteger(item)) ? positions : refuse(operation, name, "an integer or a list of integers", value);
}

/**
 * Positions with negative ones counted from the end. `count` is the number of arguments, or null where it is not known
 * before a call: then negative positions stay.
 */
export function resolvePositions(
  operation: string, name: string, positions: readonly number[], count: number | null, info: FunctionInfo, ofWhat = "parameter",
): readonly number[] {
  return positions.map((position) => {
    if (count === null) return position;
    const resolved = position < 0 ? position + count : position;
    if (resolved >= 0 && resolved < count) return resolved;
    const names = Array.from({ length: count }, (_, index) => argumentName(info, index)).join(", ");
    return raise(transformErrors.argnumOutOfRange, {
      operation,
      argument: name,
      expected: count === 0 ? `at least one ${ofWhat} of ${info.name}` : `integers from ${-count} to ${count - 1}: ${info.name} has ${plural(count, ofWhat)} (${names})`,
      got: String(position),
      fix: "count the arguments from 0, or from the end with negative numbers",
    });
  });
}

/** Positions in `options[name]`, checked against the parameters where their number is known. */
export function parameterPositions(operation: string, options: Options, name: string, info: FunctionInfo): readonly number[] {
  const value = options[name];
  return value === undefined || value === null ? [] : resolvePositions(operation, name, positionsOption(operation, name, value), parameterCount(info), info);
}

/** The positions of parameters with these names. */
export function positionsOfNames(operation: string, option: string, names: readonly string[], info: FunctionInfo): readonly number[] {
  return names.map((name) => {
    const position = info.parameters?.findIndex((parameter) => parameter.name === name && !parameter.rest) ?? -1;
    return position >= 0 ? position : raise(transformErrors.unknownParameter, {
      operation,
      argument: option,
      expected: info.parameters === null
        ? `a function whose source shows its parameters; that of ${info.name} does not`
        : `names of parameters of ${info.name}: ${info.parameters.map((parameter) => parameter.name ?? "(no name)").join(", ")}`,
      got: name,
      fix: option === "inAxes" ? "correct the name, or give a list with one entry per argument" : "correct the name, or use staticArgnums",
    });
  });
}
