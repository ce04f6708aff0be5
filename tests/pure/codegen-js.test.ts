/** @file The text of kernels in JavaScript: what a good programmer writes by hand, and right for every name and number. */
import { InternalError, required } from "@lanewise/compiler/base/assert";
import type { HostArray } from "@lanewise/compiler/base/dtype";
import { jsKernelCode, printJsKernel } from "@lanewise/compiler/codegen/js/print-kernel";
import {
  KernelBuilder, add, and, bitcast, constant, convert, div, eq, gt, int, lt, max, mul, neg, not, op, or, rem, select, sub,
} from "@lanewise/compiler/kernel/build";
import type { Expr, Kernel } from "@lanewise/compiler/kernel/types";
import { legalizeJs } from "@lanewise/compiler/legalize/js";
import { describe, expect, it } from "vitest";
import { gateKernels } from "../support/gate-kernels.ts";
import { compileJs } from "../support/js-runner.ts";

function gateText(name: string): string {
  const gate = required(gateKernels.find((candidate) => candidate.name === name), name);
  return [...new Set(gate.build(64).steps.map(({ kernel }) => kernel))]
    .map((kernel) => jsKernelCode(legalizeJs(kernel)).text).join("\n");
}

describe("gate kernels print as", () => {
  it("elementwise", () => expect(gateText("elementwise")).toMatchInlineSnapshot(`
    "function elementwise(x, y, n, begin, end) {
      const groupEnd = Math.min((((n + 63) | 0) / 64) | 0, end);
      for (let group = Math.max(0, begin); group < groupEnd; group++) {
        for (let lane = 0; lane < 64; lane++) {
          const i = group * 64 + lane;
          if (i < n) {
            const value = x[i];
            y[i] = (value * value + 1) * value;
          }
        }
      }
    }"
  `));
  it("softmax", () => expect(gateText("softmax")).toMatchInlineSnapshot(`
    "(powers0) => {
      return function softmax(x, y, rows, columns, begin, end) {
        const maxima = new Float32Array(64);
        const sums = new Float32Array(64);
        const rowEnd = Math.min(rows, end);
        for (let row = Math.max(0, begin); row < rowEnd; row++) {
          const start = Math.imul(row, columns);
          for (let lane = 0; lane < 64; lane++) {
            let largest = -Infinity;
            for (let column = lane; column < columns; column += 64) {
              largest = Math.max(largest, x[(start + column) | 0]);
            }
            maxima[lane] = largest;
          }
          for (let step = 0; step < 6; step++) {
            const half = 32 >> step;
            for (let lane = 0; lane < 64; lane++) {
              if (lane < half) {
                maxima[lane] = Math.max(maxima[lane], maxima[(lane + half) | 0]);
              }
            }
          }
          const rowMaximum = maxima[0];
          for (let lane = 0; lane < 64; lane++) {
            let sum = 0;
            for (let column = lane; column < columns; column += 64) {
              const position = (start + column) | 0;
              const x2 = x[position] - rowMaximum;
              const below = 89.06941270195297 < x2 ? 89.06941270195297 : x2;
              const clamped = -104.66522426455174 > below ? -104.66522426455174 : below;
              const steps = clamped * 23.083120654223414 + 6755399441055744 - 6755399441055744;
              const rest = clamped - steps * 0.04332169878499658;
              const power = (rest * (rest * ((0.04166715541185541 * rest + 0.16666959914371593) * rest + 0.5) + 1) + 1) * powers0[(steps + 2416) | 0];
              y[position] = power;
              sum = Math.fround(sum + power);
            }
            sums[lane] = sum;
          }
          for (let step = 0; step < 6; step++) {
            const half = 32 >> step;
            for (let lane = 0; lane < 64; lane++) {
              if (lane < half) {
                sums[lane] = sums[lane] + sums[(lane + half) | 0];
              }
            }
          }
          const scale = 1 / sums[0];
          for (let lane = 0; lane < 64; lane++) {
            for (let column = lane; column < columns; column += 64) {
              const position = (start + column) | 0;
              y[position] = y[position] * scale;
            }
          }
        }
      };
    }"
  `));
  it("escapeTime", () => expect(gateText("escapeTime")).toMatchInlineSnapshot(`
    "function escapeTime(real, imaginary, steps, stays, n, maxSteps, begin, end) {
      const groupEnd = Math.min((((n + 255) | 0) / 256) | 0, end);
      for (let group = Math.max(0, begin); group < groupEnd; group++) {
        const first = group * 256;
        const iEnd = Math.min(first + 256, n);
        for (let i = first; i < iEnd; i++) {
          const cx = real[i];
          const cy = imaginary[i];
          let x = 0;
          let y = 0;
          let count = 0;
          while (count < maxSteps && Math.fround(x * x + y * y) <= 4) {
            const nextX = Math.fround(x * x - y * y + cx);
            y = Math.fround(2 * x * y + cy);
            x = nextX;
            count = (count + 1) | 0;
          }
          steps[i] = count;
          stays[i] = count >= maxSteps ? 1 : 0;
        }
      }
    }"
  `));
  it("sum", () => expect(gateText("sum")).toMatchInlineSnapshot(`
    "function partialSums(x, partials, n, begin, end) {
      const sums = new Float32Array(64);
      const groupEnd = Math.min((((n + 511) | 0) / 512) | 0, end);
      for (let group = Math.max(0, begin); group < groupEnd; group++) {
        const first = group * 512;
        const last = Math.min(first + 512, n);
        for (let lane = 0; lane < 64; lane++) {
          let sum = 0;
          for (let i = first + lane; i < last; i += 64) {
            sum = Math.fround(sum + x[i]);
          }
          sums[lane] = sum;
        }
        for (let step = 0; step < 6; step++) {
          const half = 32 >> step;
          for (let lane = 0; lane < 64; lane++) {
            if (lane < half) {
              sums[lane] = sums[lane] + sums[(lane + half) | 0];
            }
          }
        }
        for (let lane = 0; lane < 64; lane++) {
          if (lane === 0) {
            partials[group] = sums[0];
          }
        }
      }
    }
    function finalSum(partials, total, n) {
      const sums = new Float32Array(64);
      for (let lane = 0; lane < 64; lane++) {
        let sum = 0;
        for (let i = lane; i < n; i += 64) {
          sum = Math.fround(sum + partials[i]);
        }
        sums[lane] = sum;
      }
      for (let step = 0; step < 6; step++) {
        const half = 32 >> step;
        for (let lane = 0; lane < 64; lane++) {
          if (lane < half) {
            sums[lane] = sums[lane] + sums[(lane + half) | 0];
          }
        }
      }
      for (let lane = 0; lane < 64; lane++) {
        if (lane === 0) {
          total[0] = sums[0];
        }
      }
    }"
  `));
});

