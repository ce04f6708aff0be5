/** @file `npm run demo`: each of the first programs with its result, its jaxpr and the kernel it compiles to. */

import { jit, makeJaxpr } from "lanewise";
import { programs } from "../examples/programs.mjs";
import { train } from "../examples/mlp.mjs";

for (const { name, run, args } of programs) {
  const lowered = jit(run).lower(...args);
  console.log(`\n=== ${name}`);
  console.log(run(...args).toString());
  console.log(`\n${makeJaxpr(run)(...args).toString()}`);
  console.log(`\n${lowered.text("js").trim()}`);
}

console.log("\n=== a tanh network 784-512-256-10: 100 steps of gradient descent at batch 128");
const start = performance.now();
await train(100, {
  report: (step, loss) => {
    if (step % 20 === 0 || step === 99) console.log(`step ${String(step).padStart(3)}  loss ${loss.toFixed(4)}  ${((performance.now() - start) / 1000).toFixed(1)} s`);
  },
});
