/**
 * @file The public types: arrays, what may stand for one, and the two mapped types by which a transform's result types
 * follow from the function it takes. The casts that `number & ...` needs live here and nowhere else.
 */

import type { DType } from "@lanewise/compiler/base/dtype";

export type { DType } from "@lanewise/compiler/base/dtype";

/** Typed arrays that are read as arrays. */
export type TypedArray =
  | Float32Array | Float64Array | Int32Array | Int16Array | Int8Array | Uint32Array | Uint16Array | Uint8Array;

/** The typed array that `data()` gives for a dtype. bool gives 0 and 1; float16 and bfloat16 are widened. */
export type DataOf<D extends DType> =
  D extends "float32" | "float16" | "bfloat16" | "complex64" ? Float32Array
  : D extends "float64" ? Float64Array
  : D extends "int32" ? Int32Array
  : D extends "int16" ? Int16Array
  : D extends "int8" ? Int8Array
  : D extends "uint32" | "key<fry>" ? Uint32Array
  : D extends "uint16" ? Uint16Array
  : Uint8Array;

/** One element read into JavaScript. Where the types do not know the dtype, a number. */
export type ElementOf<D extends DType> = [D] extends ["bool"] ? boolean : number;

/** Nested arrays as `toArray()` gives them; a bare element for a 0-d array. */
export type Nested<T> = T | Nested<T>[];

/** What free functions of `np`, `lax` and `nn` take as an array. A nested JavaScript array is one here. */
export type ArrayLike = ArrayLeaf | readonly ArrayLike[];

/** What a transform takes as an array: a leaf of its argument trees. NDArrays are numbers to the type checker. */
export type ArrayLeaf = number | boolean | bigint | TypedArray;

/** The part `start:stop:step` of an axis, made by `slice()`. */
export interface Slice {
  readonly kind: "slice";
  readonly start: number | null;
  readonly stop: number | null;
  readonly step: number | null;
}

/** A nested list of places, or of truths. */
export type IndexList = readonly (number | bigint | boolean | IndexList)[];

/** Arrays of places that are typed arrays. */
export type IndexArray = Int32Array | Int16Array | Int8Array | Uint32Array | Uint16Array | Uint8Array;

/** One entry of an index: a place, a part, a new axis, the axes between, or an array of places or a mask. */
export type IndexEntry = number | bigint | boolean | Slice | null | "..." | IndexArray | IndexList;

export type Axis = number | readonly number[] | null;

export interface ReduceOptions {
  readonly axis?: Axis;
  readonly dtype?: DType;
  readonly keepdims?: boolean;
  readonly initial?: ArrayLike;
  readonly where?: ArrayLike;
}

export interface VarianceOptions extends ReduceOptions {
  readonly ddof?: number;
}

export interface TakeMemberOptions {
  readonly axis?: number | null;
  /** What a place outside the axis gives. */
  readonly mode?: "fill" | "clip" | "wrap" | null;
}

export interface ClipBounds {
  readonly min?: ArrayLike | null;
  readonly max?: ArrayLike | null;
}

export interface ArgReduceOptions {
  readonly axis?: number | null;
  readonly keepdims?: boolean;
}

export interface IndexedUpdateOptions {
  /**
   * How a place outside the array is treated. By default an integer that is known throws, and of others an update is
   * dropped and a read gives the nearest element. "fill" and "drop" are one mode: reads fill, updates drop.
   */
  readonly mode?: "fill" | "drop" | "clip" | "promiseInBounds";
  /** What "fill" reads outside: NaN for floats, the smallest integer, the largest unsigned one, true for bools by default. */
  readonly fillValue?: number | boolean;
  /** Promises that the places are in increasing order. */
  readonly indicesAreSorted?: boolean;
  /** Promises that no place occurs twice; derivatives of some updates need it. */
  readonly uniqueIndices?: boolean;
}

/** What `x.at(...index)` offers: a new array each time, `x` stays as it is. */
export interface IndexedUpdate<out D extends DType = DType> {
  get(options?: IndexedUpdateOptions): NDArray<D>;
  set(value: ArrayLike, options?: IndexedUpdateOptions): NDArray<D>;
  add(value: ArrayLike, options?: IndexedUpdateOptions): NDArray<D>;
  subtract(value: ArrayLike, options?: IndexedUpdateOptions): NDArray<D>;
  multiply(value: ArrayLike, options?: IndexedUpdateOptions): NDArray<D>;
  /** True division: integers give floats, everywhere. */
  divide(value: ArrayLike, options?: IndexedUpdateOptions): NDArray;
  min(value: ArrayLike, options?: IndexedUpdateOptions): NDArray<D>;
  max(value: ArrayLike, options?: IndexedUpdateOptions): NDArray<D>;
  power(value: ArrayLike, options?: IndexedUpdateOptions): NDArray<D>;
  /** `f` gets one element and gives the new one; where a place occurs twice it is applied twice. It has no derivative. */
  apply(f: (value: NDArray) => ArrayLike, options?: IndexedUpdateOptions): NDArray<D>;
}

