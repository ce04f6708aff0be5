/** @file Runs a finished program for webgpu on a bare device: a plain executor, so that tests of the compiler need no runtime. */
import { dispatchSize, packScalars, workgroupsOf } from "@lanewise/compiler/artifact/dispatch";
import type { KernelCode, Launch, Program, Slot } from "@lanewise/compiler/artifact/types";
import { at, InternalError, required } from "@lanewise/compiler/base/assert";
import { allocateHost, type DType, type HostArray } from "@lanewise/compiler/base/dtype";
import { webgpuTarget } from "@lanewise/compiler/target";

/** Buffers of a dispatch that are wrong: one that is written and bound twice. */
export function doublyBound(program: Program): readonly string[] {
  return program.steps.flatMap((step) => {
    if (step.kind !== "kernel") return [];
    const { launch, name } = at(program.kernels, step.kernel);
    const places = step.buffers.map((slot) => placeOf(at(program.slots, slot), slot));
    const written = places.filter((_, position) => required(launch, "launch").access[position] === "readWrite");
    return written.filter((place) => places.indexOf(place) !== places.lastIndexOf(place)).map((place) => `${name} binds ${place} twice`);
  });
}

function placeOf(slot: Slot, number: number): string {
  return slot.kind === "temporary" ? `block ${slot.block}` : `slot ${number}`;
}

/** Runs a program and gives its outputs. */
export async function runWgslProgram(device: GPUDevice, program: Program, inputs: readonly HostArray[]): Promise<readonly HostArray[]> {
  device.pushErrorScope("validation");
  const outputs = await runUnchecked(device, program, inputs).catch((error: unknown) => error);
  const error = await device.popErrorScope();
  if (error !== null) throw new Error(error.message);
  if (!Array.isArray(outputs)) throw outputs;
  return outputs as readonly HostArray[];
}

async function runUnchecked(device: GPUDevice, program: Program, inputs: readonly HostArray[]): Promise<readonly HostArray[]> {
  const owned: GPUBuffer[] = [];
  const create = (bytes: number, usage: number): GPUBuffer => {
    const buffer = device.createBuffer({ size: Math.max(4, bytes), usage });
    owned.push(buffer);
    return buffer;
  };
  try {
    const blocks = program.blocks.map((bytes) => create(bytes, storageUsage));
    const memory = program.slots.map((slot): GPUBuffer => {
      if (slot.kind === "temporary") return at(blocks, slot.block);
      const buffer = create(4 * slot.length, storageUsage);
      // What no step writes must not look right by accident.
      const content = slot.kind === "input" ? words(slot.dtype, at(inputs, slot.input)) : new Uint32Array(slot.length).fill(0x7fc0dead);
      device.queue.writeBuffer(buffer, 0, content as Uint32Array<ArrayBuffer>);
      return buffer;
    });
    const pipelines = program.kernels.map((kernel) => pipelineOf(device, kernel));
    const encoder = device.createCommandEncoder();
    let pass = encoder.beginComputePass();
    for (const step of program.steps) {
      if (step.kind === "copy") {
        pass.end();
        encoder.copyBufferToBuffer(at(memory, step.from), 4 * step.fromOffset, at(memory, step.to), 4 * step.toOffset, 4 * step.count);
        pass = encoder.beginComputePass();
        continue;
      }
      const { pipeline, launch } = at(pipelines, step.kernel);
      const bound = step.buffers.map((slot) => at(memory, slot));
      if (launch.scalars.length > 0) {
        const bytes = packScalars(launch.scalars, step.scalars.map((scalar) => (scalar.kind === "fixed" ? scalar.value : 0)));
        const uniform = create(bytes.byteLength, uniformUsage);
        device.queue.writeBuffer(uniform, 0, bytes);
        bound.push(uniform);
      }
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, device.createBindGroup({
        layout: pipeline.getBindGroupLayout(0), entries: bound.map((buffer, binding) => ({ binding, resource: { buffer } })),
      }));
      pass.dispatchWorkgroups(...dispatchSize(workgroupsOf(launch, []), webgpuTarget.maxWorkgroups));
    }
    pass.end();
    const reads = program.outputSources.map((source) => {
      const slot = source.kind === "slot" ? source.slot : program.slots.findIndex((each) => each.kind === "input" && each.input === source.input);
      const from = at(memory, slot);
      const to = create(from.size, readUsage);
      encoder.copyBufferToBuffer(from, 0, to, 0, from.size);
      return { to, slot: at(program.slots, slot) };
    });
    device.queue.submit([encoder.finish()]);
    const outputs: HostArray[] = [];
    for (const { to, slot } of reads) {
      await to.mapAsync(0x1);
      outputs.push(hostOf(slot.dtype, slot.length, to.getMappedRange().slice(0)));
    }
    return outputs;
  } finally {
    for (const buffer of owned) buffer.destroy();
  }
}

function pipelineOf(device: GPUDevice, { text, launch, name }: KernelCode): { readonly pipeline: GPUComputePipeline; readonly launch: Launch } {
  if (launch === null) throw new InternalError(`${name} is no shader`);
  const module = device.createShaderModule({ code: text });
  const types: GPUBufferBindingType[] = launch.access.map((access) => (access === "read" ? "read-only-storage" : "storage"));
  if (launch.scalars.length > 0) types.push("uniform");
  const layout = device.createBindGroupLayout({ entries: types.map((type, binding) => ({ binding, visibility: 0x4, buffer: { type } })) });
  const pipeline = device.createComputePipeline({
    layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }), compute: { module, entryPoint: launch.entryPoint },
  });
  return { pipeline, launch };
}

/** An array as webgpu holds it: every element in a word of its own. */
function words(dtype: DType, array: HostArray): Uint32Array {
  if (dtype === "float32" || dtype === "int32" || dtype === "uint32") return new Uint32Array(array.buffer, array.byteOffset, array.length);
  return Uint32Array.from(array);
}

function hostOf(dtype: DType, length: number, bytes: ArrayBuffer): HostArray {
  const host = allocateHost(dtype, length);
  if (dtype === "float32") host.set(new Float32Array(bytes, 0, length));
  else if (dtype === "int32" || dtype === "int16" || dtype === "int8") host.set(new Int32Array(bytes, 0, length));
  else host.set(new Uint32Array(bytes, 0, length));
  return host;
}

// Numbers of the WebGPU specification; in Node the namespaces that hold them are not globals.
const storageUsage = 0x80 | 0x4 | 0x8;
const uniformUsage = 0x40 | 0x8;
const readUsage = 0x1 | 0x8;
