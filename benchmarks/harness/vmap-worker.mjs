/** @file One process of `npm run bench:vmap`: prints samples in ms as JSON. node vmap-worker.mjs loop|vmap N */

import { numpy as np, vmap } from "lanewise";
import { uniform } from "./data.mjs";

/** @typedef {import("lanewise").NDArray} NDArray */

const [form, extent] = process.argv.slice(2);
const n = Number(extent);
const x = np.array(uniform([n, n]).data).reshape(n, n);
const y = np.array(uniform([n, n], -1, 1, 2).data).reshape(n, n);

const customDot = (/** @type {NDArray} */ a, /** @type {NDArray} */ b) => np.square(np.dot(a, b));
const batched = vmap(customDot);

/** @type {Record<string, () => NDArray>} */
const forms = {
  loop: () => np.stack(Array.from({ length: n }, (_, row) => customDot(x.get(row), y.get(row)))),
  vmap: () => batched(x, y),
};

const run = forms[form ?? ""];
if (run === undefined) throw new Error(`no form ${form}`);
await run().data();
const samples = [];
const until = performance.now() + 1500;
while (samples.length < 3 || (performance.now() < until && samples.length < 200)) {
  const begin = performance.now();
  await run().data();
  samples.push(performance.now() - begin);
}
console.log(JSON.stringify(samples));
process.exit(0);
