/**
 * @file One process: one workload by one contestant. Prints one line of JSON: the first call, samples of later calls, the error
 * against float64.
 *
 * node worker.mjs WORKLOAD CONTESTANT SECONDS
 */

import { workloads } from "../workloads/index.mjs";
import { inFloat64 } from "./check.mjs";
import { contestants } from "./contestants.mjs";

const [name = "", contestantName = "", seconds = "0.5"] = process.argv.slice(2);
const workload = workloads.find((known) => known.name === name);
const contestant = contestants[contestantName];
if (workload === undefined || contestant === undefined) throw new Error(`no workload ${name} or no contestant ${contestantName}`);

const budget = Number(seconds) * 1000;
/** A contestant whose first call takes longer (in ms) is not called again: that call is its time. */
const longestFirstCall = 5000;
const inputs = workload.inputs();
const { run, release, read } = await contestant.start(workload[contestant.form], inputs, { jit: workload.jit ?? true });

/** Runs `calls` times, giving back the memory of each result; the last result is returned. */
async function runAndRelease(/** @type {number} */ calls) {
  for (let call = 1; call < calls; call++) {
    const result = run();
    const released = release(result instanceof Promise ? await result : result);
    // A turn of the microtask queue costs as much as a small call.
    if (released instanceof Promise) await released;
  }
  return run();
}

/** The time of one call in milliseconds; small ones are timed in batches. */
async function sample(/** @type {number} */ calls) {
  const begin = performance.now();
  const result = await runAndRelease(calls);
  const time = (performance.now() - begin) / calls;
  await release(result);
  // A turn of the event loop lets finalizers run, as they would between frames.
  await new Promise((resolve) => { setImmediate(resolve); });
  return time;
}

const firstBegin = performance.now();
const first = await run();
const firstCall = performance.now() - firstBegin;
const error = workload.error(inFloat64(inputs), await read(first), contestant.form);
await release(first);

const samples = [];
let calls = 1;
if (firstCall < longestFirstCall) {
  const warmUntil = performance.now() + budget / 2;
  // In batches from the second sample on: a function of microseconds is optimised only after many thousand calls.
  for (let rounds = 0; rounds === 0 || (performance.now() < warmUntil && rounds < 1000); rounds++) {
    calls = Math.max(1, Math.min(1000, Math.round(2 / Math.max(await sample(calls), 1e-3))));
  }
  const until = performance.now() + budget;
  while (samples.length < 3 || (samples.length < 5 && performance.now() < until + 4 * budget) || (performance.now() < until && samples.length < 60)) samples.push(await sample(calls));
} else {
  samples.push(firstCall);
}
console.log(JSON.stringify({ firstCall, samples, error }));
process.exit(0);
