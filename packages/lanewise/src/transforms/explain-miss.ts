/** @file Why a call of a jitted function was traced again: what differs from the closest call that is remembered. */

import { at } from "@lanewise/compiler/base/assert";
import type { Aval } from "@lanewise/compiler/ir/types";
import { describeAval } from "@lanewise/compiler/trace/stack";
import { equalStructures, formatTreeDef } from "@lanewise/compiler/tree/treedef";
import { changedOptions } from "../config-options.ts";
import { sameAxes, type CallCache, type CallKey, type RememberedKey } from "./call-cache.ts";
import { isStatic, sameAval, type StaticValue } from "./call-pattern.ts";
import { describeValue } from "./describe.ts";

/** How messages call the parts of a call. */
export interface CallNames {
  /** A name for each leaf of the traced arguments. */
  readonly leaves: readonly string[];
  readonly statics: readonly string[];
}

/**
 * What differs from the closest remembered call, a phrase for each difference; null where none is remembered.
 *
 * @example ["x changed from f32[2] to f32[3]"]
 */
export function explainMiss(cache: CallCache<unknown>, key: CallKey, names: CallNames): readonly string[] | null {
  const closest = cache.closest((known) => differences(known, key, names).length);
  return closest === null ? null : differences(closest, key, names);
}

function differences(known: RememberedKey, key: CallKey, names: CallNames): readonly string[] {
  const found = [...treeDifferences(known, key, names), ...staticDifferences(known.statics, key.statics, names.statics), ...changedOptions(known.config, key.config)];
  if (known.device !== key.device) found.push(`the device changed from ${known.device} to ${key.device}`);
  if (!sameAxes(known.axes, key.axes)) found.push(`the named axes in scope changed from ${describeAxes(known)} to ${describeAxes(key)}`);
  return found;
}

function treeDifferences(known: RememberedKey, key: CallKey, { leaves }: CallNames): readonly string[] {
  if (!equalStructures(known.treedef, key.treedef)) {
    return [`the tree structure of the arguments changed from ${formatTreeDef(known.treedef)} to ${formatTreeDef(key.treedef)}`];
  }
  return key.avals.flatMap((aval, index) => {
    const before = at(known.avals, index);
    return sameAval(before, aval) ? [] : [`${at(leaves, index)} changed from ${describeType(before)} to ${describeType(aval)}`];
  });
}

function staticDifferences(known: readonly StaticValue[], values: readonly unknown[], names: readonly string[]): readonly string[] {
  if (known.length !== values.length) return ["the number of static arguments changed"];
  return values.flatMap((value, index) => {
    const before = at(known, index);
    return isStatic(before, value) ? [] : [`the static argument ${at(names, index)} changed from ${describeStatic(before)} to ${describeValue(value)}`];
  });
}

function describeStatic(value: StaticValue): string {
  if (value.kind === "primitive") return describeValue(value.value);
  const target = value.target.deref();
  return target === undefined ? "an object that is gone" : `another value, ${describeValue(target)}`;
}

/** A weak type is part of the key, and a number has one. */
export function describeType(aval: Aval): string {
  return `${describeAval(aval)}${aval.weakType ? " (weakly typed)" : ""}`;
}

function describeAxes({ axes }: Pick<CallKey, "axes">): string {
  return axes.length === 0 ? "none" : axes.map(({ name, size }) => `${name ?? "(no name)"}: ${size}`).join(", ");
}
