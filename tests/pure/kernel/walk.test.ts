/** @file Traversals see every part of a kernel, keep what does not change, and rename and replace without mixing names up. */
import { at } from "@lanewise/compiler/base/assert";
import {
  add, bitcast, boolean, convert, eq, extract, int, KernelBuilder, lt, mul, ref, scalarType, select, shuffle, simdReduce, splat,
} from "@lanewise/compiler/kernel/build";
import { printExpr, printKernel } from "@lanewise/compiler/kernel/print";
import type { Expr, Kernel } from "@lanewise/compiler/kernel/types";
import { verifyKernel } from "@lanewise/compiler/kernel/verify";
import {
  forEachExpr, forEachExprIn, forEachStmt, freshNames, mapExpr, mapExprsIn, mapStmts, namesIn, renameDeclarations, substitute, substituteIn, withBody,
} from "@lanewise/compiler/kernel/walk";
import { describe, expect, it } from "vitest";

const a = ref("a", scalarType("int32"));
const b = ref("b", scalarType("int32"));

/** A kernel with every kind of statement. */
function everyStatement(): Kernel {
  const k = new KernelBuilder("every");
  const n = k.scalar("n", "int32");
  k.buffer("x", { dtype: "int32", length: n, access: "readWrite" });
  k.for("grid", 0, n, 1, (i) => {
    const held = k.let(mul(i, n), "held");
    const count = k.var(int(0), "count");
    k.while(() => lt(k.load("x", i, { mask: lt(i, 3) }), held), () => k.assign(count, add(count, 1)));
    k.if(eq(count, 3), () => k.store("x", i, count), () => k.store("x", i, held, lt(i, 7)));
    k.barrier();
  });
  return k.build();
}

describe("expressions", () => {
  const tree = select(
    lt(extract(shuffle(splat(a, 2), splat(b, 2), [0, 3]), 1), 5),
    bitcast(convert(simdReduce("add", splat(add(a, b), 4)), "float32"), "int32"), a);

  it("every node is visited, outermost first", () => {
    const kinds: string[] = [];
    forEachExpr(tree, (node) => kinds.push(node.kind));
    expect(kinds).toEqual([
      "op", "op", "extract", "shuffle", "splat", "ref", "splat", "ref", "const", "bitcast", "convert", "simdReduce", "splat", "op", "ref", "ref", "ref",
    ]);
  });

  it("mapping rewrites bottom up, and keeps the tree where nothing changes", () => {
    expect(mapExpr(tree, (node) => node)).toBe(tree);
    const swapped = mapExpr(tree, (node) => (node.kind === "ref" ? { ...node, name: node.name === "a" ? "b" : "a" } : node));
    expect(printExpr(swapped)).toBe(printExpr(tree).replaceAll("a", "#").replaceAll(/\bb\b/g, "a").replaceAll("#", "b")
      .replace("bdd", "add").replaceAll("splbt", "splat").replace("extrbct", "extract").replace("bitcbst", "bitcast").replace("flobt", "float"));
  });

  it("substitution is simultaneous", () => {
    expect(printExpr(substitute(add(a, mul(b, a)), new Map<string, Expr>([["a", b], ["b", int(7)]])))).toBe("b + (7 * b)");
  });
});

