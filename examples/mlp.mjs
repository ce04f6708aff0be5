/**
 * @file A tanh network of sizes 784-512-256-10 trained on a generator of ten classes, with nothing but np, grad, jit and
 * tree.map. Parameters are a list of `[weights, biases]`.
 */

import { jit, numpy as np, tree, valueAndGrad } from "lanewise";

/** @typedef {import("lanewise").NDArray} NDArray */
/** @typedef {[weights: NDArray, biases: NDArray]} Layer */
/** @typedef {() => number} Random */

export const sizes = [784, 512, 256, 10];

/**
 * Random numbers in [0, 1) from a seed (mulberry32), so that every run trains on the same data.
 * @param {number} seed
 * @returns {Random}
 */
export function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * Weights of variance 1 / inputs, biases of zero.
 * @param {readonly number[]} layerSizes
 * @param {Random} random
 * @returns {Layer[]}
 */
export function initialize(layerSizes, random) {
  return layerSizes.slice(1).map((outputs, layer) => {
    const inputs = layerSizes[layer] ?? 0;
    const weights = Float32Array.from({ length: inputs * outputs }, () => (random() * 2 - 1) * Math.sqrt(3 / inputs));
    return [np.array(weights).reshape([inputs, outputs]), np.zeros([outputs])];
  });
}

/**
 * Ten random patterns, one per class; gives a function that makes a batch of noisy copies with their classes one-hot.
 * @param {number} features
 * @param {Random} random
 * @returns {(count: number) => [inputs: NDArray, targets: NDArray]}
 */
export function tenClasses(features, random) {
  const patterns = Array.from({ length: 10 }, () => Float32Array.from({ length: features }, () => (random() < 0.5 ? 0 : 1)));
  return (count) => {
    const inputs = new Float32Array(count * features);
    const targets = new Float32Array(count * 10);
    for (let row = 0; row < count; row++) {
      const label = Math.floor(random() * 10);
      for (let feature = 0; feature < features; feature++) inputs[row * features + feature] = (patterns[label]?.[feature] ?? 0) + (random() - 0.5);
      targets[row * 10 + label] = 1;
    }
    return [np.array(inputs).reshape([count, features]), np.array(targets).reshape([count, 10])];
  };
}

/**
 * The network's outputs for a batch of inputs.
 * @param {readonly Layer[]} params
 * @param {NDArray} inputs
 * @returns {NDArray}
 */
export function predict(params, inputs) {
  return params.reduce((values, [weights, biases], layer) => {
    const outputs = np.dot(values, weights).add(biases);
    return layer < params.length - 1 ? np.tanh(outputs) : outputs;
  }, inputs);
}

/**
 * Mean squared error.
 * @param {readonly Layer[]} params
 * @param {NDArray} inputs
 * @param {NDArray} targets
 * @returns {NDArray}
 */
export function loss(params, inputs, targets) {
  return np.mean(predict(params, inputs).sub(targets).pow(2));
}

/**
 * One step of gradient descent: the loss and the new parameters. The learning rate is static.
 */
export const update = jit((/** @type {Layer[]} */ params, /** @type {NDArray} */ inputs, /** @type {NDArray} */ targets, /** @type {number} */ learningRate) => {
  const [value, gradients] = valueAndGrad(loss)(params, inputs, targets);
  const next = tree.map((/** @type {NDArray} */ param, /** @type {NDArray} */ gradient) => param.sub(gradient.mul(learningRate)), params, gradients);
  return /** @type {[NDArray, Layer[]]} */ (/** @type {unknown} */ ([value, next]));
}, { staticArgnums: 3 });

/**
 * Trains for some steps; calls `report(step, loss)` for each.
 * @param {number} steps
 * @param {{ batch?: number, learningRate?: number, seed?: number, report?: (step: number, loss: number) => void }} [options]
 */
export async function train(steps, { batch = 128, learningRate = 0.05, seed = 1, report = () => {} } = {}) {
  const random = generator(seed);
  const nextBatch = tenClasses(sizes[0] ?? 0, random);
  let params = initialize(sizes, random);
  for (let step = 0; step < steps; step++) {
    const [inputs, targets] = nextBatch(batch);
    const [value, next] = update(params, inputs, targets, learningRate);
    params = /** @type {Layer[]} */ (next);
    report(step, Number(await value.item()));
  }
  return params;
}
