/**
 * @file JavaScript values to host arrays: numbers, booleans, bigints, typed arrays and nested arrays of them. Everything
 * that has no clear meaning as numbers throws, with the path to it.
 */

import { at } from "@lanewise/compiler/base/assert";
import { allocateHost, dtypeClass, integerRange, type DType, type HostArray } from "@lanewise/compiler/base/dtype";
import { isTypedArray, type TypedArray } from "@lanewise/compiler/base/equal";
import { raise } from "@lanewise/compiler/base/errors";
import { formatShape, sizeOf } from "@lanewise/compiler/base/shape";
import { describeArgument } from "../arguments.ts";
import { encodeElement } from "../array/elements.ts";
import { notAnArray, outOfRange, ragged, unsupportedDType } from "../errors.ts";
import { roundToDType } from "../ops/rounding.ts";

/** Elements in row-major order with their shape and dtype. */
export interface HostData {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly host: HostArray;
}

/** What a conversion is for, in messages. */
export interface ConversionContext {
  readonly operation: string;
  readonly argument: string;
  readonly x64: boolean;
}

type Scalar = number | boolean | bigint;

export function isScalar(value: unknown): value is Scalar {
  return typeof value === "number" || typeof value === "boolean" || typeof value === "bigint";
}

/** The dtype that a typed array's elements have as an array. */
function typedArrayDType(array: TypedArray, context: ConversionContext): DType {
  switch (array.constructor) {
    case Float32Array: return "float32";
    case Float64Array: return context.x64 ? "float64" : "float32";
    case Int32Array: case BigInt64Array: return "int32";
    case Uint32Array: case BigUint64Array: return "uint32";
    case Int16Array: return "int16";
    case Uint16Array: return "uint16";
    case Int8Array: return "int8";
    case Uint8Array: case Uint8ClampedArray: return "uint8";
    default: break;
  }
  if (array.constructor.name === "Float16Array") return "float16";
  return raise(unsupportedDType, {
    operation: context.operation, argument: context.argument, expected: "a typed array of numbers", got: `a ${array.constructor.name}`, fix: "copy it into a Float32Array",
  });
}

/** A copy of a typed array's elements in `dtype`, or in the array's own. */
export function hostFromTypedArray(array: TypedArray, dtype: DType | null, context: ConversionContext): HostData {
  const target = dtype ?? typedArrayDType(array, context);
  const host = allocateHost(target, array.length);
  if (array.constructor === host.constructor && target !== "bool" && target !== "float16" && target !== "bfloat16") {
    host.set(array as HostArray);
  } else {
    for (let index = 0; index < array.length; index++) {
      host[index] = encodeNumber(at<number | bigint>(array, index), target, context, () => `[${index}]`);
    }
  }
  return { dtype: target, shape: [array.length], host };
}

/** The word that stands for a number in a host array of this dtype; throws where the dtype has no such value. */
function encodeNumber(value: Scalar, dtype: DType, context: ConversionContext, path: () => string): number {
  const number = Number(value);
  const limits = integerRange(dtype);
  if (limits !== null) {
    const whole = Math.trunc(number);
    if (!(whole >= limits[0] && whole <= limits[1])) {
      raise(outOfRange, {
        operation: context.operation, path: `${context.argument}${path()}`, expected: `a number in [${limits[0]}, ${limits[1]}] for ${dtype}`,
        got: `${String(value)}${typeof value === "bigint" ? "n" : ""}`, fix: 'use "float32", or a number that fits',
      });
    }
  }
  return encodeElement(dtype, roundToDType(dtype, number));
}

/** A 0-d array of a number, boolean or bigint. */
export function hostFromScalar(value: Scalar, dtype: DType | null, context: ConversionContext): HostData {
  const target = dtype ?? scalarDType(value);
  const host = allocateHost(target, 1);
  host[0] = encodeNumber(value, target, context, () => "");
  return { dtype: target, shape: [], host };
}

function scalarDType(value: Scalar): DType {
  return typeof value === "number" ? "float32" : typeof value === "boolean" ? "bool" : "int32";
}

// Nested arrays --------------------------------------------------------------------------------------------------------

/** Refuses a value that cannot be an element or a row. */
export function refuseValue(value: unknown, path: string, context: ConversionContext): never {
  const fix = Array.isArray(value) ? "give a list that does not hold itself"
    : typeof value === "string" ? "convert it first: Number(text)"
    : typeof value === "object" && value !== null ? "pass its arrays one by one, or use tree.map"
    : "give numbers";
  return raise(notAnArray, {
    operation: context.operation, path: `${context.argument}${path}`, expected: "a number, boolean, bigint, typed array, NDArray or a nested array of them",
    got: describeArgument(value), fix,
  });
}

/** The shape of a nested array, read along its first elements; every other row is compared with it. */
function nestedShape(value: unknown, path: string, context: ConversionContext): number[] {
  if (isScalar(value)) return [];
  if (isTypedArray(value)) return [value.length];
  if (!Array.isArray(value)) return refuseValue(value, path, context);
  return value.length === 0 ? [0] : [value.length, ...nestedShape(value[0], `${path}[0]`, context)];
}

/** A nested array of scalars and typed arrays. The dtype is the elements' common one: floats if any is a number. */
export function hostFromNested(value: readonly unknown[], dtype: DType | null, context: ConversionContext): HostData {
  const shape = nestedShape(value, "", context);
  const target = dtype ?? commonDType(value, context);
  const host = allocateHost(target, sizeOf(shape));
  let next = 0;
  const fill = (item: unknown, axis: number, path: () => string): void => {
    if (isScalar(item)) {
      if (axis !== shape.length) refuseRagged("a number", axis, path);
      host[next++] = encodeNumber(item, target, context, path);
      return;
    }
    if (!Array.isArray(item) && !isTypedArray(item)) refuseValue(item, path(), context);
    const row = item as ArrayLike<unknown>;
    if (axis === shape.length || row.length !== shape[axis]) refuseRagged(`a row of length ${row.length}`, axis, path);
    for (let index = 0; index < row.length; index++) fill(row[index], axis + 1, () => `${path()}[${index}]`);
  };
  const refuseRagged = (got: string, axis: number, path: () => string): never => raise(ragged, {
    operation: context.operation, path: `${context.argument}${path()}`,
    expected: axis === shape.length ? "a number, as in the first place" : `a row of length ${at(shape, axis)}, as the first one (shape ${formatShape(shape)})`,
    got, fix: "make all rows equally long",
  });
  fill(value, 0, () => "");
  return { dtype: target, shape, host };
}

/** Numbers make floats; bigints alone make int32; booleans alone bool; rows that are typed arrays count with their dtype. */
function commonDType(value: readonly unknown[], context: ConversionContext): DType {
  const found = new Set<DType>();
  const visit = (item: unknown): void => {
    if (Array.isArray(item)) for (const entry of item as readonly unknown[]) visit(entry);
    else if (isScalar(item)) found.add(scalarDType(item));
    else if (isTypedArray(item)) found.add(typedArrayDType(item, context));
  };
  visit(value);
  found.delete(found.size > 1 ? "bool" : "float0");
  const [first = "float32", ...others] = found;
  if (others.length === 0) return first;
  if (found.has("float64")) return "float64";
  return [...found].every((dtype) => dtypeClass(dtype) === "signed" || dtypeClass(dtype) === "unsigned") ? "int32" : "float32";
}
