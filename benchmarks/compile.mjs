/**
 * @file How long compiling takes, by stage: `npm run bench:compile`. Each measurement is the first call of a function in a
 * process of its own, after other programs have warmed the compiler up (`--cold`: after nothing).
 *
 * The growth exponent of a family is the slope between its smallest and its largest size: 1 is linear.
 */

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { jit, makeJaxpr } from "lanewise";
import { allocateHost } from "@lanewise/compiler/base/dtype";
import { sizeOf } from "@lanewise/compiler/base/shape";
import { closeOver } from "@lanewise/compiler/control/jit";
import { compile } from "@lanewise/compiler/pipeline";
import { JsDevice } from "@lanewise/runtime";
import { chain, dag, kernels, transformerGradient } from "./compile-workloads.mjs";

/** Each family with its sizes. `perCall` is timed over many calls as well, for the cost of running each operation. */
const families = {
  chain: { make: chain, sizes: [100, 300, 500, 1000, 5000, 10000], perCall: true },
  dag: { make: dag, sizes: [300, 1000, 3000], perCall: true },
  kernels: { make: kernels, sizes: [100, 300, 1000], perCall: true },
  transformer: { make: transformerGradient, sizes: [1, 6, 12], perCall: false },
};

const stageOrder = [
  "trace", "inline", "physicalize", "simplify", "eliminate-common", "eliminate-dead", "fuse", "lower", "schedule", "simplify kernels", "legalize", "plan", "codegen",
  "prepare", "first run",
];

function warmUp() {
  for (let round = 0; round < 10; round++) {
    for (const { f, args } of [chain(60 + round), dag(40 + round), kernels(10 + round), transformerGradient(1, { length: 5 + round })]) jit(f)(...args);
  }
}

function timed(run) {
  const begin = performance.now();
  const result = run();
  return { result, milliseconds: performance.now() - begin };
}

/** Runs in a child process: the first call as a whole, then the same program again stage by stage. */
function measure(family, size, cold, withStages) {
  if (!cold) warmUp();
  const { f, args } = families[family].make(size);
  if (!withStages) {
    const compiled = jit(f);
    const { milliseconds } = timed(() => compiled(...args));
    return { milliseconds, microsecondsPerCall: families[family].perCall ? perCall(() => compiled(...args)) : null };
  }
  const stages = {};
  const add = (stage, milliseconds) => { stages[stage] = (stages[stage] ?? 0) + milliseconds; };
  const traced = timed(() => makeJaxpr(f)(...args));
  add("trace", traced.milliseconds);
  const { jaxpr } = closeOver(traced.result);
  const { program } = compile(jaxpr, { name: family, target: "js", clock: () => performance.now(), log: ({ stage, milliseconds }) => add(stage, milliseconds) });
  const prepared = timed(() => new JsDevice().prepare(program));
  add("prepare", prepared.milliseconds);
  const inputs = program.inputs.map(({ dtype, shape }) => allocateHost(dtype, sizeOf(shape)));
  add("first run", timed(() => prepared.result.run(inputs)).milliseconds);
  return { stages, kernels: program.kernels.length, steps: program.steps.length, equations: jaxpr.eqns.length };
}

function perCall(call) {
  const warmed = performance.now() + 300;
  while (performance.now() < warmed) call();
  const samples = Array.from({ length: 9 }, () => {
    const rounds = 20;
    return (timed(() => { for (let round = 0; round < rounds; round++) call(); }).milliseconds / rounds) * 1000;
  });
  return samples.sort((left, right) => left - right)[4];
}

function inChild(family, size, cold, withStages) {
  const args = [fileURLToPath(import.meta.url), "--child", `${family} ${size}`, ...(cold ? ["--cold"] : []), ...(withStages ? ["--stages"] : [])];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${family} ${size} failed: ${stderr}`);
  return JSON.parse(stdout);
}

/** The median first call of several processes, with the stages of one more. */
function row(family, size, cold, repetitions) {
  const runs = Array.from({ length: repetitions }, () => inChild(family, size, cold, false)).sort((left, right) => left.milliseconds - right.milliseconds);
  const median = runs[Math.floor(repetitions / 2)];
  return { family, size, ...median, ...inChild(family, size, cold, true) };
}

function printRow({ family, size, milliseconds, microsecondsPerCall, stages, equations, kernels: count, steps }) {
  const perOperation = microsecondsPerCall === null ? "" : `, a call ${microsecondsPerCall.toFixed(1)} us (${((microsecondsPerCall / size) * 1000).toFixed(0)} ns per operation)`;
  console.log(`${family} ${size}: ${milliseconds.toFixed(1)} ms to the first result (${equations} equations, ${count} kernels, ${steps} steps)${perOperation}`);
  const parts = stageOrder.filter((stage) => (stages[stage] ?? 0) >= 0.05).map((stage) => `${stage} ${stages[stage].toFixed(1)}`);
  console.log(`    ${parts.join(" | ")}`);
}

function printGrowth(rows) {
  const [first, last] = [rows[0], rows.at(-1)];
  const exponent = Math.log(last.milliseconds / first.milliseconds) / Math.log(last.size / first.size);
  console.log(`    growth exponent ${first.size} to ${last.size}: ${exponent.toFixed(2)}`);
}

const { values: options } = parseArgs({
  options: {
    child: { type: "string" }, stages: { type: "boolean", default: false }, cold: { type: "boolean", default: false },
    only: { type: "string" }, repetitions: { type: "string", default: "3" }, json: { type: "boolean", default: false },
  },
});

if (options.child !== undefined) {
  const [family, size] = options.child.split(" ");
  console.log(JSON.stringify(measure(family, Number(size), options.cold, options.stages)));
} else {
  const rows = [];
  for (const family of Object.keys(families).filter((name) => options.only === undefined || name === options.only)) {
    const ofFamily = families[family].sizes.map((size) => {
      const measured = row(family, size, options.cold, Number(options.repetitions));
      if (!options.json) printRow(measured);
      return measured;
    });
    if (!options.json && ofFamily.length > 1) printGrowth(ofFamily);
    rows.push(...ofFamily);
  }
  if (options.json) console.log(JSON.stringify({ node: process.version, cold: options.cold, rows }, null, 2));
}
