/** @file The stage list, its checks, its texts, and the session that keeps programs. */
import { describe, expect, it } from "vitest";
import { at } from "@lanewise/compiler/base/assert";
import { aval, closeJaxpr, makeEqn, makeJaxpr, newVar, scalarLiteral } from "@lanewise/compiler/ir/build";
import type { Jaxpr, Primitive, Value } from "@lanewise/compiler/ir/types";
import { constant, KernelBuilder, add as addExpr, int, mul as mulExpr, lt, select } from "@lanewise/compiler/kernel/build";
import { compile, Session, stagesOf, textOf, type StageEvent } from "@lanewise/compiler/pipeline";
import { jaxprPasses } from "@lanewise/compiler/pipeline/stages";
import { add, addP, mul } from "@lanewise/compiler/primitives/arith";
import { definePrimitive, noParams, parseNoParams, type NoParams } from "@lanewise/compiler/primitives/define";
import { broadcastInDim, reduceSum } from "@lanewise/compiler/primitives/linear";
import { exp } from "@lanewise/compiler/primitives/unary";
import { jaxprOf, runProgram, spec } from "../../support/programs.ts";

const program = (): Jaxpr => jaxprOf(["f32[6]"], (x) => mul(exp(x), x));

describe("compile", () => {
  it("logs every stage in order, with times by the clock given", () => {
    const events: StageEvent[] = [];
    let now = 0;
    compile(program(), { name: "logged", target: "js", log: (event) => void events.push(event), clock: () => now++ });
    expect(events.map((event) => event.stage)).toEqual([
      ...jaxprPasses.map((pass) => pass.name), "fuse", "lower", "pack buffers", "schedule", "simplify kernels", "legalize", "plan", "codegen",
    ]);
    expect(new Set(events.map((event) => event.milliseconds))).toEqual(new Set([1]));
    expect(at(events, 0)).toMatchObject({ program: "logged", changed: false });
  });

  it("has no clock of its own", () => {
    const times: (number | null)[] = [];
    compile(program(), { name: "timeless", target: "js", log: ({ milliseconds }) => void times.push(milliseconds) });
    expect(new Set(times)).toEqual(new Set([null]));
  });

  it("refuses constants", () => {
    const constVar = newVar(aval([2], "float32"));
    const jaxpr = makeJaxpr([constVar], [], [], [constVar]);
    expect(() => compile(closeJaxpr(jaxpr, [{ aval: constVar.aval }]), { name: "closed", target: "js" })).toThrow("must be arguments");
  });

  it("names the stage and what was expected where a check fails", () => {
    const [x, y] = [newVar(aval([3], "float32")), newVar(aval([4], "float32"))];
    const wrong = makeJaxpr([], [x], [makeEqn(addP, [x, x], noParams, [y])], [y]);
    expect(() => compile(wrong, { name: "wrong", target: "js", verify: true })).toThrow(/wrong, before inline: expected a well-formed jaxpr/);
  });

  it("raises for arrays that indices cannot reach", () => {
    const large = jaxprOf(["f32[65536]"], (x) => exp(broadcastInDim(x, [65536, 65536], [0])));
    expect(() => compile(large, { name: "large", target: "js" })).toThrow(/LW1701.*too many elements/);
    // What is only summed up is never stored.
    const summed = jaxprOf(["f32[65536]"], (x) => reduceSum(exp(broadcastInDim(x, [65536, 65536], [0])), [0, 1]));
    expect(compile(summed, { name: "summed", target: "js", verify: true }).program.arenaBytes).toBe(0);
  });

  it("emits kernels of the same text once", () => {
    const layers = jaxprOf(["f32[40]", "f32[40,40]"], (x, w) => {
      let value = x;
      for (let layer = 0; layer < 5; layer++) {
        value = exp(reduceSum(mul(broadcastInDim(value, [40, 40], [1]), w), [1]));
      }
      return value;
    });
    const { program: made } = compile(layers, { name: "layers", target: "js" });
    expect(made.steps).toHaveLength(5);
    expect(made.kernels).toHaveLength(1);
  });

  it("gives plain data", () => {
    const made = compile(program(), { name: "plain", target: "js" }).program;
    expect(structuredClone(made)).toEqual(made);
  });
});