/** `GPUBuffer` where the types of WebGPU are known. */
export type GpuBufferLike = typeof globalThis extends { readonly GPUBuffer: { readonly prototype: infer Buffer } } ? Buffer : object;

/** Where the elements of an array lie. */
export interface Sharding {
  readonly kind: "singleDevice";
  /** Names of the devices that hold a part. */
  readonly devices: readonly string[];
  toString(): string;
}

/**
 * The members of an array, concrete or traced. An array is immutable. `D` is its dtype where the types know it.
 * `NDArray` is this and `number`, so that `x ** 2 + y` type-checks for the source transform.
 */
export interface NDArrayMethods<out D extends DType = DType> {
  readonly shape: readonly number[];
  readonly ndim: number;
  readonly size: number;
  readonly dtype: D;
  readonly device: string;
  /** Which devices hold the elements. */
  readonly sharding: Sharding;
  readonly nbytes: number;
  /** The array with its axes reversed. */
  readonly T: NDArray<D>;
  /** Extent of axis 0; throws for a 0-d array. */
  readonly length: number;
  /** Row `index` of axis 0. */
  readonly [index: number]: NDArray<D>;

  add(other: ArrayLike): NDArray;
  sub(other: ArrayLike): NDArray;
  mul(other: ArrayLike): NDArray;
  /** True division: integers give floats. */
  div(other: ArrayLike): NDArray;
  floorDivide(other: ArrayLike): NDArray;
  /** The remainder with the sign of the divisor. */
  mod(other: ArrayLike): NDArray;
  pow(exponent: ArrayLike): NDArray;
  neg(): NDArray<D>;
  abs(): NDArray;
  matmul(other: ArrayLike): NDArray;
  dot(other: ArrayLike): NDArray;

  equal(other: ArrayLike): NDArray<"bool">;
  notEqual(other: ArrayLike): NDArray<"bool">;
  less(other: ArrayLike): NDArray<"bool">;
  lessEqual(other: ArrayLike): NDArray<"bool">;
  greater(other: ArrayLike): NDArray<"bool">;
  greaterEqual(other: ArrayLike): NDArray<"bool">;

  sum(axis?: Axis | ReduceOptions, options?: ReduceOptions): NDArray;
  mean(axis?: Axis | ReduceOptions, options?: ReduceOptions): NDArray;
  prod(axis?: Axis | ReduceOptions, options?: ReduceOptions): NDArray;
  max(axis?: Axis | ReduceOptions, options?: ReduceOptions): NDArray<D>;
  min(axis?: Axis | ReduceOptions, options?: ReduceOptions): NDArray<D>;
  any(axis?: Axis | ReduceOptions, options?: ReduceOptions): NDArray<"bool">;
  all(axis?: Axis | ReduceOptions, options?: ReduceOptions): NDArray<"bool">;
  std(axis?: Axis | VarianceOptions, options?: VarianceOptions): NDArray;
  var(axis?: Axis | VarianceOptions, options?: VarianceOptions): NDArray;
  argmax(axis?: number | null | ArgReduceOptions, options?: ArgReduceOptions): NDArray<"int32">;
  argmin(axis?: number | null | ArgReduceOptions, options?: ArgReduceOptions): NDArray<"int32">;
  cumsum(axis?: number | null | ReduceOptions, options?: ReduceOptions): NDArray;
  cumprod(axis?: number | null | ReduceOptions, options?: ReduceOptions): NDArray;

  reshape(shape: readonly number[]): NDArray<D>;
  reshape(...shape: number[]): NDArray<D>;
  transpose(axes?: readonly number[] | null): NDArray<D>;
  transpose(...axes: number[]): NDArray<D>;
  flatten(): NDArray<D>;
  ravel(): NDArray<D>;
  squeeze(axis?: Axis | { readonly axis?: Axis }): NDArray<D>;
  astype<E extends DType>(dtype: E): NDArray<E>;
  copy(): NDArray<D>;
  clip(min?: ArrayLike | null | ClipBounds, max?: ArrayLike | null | Omit<ClipBounds, "min">): NDArray;
  round(decimals?: number): NDArray<D>;
  take(indices: ArrayLike, axis?: number | null | TakeMemberOptions, options?: Omit<TakeMemberOptions, "axis">): NDArray<D>;
  repeat(repeats: number | readonly number[], axis?: number | null | { readonly axis?: number | null }): NDArray<D>;
  sort(axis?: number): NDArray<D>;