interface Values {
  readonly i: Expr;
  readonly j: Expr;
  readonly u: Expr;
  readonly v: Expr;
  readonly f: Expr;
  readonly p: Expr;
}

/** The lines of a kernel that stores one value, computed from int32 i, j, uint32 u, v, float32 f and bool p. */
function storing(value: (values: Values) => Expr): Kernel {
  const k = new KernelBuilder("kernel");
  const values: Values = {
    i: k.scalar("i", "int32"), j: k.scalar("j", "int32"), u: k.scalar("u", "uint32"), v: k.scalar("v", "uint32"),
    f: k.scalar("f", "float32"), p: k.scalar("p", "bool"),
  };
  const stored = value(values);
  const y = k.buffer("y", { dtype: stored.type.dtype, length: 1, access: "write" });
  k.store(y, int(0), stored);
  return k.build();
}

/** What stands right of `y[0] =`. */
function textOf(value: (values: Values) => Expr): string {
  const line = printJsKernel(legalizeJs(storing(value))).split("\n").find((text) => text.includes("y[0] ="));
  return required(line, "store").trim().replace("y[0] = ", "").replace(/;$/, "");
}

describe("integers are coerced only where it matters", () => {
  it.each([
    ["a stored sum", ({ i, j }: Values) => add(i, j), "i + j"],
    ["a stored sum of sums", ({ i, j }: Values) => add(add(i, j), i), "i + j + i"],
    ["a compared sum", ({ i, j }: Values) => lt(add(i, j), j), "((i + j) | 0) < j ? 1 : 0"],
    ["an unsigned compared sum", ({ u, v }: Values) => lt(add(u, v), v), "((u + v) >>> 0) < v ? 1 : 0"],
    ["a wide product", ({ i, j }: Values) => mul(i, j), "Math.imul(i, j)"],
    ["a product that fits a double", ({ i }: Values) => mul(i, 12), "i * 12"],
    ["the product of a sum", ({ i, j }: Values) => mul(add(i, j), i), "Math.imul(i + j, i)"],
    ["bits of a sum", ({ i, j }: Values) => and(add(i, j), 255), "(i + j) & 255"],
    ["a rotation", ({ u }: Values) => or(op("shiftLeft", u, 13), op("shiftRightLogical", u, 19)), "(u << 13) | (u >>> 19)"],
    ["a quotient", ({ i }: Values) => div(i, 7), "(i / 7) | 0"],
    ["a remainder", ({ i }: Values) => rem(i, 7), "i % 7"],
    ["a guarded quotient", ({ i, j }: Values) => div(i, j), "j === 0 ? -1 : (i / j) | 0"],
    ["a difference with a negative constant", ({ i }: Values) => sub(i, 3), "i - 3"],
    ["a sign change, which must not be -0", ({ i }: Values) => convert(neg(i), "float32"), "-i | 0"],
    ["a signed number from an unsigned one", ({ u }: Values) => bitcast(u, "int32"), "u"],
    ["an unsigned number as a float", ({ i }: Values) => convert(bitcast(i, "uint32"), "float32"), "i >>> 0"],
    ["an integer from a float", ({ f }: Values) => convert(f, "int32"), "Math.max(-2147483648, Math.min(f, 2147483647)) | 0"],
  ])("%s", (_name, value, text) => {
    expect(textOf(value)).toBe(text);
  });

  it("keeps sums of many terms exact where a double could not hold them", () => {
    const factor = 2 ** 20;
    const kernel = storing(({ i, j }) => {
      const large = mul(i, factor);
      return add(add(add(large, mul(j, factor)), large), add(mul(add(large, i), factor), 1));
    });
    const y = new Int32Array(1);
    compileJs(kernel)(y, 2147483647, -2147483648, 0, 0, 0, 0);
    const wrap = (value: bigint): number => Number(BigInt.asIntN(32, value));
    const i = 2147483647n;
    const large = i * 1048576n;
    expect(y[0]).toBe(wrap(large - 2147483648n * 1048576n + large + BigInt.asIntN(32, large + i) * 1048576n + 1n));
  });
});

