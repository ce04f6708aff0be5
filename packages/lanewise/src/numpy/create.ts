/** @file np's functions that make arrays: from values, from a rule, and dtype converters. */

import { integerRange, isInteger, type DType } from "@lanewise/compiler/base/dtype";
import { at } from "@lanewise/compiler/base/assert";
import { isTypedArray } from "@lanewise/compiler/base/equal";
import { raise } from "@lanewise/compiler/base/errors";
import { sizeOf } from "@lanewise/compiler/base/shape";
import { scalarLiteral } from "@lanewise/compiler/ir/build";
import type { Value } from "@lanewise/compiler/ir/types";
import { booleanArgument, describeArgument, parseOptional, type Optional } from "../arguments.ts";
import { arrayFromHost, ConcreteArray, moveTo, valueFromNested } from "../array/concrete.ts";
import { NDArray as ArrayClass } from "../array/ndarray.ts";
import { hostFromScalar, hostFromTypedArray, isScalar } from "../convert/host.ts";
import { executorOf, resolveDevice, withDefaultDevice, type DeviceLike } from "../devices.ts";
import { badArgument, outOfRange } from "../errors.ts";
import { ensureInstalled } from "../install.ts";
import { reductionAxes, resolveShape } from "../ops/axes.ts";
import * as ops from "../ops/create.ts";
import { resolveDType, resolveOptionalDType } from "../ops/dtypes.ts";
import { floor } from "../ops/functions.ts";
import { commonType, convertOperand, inexactType } from "../ops/operands.ts";
import { roundToDType } from "../ops/rounding.ts";
import { broadcastTo } from "../ops/shape.ts";
import { session } from "../session.ts";
import type { ArrayLike, Axis, NDArray } from "../types.ts";
import { give, read } from "./operand.ts";

export interface ArrayOptions<D extends DType = DType> {
  readonly dtype?: D | null;
  readonly device?: DeviceLike;
  /** False gives an array back as it is where nothing has to change. */
  readonly copy?: boolean;
}

/** An array of a value, on the device that is meant. */
type Put = <D extends DType>(value: Value) => NDArray<D>;

/** What `make` makes on the device of the option `device`, to which arrays of others are moved; on the default one without it. */
function placed<Made>(operation: string, device: DeviceLike | undefined, make: (put: Put) => Made): Made {
  if (device === undefined) return make(give);
  const executor = executorOf(resolveDevice(operation, device));
  return withDefaultDevice(executor.device.name, () => make((value) => give(moveTo(value, executor, operation))));
}

type FromValue<D extends DType> = Optional<["dtype"], ArrayOptions<D>>;

function makeArray(operation: string, argument: string, object: unknown, rest: readonly unknown[], copies: boolean): NDArray {
  ensureInstalled();
  const given = parseOptional<ArrayOptions>({ operation, positional: ["dtype"], named: ["device", "copy"] }, rest);
  return placed(operation, given.device, (put) => {
    const dtype = resolveOptionalDType(operation, given.dtype);
    const value = valueOf(operation, argument, object, dtype);
    const isFresh = !(object instanceof ArrayClass) || value !== object;
    const mustCopy = booleanArgument(operation, "copy", given.copy, copies) && !isFresh;
    const result: unknown = put(value);
    // What was moved is a copy.
    return mustCopy && result === value && value instanceof ConcreteArray ? value.copy() : (result as NDArray);
  });
}

function valueOf(operation: string, argument: string, object: unknown, dtype: DType | null): Value {
  const context = { operation, argument, x64: session.config.enableX64 };
  // A scalar without a dtype is weak, as in JAX: it gives way to arrays.
  if (isScalar(object)) return arrayFromHost(hostFromScalar(object, dtype, context), dtype === null && typeof object !== "boolean");
  if (isTypedArray(object)) return arrayFromHost(hostFromTypedArray(object, dtype, context));
  const value = Array.isArray(object) ? valueFromNested(object, dtype, context) : read(object, operation, argument);
  return dtype === null ? value : convertOperand(operation, value, dtype);
}

/**
 * An array of what is given: a number, boolean, bigint, typed array, array, or nested lists of them. Numbers make float32,
 * booleans bool, bigints int32, typed arrays their own kind (Float64Array float32 while x64 is off).
 *
 * @throws LW3001 for strings, objects and the like; LW3002 for ragged lists; LW3003 for numbers that an integer dtype lacks.
 * @example np.array([[1, 2], [3, 4]], "int32")
 */
