/**
 * @file Memory in whole words: for targets that cannot store a byte, a bool or 16 bits. A bool is uint32, 0 or 1; an 8- or
 * 16-bit integer is the 32-bit one of its sign, wrapped when it is stored. Values stay what they are.
 */

import { constant, convert, ne, ref, scalarParam, simdType } from "../kernel/expressions.ts";
import { wrapped } from "../kernel/storage.ts";
import type { ArrayDecl, BufferParam, Kernel, ScalarParam, Stmt, StorageDType } from "../kernel/types.ts";
import { freshNames, mapExprsIn, mapSame, mapStmts } from "../kernel/walk.ts";

/** The kernel with every buffer, array and scalar parameter in words. float16 and bfloat16 must have been made uint16. */
export function storeAsWords(kernel: Kernel): Kernel {
  return storeBoolsAsWords(storeNarrowAsWords(kernel));
}

// Integers ---------------------------------------------------------------------------------------------------------------

function wordOf(dtype: StorageDType): "int32" | "uint32" | null {
  switch (dtype) {
    case "int8": case "int16": return "int32";
    case "uint8": case "uint16": return "uint32";
    case "bool": case "int32": case "uint32": case "float16": case "bfloat16": case "float32": case "float64": return null;
  }
}

function storeNarrowAsWords(kernel: Kernel): Kernel {
  const narrow = new Map<string, StorageDType>();
  for (const { name, dtype } of kernel.buffers) if (wordOf(dtype) !== null) narrow.set(name, dtype);
  if (narrow.size === 0) return kernel;
  const body = mapStmts(kernel.body, (statement): Stmt => {
    const dtype = statement.kind === "store" ? narrow.get(statement.buffer) : undefined;
    return statement.kind === "store" && dtype !== undefined ? { ...statement, value: wrapped(statement.value, dtype) } : statement;
  });
  const buffers = kernel.buffers.map((buffer): BufferParam => ({ ...buffer, dtype: wordOf(buffer.dtype) ?? buffer.dtype }));
  return { ...kernel, buffers, body };
}

// Bools ------------------------------------------------------------------------------------------------------------------

function storeBoolsAsWords(kernel: Kernel): Kernel {
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
