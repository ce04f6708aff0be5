/**
 * @file Runs programs of kernels on a WebGPU device, as a target for `gate-runner.ts`: legalises, verifies, prints,
 * compiles and dispatches. Arrays stay on the device between the steps of a program.
 */
import { at, required } from "@lanewise/compiler/base/assert";
import type { HostArray } from "@lanewise/compiler/base/dtype";
import type { ScalarValues } from "@lanewise/compiler/codegen/wgsl/dispatch";
import { dispatchSize, packScalars } from "@lanewise/compiler/artifact/dispatch";
import { countWorkgroups } from "@lanewise/compiler/codegen/wgsl/dispatch";
import { launchScalar } from "@lanewise/compiler/codegen/wgsl/launch";
import type { WgslBinding, WgslKernel } from "@lanewise/compiler/codegen/wgsl/print-kernel";
import { printWgsl } from "@lanewise/compiler/codegen/wgsl/print-kernel";
import { interpret } from "@lanewise/compiler/kernel/interpret";
import type { Kernel } from "@lanewise/compiler/kernel/types";
import { verifyKernel } from "@lanewise/compiler/kernel/verify";
import { legalizeWgsl } from "@lanewise/compiler/legalize/wgsl";
import type { Capabilities } from "@lanewise/compiler/target";
import type { GateStep } from "./gate-kernels.ts";
import type { RunGateProgram } from "./gate-runner.ts";

export interface WgslRunnerOptions {
  /** Workgroups in one dimension of a dispatch; the device's limit where absent. */
  readonly maxWorkgroups?: number;
  readonly capabilities?: Capabilities;
}

/** A program runner on `device`. Kernels are compiled once, by identity. */
export function webgpuRunner(device: GPUDevice, options: WgslRunnerOptions = {}): RunGateProgram {
  const limit = options.maxWorkgroups ?? device.limits.maxComputeWorkgroupsPerDimension;
  const compiled = new WeakMap<Kernel, Promise<CompiledKernel>>();
  const compileOnce = (kernel: Kernel): Promise<CompiledKernel> => {
    const known = compiled.get(kernel);
    if (known !== undefined) return known;
    const fresh = compileWgsl(device, printLegal(kernel, options.capabilities));
    compiled.set(kernel, fresh);
    return fresh;
  };

  return async (program, arrays) => {
    const kernels = await Promise.all(program.steps.map(({ kernel }) => compileOnce(kernel)));
    device.pushErrorScope("validation");
    const temporary: GPUBuffer[] = [];
    const own = (byteLength: number, flags: number): GPUBuffer => {
      // An empty array still needs a binding of one element.
      const buffer = device.createBuffer({ size: Math.max(4, byteLength), usage: flags });
      temporary.push(buffer);
      return buffer;
    };
    try {
      const buffers = new Map(Object.entries(arrays).map(([name, array]) => {
        const words = toWords(array);
        const buffer = own(words.byteLength, usage.storage | usage.copySource | usage.copyDestination);
        device.queue.writeBuffer(buffer, 0, words);
        return [name, buffer];
      }));
      const encoder = device.createCommandEncoder();
      program.steps.forEach((step, position) => {
        const kernel = at(kernels, position);
        const storages = step.buffers.map((name) => required(buffers.get(name), `buffer ${name}`));
        const values = scalarValues(step);
        const uniforms = uniformOf(kernel.printed.bindings).map((scalars) => {
          const bytes = packScalars(scalars.map(launchScalar), scalars.map(({ name }) => required(values[name], name)));
          const buffer = own(bytes.byteLength, usage.uniform | usage.copyDestination);
          device.queue.writeBuffer(buffer, 0, bytes);
          return buffer;
        });
        const pass = encoder.beginComputePass();
        pass.setPipeline(kernel.pipeline);
        pass.setBindGroup(0, device.createBindGroup({
          layout: kernel.layout,
          entries: [...storages, ...uniforms].map((buffer, binding) => ({ binding, resource: { buffer } })),
        }));
        const size = dispatchSize(countWorkgroups(kernel.printed.workgroups, values), limit);
        if (size[0] > 0) pass.dispatchWorkgroups(...size);
        pass.end();
      });
      const readbacks = [...buffers].map(([name, buffer]) => {
        const readback = own(buffer.size, usage.mapRead | usage.copyDestination);
        encoder.copyBufferToBuffer(buffer, 0, readback, 0, buffer.size);
        return { array: required(arrays[name], `array ${name}`), readback };
      });
      device.queue.submit([encoder.finish()]);
      const error = await device.popErrorScope();
      if (error !== null) throw new Error(error.message);
      for (const { array, readback } of readbacks) {
        await readback.mapAsync(mapModeRead);
        fromWords(readback.getMappedRange(), array);
      }
    } finally {
      for (const buffer of temporary) buffer.destroy();
    }
  };
}

