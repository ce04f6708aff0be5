/** @file The printer and the parser against the text that JAX 0.10.2 prints, and each on its own. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { aval, literal, makeEqn, makeJaxpr, newVar } from "@lanewise/compiler/ir/build";
import { formatPython, pythonFloat, pythonList, pythonName } from "@lanewise/compiler/ir/format-python";
import { parseJaxpr } from "@lanewise/compiler/ir/parse";
import { formatScalar, printAval, printJaxpr, variableName } from "@lanewise/compiler/ir/print";
import { f32, jitP, loopP, AnyPrimitives, samplePrimitives, sinP, standIn, twiceP } from "./stand-in.ts";

const samples = readFileSync(new URL("jax/jaxprs.txt", import.meta.url), "utf8").replace(/\n$/, "").split("\n=====\n");

describe("what JAX printed prints again, to the letter", () => {
  it("has samples", () => expect(samples.length).toBeGreaterThan(100));

  it.each(samples.map((sample, index) => [index, sample] as const))("sample %i", (_, sample) => {
    expect(printJaxpr(parseJaxpr(sample, new AnyPrimitives()))).toBe(sample);
  });
});

describe("names", () => {
  it("count in letters", () => {
    expect([0, 25, 26, 27, 51, 52, 675, 676, 221].map(variableName)).toEqual(["a", "z", "ba", "bb", "bz", "ca", "zz", "baa", "in"]);
  });

  it("leave out those of jaxprs printed ahead", () => {
    const [inner, a, b, c] = [newVar(f32), newVar(f32), newVar(f32), newVar(f32)];
    const body = makeJaxpr([], [inner], [], [inner]);
    const eqns = [[a, b], [b, c]].map(([from = a, to = a]) => makeEqn(jitP, [from], { name: "b", jaxpr: body }, [to]));
    expect(printJaxpr(makeJaxpr([], [a], eqns, [c]))).toBe(
      "let b = { lambda ; a:f32[]. let  in (a,) } in\n"
      + "{ lambda ; c:f32[]. let\n    d:f32[] = jit[name=b jaxpr=b] c\n    e:f32[] = jit[name=b jaxpr=b] d\n  in (e,) }",
    );
  });

  it("of unused results are printed on demand", () => {
    const [a, b, c] = [newVar(f32), newVar(f32), newVar(f32)];
    const jaxpr = makeJaxpr([], [a], [makeEqn(twiceP, [a], {}, [b, c])], [b]);
    expect(printJaxpr(jaxpr)).toContain("b:f32[] _:f32[] = twice a");
    expect(printJaxpr(jaxpr, { nameUnused: true })).toContain("b:f32[] c:f32[] = twice a");
  });
});

describe("jaxprs printed ahead", () => {
  it("have distinct names, and stand once even where only their holder occurs twice", () => {
    const inner = makeJaxpr([], [], [], [literal(1, f32)]);
    const holderOf = (): ReturnType<typeof makeJaxpr> => {
      const result = newVar(f32);
      return makeJaxpr([], [], [makeEqn(loopP, [], { name: "", jaxpr: inner }, [result])], [result]);
    };
    const [first, second] = [holderOf(), holderOf()];
    const results = [newVar(f32), newVar(f32), newVar(f32), newVar(f32)];
    const eqns = results.map((result, index) => makeEqn(jitP, [], { name: "<lambda>", jaxpr: index < 2 ? first : second }, [result]));
    const printed = printJaxpr(makeJaxpr([], [], eqns, results));
    expect(printed.match(/^let \S+/gm)).toEqual(["let lambda", "let lambda1", "let jaxpr"]);
    expect(printJaxpr(parseJaxpr(printed, samplePrimitives))).toBe(printed);
  });

  it("do not take exponential time", () => {
    let jaxpr = makeJaxpr([], [], [], [literal(1, f32)]);
    for (let depth = 0; depth < 60; depth++) {
      const results = [newVar(f32), newVar(f32)];
      jaxpr = makeJaxpr([], [], results.map((result) => makeEqn(jitP, [], { name: "f", jaxpr }, [result])), results.slice(0, 1));
    }
    expect(printJaxpr(jaxpr).match(/^let/gm)).toHaveLength(60);
  });
});

describe("values", () => {
  it.each<[number, Parameters<typeof formatScalar>[1], string]>([
    [0, "float32", "0.0"], [-0, "float32", "-0.0"], [-3, "int32", "-3"], [1, "bool", "True"], [0, "bool", "False"], [4294967295, "uint32", "4294967295"],
    [1e15, "float32", "1000000000000000.0"], [1e16, "float32", "1e+16"], [123456789012345680, "float64", "1.2345678901234568e+17"],
    [0.0001, "float32", "0.0001"], [0.00001, "float32", "1e-05"], [0.00001234, "float32", "1.234e-05"], [1e-300, "float64", "1e-300"],
    [-1.5e-7, "float32", "-1.5e-07"], [NaN, "float16", "nan"], [-Infinity, "bfloat16", "-inf"],
    [0, "complex64", "0j"], [-0, "complex64", "(-0+0j)"], [2, "complex64", "(2+0j)"], [0.1, "complex64", "(0.1+0j)"], [1e20, "complex64", "(1e+20+0j)"],
  ])("%d of %s prints as %s", (value, dtype, expected) => {
    expect(formatScalar(value, dtype)).toBe(expected);
  });

  it("print as Python's literals", () => {
    expect([null, true, false, 3, 0.5, "text", [], [1], [1, 2]].map(formatPython)).toEqual(["None", "True", "False", "3", "0.5", "text", "()", "(1,)", "(1, 2)"]);
    expect(formatPython([pythonList([0, 1]), pythonList([])])).toBe("([0, 1], [])");
    expect(formatPython(["a", pythonName("Precision.HIGHEST"), pythonFloat(2), null])).toBe("('a', Precision.HIGHEST, 2.0, None)");
    expect(formatPython(["it's", "a\\b", `"'`])).toBe(`("it's", 'a\\\\b', '"\\'')`);
  });

  it("have array types", () => {
    expect([aval([2, 3], "float32"), aval([], "bool"), aval([4], "key<fry>"), aval([0], "float0")].map(printAval)).toEqual(["f32[2,3]", "bool[]", "key<fry>[4]", "float0[0]"]);
  });
});

describe("layout", () => {
  it("breaks at the given width", () => {
    const [a, b] = [newVar(f32), newVar(f32)];
    const jaxpr = makeJaxpr([], [a], [makeEqn(sinP, [a], {}, [b])], [b]);
    expect(printJaxpr(jaxpr)).toBe("{ lambda ; a:f32[]. let b:f32[] = sin a in (b,) }");
    expect(printJaxpr(jaxpr, { width: 48 })).toBe("{ lambda ; a:f32[]. let\n    b:f32[] = sin a\n  in (b,) }");
    expect(printJaxpr(jaxpr, { width: 49 })).not.toContain("\n");
  });

  it("puts a remark at the end of its line, and a window around it", () => {
    const variables = Array.from({ length: 51 }, () => newVar(f32));
    const eqns = variables.slice(1).map((result, index) => makeEqn(sinP, variables.slice(index, index + 1), {}, [result]));
    const on = eqns[20] ?? makeEqn(sinP, [], {}, []);
    const printed = printJaxpr(makeJaxpr([], variables.slice(0, 1), eqns, variables.slice(-1)), { remark: { on, text: "here", around: 2 } });
    expect(printed.split("\n")).toEqual([
      "{ lambda ; a:f32[]. let", "    ...", "    t:f32[] = sin s", "    u:f32[] = sin t", "    v:f32[] = sin u  <-- here", "    w:f32[] = sin v",
      "    x:f32[] = sin w", "    ...", "  in (by,) }",
    ]);
  });

  it("takes 20,000 equations", () => {
    const variables = Array.from({ length: 20_001 }, () => newVar(f32));
    const eqns = variables.slice(1).map((result, index) => makeEqn(sinP, variables.slice(index, index + 1), {}, [result]));
    const printed = printJaxpr(makeJaxpr([], variables.slice(0, 1), eqns, variables.slice(-1)));
    expect(printed.split("\n")).toHaveLength(20_002);
    expect(printJaxpr(parseJaxpr(printed, samplePrimitives))).toBe(printed);
  });

  it("keeps hidden params out", () => {
    const result = newVar(f32);
    const iota = standIn({ name: "iota", printParams: () => [] });
    expect(printJaxpr(makeJaxpr([], [], [makeEqn(iota, [], { size: 3 }, [result])], [result]))).toBe("{ lambda ; . let a:f32[] = iota  in (a,) }");
  });
});
