/** @file `lanewise dump`: what every stage of the compiler makes of a function. */

import * as lanewise from "lanewise";
import { MistakeError, UsageError, type Io } from "./io.ts";
import { loadFile, type Exports } from "./load.ts";
import { readSpec } from "./specs.ts";
import { timeKernels, timesText, type Timeable, type Times } from "./time.ts";

export interface DumpOptions {
  readonly args: readonly string[];
  /** Transforms, outermost first, with commas between. */
  readonly transform: string;
  readonly inAxes?: string;
  readonly argnums?: string;
  readonly device: string;
  readonly emit: string;
  /** Compiles the shaders, too. */
  readonly validate: boolean;
  /** Runs the shaders, too, and prints what each takes. */
  readonly time: boolean;
  readonly json: boolean;
}

export const stages = ["jaxpr", "passes", "fusion", "steps", "kernel", "legal", "js", "wgsl", "memory", "all"] as const;

type Stage = (typeof stages)[number];
type Callable = (...args: unknown[]) => unknown;

/** Prints one stage of the compilation of a function in a file. */
export async function dump(file: string, functionName: string | undefined, options: DumpOptions, io: Io): Promise<void> {
  const stage = readStage(options.emit);
  const transforms = readTransforms(options);
  const args = options.args.map(readSpec);
  // Code for a GPU can be looked at on a machine without one.
  const isForGpu = /^webgpu(:\d+)?$/.test(options.device);
  if (!isForGpu) lanewise.defaultDevice(options.device);
  const name = functionName ?? "default";
  const f = pickFunction(await loadFile(file, io), name, file);
  const lowered = transforms.reduceRight((inner, transform) => transform(inner), f);
  if (options.validate) io.complain(await validate(lowered, args, isForGpu));
  const times = options.time ? await time(lowered, args, options.device, isForGpu) : null;
  // What has been timed is shown as it is for this machine.
  const text = asJitted(lowered).lower(...args).text(stage, isForGpu ? "webgpu" : undefined);
  const facts = { file, function: name, transform: options.transform, args: options.args, stage, text };
  if (options.json) io.print(JSON.stringify(times === null ? facts : { ...facts, times }, null, 2));
  else io.print(times === null ? text : `${text.trimEnd()}\n\n${timesText(times)}`);
}

/** What the kernels take on this machine, whose GPU is the default device from now on. */
async function time(f: Callable, args: readonly unknown[], device: string, isForGpu: boolean): Promise<Times> {
  if (!isForGpu) throw new UsageError("--time goes with --device webgpu");
  await lanewise.init({ webgpu: true });
  lanewise.defaultDevice(device);
  return timeKernels(asJitted(f).lower(...args), args);
}

/** Has the driver of this machine compile the function's shaders; throws what it finds wrong. */
async function validate(f: Callable, args: readonly unknown[], isForGpu: boolean): Promise<string> {
  if (!isForGpu) throw new UsageError("--validate goes with --device webgpu");
  await lanewise.init({ webgpu: true });
  const jitted = lanewise.jit(f, { device: "webgpu" }) as unknown as { compile(...specs: unknown[]): Promise<void> };
  await jitted.compile(...args);
  return "the driver takes every shader";
}

interface Lowerable {
  lower(...args: unknown[]): Timeable & { text(stage: Stage, device?: "js" | "webgpu"): string };
}

/** The function itself where the outermost transform is jit; otherwise compiled as a whole. */
function asJitted(f: Callable): Lowerable {
  return ("lower" in f ? f : lanewise.jit(f)) as unknown as Lowerable;
}

function readStage(name: string): Stage {
  const stage = stages.find((known) => known === name);
  if (stage === undefined) throw new UsageError(`--emit takes ${stages.join(", ")}; got ${name}`);
  return stage;
}

function pickFunction(exports: Exports, name: string, file: string): Callable {
  const found = exports[name];
  if (typeof found === "function") return found as Callable;
  const functions = Object.keys(exports).filter((key) => typeof exports[key] === "function");
  const choice = functions.length === 0 ? "it exports no function" : `it exports the functions ${functions.join(", ")}`;
  throw new MistakeError(name === "default"
    ? `${file} has no default export that is a function; ${choice}: name one after the file`
    : `${file} exports no function ${name}; ${choice}`);
}

/** The transforms of `--transform`, outermost first. The first vmap takes --in-axes, the first gradient --argnums. */
function readTransforms(options: DumpOptions): readonly ((f: Callable) => Callable)[] {
  const names = options.transform.split(",").map((name) => name.trim()).filter((name) => name !== "");
  let inAxes = options.inAxes === undefined ? undefined : readAxes(options.inAxes);
  let argnums = options.argnums === undefined ? undefined : readNumbers("--argnums", options.argnums);
  const transforms = names.map((name): ((f: Callable) => Callable) => {
    switch (name) {
      case "jit": return (f) => lanewise.jit(f) as unknown as Callable;
      case "vmap": {
        const axes = inAxes;
        inAxes = undefined;
        return (f) => lanewise.vmap(f, axes as never) as Callable;
      }
      case "grad":
      case "valueAndGrad": {
        const places = argnums;
        argnums = undefined;
        return (f) => (name === "grad" ? lanewise.grad(f, places as never) : lanewise.valueAndGrad(f, places as never)) as Callable;
      }
      default: throw new UsageError(`--transform takes jit, vmap, grad and valueAndGrad, outermost first; got ${name}`);
    }
  });
  if (inAxes !== undefined) throw new UsageError("--in-axes needs a vmap in --transform");
  if (argnums !== undefined) throw new UsageError("--argnums needs grad or valueAndGrad in --transform");
  return transforms;
}

/** `0,null` is a list with an entry per argument; `0` alone maps every argument; JSON gives trees. */
function readAxes(text: string): unknown {
  try {
    const axes: unknown = JSON.parse(`[${text}]`);
    return Array.isArray(axes) && axes.length === 1 ? axes[0] : axes;
  } catch {
    throw new UsageError(`--in-axes takes axes such as 0,null or {"w":0,"b":null},0; got ${text}`);
  }
}

function readNumbers(option: string, text: string): number | readonly number[] {
  const numbers = text.split(",").map(Number);
  if (text.trim() === "" || !numbers.every(Number.isSafeInteger)) throw new UsageError(`${option} takes integers such as 0 or 0,1; got ${text}`);
  const [only] = numbers;
  return numbers.length === 1 && only !== undefined ? only : numbers;
}
