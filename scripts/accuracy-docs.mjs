/**
 * @file Writes docs/accuracy.md: the largest error of every float function, measured. Run it after `npm run build`. What is
 * measured and where is in tests/support/function-accuracy.ts, which is bundled here because Node runs no TypeScript. A
 * device's column is one more entry of `columns`.
 */
import { realpathSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

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
 */
export async function accuracyPage(accuracy) {
  const columns = [accuracy.float32Form, accuracy.float32AloneForm, accuracy.jsForm];
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
      + "value; a correctly rounded result misses by at most 0.5. `tests/transform/function-accuracy.test.ts` holds every "
      + "form to the bound on a smaller sample, and with `LANEWISE_FULL=1` on a larger one, exp, log, sin, cos and tanh on js for every float32.",
    "Samples are: numbers of every exponent and both signs, subnormal ones too; an even grid over the intervals where the function is "
      + "used most; all neighbours of its zeros, poles and limits, of both signs; 0, -0, 1, -1, infinities, NaN, and the "
      + "smallest and largest numbers. NaN has to be NaN, infinity infinity, and a zero has to have its sign.",
    `- **${accuracy.float32Form.name}**: the arithmetic of float32 that Wasm runs, each operation rounded, on the reference interpreter.\n`
      + `- **${accuracy.float32AloneForm.name}**: the same for targets that have no float64, as WebGPU. Only pow, and exp2 and cbrt which use it, differ. `
      + "A device may be less exact: WGSL lets it round divisions and square roots by some units, and read subnormals as 0.\n"
      + `- **${accuracy.jsForm.name}**: doubles inside, rounded once.`,
    "lgamma and digamma have zeros that are no float32. Near them an absolute error of 2^-22 is allowed and not counted; and "
      + "where a float32 form has to cancel two summands at a zero below 0, 2^-21 of the summand.",
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
if (isMain) {
  const { build } = await import("esbuild");
  const outfile = join(root, "node_modules", ".cache", "function-accuracy.mjs");
  await build({
    entryPoints: [join(root, "tests", "support", "function-accuracy.ts")], outfile, bundle: true, platform: "node", format: "esm", packages: "external",
  });
  writeFileSync(accuracyPagePath, await accuracyPage(await import(pathToFileURL(outfile).href)));
}
