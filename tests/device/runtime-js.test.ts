/** @file The js device and the executor on programs written by hand: slots, arena, copies, passed inputs, refusals. */
import type { Program, Slot, Step } from "@lanewise/compiler/artifact/types";
import { LanewiseError } from "@lanewise/compiler/base/errors";
import { checkInputs, Executor, JsDevice } from "@lanewise/runtime";
import { afterEach, describe, expect, it, vi } from "vitest";

/** `out[i] = in[i] * factor + offset` over buffers (in, out). */
const scaleText = `function scale(input, output, factor, begin, end) {
  for (let i = begin; i < end; i++) output[i] = input[i] * factor;
}`;

function program(slots: readonly Slot[], steps: readonly Step[], changes: Partial<Program> = {}): Program {
  return {
    schemaVersion: 1, target: "js", name: "test", tables: [], inputs: [{ shape: [4], dtype: "float32" }], outputs: [{ shape: [4], dtype: "float32" }],
    outputSources: [{ kind: "slot", slot: 1 }], slots, arenaBytes: 0, blocks: [0], kernels: [{ name: "scale", text: scaleText, launch: null }], steps, ...changes,
  };
}

const input: Slot = { kind: "input", input: 0, dtype: "float32", length: 4 };
const output: Slot = { kind: "output", output: 0, dtype: "float32", length: 4 };
const temporary: Slot = { kind: "temporary", dtype: "float32", length: 4, block: 0, offset: 16 };
const fixed = (value: number) => ({ kind: "fixed", value }) as const;
const double: Step = { kind: "kernel", kernel: 0, buffers: [0, 1], scalars: [fixed(2)], extent: 4 };
const viaTemporary: readonly Step[] = [
  { kind: "kernel", kernel: 0, buffers: [0, 2], scalars: [fixed(2)], extent: 4 },
  { kind: "kernel", kernel: 0, buffers: [2, 1], scalars: [fixed(10)], extent: 4 },
];
const ones = (): Float32Array => Float32Array.of(1, 2, 3, 4);

describe("the js device", () => {
  it("runs a kernel into a new output and leaves the input alone", () => {
    const device = new JsDevice();
    const data = device.upload(ones());
    const executable = device.prepare(program([input, output], [double]));
    const [first] = executable.run([data]);
    const [second] = executable.run([data]);
    expect(first).toEqual(Float32Array.of(2, 4, 6, 8));
    expect(second).toEqual(first);
    expect(second).not.toBe(first);
    expect(data).toEqual(ones());
  });

  it("passes negative zero, infinities and NaN as scalars", () => {
    const device = new JsDevice();
    for (const [factor, expected] of [[-0, -0], [Infinity, Infinity], [NaN, NaN], [1e-7, Math.fround(1e-7)]] as const) {
      const step: Step = { kind: "kernel", kernel: 0, buffers: [0, 1], scalars: [fixed(factor)], extent: 1 };
      const [result] = device.prepare(program([input, output], [step])).run([ones()]);
      expect(Object.is((result as Float32Array)[0], expected)).toBe(true);
    }
  });

  it("reads a scalar argument from a 0-d input", () => {
    const step: Step = { kind: "kernel", kernel: 0, buffers: [0, 1], scalars: [{ kind: "input", input: 1 }], extent: 4 };
    const inputs = [{ shape: [4], dtype: "float32" }, { shape: [], dtype: "float32" }] as const;
    const executable = new JsDevice().prepare(program([input, output], [step], { inputs }));
    expect(executable.run([ones(), Float32Array.of(3)])[0]).toEqual(Float32Array.of(3, 6, 9, 12));
    expect(executable.run([ones(), Float32Array.of(-1)])[0]).toEqual(Float32Array.of(-1, -2, -3, -4));
  });

  it("keeps temporaries in one arena that all programs share and that grows only when it must", () => {
    const device = new JsDevice();
    const small = device.prepare(program([input, output, temporary], viaTemporary, { arenaBytes: 32 }));
    expect(small.run([ones()])[0]).toEqual(Float32Array.of(20, 40, 60, 80));
    expect(device.memory().arenaBytes).toBe(32);
    small.run([ones()]);
    expect(device.memory().arenaBytes).toBe(32);
    const large = device.prepare(program([input, output, temporary], viaTemporary, { arenaBytes: 1024 }));
    expect(large.run([ones()])[0]).toEqual(Float32Array.of(20, 40, 60, 80));
    expect(device.memory().arenaBytes).toBe(1024);
    // The small program's views were of the old arena.
    expect(small.run([ones()])[0]).toEqual(Float32Array.of(20, 40, 60, 80));
    expect(device.memory().arenaBytes).toBe(1024);
  });

  it("frees the arena for the next run after a kernel has thrown", () => {
    const device = new JsDevice();
    const kernels = [{ name: "scale", text: "function scale() { throw new Error('inside'); }", launch: null }];
    const failing = device.prepare(program([input, output, temporary], viaTemporary, { arenaBytes: 32, kernels }));
    expect(() => failing.run([ones()])).toThrow("inside");
    const working = device.prepare(program([input, output, temporary], viaTemporary, { arenaBytes: 32 }));
    working.run([ones()]);
    expect(device.memory().arenaBytes).toBe(32);
  });

  it("fills constants once and copies between places", () => {
    const constant: Slot = { kind: "constant", dtype: "int32", length: 2, values: [7, -7] };
    const into: Slot = { kind: "output", output: 0, dtype: "int32", length: 4 };
    const executable = new JsDevice().prepare(program([constant, into], [{ kind: "copy", from: 0, fromOffset: 0, to: 1, toOffset: 0, count: 2 }], {
      inputs: [], outputs: [{ shape: [4], dtype: "int32" }], kernels: [],
    }));
    expect(executable.run([])[0]).toEqual(Int32Array.of(7, -7, 0, 0));
  });

  it("copies a part of a longer place", () => {
    const shorter: Slot = { kind: "output", output: 0, dtype: "float32", length: 2 };
    const executable = new JsDevice().prepare(program([input, shorter], [{ kind: "copy", from: 0, fromOffset: 0, to: 1, toOffset: 0, count: 2 }], { kernels: [] }));
    expect(executable.run([ones()])[0]).toEqual(Float32Array.of(1, 2));
  });

  it("gives an input that is passed through as that very buffer", () => {
    const data = ones();
    const executable = new JsDevice().prepare(program([], [], { outputSources: [{ kind: "input", input: 0 }], kernels: [] }));
    expect(executable.run([data])[0]).toBe(data);
  });

  it("allocates outputs by dtype", () => {
    const dtypes = ["bool", "int32", "uint32", "float16", "float64"] as const;
    const executable = new JsDevice().prepare(program(
      dtypes.map((dtype, index) => ({ kind: "output", output: index, dtype, length: 3 })), [],
      { inputs: [], kernels: [], outputSources: dtypes.map((_, slot) => ({ kind: "slot", slot })), outputs: dtypes.map((dtype) => ({ shape: [3], dtype })) },
    ));
    const names = executable.run([]).map((buffer) => buffer.constructor.name);
    expect(names).toEqual(["Uint8Array", "Int32Array", "Uint32Array", "Uint16Array", "Float64Array"]);
  });

  it("copies what it uploads and what it reads, and keeps what it adopts", async () => {
    const device = new JsDevice();
    const host = ones();
    const uploaded = device.upload(host);
    host[0] = 100;
    expect(device.readElementSync(uploaded, "float32", 0)).toBe(1);
    const read = device.readSync(uploaded);
    read[1] = 100;
    expect(await device.read(uploaded)).toEqual(ones());
    expect(device.adopt(host)).toBe(host);
    expect(device.copyRange(uploaded, "float32", 1, 2)).toEqual(Float32Array.of(2, 3));
  });

  it("refuses a program for another target", () => {
    expect(() => new JsDevice().prepare(program([input, output], [double], { target: "wasm" }))).toThrow("a program for wasm");
  });
});

