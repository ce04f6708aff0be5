/**
 * @file The expressions of elementwise functions where float32 arithmetic rounds every op, as on wasm and webgpu: on the
 * reference interpreter over their range, and on wasm in vectors against the interpreter's.
 */

import { at } from "@lanewise/compiler/base/assert";
import { aval } from "@lanewise/compiler/ir/build";
import type { Primitive } from "@lanewise/compiler/ir/types";
import { KernelBuilder } from "@lanewise/compiler/kernel/build";
import { interpret } from "@lanewise/compiler/kernel/interpret";
import type { Kernel } from "@lanewise/compiler/kernel/types";
import { verifyKernel } from "@lanewise/compiler/kernel/verify";
import type { NoParams } from "@lanewise/compiler/primitives/define";
import * as unary from "@lanewise/compiler/primitives/unary";
import * as special from "@lanewise/compiler/primitives/unary-special";
import { describe, expect, test } from "vitest";
import { worstError } from "../support/accuracy.ts";
import * as exactSpecial from "../support/oracle/special.ts";
import { runOnWasm } from "../support/wasm-runner.ts";

interface Case {
  readonly primitive: Primitive<NoParams>;
  readonly exact: (x: number) => number;
  readonly low: number;
  readonly high: number;
  /** Units in the last place. */
  readonly ulps: number;
}

const cases: readonly Case[] = [
  { primitive: unary.exp2P, exact: (x) => 2 ** x, low: -150, high: 129, ulps: 2 },
  { primitive: unary.logisticP, exact: (x) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x))), low: -100, high: 30, ulps: 4 },
  { primitive: unary.tanP, exact: Math.tan, low: -1.5, high: 1.5, ulps: 4 },
  { primitive: unary.asinP, exact: Math.asin, low: -1, high: 1, ulps: 4 },
  { primitive: unary.acosP, exact: Math.acos, low: -1, high: 1, ulps: 4 },
  { primitive: unary.atanP, exact: Math.atan, low: -20, high: 20, ulps: 4 },
  { primitive: unary.sinhP, exact: Math.sinh, low: -89.3, high: 89.3, ulps: 4 },
  { primitive: unary.coshP, exact: Math.cosh, low: -89.3, high: 89.3, ulps: 4 },
  { primitive: unary.asinhP, exact: Math.asinh, low: -20, high: 20, ulps: 4 },
  { primitive: unary.acoshP, exact: Math.acosh, low: 1, high: 20, ulps: 4 },
  { primitive: unary.atanhP, exact: Math.atanh, low: -1, high: 1, ulps: 4 },
  { primitive: unary.rsqrtP, exact: (x) => 1 / Math.sqrt(x), low: 0, high: 20, ulps: 2 },
  { primitive: unary.cbrtP, exact: Math.cbrt, low: -20, high: 20, ulps: 4 },
  { primitive: special.erfP, exact: exactSpecial.erf, low: -5, high: 5, ulps: 4 },
  { primitive: special.erfcP, exact: exactSpecial.erfc, low: -5, high: 9, ulps: 8 },
  { primitive: special.erfInvP, exact: exactSpecial.erfInv, low: -1, high: 1, ulps: 8 },
  { primitive: special.lgammaP, exact: exactSpecial.lgamma, low: 2.5, high: 50, ulps: 6 },
  { primitive: special.digammaP, exact: exactSpecial.digamma, low: 2, high: 50, ulps: 6 },
];

/** y[i] = f(x[i]) in a simd loop. */
function kernelOf({ primitive }: Case): Kernel {
  const { lower } = primitive;
  if (lower.kind !== "scalar") throw new Error(`${primitive.name} is not elementwise`);
  const k = new KernelBuilder(primitive.name);
  const n = k.scalar("n", "int32");
  const x = k.buffer("x", { dtype: "float32", length: n, access: "read" });
  const y = k.buffer("y", { dtype: "float32", length: n, access: "write" });
  const emitter = { let: (value: Parameters<typeof k.let>[0], hint?: string) => k.let(value, hint), branch: k.branch.bind(k), repeat: k.repeat.bind(k) };
  const type = aval([8], "float32");
  k.for("grid", 0, 1, 1, () => {
    k.for("simd", 0, n, 1, (i) => k.store(y, i, lower.emit(emitter, [k.load(x, i)], { params: {}, inAvals: [type], outAval: type, outIndex: 0 })));
  });
  const kernel = k.build();
  verifyKernel(kernel);
  return kernel;
}

const count = 2000;
const edges = [0, -0, NaN, Infinity, -Infinity, 1e-40, -1e-40, 3e38, -3e38, 1, -1, 2, -2];

function operands({ low, high }: Case): Float32Array {
  const grid = Array.from({ length: count }, (_, index) => low + ((high - low) * index) / (count - 1));
  return Float32Array.from([...grid, ...edges]);
}

function interpreted(scalarCase: Case): Float32Array {
  const x = operands(scalarCase);
  const y = new Float32Array(x.length);
  interpret(kernelOf(scalarCase), { buffers: { x, y }, scalars: { n: x.length } });
  return y;
}

describe.each(cases.map((scalarCase) => [scalarCase.primitive.name, scalarCase] as const))("%s", (name, scalarCase) => {
  test("with every op rounded", () => {
    const [x, y] = [operands(scalarCase), interpreted(scalarCase)];
    // The edges of the gamma functions are their own: near zeros and poles results are not exact in proportion.
    const rows = name.endsWith("gamma") ? count : x.length;
    const worst = worstError("float32", [x.subarray(0, rows)], y.subarray(0, rows), scalarCase.exact);
    expect(worst.ulps, worst.where).toBeLessThan(scalarCase.ulps);
  });

  test("in vectors on wasm", async () => {
    const [x, y] = [operands(scalarCase), new Float32Array(count + edges.length)];
    const program = {
      buffers: [{ name: "x", dtype: "float32", length: x.length, role: "input" }, { name: "y", dtype: "float32", length: x.length, role: "output" }] as const,
      steps: [{ kernel: kernelOf(scalarCase), buffers: ["x", "y"], scalars: [x.length], grid: [1] as [number] }],
    };
    await runOnWasm(4)(program, { x, y });
    const rows = name.endsWith("gamma") ? count : x.length;
    const worst = worstError("float32", [x.subarray(0, rows)], y.subarray(0, rows), scalarCase.exact);
    // The approximations of exp, log, sin and cos come on top.
    expect(worst.ulps, worst.where).toBeLessThan(scalarCase.ulps + 6);
    expect(at([...y], 0)).not.toBe(99);
  });
});
