/**
 * @file A branch inside a parallel loop whose condition no iteration changes, as that of a gather whose index may miss: the test
 * goes outside, and each side gets a loop of its own.
 */

import { declaredName, forEachStmt, mapBodiesOf, mentionsAny, withBody } from "../kernel/walk.ts";
import type { ForStmt, IfStmt, Kernel, Stmt } from "../kernel/types.ts";
import { hoistInvariants } from "./hoist.ts";
import { copyOf, type JamContext } from "./jam.ts";
import { parallelNest } from "./nest.ts";

/** The kernel with such tests outside the innermost parallel loop; the kernel itself where there is none. */
export function unswitch(kernel: Kernel, context: JamContext): Kernel {
  const nest = parallelNest(kernel);
  const innermost = nest.loops.at(-1);
  const mayHave = innermost?.loop === "simd" && nest.body.some(({ kind }) => kind === "if") && nest.body.every(({ kind }) => kind !== "for" && kind !== "while");
  if (!mayHave) return kernel;
  const lifted = hoistInvariants(kernel, context.fresh);
  let found = false;
  const inBody = (body: readonly Stmt[]): readonly Stmt[] => body.flatMap((statement): readonly Stmt[] => {
    if (statement.kind !== "for" || statement.loop !== "simd") return [mapBodiesOf(statement, inBody)];
    const guard = fixedGuard(statement);
    if (guard === null) return [mapBodiesOf(statement, inBody)];
    found = true;
    const side = (chosen: readonly Stmt[]): Stmt => ({ ...statement, body: statement.body.flatMap((each) => (each === guard ? chosen : [each])) });
    return [{ ...guard, then: [side(guard.then)], otherwise: copyOf([side(guard.otherwise)], context) }];
  });
  const body = inBody(lifted.body);
  return found ? withBody(kernel, body) : kernel;
}

/** A branch of the loop's body on something that the loop does not change. */
function fixedGuard(loop: ForStmt): IfStmt | null {
  const varying = new Set([loop.index]);
  forEachStmt(loop.body, (statement) => {
    const name = statement.kind === "assign" ? statement.name : declaredName(statement);
    if (name !== null) varying.add(name);
  });
  return loop.body.find((statement): statement is IfStmt => statement.kind === "if" && !mentionsAny(statement.condition, varying)) ?? null;
}