export function array<D extends DType = DType>(object: ArrayLike, ...rest: FromValue<D>): NDArray<D> {
  return makeArray("np.array", "object", object, rest, true) as NDArray<D>;
}

/** As `array`, but an array that fits is given back as it is. */
export function asarray<D extends DType = DType>(a: ArrayLike, ...rest: FromValue<D>): NDArray<D> {
  return makeArray("np.asarray", "a", a, rest, false) as NDArray<D>;
}

// Filled arrays --------------------------------------------------------------------------------------------------------

export interface FillOptions<D extends DType = DType> {
  readonly dtype?: D | null;
  readonly device?: DeviceLike;
}

type ShapeLike = number | readonly number[];

function filled(operation: string, shape: ShapeLike, value: number, rest: readonly unknown[]): NDArray {
  ensureInstalled();
  const given = parseOptional<FillOptions>({ operation, positional: ["dtype"], named: ["device"] }, rest);
  return placed(operation, given.device, (put) => {
    const dtype = resolveOptionalDType(operation, given.dtype) ?? "float32";
    return put(ops.fill(scalarLiteral(value, dtype), resolveShape(operation, shape)));
  });
}

/** Zeros; float32 unless a dtype is given. @example np.zeros([2, 3], "int32") */
export function zeros<D extends DType = DType>(shape: ShapeLike, ...rest: Optional<["dtype"], FillOptions<D>>): NDArray<D> {
  return filled("np.zeros", shape, 0, rest) as NDArray<D>;
}

/** Ones; float32 unless a dtype is given. */
export function ones<D extends DType = DType>(shape: ShapeLike, ...rest: Optional<["dtype"], FillOptions<D>>): NDArray<D> {
  return filled("np.ones", shape, 1, rest) as NDArray<D>;
}

/** Every element the fill value, whose dtype the array has unless one is given. The fill value may broadcast. */
export function full<D extends DType = DType>(shape: ShapeLike, fillValue: ArrayLike, ...rest: Optional<["dtype"], FillOptions<D>>): NDArray<D> {
  const operation = "np.full";
  const given = parseOptional<FillOptions>({ operation, positional: ["dtype"], named: ["device"] }, rest);
  return placed(operation, given.device, (put) => {
    const value = read(fillValue, operation, "fillValue");
    const dtype = resolveOptionalDType(operation, given.dtype);
    return put(filledWith(dtype === null ? value : convertOperand(operation, value, dtype), resolveShape(operation, shape)));
  });
}

function filledWith(value: Value, shape: readonly number[]): Value {
  return value.aval.shape.length === 0 ? ops.fill(value, shape) : broadcastTo(value, shape);
}

export interface LikeOptions<D extends DType = DType> extends FillOptions<D> {
  readonly shape?: ShapeLike | null;
}

function filledLike(operation: string, a: ArrayLike, fillValue: number | ArrayLike, rest: readonly unknown[]): NDArray {
  const given = parseOptional<LikeOptions>({ operation, positional: ["dtype", "shape"], named: ["device"] }, rest);
  return placed(operation, given.device, (put) => {
    const like = read(a, operation, "a").aval;
    const dtype = resolveOptionalDType(operation, given.dtype);
    const value = convertOperand(operation, read(fillValue, operation, "fillValue"), dtype ?? like.dtype, dtype === null && like.weakType);
    const shape = given.shape === undefined || given.shape === null ? like.shape : resolveShape(operation, given.shape);
    return put(filledWith(value, shape));
  });
}

/** Zeros of another array's shape and dtype. */
export function zerosLike(a: ArrayLike, ...rest: Optional<["dtype", "shape"], LikeOptions>): NDArray {
  return filledLike("np.zerosLike", a, 0, rest);
}

/** Ones of another array's shape and dtype. */
export function onesLike(a: ArrayLike, ...rest: Optional<["dtype", "shape"], LikeOptions>): NDArray {
  return filledLike("np.onesLike", a, 1, rest);
}

/** The fill value in another array's shape and dtype. */
export function fullLike(a: ArrayLike, fillValue: ArrayLike, ...rest: Optional<["dtype", "shape"], LikeOptions>): NDArray {
  return filledLike("np.fullLike", a, fillValue, rest);
}