describe("floats and bools", () => {
  it.each([
    ["parentheses that keep the order of float operations", ({ f }: Values) => add(f, add(f, mul(sub(f, f), f))), "f + (f + (f - f) * f)"],
    ["two minus signs", ({ f }: Values) => neg(neg(f)), "-(-f)"],
    ["minus a negative constant", ({ f }: Values) => sub(f, -1), "f - -1"],
    ["a sign before a difference", ({ f }: Values) => neg(sub(f, f)), "-(f - f)"],
    ["a number from a bool", ({ p }: Values) => convert(p, "float32"), "p !== 0 ? 1 : 0"],
    ["logic", ({ p, i, j }: Values) => or(and(p, lt(i, j)), not(eq(i, 0))), "p !== 0 && i < j || i !== 0 ? 1 : 0"],
    ["a select of selects", ({ p, f, i }: Values) => select(p, select(lt(i, 0), f, neg(f)), f), "p !== 0 ? i < 0 ? f : -f : f"],
    ["a bool from a float", ({ f }: Values) => convert(f, "bool"), "f !== 0 ? 1 : 0"],
    ["bools compared", ({ p, i }: Values) => eq(p, gt(i, 1)), "(p !== 0) === (i > 1) ? 1 : 0"],
    ["a power with a constant exponent", ({ f }: Values) => convert(op("pow", convert(f, "float64"), 2.5), "float32"), "Math.pow(f, 2.5)"],
  ])("%s", (_name, value, text) => {
    expect(textOf(value)).toBe(text);
  });

  it.each([NaN, Infinity, -Infinity, -0, 0, 0.1, -1e-40, 3.4028234663852886e38])("the constant %s", (value) => {
    const y = new Float32Array(1);
    compileJs(storing(() => constant(value, "float32")))(y, 0, 0, 0, 0, 0, 0);
    expect(y[0]).toBe(Math.fround(value));
  });
});

describe("names", () => {
  const names = ["new", "begin", "Math", "float32Bits", "x", "kernel", "let"];

  it("that are words of JavaScript, or of the generated code, are changed", () => {
    const k = new KernelBuilder("kernel");
    const buffers = names.map((name) => k.buffer(name, { dtype: "float32", length: 2, access: "readWrite" }));
    k.for("grid", 0, 2, 1, (i) => {
      for (const buffer of buffers) {
        const loaded = k.load(buffer, i, { hint: "await" });
        const bits = k.let(and(bitcast(loaded, "int32"), 0x7fffffff), "end");
        k.store(buffer, i, add(max(loaded, bitcast(bits, "float32")), bitcast(bits, "float32")));
      }
    }, "for");
    const arrays = names.map((_, position) => Float32Array.of(-position, position));
    compileJs(k.build())(...arrays, 0, 2);
    expect(arrays).toEqual(names.map((_, position) => Float32Array.of(2 * position, 2 * position)));
  });

  it("of a kernel that no identifier may have", () => {
    const k = new KernelBuilder("2 + 2");
    const y = k.buffer("y", { dtype: "float32", length: 1, access: "write" });
    k.store(y, int(0), constant(4, "float32"));
    expect(printJsKernel(legalizeJs(k.build()))).toBe("function _2___2(y) {\n  y[0] = 4;\n}");
  });
});

