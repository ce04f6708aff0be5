/** @file Walks, rewriting of nested jaxprs, and equality of jaxprs up to the names of variables. */
import { describe, expect, it } from "vitest";
import { aval, literal, makeEqn, makeJaxpr, newVar } from "@lanewise/compiler/ir/build";
import { equalJaxprs, hashJaxpr } from "@lanewise/compiler/ir/equal";
import { innermostFirst, mapNested } from "@lanewise/compiler/ir/nested";
import { parseJaxpr } from "@lanewise/compiler/ir/parse";
import { printJaxpr } from "@lanewise/compiler/ir/print";
import type { Jaxpr, ParamValue } from "@lanewise/compiler/ir/types";
import { countEqns, evalJaxprWith, inlineAtoms, substitute, substituteAtoms, usedVars } from "@lanewise/compiler/ir/walk";
import { f32, samplePrimitives, sinP, standIn } from "./stand-in.ts";

const parse = (text: string): Jaxpr => parseJaxpr(text, samplePrimitives);
const sample = "{ lambda c:f32[]; a:f32[]. let b:f32[] = add a c; d:f32[] = integer_pow[y=2] b in (d, 1.0:f32[]) }";
const weakTypesIgnored = { weakTypes: false };

describe("evalJaxprWith", () => {
  it("evaluates by the given rules", () => {
    const results = evalJaxprWith(parse(sample), [10], [2], {
      eqn: ({ primitive, params }, inputs) => [primitive.name === "add" ? (inputs[0] ?? 0) + (inputs[1] ?? 0) : (inputs[0] ?? 0) ** Number(params["y"])],
      literal: ({ value }) => value,
    });
    expect(results).toEqual([144, 1]);
  });

  it("takes any values, undefined too, and refuses a variable without one", () => {
    const jaxpr = parse("{ lambda ; a:f32[]. let b:f32[] = sin a in (a, b) }");
    expect(evalJaxprWith<unknown>(jaxpr, [], [undefined], { eqn: (_, inputs) => [[...inputs]], literal: () => null })).toEqual([undefined, [undefined]]);
    const [a] = [newVar(f32)];
    expect(() => evalJaxprWith(makeJaxpr([], [], [], [a]), [], [], { eqn: () => [], literal: () => 0 })).toThrow(/read before it has a value/);
  });

  it("does not recurse over equations", () => {
    const variables = Array.from({ length: 20_001 }, () => newVar(f32));
    const eqns = variables.slice(1).map((result, index) => makeEqn(sinP, variables.slice(index, index + 1), {}, [result]));
    const jaxpr = makeJaxpr([], variables.slice(0, 1), eqns, variables.slice(-1));
    expect(evalJaxprWith(jaxpr, [], [0], { eqn: (_, [input = 0]) => [input + 1], literal: () => 0 })).toEqual([20_000]);
    expect(equalJaxprs(jaxpr, parse(printJaxpr(jaxpr)))).toBe(true);
    expect(countEqns(jaxpr)).toBe(20_000);
  });
});

describe("substitute", () => {
  it("replaces what is read and keeps what is bound", () => {
    const jaxpr = parse(sample);
    const [a] = jaxpr.inVars;
    const replaced = substitute(jaxpr, new Map(a === undefined ? [] : [[a, literal(3, f32)]]));
    expect(printJaxpr(replaced)).toBe("{ lambda a:f32[]; b:f32[]. let\n    c:f32[] = add 3.0:f32[] a\n    d:f32[] = integer_pow[y=2] c\n  in (d, 1.0:f32[]) }");
    expect(replaced.eqns[1]).toBe(jaxpr.eqns[1]);
  });

  it("gives the same object when nothing is replaced", () => {
    const jaxpr = parse(sample);
    expect(substitute(jaxpr, new Map([[newVar(f32), literal(1, f32)]]))).toBe(jaxpr);
    expect(substituteAtoms(jaxpr.outs, new Map())).toBe(jaxpr.outs);
  });

  it("copies equations with results of their own", () => {
    const jaxpr = parse(sample);
    const outer = newVar(f32);
    const { eqns, outs } = inlineAtoms(jaxpr, [outer], [literal(2, f32)]);
    expect(eqns[0]?.inputs).toEqual([literal(2, f32), outer]);
    expect(eqns[0]?.outVars[0]).not.toBe(jaxpr.eqns[0]?.outVars[0]);
    expect(outs[0]).toBe(eqns[1]?.outVars[0]);
  });

  it("knows the variables that are read", () => {
    const jaxpr = parse("{ lambda ; a:f32[] b:f32[]. let c:f32[] = sin a; d:f32[] = sin a in (c,) }");
    expect([...usedVars(jaxpr)]).toEqual([jaxpr.inVars[0], jaxpr.eqns[0]?.outVars[0]]);
  });
});

const nested = "{ lambda ; a:f32[]. let b:f32[] = loop[jaxpr={ lambda ; c:f32[]. let d:f32[] = sin c; e:f32[] = sin d in (e,) }] a in (b,) }";

