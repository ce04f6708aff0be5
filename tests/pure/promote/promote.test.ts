/**
 * @file Promotion of every pair of dtypes against the table of JAX 0.10.2. A star marks a weak type. JAX's int64 is int32
 * here, in either mode.
 */
import { describe, expect, it } from "vitest";
import { canonicalizeDType, promoteTypes, type Promotable } from "@lanewise/compiler/base/promote";
import type { DType } from "@lanewise/compiler/base/dtype";

const shortNames: Readonly<Record<string, DType>> = {
  b1: "bool", i8: "int8", i16: "int16", i32: "int32", u8: "uint8", u16: "uint16", u32: "uint32",
  bf: "bfloat16", f16: "float16", f32: "float32", f64: "float64", c64: "complex64",
};

/** Rows and columns in one order; a row begins with its own type. */
const withoutX64 = `
       b1   i8   i16  i32  u8   u16  u32  bf   f16  f32  c64  i32*  f32*  c64*
b1     b1   i8   i16  i32  u8   u16  u32  bf   f16  f32  c64  i32*  f32*  c64*
i8     i8   i8   i16  i32  i16  i32  i32  bf   f16  f32  c64  i8    f32*  c64*
i16    i16  i16  i16  i32  i16  i32  i32  bf   f16  f32  c64  i16   f32*  c64*
i32    i32  i32  i32  i32  i32  i32  i32  bf   f16  f32  c64  i32   f32*  c64*
u8     u8   i16  i16  i32  u8   u16  u32  bf   f16  f32  c64  u8    f32*  c64*
u16    u16  i32  i32  i32  u16  u16  u32  bf   f16  f32  c64  u16   f32*  c64*
u32    u32  i32  i32  i32  u32  u32  u32  bf   f16  f32  c64  u32   f32*  c64*
bf     bf   bf   bf   bf   bf   bf   bf   bf   f32  f32  c64  bf    bf    c64
f16    f16  f16  f16  f16  f16  f16  f16  f32  f16  f32  c64  f16   f16   c64
f32    f32  f32  f32  f32  f32  f32  f32  f32  f32  f32  c64  f32   f32   c64
c64    c64  c64  c64  c64  c64  c64  c64  c64  c64  c64  c64  c64   c64   c64
i32*   i32* i8   i16  i32  u8   u16  u32  bf   f16  f32  c64  i32*  f32*  c64*
f32*   f32* f32* f32* f32* f32* f32* f32* bf   f16  f32  c64  f32*  f32*  c64*
c64*   c64* c64* c64* c64* c64* c64* c64* c64  c64  c64  c64  c64*  c64*  c64*`;

const withX64 = `
       b1   i8   i32  u32  f16  f32  f64  c64  i32*  f64*
b1     b1   i8   i32  u32  f16  f32  f64  c64  i32*  f64*
i8     i8   i8   i32  i32  f16  f32  f64  c64  i8    f64*
i32    i32  i32  i32  i32  f16  f32  f64  c64  i32   f64*
u32    u32  i32  i32  u32  f16  f32  f64  c64  u32   f64*
f16    f16  f16  f16  f16  f16  f32  f64  c64  f16   f16
f32    f32  f32  f32  f32  f32  f32  f64  c64  f32   f32
f64    f64  f64  f64  f64  f64  f64  f64  -    f64   f64
c64    c64  c64  c64  c64  c64  c64  -    c64  c64   c64
i32*   i32* i8   i32  u32  f16  f32  f64  c64  i32*  f64*
f64*   f64* f64* f64* f64* f16  f32  f64  c64  f64*  f64*`;

function typeOf(name: string): Promotable {
  const dtype = shortNames[name.replace("*", "")];
  if (dtype === undefined) throw new Error(`no dtype ${name}`);
  return { dtype, weakType: name.endsWith("*") };
}

function pairsOf(table: string): [string, string, string][] {
  const [columns = [], ...rows] = table.trim().split("\n").map((line) => line.trim().split(/\s+/));
  return rows.flatMap(([row = "", ...cells]) => cells.map((cell, index): [string, string, string] => [row, columns[index] ?? "", cell]));
}

describe.each([["off", withoutX64, false], ["on", withX64, true]] as const)("with x64 %s", (_, table, x64) => {
  it.each(pairsOf(table))("%s and %s give %s", (left, right, expected) => {
    const promote = (): Promotable => promoteTypes([typeOf(left), typeOf(right)], { x64 });
    if (expected === "-") expect(promote).toThrow(/LW1001[^]*complex128/);
    else expect(promote()).toEqual(typeOf(expected));
  });
});

describe("promoteTypes", () => {
  const off = { x64: false };
  const strong = (dtype: DType): Promotable => ({ dtype, weakType: false });
  const weak = (dtype: DType): Promotable => ({ dtype, weakType: true });

  it("of one operand is its type", () => {
    expect(promoteTypes([weak("int8")], off)).toEqual(weak("int8"));
    expect(promoteTypes([strong("float64")], off)).toEqual(strong("float32"));
    expect(promoteTypes([strong("key<fry>"), strong("key<fry>")], off)).toEqual(strong("key<fry>"));
  });

  it("of weak types alone keeps their precision", () => {
    expect(promoteTypes([weak("int8"), weak("int16")], off)).toEqual(weak("int16"));
    expect(promoteTypes([weak("float16"), weak("bfloat16")], off)).toEqual(weak("float32"));
    expect(promoteTypes([weak("float16"), strong("int8")], off)).toEqual(weak("float32"));
  });

  it("of three operands is their common bound, not that of pairs", () => {
    expect(promoteTypes([weak("int32"), strong("bool"), weak("float32")], off)).toEqual(weak("float32"));
    expect(promoteTypes([weak("float32"), strong("int8"), strong("float16")], off)).toEqual(strong("float16"));
  });

  it("never makes a bool weak", () => {
    expect(promoteTypes([weak("bool"), weak("bool")], off)).toEqual(strong("bool"));
  });

  it("refuses keys beside numbers, naming both", () => {
    expect(() => promoteTypes([strong("key<fry>"), strong("float32")], off)).toThrow(/LW1001[^]*key<fry> and float32/);
  });
});

it("canonicalizes float64 alone", () => {
  expect(canonicalizeDType("float64", false)).toBe("float32");
  expect(canonicalizeDType("float64", true)).toBe("float64");
  expect(canonicalizeDType("uint8", false)).toBe("uint8");
});
