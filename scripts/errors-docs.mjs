/**
 * @file Writes docs/errors.md from the error kinds of every folder, so that the page cannot miss one. Run it after
 * `npm run build`; a test fails while the page is out of date.
 */
import { realpathSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const errorsPagePath = join(dirname(dirname(fileURLToPath(import.meta.url))), "docs", "errors.md");

/** @typedef {{ code: string, title: string, explanation: string }} ErrorKind */

/** Each folder with the modules that list its kinds: what the code's first two digits say. */
export const folders = /** @type {const} */ ([
  ["Types and shapes (compiler/base)", ["@lanewise/compiler/base/errors"]],
  ["Trees (compiler/tree)", ["@lanewise/compiler/tree/errors"]],
  ["Jaxprs (compiler/ir)", ["@lanewise/compiler/ir/errors", "@lanewise/compiler/ir/rules"]],
  ["Tracing (compiler/trace)", ["@lanewise/compiler/trace/errors"]],
  ["Operations (compiler/primitives)", ["@lanewise/compiler/primitives/errors"]],
  ["Calls and custom rules (compiler/control)", ["@lanewise/compiler/control/errors"]],
  ["Compilation (compiler/pipeline)", ["@lanewise/compiler/pipeline/errors"]],
  ["Targets (compiler/legalize)", ["@lanewise/compiler/legalize/errors"]],
  ["Devices (runtime)", ["@lanewise/runtime/errors"]],
  ["Arrays and options (lanewise)", ["../packages/lanewise/dist/errors.js"]],
  ["Transforms (lanewise)", ["../packages/lanewise/dist/transforms/errors.js"]],
]);

/**
 * The kinds that a module exports, by code.
 * @param {object} module
 * @returns {ErrorKind[]}
 */
export function kindsOf(module) {
  const isKind = (/** @type {unknown} */ value) => typeof value === "object" && value !== null && "code" in value && "explanation" in value;
  const kinds = /** @type {ErrorKind[]} */ (Object.values(module).filter(isKind));
  return kinds.toSorted((a, b) => a.code.localeCompare(b.code));
}

/**
 * The page as text.
 * @param {readonly (readonly [title: string, kinds: readonly ErrorKind[]])[]} sections
 */
export function errorsPage(sections) {
  const parts = sections.flatMap(([title, kinds]) => [`## ${title}`, ...kinds.map((kind) => `### ${kind.code}: ${kind.title}\n\n${kind.explanation}`)]);
  return `${[
    "# Errors",
    "Written by `node scripts/errors-docs.mjs` from the error kinds in the code; do not edit by hand.",
    "A mistake in a program throws a `LanewiseError` with one of these codes. Its message states the operation, the argument, what was expected, "
      + "what came, how to mend it and the line in your code; `details` holds the same facts. An `InternalError` is a fault of lanewise.",
    ...parts,
  ].join("\n\n")}\n`;
}

const isMain = process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url);
if (isMain) {
  const sections = [];
  for (const [title, modules] of folders) {
    const loaded = await Promise.all(modules.map((name) => import(name)));
    sections.push(/** @type {const} */ ([title, loaded.flatMap(kindsOf)]));
  }
  writeFileSync(errorsPagePath, errorsPage(sections));
}
