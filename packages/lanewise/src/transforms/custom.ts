/** @file customJvp and customVjp: functions with derivative rules of their own. */

import { at, required } from "@lanewise/compiler/base/assert";
import { raise } from "@lanewise/compiler/base/errors";
import { tangentAval, zero } from "@lanewise/compiler/ir/build";
import type { Aval, Tangent, Value } from "@lanewise/compiler/ir/types";
import {
  callCustomJvp, callCustomVjp, type CustomCall, type FlatBackwardRule, type FlatForwardRule, type FlatJvpRule,
} from "@lanewise/compiler/control/custom-derivatives";
import { wrongRuleResult } from "@lanewise/compiler/control/errors";
import { closeOver } from "@lanewise/compiler/control/jit";
import { traceToJaxpr } from "@lanewise/compiler/trace/jaxpr-trace";
import { currentTrace } from "@lanewise/compiler/trace/stack";
import { isTracer } from "@lanewise/compiler/trace/tracer";
import { flatten, unflatten } from "@lanewise/compiler/tree/flatten";
import { equalStructures, formatTreeDef, type TreeDef } from "@lanewise/compiler/tree/treedef";
import { callable, type AnyFunction, type Mapped } from "../types.ts";
import { flatCall, flattenArguments, leafNames, leafPositions, leafValue, type Arguments, type FlatCall, type Subject } from "./call.ts";
import { describeValue } from "./describe.ts";
import * as transformErrors from "./errors.ts";
import { dressAs, infoOf } from "./function-info.ts";
import { isArrayLeaf, refuseLeaf } from "./leaves.ts";
import { positionsOption, readOptions, resolvePositions, type Options } from "./options.ts";
import { asValue, publish, tangentArray } from "./values.ts";

/** Derivative rules take trees, so their types are as wide as a tree. */
type RuleFunction = (...args: never[]) => unknown;

export interface CustomJvpOptions {
  /** `(...nondiff, primals, tangents) => [value, tangent]`, both lists with one entry per differentiable argument. */
  readonly jvp: RuleFunction;
  /** Arguments that the rule gets as they are and no derivative is taken of. */
  readonly nondiffArgnums?: number | readonly number[];
}

export interface CustomVjpOptions {
  /** `(...args) => [value, residuals]`: takes what the function takes. */
  readonly fwd: RuleFunction;
  /** `(...nondiff, residuals, cotangent) => [one cotangent per differentiable argument]`; null stands for zeros. */
  readonly bwd: RuleFunction;
  readonly nondiffArgnums?: number | readonly number[];
}

/** A call taken apart into what is differentiated and what is not. */
interface CustomArguments {
  readonly subject: Subject;
  readonly args: readonly unknown[];
  readonly flat: Arguments;
  /** Leaves of the differentiable arguments, and their values. */
  readonly places: readonly number[];
  readonly values: readonly Value[];
  readonly nondiff: readonly unknown[];
  readonly diffPositions: readonly number[];
  readonly call: FlatCall;
}

function takeApart(subject: Subject, nondiffArgnums: readonly number[], args: readonly unknown[]): CustomArguments {
  const nondiffPositions = resolvePositions(subject.operation, "nondiffArgnums", nondiffArgnums, args.length, subject.info, "argument");
  const diffPositions = args.flatMap((_, position) => (nondiffPositions.includes(position) ? [] : [position]));
  const flat = flattenArguments(args);
  const places = leafPositions(flat.treedef).flatMap((owner, place) => (diffPositions.includes(owner) ? [place] : []));
  return {
    subject, args, flat, places, diffPositions,
    values: places.map((place) => leafValue(subject, flat, place, "name the argument in nondiffArgnums")),
    nondiff: nondiffPositions.map((position) => args[position]),
    call: flatCall(subject, flat, places),
  };
}

/** The differentiable arguments as a list of trees, from new leaves. */
function diffTrees({ args, diffPositions }: CustomArguments, leaves: readonly Value[]): unknown[] {
  return unflatten(flatten(diffPositions.map((position) => args[position])).treedef, leaves.map(publish)) as unknown[];
}

