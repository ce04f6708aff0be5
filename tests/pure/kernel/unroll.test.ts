/** @file Unrolled loops become copies of their bodies. */
import { InternalError } from "@lanewise/compiler/base/assert";
import { KernelBuilder, add, int, mul } from "@lanewise/compiler/kernel/build";
import { printKernel } from "@lanewise/compiler/kernel/print";
import { verifyKernel } from "@lanewise/compiler/kernel/verify";
import { expandUnrolled } from "@lanewise/compiler/kernel/unroll";
import { expect, it } from "vitest";

it("nested loops, indices and names", () => {
  const k = new KernelBuilder("nested");
  const y = k.buffer("y", { dtype: "int32", length: 4, access: "write" });
  k.for("unrolled", 0, 2, 1, (row) => {
    const twice = k.let(mul(row, 2), "twice");
    k.for("unrolled", 0, 2, 1, (column) => k.store(y, add(mul(row, 2), column), add(twice, column)));
  });
  const unrolled = expandUnrolled(k.build());
  verifyKernel(unrolled);
  expect(printKernel(unrolled)).toMatchInlineSnapshot(`
    "kernel nested
      buffer y: int32[4] write
    {
      let twice1: int32 = 0
      store y[0] = twice1
      store y[1] = twice1 + 1
      let twice2: int32 = 2
      store y[2] = twice2
      store y[3] = twice2 + 1
    }"
  `);
});

it("an inner loop bounded by the outer index, and a step", () => {
  const k = new KernelBuilder("triangle");
  const y = k.buffer("y", { dtype: "int32", length: 12, access: "write" });
  k.for("unrolled", 1, 8, 3, (row) => k.for("unrolled", 0, add(row, -1), 2, (column) => k.store(y, add(row, column), row)));
  expect(printKernel(expandUnrolled(k.build()))).toMatchInlineSnapshot(`
    "kernel triangle
      buffer y: int32[12] write
    {
      store y[4] = 4
      store y[6] = 4
      store y[7] = 7
      store y[9] = 7
      store y[11] = 7
    }"
  `);
});

it("a loop whose bounds are not constant is a fault", () => {
  const k = new KernelBuilder("open");
  const n = k.scalar("n", "int32");
  const y = k.buffer("y", { dtype: "int32", length: n, access: "write" });
  k.for("unrolled", 0, n, 1, (i) => k.store(y, i, int(1)));
  expect(() => expandUnrolled(k.build())).toThrow(InternalError);
});
