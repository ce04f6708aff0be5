import { it } from "vitest";
import { randomSimdKernel } from "../support/random-simd-kernels.ts";
import { printKernel } from "@lanewise/compiler/kernel/print";
import { vectorize } from "@lanewise/compiler/schedule/vectorize";
it("x", () => { let s = 7; const rnd = () => (s = (Math.imul(s, 1664525) + 1013904223) >>> 0) >>> 8;
  for (let t = 0; t < 3; t++) { const tape = Array.from({length: 110}, () => rnd() % 1000); const {kernel} = randomSimdKernel(tape); console.log(printKernel(kernel)); console.log(printKernel(vectorize(kernel,4).kernel)); } });
