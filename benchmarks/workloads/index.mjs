/** @file All workloads, in the order of the tables. */

import { elementwise } from "./elementwise.mjs";
import { networks } from "./networks.mjs";
import { products } from "./products.mjs";
import { programs } from "./programs.mjs";
import { reductions } from "./reductions.mjs";

/**
 * One computation, written for every contestant. `loop` is the best a person would write over typed arrays, a new array for the
 * result as with all others; the other members take the library and give the function of its arrays.
 * @typedef {object} Workload
 * @property {string} name
 * @property {string} says what is computed
 * @property {() => Record<string, import("../harness/data.mjs").Input>} inputs
 * @property {(...arrays: any[]) => any} [loop]
 * @property {(lanewise: any) => (...arrays: any[]) => any} [lanewise]
 * @property {(jax: any) => (...arrays: any[]) => any} [jax]
 * @property {(tf: any) => (...tensors: any[]) => any} [tf]
 * @property {import("../harness/check.mjs").ErrorOf} error against float64
 * @property {number} tolerance above which a result counts as wrong
 * @property {number} [bytes] read and written at least
 * @property {number} [flops]
 * @property {boolean} [jit] false where the function must not be jitted
 */

/** @type {readonly Workload[]} */
export const workloads = [...elementwise, ...reductions, ...products, ...networks, ...programs];
