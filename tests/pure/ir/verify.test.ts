/** @file Each invariant of the graph IR is refused when it is broken, with the message on the offending line. */
import { describe, expect, it } from "vitest";
import { InternalError } from "@lanewise/compiler/base/assert";
import { aval, closeJaxpr, literal, makeEqn, makeJaxpr, newVar } from "@lanewise/compiler/ir/build";
import { parseJaxpr } from "@lanewise/compiler/ir/parse";
import type { ClosedJaxpr, Eqn, Jaxpr } from "@lanewise/compiler/ir/types";
import { verifyJaxpr } from "@lanewise/compiler/ir/verify";
import { addP, f32, jitP, logP, loopP, samplePrimitives, sinP, standIn } from "./stand-in.ts";

const parse = (text: string): Jaxpr => parseJaxpr(text, samplePrimitives);

/** The message and the line that carries the arrow. */
function complaint(jaxpr: Jaxpr | ClosedJaxpr): string {
  try {
    verifyJaxpr(jaxpr, "test");
  } catch (error) {
    if (!(error instanceof InternalError)) throw error;
    const line = error.excerpt.split("\n").find((candidate) => candidate.includes("<--")) ?? error.excerpt;
    const [message = ""] = error.message.split("\n");
    const [code = "", remark = ""] = line.split("  <-- ");
    expect(message).toBe(`test: ${remark}`);
    return `${code.trim()} | ${remark}`;
  }
  return "nothing";
}

const [a, b, c] = [newVar(f32), newVar(f32), newVar(f32)];
const i32 = aval([], "int32");

describe("verifyJaxpr accepts", () => {
  it.each([
    "{ lambda ; . let  in () }",
    "{ lambda c:f32[]; a:f32[]. let b:f32[] = add a c; log_it b in (b, 1.5:f32[], True:bool[]) }",
    "{ lambda ; a:f32[]. let b:f32[] = jit[name=f jaxpr={ lambda ; a:f32[]. let b:f32[] = sin a in (b,) }] a in (b,) }",
  ])("%s", (text) => {
    expect(complaint(parse(text))).toBe("nothing");
  });

  it("weak types that differ, floats that the dtype rounds, and a jaxpr held twice", () => {
    const weak = newVar(aval([], "float32", true));
    expect(complaint(makeJaxpr([], [a], [makeEqn(sinP, [a], {}, [weak])], [weak, literal(0.1, aval([], "float16")), literal(1e300, f32)]))).toBe("nothing");
    const inner = makeJaxpr([], [c], [], [c]);
    const calls = [b, newVar(f32)].map((result) => makeEqn(jitP, [a], { name: "f", jaxpr: inner }, [result]));
    expect(complaint(makeJaxpr([], [a], calls, [b]))).toBe("nothing");
  });

  it("20,000 equations", () => {
    const variables = Array.from({ length: 20_001 }, () => newVar(f32));
    const eqns = variables.slice(1).map((result, index) => makeEqn(sinP, variables.slice(index, index + 1), {}, [result]));
    expect(complaint(makeJaxpr([], variables.slice(0, 1), eqns, variables.slice(-1)))).toBe("nothing");
  });
});

const sinOf = (input: typeof a, result: typeof a): Eqn => makeEqn(sinP, [input], {}, [result]);

