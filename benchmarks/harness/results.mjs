/** @file Results as JSON files beside the page. */

import { mkdir, readFile, writeFile } from "node:fs/promises";

/** @typedef {import("./machine.mjs").Machine} Machine */

export const pageFolder = new URL("../../docs/", import.meta.url);
export const resultsFolder = new URL("performance/", pageFolder);

/** @type {(name: string, results: { machine: Machine, quick: boolean, results: unknown }) => Promise<void>} */
export async function saveResults(name, results) {
  await mkdir(resultsFolder, { recursive: true });
  await writeFile(new URL(`${name}.json`, resultsFolder), `${JSON.stringify(results, rounded, 1)}\n`);
}

/** What was saved, or null. @type {(name: string) => Promise<any>} */
export async function loadResults(name) {
  try {
    return JSON.parse(await readFile(new URL(`${name}.json`, resultsFolder), "utf8"));
  } catch {
    return null;
  }
}

/** Four digits are more than the machine repeats. */
function rounded(/** @type {string} */ _key, /** @type {unknown} */ value) {
  return typeof value === "number" ? Number(value.toPrecision(4)) : value;
}
