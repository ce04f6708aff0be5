import { it } from "vitest";
import { KernelBuilder, op } from "@lanewise/compiler/kernel/build";
import { emitWasmModule, printWasmModule } from "@lanewise/compiler/codegen/wasm/emit-module";
import { prepareWasm } from "../support/wasm-runner.ts";
import { writeFileSync } from "node:fs";
const N = 1 << 20;
function make(name: string, dtype: "float32"|"float64", w: any, arity = 1) {
  const k = new KernelBuilder(name);
  const n = k.scalar("n", "int32");
  const xs = Array.from({length: arity}, (_, i) => k.buffer("x" + i, { dtype, length: n, access: "read" }));
  const y = k.buffer("y", { dtype, length: n, access: "write" });
  k.for("simd", 0, n, 1, (i) => k.store(y, i, op(name as any, ...xs.map((x) => k.load(x, i)))));
  const kernel = prepareWasm(k.build(), w);
  writeFileSync(`/tmp/k3/${name}.${dtype}.${w}.wat`, printWasmModule([kernel]));
  const { bytes, scratchBytes } = emitWasmModule([kernel]);
  const size = dtype === "float32" ? 4 : 8;
  const memory = new WebAssembly.Memory({ initial: 1 + Math.ceil((65536 + scratchBytes + 3 * N * size + 64) / 65536) });
  const base = Math.ceil((65536 + scratchBytes) / 16) * 16;
  const inst = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory, scratch: new WebAssembly.Global({ value: "i32" }, 65536) } });
  const T = dtype === "float32" ? Float32Array : Float64Array;
  const arrs = Array.from({length: arity + 1}, (_, i) => new T(memory.buffer, base + i * N * size, N));
  const f = inst.exports[name] as any;
  return { arrs, run: () => f(...arrs.map((_, i) => base + i * N * size), N, 0, 0) };
}
const f32b = new Float32Array(1), i32b = new Int32Array(f32b.buffer);
function ulps(a: number, b: number): number { // b exact in f64, a f32
  if (Object.is(a, Math.fround(b))) return 0;
  if (Number.isNaN(a) || Number.isNaN(b)) return Infinity;
  if (a === Math.fround(b)) return Object.is(a, Math.fround(b)) ? 0 : 1e9;
  const m = Math.abs(b);
  const e = Math.max(Math.floor(Math.log2(Math.min(m, 3.4e38))), -126);
  if (!Number.isFinite(a)) return m >= 3.4028235e38 ? 0.5 : Infinity;
  return Math.abs(a - b) / 2 ** (e - 23);
}
let s = 12345; const rnd = () => (s = (Math.imul(s ^ (s >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0, (s ^ (s >>> 13)));
it.each(["exp", "log", "sin", "cos", "tanh"])("%s f32", (name) => {
  const m = make(name, "float32", 4);
  const ref = (Math as any)[name];
  let worst = 0, wx = 0, wg = 0, t = 0;
  for (let round = 0; round < 8; round++) {
    const [x, y] = m.arrs as any; const xi = new Int32Array(x.buffer, x.byteOffset, N);
    for (let i = 0; i < N; i++) xi[i] = rnd();
    if (round === 7) for (let i = 0; i < N; i++) x[i] = (i / N - 0.5) * 20;
    const t0 = performance.now(); m.run(); t = performance.now() - t0;
    for (let i = 0; i < N; i++) { const u = ulps(y[i], ref(x[i])); if (u > worst) { worst = u; wx = x[i]; wg = y[i]; } }
  }
  console.log(name, "max ulp", worst, "at", wx, "got", wg, "want", ref(wx), "ns/elt", (t * 1e6 / N).toFixed(2));
});
it("pow f32", () => {
  const m = make("pow", "float32", 4, 2);
  let worst = 0, w: any = null, t=0;
  for (let round = 0; round < 6; round++) {
    const [x, y, z] = m.arrs as any; const xi = new Int32Array(x.buffer, x.byteOffset, N), yi = new Int32Array(y.buffer, y.byteOffset, N);
    for (let i = 0; i < N; i++) { xi[i] = rnd(); yi[i] = rnd(); }
    if (round >= 2) for (let i = 0; i < N; i++) { x[i] = Math.exp((rnd() / 2 ** 31) * 20); y[i] = (rnd() / 2**31) * 8; }
    if (round >= 4) for (let i = 0; i < N; i++) { x[i] = 1 + (rnd() / 2 ** 31) * 0.01; y[i] = (rnd() / 2**31) * 8000; }
    const t0 = performance.now(); m.run(); t = performance.now() - t0;
    for (let i = 0; i < N; i++) { const want = x[i] === 1 ? 1 : x[i] ** y[i]; const u = ulps(z[i], want); if (u > worst) { worst = u; w = [x[i], y[i], z[i], want]; } }
  }
  console.log("pow", worst, w, "ns/elt", (t * 1e6 / N).toFixed(2));
});
