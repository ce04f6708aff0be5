/** @file Conditions on the indices of folds become bounds of loops: the same results, and nothing tested per element. */
import { describe, expect, it } from "vitest";
import { at } from "@lanewise/compiler/base/assert";
import { add, and, constant, eq, ge, int, KernelBuilder, lt, mul, op, rem, sub } from "@lanewise/compiler/kernel/build";
import { printKernel } from "@lanewise/compiler/kernel/print";
import type { Expr, Kernel } from "@lanewise/compiler/kernel/types";
import { hasLoop } from "@lanewise/compiler/kernel/walk";
import { scheduleForCpu } from "@lanewise/compiler/schedule/cpu";
import { jsTarget, wasmTarget } from "@lanewise/compiler/target";
import { runAsWritten, runScheduled } from "../../support/scheduled-kernels.ts";

interface Window {
  readonly extent: number;
  readonly window: number;
  readonly stride: number;
  readonly step: number;
  readonly low: number;
  readonly out: number;
  readonly fold?: "add" | "max";
  readonly further?: (position: Expr) => Expr;
}

const features = 6;
const channels = 3;

/** `out[f, x] = fold over (c, w) of in[c, x * stride + w * step - low] * weights[f, c, w]`, where that is an element. */
function windowed({ extent, window, stride, step, low, out: count, fold = "add", further }: Window): Kernel {
  const b = new KernelBuilder("windowed");
  const input = b.buffer("in0", { dtype: "float32", length: channels * extent, access: "read" });
  const weights = b.buffer("in1", { dtype: "float32", length: features * channels * window, access: "read" });
  const out = b.buffer("out0", { dtype: "float32", length: features * count, access: "write" });
  const nothing = constant(fold === "add" ? 0 : -Infinity, "float32");
  b.for("grid", 0, features, 1, (f) => b.for("simd", 0, count, 1, (x) => {
    const sum = b.var(nothing, "sum");
    b.for("serial", 0, channels, 1, (c) => b.for("serial", 0, window, 1, (w) => {
      const position = sub(add(mul(x, stride), mul(w, step)), low);
      const inside = and(ge(position, 0), lt(position, extent));
      const product = b.branch(further === undefined ? inside : and(inside, further(position)), () => {
        const element = b.load(input, add(mul(c, extent), position));
        return mul(element, b.load(weights, add(mul(add(mul(f, channels), c), window), w)));
      }, () => nothing);
      b.assign(sum, op(fold, sum, product));
    }));
    b.store(out, add(mul(f, count), x), sum);
  }));
  return b.build();
}

function tests(kernel: Kernel): number {
  return printKernel(kernel).match(/\bif /g)?.length ?? 0;
}

const windows: Record<string, Window> = {
  "a window of three, the same extent": { extent: 40, window: 3, stride: 1, step: 1, low: 1, out: 40 },
  "a window wider than the edges": { extent: 40, window: 7, stride: 1, step: 1, low: 3, out: 40 },
  "padding at one side": { extent: 40, window: 4, stride: 1, step: 1, low: 3, out: 40 },
  "strides": { extent: 80, window: 5, stride: 2, step: 1, low: 2, out: 40 },
  "more padding than window": { extent: 24, window: 2, stride: 1, step: 1, low: 4, out: 31 },
  "a maximum": { extent: 40, window: 3, stride: 1, step: 1, low: 1, out: 40, fold: "max" },
  "an extent that is all edge": { extent: 4, window: 5, stride: 1, step: 1, low: 2, out: 4 },
};

describe("guards of folds", () => {
  for (const [name, window] of Object.entries(windows)) {
    it(`compute the same for ${name}, without a test per element`, () => {
      const kernel = windowed(window);
      const expected = runAsWritten(kernel);
      for (const target of [jsTarget, wasmTarget]) {
        const scheduled = scheduleForCpu(kernel, target);
        for (const order of ["forward", "reverse"] as const) expect(runScheduled(kernel, scheduled, order)).toEqual(expected);
        for (const { kernel: made } of scheduled.steps) expect(printKernel(made)).not.toMatch(/\bif \(|\bif v/);
      }
    });
  }

  it("cut the loop of a register tile, so that the inside has one kernel and each edge another", () => {
    const { steps } = scheduleForCpu(windowed({ extent: 40, window: 3, stride: 1, step: 1, low: 1, out: 40 }), jsTarget);
    expect(steps).toHaveLength(3);
    // A tile of four features and four places.
    expect(printKernel(at(steps, 0).kernel).match(/var sum/g)?.length).toBeGreaterThanOrEqual(16);
  });

  it("stay where they are no bounds of loops", () => {
    const kernel = windowed({ extent: 40, window: 3, stride: 1, step: 2, low: 2, out: 40, further: (position) => eq(rem(position, 2), 0) });
    const scheduled = scheduleForCpu(kernel, jsTarget);
    expect(runScheduled(kernel, scheduled)).toEqual(runAsWritten(kernel));
    expect(scheduled.steps.some((step) => tests(step.kernel) > 0)).toBe(true);
  });

  it("leave a choice alone whose other side is no start of the fold, or that is used twice", () => {
    for (const start of [0, 1]) {
      const b = new KernelBuilder("chosen");
      const input = b.buffer("in0", { dtype: "float32", length: 8, access: "read" });
      const out = b.buffer("out0", { dtype: "float32", length: 2, access: "write" });
      const [sum, other] = [b.var(constant(0, "float32"), "sum"), b.var(constant(0, "float32"), "other")];
      b.for("serial", 0, 10, 1, (w) => {
        const chosen = b.branch(lt(w, 8), () => b.load(input, w), () => constant(start, "float32"));
        b.assign(sum, add(sum, chosen));
        if (start === 0) b.assign(other, op("max", other, chosen));
      });
      b.store(out, int(0), sum);
      b.store(out, int(1), other);
      const kernel = b.build();
      expect(hasLoop(kernel.body, "serial")).toBe(true);
      expect(runScheduled(kernel, scheduleForCpu(kernel, jsTarget))).toEqual(runAsWritten(kernel));
    }
  });
});
