/**
 * @file Bools in memory as uint32 words, 0 or 1: for targets that cannot store a byte or a bool. Values stay bools.
 */

import { constant, convert, ne, ref, scalarParam, simdType } from "../kernel/expressions.ts";
import type { ArrayDecl, BufferParam, Kernel, ScalarParam, Stmt } from "../kernel/types.ts";
import { freshNames, mapExprsIn, mapSame, mapStmts } from "../kernel/walk.ts";

/** The kernel with every bool buffer, array and scalar parameter as uint32. */
export function storeBoolsAsWords(kernel: Kernel): Kernel {
  const isBool = ({ dtype }: { readonly dtype: string }): boolean => dtype === "bool";
  const changed = new Set([...kernel.buffers, ...kernel.arrays, ...kernel.scalars].filter(isBool).map(({ name }) => name));
  if (changed.size === 0) return kernel;

  const fresh = freshNames(kernel);
  const withWords = mapStmts(kernel.body, (statement): Stmt | readonly Stmt[] => {
    if (statement.kind === "store" && changed.has(statement.buffer)) {
      return { ...statement, value: convert(statement.value, "uint32") };
    }
    if (statement.kind !== "load" || !changed.has(statement.buffer)) return statement;
    const word = ref(fresh("word"), simdType("uint32", statement.type.width));
    return [
      { ...statement, name: word.name, type: word.type },
      { kind: "let", name: statement.name, value: ne(word, 0) },
    ];
  });
  const body = mapExprsIn(withWords, (expr) =>
    expr.kind === "scalar" && changed.has(expr.name) ? ne(scalarParam(expr.name, "uint32"), constant(0, "uint32")) : expr);

  const asWord = <T extends BufferParam | ArrayDecl | ScalarParam>(declaration: T): T =>
    changed.has(declaration.name) ? { ...declaration, dtype: "uint32" } : declaration;
  return {
    ...kernel,
    buffers: mapSame(kernel.buffers, asWord),
    arrays: mapSame(kernel.arrays, asWord),
    scalars: mapSame(kernel.scalars, asWord),
    body,
  };
}
