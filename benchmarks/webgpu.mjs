/**
 * @file `npm run bench:webgpu`: thirteen workloads on webgpu by lanewise, jax-js and tfjs, in headless Chromium and in Node,
 * beside the adapter's own copies; and their part of docs/performance.md.
 *
 * npm run bench:webgpu -- [--only NAME,...] [--where chromium|node] [--adapter swiftshader|default] [--quick]
 */

import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { machineOf } from "./harness/machine.mjs";
import { updatePage } from "./harness/page.mjs";
import { saveResults } from "./harness/results.mjs";
import { median } from "./harness/statistics.mjs";
import { bundlePage, openBrowser, openNode } from "./webgpu/places.mjs";
import { webgpuContestants, webgpuTable } from "./webgpu/table.mjs";
import { webgpuWorkloads } from "./webgpu/workloads.mjs";

/** @typedef {import("./webgpu/table.mjs").PlaceResults} PlaceResults */

const { values } = parseArgs({
  options: {
    only: { type: "string" }, where: { type: "string" }, adapter: { type: "string", default: "swiftshader" }, quick: { type: "boolean", default: false },
  },
});

const { adapter, quick } = values;
if (adapter !== "swiftshader" && adapter !== "default") complain(`--adapter takes swiftshader or default; got ${adapter}`);
const places = /** @type {const} */ (["chromium", "node"]).filter((place) => (values.where ?? place) === place);
if (places.length === 0) complain(`--where takes chromium or node; got ${values.where}`);
const wanted = values.only?.split(",");
const chosen = webgpuWorkloads.filter(({ name }) => wanted?.some((part) => name.includes(part)) ?? true);
if (chosen.length === 0) complain(`no workload is named like ${values.only}; there are ${webgpuWorkloads.map(({ name }) => name).join(", ")}`);
if (!existsSync(new URL("node_modules/@tensorflow/tfjs-backend-webgpu", import.meta.url))) {
  complain("the peers are not installed; type\n\n    npm ci --prefix benchmarks");
}

const [rounds, seconds] = quick ? [1, 0.2] : [3, 0.5];
const script = await bundlePage();
/** @type {Record<string, PlaceResults>} */
const results = {};
for (const place of places) {
  results[place] = await measure(place);
  console.log(`\n${place}, ${results[place].adapter}; its own copies ${results[place].copies.toFixed(1)} GB/s\n\n${webgpuTable(results[place])}\n`);
}
if (wanted === undefined && values.where === undefined) {
  await saveResults("webgpu", { machine: machineOf(), quick, results });
  await updatePage();
  console.log("written: docs/performance.md and docs/performance/");
}

/**
 * Every workload by everybody, in fresh browsers or processes.
 * @param {"chromium" | "node"} place
 * @returns {Promise<PlaceResults>}
 */
async function measure(place) {
  /** @type {import("./webgpu/table.mjs").WebGpuResult[]} */
  const measured = chosen.map(({ name }) => ({ name, measured: {} }));
  const copies = [];
  let name = "";
  for (let round = 0; round < rounds; round++) {
    const opened = place === "chromium" ? await openBrowser(script, adapter) : await openNode(adapter);
    try {
      name = await opened.call("adapterName");
      copies.push(await opened.call("copyBandwidth", seconds));
      for (const result of measured) {
        const outcomes = await opened.call("sampleWorkload", result.name, Object.keys(webgpuContestants), seconds);
        for (const contestant of Object.keys(webgpuContestants)) add(result, contestant, outcomes[contestant]);
        console.log(`${place} ${round + 1}/${rounds} ${result.name.padEnd(16)} ${lineOf(result)}`);
      }
    } finally {
      await opened.close();
    }
  }
  return { adapter: name, copies: median(copies), workloads: measured };
}

/** @type {(result: import("./webgpu/table.mjs").WebGpuResult, contestant: string, outcome: any) => void} */
function add({ measured }, contestant, outcome) {
  const known = (measured[contestant] ??= { medians: [], firstCalls: [], gpuTimes: [], error: 0, dispatches: 0, submits: 0, failure: null });
  if ("failure" in outcome) {
    known.failure = outcome.failure;
    return;
  }
  const { samples, firstCall, error, gpu, dispatches, submits } = outcome;
  known.medians.push(median(samples));
  known.firstCalls.push(firstCall);
  if (gpu !== null) known.gpuTimes.push(gpu);
  known.error = Math.max(known.error, error ?? Infinity);
  Object.assign(known, { dispatches, submits });
}

/** @type {(result: import("./webgpu/table.mjs").WebGpuResult) => string} */
function lineOf({ measured }) {
  return Object.entries(measured).map(([contestant, { medians, gpuTimes, dispatches, error, failure }]) => (failure === null
    ? `${contestant} ${median(medians).toPrecision(3)} ms (${gpuTimes.length === 0 ? "" : `${median(gpuTimes).toPrecision(3)} ms by the GPU's clock, `}${dispatches} dispatches, error ${error.toExponential(0)})`
    : `${contestant} failed (${failure})`)).join("  ");
}

/** @type {(text: string) => never} */
function complain(text) {
  console.error(text);
  process.exit(2);
}
