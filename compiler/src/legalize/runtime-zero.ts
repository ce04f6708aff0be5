/**
 * @file A uint32 parameter that is 0, which the target's compiler cannot know. Or-ing it to the bits of a float hides them:
 * NaN, infinities and -0, which WGSL refuses or loses as constants, and the places where float32 has to be rounded.
 */

import { at, invariant } from "../base/assert.ts";
import { float32ToBits } from "../base/float-bits.ts";
import { bitcast, constant, or, ref, scalarParam, splat } from "../kernel/expressions.ts";
import type { ArrayDecl, Expr, Kernel, RefExpr, Stmt } from "../kernel/types.ts";
import { freshNames, mapExprsIn, mapSame, mapStmts } from "../kernel/walk.ts";

/** The scalar parameter. The host gives 0. */
const runtimeZeroName = "runtimeZero";

/** The kernel without float32 constants that are NaN, infinite or -0, in tables too, and without roundFloat32. */
export function hideFloatBits(kernel: Kernel): Kernel {
  invariant(!kernel.scalars.some(({ name }) => name === runtimeZeroName), `${kernel.name} has a ${runtimeZeroName} already`);
  const fresh = freshNames(kernel);
  const zero = scalarParam(runtimeZeroName, "uint32");
  const hidden = (bits: Expr): Expr => bitcast(or(bits, splat(zero, bits.type.width)), "float32");

  const constants = new Map<string, { readonly ref: RefExpr; readonly declaration: Stmt }>();
  const named = (value: number): RefExpr => {
    const hint = hintFor(value);
    const known = constants.get(hint);
    if (known !== undefined) return known.ref;
    const declared: RefExpr = ref(fresh(hint), { dtype: "float32", width: 1 });
    const bits = constant(float32ToBits(value), "uint32");
    constants.set(hint, { ref: declared, declaration: { kind: "let", name: declared.name, value: hidden(bits) } });
    return declared;
  };

  let usesZero = false;
  const tables = tablesAsBits(kernel);
  const body = mapExprsIn(tables.body, (expr) => {
    if (expr.type.dtype !== "float32") return expr;
    if (expr.kind === "const" && isUnwritable(expr.value)) {
      return splat(named(expr.value), expr.type.width);
    }
    if (expr.kind !== "op" || expr.op !== "roundFloat32") return expr;
    usesZero = true;
    return hidden(bitcast(at(expr.args, 0), "uint32"));
  });
  const declarations = [...constants.values()].map(({ declaration }) => declaration);
  if (declarations.length === 0 && !usesZero) return tables;
  return {
    ...tables,
    scalars: [...tables.scalars, { name: runtimeZeroName, dtype: "uint32" }],
    body: declarations.length === 0 ? body : [...declarations, ...body],
  };
}

function isUnwritable(value: number): boolean {
  return !Number.isFinite(value) || Object.is(value, -0);
}

function hintFor(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (value === 0) return "negativeZero";
  return value > 0 ? "infinity" : "negativeInfinity";
}

/** Float tables that hold such values become tables of bits, and loads from them bitcasts. */
function tablesAsBits(kernel: Kernel): Kernel {
  const changed = new Set<string>();
  const arrays = mapSame(kernel.arrays, (array): ArrayDecl => {
    if (array.dtype !== "float32" || array.values === null || !array.values.some(isUnwritable)) return array;
    changed.add(array.name);
    return { ...array, dtype: "uint32", values: array.values.map(float32ToBits) };
  });
  if (changed.size === 0) return kernel;
  const fresh = freshNames(kernel);
  const body = mapStmts(kernel.body, (statement): Stmt | readonly Stmt[] => {
    if (statement.kind !== "load" || !changed.has(statement.buffer)) return statement;
    const bits = ref(fresh("bits"), { dtype: "uint32", width: statement.type.width });
    return [
      { ...statement, name: bits.name, type: bits.type },
      { kind: "let", name: statement.name, value: bitcast(bits, "float32") },
    ];
  });
  return { ...kernel, arrays, body };
}
