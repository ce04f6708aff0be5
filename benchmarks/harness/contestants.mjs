/**
 * @file Who runs a workload: the hand-written loop, lanewise, and the peers. Each gives a function that runs the workload once,
 * with its result computed when it returns, or when its promise resolves.
 */

import { createRequire, register } from "node:module";
import { dirname, join } from "node:path";

/** @typedef {import("./data.mjs").Input} Input */
/** @typedef {import("./check.mjs").Output} Output */

/**
 * @typedef {object} Contestant
 * @property {string} label
 * @property {"loop" | "lanewise" | "jax" | "tf"} form which member of a workload it runs
 * @property {number} [patience] the part of the longest time that its processes get, 1 if absent
 * @property {(form: any, inputs: Record<string, Input>, options: { jit: boolean }) => Promise<Runner>} start
 */

/**
 * @typedef {object} Runner
 * @property {() => unknown} run runs once
 * @property {(result: any) => void | Promise<void>} release gives a result's memory back
 * @property {(result: any) => Promise<readonly Output[]>} read the numbers of a result
 */

/** @type {(result: any) => readonly any[]} */
const leaves = (result) => (Array.isArray(result) ? result.flatMap(leaves) : [result]);
/** @type {(data: any) => Output} */
const asOutput = (data) => (typeof data === "number" ? Float64Array.of(data) : data);

/** @type {Contestant["start"]} */
async function startLoop(form, inputs) {
  const args = Object.values(inputs).map(({ data }) => data);
  return { run: () => form(...args), release: () => {}, read: async (result) => leaves(result).map(asOutput) };
}

/** @type {Contestant["start"]} */
async function startLanewise(form, inputs, { jit }) {
  const lanewise = await import("lanewise");
  lanewise.defaultDevice("js");
  const f = form(lanewise);
  const jitted = jit ? lanewise.jit(f) : f;
  const args = Object.values(inputs).map(({ shape, data }) => lanewise.numpy.array(data).reshape([...shape]));
  return {
    run: () => jitted(...args),
    release: () => {},
    read: (result) => Promise.all(leaves(result).map((array) => array.data())),
  };
}

/** @type {(device: "wasm" | "cpu") => Contestant["start"]} */
const startJax = (device) => async (form, inputs, { jit }) => {
  const jax = await import("@jax-js/jax");
  await jax.init(device);
  jax.defaultDevice(device);
  const f = form(jax);
  const jitted = jit ? jax.jit(f) : f;
  const args = [];
  for (const { shape, data } of Object.values(inputs)) args.push(jax.numpy.array(data).reshape([...shape]));
  await jax.blockUntilReady(args);
  return {
    run: () => jax.blockUntilReady(jitted(...args.map((array) => array.ref))),
    release: (result) => jax.tree.dispose(result),
    read: (result) => Promise.all(leaves(result).map((array) => array.ref.data())),
  };
};

/** @type {(backend: "wasm" | "cpu") => Contestant["start"]} */
const startTf = (backend) => async (form, inputs) => {
  const tf = await import("@tensorflow/tfjs-core");
  register("./extensionless.mjs", import.meta.url);
  await import("@tensorflow/tfjs-core/dist/register_all_gradients.js");
  if (backend === "wasm") {
    const wasm = await import("@tensorflow/tfjs-backend-wasm");
    const folder = dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm"));
    wasm.setWasmPaths(`${folder}/`);
    wasm.setThreadsCount(1);
  } else {
    await import("@tensorflow/tfjs-backend-cpu");
  }
  await tf.setBackend(backend);
  await tf.ready();
  const f = form(tf);
  const args = Object.values(inputs).map(({ shape, data }) => tf.tensor(data, [...shape], data instanceof Int32Array ? "int32" : "float32"));
  return {
    run: () => tf.tidy(() => f(...args)),
    release: (result) => tf.dispose(result),
    read: (result) => Promise.all(leaves(result).map((tensor) => tensor.data())),
  };
};

/** @type {Readonly<Record<string, Contestant>>} */
export const contestants = {
  loop: { label: "hand-written loop", form: "loop", start: startLoop },
  lanewise: { label: "lanewise js", form: "lanewise", start: startLanewise },
  "jax-wasm": { label: "jax-js wasm", form: "jax", start: startJax("wasm") },
  "jax-cpu": { label: "jax-js cpu", form: "jax", patience: 0.25, start: startJax("cpu") },
  "tf-wasm": { label: "tfjs wasm", form: "tf", start: startTf("wasm") },
  "tf-cpu": { label: "tfjs cpu", form: "tf", start: startTf("cpu") },
};

/** The folder of the peers' packages. */
export const benchmarksFolder = join(dirname(new URL(import.meta.url).pathname), "..");
