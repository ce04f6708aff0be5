/**
 * @file The gate kernels: what every target must run. Each is written once in kernel IR; `gate/types.ts` says what a
 * runner finds in one, and `gate-runner.ts` runs them.
 */
import { elementwiseKernel, elementwiseSimdKernel } from "./gate/elementwise.ts";
import { escapeTimeKernel } from "./gate/escape-time.ts";
import { matmulKernel } from "./gate/matmul.ts";
import { radixSortKernel } from "./gate/radix-sort.ts";
import { softmaxKernel } from "./gate/softmax.ts";
import { sumKernel } from "./gate/sum.ts";
import type { GateKernel } from "./gate/types.ts";

export type { GateBuffer, GateKernel, GateProgram, GateStep } from "./gate/types.ts";
export { gateSizes } from "./gate/types.ts";

export const gateKernels: readonly GateKernel[] = [
  elementwiseKernel, elementwiseSimdKernel, softmaxKernel, matmulKernel, sumKernel, escapeTimeKernel, radixSortKernel,
];
