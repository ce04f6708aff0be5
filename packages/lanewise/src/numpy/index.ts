/** @file The namespace `numpy`: JAX's jax.numpy in camelCase. */

export * from "./constants.ts";
export * from "./coordinates.ts";
export * from "./covariance.ts";
export * from "./create.ts";
export * from "./differences.ts";
export * from "./dtypes.ts";
export * from "./elementwise.ts";
export * from "./functions.ts";
export * from "./indexing.ts";
export * from "./joins.ts";
export * as linalg from "./linalg.ts";
export * from "./matrices.ts";
export * from "./nonzero.ts";
export * from "./ordering.ts";
export * from "./padding.ts";
export * from "./products.ts";
export * from "./reals.ts";
export * from "./reductions.ts";
export * from "./search.ts";
export * from "./shapes.ts";
export * from "./signal.ts";
export * from "./spacing.ts";
export * from "./statistics.ts";
export { slice } from "./slice.ts";
