/**
 * @file Between a user's function over trees and the flat functions of the compiler: arguments are flattened and named,
 * the function is called with a tree of tracers, its result is checked and flattened.
 */

import { at, required } from "@lanewise/compiler/base/assert";
import { raise } from "@lanewise/compiler/base/errors";
import type { Value } from "@lanewise/compiler/ir/types";
import { notTraceable, tracedPromise } from "@lanewise/compiler/trace/errors";
import { flatten, unflatten } from "@lanewise/compiler/tree/flatten";
import { keyString, leafPaths } from "@lanewise/compiler/tree/paths";
import type { TreeDef } from "@lanewise/compiler/tree/treedef";
import { asArray, asValue } from "./values.ts";
import { ensureInstalled } from "../install.ts";
import { callable, type AnyFunction } from "../types.ts";
import * as transformErrors from "./errors.ts";
import { argumentName, type FunctionInfo } from "./function-info.ts";
import { isArrayLeaf, refuseLeaf } from "./leaves.ts";

/** A user's function under a transform. */
export interface Subject {
  readonly operation: string;
  readonly f: AnyFunction;
  readonly info: FunctionInfo;
}

/** Arguments as leaves of one tree, the list of all arguments. */
export interface Arguments {
  readonly leaves: readonly unknown[];
  readonly treedef: TreeDef;
}

export function flattenArguments(args: readonly unknown[]): Arguments {
  return flatten(args);
}

/** A name for each leaf: the parameter's, then the path in its tree. */
export function leafNames(info: FunctionInfo, treedef: TreeDef): readonly string[] {
  return leafPaths(treedef).map(([first, ...rest]) =>
    first?.kind === "index" ? `${argumentName(info, first.index)}${keyString(rest)}` : info.name);
}

/** The argument that each leaf belongs to. */
export function leafPositions(treedef: TreeDef): readonly number[] {
  return leafPaths(treedef).map(([first]) => (first?.kind === "index" ? first.index : 0));
}

/** The value of an array leaf; throws for any other, naming it. */
export function leafValue(subject: Subject, args: Arguments, index: number, fix: string): Value {
  const leaf = at(args.leaves, index);
  if (isArrayLeaf(leaf)) return asArray(leaf);
  return refuseLeaf(transformErrors.notAnArray, subject.operation, at(leafNames(subject.info, args.treedef), index), leaf, fix);
}

/** A user's function as a flat function of some of its argument leaves; the others stay as they are. */
export interface FlatCall {
  readonly run: (values: readonly Value[]) => readonly Value[];
  /** After a run: the structure of the result, or of its first part with aux. */
  output(): TreeDef;
  /** After a run: the structure of aux. */
  aux(): TreeDef;
}

/**
 * @param traced the places in `args.leaves` of the values that `run` takes
 * @param hasAux the function returns a pair; the leaves of the second follow those of the first
 */
export function flatCall(subject: Subject, args: Arguments, traced: readonly number[], hasAux = false): FlatCall {
  // Every transform comes by here before it traces, and tracers get their members from what is installed.
  ensureInstalled();
  let output: TreeDef | null = null;
  let aux: TreeDef | null = null;
  const run = (values: readonly Value[]): readonly Value[] => {
    const leaves = [...args.leaves];
    traced.forEach((place, index) => { leaves[place] = at(values, index); });
    const result = callable(subject.f)(...(unflatten(args.treedef, leaves) as unknown[]));
    rejectDeferred(subject, result);
    if (!hasAux) {
      const main = flattenResult(subject, result, "result");
      output = main.treedef;
      return main.values;
    }
    const [first, second] = pairOf(subject, result);
    const main = flattenResult(subject, first, "result[0]");
    const rest = flattenResult(subject, second, "result[1]");
    output = main.treedef;
    aux = rest.treedef;
    return [...main.values, ...rest.values];
  };
  return { run, output: () => required(output, "result of a traced function"), aux: () => required(aux, "aux of a traced function") };
}

function flattenResult(subject: Subject, result: unknown, name: string): { readonly values: readonly Value[]; readonly treedef: TreeDef } {
  const { leaves, treedef } = flatten(result);
  const values = leaves.map((leaf, index) => {
    if (isArrayLeaf(leaf)) return asValue(leaf);
    const path = `${name}${keyString(at(leafPaths(treedef), index))}`;
    return refuseLeaf(notTraceable, `${subject.operation} of ${subject.info.name}`, path, leaf, "return arrays and numbers, in arrays and objects if there are several");
  });
  return { values, treedef };
}

function pairOf(subject: Subject, result: unknown): readonly [unknown, unknown] {
  if (Array.isArray(result) && result.length === 2) return [result[0], result[1]];
  return raise(transformErrors.auxNotAPair, {
    operation: `${subject.operation} of ${subject.info.name}`,
    expected: "a result [value, aux]",
    got: Array.isArray(result) ? `an array of ${result.length} entries` : describeResult(result),
    fix: "return [value, aux], or leave hasAux out",
  });
}

function describeResult(result: unknown): string {
  return isArrayLeaf(result) ? "one value" : result === null || result === undefined ? String(result) : `a result of type ${typeof result}`;
}

/** Throws for a promise or a generator: their code would run after the trace has ended. */
function rejectDeferred(subject: Subject, result: unknown): void {
  const what = deferredKind(result);
  if (what === null) return;
  // The promise may reject when its code meets an ended trace; the error thrown here has said why.
  if (result instanceof Promise) result.catch(() => undefined);
  raise(tracedPromise, {
    operation: `${subject.operation} of ${subject.info.name}`,
    expected: "a function that returns its result",
    got: what,
    fix: what === "a promise" ? "await before or after the transformed call, not inside it" : "collect the values in an array and return it",
  });
}

function deferredKind(result: unknown): string | null {
  if (typeof result !== "object" || result === null) return null;
  if (result instanceof Promise || typeof (result as { readonly then?: unknown }).then === "function") return "a promise";
  const tag = Object.prototype.toString.call(result);
  return tag === "[object Generator]" || tag === "[object AsyncGenerator]" ? "a generator" : null;
}
