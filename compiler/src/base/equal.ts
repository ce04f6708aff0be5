/**
 * @file Structural equality of plain data: what every cache compares on a hit.
 *
 * Numbers compare as `Object.is` does (NaN equals itself, -0 is not 0), arrays and plain objects by their members, typed
 * arrays by kind and content. Everything else (functions, class instances, maps, symbols) is equal only to itself, and an
 * object `{ kind: "opaque", target }` is equal to one with the same target.
 */

import { at } from "./assert.ts";

/** Decides a pair of objects ahead of the structural rule; undefined leaves it to the rule. */
export type EqualOverride = (left: object, right: object) => boolean | undefined;

/** An object literal, an object without a prototype, or either of them from another realm. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || (!Array.isArray(value) && Object.getPrototypeOf(prototype) === null);
}

/** A wrapper that only its target's identity can compare. */
export function isOpaque(value: object): value is { readonly kind: "opaque"; readonly target: unknown } {
  return (value as { kind?: unknown }).kind === "opaque" && Object.hasOwn(value, "target");
}

export type TypedArray =
  | Float32Array | Float64Array | Int32Array | Int16Array | Int8Array | Uint32Array | Uint16Array | Uint8Array | Uint8ClampedArray
  | BigInt64Array | BigUint64Array;

export function isTypedArray(value: unknown): value is TypedArray {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

/** Whether two values hold the same data. The walk keeps its own stack, so depth costs memory only. */
export function equalStructure(left: unknown, right: unknown, override?: EqualOverride): boolean {
  const pending: unknown[] = [left, right];
  while (pending.length > 0) {
    const second = pending.pop();
    const first = pending.pop();
    if (Object.is(first, second)) continue;
    if (typeof first !== "object" || typeof second !== "object" || first === null || second === null) return false;
    const decided = override?.(first, second);
    if (decided === true) continue;
    if (decided === false || !pushMembers(first, second, pending)) return false;
  }
  return true;
}

/** Pushes the pairs of members that must be equal; false when the two objects differ already. */
function pushMembers(left: object, right: object, pending: unknown[]): boolean {
  if (Array.isArray(left) && Array.isArray(right)) {
    if (left.length !== right.length) return false;
    for (let index = 0; index < left.length; index++) pending.push(left[index], right[index]);
    return true;
  }
  if (isTypedArray(left) && isTypedArray(right)) return equalTypedArrays(left, right);
  if (!isPlainObject(left) || !isPlainObject(right)) return false;
  if (isOpaque(left) || isOpaque(right)) return isOpaque(left) && isOpaque(right) && Object.is(left.target, right.target);
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  for (const key of keys) {
    if (!Object.hasOwn(right, key)) return false;
    pending.push(left[key], right[key]);
  }
  return true;
}

function equalTypedArrays(left: TypedArray, right: TypedArray): boolean {
  if (left.constructor !== right.constructor || left.length !== right.length) return false;
  for (let index = 0; index < left.length; index++) {
    if (!Object.is(at<number | bigint>(left, index), at<number | bigint>(right, index))) return false;
  }
  return true;
}
