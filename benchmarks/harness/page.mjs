/** @file docs/performance.md from the saved results. */

import { writeFile } from "node:fs/promises";
import { causes } from "../causes.mjs";
import { workloads } from "../workloads/index.mjs";
import { drawAgainstLoops, drawAgainstPeers, drawVmap } from "./charts.mjs";
import { contestants } from "./contestants.mjs";
import { loadResults, pageFolder } from "./results.mjs";
import { geometricMean, median } from "./statistics.mjs";
import { formatRatio, formatTime, markdownTable, ratioOf, tableOf } from "./table.mjs";
import { webgpuPart } from "../webgpu/table.mjs";

/** @typedef {import("./run-all.mjs").WorkloadResult} WorkloadResult */

const method = `Every workload is written once per contestant, side by side, in \`benchmarks/workloads/\`. A process runs one workload by one
contestant: it warms up, then times calls until half a second is over (small ones in batches), and reports the median. Processes
are interleaved, and a table quotes the median over them; *spread* is half the distance from the least to the greatest. A result
counts only if it agrees with float64. Everybody gives a new array for the result, the hand-written loop too; jax-js, tfjs and
lanewise run on one thread. jax-js is jitted as lanewise is. What is read back to check it is outside the time.

    npm ci --prefix benchmarks      # the peers, once
    npm run bench -- --device js    # all of this page but the chart of vmap; --only NAME and --quick for less
    npm run bench:vmap              # the chart of vmap`;

/** Writes the page and the charts from what was saved last. */
export async function updatePage() {
  const [js, vmap, webgpu] = [await loadResults("js"), await loadResults("vmap"), await loadResults("webgpu")];
  const parts = ["# Performance", "This page is written by `npm run bench`, `npm run bench:vmap` and `npm run bench:webgpu`.", "## Method", method];
  if (js === null && vmap === null && webgpu === null) parts.push("No figures are saved yet.");
  if (js !== null) parts.push(...await jsPart(js));
  if (vmap !== null) parts.push(...await vmapPart(vmap));
  if (webgpu !== null) parts.push(...webgpuPart(machineText(webgpu.machine, webgpu.quick), webgpu.results));
  parts.push("## What is not here", "`lax.foriLoop`, `lax.whileLoop` and `lax.scan` do not exist yet, so workloads with control flow are written out: mandelbrot is 100\niterations in a row. Wasm and several threads are other devices' pages.");
  await writeFile(new URL("performance.md", pageFolder), `${parts.join("\n\n")}\n`);
}

/** @type {(machine: import("./machine.mjs").Machine, quick: boolean) => string} */
function machineText({ processor, cores, memory, system, node, date }, quick) {
  const haste = quick ? " One short process per contestant (`--quick`), so these numbers say little below a factor of 1.3." : "";
  return `${date}, Node ${node}, ${processor}, ${cores} cores, ${memory}, ${system}.${haste}`;
}

async function jsPart(/** @type {{ machine: any, quick: boolean, results: WorkloadResult[] }} */ { machine, quick, results }) {
  await drawAgainstLoops(results);
  await drawAgainstPeers(results);
  const withLoop = results.filter((result) => !Number.isNaN(ratioOf(result, "lanewise", "loop")));
  const within = withLoop.filter((result) => ratioOf(result, "lanewise", "loop") <= 1.2);
  const mean = geometricMean(withLoop.map((result) => ratioOf(result, "lanewise", "loop")));
  return [
    "## The js device", machineText(machine, quick),
    `${within.length} of ${withLoop.length} workloads take at most 1.2 times as long as the hand-written loop; the geometric mean is ${mean.toFixed(2)}.`,
    againstPeers(results), "Times in milliseconds:", tableOf(results),
    "![lanewise over hand-written loops](performance/js-against-loops.svg)", "![peers over lanewise](performance/js-against-peers.svg)",
    "### The workloads", workloads.map(({ name, says }) => `- \`${name}\`: ${says}`).join("\n"),
    "### Gaps and their causes", gapsOf(results),
  ];
}

/** @type {(results: readonly WorkloadResult[]) => string} */
function againstPeers(results) {
  return Object.keys(contestants).filter((name) => name !== "loop" && name !== "lanewise").flatMap((name) => {
    const ratios = results.flatMap((result) => {
      const ratio = ratioOf(result, name, "lanewise");
      return Number.isNaN(ratio) ? [] : [{ name: result.name, ratio }];
    });
    if (ratios.length === 0) return [];
    const faster = ratios.filter(({ ratio }) => ratio > 1).map(({ name: workload, ratio }) => `${workload} (${ratio.toFixed(1)})`);
    const mean = geometricMean(ratios.map(({ ratio }) => ratio)).toFixed(1);
    const list = name.endsWith("-wasm") && faster.length > 0 ? `: ${faster.join(", ")}` : "";
    return [`- against ${contestants[name]?.label}: ${mean} times as fast in the geometric mean of ${ratios.length}, faster in ${faster.length}${list}.`];
  }).join("\n");
}

/** @type {(results: readonly WorkloadResult[]) => string} */
function gapsOf(results) {
  const gaps = results.flatMap((result) => {
    const [overLoop, overCpu] = [ratioOf(result, "lanewise", "loop"), ratioOf(result, "tf-cpu", "lanewise")];
    const facts = [
      ...(overLoop > 1.2 ? [`${formatRatio(overLoop)} times the loop`] : []),
      ...(overCpu < 5 ? [`only ${overCpu.toFixed(1)} times as fast as tfjs cpu`] : []),
    ];
    return facts.length === 0 ? [] : [`- \`${result.name}\`: ${facts.join("; ")}. ${causes[result.name] ?? "The cause is not known."}`];
  });
  return gaps.length === 0 ? "None: every workload is within 1.2 of its loop and 5 times as fast as tfjs cpu." : gaps.join("\n");
}

/** @type {(results: readonly { n: number, loop: number[], vmap: number[] }[]) => string} */
export function vmapTable(results) {
  return markdownTable(["n", "loop over rows and np.stack, ms", "vmap(customDot), ms", "loop / vmap", "vmap reads"], results.map(({ n, loop, vmap }) => [
    String(n), formatTime(median(loop)), formatTime(median(vmap)), (median(loop) / median(vmap)).toFixed(1), `${(8 * n * n / median(vmap) / 1e6).toFixed(1)} GB/s`,
  ]));
}

async function vmapPart(/** @type {{ machine: any, quick: boolean, results: any[] }} */ { machine, quick, results }) {
  await drawVmap(results);
  const smallest = results[0];
  const share = smallest === undefined ? NaN : median(smallest.loop) / smallest.n * 1000;
  return [
    "## vmap against a loop",
    "`customDot = (a, b) => np.square(np.dot(a, b))` on every row of two [n, n] matrices, eager, the result awaited.",
    machineText(machine, quick), vmapTable(results), "![vmap against a loop](performance/vmap.svg)",
    `A row of the loop costs ${share.toFixed(0)} us of calls before any arithmetic; vmap is one kernel over all rows.`,
  ];
}
