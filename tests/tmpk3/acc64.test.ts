import { it } from "vitest";
import { KernelBuilder, op } from "@lanewise/compiler/kernel/build";
import { runOnWasm } from "../support/wasm-runner.ts";
import { readFileSync } from "node:fs";
const data = JSON.parse(readFileSync("/tmp/k3/ref64.json", "utf8"));
it.each(["exp", "log", "sin", "cos", "tanh", "pow"])("%s f64", async (name) => {
  const rows = data[name] as number[][]; const arity = name === "pow" ? 2 : 1;
  const k = new KernelBuilder(name); const n = k.scalar("n", "int32");
  const xs = Array.from({length: arity}, (_, i) => k.buffer("x" + i, { dtype: "float64", length: n, access: "read" }));
  const y = k.buffer("y", { dtype: "float64", length: n, access: "write" });
  k.for("simd", 0, n, 1, (i) => k.store(y, i, op(name as any, ...xs.map((x) => k.load(x, i)))));
  const kernel = k.build();
  const arrays: any = { y: new Float64Array(rows.length) };
  xs.forEach((x, i) => arrays[x] = Float64Array.from(rows, (r) => r[i]!));
  await runOnWasm(2)({ buffers: [], steps: [{ kernel, buffers: [...xs, "y"], scalars: [rows.length], grid: [] }] } as any, arrays);
  let worst = 0, w: any; const worstBy: any = {};
  rows.forEach((r, i) => { const hi = r[arity]!, lo = r[arity + 1]!; const e = Math.max(Math.floor(Math.log2(Math.abs(hi))), -1022);
    const got = arrays.y[i]; const u = Number.isFinite(hi) ? Math.abs((got - hi) - lo) / 2 ** Math.max(e - 52,-1074) : (got === hi ? 0 : Infinity); if (!(u <= worst)) { worst = u; w = [...r.slice(0, arity), got, hi]; } 
    const m = Math.abs(Math.log2(hi)) < 150 ? "small" : "large"; worstBy[m] = Math.max(worstBy[m] ?? 0, u); });
  console.log(name, rows.length, worst, w, worstBy);
});
