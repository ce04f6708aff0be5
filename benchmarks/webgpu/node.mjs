/**
 * @file The page's script in Node, where the npm package webgpu stands in for the page's WebGPU: a line `[member, values]` on
 * the input is a call, answered by a line.
 *
 * node node.mjs SCRIPT
 */

import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { create, globals } from "webgpu";

const gpu = create([]);
// tfjs finds itself in Node, and asks for Node's own modules.
Object.assign(globalThis, globals, { require: createRequire(import.meta.url) });
Object.defineProperty(globalThis, "navigator", { value: { gpu, userAgent: "Node" }, configurable: true });
// Lines of libraries must not look like answers.
console.log = console.error;
await import(String(process.argv[2]));

for await (const line of createInterface({ input: process.stdin })) {
  const [member, values] = JSON.parse(line);
  const answer = await Reflect.get(globalThis, "webgpuBench")[member](...values).then((/** @type {unknown} */ value) => ({ value }), (/** @type {unknown} */ error) => ({ failure: String(error) }));
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
process.exit(0);
