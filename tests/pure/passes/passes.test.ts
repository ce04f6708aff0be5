/** @file The passes over the graph IR, each alone on small jaxprs and all of them on random ones. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { at } from "@lanewise/compiler/base/assert";
import { aval, literal, makeEqn, makeJaxpr, newVar } from "@lanewise/compiler/ir/build";
import { parseJaxpr } from "@lanewise/compiler/ir/parse";
import { printJaxpr } from "@lanewise/compiler/ir/print";
import type { Atom, Eqn, Jaxpr, Var } from "@lanewise/compiler/ir/types";
import { verifyJaxpr } from "@lanewise/compiler/ir/verify";
import { countEqns, evalJaxprWith } from "@lanewise/compiler/ir/walk";
import { eliminateCommon } from "@lanewise/compiler/passes/eliminate-common";
import { eliminateDead } from "@lanewise/compiler/passes/eliminate-dead";
import { inlineCalls } from "@lanewise/compiler/passes/inline";
import { simplify } from "@lanewise/compiler/passes/simplify";
import { addP, f32, jitP, loopP, negP, samplePrimitives, sinP, standIn, subP, twiceP } from "../ir/stand-in.ts";

const parse = (text: string): Jaxpr => parseJaxpr(text, samplePrimitives);
const onText = (pass: (jaxpr: Jaxpr) => Jaxpr) => (text: string): string => {
  const result = pass(parse(text));
  verifyJaxpr(result);
  return printJaxpr(result, { width: 1000 });
};

/** A chain of calls, each within the one before. */
function nestedCalls(depth: number): Jaxpr {
  let body = parse("{ lambda ; a:f32[]. let b:f32[] = sin a in (b,) }");
  for (let level = 0; level < depth; level++) {
    const [input, result] = [newVar(f32), newVar(f32)];
    body = makeJaxpr([], [input], [makeEqn(jitP, [input], { name: "f", jaxpr: body }, [result])], [result]);
  }
  return body;
}

describe("inlineCalls", () => {
  const run = onText(inlineCalls);

  it("puts the equations of a call in its place", () => {
    expect(run("{ lambda ; a:f32[]. let b:f32[] = jit[name=f jaxpr={ lambda ; c:f32[]. let d:f32[] = sin c in (d,) }] a; e:f32[] = neg b in (e,) }"))
      .toBe("{ lambda ; a:f32[]. let b:f32[] = sin a; c:f32[] = neg b in (c,) }");
  });

  it("gives each call of one jaxpr results of its own", () => {
    expect(run("let f = { lambda ; a:f32[]. let b:f32[] = sin a in (b,) } in\n{ lambda ; c:f32[]. let d:f32[] = jit[name=f jaxpr=f] c; e:f32[] = jit[name=f jaxpr=f] d in (d, e) }"))
      .toBe("{ lambda ; a:f32[]. let b:f32[] = sin a; c:f32[] = sin b in (b, c) }");
  });

  it("passes inputs and literals through, also swapped", () => {
    expect(run("{ lambda ; a:f32[] b:f32[]. let c:f32[] d:f32[] e:f32[] = jit[name=f jaxpr={ lambda ; x:f32[] y:f32[]. let  in (y, x, 2.0:f32[]) }] a 1.0:f32[] in (c, d, e, b) }"))
      .toBe("{ lambda ; a:f32[] b:f32[]. let  in (1.0:f32[], a, 2.0:f32[], b) }");
  });

  it("inlines within loops, which stay", () => {
    expect(run("{ lambda ; a:f32[]. let b:f32[] = loop[jaxpr={ lambda ; c:f32[]. let d:f32[] = jit[name=f jaxpr={ lambda ; x:f32[]. let y:f32[] = sin x in (y,) }] c in (d,) }] a in (b,) }"))
      .toBe("{ lambda ; a:f32[]. let b:f32[] = loop[jaxpr={ lambda ; c:f32[]. let d:f32[] = sin c in (d,) }] a in (b,) }");
  });

  it("keeps effects and their order", () => {
    expect(run("{ lambda ; a:f32[]. let log_it a; jit[name=f jaxpr={ lambda ; x:f32[]. let log_it x in () }] 1.0:f32[]; log_it 2.0:f32[] in () }"))
      .toBe("{ lambda ; a:f32[]. let log_it a; log_it 1.0:f32[]; log_it 2.0:f32[] in () }");
  });

  it("takes calls within calls at any depth", () => {
    expect(printJaxpr(inlineCalls(nestedCalls(20_000)))).toBe("{ lambda ; a:f32[]. let b:f32[] = sin a in (b,) }");
  });

  it("refuses a call whose jaxpr has constants", () => {
    const [a, b] = [newVar(f32), newVar(f32)];
    const jaxpr = makeJaxpr([], [], [makeEqn(jitP, [], { name: "f", jaxpr: makeJaxpr([a], [], [], [a]) }, [b])], [b]);
    expect(() => inlineCalls(jaxpr)).toThrow(/call of jit has constants/);
  });
});

