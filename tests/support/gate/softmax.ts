/** @file Gate kernel 2: softmax of each row, one workgroup per row, with reductions in workgroup memory. */
import type { Kernel } from "@lanewise/compiler/kernel/types";
import { KernelBuilder, add, constant, div, int, max, mul, op, sub } from "@lanewise/compiler/kernel/build";
import { foldWorkgroup } from "./tree.ts";
import type { GateKernel } from "./types.ts";
import { randomNumbers } from "./types.ts";

const workgroup = 64;

function softmax(): Kernel {
  const k = new KernelBuilder("softmax");
  const rows = k.scalar("rows", "int32");
  const columns = k.scalar("columns", "int32");
  const x = k.buffer("x", { dtype: "float32", length: mul(rows, columns), access: "read" });
  const y = k.buffer("y", { dtype: "float32", length: mul(rows, columns), access: "readWrite" });
  const maxima = k.array("maxima", { space: "workgroup", dtype: "float32", length: workgroup });
  const sums = k.array("sums", { space: "workgroup", dtype: "float32", length: workgroup });

  k.for("grid", 0, rows, 1, (row) => {
    const start = k.let(mul(row, columns), "start");

    k.for("local", 0, workgroup, 1, (lane) => {
      const largest = k.var(constant(-Infinity, "float32"), "largest");
      k.for("serial", lane, columns, workgroup, (column) => {
        k.assign(largest, max(largest, k.load(x, add(start, column), { hint: "value" })));
      }, "column");
      k.store(maxima, lane, largest);
    }, "lane");
    foldWorkgroup(k, maxima, workgroup, max);
    const rowMaximum = k.load(maxima, int(0), { hint: "rowMaximum" });

    k.for("local", 0, workgroup, 1, (lane) => {
      const sum = k.var(constant(0, "float32"), "sum");
      k.for("serial", lane, columns, workgroup, (column) => {
        const position = k.let(add(start, column), "position");
        const power = k.let(op("exp", sub(k.load(x, position, { hint: "value" }), rowMaximum)), "power");
        k.store(y, position, power);
        k.assign(sum, add(sum, power));
      }, "column");
      k.store(sums, lane, sum);
    }, "lane");
    foldWorkgroup(k, sums, workgroup, add);
    const scale = k.let(div(1, k.load(sums, int(0), { hint: "rowSum" })), "scale");

    k.for("local", 0, workgroup, 1, (lane) => {
      k.for("serial", lane, columns, workgroup, (column) => {
        const position = k.let(add(start, column), "position");
        k.store(y, position, mul(k.load(y, position, { hint: "power" }), scale));
      }, "column");
    }, "lane");
  }, "row");
  return k.build({ workgroup });
}

const kernel = softmax();

function rowsFor(size: number): number {
  return Math.min(size, 7);
}

export const softmaxKernel: GateKernel = {
  name: "softmax",
  tolerance: { absolute: 1e-7, relative: 1e-5 },
  build: (size) => {
    const rows = rowsFor(size);
    const length = rows * size;
    return {
      buffers: [
        { name: "x", dtype: "float32", length, role: "input" },
        { name: "y", dtype: "float32", length, role: "output" },
      ],
      steps: [{ kernel, buffers: ["x", "y"], scalars: [rows, size], grid: [rows] }],
    };
  },
  inputs: (size) => {
    const next = randomNumbers(size + 2);
    return { x: Float32Array.from({ length: rowsFor(size) * size }, () => 20 * next() - 10) };
  },
  reference: (inputs, size) => {
    const x = inputs["x"] ?? new Float32Array(0);
    const y = new Float32Array(x.length);
    for (let row = 0; row < rowsFor(size); row++) {
      const values = [...x.subarray(row * size, (row + 1) * size)];
      const largest = Math.max(...values);
      const powers = values.map((value) => Math.exp(value - largest));
      const sum = powers.reduce((total, power) => total + power, 0);
      y.set(powers.map((power) => power / sum), row * size);
    }
    return { y };
  },
};
