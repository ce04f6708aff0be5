/**
 * @file Accuracy of the approximations of exp, log, sin, cos, tanh, expm1, log1p, pow and atan2, on the reference
 * interpreter: for bit patterns all over float32 and for the edges of the functions.
 */
import { at } from "@lanewise/compiler/base/assert";
import type { ScalarOpName } from "@lanewise/compiler/base/scalar-ops";
import { scalarOps } from "@lanewise/compiler/base/scalar-ops";
import { KernelBuilder, op } from "@lanewise/compiler/kernel/build";
import { interpret } from "@lanewise/compiler/kernel/interpret";
import type { Kernel } from "@lanewise/compiler/kernel/types";
import { forEachExprIn } from "@lanewise/compiler/kernel/walk";
import { verifyKernel } from "@lanewise/compiler/kernel/verify";
import { approximate } from "@lanewise/compiler/legalize/approximate";
import { describe, expect, it } from "vitest";
import { worstError } from "../support/accuracy.ts";

type FloatDType = "float32" | "float64";

/** Largest errors allowed, in units in the last place: the project's aims, and what is measured with a little room. */
const bounds = {
  float32: { exp: 1.1, log: 1, sin: 2.7, cos: 2.7, tanh: 3, expm1: 2.5, log1p: 2, pow: 0.6, atan2: 2.5 },
  // Against Math's own functions, which miss by up to one themselves.
  float64: { exp: 2, log: 2, sin: 3, cos: 3, tanh: 3.5, expm1: 3, log1p: 3, pow: 4, atan2: 3 },
} as const;

const names = ["exp", "log", "sin", "cos", "tanh", "expm1", "log1p", "pow", "atan2"] as const;

/** How many bit patterns of float32 are sampled; the full test takes more. */
const samples = process.env["LANEWISE_FULL"] === "1" ? 2_000_000 : 100_000;

function kernelOf(name: ScalarOpName, dtype: FloatDType, width: number): Kernel {
  const k = new KernelBuilder(name);
  const n = k.scalar("n", "int32");
  const operands = Array.from({ length: scalarOps[name].arity }, (_, position) =>
    k.buffer(`x${position}`, { dtype, length: n, access: "read" }));
  const y = k.buffer("y", { dtype, length: n, access: "write" });
  k.for("serial", 0, n, width, (i) => k.store(y, i, op(name, ...operands.map((x) => k.load(x, i, { width })))));
  const kernel = approximate(k.build());
  verifyKernel(kernel);
  return kernel;
}

function evaluate(name: ScalarOpName, dtype: FloatDType, operands: readonly (readonly number[])[], width = 1): Float32Array | Float64Array {
  const make = (values: readonly number[]): Float32Array | Float64Array => (dtype === "float32" ? Float32Array.from(values) : Float64Array.from(values));
  const y = make(at(operands, 0).map(() => 99));
  const buffers = Object.fromEntries(operands.map((values, position) => [`x${position}`, make(values)]));
  interpret(kernelOf(name, dtype, width), { buffers: { ...buffers, y }, scalars: { n: y.length } });
  return y;
}

function exact(name: ScalarOpName): (...row: number[]) => number {
  return (...row) => scalarOps[name].reference("float64", ...row);
}

/** Bit patterns from an additive sequence: evenly spread over all of them, a different part for each seed. */
function bitPatterns(count: number, seed: number): number[] {
  const bits = new Uint32Array(1);
  const floats = new Float32Array(bits.buffer);
  let state = Math.imul(seed, 0x85ebca6b) >>> 0;
  return Array.from({ length: count }, () => {
    state = (state + 0x9e3779b9) >>> 0;
    bits[0] = state;
    return at(floats, 0);
  });
}

