/** @file Random indices read what NumPy reads there, and updates give what JAX gives: eagerly, and traced with places as arguments. */

import { readFileSync } from "node:fs";
import { grad, jit, numpy as np, slice, type IndexEntry, type NDArray } from "lanewise";
import { describe, expect, test } from "vitest";

type Coded = number | null | "..." | { readonly slice: readonly (number | null)[] } | { readonly places: unknown } | { readonly mask: readonly boolean[] };

interface Case {
  readonly shape: readonly number[];
  readonly index: readonly Coded[];
  readonly got: { readonly shape: readonly number[]; readonly elements: readonly number[] };
  readonly added: readonly number[];
  readonly set: readonly number[];
}

const cases = JSON.parse(readFileSync(new URL("index-fuzz.json", import.meta.url), "utf8")) as readonly Case[];

function decode(entry: Coded): IndexEntry {
  if (entry === null || entry === "..." || typeof entry === "number") return entry;
  if ("slice" in entry) return slice(...(entry.slice as [number | null, number | null, number | null]));
  if ("mask" in entry) return np.array(entry.mask);
  return np.array(entry.places as number[], "int32");
}

/** The same index with its arrays of places taken from the arguments of a traced function. */
function traced(index: readonly IndexEntry[], places: readonly NDArray[]): IndexEntry[] {
  let next = 0;
  return index.map((entry, which) => (isPlaces(index[which]) ? (places[next++] as NDArray) : entry));
}

const isPlaces = (entry: unknown): entry is NDArray => typeof entry === "object" && entry !== null && (entry as { dtype?: string }).dtype === "int32";

describe("random indices", () => {
  test.each(cases.map((one, number) => [`${JSON.stringify(one.shape)} ${JSON.stringify(one.index)}`, number, one] as const))("%s", (_name, number, { shape, index: coded, got, added, set }) => {
    const size = shape.reduce((product, extent) => product * extent, 1);
    const x = np.arange(size).astype("float32").reshape(shape);
    const index = coded.map(decode);
    const values = np.arange(got.elements.length).astype("float32").mul(0.5).add(1).reshape(got.shape);
    const elements = (array: NDArray): number[] => [...array.dataSync()].map(Number);
    const read = x.get(...index);
    expect(read.shape).toEqual(got.shape);
    expect(elements(read)).toEqual(got.elements);
    expect(elements(x.at(...index).add(values))).toEqual(added);
    expect(elements(x.at(...index).set(values))).toEqual(set);
    // A third of them traced: each is compiled three times.
    if (number % 3 !== 0) return;
    const places = index.filter(isPlaces);
    expect(elements(jit((a: NDArray, ...p: NDArray[]) => a.get(...traced(index, p)))(x, ...places))).toEqual(got.elements);
    expect(elements(jit((a: NDArray, v: NDArray, ...p: NDArray[]) => a.at(...traced(index, p)).set(v))(x, values, ...places))).toEqual(set);
    // Each element's derivative is the sum of what is read there: the update of zeros.
    const gradient = grad((a: NDArray) => np.sum(a.get(...index).mul(values)))(x);
    expect(elements(gradient)).toEqual(elements(np.zeros(shape).at(...index).add(values)));
  });
});
