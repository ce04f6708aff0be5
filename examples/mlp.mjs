/**
 * @file A tanh network of sizes 784-512-256-10 trained on a generator of ten classes, with nothing but np, grad, jit and
 * tree.map. Parameters are a list of `[weights, biases]`.
 */

import { jit, numpy as np, tree, valueAndGrad } from "lanewise";

export const sizes = [784, 512, 256, 10];

/** Random numbers in [0, 1) from a seed (mulberry32), so that every run trains on the same data. */
export function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Weights of variance 1 / inputs, biases of zero. */
export function initialize(layerSizes, random) {
  return layerSizes.slice(1).map((outputs, layer) => {
    const inputs = layerSizes[layer];
    const weights = Float32Array.from({ length: inputs * outputs }, () => (random() * 2 - 1) * Math.sqrt(3 / inputs));
    return [np.array(weights).reshape([inputs, outputs]), np.zeros([outputs])];
  });
}

/** Ten random patterns, one per class, and `nextBatch` of noisy copies with their classes one-hot. */
export function tenClasses(features, random) {
  const patterns = Array.from({ length: 10 }, () => Float32Array.from({ length: features }, () => (random() < 0.5 ? 0 : 1)));
  return (count) => {
    const inputs = new Float32Array(count * features);
    const targets = new Float32Array(count * 10);
    for (let row = 0; row < count; row++) {
      const label = Math.floor(random() * 10);
      for (let feature = 0; feature < features; feature++) inputs[row * features + feature] = patterns[label][feature] + (random() - 0.5);
      targets[row * 10 + label] = 1;
    }
    return [np.array(inputs).reshape([count, features]), np.array(targets).reshape([count, 10])];
  };
}

/** The network's outputs for a batch of inputs. */
export function predict(params, inputs) {
  const [outWeights, outBiases] = params[params.length - 1];
  const hidden = params.slice(0, -1).reduce((values, [weights, biases]) => np.tanh(np.dot(values, weights).add(biases)), inputs);
  return np.dot(hidden, outWeights).add(outBiases);
}

/** Mean squared error. */
export function loss(params, inputs, targets) {
  return np.mean(predict(params, inputs).sub(targets).pow(2));
}

/** One step of gradient descent; the learning rate is static. */
export const update = jit((params, inputs, targets, learningRate) => {
  const [value, gradients] = valueAndGrad(loss)(params, inputs, targets);
  return [value, tree.map((param, gradient) => param.sub(gradient.mul(learningRate)), params, gradients)];
}, { staticArgnums: 3 });

/** Trains for some steps; calls `report(step, loss)` for each. */
export async function train(steps, { batch = 128, learningRate = 0.05, seed = 1, report = () => {} } = {}) {
  const random = generator(seed);
  const nextBatch = tenClasses(sizes[0], random);
  let params = initialize(sizes, random);
  for (let step = 0; step < steps; step++) {
    const [value, next] = update(params, ...nextBatch(batch), learningRate);
    params = next;
    report(step, await value.item());
  }
  return params;
}
