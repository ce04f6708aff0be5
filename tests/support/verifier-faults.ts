/** @file Kernels that break one invariant, and where the verifier says so: the printed line over the arrow and the message. */
import { at, InternalError } from "@lanewise/compiler/base/assert";
import { constant, KernelBuilder, mul } from "@lanewise/compiler/kernel/build";
import type { Expr, Kernel, Stmt } from "@lanewise/compiler/kernel/types";
import { verifyKernel } from "@lanewise/compiler/kernel/verify";
import { expect } from "vitest";

/** The fault that the verifier finds: the line over the arrow, and the message beside the arrow. */
export function faultOf(kernel: Kernel): { line: string; message: string } {
  try {
    verifyKernel(kernel);
  } catch (error) {
    if (!(error instanceof InternalError)) throw error;
    const lines = error.excerpt.split("\n");
    const arrow = lines.findIndex((line) => /^ *\^ /.test(line));
    return { line: at(lines, arrow - 1).trim(), message: at(lines, arrow).trim().slice(2) };
  }
  throw new Error("the verifier found no fault");
}

/** Fails unless the verifier refuses the kernel with this message under this line. */
export function expectFault(kernel: Kernel, line: string, message: string | RegExp): void {
  const fault = faultOf(kernel);
  expect(fault.line).toBe(line);
  if (typeof message === "string") expect(fault.message).toBe(message);
  else expect(fault.message).toMatch(message);
}

/** A kernel with buffers x (read), y (write), z (readWrite), flags (bool), a scalar n, and the body that `emit` gives it. */
export function kernelWith(emit: (b: KernelBuilder, n: Expr) => void, workgroup = 1): Kernel {
  const b = new KernelBuilder("test");
  const n = b.scalar("n", "int32");
  b.buffer("x", { dtype: "float32", length: n, access: "read" });
  b.buffer("y", { dtype: "float32", length: n, access: "write" });
  b.buffer("z", { dtype: "float32", length: mul(n, 4), access: "readWrite" });
  b.buffer("flags", { dtype: "bool", length: 8, access: "readWrite" });
  emit(b, n);
  return b.build({ workgroup });
}

/** The same kernel with statements put at the end of its body as they are, past the builder's checks. */
export function kernelOf(...statements: Stmt[]): Kernel {
  const kernel = kernelWith(() => {});
  return { ...kernel, body: [...kernel.body, ...statements] };
}

export const one = constant(1, "float32");
/** A store to `y` past the builder's checks. */
export const storeOf = (index: Expr, value: Expr = one, buffer = "y"): Stmt => ({ kind: "store", buffer, index, value, mask: null });
