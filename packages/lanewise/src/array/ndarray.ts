/**
 * @file `NDArray`, the class of all arrays: what concrete and traced ones have in common. Methods are the functions of np.
 * What an operand may be is for the subclasses to say, because they make arrays.
 */

import { byteSize, type DType } from "@lanewise/compiler/base/dtype";
import { raise } from "@lanewise/compiler/base/errors";
import { sizeOf } from "@lanewise/compiler/base/shape";
import type { Aval, Value } from "@lanewise/compiler/ir/types";
import { brandToken, valueBrand } from "@lanewise/compiler/trace/tracer";
import { badArgument, immutable, notIterable } from "../errors.ts";
import * as contract from "../ops/contract.ts";
import { resolveDType } from "../ops/dtypes.ts";
import { floorDivide, mod } from "../ops/division.ts";
import * as elementwise from "../ops/elementwise.ts";
import * as functions from "../ops/functions.ts";
import { getIndexed } from "../ops/index.ts";
import { convertOperand } from "../ops/operands.ts";
import * as order from "../ops/order.ts";
import * as prefix from "../ops/prefix.ts";
import { parseOptional } from "../arguments.ts";
import { parseReduction, reductions, type ReductionName } from "../ops/reduce.ts";
import { repeat } from "../ops/reorder.ts";
import * as shapes from "../ops/shape.ts";
import * as statistics from "../ops/statistics.ts";
import { defaultTake, placesFrom, take } from "../ops/take.ts";
import {
  asNDArray, type ArgReduceOptions, type ArrayLike, type Axis, type DataOf, type ElementOf, type GpuBufferLike, type IndexedUpdate, type IndexEntry, type NDArray as PublicArray,
  type NDArrayMethods, type Nested, type ReduceOptions, type Sharding, type TakeMemberOptions, type VarianceOptions,
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

  constructor() {
    if (new.target === NDArray) {
      raise(badArgument, { operation: "new NDArray", expected: "no call: arrays are made by functions", got: "a call of the constructor", fix: "np.array([1, 2, 3]), np.zeros([2, 3])" });
    }
  }

  /** Reads an operand of a method, as the functions of np read theirs. */
  protected abstract lift(operand: ArrayLike, operation: string, argument: string): Value;

  /** Element `index` of axis 0, which exists. */
  protected abstract row(index: number): Value;

  /** Marks values of this copy of the library. */
  get [valueBrand](): object {
    return brandToken;
  }

  /** A copy: the array's own shape is shared by programs and caches, and users may change what they got. */
  get shape(): readonly number[] {
    return [...this.aval.shape];
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

  /** Where the elements lie: all of them on one device. */
  abstract get sharding(): Sharding;

  /** Extent of axis 0. A 0-d array has none and throws, as Python's len does. */
  get length(): number {
    return this.aval.shape[0] ?? this.#refuseScalar("length");
  }

  get T(): PublicArray {
    return this.#own(shapes.transpose(this, null));
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

  floorDivide(other: ArrayLike): PublicArray {
    return this.#binary(other, "floorDivide", floorDivide);
  }

  mod(other: ArrayLike): PublicArray {
    return this.#binary(other, "mod", mod);
  }

  pow(exponent: ArrayLike): PublicArray {
    return this.#binary(exponent, "power", elementwise.power);
  }

  neg(): PublicArray {
    return publish(elementwise.negative(this));
  }

  abs(): PublicArray {
    return this.#own(functions.absolute(this));
  }

  round(...rest: readonly unknown[]): PublicArray {
    return this.#own(functions.round("round", this, functions.parseDecimals("np.round", rest)));
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

  prod(axis?: Axis | ReduceOptions, options?: ReduceOptions): PublicArray {
    return this.#reduce("prod", [axis, options]);
  }

  any(axis?: Axis | ReduceOptions, options?: ReduceOptions): PublicArray<"bool"> {
    return this.#reduce<"bool">("any", [axis, options]);
  }

  all(axis?: Axis | ReduceOptions, options?: ReduceOptions): PublicArray<"bool"> {
    return this.#reduce<"bool">("all", [axis, options]);
  }

  var(axis?: Axis | VarianceOptions, options?: VarianceOptions): PublicArray {
    return publish(statistics.variance(this, statistics.parseVariance("np.var", [axis, options], (operand, argument) => this.lift(operand, "np.var", argument))));
  }

  std(axis?: Axis | VarianceOptions, options?: VarianceOptions): PublicArray {
    return publish(statistics.std(this, statistics.parseVariance("np.std", [axis, options], (operand, argument) => this.lift(operand, "np.std", argument))));
  }

  argmax(axis?: number | null | ArgReduceOptions, options?: ArgReduceOptions): PublicArray<"int32"> {
    return publish<"int32">(order.argmax(this, ...order.parseArgReduce("np.argmax", [axis, options])));
  }

  argmin(axis?: number | null | ArgReduceOptions, options?: ArgReduceOptions): PublicArray<"int32"> {
    return publish<"int32">(order.argmin(this, ...order.parseArgReduce("np.argmin", [axis, options])));
  }

  cumsum(axis?: number | null | ReduceOptions, options?: ReduceOptions): PublicArray {
    return publish(prefix.cumsum(this, ...prefix.parsePrefix("np.cumsum", [axis, options])));
  }

  cumprod(axis?: number | null | ReduceOptions, options?: ReduceOptions): PublicArray {
    return publish(prefix.cumprod(this, ...prefix.parsePrefix("np.cumprod", [axis, options])));
  }

  sort(axis?: number | null): PublicArray {
    return publish(order.sort(this, order.parseSort("np.sort", [axis])));
  }

  #reduce<D extends DType>(name: ReductionName, rest: readonly unknown[]): PublicArray<D> {
    return publish<D>(reductions[name](this, parseReduction(name, rest, (operand, argument) => this.lift(operand, `np.${name}`, argument))));
  }

  // Shapes -------------------------------------------------------------------------------------------------------------

  reshape(...shape: readonly unknown[]): PublicArray {
    const [first] = shape;
    return this.#own(shapes.reshape(this, shape.length === 1 && Array.isArray(first) ? (first as readonly unknown[]) : shape));
  }

  transpose(...axes: readonly unknown[]): PublicArray {
    const [first] = axes;
    if (axes.length === 0 || first === null || first === undefined) return this.T;
    return this.#own(shapes.transpose(this, Array.isArray(first) ? (first as readonly unknown[]) : axes));
  }

  flatten(): PublicArray {
    return this.#own(shapes.ravel(this));
  }

  ravel(): PublicArray {
    return this.#own(shapes.ravel(this));
  }

  squeeze(...rest: readonly unknown[]): PublicArray {
    const { axis } = parseOptional<{ axis?: Axis }>({ operation: "squeeze", positional: ["axis"] }, rest);
    return this.#own(shapes.squeeze(this, axis));
  }

  astype<To extends DType>(dtype: To): PublicArray<To> {
    return this.#own(convertOperand("astype", this, resolveDType("astype", dtype)));
  }

  clip(...rest: readonly unknown[]): PublicArray {
    const { min, max } = parseOptional<{ min?: ArrayLike | null; max?: ArrayLike | null }>({ operation: "np.clip", positional: ["min", "max"] }, rest);
    const bound = (value: ArrayLike | null | undefined, name: string): Value | null =>
      value === null || value === undefined ? null : this.lift(value, "np.clip", name);
    return this.#own(elementwise.clip(this, bound(min, "min"), bound(max, "max")));
  }

  /** The same elements in memory of their own, where the array has any. */
  abstract copy(): PublicArray;

  /** Another array of the same elements, which lives on when this one is disposed. */
  protected abstract alias(): Value;

  /** The result of an operation that may have had nothing to do and given the array itself. */
  #own<D extends DType = DType>(result: Value): PublicArray<D> {
    return publish<D>(result === this ? this.alias() : result);
  }

  // Indexing -----------------------------------------------------------------------------------------------------------

  get(...index: readonly IndexEntry[]): PublicArray {
    return publish(getIndexed(this, index, (operand, argument) => this.lift(operand as ArrayLike, "x.get", argument)));
  }

  at(...index: readonly IndexEntry[]): IndexedUpdate {
    return indexedUpdate(this, index, (operand, operation, argument) => this.lift(operand, operation, argument));
  }

  take(indices: ArrayLike, ...rest: readonly unknown[]): PublicArray {
    const { axis = null, mode = null } = parseOptional<TakeMemberOptions>({ operation: "np.take", positional: ["axis"], named: ["mode"] }, rest);
    const places = placesFrom(indices, "np.take", (operand) => this.lift(operand as ArrayLike, "np.take", "indices"));
    return publish(take(this, places, { ...defaultTake, axis, mode }));
  }

  repeat(repeats: number | readonly number[], ...rest: readonly unknown[]): PublicArray {
    const { axis = null } = parseOptional<{ axis?: number | null }>({ operation: "np.repeat", positional: ["axis"] }, rest);
    return publish(repeat(this, repeats, axis, (places) => this.lift(places, "np.repeat", "repeats")));
  }

  *[Symbol.iterator](): IterableIterator<PublicArray> {
    const extent = this.aval.shape[0] ?? this.#refuseScalar("iteration");
    for (let index = 0; index < extent; index++) yield publish(this.row(index));
  }

  // Reading ------------------------------------------------------------------------------------------------------------

  abstract data(): Promise<DataOf<DType>>;
  abstract toArray(): Promise<Nested<ElementOf<DType>>>;
  abstract item(): Promise<ElementOf<DType>>;
  abstract dataSync(): DataOf<DType>;
  abstract toArraySync(): Nested<ElementOf<DType>>;
  abstract itemSync(): ElementOf<DType>;
  abstract blockUntilReady(): Promise<PublicArray>;
  abstract gpuBuffer(): GpuBufferLike;
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
