/** @file Places in memory: never two arrays at once in one, and used again when their arrays are dead. */
import { describe, expect, it } from "vitest";
import { jit, lax, makeJaxpr, vjp, type NDArray } from "lanewise";
import { at } from "@lanewise/compiler/base/assert";
import { byteSize } from "@lanewise/compiler/base/dtype";
import type { Slot } from "@lanewise/compiler/artifact/types";
import { scalarLiteral } from "@lanewise/compiler/ir/build";
import { closeOver } from "@lanewise/compiler/control/jit";
import type { Value } from "@lanewise/compiler/ir/types";
import { compile } from "@lanewise/compiler/pipeline";
import { ArenaPlan } from "@lanewise/compiler/plan/arena";
import { printMemory } from "@lanewise/compiler/plan/print";
import { add, mul, sub } from "@lanewise/compiler/primitives/arith";
import { dotGeneral } from "@lanewise/compiler/primitives/contract";
import { broadcastInDim, reduceSum } from "@lanewise/compiler/primitives/linear";
import { reshape } from "@lanewise/compiler/primitives/linear-reshape";
import { exp } from "@lanewise/compiler/primitives/unary";
import { jaxprOf, randomInputs, randomNumbers, reference, runProgram } from "../../support/programs.ts";

describe("the arena", () => {
  it("uses places again, and joins neighbours", () => {
    const arena = new ArenaPlan();
    const [a, b, c] = [arena.allocate(100), arena.allocate(10), arena.allocate(64)];
    expect([a, b, c]).toEqual([0, 128, 192]);
    arena.free(b, 10);
    expect(arena.allocate(60)).toBe(128);
    arena.free(a, 100);
    arena.free(128, 60);
    expect(arena.allocate(192)).toBe(0);
    expect(arena.bytes).toBe(256);
  });

  it("gives nothing to empty arrays and refuses a second free", () => {
    const arena = new ArenaPlan();
    expect(arena.allocate(0)).toBe(0);
    const place = arena.allocate(8);
    arena.free(place, 8);
    expect(() => arena.free(place, 8)).toThrow("freed twice");
  });

  it("never overlaps what is alive, in any order", () => {
    for (let seed = 1; seed < 40; seed++) {
      const next = randomNumbers(seed);
      const arena = new ArenaPlan();
      const alive: { begin: number; size: number }[] = [];
      for (let step = 0; step < 60; step++) {
        if (alive.length > 0 && next() < 0.45) {
          const [gone] = alive.splice(Math.floor(next() * alive.length), 1);
          if (gone !== undefined) arena.free(gone.begin, gone.size);
          continue;
        }
        const size = 1 + Math.floor(next() * 500);
        const begin = arena.allocate(size);
        expect(begin % 64).toBe(0);
        expect(begin + size).toBeLessThanOrEqual(arena.bytes);
        for (const other of alive) expect(begin >= other.begin + other.size || begin + size <= other.begin).toBe(true);
        alive.push({ begin, size });
      }
    }
  });
});

const literal = (value: number): Value => scalarLiteral(value, "float32");
const matmul = (a: Value, b: Value): Value => dotGeneral(a, b, { contractLeft: [1], contractRight: [0], batchLeft: [], batchRight: [] });

