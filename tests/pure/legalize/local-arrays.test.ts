/** @file Local arrays on CPUs: in registers where they can be, in a stretch of memory per invocation where they live on. */
import { KernelBuilder, add, constant, int, mul } from "@lanewise/compiler/kernel/build";
import type { Kernel } from "@lanewise/compiler/kernel/types";
import { interpret } from "@lanewise/compiler/kernel/interpret";
import { printKernel } from "@lanewise/compiler/kernel/print";
import { verifyKernel } from "@lanewise/compiler/kernel/verify";
import { expandLocalArrays } from "@lanewise/compiler/legalize/local-arrays";
import { expandUnrolled } from "@lanewise/compiler/kernel/unroll";
import { expect, it } from "vitest";

const workgroup = 4;

function expanded(kernel: Kernel): Kernel {
  verifyKernel(kernel);
  const result = expandLocalArrays(expandUnrolled(kernel));
  verifyKernel(result);
  return result;
}

/** What the kernel writes to `y`, of `length` elements, forwards. */
function resultOf(kernel: Kernel, length: number): readonly number[] {
  const y = new Float32Array(length);
  interpret(kernel, { buffers: { y } });
  return [...y];
}

it("an array used by one local loop, written first, is only variables", () => {
  const k = new KernelBuilder("private");
  const y = k.buffer("y", { dtype: "float32", length: workgroup, access: "write" });
  const sums = k.array("sums", { space: "local", dtype: "float32", length: 2 });
  k.for("local", 0, workgroup, 1, (lane) => {
    k.store(sums, int(0), constant(0, "float32"));
    k.store(sums, int(1), constant(1, "float32"));
    k.for("serial", 0, lane, 1, () => {
      k.for("unrolled", 0, 2, 1, (i) => k.store(sums, i, add(k.load(sums, i), constant(0.5, "float32"))));
    });
    k.store(y, lane, mul(k.load(sums, int(0)), k.load(sums, int(1))));
  });
  const kernel = k.build({ workgroup });
  const result = expanded(kernel);
  expect(result.arrays).toEqual([]);
  expect(resultOf(result, workgroup)).toEqual(resultOf(kernel, workgroup));
  expect(printKernel(result)).toMatchInlineSnapshot(`
    "kernel private workgroup 4
      buffer y: float32[4] write
    {
      for local i0 in 0 .. 4 {
        var sums0: float32 = 0f
        var sums1: float32 = 1f
        for serial i1 in 0 .. i0 {
          let v3: float32 = sums0
          sums0 = roundFloat32(v3 + 0.5f)
          let v4: float32 = sums1
          sums1 = roundFloat32(v4 + 0.5f)
        }
        let v1: float32 = sums0
        let v2: float32 = sums1
        store y[i0] = v1 * v2
      }
    }"
  `);
});

it("an array that lives across local loops has a stretch of memory per invocation, and registers in an inner loop", () => {
  const k = new KernelBuilder("shared");
  const y = k.buffer("y", { dtype: "float32", length: workgroup, access: "write" });
  const sums = k.array("sums", { space: "local", dtype: "float32", length: 2 });
  k.for("local", 0, workgroup, 1, () => k.for("unrolled", 0, 2, 1, (i) => k.store(sums, i, constant(1, "float32"))));
  k.for("local", 0, workgroup, 1, (lane) => {
    k.for("serial", 0, lane, 1, () => k.store(sums, int(1), add(k.load(sums, int(1)), k.load(sums, int(0)))));
  });
  k.for("local", 0, workgroup, 1, (lane) => k.store(y, lane, k.load(sums, int(1))));
  const kernel = k.build({ workgroup });
  const result = expanded(kernel);
  expect(result.arrays).toMatchObject([{ name: "sums", space: "workgroup", length: 2 * workgroup }]);
  expect(resultOf(result, workgroup)).toEqual([1, 2, 3, 4]);
  expect(printKernel(result)).toMatchInlineSnapshot(`
    "kernel shared workgroup 4
      buffer y: float32[4] write
      array sums: float32[8] workgroup
    {
      for local i0 in 0 .. 4 {
        store sums[i0 * 2] = 1f
        store sums[(i0 * 2) + 1] = 1f
      }
      for local i2 in 0 .. 4 {
        load sums0: float32 = sums[i2 * 2]
        load sums2: float32 = sums[(i2 * 2) + 1]
        var sums1: float32 = sums2
        for serial i3 in 0 .. i2 {
          let v0: float32 = sums1
          let v1: float32 = sums0
          sums1 = roundFloat32(v0 + v1)
        }
        store sums[(i2 * 2) + 1] = sums1
      }
      for local i4 in 0 .. 4 {
        load v2: float32 = sums[(i4 * 2) + 1]
        store y[i4] = v2
      }
    }"
  `);
});

it("an index that is not constant keeps the array in memory", () => {
  const k = new KernelBuilder("dynamic");
  const y = k.buffer("y", { dtype: "float32", length: workgroup, access: "write" });
  const table = k.array("table", { space: "local", dtype: "float32", length: workgroup });
  k.for("local", 0, workgroup, 1, (lane) => {
    k.for("serial", 0, workgroup, 1, (i) => k.store(table, i, constant(3, "float32")));
    k.store(table, lane, constant(7, "float32"));
    k.store(y, lane, add(k.load(table, lane), k.load(table, int(0))));
  });
  const kernel = k.build({ workgroup });
  const result = expanded(kernel);
  expect(result.arrays).toMatchObject([{ space: "workgroup", length: workgroup * workgroup }]);
  expect(resultOf(result, workgroup)).toEqual([14, 10, 10, 10]);
});

it("without local loops the array is variables of the innermost grid iteration", () => {
  const k = new KernelBuilder("grid");
  const y = k.buffer("y", { dtype: "float32", length: 4, access: "write" });
  const pair = k.array("pair", { space: "local", dtype: "float32", length: 2 });
  k.for("grid", 0, 2, 1, (row) => k.for("grid", 0, 2, 1, (column) => {
    k.store(pair, int(0), constant(2, "float32"));
    k.for("serial", 0, 3, 1, () => k.store(pair, int(0), mul(k.load(pair, int(0)), constant(2, "float32"))));
    k.store(y, add(mul(row, 2), column), k.load(pair, int(0)));
  }));
  const kernel = k.build();
  const result = expanded(kernel);
  expect(result.arrays).toEqual([]);
  expect(resultOf(result, 4)).toEqual([16, 16, 16, 16]);
});