  get(...index: IndexEntry[]): NDArray<D>;
  at(...index: IndexEntry[]): IndexedUpdate<D>;
  [Symbol.iterator](): IterableIterator<NDArray<D>>;

  /** A copy of the elements, row by row. */
  data(): Promise<DataOf<D>>;
  /** Nested arrays of numbers or booleans; a bare one for a 0-d array. */
  toArray<E extends number | boolean = ElementOf<D>>(): Promise<Nested<E>>;
  /** The one element of an array of size 1. */
  item<E extends number | boolean = ElementOf<D>>(): Promise<E>;
  dataSync(): DataOf<D>;
  toArraySync<E extends number | boolean = ElementOf<D>>(): Nested<E>;
  itemSync<E extends number | boolean = ElementOf<D>>(): E;
  /** Resolves when the array has been computed. */
  blockUntilReady(): Promise<NDArray<D>>;
  /** The buffer under an array on webgpu, without a copy: its first bytes are the elements, which nobody may change. */
  gpuBuffer(): GpuBufferLike;
  /** Gives the memory back now instead of when the engine collects the array. Never required. */
  dispose(): void;
  [Symbol.dispose](): void;
  toString(): string;
}

/** An array, concrete or traced. */
export type NDArray<D extends DType = DType> = number & NDArrayMethods<D>;

/** Values that are no trees and no leaves: they pass a transform's types unchanged. */
type Passed = string | symbol | null | undefined | ((...args: never[]) => unknown);

type IsAny<T> = 0 extends 1 & T ? true : false;

/**
 * Whether T is what functions of np take as an array. To a transform such a parameter is a leaf: the nested JavaScript
 * arrays that ArrayLike holds as well would be trees there, and trees without end.
 */
export type IsArrayLike<T> = unknown extends T ? false : [ArrayLike] extends [T] ? true : false;

/**
 * An argument's type on its way into a transformed function: leaves become `ArrayLeaf`, trees map member by member. Maps
 * a mapped type to itself, so transforms nest.
 */
export type WayIn<T> =
  IsAny<T> extends true ? T
  : IsArrayLike<T> extends true ? ArrayLeaf | Extract<T, null | undefined>
  : T extends ArrayLeaf ? ArrayLeaf
  : T extends Passed ? T
  : T extends ReadonlyMap<infer Key, infer Item> ? ReadonlyMap<Key, WayIn<Item>>
  : T extends object ? MembersIn<T>
  : T;

/** `WayIn` of each member; of a tuple, element by element. */
export type MembersIn<T> = { [Key in keyof T]: WayIn<T[Key]> };

/** A result's type on its way out of a transformed function: leaves become `NDArray`. Maps a mapped type to itself. */
export type WayOut<T> =
  IsAny<T> extends true ? T
  : IsArrayLike<T> extends true ? NDArray | Extract<T, null | undefined>
  : T extends NDArrayMethods ? T
  : T extends ArrayLeaf ? NDArray
  : T extends Passed ? T
  : T extends ReadonlyMap<infer Key, infer Item> ? ReadonlyMap<Key, WayOut<Item>>
  : T extends object ? MembersOut<T>
  : T;

export type MembersOut<T> = { [Key in keyof T]: WayOut<T[Key]> };

/** Any function. */
export type AnyFunction = (...args: never[]) => unknown;

/** A function whose parameters all take an array. Parameters without a type annotation become NDArrays through it. */
export type ArrayFunction = (...args: NDArray[]) => unknown;

/** A tree of the structure of `Tree` with leaves of type `Leaf`. */
export type WithLeaves<Tree, Leaf> =
  0 extends 1 & Tree ? Tree
  : IsArrayLike<Tree> extends true ? Leaf | Extract<Tree, null | undefined>
  : Tree extends null | undefined ? Tree
  : Tree extends ArrayLeaf | string | symbol | AnyFunction ? Leaf
  : Tree extends ReadonlyMap<infer Key, infer Item> ? ReadonlyMap<Key, WithLeaves<Item, Leaf>>
  : Tree extends object ? { [Key in keyof Tree]: WithLeaves<Tree[Key], Leaf> }
  : Leaf;

/** A transformed function: the parameters on their way in, the result on its way out. */
export type Mapped<F> = F extends (...args: infer Args) => infer Result ? (...args: MembersIn<Args>) => WayOut<Result> : never;

/** A class instance with an array's members, as users see it. */
export function asNDArray<D extends DType>(instance: NDArrayMethods<D>): NDArray<D> {
  return instance as NDArray<D>;
}

/** A user's function as the transforms call it: with arguments that they have checked. */
export function callable(f: AnyFunction): (...args: readonly unknown[]) => unknown {
  return f as (...args: readonly unknown[]) => unknown;
}
