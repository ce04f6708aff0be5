/** @file Runs workloads and contestants, a process each, interleaved so that a slow minute of the machine hits all alike. */

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { contestants } from "./contestants.mjs";
import { median } from "./statistics.mjs";

/** @typedef {{ medians: number[], firstCalls: number[], error: number, failure: string | null }} Measured */
/** @typedef {{ name: string, measured: Record<string, Measured> }} WorkloadResult */

const worker = fileURLToPath(new URL("worker.mjs", import.meta.url));
/**
 * @param {string} workload
 * @param {string} contestant
 * @param {number} seconds
 * @param {number} longest seconds after which the process is ended
 * @returns {Promise<{ firstCall: number, samples: number[], error: number } | { failure: string }>}
 */
function runOnce(workload, contestant, seconds, longest) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [worker, workload, contestant, String(seconds)], { stdio: ["ignore", "pipe", "pipe"] });
    let [out, complaints] = ["", ""];
    let tooLong = false;
    child.stdout.on("data", (chunk) => { out += chunk; });
    child.stderr.on("data", (chunk) => { complaints += chunk; });
    const timer = setTimeout(() => {
      tooLong = true;
      child.kill("SIGKILL");
    }, longest * 1000);
    child.on("close", () => {
      clearTimeout(timer);
      const line = out.trim().split("\n").at(-1) ?? "";
      try {
        resolve(JSON.parse(line));
      } catch {
        resolve({ failure: tooLong ? `> ${longest} s` : firstLine(complaints) });
      }
    });
  });
}

/** @type {(complaints: string) => string} */
function firstLine(complaints) {
  return complaints.split("\n").find((line) => /Error|error/u.test(line))?.trim().slice(0, 160) ?? "ended without a result";
}

/**
 * @param {readonly import("../workloads/index.mjs").Workload[]} workloads
 * @param {readonly string[]} names of contestants
 * @param {{ processes: number, seconds: number, longest: number, report: (text: string) => void, done: (results: readonly WorkloadResult[]) => Promise<void> }} options
 * @returns {Promise<WorkloadResult[]>}
 */
export async function runAll(workloads, names, { processes, seconds, longest, report, done }) {
  /** @type {WorkloadResult[]} */
  const results = [];
  const begin = performance.now();
  for (const [number, workload] of workloads.entries()) {
    /** @type {Record<string, Measured>} */
    const measured = {};
    for (let round = 0; round < processes; round++) {
      for (const name of names) {
        const contestant = contestants[name];
        if (contestant === undefined || workload[contestant.form] === undefined) continue;
        const known = (measured[name] ??= { medians: [], firstCalls: [], error: 0, failure: null });
        // One run says it all where one call takes seconds.
        if (known.failure !== null || (round > 0 && median(known.medians) > 4000)) continue;
        const result = await runOnce(workload.name, name, seconds, longest * (contestant.patience ?? 1));
        if ("failure" in result) {
          known.failure = result.failure;
          continue;
        }
        known.medians.push(median(result.samples));
        known.firstCalls.push(result.firstCall);
        known.error = Math.max(known.error, result.error ?? Infinity);
      }
    }
    results.push({ name: workload.name, measured });
    report(`${String(number + 1).padStart(2)}/${workloads.length} ${workload.name.padEnd(22)} ${summary(measured, workload.tolerance)}`);
    await done(results);
    const left = (performance.now() - begin) / (number + 1) * (workloads.length - number - 1) / 60_000;
    if (number % 10 === 9) report(`   about ${Math.ceil(left)} minutes left`);
  }
  return results;
}

/** @type {(measured: Record<string, Measured>, tolerance: number) => string} */
function summary(measured, tolerance) {
  return Object.entries(measured).map(([name, { medians, error, failure }]) => {
    if (failure !== null) return `${name} ${failure.startsWith("> ") ? failure : `failed (${failure})`}`;
    return `${name} ${median(medians).toPrecision(3)}${error > tolerance ? ` (error ${error.toExponential(1)})` : ""}`;
  }).join("  ");
}
