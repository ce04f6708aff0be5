/** @file lanewise, jax-js and tfjs on webgpu, for the page. Each computes without waiting, and waits when it is asked. */

import * as jax from "@jax-js/jax";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-core/dist/register_all_gradients.js";
import "@tensorflow/tfjs-backend-webgpu";
import * as lanewise from "lanewise";

/** @typedef {import("../harness/data.mjs").Input} Input */
/** @typedef {import("../harness/check.mjs").Output} Output */

/**
 * @typedef {object} Runner
 * @property {() => any} run starts the workload once
 * @property {(results: any) => Promise<unknown>} wait until one or several results are computed
 * @property {(results: any) => void} release gives their memory back
 * @property {(result: any) => Promise<readonly Output[]>} read
 * @property {() => void} close gives the inputs back
 * @property {() => Promise<number | null>} [gpuTime] milliseconds of a call by the GPU's own clock; null where it has none
 */

/** Calls that are timed together by the GPU's clock. */
const timedCalls = 8;

/** @type {(result: any) => readonly any[]} */
const leaves = (result) => (Array.isArray(result) ? result.flatMap(leaves) : [result]);

/** @type {(form: any, inputs: Record<string, Input>, jit: boolean) => Promise<Runner>} */
async function startLanewise(form, inputs, jit) {
  await lanewise.init({ webgpu: true, device: "webgpu" });
  const f = form(lanewise);
  const jitted = jit ? lanewise.jit(f) : f;
  const args = Object.values(inputs).map(({ shape, data }) => lanewise.numpy.array(data).reshape([...shape]));
  await lanewise.blockUntilReady(args);
  const release = (/** @type {any} */ result) => leaves(result).forEach((array) => array.dispose());
  return {
    run: () => jitted(...args),
    wait: (result) => lanewise.blockUntilReady(result),
    release,
    read: (result) => Promise.all(leaves(result).map((array) => array.data())),
    close: () => release(args),
    // Several calls, because a browser rounds each timestamp.
    gpuTime: async () => {
      const { source, microseconds } = await lanewise.gpuTimes(() => {
        for (let call = 0; call < timedCalls; call++) release(jitted(...args));
      });
      return source === "timestamp-query" ? microseconds / timedCalls / 1000 : null;
    },
  };
}

/** @type {(form: any, inputs: Record<string, Input>, jit: boolean) => Promise<Runner>} */
async function startJax(form, inputs, jit) {
  await jax.init("webgpu");
  jax.defaultDevice("webgpu");
  const f = form(jax);
  const jitted = jit ? jax.jit(f) : f;
  const args = Object.values(inputs).map(({ shape, data }) => jax.numpy.array(data).reshape([...shape]));
  await jax.blockUntilReady(args);
  return {
    run: () => jitted(...args.map((array) => array.ref)),
    wait: (result) => jax.blockUntilReady(result),
    release: (result) => jax.tree.dispose(result),
    read: (result) => Promise.all(leaves(result).map((array) => array.ref.data())),
    close: () => jax.tree.dispose(args),
  };
}

/** @type {(form: any, inputs: Record<string, Input>) => Promise<Runner>} */
async function startTf(form, inputs) {
  await tf.setBackend("webgpu");
  await tf.ready();
  const f = form(tf);
  const args = Object.values(inputs).map(({ shape, data }) => tf.tensor(data, [...shape], data instanceof Int32Array ? "int32" : "float32"));
  return {
    run: () => tf.tidy(() => f(...args)),
    // It keeps work back until something is read: one element of the last result.
    wait: async (result) => {
      const last = leaves(result).at(-1);
      const element = tf.tidy(() => tf.slice(tf.reshape(last, [-1]), [0], [1]));
      await element.data();
      tf.dispose(element);
    },
    release: (result) => tf.dispose(result),
    read: (result) => Promise.all(leaves(result).map((tensor) => tensor.data())),
    close: () => tf.dispose(args),
  };
}

/** @type {Readonly<Record<string, { form: "lanewise" | "jax" | "tf", start: (form: any, inputs: Record<string, Input>, jit: boolean) => Promise<Runner> }>>} */
export const starters = {
  lanewise: { form: "lanewise", start: startLanewise },
  jax: { form: "jax", start: startJax },
  tf: { form: "tf", start: startTf },
};
