/**
 * @file `NDArray`, the class of all arrays: what concrete and traced ones have in common. Methods are the functions of np.
 * What an operand may be is for the subclasses to say, because they make arrays.
 */

import { byteSize, type DType } from "@lanewise/compiler/base/dtype";
import { raise } from "@lanewise/compiler/base/errors";
import { sizeOf } from "@lanewise/compiler/base/shape";
import type { Aval, Value } from "@lanewise/compiler/ir/types";
import { brandToken, valueBrand } from "@lanewise/compiler/trace/tracer";
import { immutable, notAvailable, notIterable } from "../errors.ts";
import * as contract from "../ops/contract.ts";
import { resolveDType } from "../ops/dtypes.ts";
import * as elementwise from "../ops/elementwise.ts";
import { getIndexed } from "../ops/index.ts";
import { convertOperand } from "../ops/operands.ts";
import { parseReduction, reductions, type ReductionName } from "../ops/reduce.ts";
import * as shapes from "../ops/shape.ts";
import {
  asNDArray, type ArrayLike, type Axis, type DataOf, type ElementOf, type IndexedUpdate, type IndexEntry, type NDArray as PublicArray,
  type NDArrayMethods, type Nested, type ReduceOptions,
} from "../types.ts";
import { indexedUpdate } from "./indexed-update.ts";
import { makeIndexPrototype } from "./index-proxy.ts";

const disposeKey: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for("Symbol.dispose");
const inspectKey = Symbol.for("nodejs.util.inspect.custom");

/** A value of the system, which is an array, in its public type. */
export function publish<D extends DType = DType>(value: Value): PublicArray<D> {
  return asNDArray(value as unknown as NDArrayMethods<D>);
}

export abstract class NDArray implements Value {
  static {
    // The compiler asks values for these names to tell its own kinds of value apart; without an answer here, each question
    // would reach the Proxy.
    Object.defineProperties(NDArray.prototype, { kind: { value: "array" }, trace: { value: null } });
    Object.setPrototypeOf(NDArray.prototype, makeIndexPrototype({
      read: (receiver, index) => (receiver instanceof NDArray ? receiver.get(index) : undefined),
      write: (_receiver, index) => raise(immutable, {
        operation: `x[${index}] = v`, expected: "no assignment: arrays never change", got: "an assignment to an element",
        fix: `write x = x.at(${index}).set(v), which makes a new array`,
      }),
    }));
  }

  abstract readonly aval: Aval;

  /** Reads an operand of a method, as the functions of np read theirs. */
  protected abstract lift(operand: ArrayLike, operation: string, argument: string): Value;

  /** Element `index` of axis 0, which exists. */
  protected abstract row(index: number): Value;

  /** Marks values of this copy of the library. */
  get [valueBrand](): object {
    return brandToken;
  }

  get shape(): readonly number[] {
    return this.aval.shape;
  }

  get ndim(): number {
    return this.aval.shape.length;
  }

  get size(): number {
    return sizeOf(this.aval.shape);
  }

  get dtype(): DType {
    return this.aval.dtype;
  }

  get nbytes(): number {
    return this.size * byteSize(this.aval.dtype);
  }

  abstract get device(): string;

  /** Extent of axis 0. A 0-d array has none and throws, as Python's len does. */
  get length(): number {
    return this.aval.shape[0] ?? this.#refuseScalar("length");
  }

  get T(): PublicArray {
    return publish(shapes.transpose(this, null));
  }

