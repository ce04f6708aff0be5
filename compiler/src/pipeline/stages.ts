/**
 * @file The stages of the compiler as data: what each makes of what came before it, and what must hold before and after it.
 * The order of the lists is the order in which they run.
 */

import { at, InternalError } from "../base/assert.ts";
import type { DType } from "../base/dtype.ts";
import { raise } from "../base/errors.ts";
import { sizeOf } from "../base/shape.ts";
import { schemaVersion, type KernelCode, type Program, type StagedKernel, type Step, type StepProgram, type TableSpec } from "../artifact/types.ts";
import { jsKernelCode } from "../codegen/js/print-kernel.ts";
import { launchArguments, wgslCode } from "../codegen/wgsl/launch.ts";
import { planFusion } from "../fuse/plan.ts";
import type { FusionPlan } from "../fuse/types.ts";
import { printAval } from "../ir/print.ts";
import { isKey, touchesKeys } from "../ir/physical.ts";
import { verifyJaxpr } from "../ir/verify.ts";
import type { Jaxpr, Var } from "../ir/types.ts";
import { simplifyKernel } from "../kernel/simplify.ts";
import type { Kernel } from "../kernel/types.ts";
import { verifyKernel } from "../kernel/verify.ts";
import { legalizeJs } from "../legalize/js.ts";
import { splitBindings, type BufferWindow } from "../legalize/split-bindings.ts";
import { legalizeWgsl } from "../legalize/wgsl.ts";
import { shareMirrored } from "../lower/mirrored.ts";
import { lowerPlan } from "../lower/steps.ts";
import { eliminateCommon } from "../passes/eliminate-common.ts";
import { eliminateDead } from "../passes/eliminate-dead.ts";
import { inlineCalls } from "../passes/inline.ts";
import { physicalize } from "../passes/physicalize.ts";
import { simplify } from "../passes/simplify.ts";
import { planMemory, type PlannedProgram } from "../plan/plan.ts";
import { packBuffers } from "../schedule/pack-buffers.ts";
import { scheduleProgram } from "../schedule/schedule.ts";
import type { Capabilities } from "../target.ts";
import { physicalEquation } from "../transforms/physical.ts";
import { arrayTooLarge, dtypeNotOnDevice } from "./errors.ts";

/** Something that must hold; `violation` says what does not, or null. */
export interface Spec<Subject> {
  readonly name: string;
  readonly violation: (subject: Subject) => string | null;
}

/** One step of the compiler: from `Subject` to `Result`. */
export interface Stage<Subject, Result> {
  readonly name: string;
  readonly run: (subject: Subject, context: StageContext) => Result;
  readonly requires: readonly Spec<Subject>[];
  readonly ensures: readonly Spec<Result>[];
}

export interface StageContext {
  readonly name: string;
  readonly capabilities: Capabilities;
  /** Inputs whose memory the program may write. */
  readonly donated: readonly number[];
}

// What must hold --------------------------------------------------------------------------------------------------------

const wellFormed: Spec<Jaxpr> = { name: "a well-formed jaxpr", violation: (jaxpr) => messageOf(() => verifyJaxpr(jaxpr)) };

const noConstants: Spec<Jaxpr> = {
  name: "no constants", violation: ({ constVars }) => (constVars.length === 0 ? null : `${constVars.length} constants, which must be arguments`),
};

const noCalls: Spec<Jaxpr> = {
  name: "no calls",
  violation: ({ eqns }) => eqns.find(({ primitive }) => primitive.inlinable !== "never" || primitive.lower.kind === "inlined")?.primitive.name ?? null,
};

const noKeys: Spec<Jaxpr> = {
  name: "no random keys",
  violation: ({ inVars, eqns }) => eqns.find(touchesKeys)?.primitive.name ?? (inVars.some(({ aval }) => isKey(aval)) ? "an input" : null),
};

const verifiedKernels: Spec<StepProgram<Kernel>> = {
  name: "valid kernels",
  violation: ({ kernels }) => {
    for (const { code } of kernels) {
      const message = messageOf(() => verifyKernel(code));
      if (message !== null) return message;
    }
    return null;
  },
};

/** What a buffer of another dtype may hold: half floats as their bits, and narrow values in words. */
const heldIn: Readonly<Partial<Record<DType, readonly DType[]>>> = {
  uint16: ["float16", "bfloat16"], uint32: ["bool", "uint8", "uint16", "float16", "bfloat16"], int32: ["int8", "int16"],
};

