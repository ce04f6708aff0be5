/**
 * @file The kernels of prefixes, sorts and windows on every target: js, wasm and the software WebGPU adapter give what the
 * reference interpreter gives.
 */

import { at, required } from "@lanewise/compiler/base/assert";
import { sizeOf } from "@lanewise/compiler/base/shape";
import { aval, erasePrimitive } from "@lanewise/compiler/ir/build";
import { cumsumP } from "@lanewise/compiler/primitives/cumulative";
import { sortP, topKP } from "@lanewise/compiler/primitives/sort";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { interpretStep, stepByStep, type RunGateProgram } from "../support/gate-runner.ts";
import { runOnJs, runOnJsInChunks } from "../support/js-runner.ts";
import { routineOfSample, routineProgram, type RoutineProgram } from "../support/routine-programs.ts";
import { allSamples } from "../support/samples/all.ts";
import { generator } from "../support/samples/values.ts";
import { runOnWasm } from "../support/wasm-runner.ts";
import { describeWebgpu, openTestDevice } from "../support/webgpu.ts";
import { webgpuRunner } from "../support/wgsl-runner.ts";

const names = ["cumsum", "cumprod", "cummax", "cummin", "cumlogsumexp", "sort", "top_k", "select_and_scatter_add"];
const cases: (readonly [string, RoutineProgram])[] = allSamples()
  .filter(({ primitive, sample }) => names.includes(primitive.name) && sample.inputs.every(({ shape }) => sizeOf(shape) > 0))
  .map((bound) => [`${bound.primitive.name}: ${bound.sample.name}`, routineOfSample(bound)]);

const random = generator(5);
const floats = (count: number): Float32Array => Float32Array.from({ length: count }, () => Math.floor(random() * 200) - 100);
for (const extent of [100, 20000]) {
  const shape = [2, extent];
  cases.push(
    [`sort of rows of ${extent}`, routineProgram(erasePrimitive(sortP), [aval(shape, "float32")], { dimension: 1, isStable: true, numKeys: 1 }, [floats(2 * extent)])],
    [`top_k of rows of ${extent}`, routineProgram(erasePrimitive(topKP), [aval(shape, "float32")], { axis: 1, k: 50 }, [floats(2 * extent)])],
    [`cumsum of rows of ${extent}`, routineProgram(erasePrimitive(cumsumP), [aval(shape, "float32")], { axis: 1, reverse: true }, [floats(2 * extent)])],
  );
}

async function resultsOf({ program, outputs, arrays }: RoutineProgram, run: RunGateProgram): Promise<readonly (readonly number[])[]> {
  const memory = arrays();
  await run(program, memory);
  return outputs.map((name) => [...required(memory[name], name)]);
}

/** Sums may round differently where a target carries them wider. */
async function compare(routine: RoutineProgram, run: RunGateProgram): Promise<void> {
  const expected = await resultsOf(routine, stepByStep(interpretStep("forward")));
  const actual = await resultsOf(routine, run);
  actual.forEach((elements, which) => {
    const wanted = at(expected, which);
    expect(elements.map((value, place) => (Math.abs(value - at(wanted, place)) <= 2e-6 * Math.abs(value) ? at(wanted, place) : value))).toEqual(wanted);
  });
}

const targets: readonly (readonly [string, RunGateProgram])[] = [
  ["js", runOnJs], ["js in chunks", runOnJsInChunks], ["wasm", runOnWasm(1)], ["wasm in vectors of 4", runOnWasm(4)],
];

describe.each(targets)("%s", (_name, run) => {
  test.each(cases)("%s", (_routine, routine) => compare(routine, run));
});

describeWebgpu("webgpu", () => {
  let device: GPUDevice;
  beforeAll(async () => {
    device = await openTestDevice();
  });
  afterAll(() => device.destroy());

  // What arithmetic gives for NaN and infinity is the driver's business there.
  const defined = cases.filter(([name]) => !name.includes("special") || !/cumsum|cumprod|cumlogsumexp/.test(name));
  test.each(defined)("%s", (_routine, routine) => compare(routine, webgpuRunner(device)));
});
