/** @file `nn`: functions of neural networks, jax.nn's in camelCase. */

export * from "./activations.ts";
export * from "./attention.ts";
export * from "./normalization.ts";
export * from "./sparse.ts";
