/**
 * @file Makes a kernel one that `codegen/wgsl` can print: the shape of a dispatch, and only operations whose results WGSL
 * fixes as the scalar table does.
 *
 * WGSL's guarantees are weaker than the table's in three ways that stay: float arithmetic may read and write subnormals as
 * 0; division, square roots, fused multiply-add and the elementary functions are a few units in the last place off;
 * arithmetic on NaN and infinities, and the sign of a computed 0, follow the driver. Comparisons, max, min, select, sign,
 * isNaN, isFinite, rem, conversions and bitcasts are done on bits and exact.
 */

import { InternalError } from "../base/assert.ts";
import { byteSize } from "../base/dtype.ts";
import { printKernel } from "../kernel/print.ts";
import { simplifyKernel } from "../kernel/simplify.ts";
import type { Kernel, ValueDType } from "../kernel/types.ts";
import { forEachExprIn, forEachStmt } from "../kernel/walk.ts";
import { webgpuTarget, type Capabilities } from "../target.ts";
import { approximate } from "./approximate.ts";
import { canonicalizeNaNBits } from "./canonical-nan.ts";
import { expandFloatOrder } from "./exact-floats.ts";
import { clampFloatToInteger } from "./float-conversions.ts";
import { expandFloat32Power } from "./float32-power.ts";
import { expandFloatRemainder } from "./float-remainder.ts";
import { foldConstants } from "./fold-constants.ts";
import { guardIntegerDivision } from "./integer-division.ts";
import { expandIntegerPower, expandMulHigh } from "./integer-ops.ts";
import { mapInvocations } from "./map-invocations.ts";
import { expandMasks } from "./masked-access.ts";
import { nameOperations } from "./name-operations.ts";
import { expandHalfStorage } from "./half-storage.ts";
import { hideFloatBits } from "./runtime-zero.ts";
import { scalarize, scalarizeArithmetic } from "./scalarize.ts";
import { guardShifts, shiftByProducts } from "./shifts.ts";
import { sinkLets } from "./sink-lets.ts";
import { splitVectors } from "./split-vectors.ts";
import { exactSubgroups, expandSubgroups } from "./subgroups.ts";
import { countVectors, expandSimdReduce, hasOnlyVectorsOf4, hasVectorsBeyond4, splitVectorAccesses } from "./vector-memory.ts";
import { storeAsWords } from "./word-storage.ts";
import { expandUnrolled } from "../kernel/unroll.ts";
import { checkWgslOperations } from "./wgsl-table.ts";

type WgslStep = (kernel: Kernel, capabilities: Capabilities) => Kernel;

const shapeAndMemory: readonly WgslStep[] = [
  (kernel) => (hasOnlyVectorsOf4(kernel) ? kernel : scalarize(kernel)),
  foldConstants,
  mapInvocations,
  (kernel, { subgroups }) => (subgroups ? exactSubgroups(kernel) : expandSubgroups(kernel)),
  expandSimdReduce,
  splitVectorAccesses,
  expandMasks,
  expandHalfStorage,
  storeAsWords,
];

const elementaryFunctions: readonly WgslStep[] = [canonicalizeNaNBits, expandFloat32Power, approximate];

const operations: readonly WgslStep[] = [
  splitVectorAccesses,
  expandFloatRemainder,
  clampFloatToInteger,
  expandFloatOrder,
  expandIntegerPower,
  expandMulHigh,
  (kernel) => guardIntegerDivision(kernel, { traps: false }),
  guardShifts,
  (kernel, { tuning }) => (tuning?.shiftsByProducts === true ? shiftByProducts(kernel) : kernel),
  (kernel) => simplifyKernel(kernel),
  foldConstants,
  hideFloatBits,
  countVectors,
];

const text: readonly WgslStep[] = [nameOperations, checkWgslOperations];

/**
 * In order; what a step makes may be what a later one takes apart, never an earlier one. Of vectors of more than 4 elements
 * the elementary functions come first, so that all elements share what is rare in them. Such vectors are for adapters that
 * are CPUs, where an element is a register of four invocations: so many elements at once would live in memory, so they are
 * computed one after the other.
 */
function stepsFor(kernel: Kernel): readonly WgslStep[] {
  return hasVectorsBeyond4(kernel)
    ? [expandUnrolled, ...elementaryFunctions, splitVectors, ...shapeAndMemory, scalarizeArithmetic, ...operations, sinkLets, ...text]
    : [expandUnrolled, ...shapeAndMemory, ...elementaryFunctions, ...operations, ...text];
}

/**
 * The kernel in the form that `printWgsl` prints. Where it needs one it has a scalar parameter more, `runtimeZero` (0); what
 * memory holds in less than a word is a word.
 *
 * @throws InternalError where the kernel needs what webgpu lacks: float64 and float16, small storage dtypes, more
 *   buffers, invocations or workgroup memory than every device has, or a grid whose extent the host cannot compute
 */
export function legalizeWgsl(kernel: Kernel, capabilities: Capabilities = webgpuTarget): Kernel {
  return stepsFor(kernel).reduce((legal, step) => step(legal, capabilities), checkTarget(kernel, capabilities));
}

const valueDTypes: readonly ValueDType[] = ["float32", "int32", "uint32", "bool"];
/** Elements of a constant table: what a WGSL array constructor may have at least. */
const maxTableLength = 2047;

function checkTarget(kernel: Kernel, capabilities: Capabilities): Kernel {
  const fail = (what: string): never => {
    throw new InternalError(`webgpu cannot run ${kernel.name}: ${what}`, printKernel(kernel));
  };
  const checkValue = (dtype: ValueDType): void => {
    if (!valueDTypes.includes(dtype)) fail(`it has no ${dtype}`);
  };
  for (const { name, dtype } of kernel.buffers) {
    if (capabilities.storage[dtype] === undefined) fail(`it cannot store ${dtype}, as ${name} asks`);
  }
  for (const { dtype } of [...kernel.scalars, ...kernel.arrays]) checkValue(dtype);
  forEachExprIn(kernel.body, ({ type }) => checkValue(type.dtype));
  forEachStmt(kernel.body, (statement) => {
    if (statement.kind === "load") checkValue(statement.type.dtype);
  });
  if (kernel.buffers.length > capabilities.maxBuffers) fail(`${kernel.buffers.length} buffers, at most ${capabilities.maxBuffers}`);
  if (kernel.workgroup > capabilities.maxWorkgroup) fail(`${kernel.workgroup} invocations, at most ${capabilities.maxWorkgroup}`);
  const shared = kernel.arrays.filter(({ space }) => space === "workgroup");
  // A bool takes a word.
  const bytes = shared.reduce((sum, { dtype, length }) => sum + length * Math.max(4, byteSize(dtype)), 0);
  if (bytes > capabilities.workgroupBytes) fail(`${bytes} bytes of workgroup memory, at most ${capabilities.workgroupBytes}`);
  const table = kernel.arrays.find(({ space, length }) => space === "constant" && length > maxTableLength);
  if (table !== undefined) fail(`a table of ${table.length} constants, at most ${maxTableLength}`);
  return kernel;
}