function holds(buffer: DType, value: DType): boolean {
  return buffer === value || heldIn[buffer]?.includes(value) === true;
}

const boundBuffers: Spec<StepProgram<Kernel>> = {
  name: "every buffer bound to a value of its type",
  violation: ({ steps, kernels, values }) => {
    for (const step of steps) {
      if (step.kind !== "kernel") continue;
      const { code } = at(kernels, step.kernel);
      const fits = code.buffers.length === step.buffers.length && code.buffers.every(({ dtype, length }, position) => {
        const value = at(values, at(step.buffers, position));
        return holds(dtype, value.dtype) && (length.kind !== "const" || length.value === value.length);
      });
      if (!fits) return `the buffers of ${code.name} do not fit the values ${step.buffers.join(", ")}`;
    }
    return null;
  },
};

function messageOf(check: () => void): string | null {
  try {
    check();
    return null;
  } catch (error) {
    if (error instanceof InternalError) return error.message;
    throw error;
  }
}

// The passes over a jaxpr -----------------------------------------------------------------------------------------------

export const jaxprPasses: readonly Stage<Jaxpr, Jaxpr>[] = [
  { name: "inline", run: inlineCalls, requires: [wellFormed, noConstants], ensures: [wellFormed, noCalls] },
  { name: "physicalize", run: (jaxpr) => physicalize(jaxpr, physicalEquation), requires: [], ensures: [wellFormed, noCalls, noKeys] },
  { name: "simplify", run: simplify, requires: [], ensures: [wellFormed] },
  { name: "eliminate-common", run: eliminateCommon, requires: [], ensures: [wellFormed] },
  { name: "share-mirrored", run: shareMirrored, requires: [], ensures: [wellFormed] },
  { name: "eliminate-dead", run: eliminateDead, requires: [], ensures: [wellFormed, noCalls] },
];

// From a jaxpr to steps -------------------------------------------------------------------------------------------------

export const fuseStage: Stage<Jaxpr, FusionPlan> = {
  name: "fuse", run: (jaxpr, { capabilities }) => planFusion(jaxpr, capabilities), requires: [noConstants, noCalls], ensures: [],
};

export const lowerStage: Stage<FusionPlan, StepProgram<Kernel>> = {
  name: "lower",
  run: (plan, { name, capabilities, donated }) => lowerPlan(storable(indexable(plan, name), name, capabilities), name, capabilities, donated),
  requires: [], ensures: [verifiedKernels, boundBuffers],
};

export const scheduleStages: readonly Stage<StepProgram<Kernel>, StepProgram<Kernel>>[] = [
  { name: "pack buffers", run: (program, { capabilities }) => packBuffers(program, capabilities), requires: [], ensures: [verifiedKernels, boundBuffers] },
  { name: "schedule", run: (program, { capabilities }) => scheduleProgram(program, capabilities), requires: [], ensures: [verifiedKernels, boundBuffers] },
  { name: "simplify kernels", run: (program) => mapKernels(program, simplifyKernel), requires: [], ensures: [verifiedKernels, boundBuffers] },
];

export const legalizeStage: Stage<StepProgram<Kernel>, StepProgram<Kernel>> = {
  name: "legalize", run: (program, { capabilities }) => mapKernels(program, legalizerOf(capabilities)), requires: [], ensures: [verifiedKernels, boundBuffers],
};

export const planStage: Stage<StepProgram<Kernel>, PlannedProgram> = {
  name: "plan", run: (program, { capabilities, donated }) => planMemory(program, capabilities, donated), requires: [], ensures: [],
};

function mapKernels(program: StepProgram<Kernel>, map: (kernel: Kernel) => Kernel): StepProgram<Kernel> {
  const kernels = program.kernels.map((staged): StagedKernel<Kernel> => ({ ...staged, code: map(staged.code) }));
  return { ...program, kernels };
}

function legalizerOf(capabilities: Capabilities): (kernel: Kernel) => Kernel {
  switch (capabilities.target) {
    case "js": return legalizeJs;
    case "webgpu": return (kernel) => legalizeWgsl(kernel, capabilities);
    case "wasm": throw new InternalError("the pipeline does not reach wasm");
  }
}

/** The inputs of the program, and everything that its kernels write out. */
function valuesInMemory({ jaxpr, groups }: FusionPlan): readonly Var[] {
  const stored = groups.flatMap(({ parts }) => parts.flatMap(({ stores, loops }) => [...stores, ...loops.flatMap((loop) => loop.stores)]));
  return [...jaxpr.inVars, ...stored];
}

