/** @file Expands `unrolled` loops: one copy of the body per iteration, with the index as a constant and fresh names. */

import { at, InternalError } from "../base/assert.ts";
import { int, op } from "./expressions.ts";
import type { Expr, ForStmt, Kernel, Stmt } from "./types.ts";
import { freshNames, mapBodiesOf, mapExprsIn, renameDeclarations, withBody } from "./walk.ts";

export function expandUnrolled(kernel: Kernel): Kernel {
  let fresh: ((name: string) => string) | null = null;
  const freshName = (name: string): string => (fresh ??= freshNames(kernel))(name);
  const expand = (body: readonly Stmt[]): readonly Stmt[] => {
    let changed = false;
    const result: Stmt[] = [];
    for (const statement of body) {
      if (statement.kind === "for" && statement.loop === "unrolled") {
        changed = true;
        for (const copy of copiesOf(statement, freshName)) result.push(...expand(copy));
      } else {
        const inner = mapBodiesOf(statement, expand);
        changed ||= inner !== statement;
        result.push(inner);
      }
    }
    return changed ? result : body;
  };
  return withBody(kernel, expand(kernel.body));
}

/** The bodies of all iterations. An outer loop is expanded first, so that an inner one's bounds have become constants. */
function copiesOf(loop: ForStmt, fresh: (name: string) => string): readonly (readonly Stmt[])[] {
  const { begin, end, step, index, body } = loop;
  if (begin.kind !== "const" || end.kind !== "const") throw new InternalError(`unrolled loop ${index} without constant bounds`);
  const copies: (readonly Stmt[])[] = [];
  for (let iteration = begin.value; iteration < end.value; iteration += step) {
    const withIndex = mapExprsIn(body, (node) => {
      if (node.kind === "ref") return node.name === index ? int(iteration) : node;
      return folded(node);
    });
    copies.push(renameDeclarations(withIndex, fresh));
  }
  return copies;
}

/** The index arithmetic of a node made again, now that its operands may be constants. */
function folded(node: Expr): Expr {
  if (node.kind !== "op" || node.type.dtype !== "int32" || node.args.length !== 2) return node;
  return at(node.args, 0).type.dtype === "int32" ? op(node.op, ...node.args) : node;
}
