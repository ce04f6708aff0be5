/** @file `random`: keys, and numbers made of them. The same key gives the same numbers; they are JAX's. */

export { bits } from "./bits.ts";
export { foldIn, key, keyData, PRNGKey, split, wrapKeyData } from "./keys.ts";
