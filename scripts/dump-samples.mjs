/**
 * @file Writes tests/conformance/samples-in.json: every sample of the op table with its inputs and its params in JAX's
 * spelling, for the script that runs them through real JAX.
 */

import { build } from "esbuild";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const entry = `
  import { allSamples } from "./tests/support/samples/all.ts";
  import { elementsOf, generator } from "./tests/support/samples/values.ts";
  export function dump() {
    return allSamples().flatMap(({ primitive, sample }, index) => {
      const random = generator(index);
      const printed = primitive.printParams === "none" ? [] : primitive.printParams(sample.params);
      if (printed.some(({ value }) => value.kind !== "text")) return [];
      return [{
        place: index, primitive: primitive.name, sample: sample.name, params: Object.fromEntries(printed.map(({ name, value }) => [name, value.text])),
        inputs: sample.inputs.map((input) => ({ shape: input.shape, dtype: input.dtype, data: Array.from(elementsOf(input, random), (x) => Object.is(x, -0) ? "-0" : String(x)) })),
        outShapes: primitive.abstractEval(sample.inputs.map(({ shape, dtype }) => ({ shape, dtype, weakType: false })), sample.params).map(({ shape }) => shape),
      }];
    });
  }
`;
const bundled = await build({ stdin: { contents: entry, resolveDir: root, loader: "ts" }, bundle: true, write: false, format: "esm", conditions: ["lanewise-source"], logLevel: "error" });
const { dump } = await import(`data:text/javascript;base64,${Buffer.from(bundled.outputFiles[0]?.text ?? "").toString("base64")}`);
const samples = dump();
writeFileSync(new URL("../tests/conformance/samples-in.json", import.meta.url), `[\n${samples.map((/** @type {unknown} */ sample) => JSON.stringify(sample)).join(",\n")}\n]\n`);
console.log(`${samples.length} samples written`);