/** Traces the function and calls it with its rule; outside every trace the function runs as it is. */
function callWithRule(taken: CustomArguments, call: (custom: CustomCall, inputs: readonly Value[]) => readonly Value[]): unknown {
  const { subject, values, flat, places } = taken;
  if (currentTrace() === null && !values.some(isTracer)) {
    const results = taken.call.run(values);
    return unflatten(taken.call.output(), results.map(publish));
  }
  const names = leafNames(subject.info, flat.treedef);
  const closed = traceToJaxpr(taken.call.run, values.map((value) => value.aval), { functionName: subject.info.name, argumentNames: places.map((place) => at(names, place)) });
  const { jaxpr, hidden } = closeOver(closed);
  const results = call({ name: subject.info.name, jaxpr, hiddenCount: hidden.length }, [...hidden, ...values]);
  return unflatten(taken.call.output(), results.map(publish));
}

/** A rule's result that must be a pair. */
function pairOf(subject: Subject, rule: string, result: unknown, expected: string): readonly [unknown, unknown] {
  if (Array.isArray(result) && result.length === 2) return [result[0], result[1]];
  return raise(wrongRuleResult, {
    operation: `${rule} of ${subject.info.name}`, expected, got: describeValue(result), fix: "return a list of two entries",
  });
}

/** The leaves of a tree as values. */
function valuesOf(subject: Subject, what: string, tree: unknown): { readonly values: readonly Value[]; readonly treedef: TreeDef } {
  const { leaves, treedef } = flatten(tree);
  const values = leaves.map((leaf) => (isArrayLeaf(leaf) ? asValue(leaf) : refuseLeaf(wrongRuleResult, subject.operation, what, leaf, "return arrays and numbers")));
  return { values, treedef };
}

/** The leaves of a tree that must have a given structure. */
function leavesOf(subject: Subject, what: string, tree: unknown, expected: TreeDef): readonly Value[] {
  const { values, treedef } = valuesOf(subject, what, tree);
  if (!equalStructures(treedef, expected)) {
    raise(wrongRuleResult, {
      operation: `${subject.operation} of ${subject.info.name}`, expected: `${what} of structure ${formatTreeDef(expected)}`, got: formatTreeDef(treedef),
      fix: "let the rule return trees of the structure of the function's result and arguments",
    });
  }
  return values;
}

function functionOption(operation: string, options: Options, name: string): AnyFunction {
  const value = options[name];
  if (typeof value === "function") return value as AnyFunction;
  return raise(transformErrors.badOption, { operation, argument: name, expected: "a function", got: describeValue(value), fix: `pass { ${name}: (...) => ... }` });
}

/** A rule's name as jaxprs print it. */
function printedName(rule: AnyFunction): string {
  return rule.name === "" ? "<lambda>" : rule.name;
}

function nondiffOption(operation: string, options: Options): readonly number[] {
  return options["nondiffArgnums"] === undefined ? [] : positionsOption(operation, "nondiffArgnums", options["nondiffArgnums"]);
}

/**
 * A function whose derivative is given by a rule, in both modes.
 *
 * @param f the function; a tree of arrays in and out
 * @param options `jvp(...nondiff, primals, tangents)` returns `[value, tangent]`; `nondiffArgnums` names arguments without
 *   a derivative
 * @throws LW1602, LW1603
 * @example const relu = customJvp((x) => np.maximum(x, 0), { jvp: ([x], [dx]) => [np.maximum(x, 0), np.where(x.greater(0), dx, 0)] })
 */
export function customJvp<F extends AnyFunction>(f: F, options: CustomJvpOptions): Mapped<F>;
export function customJvp(f: AnyFunction, given: unknown): unknown {
  const info = infoOf("customJvp", f);
  const subject: Subject = { operation: "customJvp", f, info };
  const options = readOptions("customJvp", given, ["jvp", "nondiffArgnums"]);
  const jvp = functionOption("customJvp", options, "jvp");
  const nondiff = nondiffOption("customJvp", options);
  return dressAs((...args: readonly unknown[]) => {
    const taken = takeApart(subject, nondiff, args);
    return callWithRule(taken, (custom, inputs) => {
      const rule: FlatJvpRule = (primals, tangents) => {
        const trees = [primals, tangents].map((values) => diffTrees(taken, values.slice(custom.hiddenCount)));
        const [value, tangent] = pairOf(subject, "jvp rule", callable(jvp)(...taken.nondiff, ...trees), "[value, tangent]");
        const output = taken.call.output();
        return { primals: leavesOf(subject, "the value of the jvp rule", value, output), tangents: leavesOf(subject, "the tangent of the jvp rule", tangent, output) };
      };
      return callCustomJvp(custom, rule, inputs, printedName(jvp));
    });
  }, f, info);
}

