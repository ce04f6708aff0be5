/**
 * @file Writes docs/scalar-ops.md from the scalar table, so that the page cannot disagree with the code. Run it after
 * `npm run build`; a test fails while the page is out of date.
 */
import { realpathSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** @typedef {typeof import("@lanewise/compiler/base/scalar-ops")} ScalarTable */

export const scalarOpsPagePath = join(dirname(dirname(fileURLToPath(import.meta.url))), "docs", "scalar-ops.md");

/** @type {readonly (readonly [op: import("@lanewise/compiler/base/scalar-ops").ScalarOpName, dtype: import("@lanewise/compiler/base/scalar-ops").ValueDType, ...args: number[]])[]} */
const examples = [
  ["add", "int32", 2147483647, 1], ["sub", "uint32", 0, 1], ["add", "float32", 16777216, 1],
  ["div", "int32", -7, 2], ["div", "int32", 7, 0], ["div", "uint32", 7, 0], ["div", "int32", -2147483648, -1], ["div", "float32", -1, 0],
  ["rem", "int32", -7, 2], ["rem", "int32", 7, 0], ["rem", "float32", -5.5, 2],
  ["abs", "int32", -2147483648], ["sign", "float32", -0], ["max", "float32", -0, 0], ["min", "float32", NaN, 1],
  ["pow", "float32", 1, NaN], ["pow", "float32", -1, Infinity], ["pow", "int32", 3, 21], ["pow", "int32", 2, -1], ["pow", "int32", 0, -1],
  ["roundEven", "float32", 2.5], ["roundEven", "float32", -0.5], ["sqrt", "float32", -1], ["log", "float32", 0],
  ["expm1", "float32", -0], ["log1p", "float32", -1], ["atan2", "float32", 0, -0], ["atan2", "float32", -0, 1],
  ["eq", "float32", NaN, NaN], ["ne", "float32", NaN, NaN], ["not", "uint32", 0],
  ["shiftLeft", "int32", 1, 32], ["shiftRightArithmetic", "int32", -8, 33], ["shiftRightLogical", "int32", -1, 28],
  ["mulHigh", "int32", -1, 1], ["mulHigh", "uint32", 4294967295, 4294967295], ["countLeadingZeros", "int32", 0],
];

/** @type {readonly (readonly [from: import("@lanewise/compiler/base/scalar-ops").ValueDType, to: import("@lanewise/compiler/base/scalar-ops").ValueDType, value: number])[]} */
const conversionExamples = [
  ["float32", "int32", -2.75], ["float32", "int32", 3e9], ["float32", "uint32", -1], ["float32", "int32", NaN],
  ["int32", "uint32", -1], ["int32", "float32", 16777217], ["float64", "float32", 1e40], ["float32", "bool", NaN],
];

/**
 * The page as text.
 * @param {ScalarTable} table
 * @returns {string}
 */
export function scalarOpsPage(table) {
  const operandNames = ["a", "b", "c"];
  /** @type {(name: import("@lanewise/compiler/base/scalar-ops").ScalarOpName) => string} */
  const signature = (name) => {
    const { arity } = table.scalarOps[name];
    const names = name === "select" ? ["condition", "a", "b"] : operandNames.slice(0, arity);
    return `\`${name}(${names.join(", ")})\``;
  };
  const opRows = table.scalarOpNames.map((name) => {
    const { accepts, result, semantics } = table.scalarOps[name];
    return [signature(name), accepts, result === "bool" ? "bool" : "as operands", semantics];
  });
  const exampleRows = examples.map(([name, dtype, ...args]) => {
    const call = `\`${name}(${args.map(show).join(", ")})\``;
    return [dtype, call, show(table.scalarOps[name].reference(dtype, ...args))];
  });
  const conversionRows = table.conversionRules.map(({ from, to, semantics }) => [from, to, semantics]);
  const conversionExampleRows = conversionExamples.map(([from, to, value]) => [from, to, show(value), show(table.convertReference(from, to, value))]);
  return `${[
    "# Scalar ops",
    "<!-- Written by scripts/scalar-ops-docs.mjs from compiler/src/base/scalar-ops.ts. Edit that file and run the script. -->",
    "Every op that a kernel can apply to a number, and what it gives. The reference functions in "
      + "`compiler/src/base/scalar-ops.ts` are the definition; the interpreter runs them, and code generators are tested against them.",
    "float32 and float16 results are the result in double precision, rounded to the dtype (to nearest, ties to even). "
      + "int32 and uint32 results wrap modulo 2^32. A bool is false or true. "
      + "All operands of an op have one dtype; there is no implicit conversion.",
    "Targets give the same results, with two exceptions: exp, log, sin, cos, tanh, expm1, log1p, atan2 and pow come within a few units in the last "
      + "place, and on webgpu subnormals may be flushed to zero and arithmetic on NaN and infinity follows the driver.",
    heading("Operand classes"),
    markdownTable(["Class", "Dtypes"], [
      ["float", "float32, float64, float16"], ["integer", "int32, uint32"], ["numeric", "float and integer"],
      ["integer or bool", "int32, uint32, bool"], ["any", "every value dtype"],
    ]),
    heading("Ops"),
    markdownTable(["Op", "Operands", "Result", "Meaning"], opRows),
    heading("Edges, computed by the reference functions"),
    markdownTable(["Dtype", "Op", "Gives"], exampleRows),
    heading("Conversions"),
    "`convert` changes a value's dtype. The first row that fits says how.",
    markdownTable(["From", "To", "Gives"], conversionRows),
    markdownTable(["From", "To", "Value", "Gives"], conversionExampleRows),
    heading("Bitcasts"),
    "`bitcast` keeps the 32 bits of a float32, int32 or uint32 and reads them as another of these. "
      + "The bits of a NaN are 0x7fc00000 in the reference; a target may keep others.",
    heading("Loads and stores"),
    "A load converts what is stored to a value dtype, exactly: int8 and int16 to int32, uint8 and uint16 to uint32, float16 and "
      + "bfloat16 to float32. A store converts back: integers wrap to the stored width, floats round to nearest, ties to even.",
  ].join("\n\n")}\n`;
}

/** @param {string} text */
function heading(text) {
  return `## ${text}`;
}

/** @param {number} value */
function show(value) {
  return Object.is(value, -0) ? "-0" : String(value).replace("Infinity", "infinity");
}

/**
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} rows
 */
function markdownTable(head, rows) {
  const line = (/** @type {readonly string[]} */ cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

const isMain = process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url);
if (isMain) writeFileSync(scalarOpsPagePath, scalarOpsPage(await import("@lanewise/compiler/base/scalar-ops")));
