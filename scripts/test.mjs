/**
 * @file Everything that must hold: layers, lint, types, tests. Ends with how many tests ran on each device, and one line
 * `N passed, N failed` that counts each check and each test, and exits with 1 on a failure. `--full` makes the random tests
 * run long.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const report = join(root, "node_modules", ".cache", "vitest-report.json");
const environment = { ...process.env, ...(process.argv.includes("--full") ? { LANEWISE_FULL: "1" } : {}) };

let passed = 0;
let failed = 0;
let skipped = 0;
/** Tests that ran and computed on each device, by the names of their files. */
const ran = { js: 0, wasm: 0, webgpu: 0, "js in Chromium": 0, "webgpu in Chromium": 0, "no device": 0 };

/**
 * @param {string} title
 * @param {readonly string[]} command  a script of Node and its options
 * @returns {boolean}
 */
function succeeds(title, command) {
  console.log(`\n== ${title}`);
  const start = performance.now();
  const run = spawnSync(process.execPath, command, { cwd: root, env: environment, stdio: ["ignore", "inherit", "inherit"] });
  console.log(`== ${title}: ${run.status === 0 ? "ok" : "FAILED"} in ${((performance.now() - start) / 1000).toFixed(1)} s`);
  return run.status === 0;
}

/**
 * @param {string} title
 * @param {readonly string[]} command
 */
function check(title, command) {
  if (succeeds(title, command)) passed += 1;
  else failed += 1;
}

/**
 * Adds up vitest's report. A file that breaks before its first test has no failed test, and counts as one.
 * @returns {number} failures found
 */
function countTests() {
  const { numPassedTests, numFailedTests, numPendingTests, testResults } = JSON.parse(readFileSync(report, "utf8"));
  let brokenFiles = 0;
  for (const file of testResults) {
    const finished = file.assertionResults.filter((/** @type {{ status: string }} */ test) => test.status === "passed" || test.status === "failed");
    ran[deviceOf(file.name)] += finished.length;
    const hasFailedTest = file.assertionResults.some((/** @type {{ status: string }} */ test) => test.status === "failed");
    if (file.status === "failed" && !hasFailedTest) brokenFiles += 1;
  }
  passed += numPassedTests;
  skipped += numPendingTests;
  return numFailedTests + brokenFiles;
}

/**
 * @param {string} file
 * @returns {keyof typeof ran}
 */
function deviceOf(file) {
  const name = basename(file);
  if (/[\\/]tests[\\/]browser[\\/]/.test(file)) return name.includes("webgpu") ? "webgpu in Chromium" : "js in Chromium";
  if (/webgpu|wgsl/.test(name)) return "webgpu";
  if (name.includes("wasm")) return "wasm";
  return /[\\/]tests[\\/](pure|types)[\\/]/.test(file) ? "no device" : "js";
}

check("layers", ["scripts/check-layers.mjs"]);
check("types", ["scripts/typecheck.mjs"]);
check("lint", ["node_modules/oxlint/bin/oxlint", "--type-aware", "--deny-warnings"]);

mkdirSync(dirname(report), { recursive: true });
rmSync(report, { force: true });
const vitest = ["node_modules/vitest/vitest.mjs", "run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
const testsHold = succeeds("tests", vitest);
let failedTests = 0;
try {
  failedTests = countTests();
} catch (error) {
  console.error(`vitest left no readable report: ${String(error)}`);
}
// Vitest also fails for what no test names, such as an unhandled rejection, or when it crashes.
failed += testsHold ? failedTests : Math.max(1, failedTests);

if ((process.env["CI"] ?? "") !== "") {
  for (const [device, missing] of /** @type {const} */ ([["webgpu", "an adapter"], ["webgpu in Chromium", "a browser"]])) {
    if (ran[device] > 0) continue;
    console.error(`no test ran on ${device}: ${missing} is missing`);
    failed += 1;
  }
}
if (skipped > 0) console.log(`\n${skipped} skipped`);
console.log(`\ntests per device: ${Object.entries(ran).map(([device, count]) => `${device} ${count}`).join(", ")}`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
