/** @file `random`: keys, and numbers made of them. The same key gives the same numbers; they are JAX's. */

export { bernoulli, rademacher } from "./bernoulli.ts";
export { bits } from "./bits.ts";
export { categorical, choice } from "./choice.ts";
export { cauchy, exponential, gumbel, laplace, logistic } from "./distributions.ts";
export { randint } from "./integers.ts";
export { clone, foldIn, key, keyData, keyDtype, keyImpl, PRNGKey, split, wrapKeyData } from "./keys.ts";
export { normal, truncatedNormal } from "./normal.ts";
export { doubleSidedMaxwell, geometric, lognormal, maxwell, multivariateNormal, pareto, rayleigh, triangular, wald, weibullMin } from "./parametric.ts";
export { permutation } from "./permutation.ts";
export { uniform } from "./uniform.ts";
