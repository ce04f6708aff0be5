/** @file `lanewise dump --time`: the kernels of a function, timed on this machine's GPU. */

import { parseAval } from "@lanewise/compiler/ir/parse-aval";
import * as lanewise from "lanewise";

/** A jitted function traced for some types of arguments. */
export interface Timeable {
  compile(): (...args: unknown[]) => unknown;
  cost(): { readonly launches: readonly Launch[] };
}

interface Launch {
  readonly name: string;
  readonly bytes: number;
  readonly flops: number;
}

/** What a kernel took, in the order in which a call runs them. */
export interface KernelTime extends Launch {
  readonly microseconds: number;
}

export interface Times {
  readonly source: lanewise.GpuTimes["source"];
  /** Of a call. */
  readonly microseconds: number;
  /** Empty where the machine has no timestamps. */
  readonly kernels: readonly KernelTime[];
}

const calls = 7;

/** Calls the function several times with made-up numbers; the default device is a webgpu device. */
export async function timeKernels(lowered: Timeable, specs: readonly unknown[]): Promise<Times> {
  const f = lowered.compile();
  const measured: lanewise.GpuTimes[] = [];
  // The first call compiles.
  for (let call = 0; call <= calls; call++) {
    const args = specs.map(madeUp);
    await lanewise.blockUntilReady(args);
    let result: unknown;
    measured.push(await lanewise.gpuTimes(() => { result = f(...args); }));
    await lanewise.blockUntilReady(result);
  }
  const timed = measured.slice(1);
  const { launches } = lowered.cost();
  const isTimed = timed.every(({ dispatches }) => dispatches.length === launches.length);
  return {
    source: timed[0]?.source ?? "wall clock",
    microseconds: median(timed.map(({ microseconds }) => microseconds)),
    kernels: isTimed ? launches.map((launch, place) => ({ ...launch, microseconds: median(timed.map(({ dispatches }) => dispatches[place]?.microseconds ?? 0)) })) : [],
  };
}

/** A line for each kernel with its rates, and one for the call. */
export function timesText({ source, microseconds, kernels }: Times): string {
  const total = `${microseconds.toFixed(1)} us a call, the median of ${calls}`;
  if (source === "wall clock") return `time by the host's clock, because this adapter has no timestamp-query: ${total}, submission and wait included`;
  const lines = kernels.map(({ name, bytes, flops, microseconds: each }, place) => {
    const rate = (amount: number): string => (each > 0 ? (amount / each / 1000).toFixed(2) : "-");
    return `  ${place} ${name}: ${each.toFixed(1)} us, ${rate(bytes)} GB/s, ${rate(flops)} GFLOP/s`;
  });
  return [`time by timestamp-query: ${total}`, ...lines].join("\n");
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? NaN;
}

/** A tree of arrays for a tree of array types: fractions, small integers, bools by turns. Numbers stay. */
function madeUp(spec: unknown): unknown {
  if (Array.isArray(spec)) return spec.map(madeUp);
  if (typeof spec === "object" && spec !== null) return Object.fromEntries(Object.entries(spec).map(([key, child]) => [key, madeUp(child)]));
  if (typeof spec !== "string") return spec;
  const { shape, dtype } = parseAval(spec, "dump --time");
  if (dtype === "key<fry>") return lanewise.random.split(lanewise.random.key(0), shape);
  const count = shape.reduce((product, extent) => product * extent, 1);
  const isFraction = dtype.startsWith("float") || dtype === "bfloat16" || dtype === "complex64";
  const numbers = Float32Array.from({ length: count }, (_, index) => (isFraction ? (index % 97) / 97 + 0.01 : index % 2));
  return lanewise.numpy.array(numbers).reshape([...shape]).astype(dtype);
}
