import { it } from "vitest";
import { KernelBuilder, op, add, mul } from "@lanewise/compiler/kernel/build";
import { emitWasmModule, printWasmModule } from "@lanewise/compiler/codegen/wasm/emit-module";
import { prepareWasm } from "../support/wasm-runner.ts";
import { writeFileSync } from "node:fs";
const N = 1 << 18;
export function bench(name: string, f: (x: any) => any, w: any) {
  const k = new KernelBuilder(name);
  const n = k.scalar("n", "int32");
  const x = k.buffer("x", { dtype: "float32", length: n, access: "read" });
  const y = k.buffer("y", { dtype: "float32", length: n, access: "write" });
  k.for("simd", 0, n, 1, (i) => k.store(y, i, f(k.load(x, i))));
  const kernel = prepareWasm(k.build(), w);
  writeFileSync(`/tmp/k3/bench-${name}.${w}.wat`, printWasmModule([kernel]));
  const { bytes, scratchBytes } = emitWasmModule([kernel]);
  const memory = new WebAssembly.Memory({ initial: 200 });
  const base = 65536 + 65536;
  const inst = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory, scratch: new WebAssembly.Global({ value: "i32" }, 65536) } });
  const X = new Float32Array(memory.buffer, base, N); for (let i = 0; i < N; i++) X[i] = Math.random() * 4 - 2;
  const fn = inst.exports[name] as any;
  for (let i = 0; i < 300; i++) fn(base, base + 4 * N, 4096, 0, 0);
  const ts: number[] = [];
  for (let r = 0; r < 40; r++) { const t0 = performance.now(); for (let j = 0; j < N; j += 4096) fn(base + 4 * j, base + 4 * N + 4 * j, 4096, 0, 0); ts.push(performance.now() - t0); }
  ts.sort((a, b) => a - b);
  console.log(name, w, "ns/elt min", (ts[0]! * 1e6 / N).toFixed(3), "med", (ts[20]! * 1e6 / N).toFixed(3));
}

import { bitcast, convert, sub, constant } from "@lanewise/compiler/kernel/build";
const c = (v: number, w: number) => constant(Math.fround(v), "float32", w);
function proto(x: any) { const t0 = add(mul(x, 1.4426950216293335), 12583039); const s = bitcast(op("shiftLeft", bitcast(t0, "int32"), 23), "float32"); const t = sub(t0, 12583039);
 const r = sub(sub(x, mul(t, 0.693359375)), mul(t, -2.1e-4)); const p = add(mul(add(mul(add(mul(add(mul(r, 0.0083), 0.041), r), 0.1666), r), 0.5), r), 1); return add(mul(mul(r, s), p), s); }
it("x", () => { for (const w of [4, 8]) { bench("cheap", (x) => mul(add(mul(x, x), 1), x), w); bench("proto", proto, w); bench("exp", (x) => op("exp", x), w); } }, 100000);