describe("textOf", () => {
  it("shows every stage", () => {
    const compiled = compile(program(), { name: "shown", target: "js" });
    expect(textOf(compiled, "jaxpr")).toContain("lambda");
    expect(textOf(compiled, "fusion")).toContain("kernel 0: map over [6]");
    expect(textOf(compiled, "steps")).toContain("for grid i0 in 0 .. 6");
    expect(textOf(compiled, "kernel")).toContain("step 0: kernel 0 map_mul(in0 = input 0 f32[6], out0 = value 1 f32[6])");
    expect(textOf(compiled, "memory")).toContain("slot 1: output 0 f32[6]");
    const all = textOf(compiled, "all");
    for (const stage of stagesOf("js")) expect(all).toContain(`--- ${stage} ---`);
  });

  it("of the code is what a programmer would write", () => {
    const compiled = compile(jaxprOf(["f32[9]"], (x) => mul(add(mul(x, x), scalarLiteral(1, "float32")), x)), { name: "text", target: "js" });
    expect(textOf(compiled, "js")).toMatch(/out0\[\w+\] = \(v \* v \+ 1\) \* v;/);
  });
});

describe("a session", () => {
  it("finds a program by the structure of its jaxpr, whatever the names and weak types", () => {
    const session = new Session();
    const first = session.compile(program(), { name: "one", target: "js" });
    expect(session.compile(program(), { name: "two", target: "js" })).toBe(first);
    expect(session.compile(jaxprOf(["f32[7]"], (x) => mul(exp(x), x)), { name: "three", target: "js" })).not.toBe(first);
    const weak = (isWeak: boolean): Jaxpr => jaxprOf(["f32[6]"], (x) => mul(x, scalarLiteral(2, "float32", isWeak)));
    expect(session.compile(weak(true), { name: "weak", target: "js" })).toBe(session.compile(weak(false), { name: "strong", target: "js" }));
    expect(session.size).toBe(3);
  });

  it("tells constants apart that compare as equal", () => {
    const session = new Session();
    const scaled = (factor: number): Jaxpr => jaxprOf(["f32[]"], (x) => mul(x, scalarLiteral(factor, "float32")));
    const results = [0, -0, Infinity, -Infinity, NaN].map((factor) =>
      at(at(runProgram(session.compile(scaled(factor), { name: "scaled", target: "js" }).program, [Float32Array.of(2)]), 0), 0));
    expect(results).toEqual([0, -0, Infinity, -Infinity, NaN]);
  });

  it("drops what was used longest ago when it holds too much, and everything when cleared", () => {
    const sized = (size: number): Jaxpr => jaxprOf([`f32[${size}]`], (x) => mul(x, x));
    const { bytes } = compile(sized(3), { name: "one", target: "js" });
    const session = new Session(2.5 * bytes);
    const first = session.compile(sized(3), { name: "a", target: "js" });
    session.compile(sized(4), { name: "b", target: "js" });
    session.compile(sized(3), { name: "a", target: "js" });
    session.compile(sized(5), { name: "c", target: "js" });
    expect(session.size).toBe(2);
    expect(session.compile(sized(3), { name: "a", target: "js" })).toBe(first);
    session.clear();
    expect([session.size, session.bytes]).toEqual([0, 0]);
  });
});

// Lowerings of other kinds ------------------------------------------------------------------------------------------------

const unused = {
  effects: "pure", jvp: { kind: "none", reason: "a test" }, transpose: { kind: "none", reason: "a test" }, partialEval: "plain", dce: "plain",
  simplify: "none", subJaxprs: "none", inlinable: "never", printParams: "none", parseParams: parseNoParams, inPlace: "none",
  facts: { cost: 1, commutative: false },
} as const;

const noBatch: Primitive<NoParams>["batch"] = () => { throw new Error("no batch rule"); };

/** Place and value of the largest element of each row. */
const largestP = definePrimitive<NoParams>({
  ...unused, name: "largest", batch: noBatch,
  abstractEval: ([x]) => { const shape = x?.shape.slice(0, 1) ?? []; return [aval(shape, "int32"), aval(shape, "float32")]; },
  lower: {
    kind: "fold",
    extents: (_, [x]) => x?.shape.slice(1) ?? [],
    states: () => [{ role: "other", init: int(-1) }, { role: "other", init: constant(-Infinity, "float32") }],
    step: (_emitter, outIndex, foldIndex, [place, best], read) => {
      const value = read(0, [...outIndex, ...foldIndex]);
      const isLarger = lt(at([best ?? value], 0), value);
      return [select(isLarger, at(foldIndex, 0), place ?? int(0)), select(isLarger, value, best ?? value)];
    },
    finish: (_emitter, states) => states,
  },
});

