/** @file Subgroup operations: any division of the workgroup, every target's form of them, and what the verifier refuses. */
import { at, InternalError, required } from "@lanewise/compiler/base/assert";
import { interpret } from "@lanewise/compiler/kernel/interpret";
import { constant, int, KernelBuilder, lt } from "@lanewise/compiler/kernel/build";
import { printKernel } from "@lanewise/compiler/kernel/print";
import type { Kernel } from "@lanewise/compiler/kernel/types";
import { verifyKernel } from "@lanewise/compiler/kernel/verify";
import { printJsKernel } from "@lanewise/compiler/codegen/js/print-kernel";
import { webgpuTarget } from "@lanewise/compiler/target";
import { describe, expect, it } from "vitest";
import type { GateArrays, RunGateProgram } from "../../support/gate-runner.ts";
import { stepByStep } from "../../support/gate-runner.ts";
import { runOnJs } from "../../support/js-runner.ts";
import { subgroupCases } from "../../support/subgroup-kernels.ts";
import { runOnWasm } from "../../support/wasm-runner.ts";
import { interpretLegalStep } from "../../support/wgsl-runner.ts";

const withSubgroups = { ...webgpuTarget, subgroups: true };
const divisions: readonly (readonly [string, (invocation: number) => number])[] = [
  ["four neighbours", (invocation) => invocation >> 2],
  ["every third", (invocation) => invocation % 3],
  ["all", () => 0],
  ["each alone", (invocation) => invocation],
  ["uneven", (invocation) => (invocation * invocation) % 7],
];
const targets: readonly (readonly [string, RunGateProgram])[] = [
  ...divisions.map(([name, subgroupOf]): readonly [string, RunGateProgram] => [`the interpreter, ${name}`, ({ steps }, arrays) => {
    const { kernel, buffers } = at(steps, 0);
    interpret(kernel, { buffers: Object.fromEntries(kernel.buffers.map(({ name: own }, position) => [own, required(arrays[at(buffers, position)], own)])), subgroupOf });
  }]),
  ["the legal form with subgroups", stepByStep((step, bound) => interpretLegalStep(step, bound, withSubgroups))],
  ["the legal form without", stepByStep((step, bound) => interpretLegalStep(step, bound))],
  ["js", runOnJs],
  ["wasm", runOnWasm(1)],
];

describe.each(targets)("%s", (_name, run) => {
  it.each(subgroupCases.map((each) => [each.name, each] as const))("%s", async (_case, { program, arrays, problem }) => {
    verifyKernel(at(program.steps, 0).kernel);
    const bound: GateArrays = arrays();
    await run(program, bound);
    expect(problem(bound)).toBeNull();
  });
});

it("prints", () => {
  expect(printKernel(at(at(subgroupCases, 0).program.steps, 0).kernel)).toContain("\n    subgroup own_folded = add\n    subgroup own_first = min\n    subgroup own_size = size\n    subgroup own_place = place\n");
});

it("reaches no printer that knows none", () => {
  expect(() => printJsKernel(at(at(subgroupCases, 0).program.steps, 0).kernel)).toThrow(/subgroup add reached the js printer/);
});

describe("the verifier refuses", () => {
  const kernel = (emit: (b: KernelBuilder, own: string, wide: string, x: string) => void, workgroup = 8): Kernel => {
    const b = new KernelBuilder("faulty");
    const x = b.buffer("x", { dtype: "int32", length: 64, access: "read" });
    const own = b.array("own", { space: "local", dtype: "float32", length: 1 });
    const wide = b.array("wide", { space: "local", dtype: "int32", length: 2 });
    b.array("shared", { space: "workgroup", dtype: "int32", length: 1 });
    if (workgroup > 1) b.for("local", 0, workgroup, 1, () => b.store(wide, int(0), int(0)));
    emit(b, own, wide, x);
    return b.build({ workgroup });
  };
  const cases: readonly (readonly [string, Kernel, RegExp])[] = [
    ["one in a local loop", kernel((b, own) => b.for("local", 0, 8, 1, () => b.subgroup("add", own))), /a subgroup operation inside a local loop/],
    ["one in a simd loop", kernel((b, own) => b.for("simd", 0, 8, 1, () => b.subgroup("add", own))), /a subgroup operation inside a simd loop/],
    ["one that some invocations may pass by", (() => {
      const b = new KernelBuilder("faulty");
      const flags = b.buffer("flags", { dtype: "int32", length: 64, access: "readWrite" });
      const own = b.array("own", { space: "local", dtype: "float32", length: 1 });
      b.for("local", 0, 8, 1, () => b.store(own, int(0), constant(1, "float32")));
      b.if(lt(b.load(flags, int(0)), 1), () => b.subgroup("add", own));
      return b.build({ workgroup: 8 });
    })(), /a subgroup operation under control flow that may differ between invocations/],
    ["one without local loops", kernel((b, own) => b.subgroup("add", own), 1), /a subgroup operation in a kernel without local loops/],
    ["longer arrays", kernel((b, _own, wide) => b.subgroup("add", wide)), /wide is no local array of one element/],
    ["workgroup memory", kernel((b) => b.subgroup("add", "shared")), /shared is no local array of one element/],
    ["buffers", kernel((b, _own, _wide, x) => b.subgroup("add", x)), /x is no local array of one element/],
    ["arrays that are not there", kernel((b) => b.subgroup("add", "missing")), /missing is no local array of one element/],
    ["a place that is a float", kernel((b, own) => b.subgroup("place", own)), /the place is int32, not float32/],
    ["a fold that floats do not have", kernel((b, own) => b.subgroup("xor", own)), /a fold by xor of float32/],
  ];
  it.each(cases)("%s", (_name, faulty, message) => {
    expect(() => verifyKernel(faulty)).toThrow(InternalError);
    expect(() => verifyKernel(faulty)).toThrow(message);
  });

  it("values that were never written", () => {
    expect(() => interpret(kernel((b, own) => b.subgroup("add", own)), { buffers: { x: new Int32Array(64) } })).toThrow(/own\[0\] is read before it is written/);
  });
});