const largestLength = 2 ** 31 - 1;

/** Throws where an index into an array that is kept in memory would not fit 32 bits. */
function indexable(plan: FusionPlan, name: string): FusionPlan {
  const large = valuesInMemory(plan).find(({ aval }) => sizeOf(aval.shape) > largestLength);
  if (large === undefined) return plan;
  return raise(arrayTooLarge, {
    operation: name, expected: "arrays of fewer than 2^31 elements", got: `one of type ${printAval(large.aval)}`,
    fix: "split the computation into parts, or reduce the array in the expression that makes it", location: null,
  });
}

/** Throws where the target has no memory for a dtype. */
function storable(plan: FusionPlan, name: string, { target, storage }: Capabilities): FusionPlan {
  const strange = valuesInMemory(plan).find(({ aval: { dtype } }) => dtype !== "float0" && storage[dtype] === undefined);
  if (strange === undefined) return plan;
  return raise(dtypeNotOnDevice, {
    operation: name, expected: `a dtype that ${target} has: ${Object.keys(storage).join(", ")}`, got: `an array of type ${printAval(strange.aval)}`,
    fix: "convert the array to a dtype that the device has, or use the js device", location: null,
  });
}

// Code ------------------------------------------------------------------------------------------------------------------

export interface CodegenInput {
  readonly legal: StepProgram<Kernel>;
  readonly memory: PlannedProgram;
}

export const codegenStage: Stage<CodegenInput, Program> = { name: "codegen", run: generate, requires: [], ensures: [] };

/** A kernel of a program, and of which windows of a step's buffers its buffers are; null for the buffers as they are. */
interface Launched {
  readonly number: number;
  readonly windows: readonly BufferWindow[] | null;
}

/** The program with each kernel as text; kernels of the same text are one. */
function generate({ legal, memory }: CodegenInput, { name, capabilities }: StageContext): Program {
  const kernels: KernelCode[] = [];
  const tables = new Tables();
  const numbers = new Map<string, number>();
  const numberOf = (kernel: Kernel, windows?: readonly BufferWindow[]): number => {
    const code = codeOf(kernel, windows, tables, capabilities);
    const key = [code.text, ...code.tables ?? [], ...windows?.map(({ begin, count }) => `${begin} ${count}`) ?? []].join("\n");
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, kernels.length);
    return kernels.push(code) - 1;
  };
  /** What runs for each kernel of the plan, one after the other. */
  const launched = memory.kernels.map((kernel): readonly Launched[] => {
    const pieces = splitBindings(kernel, capabilities);
    return pieces?.map((piece) => ({ number: numberOf(piece.kernel, piece.windows), windows: piece.windows })) ?? [{ number: numberOf(kernel), windows: null }];
  });
  const { slots, arenaBytes, blocks, outputSources } = memory;
  const steps = memory.steps.flatMap((step): readonly Step[] => {
    if (step.kind !== "kernel") return [step];
    const scalars = launchArguments(at(memory.kernels, step.kernel), step.scalars);
    return at(launched, step.kernel).map(({ number, windows }) => (
      { ...step, kernel: number, buffers: windows?.map(({ buffer }) => at(step.buffers, buffer)) ?? step.buffers, scalars }
    ));
  });
  return {
    schemaVersion, target: capabilities.target, name, inputs: legal.inputs, outputs: legal.outputs, outputSources, slots, arenaBytes, blocks, tables: tables.specs, kernels, steps,
  };
}

/** The tables of a program; those with the same values are one. */
class Tables {
  readonly specs: TableSpec[] = [];

  numberOf(dtype: TableSpec["dtype"], values: readonly number[]): number {
    const known = this.specs.findIndex((spec) => spec.values === values && spec.dtype === dtype);
    return known >= 0 ? known : this.specs.push({ dtype, values }) - 1;
  }
}

function codeOf(kernel: Kernel, windows: readonly BufferWindow[] | undefined, tables: Tables, capabilities: Capabilities): KernelCode {
  switch (capabilities.target) {
    case "js": {
      const code = jsKernelCode(kernel);
      const numbers = code.tables.map(({ dtype, values }) => tables.numberOf(dtype, values ?? []));
      return { name: kernel.name, text: code.text, launch: null, ...(numbers.length === 0 ? {} : { tables: numbers }) };
    }
    case "webgpu": return wgslCode(kernel, capabilities.maxWorkgroups, windows);
    case "wasm": throw new InternalError("the pipeline does not reach wasm");
  }
}
