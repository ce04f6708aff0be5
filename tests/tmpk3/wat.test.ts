import { it } from "vitest";
import { gateKernels } from "../support/gate-kernels.ts";
import { prepareWasm } from "../support/wasm-runner.ts";
import { printWasmModule } from "@lanewise/compiler/codegen/wasm/emit-module";
import { printKernel } from "@lanewise/compiler/kernel/print";
import { writeFileSync } from "node:fs";
it("x", () => {
  for (const g of gateKernels) for (const w of [1,4,16] as const) {
    const seen = new Set();
    let out = "";
    for (const s of g.build(1000).steps) { if (seen.has(s.kernel)) continue; seen.add(s.kernel);
      try { const k = prepareWasm(s.kernel, w); out += printKernel(k) + "\n" + printWasmModule([k]) + "\n"; } catch (e) { out += String(e).slice(0,3000); } }
    writeFileSync(`/tmp/k3/${g.name}.${w}.wat`, out);
  }
});
