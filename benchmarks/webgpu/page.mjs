/** @file What runs in the page, and in Node with WebGPU as a global: one workload by one contestant, and the adapter's own copies. */

import { inFloat64 } from "../harness/check.mjs";
import { median } from "../harness/statistics.mjs";
import { starters } from "./contestants.mjs";
import { webgpuWorkloads } from "./workloads.mjs";

/** @typedef {{ firstCall: number, samples: number[], error: number, gpu: number | null, dispatches: number, submits: number }} Sampled */

/** What the page has sent to GPUs so far, by anybody. */
const sent = { dispatches: 0, submits: 0 };
/** A sample is as many calls as take about so long, in ms. */
const sampleTime = 20;
/** Where a call takes longer (in ms), everybody is timed once after a warm-up. */
const longCall = 4000;

/** Counts dispatches and submissions of everybody. */
function countCalls() {
  const dispatch = Reflect.get(GPUComputePassEncoder.prototype, "dispatchWorkgroups");
  GPUComputePassEncoder.prototype.dispatchWorkgroups = function counted(...size) {
    sent.dispatches += 1;
    return dispatch.apply(this, size);
  };
  const submit = Reflect.get(GPUQueue.prototype, "submit");
  GPUQueue.prototype.submit = function counted(buffers) {
    sent.submits += 1;
    return submit.call(this, buffers);
  };
}

/**
 * Everybody's samples of one workload, taken by turns, so that a slow second of the machine hits all alike.
 * @type {(name: string, contestants: readonly string[], seconds: number) => Promise<Record<string, Sampled | { failure: string }>>}
 */
async function sampleWorkload(name, contestants, seconds) {
  const workload = webgpuWorkloads.find((known) => known.name === name);
  if (workload === undefined) throw new Error(`no workload ${name}`);
  /** @type {Record<string, Sampled | { failure: string }>} */
  const outcomes = {};
  const running = [];
  for (const contestant of contestants) {
    try {
      running.push({ contestant, ...await prepare(workload, contestant) });
    } catch (error) {
      outcomes[contestant] = { failure: String(error).split("\n")[0]?.slice(0, 160) ?? "failed" };
    }
  }
  const longest = Math.max(...running.map(({ last }) => last));
  const until = performance.now() + seconds * 1000 * running.length;
  for (let round = 0; round < (longest > longCall ? 2 : 4) || (performance.now() < until && round < 60); round++) {
    for (const { timeOf, calls, samples } of running) {
      const time = await timeOf(calls);
      // The first round warms up what an earlier contestant has left cold.
      if (round > 0) samples.push(time);
    }
  }
  for (const { contestant, close, samples, facts } of running) {
    close();
    outcomes[contestant] = { samples, ...facts };
  }
  return outcomes;
}

/** Starts a contestant, checks its result and counts what a call sends. */
async function prepare(/** @type {import("../workloads/index.mjs").Workload} */ workload, /** @type {string} */ contestant) {
  const starter = starters[contestant];
  if (starter === undefined) throw new Error(`no contestant ${contestant}`);
  const inputs = workload.inputs();
  const { run, wait, release, read, close, gpuTime } = await starter.start(workload[starter.form], inputs, workload.jit ?? true);

  const timeOf = async (/** @type {number} */ calls) => {
    const begin = performance.now();
    // All results are kept until they are computed: a library may leave out what nobody waits for.
    const results = Array.from({ length: calls }, run);
    await wait(results);
    const time = (performance.now() - begin) / calls;
    release(results);
    await new Promise((resolve) => { setTimeout(resolve); });
    return time;
  };

  const begin = performance.now();
  const first = run();
  await wait(first);
  const firstCall = performance.now() - begin;
  const error = workload.error(inFloat64(inputs), await read(first), starter.form);
  release(first);

  const sentBy = async (/** @type {() => Promise<unknown>} */ act) => {
    const before = { ...sent };
    await act();
    return { dispatches: sent.dispatches - before.dispatches, submits: sent.submits - before.submits };
  };
  let result = null;
  const all = await sentBy(async () => {
    result = run();
    await wait(result);
  });
  // Waiting for what is there already may send something, too.
  const waiting = await sentBy(() => wait(result));
  release(result);

  const last = await timeOf(1);
  const calls = Math.max(1, Math.min(50, Math.round(sampleTime / last)));
  const gpu = last > longCall ? null : await gpuTime?.() ?? null;
  const facts = { firstCall, error, gpu, dispatches: all.dispatches - waiting.dispatches, submits: all.submits - waiting.submits };
  return { timeOf, close, last, calls, facts, samples: /** @type {number[]} */ ([]) };
}

/** GB/s read and written by the device's own copies of 16 MB: a median. @type {(seconds: number) => Promise<number>} */
async function copyBandwidth(seconds) {
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: "high-performance" });
  const device = await adapter?.requestDevice();
  if (device === undefined) throw new Error("no adapter");
  const size = 16 << 20;
  const [from, to] = [0, 1].map(() => device.createBuffer({ size, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST }));
  device.queue.writeBuffer(from, 0, new Float32Array(size / 4).fill(1));
  const repeats = 8;
  const times = [];
  const until = performance.now() + seconds * 1000;
  while (times.length < 4 || performance.now() < until) {
    const encoder = device.createCommandEncoder();
    for (let repeat = 0; repeat < repeats; repeat++) encoder.copyBufferToBuffer(from, 0, to, 0, size);
    await device.queue.onSubmittedWorkDone();
    const begin = performance.now();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    times.push((performance.now() - begin) / repeats);
  }
  device.destroy();
  return 2 * size / median(times.slice(1)) / 1e6;
}

/** @type {() => Promise<string>} */
async function adapterName() {
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: "high-performance" });
  if (adapter === null) throw new Error("no adapter");
  const { vendor, architecture, description, device } = adapter.info;
  return [...new Set([vendor, architecture, description, device])].filter((part) => part !== "").join(" ");
}

countCalls();
Object.assign(globalThis, { webgpuBench: { sampleWorkload, copyBandwidth, adapterName } });