describe("statements", () => {
  it("every statement and expression is visited", () => {
    const kinds: string[] = [];
    forEachStmt(everyStatement().body, ({ kind }) => kinds.push(kind));
    expect(kinds).toEqual(["for", "let", "var", "while", "load", "assign", "if", "store", "store", "barrier"]);
    const names = new Set<string>();
    forEachExprIn(everyStatement().body, (node) => { if (node.kind === "ref" || node.kind === "scalar") names.add(node.name); });
    expect([...names].sort()).toEqual(["count0", "held0", "i0", "n", "v0"]);
  });

  it("mapping keeps the body where nothing changes, and shares what stays", () => {
    const kernel = everyStatement();
    expect(mapStmts(kernel.body, (statement) => statement)).toBe(kernel.body);
    expect(mapExprsIn(kernel.body, (expr) => expr)).toBe(kernel.body);
    expect(withBody(kernel, kernel.body)).toBe(kernel);
    const without = mapStmts(kernel.body, (statement) => (statement.kind === "barrier" ? [] : statement));
    const [loop, shorter] = [at(kernel.body, 0), at(without, 0)];
    if (loop.kind !== "for" || shorter.kind !== "for") throw new Error("a loop is expected");
    expect(shorter.body).toEqual(loop.body.slice(0, -1));
    expect(at(shorter.body, 3)).toBe(at(loop.body, 3));
  });

  it("mapping can make several statements of one", () => {
    const doubled = mapStmts(everyStatement().body, (statement) => (statement.kind === "barrier" ? [statement, statement] : statement));
    const kinds: string[] = [];
    forEachStmt(doubled, ({ kind }) => kinds.push(kind));
    expect(kinds.filter((kind) => kind === "barrier").length).toBe(2);
  });

  it("mapping reaches every expression: index, mask, bounds, conditions, values", () => {
    const kernel = everyStatement();
    const shifted = mapExprsIn(kernel.body, (node) => (node.kind === "scalar" ? int(9) : node.kind === "const" && node.value === 7 ? int(8) : node));
    expect(printKernel(withBody(kernel, shifted))).toBe(
      printKernel(kernel).replaceAll(".. n", ".. 9").replaceAll("* n", "* 9").replace("i0 < 7", "i0 < 8"));
  });

  it("a body can stand twice when its declarations are renamed", () => {
    const kernel = everyStatement();
    const loop = at(kernel.body, 0);
    if (loop.kind !== "for") throw new Error("a loop is expected");
    const copy = renameDeclarations(loop.body, freshNames(kernel));
    const twice: Kernel = { ...kernel, body: [{ ...loop, body: [...loop.body, ...copy] }] };
    verifyKernel(twice);
    const once = printKernel(kernel).split("\n").slice(5, -2).join("\n");
    const second = printKernel(twice).split("\n").slice(5 + once.split("\n").length, -2).join("\n");
    expect(second).toBe(once.replaceAll("held0", "held1").replaceAll("count0", "count1").replaceAll("v0", "v1"));
  });

  it("renaming leaves alone what is declared outside", () => {
    const kernel = new KernelBuilder("outside");
    kernel.buffer("x", { dtype: "int32", length: 4, access: "write" });
    const sum = kernel.var(int(0), "sum");
    kernel.for("serial", 0, 4, 1, (i) => kernel.assign(sum, add(sum, i)));
    const { body } = kernel.build();
    const copy = renameDeclarations(body.slice(1), (name) => `${name}x`);
    expect(printKernel({ ...kernel.build(), body: copy })).toContain("for serial i0x in 0 .. 4 {\n    sum0 = sum0 + i0x");
  });

  it("replaces loop indices and other names in statements", () => {
    const kernel = everyStatement();
    const loop = at(kernel.body, 0);
    if (loop.kind !== "for") throw new Error("a loop is expected");
    const body = substituteIn(loop.body, new Map<string, Expr>([["i0", int(2)], ["count0", boolean(true)]]));
    const names = new Set<string>();
    forEachExprIn(body, (node) => { if (node.kind === "ref") names.add(node.name); });
    expect([...names].sort()).toEqual(["held0", "v0"]);
  });

  it("names the whole kernel", () => {
    const kernel = everyStatement();
    expect([...namesIn(kernel)].sort()).toEqual(["count0", "held0", "i0", "n", "v0", "x"]);
    const fresh = freshNames(kernel);
    expect([fresh("i0"), fresh("i"), fresh("x"), fresh("v0")]).toEqual(["i1", "i2", "x0", "v1"]);
  });
});
