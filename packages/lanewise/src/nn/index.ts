/** @file `nn`: functions of neural networks, jax.nn's in camelCase. */

export * from "./activations.ts";
export * from "./normalization.ts";