describe("statements", () => {
  it("masks, bool arrays, small integers, tables and loops with a bound that changes", () => {
    const k = new KernelBuilder("statements");
    const n = k.scalar("n", "int32");
    const flags = k.buffer("flags", { dtype: "bool", length: n, access: "readWrite" });
    const bytes = k.buffer("bytes", { dtype: "uint8", length: n, access: "readWrite" });
    const table = k.array("table", { space: "constant", dtype: "float32", length: 3, values: [0.5, -Infinity, -0] });
    const y = k.buffer("y", { dtype: "float32", length: n, access: "readWrite" });
    const limit = k.var(n, "limit");
    k.for("serial", 0, limit, 2, (i) => {
      k.assign(limit, int(0));
      const flag = k.load(flags, i, { mask: lt(i, sub(n, 1)), hint: "flag" });
      const byte = k.load(bytes, i, { hint: "byte" });
      k.store(flags, i, not(flag));
      k.store(bytes, i, add(byte, 250), flag);
      k.store(y, i, k.load(table, int(1), { mask: flag, hint: "entry" }));
    });
    k.while(() => {
      const first = k.load(y, int(0), { hint: "first" });
      return lt(first, 4);
    }, () => k.store(y, int(0), constant(4, "float32")));
    k.if(eq(n, 0), () => k.store(y, int(0), constant(1, "float32")), () => {
      k.if(eq(n, 1), () => k.store(y, int(0), constant(2, "float32")), () => k.store(y, int(0), constant(3, "float32")));
    });
    const kernel = k.build();
    expect(printJsKernel(legalizeJs(kernel))).toMatchInlineSnapshot(`
      "(() => {
        const table = Float32Array.of(0.5, -Infinity, -0);
        return function statements(flags, bytes, y, n) {
          let limit = n;
          const iEnd = limit;
          for (let i = 0; i < iEnd; i += 2) {
            limit = 0;
            const flag = i < n - 1 && flags[i] !== 0;
            const byte = bytes[i];
            flags[i] = !flag ? 1 : 0;
            if (flag) bytes[i] = byte + 250;
            y[i] = flag ? table[1] : 0;
          }
          while (true) {
            const first = y[0];
            if (!(first < 4)) break;
            y[0] = 4;
          }
          if (n === 0) {
            y[0] = 1;
          } else if (n === 1) {
            y[0] = 2;
          } else {
            y[0] = 3;
          }
        };
      })()"
    `);
    const arrays: readonly HostArray[] = [Uint8Array.of(1, 1, 1, 1), Uint8Array.of(10, 10, 10, 10), new Float32Array(4)];
    compileJs(kernel)(...arrays, 4);
    expect(arrays).toEqual([Uint8Array.of(0, 1, 0, 1), Uint8Array.of(4, 10, 4, 10), Float32Array.of(3, 0, -Infinity, 0)]);
  });

  it("a load is not moved behind a store", () => {
    const k = new KernelBuilder("swap");
    const y = k.buffer("y", { dtype: "float32", length: 2, access: "readWrite" });
    const first = k.load(y, int(0), { hint: "first" });
    k.store(y, int(0), k.load(y, int(1), { hint: "second" }));
    k.store(y, int(1), first);
    const kernel = k.build();
    expect(printJsKernel(legalizeJs(kernel))).toMatchInlineSnapshot(`
      "function swap(y) {
        const first = y[0];
        y[0] = y[1];
        y[1] = first;
      }"
    `);
    const array = Float32Array.of(1, 2);
    compileJs(kernel)(array);
    expect(array).toEqual(Float32Array.of(2, 1));
  });

  it("vectors are a fault before they are scalarized", () => {
    const k = new KernelBuilder("vectors");
    const y = k.buffer("y", { dtype: "float32", length: 4, access: "write" });
    k.store(y, int(0), constant(1, "float32", 4));
    const kernel = k.build();
    expect(() => printJsKernel(kernel)).toThrow(InternalError);
  });
});
