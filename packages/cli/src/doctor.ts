/** @file `lanewise doctor`: whether this machine can run lanewise, on which devices, and the fix for what is missing. */

import * as lanewise from "lanewise";
import { exit, type ExitCode, type Io } from "./io.ts";

interface Finding {
  readonly name: string;
  /** Whether it is there. What is optional may be missing. */
  readonly ok: boolean;
  readonly isOptional: boolean;
  readonly detail: string;
  /** What to do where it is missing. */
  readonly fix: string | null;
}

const leastNode: readonly [number, number] = [20, 19];

/** Checks Node, memory that threads share, the devices and WebGPU's adapters, and prints a line or more for each. */
export async function doctor(options: { readonly json: boolean }, io: Io): Promise<ExitCode> {
  const findings = [checkNode(process.versions.node), checkIsolation(), await checkDevice("js"), ...await checkWebGpu()];
  io.print(options.json ? JSON.stringify(findings, null, 2) : findings.map(describe).join("\n"));
  return findings.every(({ ok, isOptional }) => ok || isOptional) ? exit.ok : exit.mistake;
}

function describe({ name, ok, isOptional, detail, fix }: Finding): string {
  const outcome = ok ? "ok    " : isOptional ? "absent" : "FAILED";
  return `${outcome} ${name}: ${detail}${fix === null ? "" : `\n       fix: ${fix}`}`;
}

/** Node must be 20.19 or later. */
function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const ok = major > leastNode[0] || (major === leastNode[0] && minor >= leastNode[1]);
  const least = leastNode.join(".");
  return { name: "node", ok, isOptional: false, detail: ok ? version : `${version}, but lanewise needs ${least} or later`, fix: ok ? null : `install Node ${least} or later` };
}

/** Threads of Node share memory; those of a page only where the page is isolated. */
function checkIsolation(): Finding {
  return {
    name: "isolation", ok: true, isOptional: true, fix: null,
    detail: "Node's threads share memory; a page's do where it is served with Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp",
  };
}

/** A computation on a device, through the whole compiler. */
async function checkDevice(device: string): Promise<Finding> {
  const finding = (ok: boolean, detail: string): Finding => ({ name: `device ${device}`, ok, isOptional: false, detail, fix: ok ? null : "report it with these lines" });
  try {
    const sum = await lanewise.jit((x: lanewise.NDArray) => x.mul(2).sum(), { device })(new Float32Array([1, 2, 3])).item();
    return finding(sum === 12, sum === 12 ? "computes" : `computes wrong numbers: ${sum} in place of 12`);
  } catch (error) {
    return finding(false, error instanceof Error ? error.message : String(error));
  }
}

/** Limits that decide how large arrays and kernels may be. */
const shownLimits = [
  "maxBufferSize", "maxStorageBufferBindingSize", "maxStorageBuffersPerShaderStage", "maxComputeInvocationsPerWorkgroup", "maxComputeWorkgroupStorageSize",
  "maxComputeWorkgroupsPerDimension",
];
/** Features that may be there, and what lanewise does with them. */
const usedFeatures = [["subgroups", "rows and reductions meet in them"], ["timestamp-query", "dump --time and gpuTimes measure each kernel"], ["shader-f16", "not needed: halves are computed as float32"]] as const;

async function checkWebGpu(): Promise<readonly Finding[]> {
  const { adapters, problem } = await lanewise.adapters();
  if (problem !== null) return [{ name: "webgpu", ok: false, isOptional: true, detail: problem.reason, fix: problem.fix }];
  const found = adapters.map((adapter, index): Finding => {
    const names = [adapter.vendor, adapter.architecture, adapter.description].filter((name) => name !== "").join(", ");
    const features = usedFeatures.map(([feature, use]) => `${feature} ${adapter.features.includes(feature) ? "yes" : "no"} (${use})`).join(", ");
    const limits = shownLimits.map((limit) => `${limit} ${adapter.limits[limit] ?? "unknown"}`).join(", ");
    return {
      name: `webgpu adapter ${index}`, ok: true, isOptional: true, fix: null,
      detail: `${names}${adapter.isFallback ? " (on the CPU)" : ""}\n       features: ${features}\n       limits: ${limits}`,
    };
  });
  await lanewise.init({ webgpu: true });
  return [...found, await checkDevice("webgpu")];
}
