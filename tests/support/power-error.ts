/** @file How far a target's float32 pow is off where it is hardest: powers of every magnitude, of bases near 1 too. */
import { at } from "@lanewise/compiler/base/assert";
import { KernelBuilder, op } from "@lanewise/compiler/kernel/build";
import { randomNumbers } from "./gate/types.ts";
import type { RunGateProgram } from "./gate-runner.ts";

/** Pairs of a positive base and an exponent whose power is a normal float32. */
function powerRows(count: number): readonly (readonly [x: number, y: number])[] {
  const next = randomNumbers(11);
  return Array.from({ length: count }, (_, i) => {
    const distance = (next() - 0.5) * 2 ** (-23 * next());
    const x = Math.fround(i % 2 === 0 ? 2 ** (252 * next() - 126) : 1 + distance);
    // One base of the second kind in a few million rounds to 1.
    return [x, x === 1 ? 1 : Math.fround((252 * next() - 125.5) / Math.log2(x))];
  });
}

/** The largest error in units in the last place of the exact value, and where it is. */
export async function largestPowerError(run: RunGateProgram, count = 4000): Promise<{ ulps: number; x: number; y: number }> {
  const rows = powerRows(count);
  const k = new KernelBuilder("powers");
  const x = k.buffer("x", { dtype: "float32", length: count, access: "read" });
  const y = k.buffer("y", { dtype: "float32", length: count, access: "read" });
  const power = k.buffer("power", { dtype: "float32", length: count, access: "write" });
  k.for("grid", 0, count, 1, (i) => k.store(power, i, op("pow", k.load(x, i), k.load(y, i))));
  const arrays = {
    x: Float32Array.from(rows, ([base]) => base),
    y: Float32Array.from(rows, ([, exponent]) => exponent),
    power: new Float32Array(count),
  };
  const buffers = (["x", "y", "power"] as const).map((name) => ({ name, dtype: "float32", length: count, role: "output" } as const));
  await run({ buffers, steps: [{ kernel: k.build(), buffers: ["x", "y", "power"], scalars: [], grid: [count] }] }, arrays);
  const errors = rows.map(([base, exponent], i) => {
    const exact = base ** exponent;
    const unit = 2 ** (Math.floor(Math.log2(exact)) - 23);
    return { ulps: Math.abs(at(arrays.power, i) - exact) / unit, x: base, y: exponent };
  });
  return errors.reduce((worst, error) => (error.ulps > worst.ulps || Number.isNaN(error.ulps) ? error : worst));
}