/** Running sums, by a kernel of its own with scratch memory. */
const runningP = definePrimitive<NoParams>({
  ...unused, name: "running", batch: noBatch,
  abstractEval: ([x]) => [x ?? aval([], "float32")],
  lower: {
    kind: "routine",
    variants: [{
      name: "two kernels", needs: "serial",
      build: ({ outAvals }) => {
        const length = at(at(outAvals, 0).shape, 0);
        const copy = new KernelBuilder("copy");
        const [from, to] = [copy.buffer("x", { dtype: "float32", length, access: "read" }), copy.buffer("y", { dtype: "float32", length, access: "write" })];
        copy.for("grid", 0, length, 1, (i) => copy.store(to, i, copy.load(from, i)));
        const sum = new KernelBuilder("sum");
        const [x, y] = [sum.buffer("x", { dtype: "float32", length, access: "read" }), sum.buffer("y", { dtype: "float32", length, access: "write" })];
        const total = sum.var(constant(0, "float32"));
        sum.for("serial", 0, length, 1, (i) => {
          sum.assign(total, addExpr(total, sum.load(x, i)));
          sum.store(y, i, total);
        });
        return {
          scratch: [{ dtype: "float32", length }],
          steps: [
            { kernel: copy.build(), buffers: [{ from: "input", index: 0 }, { from: "scratch", index: 0 }], extent: length },
            { kernel: sum.build(), buffers: [{ from: "scratch", index: 0 }, { from: "output", index: 0 }], extent: 1 },
          ],
        };
      },
    }],
  },
});

/** Sum and product, elementwise: an equation with two results. */
const bothP = definePrimitive<NoParams>({
  ...unused, name: "both", batch: noBatch,
  abstractEval: ([x]) => [x ?? aval([], "float32"), x ?? aval([], "float32")],
  lower: { kind: "scalar", emit: (_emitter, [x, y], { outIndex }) => (outIndex === 0 ? addExpr(at([x ?? int(0)], 0), y ?? 0) : mulExpr(at([x ?? int(0)], 0), y ?? 1)) },
});

/** A jaxpr of one equation between elementwise ones: inputs squared before it, results doubled after it. */
function around(primitive: Primitive<NoParams>, specs: readonly string[]): Jaxpr {
  const before = jaxprOf(specs, (...inputs: Value[]) => inputs.map((input) => mul(input, input)));
  const operands = before.outs;
  const outVars = primitive.abstractEval(operands.map((operand) => operand.aval), noParams).map(newVar);
  const doubled = outVars.map((variable) => newVar(variable.aval));
  const after = outVars.map((variable, index) => makeEqn(addP, [variable, variable], noParams, [at(doubled, index)]));
  return makeJaxpr([], before.inVars, [...before.eqns, makeEqn(primitive, operands, noParams, outVars), ...after], doubled);
}

describe("equations of other kinds", () => {
  it("fold with states, several results and what surrounds them in one kernel", () => {
    const { program: made } = compile(around(largestP, ["f32[2,4]"]), { name: "fold", target: "js", verify: true });
    expect(made.kernels).toHaveLength(1);
    const results = runProgram(made, [Float32Array.of(1, -3, 2, 0, 5, 4, -6, 2)]);
    expect(results.map((result) => [...result])).toEqual([[2, 4], [18, 72]]);
  });

  it("run as routines over whole arrays", () => {
    const { program: made } = compile(around(runningP, ["f32[4]"]), { name: "routine", target: "js", verify: true });
    expect(made.steps).toHaveLength(4);
    expect([...at(runProgram(made, [Float32Array.of(1, 2, 3, 4)]), 0)]).toEqual([2, 10, 28, 60]);
  });

  it("give several elementwise results", () => {
    const { program: made } = compile(around(bothP, ["f32[3]", "f32[3]"]), { name: "both", target: "js", verify: true });
    expect(made.kernels).toHaveLength(1);
    const results = runProgram(made, [Float32Array.of(1, 2, 3), Float32Array.of(2, 2, 2)]);
    expect(results.map((result) => [...result])).toEqual([[10, 16, 26], [8, 32, 72]]);
  });

  it("are refused where a pass should have removed them", () => {
    const leftover = definePrimitive<NoParams>({ ...unused, name: "leftover", batch: noBatch, abstractEval: (inAvals) => inAvals, lower: { kind: "inlined" } });
    const x = newVar(spec("f32[2]"));
    const y = newVar(spec("f32[2]"));
    const jaxpr = makeJaxpr([], [x], [makeEqn(leftover, [x], noParams, [y])], [y]);
    expect(() => compile(jaxpr, { name: "left", target: "js", verify: true })).toThrow(/after inline: expected no calls, found: leftover/);
    expect(() => compile(jaxpr, { name: "left", target: "js" })).toThrow("leftover is left after the passes");
  });
});
