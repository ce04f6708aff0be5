import { lax, config, numpy as np } from "lanewise";
import { writeFileSync } from "node:fs";
import { test } from "vitest";
test("f64", async () => {
  config.set({ enableX64: true });
  const out: any = {};
  const run=(n:string,a:number[])=>{ const x=Float64Array.from(a); out[n]=(out[n]??[]); const y=(lax as any)[n](np.array(x,"float64")).dataSync(); x.forEach((v,i)=>out[n].push([v,y[i]])); };
  const grid=(a:number,b:number,n:number)=>Array.from({length:n},(_, i)=>a+(b-a)*i/(n-1));
  run("erf",grid(-4,4,401)); run("erfc",grid(-3,26,801)); run("erfInv",[...grid(-0.9999999,0.9999999,401),...grid(0.5,0.999,100),1-1e-10,1-1e-13,1-2**-53,1e-6,1e-3,1e-10,-1e-300]);
  run("lgamma",[...grid(0.01,20,401),...grid(-6.03,-0.01,200),1e-300,1e10]); run("digamma",[...grid(0.01,20,401),...grid(-6.03,-0.01,200),1e-300,1e10]);
  writeFileSync("/tmp/elem/dump.json",JSON.stringify(out));
  config.set({ enableX64: false });
});