describe("nested jaxprs", () => {
  it("count where they stand", () => {
    expect(countEqns(parse(nested))).toBe(3);
  });

  it("are rewritten innermost first and once each", () => {
    const inner = parse("{ lambda ; a:f32[]. let b:f32[] = sin a in (b,) }");
    const twice = standIn({ name: "branches", subJaxprs: ({ branches }) => branches as readonly Jaxpr[] });
    const [a, b] = [newVar(f32), newVar(f32)];
    const closed = { jaxpr: inner, consts: [] };
    const params = { branches: [inner, inner], deep: { closed, text: "x", opaque: { kind: "opaque", name: "o", target: inner } } as ParamValue };
    const outer = makeJaxpr([], [a], [makeEqn(twice, [a], params, [b])], [b]);
    const seen: number[] = [];
    const renewed = innermostFirst((jaxpr) => {
      seen.push(jaxpr.eqns.length);
      return jaxpr === inner ? makeJaxpr([], inner.inVars, [], inner.inVars) : jaxpr;
    })(outer);
    expect(seen).toEqual([1, 1]);
    const rewritten = renewed.eqns[0]?.params as typeof params;
    expect(rewritten.branches[0]?.eqns).toHaveLength(0);
    expect(rewritten.branches[1]).toBe(rewritten.branches[0]);
    expect(rewritten.deep).toMatchObject({ closed: { jaxpr: { eqns: [] }, consts: [] }, text: "x", opaque: { target: { eqns: [{}] } } });
    expect(mapNested(outer, (jaxpr) => jaxpr)).toBe(outer);
  });
});

describe("equalJaxprs", () => {
  it("ignores names", () => {
    const [left, right] = [parse(nested), parse(nested.replaceAll("d:", "z:").replaceAll("sin d", "sin z"))];
    expect(equalJaxprs(left, right)).toBe(true);
    expect(hashJaxpr(left)).toBe(hashJaxpr(right));
  });

  it.each<[string, string, string]>([
    ["a primitive", "sin a", "neg a"],
    ["a literal", "add a 0.0:f32[]", "add a -0.0:f32[]"],
    ["the dtype of a literal", "add a 1.0:f32[]", "add a 1.0:f16[]"],
    ["the order of inputs", "sub a c", "sub c a"],
    ["variable and literal", "add a a", "add a 1.0:f32[]"],
    ["params", "integer_pow[y=2] a", "integer_pow[y=3] a"],
    ["a nested jaxpr", "loop[jaxpr={ lambda ; a:f32[]. let  in (a,) }] a", "loop[jaxpr={ lambda ; a:f32[]. let b:f32[] = sin a in (b,) }] a"],
  ])("tells apart %s", (_, left, right) => {
    const jaxprOf = (eqn: string): Jaxpr => parse(`{ lambda ; a:f32[] c:f32[]. let b:f32[] = ${eqn} in (b,) }`);
    expect(equalJaxprs(jaxprOf(left), jaxprOf(right))).toBe(false);
    expect(equalJaxprs(jaxprOf(left), jaxprOf(left))).toBe(true);
    expect(hashJaxpr(jaxprOf(left))).not.toBe(hashJaxpr(jaxprOf(right)));
    expect(hashJaxpr(jaxprOf(left))).toBe(hashJaxpr(jaxprOf(left)));
  });

  it.each<[string, string, string]>([
    ["the number of inputs", "{ lambda ; a:f32[]. let  in (a,) }", "{ lambda ; a:f32[] b:f32[]. let  in (a,) }"],
    ["a constant and an input", "{ lambda a:f32[]; . let  in (a,) }", "{ lambda ; a:f32[]. let  in (a,) }"],
    ["which input is given back", "{ lambda ; a:f32[] b:f32[]. let  in (a,) }", "{ lambda ; a:f32[] b:f32[]. let  in (b,) }"],
    ["shapes", "{ lambda ; a:f32[2]. let  in (a,) }", "{ lambda ; a:f32[3]. let  in (a,) }"],
    ["the number of results", "{ lambda ; a:f32[2]. let  in (a,) }", "{ lambda ; a:f32[2]. let  in (a, a) }"],
  ])("tells apart %s", (_, left, right) => {
    expect(equalJaxprs(parse(left), parse(right))).toBe(false);
    expect(hashJaxpr(parse(left))).not.toBe(hashJaxpr(parse(right)));
  });

  it("takes weak types into account unless told not to", () => {
    const identity = (weak: boolean): Jaxpr => {
      const a = newVar(aval([], "float32", weak));
      const b = newVar(aval([], "float32", weak));
      return makeJaxpr([], [a], [makeEqn(sinP, [literal(1, aval([], "float32", weak))], {}, [b])], [a, b]);
    };
    expect(equalJaxprs(identity(true), identity(false))).toBe(false);
    expect(equalJaxprs(identity(true), identity(false), weakTypesIgnored)).toBe(true);
    expect(hashJaxpr(identity(true))).not.toBe(hashJaxpr(identity(false)));
    expect(hashJaxpr(identity(true), weakTypesIgnored)).toBe(hashJaxpr(identity(false), weakTypesIgnored));
  });

  it("compares functions and constants in params by identity", () => {
    const callback = (): void => undefined;
    const value = { aval: f32 };
    const withParam = (param: ParamValue): Jaxpr => makeJaxpr([], [], [makeEqn(standIn({ name: "p" }), [], { param }, [])], []);
    const shared = withParam(null).eqns[0]?.primitive ?? sinP;
    const of = (param: unknown): Jaxpr => makeJaxpr([], [], [makeEqn(shared, [], { param: param as ParamValue }, [])], []);
    const opaque = (target: unknown): unknown => ({ kind: "opaque", name: "f", target });
    expect(equalJaxprs(of(opaque(callback)), of(opaque(callback)))).toBe(true);
    expect(equalJaxprs(of(opaque(callback)), of(opaque((): void => undefined)))).toBe(false);
    const a = newVar(f32);
    const closed = (constant: { aval: typeof f32 }): unknown => ({ jaxpr: makeJaxpr([a], [], [], [a]), consts: [constant] });
    expect(equalJaxprs(of(closed(value)), of(closed(value)))).toBe(true);
    expect(hashJaxpr(of(closed(value)))).toBe(hashJaxpr(of(closed(value))));
    expect(equalJaxprs(of(closed(value)), of(closed({ aval: f32 })))).toBe(false);
  });
});
