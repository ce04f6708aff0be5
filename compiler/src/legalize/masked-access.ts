/**
 * @file Masked loads and stores of single elements for targets that have no masks: stores become conditional; a load reads the
 * first element where it must not read, and its value is not used.
 */

import { constant, int, ref, select } from "../kernel/expressions.ts";
import type { Kernel, Stmt } from "../kernel/types.ts";
import { freshNames, mapStmts, withBody } from "../kernel/walk.ts";

/** The kernel without masks. Vector accesses must have been made scalar. */
export function expandMasks(kernel: Kernel): Kernel {
  const fresh = freshNames(kernel);
  const filled = new Set(kernel.buffers.flatMap(({ name, length }) => (length.kind === "const" && length.value > 0 ? [name] : [])));
  const body = mapStmts(kernel.body, (statement): Stmt | readonly Stmt[] => {
    if ((statement.kind !== "load" && statement.kind !== "store") || statement.mask === null) return statement;
    const access: Stmt = { ...statement, mask: null };
    if (access.kind === "store") return { kind: "if", condition: statement.mask, then: [access], otherwise: [] };
    const { name, type } = access;
    if (filled.has(access.buffer)) {
      const held = fresh("loaded");
      return [
        { ...access, name: held, index: select(statement.mask, access.index, int(0)) },
        { kind: "let", name, value: select(statement.mask, ref(held, type), constant(0, type.dtype, type.width)) },
      ];
    }
    const loaded = fresh("loaded");
    const assign: Stmt = { kind: "assign", name, value: ref(loaded, type) };
    return [
      { kind: "var", name, type, init: constant(0, type.dtype, type.width) },
      { kind: "if", condition: statement.mask, then: [{ ...access, name: loaded }, assign], otherwise: [] },
    ];
  });
  return withBody(kernel, body);
}