/** The legal form of a kernel, verified and printed. */
export function printLegal(kernel: Kernel, capabilities?: Capabilities): WgslKernel {
  const legal = legalizeWgsl(kernel, capabilities);
  verifyKernel(legal);
  return printWgsl(legal);
}

interface CompiledKernel {
  readonly printed: WgslKernel;
  readonly layout: GPUBindGroupLayout;
  readonly pipeline: GPUComputePipeline;
}

/**
 * Compiles a printed kernel with the bindings that it says it has.
 * @throws Error with WGSL's messages and the code
 */
export async function compileWgsl(device: GPUDevice, printed: WgslKernel): Promise<CompiledKernel> {
  device.pushErrorScope("validation");
  const module = device.createShaderModule({ code: printed.code });
  const layout = device.createBindGroupLayout({
    entries: printed.bindings.map((binding, number) => ({
      binding: number, visibility: shaderStageCompute, buffer: { type: bindingType(binding) },
    })),
  });
  const pipeline = device.createComputePipeline({
    layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
    compute: { module, entryPoint: printed.entryPoint },
  });
  const error = await device.popErrorScope();
  if (error === null) return { printed, layout, pipeline };
  const { messages } = await module.getCompilationInfo();
  const described = messages.map(({ lineNum, linePos, message }) => `${lineNum}:${linePos} ${message}`);
  throw new Error([error.message, ...described, printed.code].join("\n"));
}

function bindingType(binding: WgslBinding): GPUBufferBindingType {
  if (binding.kind === "uniform") return "uniform";
  return binding.access === "read" ? "read-only-storage" : "storage";
}

function uniformOf(bindings: readonly WgslBinding[]) {
  return bindings.flatMap((binding) => (binding.kind === "uniform" ? [binding.scalars] : []));
}

/** What legalising adds to the scalars of a kernel. */
const added = { runtimeZero: 0 };

/** A step's scalars by name, added ones included. */
function scalarValues(step: GateStep): Record<string, number> {
  const own = step.kernel.scalars.map(({ name }, position): [string, number] => [name, at(step.scalars, position)]);
  return { ...Object.fromEntries(own), ...added };
}

/** Runs a dispatch on the reference interpreter in its legal form: shows what legalising changed, without a device. */
export function interpretLegalStep(step: GateStep, bound: readonly HostArray[], capabilities?: Capabilities): void {
  const legal = legalizeWgsl(step.kernel, capabilities);
  verifyKernel(legal);
  const words = bound.map((array) => (array instanceof Uint8Array ? Uint32Array.from(array) : array));
  const values: ScalarValues = scalarValues(step);
  interpret(legal, {
    buffers: Object.fromEntries(legal.buffers.map(({ name }, position) => [name, at(words, position)])),
    scalars: Object.fromEntries(legal.scalars.map(({ name }) => [name, required(values[name], `scalar ${name}`)])),
    order: "reverse",
  });
  words.forEach((array, position) => at(bound, position).set(array));
}

/** The bytes of an array as webgpu holds it: a bool is a word, everything else as it is. */
function toWords(array: HostArray): ArrayBuffer {
  const words = array instanceof Uint8Array ? Uint32Array.from(array) : array.slice();
  return words.buffer as ArrayBuffer;
}

function fromWords(words: ArrayBuffer, array: HostArray): void {
  const bytes = words.slice(0);
  if (array instanceof Float32Array) array.set(new Float32Array(bytes, 0, array.length));
  else if (array instanceof Int32Array) array.set(new Int32Array(bytes, 0, array.length));
  else array.set(new Uint32Array(bytes, 0, array.length));
}

// Numbers of the WebGPU specification; in Node the namespaces that hold them are not globals.
const usage = { mapRead: 0x1, copySource: 0x4, copyDestination: 0x8, uniform: 0x40, storage: 0x80 } as const;
const shaderStageCompute = 0x4;
const mapModeRead = 0x1;
