import { it } from "vitest";
import { KernelBuilder, op } from "@lanewise/compiler/kernel/build";
import { emitWasmModule } from "@lanewise/compiler/codegen/wasm/emit-module";
import { prepareWasm } from "../support/wasm-runner.ts";
import { appendFileSync } from "node:fs";
const N = 1 << 20;
it("x", () => {
for (const name of ["exp", "log", "sin", "cos", "tanh"] as const) {
  const k = new KernelBuilder(name);
  const n = k.scalar("n", "int32");
  const x = k.buffer("x", { dtype: "float32", length: n, access: "read" });
  const y = k.buffer("y", { dtype: "float32", length: n, access: "write" });
  k.for("simd", 0, n, 1, (i) => k.store(y, i, op(name, k.load(x, i))));
  const kernel = prepareWasm(k.build(), 8);
  const { bytes } = emitWasmModule([kernel]);
  const memory = new WebAssembly.Memory({ initial: 200 });
  const base = 65536 + 65536;
  const inst = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory, scratch: new WebAssembly.Global({ value: "i32" }, 65536) } });
  const X = new Float32Array(memory.buffer, base, N), XI = new Int32Array(memory.buffer, base, N), Y = new Float32Array(memory.buffer, base + 4 * N, N);
  const ref = Math[name]; let worst = 0, wx = 0, bad = 0;
  const eb = new Float64Array(1), ei = new Int32Array(eb.buffer);
  const p2 = new Float64Array(2048); for (let i = 0; i < 2048; i++) p2[i] = 2 ** (23 - Math.max(i - 1023, -126));
  for (let hi = 0; hi < 4096; hi += 1) {
    const start = hi << 20;
    for (let i = 0; i < N; i++) XI[i] = start + i;
    (inst.exports[name] as any)(base, base + 4 * N, N, 0, 0);
    for (let i = 0; i < N; i++) { const r = ref(X[i]!); const g = Y[i]!; const fr = Math.fround(r);
      if (g === fr && g !== 0) { if (Number.isFinite(g)) { eb[0] = r; const u = Math.abs(g - r) * p2[(ei[1]! >>> 20) & 2047]!; if (u > worst) { worst = u; wx = X[i]!; } } continue; }
      if (Object.is(g, fr)) continue;
      eb[0] = r; const u = Math.abs(g - r) * p2[(ei[1]! >>> 20) & 2047]!;
      if (!(u < 10) || (g === 0 && fr === 0)) { bad++; if (bad < 10) appendFileSync("/tmp/k3/exh.log", `${name} BAD ${X[i]} got ${g} want ${r}\n`); continue; }
      if (u > worst) { worst = u; wx = X[i]!; } }
  }
  appendFileSync("/tmp/k3/exh.log", `${name} worst ${worst} at ${wx} bad ${bad}\n`);
} }, 3600000);