/**
 * A function whose cotangents are given by a rule; it has no forward derivative.
 *
 * @param f the function; a tree of arrays in and out
 * @param options `fwd(...args)` returns `[value, residuals]`; `bwd(...nondiff, residuals, cotangent)` returns a list with
 *   one cotangent per differentiable argument, null for zeros
 * @throws LW1601, LW1602, LW1603
 * @example const clipped = customVjp((x) => x, { fwd: (x) => [x, null], bwd: (_, ct) => [np.clip(ct, -1, 1)] })
 */
export function customVjp<F extends AnyFunction>(f: F, options: CustomVjpOptions): Mapped<F>;
export function customVjp(f: AnyFunction, given: unknown): unknown {
  const info = infoOf("customVjp", f);
  const subject: Subject = { operation: "customVjp", f, info };
  const options = readOptions("customVjp", given, ["fwd", "bwd", "nondiffArgnums"]);
  const [fwd, bwd] = [functionOption("customVjp", options, "fwd"), functionOption("customVjp", options, "bwd")];
  const nondiff = nondiffOption("customVjp", options);
  return dressAs((...args: readonly unknown[]) => {
    const taken = takeApart(subject, nondiff, args);
    return callWithRule(taken, (custom, inputs) => {
      let residualTree: TreeDef | null = null;
      const forward: FlatForwardRule = (primals) => {
        const leaves = [...taken.flat.leaves];
        taken.places.forEach((place, index) => { leaves[place] = publish(at(primals, custom.hiddenCount + index)); });
        const result = callable(fwd)(...(unflatten(taken.flat.treedef, leaves) as unknown[]));
        const [value, residuals] = pairOf(subject, "fwd rule", result, "[value, residuals]");
        const kept = valuesOf(subject, "a residual of the fwd rule", residuals);
        residualTree = kept.treedef;
        return { primals: leavesOf(subject, "the value of the fwd rule", value, taken.call.output()), residuals: kept.values };
      };
      const backward: FlatBackwardRule = (residuals, cotangents) => {
        const kept = unflatten(required<TreeDef>(residualTree, "residuals"), residuals.map(publish));
        const result = callable(bwd)(...taken.nondiff, kept, unflatten(taken.call.output(), cotangents.map((value) => publish(tangentArray(value)))));
        const hidden = inputs.slice(0, custom.hiddenCount).map((value): Tangent => zero(tangentAval(value.aval)));
        return [...hidden, ...cotangentsOf(taken, result)];
      };
      return callCustomVjp(custom, forward, backward, inputs, [printedName(fwd), printedName(bwd)]);
    });
  }, f, info);
}

/** One cotangent per differentiable leaf from what bwd returned: a list with a tree, or null, per argument. */
function cotangentsOf(taken: CustomArguments, result: unknown): readonly Tangent[] {
  const { subject, args, diffPositions, values } = taken;
  if (!Array.isArray(result) || result.length !== diffPositions.length) {
    raise(wrongRuleResult, {
      operation: `bwd rule of ${subject.info.name}`, expected: `a list of ${diffPositions.length} cotangents, one per differentiable argument`,
      got: Array.isArray(result) ? `a list of ${result.length}` : describeValue(result), fix: "return [ct] for one argument, [ct0, ct1] for two",
    });
  }
  let next = 0;
  return (result as unknown[]).flatMap((cotangent, index): readonly Tangent[] => {
    const { treedef } = flatten(args[at(diffPositions, index)]);
    const avals = values.slice(next, next + treedef.leafCount).map((value): Aval => tangentAval(value.aval));
    next += treedef.leafCount;
    if (cotangent === null || cotangent === undefined) return avals.map(zero);
    return leavesOf(subject, `cotangent ${index} of the bwd rule`, cotangent, treedef).map((value, leaf) => {
      const wanted = at(avals, leaf);
      return wanted.dtype === "float0" ? zero(wanted) : value;
    });
  });
}