describe("verifyJaxpr refuses", () => {
  it.each<[string, () => Jaxpr | ClosedJaxpr, string]>([
    ["an input bound twice", () => makeJaxpr([], [a, a], [], []), "{ lambda ; a:f32[] a:f32[]. let | a variable is bound twice"],
    ["a constant that is an input", () => makeJaxpr([a], [a], [], []), "{ lambda a:f32[]; a:f32[]. let | a variable is bound twice"],
    ["a result bound twice", () => makeJaxpr([], [a], [sinOf(a, b), sinOf(a, b)], [b]), "b:f32[] = sin a | a variable is bound twice"],
    ["a read before the binding", () => makeJaxpr([], [a], [sinOf(b, c), sinOf(a, b)], [b]), "_:f32[] = sin b | input 0 is read before it is bound"],
    ["a result that nothing binds", () => makeJaxpr([], [a], [], [a, b]), "in (a, b) } | output 1 is read before it is bound"],
    [
      "a variable of the enclosing jaxpr",
      () => makeJaxpr([], [a], [makeEqn(loopP, [], { name: "f", jaxpr: makeJaxpr([], [], [sinOf(a, b)], [b]) }, [c])], [c]),
      "c:f32[] = sin a | input 0 is read before it is bound",
    ],
    ["an extent that is no integer", () => makeJaxpr([], [newVar(aval([1.5], "float32"))], [], []), "{ lambda ; a:f32[1.5]. let | an extent of f32[1.5] is no integer from 0 on"],
    ["a literal with a shape", () => makeJaxpr([], [], [], [literal(1, aval([2], "float32"))]), "in (1.0:f32[2],) } | output 0: a literal is a scalar, not f32[2]"],
    ["a bool that is 2", () => makeJaxpr([], [], [], [literal(2, aval([], "bool"))]), "in (True:bool[],) } | output 0: True:bool[] is outside its dtype"],
    ["an int32 of 2^31", () => makeJaxpr([], [], [], [literal(2 ** 31, i32)]), "in (2147483648:i32[],) } | output 0: 2147483648:i32[] is outside its dtype"],
    ["a fraction as int32", () => makeJaxpr([], [], [], [literal(0.5, i32)]), "in (0.5:i32[],) } | output 0: 0.5:i32[] is outside its dtype"],
    ["a negative uint8", () => makeJaxpr([], [], [makeEqn(sinP, [literal(-1, aval([], "uint8"))], {}, [newVar(aval([], "uint8"))])], []), "_:u8[] = sin -1:u8[] | input 0: -1:u8[] is outside its dtype"],
    ["a key as a literal", () => makeJaxpr([], [], [], [literal(1, aval([], "key<fry>"))]), "in (1:key<fry>[],) } | output 0: 1:key<fry>[] is outside its dtype"],
    ["a result of another dtype", () => makeJaxpr([], [a], [makeEqn(sinP, [a], {}, [newVar(i32)])], []), "_:i32[] = sin a | result 0 is i32[] where the primitive gives f32[]"],
    ["a result of another shape", () => makeJaxpr([], [a], [makeEqn(sinP, [a], {}, [newVar(aval([1], "float32"))])], []), "_:f32[1] = sin a | result 0 is f32[1] where the primitive gives f32[]"],
    ["too few results", () => makeJaxpr([], [a], [makeEqn(sinP, [a], {}, [])], []), "sin a | 0 results where the primitive gives 1"],
    ["inputs that the primitive refuses", () => makeJaxpr([], [a], [makeEqn(addP, [a], {}, [b])], []), "_:f32[] = add a | add refuses its inputs: index 1 is outside an array of length 1"],
    [
      "a call with too many inputs",
      () => makeJaxpr([], [a], [makeEqn(jitP, [a, a], { name: "f", jaxpr: makeJaxpr([], [b], [], [b]) }, [c])], [c]),
      "b:f32[] = jit[name=f jaxpr={ lambda ; b:f32[]. let  in (b,) }] a a | 2 inputs where its jaxpr takes 1",
    ],
    [
      "a call whose input has another type",
      () => makeJaxpr([], [a], [makeEqn(jitP, [literal(1, i32)], { name: "f", jaxpr: makeJaxpr([], [b], [], [b]) }, [c])], [c]),
      "b:f32[] = jit[name=f jaxpr={ lambda ; b:f32[]. let  in (b,) }] 1:i32[] | input 0 is i32[] where its jaxpr takes f32[]",
    ],
    [
      "a call whose jaxpr has constants",
      () => makeJaxpr([], [], [makeEqn(jitP, [], { name: "f", jaxpr: makeJaxpr([b], [], [], [b]) }, [c])], [c]),
      "a:f32[] = jit[name=f jaxpr={ lambda a:f32[]; . let  in (a,) }] | the jaxpr of a call has constants",
    ],
    ["effects that the equation lacks", () => makeJaxpr([], [a], [{ ...makeEqn(logP, [a], {}, []), effects: [] }], []), "log_it a | the equation has effects {}, its primitive {host}"],
    ["effects that the jaxpr lacks", () => ({ ...makeJaxpr([], [a], [makeEqn(logP, [a], {}, [])], []), effects: [] }), "in () } | the jaxpr has effects {}, its equations {host}"],
    ["too few constants", () => closeJaxpr(makeJaxpr([a], [], [], [a]), []), "{ lambda a:f32[]; . let | 0 constants where the variable is 1"],
    ["a constant of another type", () => closeJaxpr(makeJaxpr([a], [], [], [a]), [{ aval: i32 }]), "{ lambda a:f32[]; . let | constant 0 is i32[] where the variable is f32[]"],
  ])("%s", (_, make, expected) => {
    expect(complaint(make())).toBe(expected);
  });

  it("a fault in a jaxpr that the outermost one does not print", () => {
    const hidden = standIn({ name: "hidden", subJaxprs: ({ body }) => [body as Jaxpr], printParams: () => [] });
    const body = makeJaxpr([], [b], [makeEqn(sinP, [b], {}, [newVar(i32)])], []);
    expect(complaint(makeJaxpr([], [a], [makeEqn(hidden, [a], { body }, [c])], [c]))).toBe("_:i32[] = sin a | result 0 is i32[] where the primitive gives f32[]");
  });

  it("a fault among many equations, and shows those around it", () => {
    const variables = Array.from({ length: 101 }, () => newVar(f32));
    const eqns = variables.slice(1).map((result, index) => sinOf(variables[index === 50 ? 70 : index] ?? a, result));
    try {
      verifyJaxpr(makeJaxpr([], variables.slice(0, 1), eqns, variables.slice(-1)));
      expect.unreachable();
    } catch (error) {
      const lines = (error as InternalError).excerpt.split("\n");
      expect(lines).toHaveLength(25);
      expect(lines[12]).toMatch(/= sin \w+ {2}<-- input 0 is read before it is bound$/);
    }
  });

  it("what cannot be printed, all the same", () => {
    const broken = standIn({ name: "broken", abstractEval: () => [], printParams: () => { throw new Error("no text"); } });
    expect(() => verifyJaxpr(makeJaxpr([], [a], [makeEqn(broken, [a], {}, [b])], [b]), "test")).toThrow(/1 results where the primitive gives 0[^]*cannot be printed: no text/);
  });
});
