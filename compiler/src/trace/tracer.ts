/** @file What a tracer is: a Value that stands for an array while a function is traced. */

import { raise } from "../base/errors.ts";
import type { Aval, Params, Primitive, Value } from "../ir/types.ts";
import { twoCopies } from "./errors.ts";

/** One interpreter at work: it decides what an operation on its tracers does. */
export interface Trace {
  readonly kind: "jaxpr" | "jvp" | "batch" | "partialEval";
  /** The trace that this one's rules run under; null is eager evaluation. */
  readonly parent: Trace | null;
  /** The traced function's name, for messages. */
  readonly functionName: string;
  /** Set when the trace is over: using one of its tracers is then a leak. */
  ended: boolean;
  processPrimitive(primitive: Primitive, inputs: readonly Value[], params: Params): readonly Value[];
  /** Where one of its tracers comes from, in the user's terms. */
  describeOrigin(tracer: Tracer): string;
}

/** `payload` belongs to the trace. `argument` names the argument that the tracer stands for, if it is one. */
export interface Tracer<Payload = unknown> extends Value {
  readonly [valueBrand]: object;
  readonly trace: Trace;
  readonly payload: Payload;
  readonly argument: string | null;
}

/** On every tracer and array of any copy of lanewise; the value tells the copies apart. */
export const valueBrand: unique symbol = Symbol.for("lanewise.value.1") as never;

/** This copy's mark. */
export const brandToken: object = Object.freeze({ copy: "lanewise" });

export function isTracer(value: unknown): value is Tracer {
  // Read, not asked for with `in`: this is on the path of every operation, and arrays answer a missing name slowly.
  return typeof value === "object" && value !== null && hasBrand(value) && Boolean((value as { trace?: Trace | null }).trace);
}

/** Whether this is a tracer or array of lanewise; throws where it belongs to another copy. */
export function hasBrand(value: object): boolean {
  const token = (value as { [valueBrand]?: object })[valueBrand];
  if (token === undefined) return false;
  if (token !== brandToken) {
    raise(twoCopies, {
      operation: "lanewise",
      expected: "values made by one copy of the library",
      got: "a value made by another copy, loaded beside this one",
      fix: "make your bundler or package manager resolve `lanewise` to a single file",
    });
  }
  return true;
}

export type TracerFactory = <Payload>(trace: Trace, aval: Aval, payload: Payload, argument: string | null) => Tracer<Payload>;

/** A tracer without methods: what the compiler uses where no frontend is installed. */
export const plainTracer: TracerFactory = (trace, aval, payload, argument) => ({ [valueBrand]: brandToken, trace, aval, payload, argument });