// Sequences ------------------------------------------------------------------------------------------------------------

/** A number known now: of a JS number, a bigint or a concrete 0-d array. A traced value throws. */
function numberNow(operation: string, argument: string, value: unknown): number {
  if (typeof value === "number") return value;
  if (typeof value === "bigint" || value instanceof ArrayClass) return Number(value);
  return raise(badArgument, { operation, argument, expected: "a number", got: describeArgument(value), fix: "give a number that is known now" });
}

export interface ArangeOptions<D extends DType = DType> extends FillOptions<D> {
  readonly stop?: number | null;
  readonly step?: number | null;
}

/**
 * Numbers from start (0) up to but not including stop. int32 where all are integers, else float32.
 *
 * @example np.arange(5); np.arange(1, 10, 2); np.arange(0, 1, 0.25)
 */
export function arange<D extends DType = DType>(start: number, ...rest: Optional<["stop", "step", "dtype"], ArangeOptions<D>>): NDArray<D> {
  ensureInstalled();
  const operation = "np.arange";
  const given = parseOptional<ArangeOptions>({ operation, positional: ["stop", "step", "dtype"], named: ["device"] }, rest);
  return placed(operation, given.device, (put) => {
    const hasStop = given.stop !== undefined && given.stop !== null;
    const first = hasStop ? numberNow(operation, "start", start) : 0;
    const end = hasStop ? numberNow(operation, "stop", given.stop) : numberNow(operation, "start", start);
    const step = given.step === undefined || given.step === null ? 1 : numberNow(operation, "step", given.step);
    if (step === 0 || ![first, end, step].every(Number.isFinite)) {
      raise(badArgument, { operation, expected: "finite bounds and a step that is not 0", got: `(${first}, ${end}, ${step})`, fix: "correct the bounds" });
    }
    const dtype = resolveOptionalDType(operation, given.dtype) ?? ([first, end, step].every(Number.isInteger) ? "int32" : "float32");
    const count = Math.max(0, Math.ceil((end - first) / step));
    checkRange(operation, dtype, [first, first + Math.max(0, count - 1) * step]);
    return put<D>(ops.arange(roundToDType(dtype, first), roundToDType(dtype, step), count, dtype));
  });
}

function checkRange(operation: string, dtype: DType, values: readonly number[]): void {
  const limits = integerRange(dtype);
  const outside = limits === null ? undefined : values.find((value) => value < limits[0] || value > limits[1]);
  if (outside === undefined || limits === null) return;
  raise(outOfRange, { operation, expected: `numbers in [${limits[0]}, ${limits[1]}] for ${dtype}`, got: String(outside), fix: 'use "float32"' });
}

export interface LinspaceOptions {
  readonly num?: number;
  readonly endpoint?: boolean;
  readonly retstep?: boolean;
  readonly dtype?: DType | null;
  readonly axis?: number;
  readonly device?: DeviceLike;
}

/** `num` (50) evenly spaced numbers from start to stop, which is the last one unless endpoint is false; of integers, the floors. */
export function linspace(
  start: ArrayLike, stop: ArrayLike, ...rest: Optional<["num", "endpoint", "retstep", "dtype", "axis"], LinspaceOptions & { readonly retstep?: false }>
): NDArray;
/** With retstep the array and the distance between its numbers. */
export function linspace(
  start: ArrayLike, stop: ArrayLike, ...rest: Optional<["num", "endpoint", "retstep", "dtype", "axis"], LinspaceOptions & { readonly retstep: true }>
): [NDArray, NDArray];
export function linspace(start: ArrayLike, stop: ArrayLike, ...rest: readonly unknown[]): NDArray | [NDArray, NDArray] {
  const operation = "np.linspace";
  const given = parseOptional<LinspaceOptions>({ operation, positional: ["num", "endpoint", "retstep", "dtype", "axis"], named: ["device"] }, rest);
  return placed(operation, given.device, (put) => {
    const [first, last] = [read(start, operation, "start"), read(stop, operation, "stop")];
    const dtype = resolveOptionalDType(operation, given.dtype) ?? inexactType(commonType([first, last])).dtype;
    const { num = 50, axis = 0 } = given;
    if (!Number.isInteger(num) || num < 0 || num >= 2 ** 31) {
      raise(badArgument, { operation, argument: "num", expected: "an integer from 0 to 2^31 - 1", got: describeArgument(num), fix: "correct num" });
    }
    const [numbers, step] = ops.linspace(first, last, { num, axis, dtype: inexactType({ dtype, weakType: false }).dtype, endpoint: booleanArgument(operation, "endpoint", given.endpoint, true) });
    const out = isInteger(dtype) ? convertOperand(operation, floor(numbers), dtype) : convertOperand(operation, numbers, dtype);
    return booleanArgument(operation, "retstep", given.retstep) ? [put(out), put(step)] : put(out);
  });
}