  #refuseScalar(operation: string): never {
    return raise(notIterable, { operation, expected: "an array with at least one axis", got: `a 0-d array of ${this.aval.dtype}`, fix: "read the number with item()" });
  }

  #binary<D extends DType>(other: ArrayLike, name: string, apply: (x: Value, y: Value) => Value): PublicArray<D> {
    return publish<D>(apply(this, this.lift(other, `np.${name}`, "x2")));
  }

  // Arithmetic ---------------------------------------------------------------------------------------------------------

  add(other: ArrayLike): PublicArray {
    return this.#binary(other, "add", elementwise.add);
  }

  sub(other: ArrayLike): PublicArray {
    return this.#binary(other, "subtract", elementwise.subtract);
  }

  mul(other: ArrayLike): PublicArray {
    return this.#binary(other, "multiply", elementwise.multiply);
  }

  div(other: ArrayLike): PublicArray {
    return this.#binary(other, "divide", elementwise.trueDivide);
  }

  pow(exponent: ArrayLike): PublicArray {
    return this.#binary(exponent, "power", elementwise.power);
  }

  neg(): PublicArray {
    return publish(elementwise.negative(this));
  }

  matmul(other: ArrayLike): PublicArray {
    return publish(contract.matmul(this, this.lift(other, "np.matmul", "b")));
  }

  dot(other: ArrayLike): PublicArray {
    return publish(contract.dot(this, this.lift(other, "np.dot", "b")));
  }

  // Comparison ---------------------------------------------------------------------------------------------------------

  equal(other: ArrayLike): PublicArray<"bool"> {
    return this.#binary(other, "equal", elementwise.equal);
  }

  notEqual(other: ArrayLike): PublicArray<"bool"> {
    return this.#binary(other, "notEqual", elementwise.notEqual);
  }

  less(other: ArrayLike): PublicArray<"bool"> {
    return this.#binary(other, "less", elementwise.less);
  }

  lessEqual(other: ArrayLike): PublicArray<"bool"> {
    return this.#binary(other, "lessEqual", elementwise.lessEqual);
  }

  greater(other: ArrayLike): PublicArray<"bool"> {
    return this.#binary(other, "greater", elementwise.greater);
  }

  greaterEqual(other: ArrayLike): PublicArray<"bool"> {
    return this.#binary(other, "greaterEqual", elementwise.greaterEqual);
  }

  // Reductions ---------------------------------------------------------------------------------------------------------

  sum(axis?: Axis | ReduceOptions, options?: ReduceOptions): PublicArray {
    return this.#reduce("sum", [axis, options]);
  }

  mean(axis?: Axis | ReduceOptions, options?: ReduceOptions): PublicArray {
    return this.#reduce("mean", [axis, options]);
  }

  max(axis?: Axis | ReduceOptions, options?: ReduceOptions): PublicArray {
    return this.#reduce("max", [axis, options]);
  }

  min(axis?: Axis | ReduceOptions, options?: ReduceOptions): PublicArray {
    return this.#reduce("min", [axis, options]);
  }

  #reduce(name: ReductionName, rest: readonly unknown[]): PublicArray {
    return publish(reductions[name](this, parseReduction(name, rest, (operand, argument) => this.lift(operand, `np.${name}`, argument))));
  }

  // Shapes -------------------------------------------------------------------------------------------------------------

  reshape(...shape: readonly unknown[]): PublicArray {
    const [first] = shape;
    return publish(shapes.reshape(this, shape.length === 1 && Array.isArray(first) ? (first as readonly unknown[]) : shape));
  }

  transpose(...axes: readonly unknown[]): PublicArray {
    const [first] = axes;
    if (axes.length === 0 || first === null || first === undefined) return this.T;
    return publish(shapes.transpose(this, Array.isArray(first) ? (first as readonly unknown[]) : axes));
  }

  flatten(): PublicArray {
    return publish(shapes.ravel(this));
  }

  ravel(): PublicArray {
    return publish(shapes.ravel(this));
  }

  squeeze(axis?: Axis): PublicArray {
    return publish(shapes.squeeze(this, axis));
  }

  astype<To extends DType>(dtype: To): PublicArray<To> {
    return publish(convertOperand("astype", this, resolveDType("astype", dtype)));
  }

  clip(min: ArrayLike | null = null, max: ArrayLike | null = null): PublicArray {
    const bound = (value: ArrayLike | null, name: string): Value | null => (value === null ? null : this.lift(value, "np.clip", name));
    return publish(elementwise.clip(this, bound(min, "min"), bound(max, "max")));
  }

  /** The same elements in memory of their own, where the array has any. */
  abstract copy(): PublicArray;

  // Indexing -----------------------------------------------------------------------------------------------------------

  get(...index: readonly IndexEntry[]): PublicArray {
    return publish(getIndexed(this, index, (operand, argument) => this.lift(operand as ArrayLike, "x.get", argument)));
  }

  at(...index: readonly IndexEntry[]): IndexedUpdate {
    return indexedUpdate(this, index, (operand, operation, argument) => this.lift(operand, operation, argument));
  }

  *[Symbol.iterator](): IterableIterator<PublicArray> {
    const extent = this.aval.shape[0] ?? this.#refuseScalar("iteration");
    for (let index = 0; index < extent; index++) yield publish(this.row(index));
  }

  // Not in this version ------------------------------------------------------------------------------------------------

  floorDivide(_other: ArrayLike): PublicArray { return unavailable("floorDivide"); }
  mod(_other: ArrayLike): PublicArray { return unavailable("mod"); }
  abs(): PublicArray { return unavailable("abs"); }
  prod(): PublicArray { return unavailable("prod"); }
  any(): PublicArray<"bool"> { return unavailable("any"); }
  all(): PublicArray<"bool"> { return unavailable("all"); }
  std(): PublicArray { return unavailable("std"); }
  var(): PublicArray { return unavailable("var"); }
  argmax(): PublicArray<"int32"> { return unavailable("argmax"); }
  argmin(): PublicArray<"int32"> { return unavailable("argmin"); }
  cumsum(): PublicArray { return unavailable("cumsum"); }
  cumprod(): PublicArray { return unavailable("cumprod"); }
  round(): PublicArray { return unavailable("round"); }
  take(): PublicArray { return unavailable("take"); }
  repeat(): PublicArray { return unavailable("repeat"); }
  sort(): PublicArray { return unavailable("sort"); }

  // Reading ------------------------------------------------------------------------------------------------------------

  abstract data(): Promise<DataOf<DType>>;
  abstract toArray(): Promise<Nested<ElementOf<DType>>>;
  abstract item(): Promise<ElementOf<DType>>;
  abstract dataSync(): DataOf<DType>;
  abstract toArraySync(): Nested<ElementOf<DType>>;
  abstract itemSync(): ElementOf<DType>;
  abstract blockUntilReady(): Promise<PublicArray>;
  abstract dispose(): void;
  abstract toString(): string;
  abstract toJSON(): number | boolean;
  abstract [Symbol.toPrimitive](hint: string): number | boolean | string;

  [disposeKey](): void {
    this.dispose();
  }

  /** What consoles of Node show. */
  [inspectKey](): string {
    return this.toString();
  }
}

function unavailable(operation: string): never {
  return raise(notAvailable, {
    operation, expected: "an operation that this version has", got: operation, fix: "compose it from the operations that exist, or use a later version",
  });
}
