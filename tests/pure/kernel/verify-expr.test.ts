/** @file The type rules of kernel expressions: each ill-typed node is refused in words, on the line that holds it. */
import { add, int, scalarType, simdType, splat } from "@lanewise/compiler/kernel/build";
import type { Expr, OpExpr } from "@lanewise/compiler/kernel/types";
import { describe, expect, it } from "vitest";
import { expectFault, faultOf, kernelOf, one, storeOf } from "../../support/verifier-faults.ts";

describe("expressions", () => {
  const bad: readonly (readonly [title: string, value: Expr, message: string | RegExp])[] = [
    ["operands of one type", { ...(add(one, one) as OpExpr), args: [one, int(1)] }, "operand 0 of add must be int32, not float32"],
    ["operands of one width", { ...(add(one, one) as OpExpr), args: [splat(one, 4), one] }, "operand 0 of add must be float32, not float32x4"],
    ["as many operands as the op has", { ...(add(one, one) as OpExpr), args: [one] }, "add takes 2 operands, not 1"],
    ["operands that the op is defined on", { ...(add(one, one) as OpExpr), op: "and" }, "and is not defined on float32"],
    ["an op of the table", { ...(add(one, one) as OpExpr), op: "nand" as "and" }, "there is no op nand"],
    ["the result that the op gives", { ...(add(one, one) as OpExpr), type: scalarType("bool") }, "add gives float32, not bool"],
    ["a bool condition of a select", { kind: "op", type: scalarType("float32"), op: "select", args: [int(1), one, one] }, "operand 0 of select must be bool, not int32"],
    ["constants in range", { kind: "const", type: scalarType("int32"), value: 2 ** 31 }, "the constant 2147483648 is no value of int32"],
    ["whole integer constants", { kind: "const", type: scalarType("uint32"), value: 0.5 }, "the constant 0.5 is no value of uint32"],
    ["constants that the float holds", { kind: "const", type: scalarType("float32"), value: 0.1 }, "the constant 0.1 is no value of float32"],
    ["bool constants 0 and 1", { kind: "const", type: scalarType("bool"), value: 2 }, "the constant 2 is no value of bool"],
    ["widths of vectors", { kind: "const", type: simdType("float32", 3), value: 0 }, "a width is 1, 2, 4, 8 or 16, not 3"],
    ["value dtypes", { kind: "const", type: { dtype: "int8" as "int32", width: 1 }, value: 0 }, "int8 is not a value dtype"],
    ["conversions that keep the width", { kind: "convert", type: simdType("float32", 4), value: int(1) }, "the conversion gives float32, not float32x4"],
    ["bitcasts between 32-bit dtypes", { kind: "bitcast", type: scalarType("float64"), value: int(1) }, "no bitcast from int32 to float64"],
    ["splats of scalars", { kind: "splat", type: simdType("float32", 4), value: splat(one, 2) }, "splat takes a scalar, not a float32x2"],
    ["splats of the dtype", { kind: "splat", type: simdType("int32", 4), value: one }, "the splat gives float32x4, not int32x4"],
    ["shuffles of one type", { kind: "shuffle", type: simdType("float32", 2), a: splat(one, 2), b: splat(one, 4), lanes: [0, 1] }, "shuffle of float32x2 and float32x4"],
    ["shuffle lanes in range", { kind: "shuffle", type: simdType("float32", 2), a: splat(one, 2), b: splat(one, 2), lanes: [0, 4] }, "shuffle lane 4 of two vectors of 2"],
    ["as many shuffle lanes as elements", { kind: "shuffle", type: simdType("float32", 4), a: splat(one, 2), b: splat(one, 2), lanes: [0, 1] }, "the shuffle gives float32x2, not float32x4"],
    ["extracted lanes in range", { kind: "extract", type: scalarType("float32"), value: splat(one, 2), lane: 2 }, "lane 2 of a vector of 2"],
    ["extracted elements of the dtype", { kind: "extract", type: scalarType("int32"), value: splat(one, 2), lane: 1 }, "the element is float32, not int32"],
    ["any and all on masks", { kind: "simdReduce", type: scalarType("float32"), op: "any", value: splat(one, 2) }, "reduce any is not defined on float32"],
    ["reductions to a scalar", { kind: "simdReduce", type: simdType("float32", 2), op: "add", value: splat(one, 2) }, "the reduction gives float32, not float32x2"],
  ];
  it.each(bad)("have %s", (_, value, message) => {
    const fault = faultOf(kernelOf({ kind: "let", name: "before", value: int(0) }, { kind: "let", name: "bad", value }));
    expect(fault.line).toMatch(/^let bad: /);
    expect(fault.message).toBe(message);
  });

  it("are checked inside others", () => {
    const inner: Expr = { kind: "const", type: scalarType("float32"), value: 0.1 };
    expectFault(kernelOf(storeOf(int(0), add(one, inner))), "store y[0] = 1f + 0.1f", "the constant 0.1 is no value of float32");
  });
});
