/**
 * @file The scalar table on the software WebGPU adapter, as far as webgpu promises it (`legalize/wgsl.ts`): float
 * arithmetic may read and write subnormals as 0 and is a few units in the last place off where WGSL says so; everything
 * that is done on bits is exact for every operand.
 */
import { at } from "@lanewise/compiler/base/assert";
import type { ValueDType } from "@lanewise/compiler/base/scalar-ops";
import { bitcastReference, resultDType, scalarOps } from "@lanewise/compiler/base/scalar-ops";
import { KernelBuilder, add, bitcast, convert, mul, op } from "@lanewise/compiler/kernel/build";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { RunGateProgram } from "../support/gate-runner.ts";
import type { ScalarCase, ScalarCheck } from "../support/scalar-op-kernels.ts";
import { checkScalarCase, scalarCases } from "../support/scalar-op-kernels.ts";
import { describeWebgpu, openTestDevice } from "../support/webgpu.ts";
import { webgpuRunner } from "../support/wgsl-runner.ts";

const dtypes: readonly ValueDType[] = ["float32", "int32", "uint32", "bool"];

/** Ops that the float unit computes. */
const arithmetic: readonly ScalarCase["operation"][] = [
  "add", "sub", "mul", "div", "neg", "abs", "fma", "floor", "ceil", "trunc", "roundEven", "sqrt",
];

/** Subnormal, or the least normal number, to which a flushed result may have been about to round. */
function isTiny(value: number): boolean {
  return value !== 0 && Math.abs(value) <= 2 ** -126;
}

/** Rows that webgpu does not promise. */
function skip(operands: readonly number[], expected: number, { operation, result }: ScalarCase): boolean {
  if (result !== "float32" || !arithmetic.includes(operation)) return false;
  if ([...operands, expected].some(isTiny)) return true;
  // WGSL gives a division's error for divisors up to 2^126.
  if (operation === "div") return Math.abs(at(operands, 1)) > 2 ** 126;
  return operation === "fma" && mayCancel(operands, expected);
}

/** Whether a product that is rounded before the sum, as WGSL allows, can leave more than a few units in the last place. */
function mayCancel(operands: readonly number[], expected: number): boolean {
  const product = Math.abs(at(operands, 0) * at(operands, 1));
  return isTiny(product) || (product > 3.4e38 && product < Infinity) || product > 2 * Math.abs(expected);
}

/** WGSL's bounds: 2.5 for a division, a reciprocal of an inverse square root of 2, a product and a sum rounded each. */
const ulps: ScalarCheck["ulps"] = { div: 2.5, sqrt: 4.5, fma: 2 };

const nanOps = ["eq", "ne", "lt", "le", "gt", "ge", "max", "min"] as const;

describeWebgpu("the scalar table as WGSL", () => {
  let device: GPUDevice;
  let run: RunGateProgram;
  beforeAll(async () => {
    device = await openTestDevice();
    run = webgpuRunner(device);
  });
  afterAll(() => device.destroy());

  it.each(scalarCases(dtypes).map((scalarCase) => [scalarCase.name, scalarCase] as const))("%s", async (_, scalarCase) => {
    await checkScalarCase(scalarCase, run, { ulps, skip });
  });

  it("knows NaNs of either sign and any payload", async () => {
    const bits = [0x7fc00000, 0xffc00000, 0x7f800001, 0xff800001, 0x7fffffff, 0xffffffff, 0x7f800000, 0xff800000, 0x3f800000, 0x80000000];
    const values = bits.map((word) => bitcastReference("uint32", "float32", word));
    const pairs = bits.flatMap((_, i) => bits.map((__, j) => [i, j] as const));
    const k = new KernelBuilder("nans");
    const left = k.buffer("left", { dtype: "uint32", length: pairs.length, access: "read" });
    const right = k.buffer("right", { dtype: "uint32", length: pairs.length, access: "read" });
    const y = k.buffer("y", { dtype: "int32", length: pairs.length * nanOps.length, access: "write" });
    k.for("grid", 0, pairs.length, 1, (i) => {
      const a = bitcast(k.load(left, i), "float32");
      const b = bitcast(k.load(right, i), "float32");
      nanOps.forEach((name, position) => {
        const value = op(name, a, b);
        const seen = value.type.dtype === "bool" ? convert(value, "int32") : bitcast(value, "int32");
        k.store(y, add(mul(i, nanOps.length), position), seen);
      });
    });
    const arrays = {
      left: Uint32Array.from(pairs, ([i]) => at(bits, i)),
      right: Uint32Array.from(pairs, ([, j]) => at(bits, j)),
      y: new Int32Array(pairs.length * nanOps.length),
    };
    await run({ buffers: [], steps: [{ kernel: k.build(), buffers: ["left", "right", "y"], scalars: [], grid: [] }] }, arrays);
    const expected = pairs.flatMap(([i, j]) => nanOps.map((name) => {
      const value = scalarOps[name].reference("float32", at(values, i), at(values, j));
      return resultDType(name, "float32") === "bool" ? value : bitcastReference("float32", "int32", value);
    }));
    expect([...arrays.y]).toEqual(expected);
  });
});
