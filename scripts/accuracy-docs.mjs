/**
 * @file Writes docs/accuracy.md: the largest error of every float function, measured. Run it after `npm run build`. What is
 * measured and where is in tests/support/function-accuracy.ts, which is bundled here because Node runs no TypeScript. A
 * device's column is one more entry of `columns`.
 */
import { spawnSync } from "node:child_process";
import { realpathSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { swiftShaderEnvironment } from "./swiftshader.mjs";

/** @typedef {typeof import("../tests/support/function-accuracy.ts")} Accuracy */
/** @typedef {import("../tests/support/function-accuracy.ts").MeasuredFunction} MeasuredFunction */
/** @typedef {import("../tests/support/function-accuracy.ts").Measurement} Measurement */

const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const accuracyPagePath = join(root, "docs", "accuracy.md");

/** Samples per exponent and sign. */
const density = 64;

/**
 * The beginning of a function's row, up to what is measured.
 * @param {MeasuredFunction} measuredFunction
 */
export function rowHead({ name, bound, intervals, absolute }) {
  const ranges = intervals.map(([low, high]) => `[${low}, ${high}]`).join(" ");
  return `| ${name} | ${bound}${absolute === 0 ? "" : ", or near a zero"} | ${ranges} |`;
}

/**
 * The page as text.
 * @param {Accuracy} accuracy
 * @param {string} adapter  what webgpu runs on
 */
export async function accuracyPage(accuracy, adapter) {
  const columns = [accuracy.jsForm, accuracy.wasmForm, accuracy.webgpuForm];
  const rows = [];
  for (const measuredFunction of accuracy.measuredFunctions) {
    const operands = accuracy.samplesOf(measuredFunction, density);
    const cells = [];
    for (const form of columns) {
      const { ulps, operands: where } = await accuracy.measure(measuredFunction, form, operands);
      cells.push(`${ulps.toFixed(2)}`, where.length === 0 ? "" : `${where.map(shortest).join(", ")}`);
    }
    rows.push(`${rowHead(measuredFunction)} ${operands[0]?.length ?? 0} | ${cells.join(" | ")} |`);
  }
  const head = ["Function", "Bound", "Sampled evenly", "Samples", ...columns.flatMap(({ name }) => [name, "at"])];
  return `${[
    "# Accuracy of float32 functions",
    "<!-- Written by scripts/accuracy-docs.mjs. Run `npm run docs:accuracy`. -->",
    "The largest error that was found for each function, in units in the last place of float32 (ulp), against the exact "
      + "value; a correctly rounded result misses by at most 0.5. `tests/transform/function-accuracy.test.ts` and `tests/device/webgpu-function-accuracy.test.ts` hold every "
      + "form to the bound on a smaller sample, and with `LANEWISE_FULL=1` on a larger one, exp, log, sin, cos and tanh on js for every float32.",
    "Samples are: numbers of every exponent and both signs, subnormal ones too; an even grid over the intervals where the function is "
      + "used most; all neighbours of its zeros, poles and limits, of both signs; 0, -0, 1, -1, infinities, NaN, and the "
      + "smallest and largest numbers. NaN has to be NaN, infinity infinity, and a zero has to have its sign.",
    `- **${accuracy.jsForm.name}**: doubles inside, rounded once.\n`
      + `- **${accuracy.wasmForm.name}**: arithmetic of float32, each operation rounded, and of float64 in pow, exp2 and cbrt. The reference interpreter gives the same.\n`
      + `- **${accuracy.webgpuForm.name}**: arithmetic of float32 alone, on the adapter "${adapter}". WGSL lets an adapter round divisions and square roots by some units `
      + "more or less, and read and write subnormal numbers as 0: such results are not counted as errors, nor are 2^-126 more or less.",
    "lgamma and digamma have zeros that are no float32. Near them an absolute error of 2^-22 is allowed and not counted.",
    [`| ${head.join(" | ")} |`, `|${" --- |".repeat(head.length)}`, ...rows].join("\n"),
    "## float64",
    "On js float64 functions are JavaScript's own. As arithmetic, on Wasm, the largest errors over tens of thousands of arguments are: "
      + "exp 1.0, log 0.8, sin and cos 1.9, tanh 2.5, pow 1.7; `tests/pure/approximate.test.ts` holds them to 2 to 4.",
  ].join("\n\n")}\n`;
}

/**
 * The shortest decimal that is this float32.
 * @param {number} value
 */
function shortest(value) {
  for (let digits = 1; digits < 10; digits += 1) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return Object.is(value, -0) ? "-0" : String(value);
}

const isMain = process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url);
const environment = swiftShaderEnvironment();
// The dynamic loader reads where the driver is when a process starts.
if (isMain && Object.entries(environment).some(([name, value]) => process.env[name] !== value)) {
  const { status } = spawnSync(process.execPath, process.argv.slice(1), { env: { ...process.env, ...environment }, stdio: "inherit" });
  process.exitCode = status ?? 1;
} else if (isMain) {
  const { build } = await import("esbuild");
  const outfile = join(root, "node_modules", ".cache", "function-accuracy.mjs");
  await build({
    entryPoints: [join(root, "tests", "support", "function-accuracy.ts")], outfile, bundle: true, platform: "node", format: "esm", packages: "external",
  });
  const { adapters, init } = await import("lanewise");
  await init({ webgpu: true });
  const [adapter] = (await adapters()).adapters;
  writeFileSync(accuracyPagePath, await accuracyPage(await import(pathToFileURL(outfile).href), `${adapter?.vendor} ${adapter?.description}`));
  // Open devices keep Node running.
  process.exit();
}