export interface EyeOptions<D extends DType = DType> extends FillOptions<D> {
  readonly M?: number | null;
  readonly k?: number;
}

/** 1 on a diagonal (k above the main one), 0 elsewhere. @example np.eye(3) */
export function eye<D extends DType = DType>(N: number, ...rest: Optional<["M", "k", "dtype"], EyeOptions<D>>): NDArray<D> {
  ensureInstalled();
  const operation = "np.eye";
  const given = parseOptional<EyeOptions>({ operation, positional: ["M", "k", "dtype"], named: ["device"] }, rest);
  return placed(operation, given.device, (put) => {
    const [rows = 0, columns = rows] = resolveShape(operation, given.M === undefined || given.M === null ? [N] : [N, given.M]);
    const k = numberNow(operation, "k", given.k ?? 0);
    if (!Number.isInteger(k)) raise(badArgument, { operation, argument: "k", expected: "an integer", got: String(k), fix: "correct k" });
    return put<D>(ops.eye(rows, columns, k, resolveOptionalDType(operation, given.dtype) ?? "float32"));
  });
}

/** The identity matrix of n rows. */
export function identity<D extends DType = DType>(n: number, ...rest: Optional<["dtype"], { readonly dtype?: D | null }>): NDArray<D> {
  const { dtype } = parseOptional<{ dtype?: D | null }>({ operation: "np.identity", positional: ["dtype"] }, rest);
  return eye<D>(n, { dtype });
}

// Dtype converters -----------------------------------------------------------------------------------------------------

function converter<D extends DType>(dtype: D): (x: ArrayLike) => NDArray<D> {
  const operation = `np.${dtype}`;
  return (x) => {
    ensureInstalled();
    return give<D>(valueOf(operation, "x", x, resolveDType(operation, dtype)));
  };
}

/** The value as float32; so for the other dtypes below. @example np.int32(3) */
export const float32: (x: ArrayLike) => NDArray<"float32"> = converter("float32");
export const float64: (x: ArrayLike) => NDArray<"float64"> = converter("float64");
export const float16: (x: ArrayLike) => NDArray<"float16"> = converter("float16");
export const bfloat16: (x: ArrayLike) => NDArray<"bfloat16"> = converter("bfloat16");
export const int32: (x: ArrayLike) => NDArray<"int32"> = converter("int32");
export const int16: (x: ArrayLike) => NDArray<"int16"> = converter("int16");
export const int8: (x: ArrayLike) => NDArray<"int8"> = converter("int8");
export const uint32: (x: ArrayLike) => NDArray<"uint32"> = converter("uint32");
export const uint16: (x: ArrayLike) => NDArray<"uint16"> = converter("uint16");
export const uint8: (x: ArrayLike) => NDArray<"uint8"> = converter("uint8");
export const bool: (x: ArrayLike) => NDArray<"bool"> = converter("bool");

// Facts ----------------------------------------------------------------------------------------------------------------

/** The shape of what an array would be made of. */
export const shape = (a: ArrayLike): readonly number[] => [...read(a, "np.shape", "a").aval.shape];
/** The number of axes. */
export const ndim = (a: ArrayLike): number => shape(a).length;
/** The number of elements; with an axis, or a list of them, its extent. @throws LW3006 @example np.size(np.ones([2, 3]), 1) // 3 */
export function size(a: ArrayLike, ...rest: Optional<["axis"], { readonly axis?: Axis }>): number {
  const { axis } = parseOptional<{ axis?: Axis }>({ operation: "np.size", positional: ["axis"] }, rest);
  const extents = read(a, "np.size", "a").aval.shape;
  return sizeOf(reductionAxes("np.size", axis, extents.length).map((place) => at(extents, place)));
}
/** Whether a value is an array of lanewise, concrete or traced. */
export const isArray = (value: unknown): value is NDArray => value instanceof ArrayClass;