describe("float32", () => {
  it.each(names)("%s over all bit patterns", (name) => {
    const operands = Array.from({ length: scalarOps[name].arity }, (_, position) => bitPatterns(samples, 7 * position + 1));
    const worst = worstError("float32", operands, evaluate(name, "float32", operands), exact(name));
    console.log(`${name} float32: ${worst.ulps.toFixed(3)} ulp at ${worst.where}`);
    expect(worst.ulps, worst.where).toBeLessThan(bounds.float32[name]);
  });

  it.each(names)("%s where it is used most", (name) => {
    const steps = Array.from({ length: 20_000 }, (_, i) => Math.fround((i - 10_000) / 700 + i / 1e6));
    const moderate = bitPatterns(20_000, 3).map((y) => Math.fround(y % 40));
    const operands = name === "pow" ? [steps.map((x) => Math.fround(Math.abs(x) / 3)), moderate] : name === "atan2" ? [steps, moderate] : [steps];
    const worst = worstError("float32", operands, evaluate(name, "float32", operands), exact(name));
    expect(worst.ulps, worst.where).toBeLessThan(bounds.float32[name]);
  });
});

describe("float64", () => {
  it.each(names)("%s over many magnitudes", (name) => {
    const magnitudes = bitPatterns(10_000, 5).map((x, i) => x * 2 ** (i % 3 === 0 ? 0 : (i % 1800) - 900) * (1 + i * 1e-9));
    const ordinary = bitPatterns(10_000, 9).map((x) => x % 50);
    const operands = [[...magnitudes, ...ordinary], ...(scalarOps[name].arity === 2 ? [[...ordinary, ...magnitudes]] : [])];
    const worst = worstError("float64", operands, evaluate(name, "float64", operands), exact(name));
    console.log(`${name} float64: ${worst.ulps.toFixed(3)} ulp at ${worst.where}`);
    expect(worst.ulps, worst.where).toBeLessThan(bounds.float64[name]);
  });
});

/** Where the functions change their course, with both signs. */
const edges = [
  0, 2 ** -149, 2 ** -127, 2 ** -126, 2 ** -12, 1e-4, 0.5, Math.SQRT1_2, 1 - 2 ** -24, 1, 1 + 2 ** -23, Math.SQRT2, 2, 3, 9.01, 10.5,
  Math.PI / 4, Math.PI / 2, Math.PI, 22, 3000, 3000.0002, 88.72283, 88.722839, 87.3, 103.97, 104, 2 ** 20, 2 ** 24, 1e10, 1e30,
  3.4028234663852886e38, Infinity, NaN,
].flatMap((x) => [Math.fround(x), Math.fround(-x)]);

describe.each(["float32", "float64"] as const)("edges in %s", (dtype) => {
  it.each(names)("%s", (name) => {
    const pairs = edges.flatMap((x) => edges.map((y) => [x, y] as const));
    const operands = scalarOps[name].arity === 2 ? [pairs.map(([x]) => x), pairs.map(([, y]) => y)] : [edges];
    const worst = worstError(dtype, operands, evaluate(name, dtype, operands), exact(name));
    expect(worst.ulps, worst.where).toBeLessThan(bounds[dtype][name]);
  });

  it.each([["sin"], ["tanh"], ["expm1"], ["log1p"]] as const)("%s keeps the sign of zero", (name) => {
    expect(Array.from(evaluate(name, dtype, [[0, -0]]))).toEqual([0, -0]);
  });
});

describe("vectors", () => {
  it.each(names)("%s gives the same in vectors of 8 as in scalars", (name) => {
    const operands = Array.from({ length: scalarOps[name].arity }, (_, position) => [...bitPatterns(64, position + 2), ...edges.slice(0, 64)]);
    for (const dtype of ["float32", "float64"] as const) {
      expect(evaluate(name, dtype, operands, 8)).toEqual(evaluate(name, dtype, operands));
    }
  });

  it("have no elementary function left", () => {
    for (const name of names) {
      forEachExprIn(kernelOf(name, "float32", 4).body, (expr) => {
        if (expr.kind === "op") expect(names).not.toContain(expr.op);
      });
    }
  });
});
