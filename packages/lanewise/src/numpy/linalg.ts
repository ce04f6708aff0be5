/** @file `np.linalg`: what jax.numpy.linalg has; the rest of linear algebra is in `linalg`. */

export { cholesky } from "../linalg.ts";
export type { CholeskyOptions } from "../linalg.ts";
