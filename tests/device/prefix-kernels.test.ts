/**
 * @file Prefixes with what they take in and give out: how many kernels they become, and on every target and in every order of
 * what has none, what the equations say.
 */

import { at } from "@lanewise/compiler/base/assert";
import { allocateHost } from "@lanewise/compiler/base/dtype";
import { fromBfloat16Bits, roundToFloat16, toBfloat16Bits } from "@lanewise/compiler/base/float-bits";
import type { Jaxpr } from "@lanewise/compiler/ir/types";
import { planFusion } from "@lanewise/compiler/fuse/plan";
import { lowerPlan } from "@lanewise/compiler/lower/steps";
import { decodeStored, encodeStored } from "@lanewise/compiler/kernel/interpret-memory";
import { compile } from "@lanewise/compiler/pipeline";
import { add } from "@lanewise/compiler/primitives/arith";
import { cumlogsumexp, cumsum } from "@lanewise/compiler/primitives/cumulative";
import { scheduleProgram } from "@lanewise/compiler/schedule/schedule";
import { softwareTuning, wasmTarget, webgpuTarget, type Capabilities } from "@lanewise/compiler/target";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { prefixPrograms } from "../support/prefix-programs.ts";
import { expectNear, jaxprOf, randomInputs, reference, runProgram, runSteps } from "../support/programs.ts";
import { describeWebgpu, openTestDevice } from "../support/webgpu.ts";
import { doublyBound, runWgslProgram } from "../support/webgpu-programs.ts";

const isFull = process.env["LANEWISE_FULL"] === "1";
const inputsOf = (jaxpr: Jaxpr): ReturnType<typeof randomInputs> => randomInputs(jaxpr, 3);
const references = new Map<Jaxpr, ReturnType<typeof reference>>();

/** Checks results against the oracle, which takes its time and is asked once. */
function check(jaxpr: Jaxpr, results: readonly ArrayLike<number>[]): void {
  const expected = references.get(jaxpr) ?? reference(jaxpr, inputsOf(jaxpr));
  references.set(jaxpr, expected);
  expectNear(jaxpr, results, expected);
}

const onWebgpu = prefixPrograms.filter(({ jaxpr }) => jaxpr.inVars.every(({ aval: { dtype } }) => dtype !== "float64"));
const cases = (programs: typeof prefixPrograms): (readonly [string, Jaxpr])[] => programs.map(({ name, jaxpr }) => [name, jaxpr]);

test.each(prefixPrograms.map(({ name, jaxpr, kernels }) => [name, kernels, jaxpr] as const))("%s: %i kernels on js", (name, kernels, jaxpr) => {
  const compiled = compile(jaxpr, { name, target: "js", verify: true });
  const plan = compiled.artifacts().fusion;
  expect(plan.groups.length).toBe(kernels);
  check(jaxpr, runProgram(compiled.program, inputsOf(jaxpr)));
});

// Backwards finds what one iteration leaves for another: of these only the ones along an axis have an order.
const orders = isFull ? ["reverse", "forward"] as const : ["reverse"] as const;

describe.each(orders)("with sums in levels, %s", (order) => {
  test.each(cases(prefixPrograms))("%s", (name, jaxpr) => {
    const lowered = lowerPlan(planFusion(jaxpr, wasmTarget), name, wasmTarget);
    check(jaxpr, runSteps(lowered, inputsOf(jaxpr), order));
    check(jaxpr, runSteps(scheduleProgram(lowered, wasmTarget), inputsOf(jaxpr), order));
  });
});

describe.each(orders)("in blocks of workgroups, %s", (order) => {
  test.each(cases(onWebgpu))("%s", (name, jaxpr) => {
    const compiled = compile(jaxpr, { name, target: "webgpu", verify: true });
    expect(doublyBound(compiled.program)).toEqual([]);
    check(jaxpr, runSteps(compiled.artifacts().kernel, inputsOf(jaxpr), order));
  });
});

test("where workgroups are too small for blocks or barriers are dear, an invocation runs through a row", () => {
  const jaxpr = jaxprOf(["f32[3,200]"], (x) => cumsum(x, 1));
  const kernels = (other: Partial<Capabilities>): number => compile(jaxpr, { name: "row", target: "webgpu", capabilities: { ...webgpuTarget, ...other } }).program.kernels
    .filter(({ text }) => text.includes("workgroupBarrier")).length;
  expect([kernels({}), kernels({ maxWorkgroup: 32 }), kernels({ tuning: softwareTuning })]).toEqual([1, 0, 0]);
});

