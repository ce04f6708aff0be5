import { lax, config, numpy as np, devices, defaultDevice, init } from "lanewise";
import { test } from "vitest";
import { worstError } from "../support/accuracy.ts";
import * as special from "../support/oracle/special.ts";
const names = ["exp2","expm1","log1p","logistic","tan","asin","acos","atan","sinh","cosh","asinh","acosh","atanh","rsqrt","cbrt","erf","erfc","erfInv"];
const exact: any = { exp2:(x:number)=>2**x, expm1:Math.expm1, log1p:Math.log1p, logistic:(x:number)=>x<0?Math.exp(x)/(1+Math.exp(x)):1/(1+Math.exp(-x)), tan:Math.tan,asin:Math.asin,acos:Math.acos,atan:Math.atan,sinh:Math.sinh,cosh:Math.cosh,asinh:Math.asinh,acosh:Math.acosh,atanh:Math.atanh,rsqrt:(x:number)=>1/Math.sqrt(x),cbrt:Math.cbrt,erf:special.erf,erfc:special.erfc,erfInv:special.erfInv };
function pats(n:number){const b=new Uint32Array(n);for(let i=0;i<n;i++)b[i]=Math.imul(i,0x9e3779b9);return new Float32Array(b.buffer);}
test("f32", async () => {
  console.log("devices", devices().map(String).join());
  const x = pats(20000), g=Float32Array.from({length:20000},(_, i)=>(i-10000)/1000);
  for (const n of names) { const all=Float32Array.from([...x,...g]); const w = worstError("float32",[all],((lax as any)[n](all)).dataSync(),exact[n]); console.log("js32",n,w.ulps.toFixed(2),w.where); }
  for (const n of ["lgamma","digamma"] as const) { const a=Float32Array.from({length:20000},(_, i)=>(i-10000)/800+1e-5); const got=(lax as any)[n](a).dataSync(); let m=0,mw=""; for(let i=0;i<a.length;i++){const e=Math.abs(got[i]-special[n](a[i]!)); if(e>m&&Number.isFinite(e)){m=e;mw=a[i]+" "+got[i]+" "+special[n](a[i]!);} } console.log(n,"abs",m*2**22,mw); }
});
test("f64", async () => {
  config.set({ enableX64: true });
  const g=Float64Array.from({length:20000},(_, i)=>(i-10000)/1000*(1+1e-9*i)), x=Float64Array.from(pats(20000));
  const all=Float64Array.from([...x,...g]);
  for (const n of names) { const w = worstError("float64",[all],((lax as any)[n](np.array(all,"float64"))).dataSync(),exact[n]); console.log("js64",n,w.ulps.toFixed(2),w.where); }
  for (const n of ["lgamma","digamma"] as const) { const a=Float64Array.from({length:20000},(_, i)=>(i-10000)/800+1e-5); const got=(lax as any)[n](np.array(a,"float64")).dataSync(); let m=0,mw=""; for(let i=0;i<a.length;i++){const v=special[n](a[i]!);const e=Math.abs(got[i]-v)/(1+Math.abs(v)); if(e>m&&Number.isFinite(e)){m=e;mw=a[i]+" "+got[i]+" "+v;} } console.log(n,"rel",m,mw); }
  const a=Float64Array.from({length:2000},(_, i)=>(i-1000)/80+1e-5);
  for (const m of [1,2,3]) { const got=(lax as any).polygamma(np.array(m,"float64"),np.array(a,"float64")).dataSync(); let mm=0,mw=""; for(let i=0;i<a.length;i++){const v=special.polygamma(m,a[i]!);const e=Math.abs(got[i]-v)/(Math.abs(v)); if(e>mm){mm=e;mw=a[i]+" "+got[i]+" "+v;} } console.log("polygamma",m,"rel",mm,mw); }
  config.set({ enableX64: false });
});