describe("eliminateCommon", () => {
  const run = onText(eliminateCommon);

  it("computes equal expressions once, through chains", () => {
    expect(run("{ lambda ; a:f32[]. let b:f32[] = sin a; c:f32[] = sin a; d:f32[] = neg b; e:f32[] = neg c; f:f32[] = sub d e in (f, c) }"))
      .toBe("{ lambda ; a:f32[]. let b:f32[] = sin a; c:f32[] = neg b; d:f32[] = sub c c in (d, b) }");
  });

  it("swaps operands of commutative primitives alone", () => {
    expect(run("{ lambda ; a:f32[] b:f32[]. let c:f32[] = add a b; d:f32[] = add b a in (c, d) }"))
      .toBe("{ lambda ; a:f32[] b:f32[]. let c:f32[] = add a b in (c, c) }");
    expect(run("{ lambda ; a:f32[] b:f32[]. let c:f32[] = sub a b; d:f32[] = sub b a in (c, d) }"))
      .toBe("{ lambda ; a:f32[] b:f32[]. let c:f32[] = sub a b; d:f32[] = sub b a in (c, d) }");
  });

  it.each([
    ["literals 0 and -0", "{ lambda ; a:f32[]. let b:f32[] = add a 0.0:f32[]; c:f32[] = add a -0.0:f32[] in (b, c) }"],
    ["params", "{ lambda ; a:f32[]. let b:f32[] = integer_pow[y=2] a; c:f32[] = integer_pow[y=3] a in (b, c) }"],
    ["effects", "{ lambda ; a:f32[]. let log_it a; log_it a in () }"],
    ["a jaxpr and one within it", "{ lambda ; a:f32[]. let b:f32[] = sin a; c:f32[] = loop[jaxpr={ lambda ; d:f32[]. let e:f32[] = sin d in (e,) }] a in (b, c) }"],
  ])("tells apart %s, and gives the same object back", (_, text) => {
    const jaxpr = parse(text);
    expect(eliminateCommon(jaxpr)).toBe(jaxpr);
  });

  it("joins NaN literals and equal nested jaxprs", () => {
    expect(run("{ lambda ; a:f32[]. let b:f32[] = add a nan:f32[]; c:f32[] = add a nan:f32[] in (b, c) }")).toBe("{ lambda ; a:f32[]. let b:f32[] = add a nan:f32[] in (b, b) }");
    const loop = "loop[jaxpr={ lambda ; x:f32[]. let y:f32[] = sin x; z:f32[] = sin x; w:f32[] = add y z in (w,) }] a";
    expect(run(`{ lambda ; a:f32[]. let b:f32[] = ${loop}; c:f32[] = ${loop} in (b, c) }`))
      .toBe("{ lambda ; a:f32[]. let b:f32[] = loop[jaxpr={ lambda ; c:f32[]. let d:f32[] = sin c; e:f32[] = add d d in (e,) }] a in (b, b) }");
  });

  it("keeps weak and strong literals apart", () => {
    const [a, b, c] = [newVar(f32), newVar(f32), newVar(f32)];
    const jaxpr = makeJaxpr([], [a], [b, c].map((result, index) => makeEqn(addP, [a, literal(1, aval([], "float32", index === 1))], {}, [result])), [b, c]);
    expect(eliminateCommon(jaxpr)).toBe(jaxpr);
  });
});

