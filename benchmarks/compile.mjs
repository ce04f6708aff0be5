/**
 * @file How long compiling takes, by stage: `npm run bench:compile`. Each measurement is the first call of a function in a
 * process of its own, after other programs have warmed the compiler up (`--cold`: after nothing). The stages are those of
 * that very call, by the library's own log; "run and rest" is what it took beside them. `--repetitions 3` for medians.
 *
 * The growth exponent of a family is the slope between its smallest and its largest size: 1 is linear.
 */

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { config, jit, makeJaxpr } from "lanewise";
import { chain, dag, kernels, transformerGradient } from "./compile-workloads.mjs";

/** Each family with its sizes. `perCall` is timed over many calls as well, for the cost of running each operation. */
const families = {
  chain: { make: chain, sizes: [100, 300, 500, 1000, 5000, 10000], perCall: true },
  dag: { make: dag, sizes: [300, 1000, 3000], perCall: true },
  kernels: { make: kernels, sizes: [100, 300, 1000], perCall: true },
  transformer: { make: transformerGradient, sizes: [1, 6, 12], perCall: false },
};

const stageOrder = [
  "trace", "inline", "physicalize", "simplify", "eliminate-common", "eliminate-dead", "fuse", "lower", "pack buffers", "schedule", "simplify kernels", "legalize", "plan", "codegen",
  "prepare", "run and rest",
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

/** What the log says of the calls in `run`: milliseconds by stage, and what the programs are. */
function logged(run) {
  const { info } = console;
  const lines = [];
  console.info = (line) => lines.push(line);
  try {
    config.with({ logCompiles: true }, run);
  } finally {
    console.info = info;
  }
  const stages = {};
  const add = (stage, milliseconds) => { stages[stage] = (stages[stage] ?? 0) + Number(milliseconds); };
  let sizes = { kernels: 0, steps: 0 };
  for (const line of lines) {
    const traced = / in ([\d.]+) ms: /.exec(line);
    const compiled = / in [\d.]+ ms \((.*)\): (\d+) kernels, (\d+) steps$/.exec(line);
    if (compiled !== null) {
      for (const [, stage, milliseconds] of compiled[1].matchAll(/([a-z -]+) ([\d.]+)(?:, |$)/g)) add(stage, milliseconds);
      sizes = { kernels: Number(compiled[2]), steps: Number(compiled[3]) };
    } else if (traced !== null) {
      add("trace", traced[1]);
    }
  }
  return { stages, ...sizes };
}

/** Runs in a child process: the first call, with the time of each stage in it. */
function measure(family, size, cold) {
  if (!cold) warmUp();
  const { f, args } = families[family].make(size);
  const compiled = jit(f);
  let milliseconds = 0;
  const { stages, ...sizes } = logged(() => { ({ milliseconds } = timed(() => compiled(...args))); });
  stages["run and rest"] = milliseconds - Object.values(stages).reduce((sum, stage) => sum + stage, 0);
  const microsecondsPerCall = families[family].perCall ? perCall(() => compiled(...args)) : null;
  return { milliseconds, microsecondsPerCall, stages, ...sizes, equations: makeJaxpr(f)(...args).jaxpr.eqns.length };
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

function inChild(family, size, cold) {
  const args = [fileURLToPath(import.meta.url), "--child", `${family} ${size}`, ...(cold ? ["--cold"] : [])];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${family} ${size} failed: ${stderr}`);
  return JSON.parse(stdout);
}

/** The median first call of several processes. */
function row(family, size, cold, repetitions) {
  const runs = Array.from({ length: repetitions }, () => inChild(family, size, cold)).sort((left, right) => left.milliseconds - right.milliseconds);
  return { family, size, ...runs[Math.floor(repetitions / 2)] };
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
    child: { type: "string" }, cold: { type: "boolean", default: false },
    only: { type: "string" }, repetitions: { type: "string", default: "1" }, json: { type: "boolean", default: false },
  },
});

if (options.child !== undefined) {
  const [family, size] = options.child.split(" ");
  console.log(JSON.stringify(measure(family, Number(size), options.cold)));
} else {
  const rows = [];
  for (const family of Object.keys(families).filter((name) => options.only === undefined || name === options.only)) {
    const ofFamily = families[family].sizes.map((size) => {
      if (process.stderr.isTTY) process.stderr.write(`measuring ${family} ${size}\r`);
      const measured = row(family, size, options.cold, Number(options.repetitions));
      if (!options.json) printRow(measured);
      return measured;
    });
    if (!options.json && ofFamily.length > 1) printGrowth(ofFamily);
    rows.push(...ofFamily);
  }
  if (options.json) console.log(JSON.stringify({ node: process.version, cold: options.cold, rows }, null, 2));
}
