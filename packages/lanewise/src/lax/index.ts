/** @file `lax`: the operations as JAX's lax names them. They promote nothing and broadcast nothing but scalars. */

export * from "./approximate.ts";
export * from "./collective.ts";
export * from "./cumulative.ts";
export * from "./convolution.ts";
export * from "./elementwise.ts";
export * from "./filling.ts";
export * from "./functions.ts";
export * from "./gather-scatter.ts";
export * from "./indexing.ts";
export * as linalg from "./linalg.ts";
export * from "./patches.ts";
export * from "./products.ts";
export * from "./reduce.ts";
export * from "./sort.ts";
export * from "./structural.ts";
export * from "./windows.ts";