describe("eliminateDead", () => {
  const run = onText(eliminateDead);

  it("removes what no result needs, and keeps effects and what they need", () => {
    expect(run("{ lambda ; a:f32[]. let b:f32[] = sin a; c:f32[] = neg b; d:f32[] = neg a; log_it d in (a,) }"))
      .toBe("{ lambda ; a:f32[]. let b:f32[] = neg a; log_it b in (a,) }");
  });

  it("removes within loops, and gives the same object where nothing is dead", () => {
    expect(run("{ lambda ; a:f32[]. let b:f32[] = loop[jaxpr={ lambda ; c:f32[]. let d:f32[] = sin c; e:f32[] = neg c in (e,) }] a in (b,) }"))
      .toBe("{ lambda ; a:f32[]. let b:f32[] = loop[jaxpr={ lambda ; c:f32[]. let d:f32[] = neg c in (d,) }] a in (b,) }");
    const live = parse("{ lambda ; a:f32[]. let b:f32[] _:f32[] = twice a in (b,) }");
    expect(eliminateDead(live)).toBe(live);
  });

  it("asks the dce rule of an equation with some unused results", () => {
    const pair = standIn({ name: "pair", abstractEval: (inputs) => inputs, dce: (used, eqn) => ({
      usedInputs: used,
      eqn: makeEqn(pair, eqn.inputs.filter((_, index) => at(used, index)), {}, eqn.outVars.filter((_, index) => at(used, index))),
    }) });
    const [a, b, c, d, e] = [newVar(f32), newVar(f32), newVar(f32), newVar(f32), newVar(f32)];
    const jaxpr = makeJaxpr([], [a], [makeEqn(sinP, [a], {}, [b]), makeEqn(negP, [a], {}, [c]), makeEqn(pair, [b, c], {}, [d, e])], [e]);
    expect(printJaxpr(eliminateDead(jaxpr))).toBe("{ lambda ; a:f32[]. let b:f32[] = neg a; c:f32[] = pair b in (c,) }");
  });
});

describe("simplify", () => {
  const run = onText(simplify);

  it("reaches the fixpoint in one walk", () => {
    expect(run("{ lambda ; a:i32[]. let b:i32[] = add a 0:i32[]; c:i32[] = neg 1:i32[]; d:i32[] = neg c; e:i32[] = add b d in (e, b) }"))
      .toBe("{ lambda ; a:i32[]. let b:i32[] = add a 1:i32[] in (b, a) }");
  });

  it("works within loops, and gives the same object where no rule applies", () => {
    expect(run("{ lambda ; a:i32[]. let b:i32[] = loop[jaxpr={ lambda ; c:i32[]. let d:i32[] = add c 0:i32[] in (d,) }] a in (b,) }"))
      .toBe("{ lambda ; a:i32[]. let b:i32[] = loop[jaxpr={ lambda ; c:i32[]. let  in (c,) }] a in (b,) }");
    const irreducible = parse("{ lambda ; a:f32[]. let b:f32[] = add a 0.0:f32[] in (b,) }");
    expect(simplify(irreducible)).toBe(irreducible);
  });

  it("refuses a rule that changes the type", () => {
    const wrong = standIn({ name: "wrong", simplify: () => [literal(1, aval([], "int32"))] });
    const [a, b] = [newVar(f32), newVar(f32)];
    expect(() => simplify(makeJaxpr([], [a], [makeEqn(wrong, [a], {}, [b])], [b]))).toThrow(/simplify of wrong gives i32\[\] for f32\[\]/);
  });
});

// Random programs ------------------------------------------------------------------------------------------------------

type Log = number[];

