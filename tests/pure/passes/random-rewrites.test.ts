/**
 * @file Every pass, every `simplify` slot and every rule on kernels, on random programs over all primitives: results stay,
 * doing it twice is doing it once, and each has something to do. The counts are printed.
 */

import { at } from "@lanewise/compiler/base/assert";
import { isFloat, type HostArray } from "@lanewise/compiler/base/dtype";
import { callJit } from "@lanewise/compiler/control/jit";
import { aval } from "@lanewise/compiler/ir/build";
import { printJaxpr } from "@lanewise/compiler/ir/print";
import type { Jaxpr, Value } from "@lanewise/compiler/ir/types";
import { verifyJaxpr } from "@lanewise/compiler/ir/verify";
import * as k from "@lanewise/compiler/kernel/build";
import { interpret } from "@lanewise/compiler/kernel/interpret";
import { simplifyKernel } from "@lanewise/compiler/kernel/simplify";
import { simplifyRules, type SimplifyRule } from "@lanewise/compiler/kernel/simplify-rules";
import type { Kernel } from "@lanewise/compiler/kernel/types";
import { verifyKernel } from "@lanewise/compiler/kernel/verify";
import { inlineCalls } from "@lanewise/compiler/passes/inline";
import { compile } from "@lanewise/compiler/pipeline";
import { jaxprPasses } from "@lanewise/compiler/pipeline/stages";
import { flatPrimitives } from "@lanewise/compiler/primitives/all";
import { targets } from "@lanewise/compiler/target";
import { traceToJaxpr } from "@lanewise/compiler/trace/jaxpr-trace";
import { bind } from "@lanewise/compiler/trace/stack";
import { expect, test } from "vitest";
import { nearlyNeutralEquations, neutralEquations } from "../../support/neutral-equations.ts";
import { real } from "../../support/oracle/number.ts";
import type { Tensor } from "../../support/oracle/tensor.ts";
import { pairProgram } from "../../support/pair-programs.ts";
import { randomInputs, reference, runSteps } from "../../support/programs.ts";
import { randomKernel } from "../../support/random-kernels.ts";
import { randomSampleProgram, runProgram } from "../../support/random-sample-programs.ts";
import { allSamples } from "../../support/samples/all.ts";
import { elementsOf, generator } from "../../support/samples/values.ts";

const isFull = process.env["LANEWISE_FULL"] === "1";
const programCount = isFull ? 5000 : 250;
const kernelCount = isFull ? 1000 : 40;
const options = { functionName: "program" };

interface Case {
  readonly name: string;
  readonly jaxpr: Jaxpr;
  readonly inputs: readonly HostArray[];
}

function toHost({ dtype, shape, data }: Tensor): HostArray {
  return elementsOf({ shape, dtype, values: data.map(real) }, () => 0);
}

/** A random program twice, once as a call, with equations that change nothing, or nearly nothing, behind its results. */
function randomCase(seed: number): Case {
  const program = randomSampleProgram(seed, 1 + (seed % 6));
  const random = generator(seed);
  const inAvals = program.inputs.map(({ shape, dtype }) => aval(shape, dtype));
  const run = (args: readonly Value[]): readonly Value[] => runProgram(program, args);
  const call = traceToJaxpr(run, inAvals, options).jaxpr;
  const { jaxpr } = traceToJaxpr((args) => {
    const results = [...run(args), ...callJit(call, "again", args)];
    return results.map((result) => {
      if (result.aval.dtype === "key<fry>") return result;
      return [neutralEquations, nearlyNeutralEquations, neutralEquations].reduce((value, equations) => {
        const fitting = equations.filter(({ accepts }) => accepts(value.aval));
        return fitting[Math.floor(random() * fitting.length)]?.apply(value) ?? value;
      }, result);
    });
  }, inAvals, options);
  return { name: `seed ${seed}`, jaxpr, inputs: program.inputs.map(toHost) };
}

/** Every sample as a program of one equation. */
function sampleCases(): Case[] {
  return allSamples().map(({ primitive, sample }, index) => {
    const random = generator(index);
    const inAvals = sample.inputs.map(({ shape, dtype }) => aval(shape, dtype));
    const { jaxpr } = traceToJaxpr((args) => bind(primitive, args, sample.params), inAvals, options);
    return { name: `${primitive.name}: ${sample.name}`, jaxpr, inputs: sample.inputs.map((input) => elementsOf(input, random)) };
  });
}

/** Programs whose reductions add up the same over both axes. */
function pairCases(): Case[] {
  return Array.from({ length: 40 }, (_, seed) => {
    const jaxpr = pairProgram(seed);
    return { name: `pairs of seed ${seed}`, jaxpr, inputs: randomInputs(jaxpr, seed) };
  });
}

const cases = [...Array.from({ length: programCount }, (_, index) => randomCase(index + 1)), ...sampleCases(), ...pairCases()];
const context = { name: "program", capabilities: targets.js, donated: [] };
const hasKeys = (jaxpr: Jaxpr): boolean => printJaxpr(jaxpr).includes("key<fry>");

