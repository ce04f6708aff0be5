/**
 * @file Compiled shaders of one GPU device, found again by their text and bindings. They live as long as a program that uses
 * them: the cache itself holds them weakly.
 */

import type { KernelCode, Launch } from "@lanewise/compiler/artifact/types";
import { InternalError } from "@lanewise/compiler/base/assert";
import type { Counters } from "./counters.ts";
import { shaderError, type KernelOrigin } from "./gpu-errors.ts";
import { shaderStageCompute } from "./gpu.ts";
import type { Stream } from "./stream.ts";

/** A kernel made ready; both may be used before the driver has looked at them. */
export interface Pipeline {
  readonly layout: GPUBindGroupLayout;
  readonly pipeline: GPUComputePipeline;
}

export class Pipelines {
  readonly #device: GPUDevice;
  readonly #stream: Stream;
  readonly #counters: Counters;
  readonly #known = new Map<string, WeakRef<Pipeline>>();
  readonly #layouts = new Map<string, GPUBindGroupLayout>();
  #sweepAt = 256;

  constructor(device: GPUDevice, stream: Stream, counters: Counters) {
    this.#device = device;
    this.#stream = stream;
    this.#counters = counters;
  }

  /** The pipeline at once. What the driver finds wrong with it fails the batch that is open now. */
  get(origin: KernelOrigin): Pipeline {
    const { kernel } = origin;
    const launch = launchOf(kernel);
    const known = this.#find(kernel);
    if (known !== null) return known;
    const batch = this.#stream.open();
    this.#device.pushErrorScope("validation");
    const module = this.#device.createShaderModule({ code: kernel.text });
    const { layout, descriptor } = this.#describe(module, launch);
    const pipeline = this.#device.createComputePipeline(descriptor);
    const refusal = this.#device.popErrorScope();
    batch.check(refusal.then(
      (error) => (error === null ? null : shaderError(origin, module, error.message)),
      // The device is lost, which is told elsewhere.
      () => null,
    ));
    return this.#keep(kernel, { layout, pipeline });
  }

  /** The pipeline when the driver has compiled it. Rejects with what it finds wrong. */
  async compile(origin: KernelOrigin): Promise<Pipeline> {
    const { kernel } = origin;
    const launch = launchOf(kernel);
    const known = this.#find(kernel);
    if (known !== null) return known;
    this.#device.pushErrorScope("validation");
    const module = this.#device.createShaderModule({ code: kernel.text });
    const { layout, descriptor } = this.#describe(module, launch);
    // A faulty module is told by the pipeline that uses it.
    this.#device.popErrorScope().catch(() => null);
    try {
      const pipeline = await this.#device.createComputePipelineAsync(descriptor);
      return this.#find(kernel) ?? this.#keep(kernel, { layout, pipeline });
    } catch (error) {
      throw await shaderError(origin, module, error instanceof Error ? error.message : String(error));
    }
  }

  #describe(module: GPUShaderModule, launch: Launch): { layout: GPUBindGroupLayout; descriptor: GPUComputePipelineDescriptor } {
    const layout = this.#layoutOf(launch);
    const descriptor: GPUComputePipelineDescriptor = {
      layout: this.#device.createPipelineLayout({ bindGroupLayouts: [layout] }), compute: { module, entryPoint: launch.entryPoint },
    };
    return { layout, descriptor };
  }

  #layoutOf({ access, scalars }: Launch): GPUBindGroupLayout {
    const types = access.map((kind): GPUBufferBindingType => (kind === "read" ? "read-only-storage" : "storage"));
    if (scalars.length > 0) types.push("uniform");
    const key = types.join();
    const known = this.#layouts.get(key);
    if (known !== undefined) return known;
    const layout = this.#device.createBindGroupLayout({
      entries: types.map((type, binding) => ({ binding, visibility: shaderStageCompute, buffer: { type } })),
    });
    this.#layouts.set(key, layout);
    return layout;
  }

  #find(kernel: KernelCode): Pipeline | null {
    return this.#known.get(keyOf(kernel))?.deref() ?? null;
  }

  #keep(kernel: KernelCode, pipeline: Pipeline): Pipeline {
    this.#counters.pipelines++;
    if (this.#known.size >= this.#sweepAt) {
      for (const [key, reference] of this.#known) if (reference.deref() === undefined) this.#known.delete(key);
      this.#sweepAt = Math.max(256, 2 * this.#known.size);
    }
    this.#known.set(keyOf(kernel), new WeakRef(pipeline));
    return pipeline;
  }
}

function launchOf({ name, launch }: KernelCode): Launch {
  if (launch === null) throw new InternalError(`the kernel ${name} is no shader`);
  return launch;
}

/** The text says everything but how the host declares its bindings. */
function keyOf({ text, launch }: KernelCode): string {
  return `${launch?.access.join() ?? ""} ${launch?.scalars.length ?? 0}\n${text}`;
}
