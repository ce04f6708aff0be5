/**
 * @file `npm run bench:vmap`: a function of two vectors on the rows of two matrices, once by a loop and `np.stack`, once by `vmap`.
 *
 * npm run bench:vmap -- [--quick]
 */

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { machineOf } from "./harness/machine.mjs";
import { updatePage, vmapTable } from "./harness/page.mjs";
import { saveResults } from "./harness/results.mjs";
import { median } from "./harness/statistics.mjs";

const { values } = parseArgs({ options: { quick: { type: "boolean", default: false } } });
const worker = fileURLToPath(new URL("harness/vmap-worker.mjs", import.meta.url));
const processes = values.quick ? 1 : 3;

/** @type {{ n: number, loop: number[], vmap: number[] }[]} */
const results = [];
for (const n of [100, 1000, 5000, 10000]) {
  /** @type {{ n: number, loop: number[], vmap: number[] }} */
  const result = { n, loop: [], vmap: [] };
  for (let round = 0; round < processes; round++) {
    for (const form of /** @type {const} */ (["loop", "vmap"])) {
      const { stdout, stderr, status } = spawnSync(process.execPath, [worker, form, String(n)], { encoding: "utf8", maxBuffer: 1 << 26 });
      if (status !== 0) throw new Error(`${form} at n = ${n} failed: ${stderr}`);
      result[form].push(median(JSON.parse(stdout)));
    }
  }
  results.push(result);
  console.log(`n = ${n}: loop ${median(result.loop).toPrecision(3)} ms, vmap ${median(result.vmap).toPrecision(3)} ms`);
}
await saveResults("vmap", { machine: machineOf(), quick: values.quick, results });
console.log(`\n${vmapTable(results)}`);
await updatePage();
