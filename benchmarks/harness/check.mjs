/** @file Results against float64: a contestant that is fast and wrong does not count. */

/** @typedef {import("./data.mjs").Input} Input */
/** @typedef {Float32Array | Int32Array | Uint32Array | Float64Array} Output */
/** @typedef {(inputs: Record<string, Float64Array>, outputs: readonly Output[], form: string) => number} ErrorOf */

/**
 * The worst error over some hundred elements of the results, relative to the element or to `scale`, whichever is larger.
 * `element(inputs)` gives a function that computes one element in float64.
 * @param {(inputs: Record<string, Float64Array>) => (index: number, output: number) => number} element
 * @param {{ scale?: number, samples?: number }} [options]
 * @returns {ErrorOf}
 */
export function sampled(element, { scale = 0, samples = 200 } = {}) {
  return (inputs, outputs) => {
    const expected = element(inputs);
    let worst = 0;
    outputs.forEach((output, number) => {
      const step = Math.max(1, Math.floor(output.length / samples)) | 1;
      for (let index = 0; index < output.length; index += step) {
        const value = expected(index, number);
        const error = Math.abs(Number(output[index]) - value) / Math.max(Math.abs(value), scale, 1e-30);
        worst = Math.max(worst, Number.isNaN(error) ? Infinity : error);
      }
    });
    return worst;
  };
}

/**
 * The worst error of a gradient in some directions, each against a difference of the loss in float64. The first output is the
 * loss where `hasLoss`; the others are the gradients of the inputs named.
 * @param {(inputs: Record<string, Float64Array>) => number} loss
 * @param {readonly string[]} names
 * @returns {ErrorOf}
 */
export function gradientOf(loss, names) {
  return (inputs, outputs) => {
    let worst = 0;
    names.forEach((name, number) => {
      const value = inputs[name];
      const gradient = outputs[number];
      if (value === undefined || gradient === undefined || gradient.length !== value.length) throw new Error(`no gradient of ${name}`);
      // Along the signs of the gradient itself, so that nothing cancels in the sum.
      const direction = Float64Array.from(gradient, Math.sign);
      const along = direction.reduce((sum, sign, place) => sum + sign * Number(gradient[place]), 0);
      const step = 1e-6;
      const moved = (/** @type {number} */ by) => loss({ ...inputs, [name]: value.map((number, place) => number + by * Number(direction[place])) });
      const expected = (moved(step) - moved(-step)) / (2 * step);
      worst = Math.max(worst, Math.abs(along - expected) / Math.abs(expected));
    });
    return worst;
  };
}

/**
 * float64 copies of the inputs.
 * @type {(inputs: Record<string, Input>) => Record<string, Float64Array>}
 */
export function inFloat64(inputs) {
  return Object.fromEntries(Object.entries(inputs).map(([name, { data }]) => [name, Float64Array.from(data)]));
}
