/**
 * @file Recognises the arguments of a call that was seen before, in place: compares types and static values with a stored
 * pattern and collects the inputs, without flattening. The hot path of every call of a jitted function.
 */

import { at } from "@lanewise/compiler/base/assert";
import { isPlainObject } from "@lanewise/compiler/base/equal";
import type { Aval, ScalarLiteral, Value } from "@lanewise/compiler/ir/types";
import type { Device } from "@lanewise/runtime";
import { ConcreteArray } from "../array/concrete.ts";
import { asValue } from "./values.ts";

/** What one argument, or one node of its tree, must look like. */
export type Pattern =
  | { readonly kind: "array"; readonly aval: Aval; readonly device: Device }
  | { readonly kind: "scalar"; readonly type: "number" | "boolean" | "bigint"; readonly aval: Aval }
  | { readonly kind: "typedArray"; readonly constructor: unknown; readonly length: number }
  | { readonly kind: "static"; readonly value: StaticValue }
  | { readonly kind: "empty"; readonly value: null | undefined }
  | { readonly kind: "list"; readonly items: readonly Pattern[] }
  | { readonly kind: "record"; readonly keys: readonly string[]; readonly items: readonly Pattern[] };

/** A static argument as it is remembered: objects and functions by identity, and weakly. */
export type StaticValue =
  | { readonly kind: "primitive"; readonly value: unknown }
  | { readonly kind: "reference"; readonly target: WeakRef<object> };

export function rememberStatic(value: unknown): StaticValue {
  return (typeof value === "object" && value !== null) || typeof value === "function"
    ? { kind: "reference", target: new WeakRef(value) }
    : { kind: "primitive", value };
}

/** Primitives by value, NaN and -0 told apart; the rest by identity. */
export function isStatic(remembered: StaticValue, value: unknown): boolean {
  return remembered.kind === "primitive" ? Object.is(remembered.value, value) : remembered.target.deref() === value && value !== undefined;
}

/** The pattern of a dynamic argument, or null where only flattening can tell (a Map, an instance of a class, a tracer). */
export function patternOf(argument: unknown): Pattern | null {
  if (argument === null || argument === undefined) return { kind: "empty", value: argument };
  if (typeof argument === "number" || typeof argument === "boolean" || typeof argument === "bigint") {
    return { kind: "scalar", type: typeof argument as "number", aval: asValue(argument).aval };
  }
  if (argument instanceof ConcreteArray) return { kind: "array", aval: argument.aval, device: argument.storage.device };
  if (ArrayBuffer.isView(argument)) return { kind: "typedArray", constructor: argument.constructor, length: (argument as Float32Array).length };
  if (Array.isArray(argument)) {
    const items = patternsOf(argument as readonly unknown[]);
    return items === null ? null : { kind: "list", items };
  }
  if (!isPlainObject(argument)) return null;
  const keys = Object.keys(argument).sort();
  const items = patternsOf(keys.map((key) => argument[key]));
  return items === null ? null : { kind: "record", keys, items };
}

function patternsOf(items: readonly unknown[]): readonly Pattern[] | null {
  const patterns = items.map(patternOf);
  return patterns.every((pattern) => pattern !== null) ? patterns : null;
}

/** Whether an argument fits; its leaves are then appended to `inputs`. */
export function collect(pattern: Pattern, argument: unknown, inputs: Value[]): boolean {
  switch (pattern.kind) {
    case "array":
      if (!(argument instanceof ConcreteArray) || !sameAval(argument.aval, pattern.aval) || argument.storage.device !== pattern.device) return false;
      inputs.push(argument);
      return true;
    case "scalar":
      if (typeof argument !== pattern.type) return false;
      inputs.push(pattern.type === "bigint" ? asValue(argument) : scalarInput(Number(argument), pattern.aval));
      return true;
    case "typedArray":
      if (!ArrayBuffer.isView(argument) || argument.constructor !== pattern.constructor || (argument as Float32Array).length !== pattern.length) return false;
      inputs.push(asValue(argument));
      return true;
    case "static": return isStatic(pattern.value, argument);
    case "empty": return argument === pattern.value;
    case "list": return Array.isArray(argument) && argument.length === pattern.items.length && collectAll(pattern.items, argument as readonly unknown[], inputs);
    case "record": return collectRecord(pattern.keys, pattern.items, argument, inputs);
  }
}

function scalarInput(value: number, aval: Aval): ScalarLiteral {
  return { kind: "scalarLiteral", value, aval };
}

/** `collect` of each of several arguments. */
export function collectAll(patterns: readonly Pattern[], args: readonly unknown[], inputs: Value[]): boolean {
  if (patterns.length !== args.length) return false;
  for (let index = 0; index < patterns.length; index++) {
    if (!collect(at(patterns, index), args[index], inputs)) return false;
  }
  return true;
}

function collectRecord(keys: readonly string[], items: readonly Pattern[], argument: unknown, inputs: Value[]): boolean {
  if (!isPlainObject(argument) || countKeys(argument) !== keys.length || Object.getOwnPropertySymbols(argument).length > 0) return false;
  for (let index = 0; index < keys.length; index++) {
    const key = at(keys, index);
    const member = argument[key];
    if ((member === undefined && !Object.hasOwn(argument, key)) || !collect(at(items, index), member, inputs)) return false;
  }
  return true;
}

/** Without the list that Object.keys would allocate. */
function countKeys(record: Readonly<Record<string, unknown>>): number {
  let count = 0;
  for (const key in record) if (Object.hasOwn(record, key)) count++;
  return count;
}

export function sameAval(left: Aval, right: Aval): boolean {
  if (left === right) return true;
  if (left.dtype !== right.dtype || left.weakType !== right.weakType || left.shape.length !== right.shape.length) return false;
  for (let axis = 0; axis < left.shape.length; axis++) if (left.shape[axis] !== right.shape[axis]) return false;
  return true;
}
