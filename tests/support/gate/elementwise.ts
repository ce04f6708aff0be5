/** @file Gate kernel 1: y = (x * x + 1) * x, once as workgroups with an edge guard, once as blocks of a simd loop. */
import type { Expr, Kernel } from "@lanewise/compiler/kernel/types";
import { KernelBuilder, add, div, lt, min, mul } from "@lanewise/compiler/kernel/build";
import type { GateKernel } from "./types.ts";
import { partsOf, randomNumbers } from "./types.ts";

const workgroup = 64;
const block = 256;

function polynomial(x: Expr): Expr {
  return mul(add(mul(x, x), 1), x);
}

/** One element per invocation; the last workgroup is partly idle. */
function guarded(): Kernel {
  const k = new KernelBuilder("elementwise");
  const n = k.scalar("n", "int32");
  const x = k.buffer("x", { dtype: "float32", length: n, access: "read" });
  const y = k.buffer("y", { dtype: "float32", length: n, access: "write" });
  k.for("grid", 0, div(add(n, workgroup - 1), workgroup), 1, (group) => {
    k.for("local", 0, workgroup, 1, (lane) => {
      const i = k.let(add(mul(group, workgroup), lane), "i");
      k.if(lt(i, n), () => {
        const value = k.load(x, i, { hint: "value" });
        k.store(y, i, polynomial(value));
      });
    }, "lane");
  }, "group");
  return k.build({ workgroup });
}

/**
 * A block of elements per grid step. The iterations of the simd loop are independent, so a CPU makes vectors of them and a
 * grid target may spread them over the invocations of a workgroup.
 */
function blocked(): Kernel {
  const k = new KernelBuilder("elementwiseSimd");
  const n = k.scalar("n", "int32");
  const x = k.buffer("x", { dtype: "float32", length: n, access: "read" });
  const y = k.buffer("y", { dtype: "float32", length: n, access: "write" });
  k.for("grid", 0, div(add(n, block - 1), block), 1, (group) => {
    const begin = k.let(mul(group, block), "first");
    const end = k.let(min(add(begin, block), n), "last");
    k.for("simd", begin, end, 1, (i) => {
      const value = k.load(x, i, { hint: "value" });
      k.store(y, i, polynomial(value));
    }, "i");
  }, "group");
  return k.build();
}

function elementwiseGate(name: string, kernel: Kernel, perGroup: number): GateKernel {
  return {
    name,
    tolerance: { absolute: 1e-6, relative: 1e-6 },
    build: (size) => ({
      buffers: [
        { name: "x", dtype: "float32", length: size, role: "input" },
        { name: "y", dtype: "float32", length: size, role: "output" },
      ],
      steps: [{ kernel, buffers: ["x", "y"], scalars: [size], grid: [partsOf(size, perGroup)] }],
    }),
    inputs: (size) => {
      const next = randomNumbers(size + 1);
      return { x: Float32Array.from({ length: size }, () => 4 * next() - 2) };
    },
    reference: (inputs) => ({ y: Float32Array.from(inputs["x"] ?? [], (x) => (x * x + 1) * x) }),
  };
}

export const elementwiseKernel = elementwiseGate("elementwise", guarded(), workgroup);
export const elementwiseSimdKernel = elementwiseGate("elementwiseSimd", blocked(), block);
