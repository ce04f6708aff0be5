/**
 * @file `TracedArray`: an array inside a function that is being traced. It has a type and no elements, so everything that
 * would need an element throws and says what to write.
 */

import { raise } from "@lanewise/compiler/base/errors";
import { captureStack, formatPlace, frameOfFunction } from "@lanewise/compiler/base/source-location";
import type { DType } from "@lanewise/compiler/base/dtype";
import type { Aval, Value } from "@lanewise/compiler/ir/types";
import { concretization, leakedTracer } from "@lanewise/compiler/trace/errors";
import { describeAval } from "@lanewise/compiler/trace/stack";
import type { Trace, Tracer } from "@lanewise/compiler/trace/tracer";
import { rowOf } from "../ops/index.ts";
import type { ArrayLike, DataOf, ElementOf, GpuBufferLike, NDArray as PublicArray, Nested, Sharding } from "../types.ts";
import { toValue } from "./concrete.ts";
import { NDArray, publish } from "./ndarray.ts";

export class TracedArray<Payload = unknown> extends NDArray implements Tracer<Payload> {
  readonly trace: Trace;
  readonly aval: Aval;
  readonly payload: Payload;
  readonly argument: string | null;

  constructor(trace: Trace, aval: Aval, payload: Payload, argument: string | null) {
    super();
    this.trace = trace;
    this.aval = aval;
    this.payload = payload;
    this.argument = argument;
  }

  protected lift(operand: ArrayLike, operation: string, argument: string): Value {
    return toValue(operand, operation, argument);
  }

  protected row(index: number): Value {
    return rowOf(this, index);
  }

  /** The value itself: arrays are immutable, and a traced one has no memory. */
  copy(): PublicArray {
    return publish(this);
  }

  protected alias(): Value {
    return this;
  }

  get sharding(): Sharding {
    return this.#refuse("sharding", "devices", "ask for the sharding of the arguments before the call");
  }

  get device(): string {
    return this.#refuse("device", "a device", "ask for the device of the arguments before the call");
  }

  toString(): string {
    return `Tracer ${describeAval(this.aval)}`;
  }

  // What needs an element ----------------------------------------------------------------------------------------------

  data(): Promise<DataOf<DType>> {
    return this.#refuseRead("data()");
  }

  toArray(): Promise<Nested<ElementOf<DType>>> {
    return this.#refuseRead("toArray()");
  }

  item(): Promise<ElementOf<DType>> {
    return this.#refuseRead("item()");
  }

  dataSync(): DataOf<DType> {
    return this.#refuseRead("dataSync()");
  }

  toArraySync(): Nested<ElementOf<DType>> {
    return this.#refuseRead("toArraySync()");
  }

  itemSync(): ElementOf<DType> {
    return this.#refuseRead("itemSync()");
  }

  blockUntilReady(): Promise<PublicArray> {
    return this.#refuseRead("blockUntilReady()");
  }

  gpuBuffer(): GpuBufferLike {
    return this.#refuseRead("gpuBuffer()");
  }

  dispose(): void {
    // Nothing to give back: a traced value owns no memory, and `using` must work under a transform too.
  }

  toJSON(): number | boolean {
    return this.#refuse("JSON.stringify", "a number", `return the value from ${this.trace.functionName} and convert the result`);
  }

  [Symbol.toPrimitive](hint: string): number | boolean | string {
    if (hint === "string") {
      return this.#refuse(
        "conversion to a string or property key", "a string",
        "to print it, use x.toString(); to index with it, use np.where or lax.cond, or make the argument static",
      );
    }
    return this.#refuse(
      "conversion to a number", "a number",
      "use methods and functions of np: x.add(y) for x + y, x.greater(0) for x > 0, np.where(c, a, b) for c ? a : b, np.sin(x) for Math.sin(x); or make the argument static",
    );
  }

  #refuseRead(operation: string): never {
    return this.#refuse(operation, "elements", `return the value from ${this.trace.functionName} and read the result`);
  }

  #refuse(operation: string, needed: string, fix: string): never {
    const { functionName, ended } = this.trace;
    if (ended) {
      raise(leakedTracer, {
        operation, ...(this.argument === null ? {} : { argument: this.argument }),
        expected: `${needed} of an array that was computed`,
        got: `a traced ${describeAval(this.aval)} that leaked out of ${functionName}: ${this.trace.describeOrigin(this)}`,
        fix: `return the value from ${functionName} instead of storing it outside`,
      });
    }
    const place = frameOfFunction(functionName, captureStack().stack ?? "");
    return raise(concretization, {
      operation, ...(this.argument === null ? {} : { argument: this.argument }),
      expected: `${needed}, which a value has only outside ${functionName}`,
      got: `a traced ${describeAval(this.aval)} in ${functionName}${place === null ? "" : ` (${formatPlace(place)})`}: ${this.trace.describeOrigin(this)}`,
      fix,
    });
  }
}
