/**
 * @file The trace stack: which interpreter is at work. The one module-level `let` of the repository.
 *
 * Only the current trace sees an operation; tracers of outer traces are constants to it. Rules run under the parent.
 */

import { LanewiseError, raise } from "../base/errors.ts";
import { InternalError } from "../base/assert.ts";
import { formatLocation } from "../base/source-location.ts";
import { shortName } from "../base/dtype.ts";
import { erasePrimitive } from "../ir/build.ts";
import type { Aval, AxisFrame, Params, Primitive, Source, Value } from "../ir/types.ts";
import { leakedTracer, noFrontend } from "./errors.ts";
import { isTracer, plainTracer, type Trace, type Tracer, type TracerFactory } from "./tracer.ts";
import { captureSource } from "./source.ts";

/** What happens at the bottom of the stack: packages/lanewise installs it, the compiler never imports the runtime. */
export interface Evaluator {
  /** Runs one equation on concrete values. */
  evaluate(primitive: Primitive, inputs: readonly Value[], params: Params): readonly Value[];
  /** Makes the tracers that users see, with the methods of arrays. */
  readonly createTracer: TracerFactory;
  /** The number in a concrete 0-d value when it can be read at once, so that it can be baked into a jaxpr. */
  scalarOf(value: Value): number | null;
}

interface TraceStack {
  readonly trace: Trace | null;
  readonly evaluator: Evaluator | null;
  /** Named axes in scope, innermost last. */
  readonly axes: readonly AxisFrame[];
  /** The source of the equation being interpreted again, if any; otherwise sources are captured from the stack. */
  readonly source: Source | null;
  /** Where the trace at work was begun. */
  readonly caller: Source | null;
}

let stack: TraceStack = { trace: null, evaluator: null, axes: [], source: null, caller: null };

/** Installs what evaluates eagerly. A later call replaces an earlier one. */
export function installEvaluator(evaluator: Evaluator): void {
  stack = { ...stack, evaluator };
}

function within<T>(changes: Partial<TraceStack>, run: () => T): T {
  const before = stack;
  stack = { ...before, ...changes };
  try {
    return run();
  } finally {
    // An evaluator installed meanwhile stays.
    stack = { ...before, evaluator: stack.evaluator };
  }
}

export function currentTrace(): Trace | null {
  return stack.trace;
}

/** Runs `run` under `trace`; null is eager evaluation. */
export function withTrace<T>(trace: Trace | null, run: () => T): T {
  return within({ trace, caller: sourceHere() }, run);
}

/** Runs `run` with one more named axis in scope. */
export function withAxis<T>(frame: AxisFrame, run: () => T): T {
  return frame.name === null ? run() : within({ axes: [...stack.axes, frame] }, run);
}

/** The innermost axis of that name, or null. */
export function findAxis(name: string): AxisFrame | null {
  return stack.axes.findLast((frame) => frame.name === name) ?? null;
}

export function axesInScope(): readonly AxisFrame[] {
  return stack.axes;
}

/** Runs `run` with every equation it binds taking this source. */
export function withSource<T>(source: Source | null, run: () => T): T {
  return within({ source }, run);
}

/**
 * Runs a rule of an operation that an interpreter handles, under its parent: all that the rule binds has the operation's
 * source, whose stack is captured once however many interpreters there are.
 */
export function withRule<T>(parent: Trace | null, run: (source: Source) => T): T {
  const source = sourceHere();
  return within({ trace: parent, source }, () => run(source));
}

/** The source for an equation traced now. */
export function sourceHere(): Source {
  return stack.source ?? captureSource(stack.caller);
}

export function makeTracer<Payload>(trace: Trace, aval: Aval, payload: Payload, argument: string | null = null): Tracer<Payload> {
  return (stack.evaluator?.createTracer ?? plainTracer)(trace, aval, payload, argument);
}

/** The number in a concrete 0-d value, or null. */
export function scalarOf(value: Value): number | null {
  return stack.evaluator === null ? null : stack.evaluator.scalarOf(value);
}

/** Applies a primitive to values under the current trace. */
export function bind<P extends Params>(primitive: Primitive<P>, inputs: readonly Value[], params: P): readonly Value[] {
  for (const input of inputs) {
    if (isTracer(input) && input.trace.ended) throwLeak(input, primitive.name);
  }
  if (stack.trace !== null) return stack.trace.processPrimitive(erasePrimitive(primitive), inputs, params);
  return evaluateNow(erasePrimitive(primitive), inputs, params);
}

/** `bind` of a primitive with one result. */
export function bind1<P extends Params>(primitive: Primitive<P>, inputs: readonly Value[], params: P): Value {
  const [output] = bind(primitive, inputs, params);
  if (output === undefined) throw new InternalError(`${primitive.name} has no result`);
  return output;
}

function evaluateNow(primitive: Primitive, inputs: readonly Value[], params: Params): readonly Value[] {
  const tracer = inputs.find(isTracer);
  if (tracer !== undefined) throw new InternalError(`${primitive.name} met a tracer outside its trace`);
  if (stack.evaluator === null) {
    raise(noFrontend, {
      operation: primitive.name, expected: "an installed evaluator", got: "none", fix: "import from `lanewise`",
    });
  }
  return stack.evaluator.evaluate(primitive, inputs, params);
}

function throwLeak(tracer: Tracer, operation: string): never {
  throw new LanewiseError(leakedTracer, {
    operation,
    expected: "values of the functions being traced now",
    got: `a traced ${describeAval(tracer.aval)} that leaked out of ${tracer.trace.functionName}: ${tracer.trace.describeOrigin(tracer)}`,
    fix: `return the value from ${tracer.trace.functionName} instead of storing it outside`,
  });
}

/** `float32[2,3]`. */
export function describeAval(aval: Aval): string {
  return `${shortName(aval.dtype)}[${aval.shape.join(",")}]`;
}

/** ` at model.ts:3:5 (in loss)`, or nothing. */
function describeSource(source: Source | null): string {
  const location = source?.location() ?? null;
  return location === null ? "" : ` at ${formatLocation(location)}`;
}

/** The operation that a traced value is the result of, for messages. */
export interface Producer {
  readonly name: string;
  readonly source: Source | null;
}

/** `the result of sin at model.ts:3:5 (in loss)`. */
export function describeProducer({ name, source }: Producer): string {
  return `the result of ${name}${describeSource(source)}`;
}
