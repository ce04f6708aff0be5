/** @file What runs inside the browser: programs of lanewise on webgpu, and what they give, as plain data for the test outside. */
import { adapters, devices, get, grad, init, jit, numpy as np, random, vmap, type NDArray } from "lanewise";

const programs: Readonly<Record<string, () => NDArray>> = {
  "an eager chain": () => np.arange(6).mul(2).add(1),
  "a compiled softmax": () => jit((x: NDArray) => {
    const e = np.exp(x.sub(x.max(1).reshape(4, 1)));
    return e.div(e.sum(1).reshape(4, 1));
  })(np.arange(12).reshape(4, 3).astype("float32")),
  "a gradient under vmap": () => jit(vmap(grad((x: NDArray) => np.sin(x).mul(x).sum())))(np.arange(6).reshape(2, 3).astype("float32")),
  "a product of matrices": () => np.dot(np.arange(70 * 40).reshape(70, 40).mod(7), np.arange(40 * 50).reshape(40, 50).mod(5)).sum(1),
  "a sort": () => np.sort(np.arange(100).mul(37).mod(101)),
  "a prefix sum": () => np.cumsum(np.arange(300).mod(3)),
  "random numbers": () => random.bits(random.key(3), [5]),
  "booleans": () => np.arange(4).greater(1),
};

export interface PageResult {
  readonly adapter: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly maps: number;
}

async function run(): Promise<PageResult> {
  const { adapters: found, problem } = await adapters();
  if (problem !== null) throw new Error(`${problem.reason}: ${problem.fix}`);
  await init({ webgpu: true, device: "webgpu" });
  const [device] = devices("webgpu");
  const { counters } = device as unknown as { readonly counters: { readonly maps: number } };
  const before = counters.maps;
  const values = await get(Object.fromEntries(Object.entries(programs).map(([name, program]) => [name, program()])));
  return { adapter: found.map(({ vendor, architecture }) => `${vendor} ${architecture}`).join(), values, maps: counters.maps - before };
}

/** The same on the device of the process, for comparison. */
export function values(): Promise<Readonly<Record<string, unknown>>> {
  return get(Object.fromEntries(Object.entries(programs).map(([name, program]) => [name, program()])));
}

Object.assign(globalThis, { runInPage: run });
