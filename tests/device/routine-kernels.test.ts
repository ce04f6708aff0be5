/**
 * @file The kernels of sorts, windows, scatters and factorisations on every target: js, wasm and the software WebGPU adapter
 * give what the reference interpreter gives.
 */

import { at, required } from "@lanewise/compiler/base/assert";
import { sizeOf } from "@lanewise/compiler/base/shape";
import { aval, erasePrimitive } from "@lanewise/compiler/ir/build";
import type { Params, Primitive } from "@lanewise/compiler/ir/types";
import { addP } from "@lanewise/compiler/primitives/arith";
import type { ScatterDimensionNumbers } from "@lanewise/compiler/primitives/index-dimensions";
import { scatterAddP, type ScatterParams } from "@lanewise/compiler/primitives/index-gather";
import { scatterP } from "@lanewise/compiler/primitives/index-scatter";
import { updateJaxpr } from "@lanewise/compiler/primitives/index-update";
import { noParams } from "@lanewise/compiler/primitives/define";
import { choleskyP } from "@lanewise/compiler/primitives/linalg";
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

const names = ["sort", "top_k", "select_and_scatter_add"];
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
  );
}

/** Variants for workgroups beside the serial ones, which say what is right. */
const onGrid: (readonly [string, RoutineProgram, RoutineProgram])[] = allSamples()
  .filter(({ primitive, sample }) => (
    primitive.lower.kind === "routine" && primitive.lower.variants.some(({ needs }) => needs === "workgroup")
      && sample.inputs.every(({ shape, dtype }) => sizeOf(shape) > 0 && dtype !== "float64")
  ))
  .map((bound) => [`${bound.primitive.name}: ${bound.sample.name}`, routineOfSample(bound), routineOfSample(bound, "workgroup")]);
for (const extent of [1, 257, 1100]) {
  const both = (name: string, primitive: Primitive, params: Params, inputs: readonly Float32Array[]): void => {
    const avals = inputs.map(() => aval([2, extent], "float32"));
    const [serial, grid] = (["serial", "workgroup"] as const).map((needs) => routineProgram(primitive, avals, params, inputs, needs));
    onGrid.push([`${name} of rows of ${extent}`, required(serial, "variant"), required(grid, "variant")]);
  };
  both("sort", erasePrimitive(sortP), { dimension: 1, isStable: true, numKeys: 1 }, [floats(2 * extent)]);
  both("sort of columns by two keys", erasePrimitive(sortP), { dimension: 0, isStable: true, numKeys: 2 }, [floats(2 * extent), floats(2 * extent), floats(2 * extent)]);
  both("stable sort", erasePrimitive(sortP), { dimension: 1, isStable: true, numKeys: 1 }, [floats(2 * extent).map((each) => each & 7), floats(2 * extent)]);
  both("top_k", erasePrimitive(topKP), { axis: 1, k: Math.min(extent, 20) }, [floats(2 * extent)]);
}

// More updates than are gone through one after the other, many of them for one place, and some for none.
const scatters: readonly (readonly [string, readonly number[], readonly number[], Partial<ScatterDimensionNumbers>])[] = [
  ["numbers", [40], [300], { insertedWindowDims: [0] }],
  ["rows", [30, 5], [80, 5], { updateWindowDims: [1], insertedWindowDims: [0] }],
  ["windows that overlap", [60], [50, 4], { updateWindowDims: [1] }],
];
for (const [name, operand, updates, dimensions] of scatters) {
  const count = at(updates, 0);
  const avals = [aval(operand, "float32"), aval([count, 1], "int32"), aval(updates, "float32")];
  const indices = Int32Array.from({ length: count }, () => Math.floor(random() * (at(operand, 0) + 4)) - 2);
  const dimensionNumbers: ScatterDimensionNumbers = {
    updateWindowDims: [], insertedWindowDims: [], scatterDimsToOperandDims: [0], operandBatchingDims: [], scatterIndicesBatchingDims: [], ...dimensions,
  };
  for (const [primitive, update] of [[scatterAddP, updateJaxpr(addP, "float32")], [scatterP, null]] as const) {
    const params: ScatterParams = { dimensionNumbers, indicesAreSorted: false, mode: "fillOrDrop", uniqueIndices: false, updateConsts: [], updateJaxpr: update };
    const inputs = [floats(sizeOf(operand)), indices, floats(sizeOf(updates))];
    const [serial, grid] = (["serial", "workgroup"] as const).map((needs) => routineProgram(erasePrimitive(primitive), avals, params, inputs, needs));
    onGrid.push([`${primitive.name} of many ${name}`, required(serial, "variant"), required(grid, "variant")]);
  }
}

// One block, several with a narrow last one; the last matrix of each batch has no factor.
for (const size of [32, 75]) {
  const matrices = Float32Array.from({ length: 3 * size * size }, (_, place) => {
    const [row, column] = [Math.floor(place / size) % size, place % size];
    const isPivot = row === column;
    return isPivot && place >= 2 * size * size && row === size - 3 ? -1 : (isPivot ? 10 * size : 1) + Math.cos(row * column) / 2;
  });
  const [serial, grid] = (["serial", "workgroup"] as const).map((needs) => routineProgram(erasePrimitive(choleskyP), [aval([3, size, size], "float32")], noParams, [matrices], needs));
  onGrid.push([`cholesky of ${size} rows`, required(serial, "variant"), required(grid, "variant")]);
}

async function resultsOf({ program, outputs, arrays }: RoutineProgram, run: RunGateProgram): Promise<readonly (readonly number[])[]> {
  const memory = arrays();
  await run(program, memory);
  return outputs.map((name) => [...required(memory[name], name)]);
}

/** Sums may round differently where a target carries them wider. */
async function compare(routine: RoutineProgram, run: RunGateProgram, right = routine): Promise<void> {
  const expected = await resultsOf(right, stepByStep(interpretStep("forward")));
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

describe.each([
  ["the interpreter", stepByStep(interpretStep("forward"))], ["the interpreter, backwards", stepByStep(interpretStep("reverse"))], ["js", runOnJs],
] as const)("variants for workgroups on %s", (_name, run) => {
  test.each(onGrid)("%s", (_routine, serial, grid) => compare(grid, run, serial));
});

// Elements alone are carried: equal ones must keep their order, and NaN goes last.
test.each([["by 8 bits", 80], ["by 11 bits", 17000]])("a sort of special floats %s", async (_digits, extent) => {
  const specials = [0, -0, NaN, Infinity, -Infinity, 1e-45, -1e-45, 3.4e38, -3.4e38, 1, -1];
  const values = Float32Array.from({ length: extent }, (_, place) => at(specials, place * 7 % specials.length));
  const wanted = [...values].filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  const routine = routineProgram(erasePrimitive(sortP), [aval([extent], "float32")], { dimension: 0, isStable: true, numKeys: 1 }, [values]);
  for (const run of [runOnJs, runOnWasm(1)]) {
    const [sorted = []] = await resultsOf(routine, run);
    expect(sorted.slice(0, wanted.length)).toEqual(wanted);
    expect(sorted.slice(wanted.length).every(Number.isNaN)).toBe(true);
  }
});

describeWebgpu("webgpu", () => {
  let device: GPUDevice;
  beforeAll(async () => {
    device = await openTestDevice();
  });
  afterAll(() => device.destroy());

  test.each(cases)("%s", (_routine, routine) => compare(routine, webgpuRunner(device)));
  test.each(onGrid.filter(([name]) => !name.includes("special")))("for workgroups: %s", (_routine, serial, grid) => compare(grid, webgpuRunner(device), serial));
});