test("the sum of many floats rounds little, also where nothing is wider than a float", () => {
  const jaxpr = jaxprOf(["f32[40000]"], (x) => cumsum(x, 0));
  const host = Float32Array.from({ length: 40000 }, (_, place) => 1 + (place * 7919 % 1000) / 1000);
  const onEach = [lowerPlan(planFusion(jaxpr, wasmTarget), "sums", wasmTarget), compile(jaxpr, { name: "sums", target: "webgpu" }).artifacts().kernel];
  for (const [sums = []] of onEach.map((steps) => runSteps(steps, [host]))) {
    let total = 0;
    const worst = host.reduce((most, value, place) => {
      total += value;
      return Math.max(most, Math.abs(at(sums, place) - total) / total);
    }, 0);
    expect(worst).toBeLessThan(1e-6);
  }
});

test("in doubles it is the sum in order, rounded at each place alone", () => {
  const jaxpr = jaxprOf(["f32[1003]"], (x) => cumsum(x, 0));
  const values = Float32Array.from({ length: 1003 }, (_, place) => (place % 7) * 0.1 - 0.2);
  let total = 0;
  expect([...at(runProgram(compile(jaxpr, { name: "sums", target: "js" }).program, [values]), 0)]).toEqual([...values].map((value) => Math.fround(total += value)));
});

test("the logarithm of the sum of many exponentials rounds little", () => {
  const jaxpr = jaxprOf(["f32[20000]"], (x) => cumlogsumexp(x, 0, true));
  const host = Float32Array.from({ length: 20000 }, (_, place) => (place * 7919 % 1000) / 500 - 1);
  const onEach = [lowerPlan(planFusion(jaxpr, wasmTarget), "sums", wasmTarget), compile(jaxpr, { name: "sums", target: "webgpu" }).artifacts().kernel];
  for (const [sums = []] of onEach.map((steps) => runSteps(steps, [host]))) {
    let total = 0;
    for (let place = host.length - 1; place >= 0; place--) {
      total += Math.exp(at(host, place));
      expect(Math.abs(at(sums, place) - Math.log(total))).toBeLessThan(2e-6);
    }
  }
});

describe("narrow dtypes", () => {
  const elements = Array.from({ length: 60 }, (_, place) => (place * 7) % 23 - 4);
  const held: readonly (readonly ["int8" | "uint8" | "int16" | "float16" | "bfloat16", string, (value: number) => number])[] = [
    ["int8", "i8", (value) => value << 24 >> 24], ["uint8", "u8", (value) => value & 255], ["int16", "i16", (value) => value << 16 >> 16],
    ["float16", "f16", roundToFloat16], ["bfloat16", "bf16", (value) => fromBfloat16Bits(toBfloat16Bits(value))],
  ];

  test.each(held)("sums of %s, and their doubles", (dtype, short, hold) => {
    const jaxpr = jaxprOf([`${short}[3,20]`], (x) => {
      const sums = cumsum(x, 1);
      return [sums, add(sums, sums)];
    });
    const host = allocateHost(dtype, 60);
    host.set(elements.map((value) => encodeStored(dtype, hold(value))));
    const sums = elements.map((_, place) => hold(elements.slice(place - place % 20, place + 1).reduce((total, value) => total + hold(value), 0)));
    const wanted = [sums, sums.map((sum) => hold(2 * sum))];
    const results = runProgram(compile(jaxpr, { name: "sums", target: "js", verify: true }).program, [host]);
    expect(results.map((result) => [...result].map((stored) => decodeStored(dtype, stored)))).toEqual(wanted);
    const blocks = runSteps(compile(jaxpr, { name: "sums", target: "webgpu", verify: true }).artifacts().kernel, [host]);
    expect(blocks.map((result) => [...result].map((stored) => decodeStored(dtype, stored)))).toEqual(wanted);
  });
});

describeWebgpu("webgpu", () => {
  let device: GPUDevice;
  beforeAll(async () => {
    device = await openTestDevice();
  });
  afterAll(() => device.destroy());

  // The interpreter runs them all; the driver has to agree on one in three, and in full runs on all.
  test.each(cases(onWebgpu).filter((_, place) => isFull || place % 3 === 0))("%s", async (name, jaxpr) => {
    const { program } = compile(jaxpr, { name, target: "webgpu" });
    check(jaxpr, await runWgslProgram(device, program, inputsOf(jaxpr)));
  });
});