describe("where a page forbids code", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("says so in the probe and throws a LanewiseError when a program is prepared", async () => {
    const device = new JsDevice();
    expect(await device.probe()).toEqual({ usable: true });
    vi.stubGlobal("Function", function refused() { throw new EvalError("Refused to evaluate a string as JavaScript"); });
    const probe = await device.probe();
    expect(probe.usable).toBe(false);
    expect(probe).toMatchObject({ fix: expect.stringContaining("unsafe-eval") });
    const prepare = () => device.prepare(program([input, output], [double]));
    expect(prepare).toThrow(LanewiseError);
    expect(prepare).toThrow("[LW2001]");
  });

  it("does not mistake a broken kernel for a policy", () => {
    const kernels = [{ name: "scale", text: "function (", launch: null }];
    expect(() => new JsDevice().prepare(program([input, output], [double], { kernels }))).toThrow(SyntaxError);
  });
});

describe("the executor", () => {
  it("prepares a program once and drops the least recently used beyond its budget", () => {
    const executor = new Executor(new JsDevice(), 6000);
    const [first, second, third] = [1, 2, 3].map(() => program([input, output], [double])) as [Program, Program, Program];
    const a = executor.load(first);
    const b = executor.load(second);
    expect(executor.load(first)).toBe(a);
    expect(executor.programs).toBe(2);
    executor.load(third);
    expect(executor.programs).toBe(2);
    expect(executor.load(first)).toBe(a);
    expect(executor.load(second)).not.toBe(b);
    executor.clear();
    expect([executor.programs, executor.bytes]).toEqual([0, 0]);
  });

  it("checks the number and sizes of inputs", () => {
    const executor = new Executor(new JsDevice());
    const doubling = program([input, output], [double]);
    expect(executor.run(doubling, [ones()])[0]).toEqual(Float32Array.of(2, 4, 6, 8));
    expect(() => executor.run(doubling, [])).toThrow("takes 1 inputs, got 0");
    expect(() => checkInputs(doubling, [new Float32Array(3)])).toThrow("has 12 bytes, expected 16");
  });
});
