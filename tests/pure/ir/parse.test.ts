/** @file What the parser accepts beside printed text, and the places and kinds of its errors. */
import { describe, expect, it } from "vitest";
import { equalJaxprs } from "@lanewise/compiler/ir/equal";
import { parseAval } from "@lanewise/compiler/ir/parse-aval";
import { parsedFloat, parsePython, parsePythonCall } from "@lanewise/compiler/ir/parse-python";
import { parseJaxpr } from "@lanewise/compiler/ir/parse";
import { printJaxpr } from "@lanewise/compiler/ir/print";
import { AnyPrimitives, samplePrimitives } from "./stand-in.ts";

const parse = (text: string): ReturnType<typeof parseJaxpr> => parseJaxpr(text, samplePrimitives);
const normalized = (text: string): string => printJaxpr(parse(text));

describe("parseJaxpr", () => {
  it("takes any indentation and blank space, as long as equations begin on lines of their own", () => {
    const text = `
      { lambda a:f32[2, 3] ; b:f32[2,3] .
          let
        c:f32[2,3] = add   a
            b
        d:f32[2,3] = sin c

      in ( d , ) }
    `;
    expect(normalized(text)).toBe("{ lambda a:f32[2,3]; b:f32[2,3]. let\n    c:f32[2,3] = add a b\n    d:f32[2,3] = sin c\n  in (d,) }");
  });

  it("reads equations with no results, no inputs and no params", () => {
    const text = "{ lambda ; a:f32[]. let\n    log_it a\n    log_it \n    b:f32[] = sin a\n  in (b,) }";
    expect(normalized(text)).toBe("{ lambda ; a:f32[]. let log_it a; log_it ; b:f32[] = sin a in (b,) }");
    expect(normalized(normalized(text))).toBe(normalized(text));
    expect(parse(text).effects).toHaveLength(2);
  });

  it("reads variables with the names of words of the grammar", () => {
    const text = "{ lambda ; in:f32[] let:f32[] inf:f32[] nan:f32[]. let a:f32[] = add in let; b:f32[] = add inf nan; c:f32[] = sin in in (a, b, in, inf:f32[], nan:f32[], c) }";
    const jaxpr = parse(text);
    expect(jaxpr.eqns[1]?.inputs).toEqual([jaxpr.inVars[2], jaxpr.inVars[3]]);
    expect(jaxpr.outs[2]).toBe(jaxpr.inVars[0]);
    expect(jaxpr.outs[3]).toMatchObject({ kind: "literal", value: Infinity });
  });

  it("tells the results from a variable called `in` before a complex literal", () => {
    const text = "{ lambda ; in:c64[]. let a:c64[] = add in (2+0j):c64[] in (a,) }";
    expect(parse(text).eqns[0]?.inputs).toMatchObject([{ kind: "var" }, { kind: "literal", value: 2 }]);
  });

  it("reads literals of every form", () => {
    const text = "{ lambda ; . let  in (1.5:f32[], -0.0:f32[], 1e-05:f32[], -inf:f32[], nan:f16[], -3:i32[], True:bool[], False:bool[], 0j:c64[], (-0.5+0j):c64[]) }";
    expect(parse(text).outs.map((out) => out.kind === "literal" && out.value)).toEqual([1.5, -0, 0.00001, -Infinity, NaN, -3, 1, 0, 0, -0.5]);
  });

  it("reads an unused result, and reads it again where it is the only one", () => {
    expect(parse("{ lambda ; a:f32[]. let _:f32[] = sin a; _:f32[] = neg a in (a,) }").eqns).toHaveLength(2);
    const jaxpr = parse("{ lambda ; a:f32[]. let _:f32[] = sin a in (_,) }");
    expect(jaxpr.outs[0]).toBe(jaxpr.eqns[0]?.outVars[0]);
  });

  it("keeps a jaxpr that is printed ahead one object, used before its place or after", () => {
    const jaxpr = parse("let f = { lambda ; a:f32[]. let b:f32[] = jit[name=g jaxpr=g] a in (b,) } in\n"
      + "let g = { lambda ; c:f32[]. let d:f32[] = sin c in (d,) } in\n"
      + "{ lambda ; e:f32[]. let f:f32[] = jit[name=f jaxpr=f] e; h:f32[] = jit[name=g jaxpr=g] f in (h,) }");
    const [first, second] = jaxpr.eqns.map((eqn) => eqn.params);
    expect(first?.["name"]).toBe("f");
    expect(first?.["jaxpr"]).toMatchObject({ eqns: [{ params: { name: "g" } }] });
    expect((first?.["jaxpr"] as typeof jaxpr | undefined)?.eqns[0]?.params["jaxpr"]).toBe(second?.["jaxpr"]);
  });

  it("reads the result types of params-free text strongly", () => {
    expect(parse("{ lambda ; a:f32[]. let  in (a,) }").inVars[0]?.aval).toEqual({ shape: [], dtype: "float32", weakType: false });
  });

  it("reads values with spaces, brackets and quotes", () => {
    const [eqn] = parseJaxpr(
      "{ lambda ; a:f32[]. let b:f32[] = p[fmt=x {} it's, y policy=<function f at 0xXX> t=('a b', [1, 2], None, -1.5) u=() v=G(a=(1,), b=M.X)] a in (b,) }",
      new AnyPrimitives(),
    ).eqns;
    expect(eqn?.params).toEqual({ fmt: "x {} it's, y", policy: "<function f at 0xXX>", t: ["a b", [1, 2], null, -1.5], u: [], v: "G(a=(1,), b=M.X)" });
  });

  it("gives what printing then parsing with all names gives back", () => {
    const text = "{ lambda ; a:f32[]. let _:f32[] _:f32[] = jit[name=f jaxpr={ lambda ; a:f32[]. let b:f32[] c:f32[] = twice a in (b, c) }] a in (a,) }";
    const jaxpr = parse(text);
    expect(() => parse(printJaxpr(jaxpr))).toThrow(/LW1212/);
    expect(equalJaxprs(parse(printJaxpr(jaxpr, { nameUnused: true })), jaxpr)).toBe(true);
  });

  it.each<[string, string, string, RegExp]>([
    ["another start", "lambda", "LW1210", /`let` at line 1, column 1/],
    ["an unclosed jaxpr", "{ lambda ; a:f32[]. let", "LW1210", /line 1, column 24[^]*the end of the text/],
    ["text after the end", "{ lambda ; . let  in () } x", "LW1210", /the end of the text at line 1, column 27[^]*`x`/],
    ["a bad type", "{ lambda ; a:f31[]. let  in (a,) }", "LW1210", /array type[^]*column 14/],
    ["an unknown primitive", "{ lambda ; a:f32[]. let\n  b:f32[] = cosine a\n  in (b,) }", "LW1211", /line 2, column 13[^]*`cosine a`/],
    ["an unbound variable", "{ lambda ; a:f32[]. let\n  b:f32[] = sin c\n  in (b,) }", "LW1212", /line 2, column 17[^]*`c`/],
    ["an equation that reads its own result", "{ lambda ; . let a:f32[] = sin a in (a,) }", "LW1212", /column 32/],
    ["a variable of the enclosing jaxpr", "{ lambda ; a:f32[]. let b:f32[] = jit[name=f jaxpr={ lambda ; . let  in (a,) }]  in (b,) }", "LW1212", /column 74/],
    ["a variable bound twice", "{ lambda ; a:f32[] a:f32[]. let  in (a,) }", "LW1212", /other than a[^]*column 20/],
    ["an ambiguous result", "{ lambda ; a:f32[]. let _:f32[] = sin a; _:f32[] = neg a in (_,) }", "LW1212", /nameUnused/],
    ["a bool without a bool literal", "{ lambda ; . let  in (1:bool[],) }", "LW1210", /a literal of bool/],
    ["an imaginary literal", "{ lambda ; . let  in (1j:c64[],) }", "LW1210", /imaginary/],
    ["unclosed params", "{ lambda ; a:f32[]. let b:f32[] = integer_pow[y=(2 a in (b,) }", "LW1210", /closed/],
    ["params that the primitive cannot read", "{ lambda ; a:f32[]. let b:f32[] = integer_pow[y=two] a in (b,) }", "LW1210", /params of integer_pow \(expected a number\) at line 1, column 46/],
    ["a jaxpr printed ahead that holds itself", "let f = { lambda ; . let a:f32[] = jit[name=f jaxpr=f]  in (a,) } in\n{ lambda ; . let  in () }", "LW1210", /hold itself/],
    ["a shallow line that is no equation", "{ lambda ; a:f32[]. let\n    b:f32[] = add a\n    a\n  in (b,) }", "LW1211", /line 3, column 5/],
  ])("refuses %s", (_, text, code, message) => {
    expect(() => parse(text)).toThrow(code);
    expect(() => parse(text)).toThrow(message);
  });
});

