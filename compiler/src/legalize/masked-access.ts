/** @file Masked loads and stores of single elements as conditional ones, for targets that have no masks. */

import { constant, ref } from "../kernel/expressions.ts";
import type { Kernel, Stmt } from "../kernel/types.ts";
import { freshNames, mapStmts, withBody } from "../kernel/walk.ts";

/** The kernel without masks. Vector accesses must have been made scalar. */
export function expandMasks(kernel: Kernel): Kernel {
  const fresh = freshNames(kernel);
  const body = mapStmts(kernel.body, (statement): Stmt | readonly Stmt[] => {
    if ((statement.kind !== "load" && statement.kind !== "store") || statement.mask === null) return statement;
    const access: Stmt = { ...statement, mask: null };
    if (access.kind === "store") return { kind: "if", condition: statement.mask, then: [access], otherwise: [] };
    const { name, type } = access;
    const loaded = fresh("loaded");
    const assign: Stmt = { kind: "assign", name, value: ref(loaded, type) };
    return [
      { kind: "var", name, type, init: constant(0, type.dtype, type.width) },
      { kind: "if", condition: statement.mask, then: [{ ...access, name: loaded }, assign], otherwise: [] },
    ];
  });
  return withBody(kernel, body);
}
