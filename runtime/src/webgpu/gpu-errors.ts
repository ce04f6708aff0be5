/** @file What the driver says went wrong, as errors of lanewise. It says so later than the call, so no user's line is at hand. */

import type { KernelCode } from "@lanewise/compiler/artifact/types";
import { LanewiseError } from "@lanewise/compiler/base/errors";
import { outOfGpuMemory, refusedCommands, refusedShader } from "../errors.ts";

/** The scopes in the order in which they are opened. The innermost is closed first. */
const errorScopes = ["internal", "out-of-memory", "validation"] as const satisfies readonly GPUErrorFilter[];

export function openScopes(device: GPUDevice): void {
  for (const scope of errorScopes) device.pushErrorScope(scope);
}

/** What the scopes caught. */
export interface ScopeErrors {
  /** There was no memory for a buffer. It is refused wherever it is used, so this is the cause of the rest. */
  readonly memory: Error | null;
  readonly any: Error | null;
}

/** Closes the scopes. Where the device is lost they tell nothing: that is told apart. */
export async function closeScopes(device: GPUDevice): Promise<ScopeErrors> {
  try {
    const [validation, memory, internal] = await Promise.all(errorScopes.map(() => device.popErrorScope()));
    const noMemory = memory ? memoryError(memory.message) : null;
    const refused = validation ?? internal;
    return { memory: noMemory, any: noMemory ?? (refused ? commandError(refused.message) : null) };
  } catch {
    return { memory: null, any: null };
  }
}

function memoryError(message: string): Error {
  return new LanewiseError(outOfGpuMemory, {
    operation: "webgpu", expected: "a device with memory for the arrays", got: oneLine(message),
    fix: "work on smaller parts, dispose of arrays, or set init({ webgpu: { memoryBudget } }) below the device's memory", location: null,
  });
}

function commandError(message: string): Error {
  return new LanewiseError(refusedCommands, {
    operation: "webgpu", expected: "commands that the driver takes", got: oneLine(message), location: null,
    fix: "see that no buffer given to fromGPUBuffer was destroyed or mapped; otherwise report it, because lanewise made the commands",
  });
}

/** A kernel with what a message about it says. */
export interface KernelOrigin {
  readonly program: string;
  readonly kernel: KernelCode;
  /** The lines of the user's program that it comes from. */
  readonly sources: () => readonly string[];
}

/** The first messages of a shader that the driver refuses, each with its line of the text. */
export async function shaderError({ program, kernel, sources }: KernelOrigin, module: GPUShaderModule, refusal: string): Promise<Error> {
  const text = kernel.text.split("\n");
  const lines = sources();
  const info = await module.getCompilationInfo().catch(() => null);
  const messages = (info?.messages ?? []).filter(({ type }) => type === "error").slice(0, 3);
  const described = messages.map(({ lineNum, linePos, message }) => `line ${lineNum}:${linePos}: ${message.split("\n")[0] ?? ""} in "${(text[lineNum - 1] ?? "").trim()}"`);
  return new LanewiseError(refusedShader, {
    operation: program, expected: `a driver that takes the shader of the kernel ${kernel.name}${lines.length > 0 ? `, which computes ${lines.join("; ")}` : ""}`,
    got: described.length > 0 ? described.join("; ") : oneLine(refusal), fix: "report it with the driver's name: lanewise doctor prints it", location: null,
  });
}

export function oneLine(text: string): string {
  return text.trim().replaceAll(/\s*\n\s*/g, " ");
}
