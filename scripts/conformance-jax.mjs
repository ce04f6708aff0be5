/**
 * @file Compares random programs with real JAX, live: `npm run conformance:jax [-- --programs 5000] [--first 1]`. Python is
 * `LANEWISE_PYTHON` or `python3`. Exits with 1 for a difference and with 2 where there is no Python with the JAX it needs.
 */

import { build } from "esbuild";
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

/** @import { Answer } from "../tests/conformance/live.ts" */

const wantedJax = "0.10.2";
const shownFailures = 5;
/** Programs that wait in the pipe to Python: few enough for its buffer. */
const ahead = 16;
const root = fileURLToPath(new URL("..", import.meta.url));
const python = process.env["LANEWISE_PYTHON"] ?? "python3";

const found = spawnSync(python, ["-c", "import jax; print(jax.__version__)"], { encoding: "utf8" });
if (found.status !== 0 || found.stdout.trim() !== wantedJax) {
  const what = found.error !== undefined ? "does not run" : found.status !== 0 ? "has no JAX" : `has JAX ${found.stdout.trim()}`;
  console.error(`conformance:jax needs JAX ${wantedJax}, and ${python} ${what}. Install it, or set LANEWISE_PYTHON to a Python that has it:`);
  console.error(`  ${python} -m pip install jax==${wantedJax}`);
  process.exit(2);
}

const { values: options } = parseArgs({ options: { programs: { type: "string", default: "5000" }, first: { type: "string", default: "1" } } });
const [first, count] = [Number(options.first), Number(options.programs)];
if (!Number.isSafeInteger(first) || !Number.isSafeInteger(count) || first < 1 || count < 1) {
  console.error("conformance:jax: --programs and --first take positive integers");
  process.exit(2);
}

const folder = join(root, "node_modules", ".cache");
const bundle = join(folder, "conformance-live.mjs");
mkdirSync(folder, { recursive: true });
await build({ entryPoints: [join(root, "tests/conformance/live.ts")], outfile: bundle, bundle: true, platform: "node", format: "esm", conditions: ["lanewise-source"], logLevel: "error" });
const live = /** @type {typeof import("../tests/conformance/live.ts")} */ (await import(pathToFileURL(bundle).href));

const child = spawn(python, ["-u", join(root, "tests/conformance/live.py")], { stdio: ["pipe", "pipe", "inherit"], env: { ...process.env, JAX_PLATFORMS: "cpu", JAX_DISABLE_MOST_OPTIMIZATIONS: "1" } });
const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();

/** @returns {Promise<any>} */
async function nextLine() {
  const { value, done } = await lines.next();
  if (done === true) throw new Error("Python ended early; what it printed is above");
  return JSON.parse(value);
}

const greeting = /** @type {{ jax: string, primitives: string[], crashingGradients: string[] }} */ (await nextLine());
const names = live.programPrimitives.filter((name) => greeting.primitives.includes(name));
const missing = live.programPrimitives.filter((name) => !names.includes(name));
console.log(`JAX ${greeting.jax}: ${count} programs over ${names.length} primitives; not in JAX under a name of their own, or crashing it: ${missing.join(", ")}`);
console.log(`integers, bools and keys agree exactly, floats to ${live.tolerance} of 1 + |x|, or of |x| and the largest element where all are smaller than 1`);

/** @type {Map<string, number>} */
const histogram = new Map(names.map((name) => [name, 0]));
/** Seeds of transforms that JAX refuses, by its message. @type {Map<string, number[]>} */
const refused = new Map();
let failures = 0;
let transformed = 0;
const start = performance.now();

/** @param {number} seed */
function ask(seed) {
  const { program, encoded } = live.makeProgram(seed, names);
  const usedNames = program.steps.map(({ bound }) => bound.primitive.name);
  const asked = usedNames.some((name) => greeting.crashingGradients.includes(name)) ? { ...encoded, transforms: [] } : encoded;
  child.stdin.write(`${JSON.stringify(asked)}\n`);
  return { program, usedNames, asked };
}

// Python works ahead while this side compares.
/** @type {ReturnType<typeof ask>[]} */
const waiting = [];
for (let seed = first, next = first; seed < first + count; seed++) {
  for (; next < first + count && waiting.length < ahead; next++) waiting.push(ask(next));
  const question = waiting.shift();
  if (question === undefined) throw new Error("nothing was asked");
  const { program, usedNames, asked } = question;
  const answer = /** @type {Answer} */ (await nextLine());
  for (const name of usedNames) histogram.set(name, (histogram.get(name) ?? 0) + 1);
  if (asked.transforms.length > 0) transformed++;
  for (const [what, message] of Object.entries(answer.refused ?? {})) {
    const key = `${what}: ${message}`;
    refused.set(key, [...(refused.get(key) ?? []), seed]);
  }
  const problem = live.compare(program, asked, answer);
  if (problem !== null) {
    failures++;
    if (failures <= shownFailures) console.log(`\nseed ${seed}: ${problem}\n${live.printProgram(program)}\n`);
    else console.log(`seed ${seed}: ${problem}`);
  }
  const done = seed - first + 1;
  if (done % 250 === 0) console.log(`${done} programs, ${transformed} of them under vmap and vjp too, ${failures} differ, ${((performance.now() - start) / 1000).toFixed(0)} s`);
}
child.stdin.end();

const sorted = [...histogram].toSorted((left, right) => left[1] - right[1]);
console.log(`equations per primitive: ${sorted.map(([name, uses]) => `${name} ${uses}`).join(", ")}`);
for (const [message, seeds] of refused) console.log(`refused by JAX, ${seeds.length} times, first of seed ${seeds[0]}: ${message}`);
const unused = sorted.filter(([, uses]) => uses === 0).map(([name]) => name);
if (unused.length > 0) console.log(`no program has: ${unused.join(", ")}`);
console.log(`${count - failures} of ${count} programs agree with JAX`);
process.exitCode = failures > 0 ? 1 : 0;
