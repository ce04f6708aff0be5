/** @file The table of workloads and contestants. */

import { contestants } from "./contestants.mjs";
import { median, spread } from "./statistics.mjs";
import { workloads } from "../workloads/index.mjs";

/** @typedef {import("./run-all.mjs").WorkloadResult} WorkloadResult */

/** The time of a contestant in ms; NaN where it did not finish or was wrong. @type {(result: WorkloadResult, contestant: string) => number} */
export function timeOf(result, contestant) {
  const measured = result.measured[contestant];
  const tolerance = workloads.find(({ name }) => name === result.name)?.tolerance ?? 0;
  return measured === undefined || measured.medians.length === 0 || measured.error > tolerance ? NaN : median(measured.medians);
}

/** How many times as long as `other` one takes. @type {(result: WorkloadResult, one: string, other: string) => number} */
export function ratioOf(result, one, other) {
  return timeOf(result, one) / timeOf(result, other);
}

/** @type {(number: number) => string} */
export function formatTime(number) {
  if (Number.isNaN(number)) return "-";
  return number >= 100 ? number.toFixed(0) : number.toPrecision(number < 0.01 ? 1 : 2);
}

/** Markdown. @type {(results: readonly WorkloadResult[]) => string} */
export function tableOf(results) {
  const names = Object.keys(contestants).filter((name) => results.some(({ measured }) => name in measured));
  const header = ["workload", ...names.map((name) => contestants[name]?.label ?? name), "lanewise / loop", "spread", "rate"];
  return markdownTable(header, results.map((result) => [
    result.name,
    ...names.map((name) => cellOf(result, name)),
    formatRatio(ratioOf(result, "lanewise", "loop")),
    formatSpread(result.measured.lanewise?.medians ?? []),
    rateOf(result),
  ]));
}

/** @type {(header: readonly string[], rows: readonly (readonly string[])[]) => string} */
export function markdownTable(header, rows) {
  const line = (/** @type {readonly string[]} */ cells) => `| ${cells.join(" | ")} |`;
  return [line(header), line(header.map((_, column) => (column === 0 ? "---" : "---:"))), ...rows.map(line)].join("\n");
}

/** @type {(result: WorkloadResult, name: string) => string} */
function cellOf(result, name) {
  const measured = result.measured[name];
  if (measured === undefined) return "";
  if (measured.failure !== null) return measured.failure.startsWith("> ") ? measured.failure : "fails";
  const time = timeOf(result, name);
  return Number.isNaN(time) ? `wrong (${measured.error.toExponential(0)})` : formatTime(time);
}

/** @type {(ratio: number) => string} */
export function formatRatio(ratio) {
  return Number.isNaN(ratio) ? "-" : ratio.toFixed(2);
}

/** One process has no spread. @type {(medians: readonly number[]) => string} */
function formatSpread(medians) {
  return medians.length < 2 ? "" : `±${Math.round(100 * spread(medians))} %`;
}

/** @type {(result: WorkloadResult) => string} */
function rateOf(result) {
  const workload = workloads.find(({ name }) => name === result.name);
  const time = timeOf(result, "lanewise");
  if (workload?.flops !== undefined) return `${(workload.flops / time / 1e6).toFixed(1)} GF/s`;
  return workload?.bytes === undefined ? "" : `${(workload.bytes / time / 1e6).toFixed(1)} GB/s`;
}
