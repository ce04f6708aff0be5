/** @file float16 and bfloat16 arrays as 16-bit words: every pattern loads right, and stores round to the nearest. */
import type { HostArray } from "@lanewise/compiler/base/dtype";
import { fromBfloat16Bits, fromFloat16Bits, toBfloat16Bits, toFloat16Bits } from "@lanewise/compiler/base/float-bits";
import { KernelBuilder } from "@lanewise/compiler/kernel/build";
import { interpret } from "@lanewise/compiler/kernel/interpret";
import type { Kernel, StorageDType } from "@lanewise/compiler/kernel/types";
import { verifyKernel } from "@lanewise/compiler/kernel/verify";
import { expandHalfStorage } from "@lanewise/compiler/legalize/half-storage";
import { describe, expect, it } from "vitest";
import { compileJs } from "../../support/js-runner.ts";
import { edgeValues, randomValues } from "../../support/scalar-values.ts";

/** Copies an array of one dtype to one of another. */
function conversion(from: StorageDType, to: StorageDType): Kernel {
  const k = new KernelBuilder("conversion");
  const n = k.scalar("n", "int32");
  const source = k.buffer("source", { dtype: from, length: n, access: "read" });
  const target = k.buffer("target", { dtype: to, length: n, access: "write" });
  k.for("grid", 0, n, 1, (i) => k.store(target, i, k.load(source, i)));
  return k.build();
}

type Run = (kernel: Kernel, source: HostArray, target: HostArray) => void;

const runs: readonly (readonly [string, Run])[] = [
  ["the interpreter", (kernel, source, target) => {
    const expanded = expandHalfStorage(kernel);
    verifyKernel(expanded);
    interpret(expanded, { buffers: { source, target }, scalars: { n: source.length } });
  }],
  ["js", (kernel, source, target) => compileJs(kernel)(source, target, source.length, 0, source.length)],
];

const halves = [
  ["float16", fromFloat16Bits, toFloat16Bits], ["bfloat16", fromBfloat16Bits, toBfloat16Bits],
] as const;

/** Every float16 and the numbers halfway between neighbours, a little less and a little more than that, and random ones. */
function numbersToStore(fromBits: (bits: number) => number): Float32Array {
  const numbers = [...edgeValues("float32"), ...randomValues("float32", 5000, 3)];
  for (let bits = 0; bits < 0x7f80; bits += 7) {
    const middle = (fromBits(bits) + fromBits(bits + 1)) / 2;
    numbers.push(middle, -middle, middle * (1 + 2 ** -23), middle * (1 - 2 ** -23));
  }
  return Float32Array.from(numbers);
}

describe.each(runs)("on %s", (_name, run) => {
  it.each(halves)("every %s is loaded", (dtype, fromBits) => {
    const source = Uint16Array.from({ length: 0x10000 }, (_, bits) => bits);
    const target = new Float32Array(source.length);
    run(conversion(dtype, "float32"), source, target);
    expect(target).toEqual(Float32Array.from(source, fromBits));
  });

  it.each(halves)("stores to %s round", (dtype, fromBits, toBits) => {
    const source = numbersToStore(fromBits);
    const target = new Uint16Array(source.length);
    run(conversion("float32", dtype), source, target);
    expect(target).toEqual(Uint16Array.from(source, toBits));
  });
});

it("a kernel without such arrays stays itself", () => {
  const kernel = conversion("float32", "float32");
  expect(expandHalfStorage(kernel)).toBe(kernel);
});
