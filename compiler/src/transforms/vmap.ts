/** @file vmap: a tracer is an array with one axis more than it shows, and each primitive's batch rule carries the axis. */

import { at } from "../base/assert.ts";
import { withoutAxis } from "../base/shape.ts";
import { aval as makeAval } from "../ir/build.ts";
import type { AxisFrame, Params, Primitive, Value } from "../ir/types.ts";
import { batchFirst, moveAxis } from "../primitives/linear.ts";
import { bind, currentTrace, describeAval, describeProducer, makeTracer, withAxis, withRule, withTrace, type Producer } from "../trace/stack.ts";
import { isTracer, type Trace, type Tracer } from "../trace/tracer.ts";

interface Batched {
  readonly value: Value;
  readonly axis: number;
  readonly producer: Producer | null;
}

class BatchTrace implements Trace {
  readonly kind = "batch";
  readonly parent: Trace | null;
  readonly functionName: string;
  readonly frame: AxisFrame;
  ended = false;

  constructor(frame: AxisFrame, functionName: string) {
    this.parent = currentTrace();
    this.frame = frame;
    this.functionName = functionName;
  }

  /** A tracer for a batch; a value without a batch axis needs none. */
  tracer(value: Value, axis: number | null, argument: string | null, producer: Producer | null): Value {
    if (axis === null) return value;
    const { shape, dtype, weakType } = value.aval;
    return makeTracer<Batched>(this, makeAval(withoutAxis(shape, axis), dtype, weakType), { value, axis, producer }, argument);
  }

  unwrap(value: Value): { readonly value: Value; readonly axis: number | null } {
    return isOwn(this, value) ? value.payload : { value, axis: null };
  }

  processPrimitive(primitive: Primitive, inputs: readonly Value[], params: Params): readonly Value[] {
    // A mistake is one of the example's: its error must show the example's shapes, not the batch's.
    primitive.abstractEval(inputs.map((input) => input.aval), params);
    const unwrapped = inputs.map((input) => this.unwrap(input));
    const values = unwrapped.map(({ value }) => value);
    const axes = unwrapped.map(({ axis }) => axis);
    return withRule(this.parent, (source) => {
      if (axes.every((axis) => axis === null) && !this.#talksOver(primitive, params)) return bind(primitive, values, params);
      // A trace outside this one knows where its values come from.
      const producer = this.parent === null ? { name: primitive.name, source } : null;
      const result = primitive.batch(this.frame, values, axes, params);
      return result.outputs.map((output, index) => this.tracer(output, at(result.axes, index), null, producer));
    });
  }

  /** Whether an operation is a collective over this axis, which concerns unmapped operands too. */
  #talksOver(primitive: Primitive, params: Params): boolean {
    const { name } = this.frame;
    if (name === null || primitive.effects === "pure") return false;
    return primitive.effects(params).some((effect) => effect.kind === "collective" && effect.axisName === name);
  }

  describeOrigin(tracer: Tracer): string {
    if (tracer.argument !== null) return `it is one example of the argument ${tracer.argument} of ${this.functionName}`;
    const { value, producer } = tracer.payload as Batched;
    if (isTracer(value)) return value.trace.describeOrigin(value);
    const what = producer === null ? "" : `${describeProducer(producer)}, `;
    return `it is ${what}one of ${this.frame.size} examples (of a ${describeAval(value.aval)}) in ${this.functionName}`;
  }
}

function isOwn(trace: BatchTrace, value: Value): value is Tracer<Batched> {
  return isTracer(value) && value.trace === trace;
}

export interface FlatOptions {
  /** The traced function's name, for messages. */
  readonly functionName: string;
  /** A name for each flat argument, for messages. */
  readonly argumentNames?: readonly string[];
}

export interface BatchOutputs {
  readonly outputs: readonly Value[];
  /** Where each output has its batch axis; null where every example gives the same value. */
  readonly axes: readonly (number | null)[];
}

/**
 * Runs a function of single examples on batches.
 *
 * @param inAxes for each argument its batch axis in `[0, rank)`, or null
 */
export function batchFlat(
  run: (args: readonly Value[]) => readonly Value[], frame: AxisFrame, args: readonly Value[],
  inAxes: readonly (number | null)[], options: FlatOptions,
): BatchOutputs {
  const trace = new BatchTrace(frame, options.functionName);
  try {
    const tracers = args.map((arg, index) => trace.tracer(arg, at(inAxes, index), options.argumentNames?.[index] ?? null, null));
    const results = withTrace(trace, () => withAxis(frame, () => run(tracers))).map((result) => trace.unwrap(result));
    return { outputs: results.map(({ value }) => value), axes: results.map(({ axis }) => axis) };
  } finally {
    trace.ended = true;
  }
}

/** An output with its batch axis at `to`; an output that no example changes is broadcast. */
export function moveBatchAxis(value: Value, from: number | null, to: number, size: number): Value {
  return from === null ? moveAxis(batchFirst(value, null, size), 0, to) : moveAxis(value, from, to);
}
