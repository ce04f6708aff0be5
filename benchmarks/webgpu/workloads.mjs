/** @file The thirteen workloads for webgpu: those of the other tables at sizes that a software adapter computes in milliseconds. */

import { sampled } from "../harness/check.mjs";
import { uniform } from "../harness/data.mjs";
import { workloads } from "../workloads/index.mjs";

const million = 1 << 20;
/** The peers use the functions of WGSL, which need not be as exact as the other tables ask. The table shows everybody's error. */
const lenient = 1e-3;
/** A product may be added up in float32 from its first term to its last. */
const oneSum = 1e-5;

/** @type {(name: string) => import("../workloads/index.mjs").Workload} */
function shared(name) {
  const workload = workloads.find((known) => known.name === name);
  if (workload === undefined) throw new Error(`no workload ${name}`);
  return workload;
}

/** @type {readonly import("../workloads/index.mjs").Workload[]} */
export const webgpuWorkloads = [
  { ...shared("ew_cheap_4M"), name: "ew_cheap_1M", bytes: 8 * million, inputs: () => ({ x: uniform([million]) }) },
  { ...shared("ew_trans_4M"), name: "ew_trans_1M", bytes: 8 * million, tolerance: lenient, inputs: () => ({ x: uniform([million], -3, 3) }) },
  { ...shared("reduce_full_4M"), name: "reduce_full_1M", bytes: 4 * million, inputs: () => ({ x: uniform([million]) }) },
  {
    ...shared("reduce_col_2048"), name: "reduce_col_1024", bytes: 4 * million, inputs: () => ({ x: uniform([1024, 1024], 0, 1) }),
    error: sampled((inputs) => (index) => {
      let sum = 0;
      for (let i = 0; i < 1024; i++) sum += Number(inputs.x?.[i * 1024 + index]);
      return sum;
    }),
  },
  { ...shared("softmax_1024"), tolerance: lenient },
  shared("layernorm_1024"),
  ...["matmul_256", "matmul_512", "matmul_1024"].map((name) => ({ ...shared(name), tolerance: oneSum })),
  shared("vmap_dot_1000"),
  { ...shared("conv3x3"), tolerance: oneSum },
  shared("mlp_sgd_b128"),
  {
    name: "dispatch_100", says: "a jitted x*0.5 + 1 of 8 numbers, a hundred times, each of the last", tolerance: 1e-6, jit: false,
    inputs: () => ({ x: uniform([8]) }),
    lanewise: ({ jit }) => repeated(jit((/** @type {any} */ x) => x.mul(0.5).add(1))),
    jax: ({ jit }) => repeated(jit((/** @type {any} */ x) => x.mul(0.5).add(1))),
    tf: (tf) => repeated((x) => tf.add(tf.mul(x, 0.5), 1)),
    error: sampled((inputs) => (index) => {
      let value = Number(inputs.x?.[index]);
      for (let call = 0; call < 100; call++) value = value * 0.5 + 1;
      return value;
    }),
  },
];

/** @type {(f: (x: any) => any) => (x: any) => any} */
function repeated(f) {
  return (x) => {
    for (let call = 0; call < 100; call++) x = f(x);
    return x;
  };
}