describe("memory plans", () => {
  it("let temporaries follow each other, and one ends as the output", () => {
    const jaxpr = jaxprOf(["f32[40,40]"], (x) => Array.from({ length: 6 }).reduce<Value>((v) => matmul(v, x), x));
    const compiled = compile(jaxpr, { name: "chain", target: "js", verify: true });
    const { program } = compiled;
    const bytes = 40 * 40 * 4;
    // At most two of the products are alive at once, beside the operands packed as doubles for one of them.
    expect(program.arenaBytes).toBeLessThanOrEqual(6 * bytes);
    expect(printMemory(compiled.artifacts().memory)).toContain("arena: ");
    const inputs = randomInputs(jaxpr, 1).map((input) => input.map((value) => value / 8));
    const [expected] = reference(jaxpr, inputs);
    runProgram(program, inputs)[0]?.forEach((value, index) => expect(value).toBeCloseTo(at(expected ?? [], index), 4));
  });

  it("let an elementwise result take the place of an operand that dies", () => {
    const jaxpr = jaxprOf(["f32[8,8]", "f32[64]"], (x, y) => {
      const product = matmul(x, x);
      // The transposed use keeps the sum out of the product's kernel.
      return mul(sub(reshape(product, [64]), broadcastInDim(reduceSum(product, [0, 1]), [64], [])), y);
    });
    const compiled = compile(jaxpr, { name: "in place", target: "js", verify: true });
    const { program } = compiled;
    expect(program.arenaBytes).toBeLessThanOrEqual(512);
    expect(compiled.artifacts().memory.kernels.some((kernel) => kernel.buffers.some((each) => each.aliasGroup !== null))).toBe(true);
    const inputs = randomInputs(jaxpr, 2);
    const [expected] = reference(jaxpr, inputs);
    runProgram(program, inputs)[0]?.forEach((value, index) => expect(value).toBeCloseTo(at(expected ?? [], index), 3));
  });

  it("never let two arrays that are alive share bytes", () => {
    for (let seed = 1; seed < 12; seed++) {
      const next = randomNumbers(seed);
      const jaxpr = jaxprOf(["f32[6,6]"], (x) => {
        const values: Value[] = [x];
        for (let step = 0; step < 12; step++) {
          const pick = (): Value => at(values, Math.floor(next() * values.length));
          values.push(next() < 0.6 ? matmul(pick(), pick()) : exp(sub(pick(), broadcastInDim(reduceSum(pick(), [0]), [6, 6], [1]))));
        }
        return [at(values, -1), at(values, -3)];
      });
      const { memory } = compile(jaxpr, { name: "alive", target: "js" }).artifacts();
      const lifetimes = new Map<number, [number, number]>();
      memory.steps.forEach((step, number) => {
        for (const slot of step.kind === "kernel" ? step.buffers : []) lifetimes.set(slot, [lifetimes.get(slot)?.[0] ?? number, number]);
      });
      const range = (slot: Slot): [number, number] => (slot.kind === "temporary" ? [slot.offset, slot.offset + slot.length * byteSize(slot.dtype)] : [0, 0]);
      const overlapping = (a: readonly [number, number], b: readonly [number, number]): boolean => a[0] < b[1] && b[0] < a[1];
      for (const [one, [begin, end]] of lifetimes) {
        for (const [other, [otherBegin, otherEnd]] of lifetimes) {
          const together = begin <= otherEnd && otherBegin <= end;
          if (one < other && together) expect(overlapping(range(at(memory.slots, one)), range(at(memory.slots, other)))).toBe(false);
        }
      }
    }
  });

  it("give inputs and equal outputs as they are, and fill literals", () => {
    const jaxpr = jaxprOf(["f32[3]", "f32[]"], (x, y) => { const z = add(x, x); return [x, z, z, literal(2.5), y, reshape(x, [3, 1])]; });
    const { program } = compile(jaxpr, { name: "outputs", target: "js", verify: true });
    expect(program.outputSources.map((source) => source.kind)).toEqual(["input", "slot", "slot", "slot", "input", "input"]);
    expect(program.outputSources[1]).toEqual(program.outputSources[2]);
    const results = runProgram(program, [Float32Array.of(1, 2, 3), Float32Array.of(4)]);
    expect(results.map((result) => [...result])).toEqual([[1, 2, 3], [2, 4, 6], [2, 4, 6], [2.5], [4], [1, 2, 3]]);
  });

  it("hold arrays without elements", () => {
    const jaxpr = jaxprOf(["f32[0,3]", "f32[3,2]"], (x, y) => [mul(x, x), matmul(x, y), reduceSum(x, [0]), dotGeneral(x, x, { contractLeft: [0], contractRight: [0], batchLeft: [], batchRight: [] })]);
    const { program } = compile(jaxpr, { name: "empty", target: "js", verify: true });
    const results = runProgram(program, [new Float32Array(0), new Float32Array(6)]);
    expect(results.map((result) => [...result])).toEqual([[], [], [0, 0, 0], Array.from({ length: 9 }, () => 0)]);
  });

  it("lie apart from all that the steps which read them write", () => {
    // Derivatives of a running minimum pad arrays without elements, and their programs have places that are free in between.
    const inner = jit((x: NDArray, cotangent: NDArray) => {
      const [out, pull] = vjp((y: NDArray) => lax.cummin(y), [x]);
      return [out, ...(pull(cotangent) as NDArray[])];
    });
    const outer = (x: NDArray, cotangent: NDArray): NDArray[] => {
      const [outs, pull] = vjp(inner, [x, cotangent]);
      return [...outs, ...(pull([x, cotangent] as never) as NDArray[])];
    };
    const { jaxpr } = closeOver(makeJaxpr(outer)("f32[5]", "f32[5]"));
    const { memory } = compile(jaxpr, { name: "empty", target: "webgpu" }).artifacts();
    const blockOf = (slot: number): string => {
      const place = at(memory.slots, slot);
      return place.kind === "temporary" ? `block ${place.block}` : `slot ${slot}`;
    };
    let reads = 0;
    for (const step of memory.steps) {
      if (step.kind !== "kernel") continue;
      reads += step.buffers.filter((slot) => at(memory.slots, slot).length === 0).length;
      const { buffers } = at(memory.kernels, step.kernel);
      for (const [position, { access }] of buffers.entries()) {
        if (access !== "read") expect(step.buffers.filter((slot) => blockOf(slot) === blockOf(at(step.buffers, position)))).toHaveLength(1);
      }
    }
    expect(reads).toBeGreaterThan(0);
  });
});
