/**
 * @file float16 and bfloat16 arrays on targets that hold them as 16-bit words: a load makes a float32 of the bits and a
 * store rounds to the nearest (ties to even), both in integer ops. Bits of a NaN become a NaN, any NaN the quiet one.
 */

import { ref } from "../kernel/expressions.ts";
import { fromHalfBits, toHalfBits, type HalfDType } from "../kernel/half-floats.ts";
import type { Expr, Kernel, LoadStmt, Stmt, StoreStmt } from "../kernel/types.ts";
import { freshNames, mapStmts } from "../kernel/walk.ts";

/** The kernel with its float16 and bfloat16 buffers as uint16 buffers of their bits. */
export function expandHalfStorage(kernel: Kernel): Kernel {
  const halves = new Map<string, HalfDType>();
  for (const { name, dtype } of kernel.buffers) {
    if (dtype === "float16" || dtype === "bfloat16") halves.set(name, dtype);
  }
  if (halves.size === 0) return kernel;
  const fresh = freshNames(kernel);
  const body = mapStmts(kernel.body, (statement) => {
    if (statement.kind !== "load" && statement.kind !== "store") return statement;
    const dtype = halves.get(statement.buffer);
    if (dtype === undefined) return statement;
    return statement.kind === "load" ? loadOfBits(statement, dtype, fresh) : storeOfBits(statement, dtype, fresh);
  });
  const buffers = kernel.buffers.map((buffer) => (halves.has(buffer.name) ? { ...buffer, dtype: "uint16" as const } : buffer));
  return { ...kernel, buffers, body };
}

function loadOfBits(load: LoadStmt, dtype: HalfDType, fresh: (hint: string) => string): readonly Stmt[] {
  const bits = fresh("bits");
  const type = { dtype: "uint32" as const, width: load.type.width };
  const named = ref(bits, type);
  return [{ ...load, name: bits, type }, { kind: "let", name: load.name, value: fromHalfBits(named, dtype) }];
}

function storeOfBits(store: StoreStmt, dtype: HalfDType, fresh: (hint: string) => string): readonly Stmt[] {
  const statements: Stmt[] = [];
  const name = (value: Expr, hint: string): Expr => {
    const unique = fresh(hint);
    statements.push({ kind: "let", name: unique, value });
    return ref(unique, value.type);
  };
  const value = toHalfBits(store.value, dtype, name);
  return [...statements, { ...store, value }];
}
