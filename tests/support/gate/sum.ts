/** @file Gate kernel 4: the sum of an array in two kernels: one partial sum per workgroup, then one workgroup over those. */
import type { Kernel } from "@lanewise/compiler/kernel/types";
import { KernelBuilder, add, constant, div, eq, int, min, mul } from "@lanewise/compiler/kernel/build";
import { foldWorkgroup } from "./tree.ts";
import type { GateKernel } from "./types.ts";
import { partsOf, randomNumbers } from "./types.ts";

const workgroup = 64;
const block = 512;

function partialSums(): Kernel {
  const k = new KernelBuilder("partialSums");
  const n = k.scalar("n", "int32");
  const groups = div(add(n, block - 1), block);
  const x = k.buffer("x", { dtype: "float32", length: n, access: "read" });
  const partials = k.buffer("partials", { dtype: "float32", length: groups, access: "write" });
  const sums = k.array("sums", { space: "workgroup", dtype: "float32", length: workgroup });
  k.for("grid", 0, groups, 1, (group) => {
    const first = k.let(mul(group, block), "first");
    const last = k.let(min(add(first, block), n), "last");
    k.for("local", 0, workgroup, 1, (lane) => {
      const sum = k.var(constant(0, "float32"), "sum");
      k.for("serial", add(first, lane), last, workgroup, (i) => {
        k.assign(sum, add(sum, k.load(x, i, { hint: "value" })));
      }, "i");
      k.store(sums, lane, sum);
    }, "lane");
    foldWorkgroup(k, sums, workgroup, add);
    k.for("local", 0, workgroup, 1, (lane) => {
      k.if(eq(lane, 0), () => {
        k.store(partials, group, k.load(sums, int(0), { hint: "groupSum" }));
      });
    }, "lane");
  }, "group");
  return k.build({ workgroup });
}

/** One workgroup without a grid loop. */
function finalSum(): Kernel {
  const k = new KernelBuilder("finalSum");
  const n = k.scalar("n", "int32");
  const partials = k.buffer("partials", { dtype: "float32", length: n, access: "read" });
  const total = k.buffer("total", { dtype: "float32", length: 1, access: "write" });
  const sums = k.array("sums", { space: "workgroup", dtype: "float32", length: workgroup });
  k.for("local", 0, workgroup, 1, (lane) => {
    const sum = k.var(constant(0, "float32"), "sum");
    k.for("serial", lane, n, workgroup, (i) => {
      k.assign(sum, add(sum, k.load(partials, i, { hint: "value" })));
    }, "i");
    k.store(sums, lane, sum);
  }, "lane");
  foldWorkgroup(k, sums, workgroup, add);
  k.for("local", 0, workgroup, 1, (lane) => {
    k.if(eq(lane, 0), () => {
      k.store(total, int(0), k.load(sums, int(0), { hint: "sum" }));
    });
  }, "lane");
  return k.build({ workgroup });
}

const first = partialSums();
const second = finalSum();

export const sumKernel: GateKernel = {
  name: "sum",
  tolerance: { absolute: 1e-5, relative: 1e-6 },
  build: (size) => {
    const groups = partsOf(size, block);
    return {
      buffers: [
        { name: "x", dtype: "float32", length: size, role: "input" },
        { name: "partials", dtype: "float32", length: groups, role: "temporary" },
        { name: "total", dtype: "float32", length: 1, role: "output" },
      ],
      steps: [
        { kernel: first, buffers: ["x", "partials"], scalars: [size], grid: [groups] },
        { kernel: second, buffers: ["partials", "total"], scalars: [groups], grid: [] },
      ],
    };
  },
  inputs: (size) => {
    const next = randomNumbers(size + 4);
    return { x: Float32Array.from({ length: size }, () => next() - 0.25) };
  },
  reference: (inputs) => {
    let sum = 0;
    for (const value of inputs["x"] ?? []) sum += value;
    return { total: Float32Array.of(sum) };
  },
};
