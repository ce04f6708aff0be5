/**
 * @file Gate kernel 6: a stable radix sort of uint32 keys with an int32 payload, least significant digit first, in eight
 * passes of four bits. Each pass is three kernels: digit counts per block, an exclusive prefix sum over (digit, block),
 * and the move to the places found. Every invocation owns a run of elements and a column of counters, so no atomics.
 */
import { at } from "@lanewise/compiler/base/assert";
import type { Expr, Kernel } from "@lanewise/compiler/kernel/types";
import {
  KernelBuilder, add, and, bitcast, div, int, lt, min, mul, op,
} from "@lanewise/compiler/kernel/build";
import type { GateKernel, GateStep } from "./types.ts";
import { partsOf, randomNumbers } from "./types.ts";

const workgroup = 64;
const digitBits = 4;
const digits = 2 ** digitBits;
const run = 8;
const block = workgroup * run;

function blocksOf(n: Expr): Expr {
  return div(add(n, block - 1), block);
}

/** The digit of a key that `shift` brings to the bottom. */
function digitOf(key: Expr, shift: Expr): Expr {
  return bitcast(and(op("shiftRightLogical", key, shift), digits - 1), "int32");
}

/** The part of [0, n) that invocation `lane` of `group` owns. */
function ownRun(k: KernelBuilder, group: Expr, lane: Expr, n: Expr): { first: Expr; last: Expr } {
  const first = k.let(add(mul(group, block), mul(lane, run)), "first");
  return { first, last: k.let(min(add(first, run), n), "last") };
}

/** Makes `counters[digit, lane]` the number of elements with that digit that the invocation owns. */
function countDigits(k: KernelBuilder, keys: string, counters: string, group: Expr, n: Expr, shift: Expr): void {
  k.for("local", 0, workgroup, 1, (lane) => {
    k.for("serial", 0, digits, 1, (digit) => {
      k.store(counters, add(mul(digit, workgroup), lane), int(0));
    }, "digit");
    const { first, last } = ownRun(k, group, lane, n);
    k.for("serial", first, last, 1, (i) => {
      const digit = digitOf(k.load(keys, i, { hint: "key" }), shift);
      const place = k.let(add(mul(digit, workgroup), lane), "place");
      k.store(counters, place, add(k.load(counters, place, { hint: "count" }), int(1)));
    }, "i");
  }, "lane");
  k.barrier();
}

/** counts[digit, block] = how often the digit occurs in the block. */
function histogram(): Kernel {
  const k = new KernelBuilder("digitCounts");
  const n = k.scalar("n", "int32");
  const shift = k.scalar("shift", "uint32");
  const blocks = blocksOf(n);
  const keys = k.buffer("keys", { dtype: "uint32", length: n, access: "read" });
  const counts = k.buffer("counts", { dtype: "int32", length: mul(int(digits), blocks), access: "write" });
  const counters = k.array("counters", { space: "workgroup", dtype: "int32", length: digits * workgroup });
  k.for("grid", 0, blocks, 1, (group) => {
    countDigits(k, keys, counters, group, n, shift);
    k.for("local", 0, workgroup, 1, (lane) => {
      k.if(lt(lane, digits), () => {
        const total = k.var(int(0), "total");
        k.for("serial", 0, workgroup, 1, (other) => {
          const count = k.load(counters, add(mul(lane, workgroup), other), { hint: "count" });
          k.assign(total, add(total, count));
        }, "other");
        k.store(counts, add(mul(lane, blocks), group), total);
      });
    }, "lane");
  }, "group");
  return k.build({ workgroup });
}

/** Replaces each count by the sum of those before it. One workgroup; every invocation owns a run of the counts. */
function exclusivePrefixSum(): Kernel {
  const k = new KernelBuilder("exclusivePrefixSum");
  const n = k.scalar("n", "int32");
  const counts = k.buffer("counts", { dtype: "int32", length: n, access: "readWrite" });
  const offsets = k.array("offsets", { space: "workgroup", dtype: "int32", length: workgroup });
  const perInvocation = k.let(div(add(n, workgroup - 1), workgroup), "perInvocation");
  const own = (lane: Expr): { first: Expr; last: Expr } => {
    const first = k.let(mul(lane, perInvocation), "first");
    return { first, last: k.let(min(add(first, perInvocation), n), "last") };
  };
  k.for("local", 0, workgroup, 1, (lane) => {
    const { first, last } = own(lane);
    const total = k.var(int(0), "total");
    k.for("serial", first, last, 1, (i) => {
      k.assign(total, add(total, k.load(counts, i, { hint: "count" })));
    }, "i");
    k.store(offsets, lane, total);
  }, "lane");
  k.barrier();
  k.for("local", 0, workgroup, 1, (lane) => {
    const { first, last } = own(lane);
    const offset = k.var(int(0), "offset");
    k.for("serial", 0, lane, 1, (earlier) => {
      k.assign(offset, add(offset, k.load(offsets, earlier, { hint: "total" })));
    }, "earlier");
    k.for("serial", first, last, 1, (i) => {
      const count = k.load(counts, i, { hint: "count" });
      k.store(counts, i, offset);
      k.assign(offset, add(offset, count));
    }, "i");
  }, "lane");
  return k.build({ workgroup });
}