/** A kernel that takes its index apart and puts it together again, makes bools of bools, and begins a sum of squares with 0. */
function recombiningKernel(seed: number): Kernel {
  const b = new k.KernelBuilder("recombining");
  b.buffer("numbers", { dtype: "int32", length: 16, access: "write" });
  b.buffer("flags", { dtype: "bool", length: 16, access: "write" });
  b.buffer("squares", { dtype: "float32", length: 16, access: "write" });
  b.for("grid", 0, 16, 1, (i) => {
    const x = b.let(k.sub(k.mul(i, 7), seed));
    b.store("numbers", i, k.add(k.mul(k.div(x, k.int(seed + 1)), k.int(seed + 1)), k.rem(x, k.int(seed + 1))));
    b.store("flags", i, k.select(k.lt(x, k.int(seed)), k.boolean(seed % 2 === 0), k.boolean(seed % 2 === 1)));
    const real = b.let(k.convert(x, "float32"));
    b.store("squares", i, k.add(k.constant(0, "float32"), k.mul(real, real)));
  });
  return b.build();
}

/** Equal but for rounding to float32, in which a bitcast of the oracle is, and for the sign of zero, which its sums lose. */
function expectSame(got: readonly (readonly number[])[], want: readonly (readonly number[])[], name: string): void {
  const isSame = got.length === want.length && got.every((result, index) => result.length === at(want, index).length && result.every((element, place) => {
    const expected = at(at(want, index), place);
    const isClose = element === expected || Math.abs(element - expected) <= 1e-5 * Math.max(1, Math.abs(expected));
    return isClose || (Number.isNaN(element) && Number.isNaN(expected));
  }));
  if (!isSame) expect(got, name).toEqual(want);
}

test.each(jaxprPasses.map((stage) => [stage.name, stage] as const))("the pass %s keeps every program's results, and twice is once", (name, { run }) => {
  let changed = 0;
  for (const { name: program, jaxpr, inputs } of cases) {
    // Keys have other inputs as words: physicalize.test.ts compares those.
    if (name === "physicalize" && hasKeys(jaxpr)) continue;
    const before = name === "inline" ? jaxpr : inlineCalls(jaxpr);
    const after = run(before, context);
    verifyJaxpr(after);
    if (run(after, context) !== after) expect(printJaxpr(run(after, context)), program).toBe(printJaxpr(after));
    if (after === before) continue;
    changed++;
    expectSame(reference(after, inputs), reference(inlineCalls(jaxpr), inputs), program);
  }
  console.log(`${name} changed ${changed} of ${cases.length} programs`);
  if (name !== "physicalize") expect(changed).toBeGreaterThan(0);
});

test("every simplify slot finds something", () => {
  const fired = new Map([...flatPrimitives().values()].filter(({ simplify }) => simplify !== "none").map(({ name }) => [name, 0]));
  for (const { jaxpr } of cases) {
    for (const eqn of inlineCalls(jaxpr).eqns) {
      const { primitive } = eqn;
      if (primitive.simplify !== "none" && primitive.simplify(eqn) !== null) fired.set(primitive.name, (fired.get(primitive.name) ?? 0) + 1);
    }
  }
  console.log(`simplify: ${[...fired].toSorted((a, b) => a[1] - b[1]).map(([name, count]) => `${name} ${count}`).join(", ")}`);
  expect([...fired].filter(([, count]) => count === 0)).toEqual([]);
});

test("simplified kernels of programs give the same bits, twice is once, and every rule finds something", () => {
  const fired = new Map(simplifyRules.map(({ name }) => [name, 0]));
  const rules = simplifyRules.map((rule): SimplifyRule => ({
    ...rule,
    rewrite: (expr, facts) => {
      const simpler = rule.rewrite(expr, facts);
      if (simpler !== null) fired.set(rule.name, (fired.get(rule.name) ?? 0) + 1);
      return simpler;
    },
  }));
  for (const { name, jaxpr, inputs } of cases.slice(0, kernelCount)) {
    const { steps, legal } = compile(jaxpr, { name, target: "js" }).artifacts();
    const simpler = { ...steps, kernels: steps.kernels.map((kernel) => ({ ...kernel, code: simplifyKernel(kernel.code, rules) })) };
    for (const { code } of simpler.kernels) {
      verifyKernel(code);
      expect(simplifyKernel(code), name).toBe(code);
    }
    const want = runSteps(steps, inputs);
    expect(runSteps(simpler, inputs), name).toEqual(want);
    // Legal kernels may keep more digits between roundings.
    runSteps(legal, inputs).forEach((result, index) => {
      const isReal = isFloat(at(jaxpr.outs, index).aval.dtype);
      result.forEach((element, place) => {
        const expected = at(at(want, index), place);
        const isClose = Object.is(element, expected) || (isReal && Math.abs(element - expected) <= 1e-4 * Math.max(1, Math.abs(expected)));
        if (!isClose) throw new Error(`${name}, result ${index} at ${place}: ${element} when legal, ${expected} before`);
      });
    });
  }
  // Kernels of programs are made without much that is silly; random ones are not. simplify.test.ts runs those.
  for (let seed = 1; seed <= 300; seed++) simplifyKernel(randomKernel(seed).kernel, rules);
  for (let seed = 1; seed <= 20; seed++) {
    const kernel = recombiningKernel(seed);
    const [got, want] = [simplifyKernel(kernel, rules), kernel].map((code) => {
      const buffers = { numbers: new Int32Array(16), flags: new Uint8Array(16), squares: new Float32Array(16) };
      interpret(code, { buffers });
      return buffers;
    });
    expect(got).toEqual(want);
  }
  console.log(`rules on kernels: ${[...fired].toSorted((a, b) => a[1] - b[1]).map(([name, count]) => `${name} ${count}`).join(", ")}`);
  expect([...fired].filter(([, count]) => count === 0)).toEqual([]);
});
