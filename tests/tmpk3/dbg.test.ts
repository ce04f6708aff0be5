import { it } from "vitest";
import { randomNumbers } from "../support/gate/types.ts";
import { randomSimdBuffers, randomSimdKernel } from "../support/random-simd-kernels.ts";
import { prepareWasm, runOnWasm } from "../support/wasm-runner.ts";
import { interpret } from "@lanewise/compiler/kernel/interpret";
import { differenceOf } from "../support/gate-runner.ts";
import { printWasmModule } from "@lanewise/compiler/codegen/wasm/emit-module";
import { printKernel } from "@lanewise/compiler/kernel/print";
import { writeFileSync } from "node:fs";
it("x", async () => {
  const next = randomNumbers(2); 
  for (let round = 0; round < 60; round++) {
    const tape = Array.from({ length: 150 }, () => Math.floor(next() * 1000));
    const run = async (tape: number[]) => { const { kernel, scalars } = randomSimdKernel(tape); const a = randomSimdBuffers(), b = randomSimdBuffers(), c = randomSimdBuffers();
      interpret(kernel, { buffers: a, scalars }); const legal = prepareWasm(kernel, 2); interpret(legal, { buffers: b, scalars });
      await runOnWasm(2)({ buffers: [], steps: [{ kernel, buffers: kernel.buffers.map(b => b.name), scalars: kernel.scalars.map(s => (scalars as any)[s.name]), grid: [100] }] }, c);
      const e = { absolute: 0, relative: 0 };
      return { ir: Object.keys(a).map(k => differenceOf(b[k]!, a[k]!, e)), wasm: Object.keys(a).map(k => differenceOf(c[k]!, a[k]!, e)), kernel, legal }; };
    let r = await run(tape);
    if (r.wasm.some(x => x)) { 
      let t = tape; for (let again = true; again;) { again = false; for (let i = 0; i < t.length; i++) { const u = [...t.slice(0, i), ...t.slice(i + 1)]; let q; try { q = await run(u); } catch { continue; } if (q.wasm.some(x => x)) { t = u; r = q; again = true; break; } } }
      console.log(r.ir, r.wasm); writeFileSync("/tmp/k3/dbg.txt", printKernel(r.kernel) + printKernel(r.legal) + printWasmModule([r.legal])); break; }
  }
}, 100000);