/** Runs a jaxpr on numbers; `log` receives what effects see. */
function run(jaxpr: Jaxpr, args: readonly number[], log: Log): number[] {
  const rules: Readonly<Record<string, (x: number, y: number) => readonly number[]>> = {
    sin: (x) => [Math.sin(x)], neg: (x) => [-x], add: (x, y) => [x + y], sub: (x, y) => [x - y], twice: (x) => [x, x],
    log_it: (x) => {
      log.push(x);
      return [];
    },
  };
  return evalJaxprWith(jaxpr, [], args, {
    eqn: (eqn, inputs) => (eqn.primitive === jitP || eqn.primitive === loopP
      ? run(eqn.params["jaxpr"] as Jaxpr, inputs, log)
      : rules[eqn.primitive.name]?.(inputs[0] ?? 0, inputs[1] ?? 0) ?? []),
    literal: ({ value }) => value,
  });
}

/** A jaxpr of two inputs and two results from a list of choices; jaxprs made before may be called. */
function build(choices: readonly number[], callable: readonly Jaxpr[]): Jaxpr {
  const inVars = [newVar(f32), newVar(f32)];
  const atoms: Atom[] = [...inVars, literal(0, f32), literal(-0, f32), literal(0.5, f32), literal(NaN, f32)];
  const pick = (choice: number): Atom => at(atoms, choice % atoms.length);
  const eqns: Eqn[] = [];
  const emit = (primitive: typeof sinP, inputs: readonly Atom[], count: number, params = {}): void => {
    const results: Var[] = Array.from({ length: count }, () => newVar(f32));
    eqns.push(makeEqn(primitive, inputs, params, results));
    atoms.push(...results);
  };
  for (const choice of choices) {
    const [x, y] = [pick(choice >>> 4), pick(choice >>> 10)];
    const callee = callable[(choice >>> 16) % Math.max(1, callable.length)];
    switch (choice % 8) {
      case 0: emit(sinP, [x], 1); break;
      case 1: emit(negP, [x], 1); break;
      case 2: emit(addP, [x, y], 1); break;
      case 3: emit(subP, [x, y], 1); break;
      case 4: emit(twiceP, [x], 2); break;
      case 5: emit(at([...samplePrimitives.values()], 6), [x], 0); break;
      default: if (callee !== undefined) emit(choice % 2 === 0 ? jitP : loopP, [x, y], 2, { name: "f", jaxpr: callee });
    }
  }
  return makeJaxpr([], inVars, eqns, atoms.slice(-2));
}

const programs = fc.array(fc.array(fc.nat({ max: 2 ** 20 }), { maxLength: 12 }), { minLength: 1, maxLength: 4 }).map((bodies) => {
  const jaxprs: Jaxpr[] = [];
  for (const body of bodies) jaxprs.push(build(body, jaxprs));
  return at(jaxprs, -1);
});

const passes: readonly (readonly [string, (jaxpr: Jaxpr) => Jaxpr])[] = [
  ["inlineCalls", inlineCalls], ["eliminateCommon", eliminateCommon], ["eliminateDead", eliminateDead], ["simplify", simplify],
  ["all of them", (jaxpr) => eliminateDead(eliminateCommon(simplify(inlineCalls(jaxpr))))],
];

describe.each(passes)("%s on random programs", (name, pass) => {
  it("keeps results and effects, verifies, does not grow, and finds nothing more to do the second time", () => {
    fc.assert(fc.property(programs, fc.double(), fc.double(), (jaxpr, x, y) => {
      const result = pass(jaxpr);
      verifyJaxpr(result, name);
      const [before, after]: [Log, Log] = [[], []];
      expect(run(result, [x, y], after)).toEqual(run(jaxpr, [x, y], before));
      expect(after).toEqual(before);
      expect(countEqns(result)).toBeLessThanOrEqual(countEqns(jaxpr));
      expect(pass(result)).toBe(result);
    }), { numRuns: 300 });
  });

  it("prints and parses back", () => {
    fc.assert(fc.property(programs, (jaxpr) => {
      const text = printJaxpr(pass(jaxpr), { nameUnused: true });
      expect(printJaxpr(parse(text), { nameUnused: true })).toBe(text);
    }), { numRuns: 100 });
  });
});
