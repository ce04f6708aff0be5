/** @file The kernels whose printed WGSL is kept as a file, and where: one list for the text and for the compiler that reads it. */
import { fileURLToPath } from "node:url";
import type { Kernel } from "@lanewise/compiler/kernel/types";
import { gateKernels } from "./gate-kernels.ts";
import { wgslShapes } from "./wgsl-shapes.ts";

const kernels: readonly Kernel[] = [
  ...gateKernels.flatMap((gate) => gate.build(64).steps.map(({ kernel }) => kernel)),
  ...wgslShapes.flatMap(({ program }) => program.steps.map(({ kernel }) => kernel)),
];

export interface WgslGolden {
  readonly kernel: Kernel;
  /** Absolute; made again by `vitest -u`. */
  readonly path: string;
}

export const wgslGoldens: readonly WgslGolden[] = [...new Set(kernels)].map((kernel) => ({
  kernel,
  path: fileURLToPath(new URL(`../pure/goldens/wgsl/${kernel.name}.wgsl`, import.meta.url)),
}));