/** Moves every element to its place; equal digits keep their order. */
function scatter(): Kernel {
  const k = new KernelBuilder("moveToPlaces");
  const n = k.scalar("n", "int32");
  const shift = k.scalar("shift", "uint32");
  const blocks = blocksOf(n);
  const keys = k.buffer("keys", { dtype: "uint32", length: n, access: "read" });
  const values = k.buffer("values", { dtype: "int32", length: n, access: "read" });
  const offsets = k.buffer("offsets", { dtype: "int32", length: mul(int(digits), blocks), access: "read" });
  const sortedKeys = k.buffer("sortedKeys", { dtype: "uint32", length: n, access: "write" });
  const sortedValues = k.buffer("sortedValues", { dtype: "int32", length: n, access: "write" });
  const counters = k.array("counters", { space: "workgroup", dtype: "int32", length: digits * workgroup });
  k.for("grid", 0, blocks, 1, (group) => {
    countDigits(k, keys, counters, group, n, shift);
    k.for("local", 0, workgroup, 1, (lane) => {
      k.if(lt(lane, digits), () => {
        const start = k.load(offsets, add(mul(lane, blocks), group), { hint: "start" });
        const place = k.var(start, "place");
        k.for("serial", 0, workgroup, 1, (other) => {
          const counter = k.let(add(mul(lane, workgroup), other), "counter");
          const count = k.load(counters, counter, { hint: "count" });
          k.store(counters, counter, place);
          k.assign(place, add(place, count));
        }, "other");
      });
    }, "lane");
    k.barrier();
    k.for("local", 0, workgroup, 1, (lane) => {
      const { first, last } = ownRun(k, group, lane, n);
      k.for("serial", first, last, 1, (i) => {
        const key = k.load(keys, i, { hint: "key" });
        const counter = k.let(add(mul(digitOf(key, shift), workgroup), lane), "counter");
        const place = k.load(counters, counter, { hint: "place" });
        k.store(counters, counter, add(place, int(1)));
        k.store(sortedKeys, place, key);
        k.store(sortedValues, place, k.load(values, i, { hint: "value" }));
      }, "i");
    }, "lane");
  }, "group");
  return k.build({ workgroup });
}

const countKernel = histogram();
const prefixKernel = exclusivePrefixSum();
const moveKernel = scatter();

function sortSteps(size: number): GateStep[] {
  const blocks = partsOf(size, block);
  const passes = 32 / digitBits;
  const steps: GateStep[] = [];
  for (let pass = 0; pass < passes; pass++) {
    const from = pass === 0 ? "" : pass % 2 === 1 ? "Scratch" : "Sorted";
    const to = pass % 2 === 0 ? "Scratch" : "Sorted";
    const shift = pass * digitBits;
    steps.push(
      { kernel: countKernel, buffers: [`keys${from}`, "counts"], scalars: [size, shift], grid: [blocks] },
      { kernel: prefixKernel, buffers: ["counts"], scalars: [digits * blocks], grid: [] },
      {
        kernel: moveKernel,
        buffers: [`keys${from}`, `values${from}`, "counts", `keys${to}`, `values${to}`],
        scalars: [size, shift],
        grid: [blocks],
      },
    );
  }
  return steps;
}

export const radixSortKernel: GateKernel = {
  name: "radixSort",
  tolerance: { absolute: 0, relative: 0 },
  build: (size) => ({
    buffers: [
      { name: "keys", dtype: "uint32", length: size, role: "input" },
      { name: "values", dtype: "int32", length: size, role: "input" },
      { name: "counts", dtype: "int32", length: digits * partsOf(size, block), role: "temporary" },
      { name: "keysScratch", dtype: "uint32", length: size, role: "temporary" },
      { name: "valuesScratch", dtype: "int32", length: size, role: "temporary" },
      { name: "keysSorted", dtype: "uint32", length: size, role: "output" },
      { name: "valuesSorted", dtype: "int32", length: size, role: "output" },
    ],
    steps: sortSteps(size),
  }),
  inputs: (size) => {
    const next = randomNumbers(size + 6);
    // Half the keys are from a short list, so that the order of equal keys shows.
    const key = (): number => (next() < 0.5 ? Math.floor(next() * 2 ** 32) : 0x80000000 + Math.floor(next() * 5));
    return {
      keys: Uint32Array.from({ length: size }, key),
      values: Int32Array.from({ length: size }, (_, i) => 7 - i),
    };
  },
  reference: (inputs) => {
    const keys = inputs["keys"] ?? new Uint32Array(0);
    const values = inputs["values"] ?? new Int32Array(0);
    const order = [...keys.keys()].sort((i, j) => at(keys, i) - at(keys, j) || i - j);
    return {
      keysSorted: Uint32Array.from(order, (i) => at(keys, i)),
      valuesSorted: Int32Array.from(order, (i) => at(values, i)),
    };
  },
};