describe("parseAval", () => {
  it("reads array types", () => {
    expect(parseAval(" f32[2, 3] ")).toEqual({ shape: [2, 3], dtype: "float32", weakType: false });
    expect(parseAval("key<fry>[]")).toEqual({ shape: [], dtype: "key<fry>", weakType: false });
    expect(parseAval("bool[0]").shape).toEqual([0]);
  });

  it.each(["", "f32", "float32[2]", "f32[2", "f32[-1]", "f32[2.5]", "f32[2,]", "f32[2]x", "q8[1]", "f32[99999999999999999999]"])("refuses %j", (text) => {
    expect(() => parseAval(text, "evalShape")).toThrow(/LW1213[^]*evalShape|\[LW1213\] evalShape/);
  });
});

describe("parsePython", () => {
  it.each<[string, unknown]>([
    ["None", null], ["True", true], ["1", 1], ["-2.5e-3", -0.0025], ["float32", "float32"], ["'a, b'", "a, b"], ["(1,)", [1]], ["([0], [1, 2])", [[0], [1, 2]]],
    ["('x', \"it's\")", ["x", "it's"]], ["'a\\'b'", "a'b"], ["(<A.B: 1>, C.D)", ["<A.B: 1>", "C.D"]], ["nan", "nan"], ["1.2.3", "1.2.3"],
    ["(np.int64(-2), np.float32(0.5))", [-2, 0.5]], ["np.dtype(x)", "np.dtype(x)"],
  ])("%s", (text, expected) => {
    expect(parsePython(text)).toEqual(expected);
  });

  it("reads floats that have no digits", () => {
    expect([parsedFloat("nan"), parsedFloat("inf"), parsedFloat("-inf"), parsedFloat(2), parsedFloat("x")]).toEqual([NaN, Infinity, -Infinity, 2, null]);
  });

  it("reads keyword arguments", () => {
    expect(parsePythonCall("Dims(offset=(1,), mode=M.X)")).toEqual({ name: "Dims", values: new Map<string, unknown>([["offset", [1]], ["mode", "M.X"]]) });
    expect(parsePythonCall("Dims")).toBeNull();
    expect(parsePythonCall("f(1)")).toBeNull();
  });
});
