/**
 * @file Structural hashes of plain data, in step with `equal.ts`: equal values have equal hashes. A hash only finds
 * candidates; whoever uses one compares as well.
 */

import { at } from "./assert.ts";
import { isOpaque, isPlainObject, isTypedArray } from "./equal.ts";

/** Hashes an object ahead of the structural rule; undefined leaves it to the rule. */
export type HashOverride = (value: object) => number | undefined;

/** A hash that also depends on `word`, an unsigned or signed 32-bit integer. */
export function mixHash(hash: number, word: number): number {
  let mixed = Math.imul(word, 0xcc9e2d51);
  mixed = Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593) ^ hash;
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) >>> 0;
}

export function hashString(text: string): number {
  let hash = mixHash(tags.string, text.length);
  for (let index = 0; index < text.length; index++) hash = mixHash(hash, text.charCodeAt(index));
  return hash;
}

const doubles = new Float64Array(1);
const words = new Uint32Array(doubles.buffer);

export function hashNumber(value: number): number {
  doubles[0] = Number.isNaN(value) ? NaN : value;
  return mixHash(mixHash(tags.number, at(words, 0)), at(words, 1));
}

// Functions and instances have no content to hash, so each gets a number when it is first seen. The map is weak and the
// numbers reach no output, so keeping them for the process is harmless.
const identities = new WeakMap<object, number>();
const nextIdentity = { value: 1 };

/** A number of this very object. */
export function hashIdentity(target: object): number {
  let identity = identities.get(target);
  if (identity === undefined) {
    identity = nextIdentity.value++;
    identities.set(target, identity);
  }
  return mixHash(tags.identity, identity);
}

/** Keeps apart values of different kinds that hold the same words. */
const tags = {
  undefined: 0x11, null: 0x12, boolean: 0x13, number: 0x14, string: 0x15, bigint: 0x16, symbol: 0x17, identity: 0x18,
  array: 0x19, object: 0x1a, typedArray: 0x1b, override: 0x1c,
} as const;

/** An unsigned 32-bit hash of the value's data. The walk keeps its own stack, so depth costs memory only. */
export function hashStructure(value: unknown, override?: HashOverride): number {
  let hash = 0;
  const pending: unknown[] = [value];
  while (pending.length > 0) {
    const item = pending.pop();
    hash = mixHash(hash, typeof item === "object" && item !== null ? hashObject(item, pending, override) : hashPrimitive(item));
  }
  return hash;
}

function hashPrimitive(value: unknown): number {
  switch (typeof value) {
    case "number": return hashNumber(value);
    case "string": return hashString(value);
    case "boolean": return mixHash(tags.boolean, value ? 1 : 0);
    case "bigint": return mixHash(tags.bigint, hashString(value.toString()));
    case "symbol": return mixHash(tags.symbol, hashString(value.description ?? ""));
    case "function": return hashIdentity(value);
    default: return value === null ? tags.null : tags.undefined;
  }
}

/** The hash of an object's own form; its members are pushed, to be hashed after it. */
function hashObject(value: object, pending: unknown[], override: HashOverride | undefined): number {
  const decided = override?.(value);
  if (decided !== undefined) return mixHash(tags.override, decided);
  if (Array.isArray(value)) {
    for (const item of value as readonly unknown[]) pending.push(item);
    return mixHash(tags.array, value.length);
  }
  if (isTypedArray(value)) {
    let hash = mixHash(mixHash(tags.typedArray, hashString(value[Symbol.toStringTag])), value.length);
    for (const element of value) hash = mixHash(hash, hashPrimitive(element));
    return hash;
  }
  if (!isPlainObject(value)) return hashIdentity(value);
  if (isOpaque(value)) return mixHash(tags.identity, hashOpaqueTarget(value.target));
  // Equality ignores the order of keys, so the hash must, too.
  let hash: number = tags.object;
  for (const key of Object.keys(value).sort()) {
    hash = mixHash(hash, hashString(key));
    pending.push(value[key]);
  }
  return hash;
}

function hashOpaqueTarget(target: unknown): number {
  return typeof target === "object" && target !== null ? hashIdentity(target) : hashPrimitive(target);
}
