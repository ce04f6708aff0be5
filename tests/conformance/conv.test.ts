/** @file Convolutions print and compute as JAX's do: plain, differentiated and mapped, on the calls of conv.py. */

import { readFileSync } from "node:fs";
import { jit, jvp, lax, makeJaxpr, numpy as np, vjp, vmap, type DType, type NDArray } from "lanewise";
import { describe, expect, test } from "vitest";
import { oneLine } from "../support/jaxpr-text.ts";
import { parseHex } from "../support/python-floats.ts";

interface Program {
  readonly jaxpr: string;
  readonly results: readonly { readonly dtype: DType; readonly shape: readonly number[]; readonly elements: string }[];
}

interface Case {
  readonly lhs: readonly number[];
  readonly rhs: readonly number[];
  readonly windowStrides: readonly number[];
  readonly padding: "SAME" | readonly (readonly [number, number])[];
  readonly options: Readonly<Record<string, never>> & { readonly dtype?: DType };
  readonly axes: readonly [number, number];
  readonly programs: Readonly<Record<string, Program>>;
}

const goldens = JSON.parse(readFileSync(new URL("conv.json", import.meta.url), "utf8")) as Readonly<Record<string, Case>>;

/** The same numbers as `make` in conv.py. */
function make(shape: readonly number[], dtype: DType = "float32", seed = 0): NDArray {
  const size = shape.reduce((product, extent) => product * extent, 1);
  const values = Array.from({ length: size }, (_, index) => {
    const count = (index * 7 + seed * 3) % 11;
    if (dtype.includes("float")) return (count - 5) / 4;
    return dtype.startsWith("u") ? count : count - 5;
  });
  return np.array(Float64Array.from(values)).reshape([...shape]).astype(dtype);
}

function widened(shape: readonly number[], axis: number): number[] {
  const place = axis < 0 ? axis + shape.length + 1 : axis;
  return [...shape.slice(0, place), 3, ...shape.slice(place)];
}

type Run = (...args: NDArray[]) => unknown;

/** The function of a program, with its arguments. */
function programOf(name: string, { lhs, rhs, windowStrides, padding, options, axes: [a, b], programs }: Case): readonly [Run, ...NDArray[]] {
  const { dtype = "float32", ...named } = options;
  const f = (x: NDArray, w: NDArray): NDArray => lax.convGeneralDilated(x, w, windowStrides, padding, named);
  const pull = (x: NDArray, w: NDArray, cotangent: NDArray): unknown => vjp(f, [x, w])[1](cotangent as never);
  const [x, w] = [make(lhs, dtype, 1), make(rhs, dtype, 2)];
  const [xs, ws] = [make(widened(lhs, a), dtype, 3), make(widened(rhs, b), dtype, 4)];
  const out = programs["plain"]?.results[0];
  const cotangent = make(out?.shape ?? [], out?.dtype, 5);
  switch (name) {
    case "plain": return [f, x, w];
    case "transpose": return [(left, right) => lax.convTranspose(left as NDArray, right as NDArray, windowStrides, padding, named), x, w];
    case "vmap lhs": return [vmap(f, [a, null]) as Run, xs, w];
    case "vmap rhs": return [vmap(f, [null, b]) as Run, x, ws];
    case "vmap both": return [vmap(f, [a, b]) as Run, xs, ws];
    case "vjp": return [pull as Run, x, w, cotangent];
    case "jvp": return [((left: NDArray, right: NDArray, ofLeft: NDArray, ofRight: NDArray) => jvp(f, [left, right], [ofLeft, ofRight])) as Run, x, w, make(lhs, dtype, 6), make(rhs, dtype, 7)];
    case "vmap of vjp": return [vmap(pull as never, [a, b, null] as never) as Run, xs, ws, cotangent];
    default: throw new Error(`no program ${name}`);
  }
}

const programs = Object.entries(goldens).flatMap(([title, golden]) =>
  Object.entries(golden.programs).map(([name, program]) => [`${title}: ${name}`, name, golden, program] as const));

function expectResults(actual: unknown, { results }: Program): void {
  const outputs = [actual].flat(3) as NDArray[];
  expect(outputs.map(({ dtype, shape }) => ({ dtype, shape }))).toEqual(results.map(({ dtype, shape }) => ({ dtype, shape })));
  results.forEach(({ elements, dtype }, place) => {
    const wanted = elements === "" ? [] : elements.split(" ").map(parseHex);
    const found = [...(outputs[place]?.dataSync() ?? [])].map(Number);
    expect(found.length).toBe(wanted.length);
    // Numbers are such that sums are exact where they are not rounded to 16 bits, which each side does in places of its own.
    const tolerance = dtype === "float16" ? 4e-3 : dtype === "bfloat16" ? 3e-2 : 0;
    found.forEach((value, index) => {
      const want = wanted[index] ?? Number.NaN;
      expect(Math.abs(value - want) <= tolerance * Math.max(1, Math.abs(want)), `element ${index}: ${value}, expected ${want}`).toBe(true);
    });
  });
}

/** JAX's reshape may exchange axes before; here that is a transpose of its own. */
const comparable = programs.filter(([, , , { jaxpr }]) => !jaxpr.includes("reshape[dimensions=("));

describe("convolutions", () => {
  test("none is lost", () => {
    expect(programs.length).toBe(273);
    expect(comparable.length).toBeGreaterThan(130);
  });

  test.each(comparable)("%s traces as in JAX", (_title, name, golden, program) => {
    const [run, ...args] = programOf(name, golden);
    expect(oneLine(makeJaxpr(run)(...args))).toBe(program.jaxpr);
  });

  test.each(programs)("%s computes as JAX does, eagerly and jitted", (_title, name, golden, program) => {
    const [run, ...args] = programOf(name, golden);
    expectResults(run(...args), program);
    expectResults(jit(run)(...args), program);
  });
});
