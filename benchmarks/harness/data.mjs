/** @file Inputs of workloads: the same numbers in every process. */

/** @typedef {Float32Array | Int32Array} Data */
/** @typedef {{ shape: readonly number[], data: Data }} Input */

/** @type {(seed: number) => () => number} */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** @type {(shape: readonly number[]) => number} */
export const sizeOf = (shape) => shape.reduce((product, extent) => product * extent, 1);

/**
 * float32 numbers in [low, high).
 * @type {(shape: readonly number[], low?: number, high?: number, seed?: number) => Input}
 */
export function uniform(shape, low = -1, high = 1, seed = 1) {
  const next = generator(seed);
  const data = new Float32Array(sizeOf(shape));
  for (let place = 0; place < data.length; place++) data[place] = low + (high - low) * next();
  return { shape, data };
}

/**
 * int32 numbers in [0, below).
 * @type {(shape: readonly number[], below: number, seed?: number) => Input}
 */
export function integers(shape, below, seed = 1) {
  const next = generator(seed);
  return { shape, data: Int32Array.from({ length: sizeOf(shape) }, () => Math.floor(next() * below)) };
}
