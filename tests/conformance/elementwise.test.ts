/**
 * @file The functions of lax, np and nn on numbers give JAX's jaxprs and results, their derivatives too: traced, eagerly and
 * jitted. The keys of elementwise.json say what is called on which inputs; elementwise.py writes it.
 */

import { readFileSync } from "node:fs";
import { config, jit, jvp, lax, makeJaxpr, nn, numpy as np, vjp, type DType, type NDArray } from "lanewise";
import { describe, expect, it } from "vitest";
import { oneLine } from "../support/jaxpr-text.ts";
import { parseHex } from "../support/python-floats.ts";

interface Result {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly elements: readonly string[];
}

interface Golden {
  readonly jaxpr: string;
  readonly results: readonly Result[];
}

type Run = (...args: NDArray[]) => unknown;

const goldens = JSON.parse(readFileSync(new URL("elementwise.json", import.meta.url), "utf8")) as Readonly<Record<string, Golden>>;

/** The same numbers as `make` in elementwise.py, and these changed. */
function make(shape: readonly number[], dtype: DType = "float32", seed = 0, change: (value: number) => number = (value) => value): NDArray {
  const size = shape.reduce((product, extent) => product * extent, 1);
  const values = Array.from({ length: size }, (_, index) => {
    const count = (index * 7 + seed * 3) % 11;
    if (dtype === "bool") return count % 3 === 0 ? 1 : 0;
    if (dtype.startsWith("float")) return change((count - 5) / 4);
    return dtype.startsWith("u") ? count : count - 5;
  });
  return np.array(values, dtype).reshape(shape);
}

const inputs: Readonly<Record<string, NDArray>> = {
  m: make([2, 3]), k: make([2, 3], "float32", 3), row: make([3], "float32", 5), column: make([2, 1], "float32", 1),
  inside: make([2, 3], "float32", 0, (value) => value * 0.75), positive: make([2, 3], "float32", 0, (value) => value + 1.5),
  above: make([2, 3], "float32", 0, (value) => value + 2.5),
  special: np.array([NaN, Infinity, -Infinity, 0, -0, 1, -1, 0.5, -0.5, 2.5, -2.5, 1e30, -1e30]),
  left: np.array([0, -0, 0, -0, 1, -1, Infinity, Infinity, -Infinity, NaN, 1, 5, -5, 2, -7, 7]),
  right: np.array([0, 0, -0, -0, 0, Infinity, Infinity, -Infinity, 1, 1, NaN, 3, 3, -Infinity, 2, -2]),
  n: make([2, 3], "int32"), n2: make([2, 3], "int32", 3), u: make([5], "uint32", 1), u2: make([5], "uint32", 2),
  b: make([2, 3], "bool"), b2: make([2, 3], "bool", 2),
  i8: np.array([-128, 127, -1, 0, 5, 100], "int8"), i8b: np.array([-1, 3, 7, 8, 2, 100], "int8"),
  extremes: np.array([-2147483648, 2147483647, -1, 0, 7, -7], "int32"), divisors: np.array([-1, 2, 0, 0, -2, 2], "int32"),
  h: make([2, 3], "float16"), h2: make([2, 3], "float16", 3),
};

const transforms: Readonly<Record<string, (f: Run) => Run>> = {
  jvp: (f) => (...args) => jvp(f, args, args).flat(),
  vjp: (f) => (...args) => {
    const [out, pullback] = vjp(f, args);
    return [out, ...(pullback(out as never) as NDArray[])].flat();
  },
};

const camelCase = (name: string): string => name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

const modules = { lax, np, nn } as const;

/** The function and arguments of a key as `jvp lax.tan m`. */
function programOf(key: string): { readonly run: Run; readonly args: readonly NDArray[] } {
  const words = key.split(" ");
  const transform = transforms[words[0] ?? ""];
  const [name = "", ...names] = transform === undefined ? words : words.slice(1);
  const [module, functionName = ""] = name.split(".");
  const run = (modules[module as keyof typeof modules] as unknown as Readonly<Record<string, Run>>)[camelCase(functionName)];
  if (run === undefined) throw new Error(`there is no ${name}`);
  return { run: transform === undefined ? run : transform(run), args: names.map((input) => inputs[input] as NDArray) };
}

/** Programs whose jaxprs differ, with the reason. */
const differing: Readonly<Record<string, string>> = {
  ...reasonFor("a result's tangent of zeros is made while linearizing, and nothing uses it", ["vjp lax.floor m", "vjp lax.ceil m", "vjp lax.sign m"]),
  ...reasonFor("calls keep tangents of zeros, so that cotangents are summed in another order", [
    "vjp np.sinc m", "vjp np.remainder positive above", "vjp np.fmod positive above", "vjp np.hypot positive above", "vjp np.copysign positive above",
    "vjp nn.elu m", "vjp nn.leaky_relu m",
  ]),
  ...reasonFor("a number is float32 here; in JAX 1 is an integer, and 0.1 a Python float of more digits", [
    "nn.hard_tanh m", "nn.hard_tanh special", "jvp nn.hard_tanh m", "vjp nn.hard_tanh m",
    "nn.selu m", "nn.selu special", "jvp nn.selu m", "vjp nn.selu m",
    "nn.standardize m", "nn.standardize special", "jvp nn.standardize m", "vjp nn.standardize m",
  ]),
  ...reasonFor("JAX prunes the call before it takes residuals", ["vjp np.floor_divide positive above", "vjp nn.log_softmax m"]),
};

function reasonFor(reason: string, keys: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(keys.map((key) => [key, reason]));
}

/** Half floats differ by a unit in the last place where XLA rounds between ops. */
const tolerances: Readonly<Partial<Record<DType, number>>> = { float32: 4e-6, float16: 1e-3 };

function isNear(found: number, wanted: number, dtype: DType): boolean {
  if (Object.is(found, wanted)) return true;
  if (found === 0 && wanted === 0) return false;
  return Math.abs(found - wanted) <= (tolerances[dtype] ?? 0) * Math.max(1, Math.abs(wanted));
}

function expectResults(actual: unknown, { results }: Golden): void {
  const outputs = (Array.isArray(actual) ? actual.flat() : [actual]) as NDArray[];
  expect(outputs.map(({ dtype, shape }) => ({ dtype, shape }))).toEqual(results.map(({ dtype, shape }) => ({ dtype, shape })));
  results.forEach(({ elements, dtype }, place) => {
    const found = [...(outputs[place]?.dataSync() ?? [])].map(Number);
    const wanted = elements.map(parseHex);
    expect(found.map((value, index) => (isNear(value, wanted[index] ?? NaN, dtype) ? wanted[index] : value))).toEqual(wanted);
  });
}

const programs = Object.entries(goldens);

describe("elementwise functions", () => {
  it("knows every program that differs", () => {
    for (const key of Object.keys(differing)) expect(Object.keys(goldens)).toContain(key);
  });

  it.each(programs.filter(([key]) => differing[key] === undefined))("%s traces as in JAX", (key, { jaxpr }) => {
    const { run, args } = programOf(key);
    expect(oneLine(makeJaxpr(run)(...args))).toBe(jaxpr);
  });

  it.each(programs)("%s computes as JAX does", (key, golden) => {
    const { run, args } = programOf(key);
    expectResults(run(...args), golden);
    expectResults(config.with({ verify: true }, () => jit(run)(...args)), golden);
  });
});
