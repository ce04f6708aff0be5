/** @file makeJaxpr and evalShape: tracing without running. */

import { raise } from "@lanewise/compiler/base/errors";
import { printJaxpr } from "@lanewise/compiler/ir/print";
import type { ClosedJaxpr, Jaxpr, Value } from "@lanewise/compiler/ir/types";
import { traceToJaxpr } from "@lanewise/compiler/trace/jaxpr-trace";
import { withAxis } from "@lanewise/compiler/trace/stack";
import { unflatten } from "@lanewise/compiler/tree/flatten";
import type { TreeDef } from "@lanewise/compiler/tree/treedef";
import type { AnyFunction, ArrayFunction } from "../types.ts";
import { flatCall, leafNames, type Subject } from "./call.ts";
import { describeValue } from "./describe.ts";
import * as transformErrors from "./errors.ts";
import { dressAs, infoOf } from "./function-info.ts";
import { booleanOption, parameterPositions, readOptions } from "./options.ts";
import type { JaxprMaker, MakeJaxprOptions, PrintableJaxpr, ShapeOfArray, ShapeOut, SpecMembers } from "./signatures.ts";
import { ArrayShape, avalsOf, flattenSpecs } from "./specs.ts";
import { splitStatics } from "./statics.ts";

/** A jaxpr with its constants, as users get it. */
export class PrintedJaxpr implements PrintableJaxpr {
  readonly jaxpr: Jaxpr;
  readonly consts: readonly Value[];

  constructor(closed: ClosedJaxpr) {
    this.jaxpr = closed.jaxpr;
    this.consts = closed.consts;
  }

  get inAvals(): readonly ShapeOfArray[] {
    return this.jaxpr.inVars.map((variable) => new ArrayShape(variable.aval));
  }

  get outAvals(): readonly ShapeOfArray[] {
    return this.jaxpr.outs.map((out) => new ArrayShape(out.aval));
  }

  toString(): string {
    return printJaxpr(this);
  }
}

interface Traced {
  readonly closed: ClosedJaxpr;
  readonly output: TreeDef;
}

/** Traces a function for arguments or specs. */
function traceFor(subject: Subject, args: readonly unknown[], staticPositions: readonly number[], axes: readonly (readonly [string, number])[] = []): Traced {
  const split = splitStatics(subject, args, staticPositions);
  const flat = flattenSpecs(split.dynamic);
  const avals = avalsOf(split.subject, flat);
  const call = flatCall(split.subject, flat, flat.leaves.map((_, index) => index));
  const run = axes.reduceRight<typeof call.run>(
    (inner, [name, size]) => (values) => withAxis({ name, size }, () => inner(values)), call.run,
  );
  const closed = traceToJaxpr(run, avals, { functionName: subject.info.name, argumentNames: leafNames(split.subject.info, flat.treedef) });
  return { closed, output: call.output() };
}

function shapes(traced: Traced): unknown {
  return unflatten(traced.output, traced.closed.jaxpr.outs.map((out) => new ArrayShape(out.aval)));
}

/**
 * Makes a function that traces instead of computing: it gives a jaxpr, whose `toString()` prints it in JAX's grammar.
 *
 * @param options `staticArgnums`; `axisEnv`, a list of named axes `[name, size]` in scope; `returnShape`, which gives
 *   `[jaxpr, shapes]` with the tree of the result's shapes
 * @throws LW3111, LW3119, LW3123
 * @example String(makeJaxpr((x) => x.mul(2))("f32[3]")) // "{ lambda ; a:f32[3]. let b:f32[3] = mul a 2.0:f32[] in (b,) }"
 */
export function makeJaxpr<F extends ArrayFunction, const WithShape extends boolean = false>(f: F, options?: MakeJaxprOptions<F, WithShape>): JaxprMaker<F, WithShape>;
export function makeJaxpr<F extends AnyFunction, const WithShape extends boolean = false>(f: F, options?: MakeJaxprOptions<F, WithShape>): JaxprMaker<F, WithShape>;
export function makeJaxpr(f: AnyFunction, options?: unknown): unknown {
  const info = infoOf("makeJaxpr", f);
  const read = readOptions("makeJaxpr", options, ["staticArgnums", "axisEnv", "returnShape"]);
  const statics = parameterPositions("makeJaxpr", read, "staticArgnums", info);
  const withShape = booleanOption("makeJaxpr", read, "returnShape");
  const axes = readAxisEnv(read["axisEnv"]);
  const make = (...args: readonly unknown[]): unknown => {
    const traced = traceFor({ operation: "makeJaxpr", f, info }, args, statics, axes);
    const jaxpr = new PrintedJaxpr(traced.closed);
    return withShape ? [jaxpr, shapes(traced)] : jaxpr;
  };
  return dressAs(make, f, info);
}

function readAxisEnv(value: unknown): readonly (readonly [string, number])[] {
  if (value === undefined) return [];
  const isPair = (entry: unknown): entry is readonly [string, number] =>
    Array.isArray(entry) && entry.length === 2 && typeof entry[0] === "string" && Number.isSafeInteger(entry[1]) && entry[1] > 0;
  if (Array.isArray(value) && value.every(isPair)) return value;
  return raise(transformErrors.badOption, {
    operation: "makeJaxpr", argument: "axisEnv", expected: 'a list of [name, size], as in [["i", 4]]', got: describeValue(value), fix: "correct axisEnv or leave it out",
  });
}

/**
 * The shapes and dtypes of a function's results, in their tree, without computing anything.
 *
 * @param args arrays, or specs in place of them: `"f32[2,3]"`, `{ shape: [2, 3], dtype: "float32" }`
 * @throws LW3111, LW3123
 * @example evalShape((x) => x.sum(0), "f32[2,3]").shape // [3]
 */
export function evalShape<F extends ArrayFunction>(f: F, ...args: SpecMembers<Parameters<F>>): ShapeOut<ReturnType<F>>;
export function evalShape<F extends AnyFunction>(f: F, ...args: SpecMembers<Parameters<F>>): ShapeOut<ReturnType<F>>;
export function evalShape(f: AnyFunction, ...args: readonly unknown[]): unknown {
  const subject: Subject = { operation: "evalShape", f, info: infoOf("evalShape", f) };
  return shapes(traceFor(subject, args, []));
}
