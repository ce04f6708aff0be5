/**
 * @file `npm run bench`: every workload by hand, by lanewise and by its peers, and docs/performance.md from the results.
 *
 * npm run bench -- [--device js] [--only NAME,...] [--quick] [--alone]
 */

import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { contestants } from "./harness/contestants.mjs";
import { machineOf } from "./harness/machine.mjs";
import { updatePage } from "./harness/page.mjs";
import { saveResults } from "./harness/results.mjs";
import { runAll } from "./harness/run-all.mjs";
import { tableOf } from "./harness/table.mjs";
import { workloads } from "./workloads/index.mjs";

const { values } = parseArgs({
  options: {
    device: { type: "string", default: "js" },
    only: { type: "string" },
    quick: { type: "boolean", default: false },
    alone: { type: "boolean", default: false },
  },
});

if (values.device !== "js") complain(`--device takes js; got ${values.device}`);
const wanted = values.only?.split(",");
const chosen = workloads.filter(({ name }) => wanted?.some((part) => name.includes(part)) ?? true);
if (chosen.length === 0) complain(`no workload is named like ${values.only}; there are ${workloads.map(({ name }) => name).join(", ")}`);
if (!values.alone && !existsSync(new URL("node_modules/@jax-js/jax", import.meta.url))) {
  complain("the peers are not installed; type\n\n    npm ci --prefix benchmarks\n\nor add --alone to leave them out");
}

const names = Object.keys(contestants).filter((name) => !values.alone || name === "loop" || name === "lanewise");
const options = values.quick ? { processes: 1, seconds: 0.2, longest: 16 } : { processes: 3, seconds: 0.5, longest: 60 };
console.log(`${chosen.length} workloads, ${names.length} contestants, ${options.processes} process${options.processes === 1 ? "" : "es"} each; times in ms`);
const isWhole = wanted === undefined && !values.alone;
const machine = machineOf();
const results = await runAll(chosen, names, {
  ...options,
  report: (line) => console.log(line),
  // What is done is kept, should the run be cut off.
  done: async (soFar) => {
    if (isWhole) await saveResults("js", { machine, quick: values.quick, results: soFar });
  },
});
console.log(`\n${tableOf(results)}`);
if (isWhole) {
  await updatePage();
  console.log("\nwritten: docs/performance.md and docs/performance/");
}

function complain(/** @type {string} */ text) {
  console.error(text);
  process.exit(2);
}
