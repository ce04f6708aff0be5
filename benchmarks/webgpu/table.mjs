/** @file The tables of webgpu, and its part of the page. */

import { geometricMean, median, spread } from "../harness/statistics.mjs";
import { formatTime, markdownTable } from "../harness/table.mjs";
import { webgpuWorkloads } from "./workloads.mjs";

/** @typedef {{ medians: number[], firstCalls: number[], gpuTimes?: number[], error: number, dispatches: number, submits: number, failure: string | null }} WebGpuMeasured */
/** @typedef {{ name: string, measured: Record<string, WebGpuMeasured> }} WebGpuResult */
/** @typedef {{ adapter: string, copies: number, workloads: WebGpuResult[] }} PlaceResults */

/** Labels by contestant, lanewise first. @type {Readonly<Record<string, string>>} */
export const webgpuContestants = { lanewise: "lanewise", jax: "jax-js", tf: "tfjs" };

/** How many times as fast as jax-js lanewise has to be; 1 where nothing is said. @type {Readonly<Record<string, number>>} */
const aims = { ew_cheap_1M: 1.5, ew_trans_1M: 1.5, matmul_512: 1.5, matmul_1024: 1.5, softmax_1024: 1.5, layernorm_1024: 2 };

/** In ms; NaN for what failed or was wrong. @type {(result: WebGpuResult, contestant: string) => number} */
function timeOf({ name, measured }, contestant) {
  const known = measured[contestant];
  const tolerance = webgpuWorkloads.find((workload) => workload.name === name)?.tolerance ?? 0;
  return known === undefined || known.medians.length === 0 || known.error > tolerance ? NaN : median(known.medians);
}

/** Markdown. @type {(results: PlaceResults) => string} */
export function webgpuTable({ workloads, copies }) {
  const header = ["workload", "lanewise", "jax-js", "tfjs", "GPU", "jax-js / lanewise", "aim", "tfjs / lanewise", "spread", "dispatches", "rate", "error"];
  return markdownTable(header, workloads.map((result) => {
    const own = timeOf(result, "lanewise");
    const all = Object.keys(webgpuContestants).map((contestant) => result.measured[contestant]);
    return [
      result.name,
      ...Object.keys(webgpuContestants).map((contestant) => cellOf(result, contestant)),
      gpuTimeOf(result),
      ratio(timeOf(result, "jax") / own), `${aims[result.name] ?? 1}`, ratio(timeOf(result, "tf") / own), `±${Math.round(100 * spread(result.measured.lanewise?.medians ?? [NaN]))} %`,
      all.map((measured) => String(measured?.dispatches ?? "")).join(" / "), rateOf(result.name, own, copies),
      all.map((measured) => (measured?.failure === null ? measured.error.toExponential(0) : "-")).join(" / "),
    ];
  }));
}

/** lanewise's kernels by the GPU's own clock. @type {(result: WebGpuResult) => string} */
function gpuTimeOf({ measured }) {
  const times = measured.lanewise?.gpuTimes ?? [];
  return times.length === 0 ? "-" : formatTime(median(times));
}

/** @type {(number: number) => string} */
const ratio = (number) => (Number.isNaN(number) ? "-" : number.toFixed(2));

/** @type {(result: WebGpuResult, contestant: string) => string} */
function cellOf(result, contestant) {
  const measured = result.measured[contestant];
  if (measured === undefined) return "";
  if (measured.failure !== null) return "fails";
  const time = timeOf(result, contestant);
  return Number.isNaN(time) ? `wrong (${measured.error.toExponential(0)})` : formatTime(time);
}

/** @type {(name: string, time: number, copies: number) => string} */
function rateOf(name, time, copies) {
  const workload = webgpuWorkloads.find((known) => known.name === name);
  if (Number.isNaN(time)) return "";
  if (workload?.flops !== undefined) return `${(workload.flops / time / 1e6).toFixed(1)} GF/s`;
  if (workload?.bytes === undefined) return "";
  const rate = workload.bytes / time / 1e6;
  return `${rate.toFixed(2)} GB/s, ${Math.round(100 * rate / copies)} %`;
}

/**
 * The part of the page.
 * @param {string} machine in words
 * @param {Readonly<Record<string, PlaceResults>>} places
 * @returns {string[]}
 */
export function webgpuPart(machine, places) {
  return [
    "## The webgpu device", machine,
    `Everybody is in one page, each with a device of its own, in headless Chromium and in Node with the npm package \`webgpu\`; a table
quotes the median over three fresh browsers or processes (one with \`--quick\`) of the median in each. Calls are sent without
waiting, in samples of about 20 ms taken by turns, and a sample ends when its last result is computed. Dispatches and errors are given for
lanewise, jax-js and tfjs in this order; GPU is the sum of lanewise's kernels by the GPU's own timestamps, each kernel alone in a pass (a browser
rounds them to 0.1 ms); a rate in GB/s also as a share of what the adapter's own buffer copies move.
tfjs computes small arrays without the GPU, which is why \`dispatch_100\` dispatches nothing there. SwiftShader is a CPU: it ranks numbers of instructions, vector loads and dispatches, and says nothing about tiles on a GPU.

    npm ci --prefix benchmarks      # the peers, once
    npm run bench:webgpu            # --quick, --only NAME, --where node; --adapter default for the machine's own GPU`,
    ...Object.entries(places).flatMap(([place, results]) => [
      `### In ${place === "chromium" ? "Chromium" : "Node"}`,
      `Adapter: ${results.adapter}; its own copies: ${results.copies.toFixed(1)} GB/s. ${summaryOf(results)} Times in milliseconds:`, webgpuTable(results),
    ]),
  ];
}

/** @type {(results: PlaceResults) => string} */
function summaryOf({ workloads }) {
  return ["jax", "tf"].flatMap((peer) => {
    const ratios = workloads.map((result) => timeOf(result, peer) / timeOf(result, "lanewise")).filter((number) => !Number.isNaN(number));
    if (ratios.length === 0) return [];
    return [`${geometricMean(ratios).toFixed(1)} times as fast as ${webgpuContestants[peer]} in the geometric mean of ${ratios.length}, faster in ${ratios.filter((number) => number > 1).length}.`];
  }).join(" ");
}
