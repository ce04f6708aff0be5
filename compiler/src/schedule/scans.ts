/**
 * @file Loops that store on their way what they have folded so far: running sums. Several rows run side by side, neighbouring
 * columns in a strip, and a single row takes several elements at once into its sum.
 */

import { at, InternalError } from "../base/assert.ts";
import { add, int, op, ref, scalarType } from "../kernel/build.ts";
import type { AssignStmt, Expr, ForStmt, Stmt } from "../kernel/types.ts";
import { declaredName, exprsOf, mentionsAny, storesIn, substituteIn } from "../kernel/walk.ts";
import { copyOf, type JamContext } from "./jam.ts";
import { extentOf } from "./nest.ts";
import { foldOf, runningSumsOf } from "./running-sums.ts";

/** Whether the loop stores in order what passes from one iteration to the next. */
export function isScan(loop: ForStmt): boolean {
  return loop.loop === "serial" && storesIn(loop.body).size > 0;
}

/** Elements whose sums are added up beside the running total, so that it waits for one addition per so many. */
const atOnce = 4;

/**
 * The loop with float64 sums that take in several elements at a time, and behind it the iterations that are left; null where
 * something else passes from one iteration to the next. The order of the sum changes.
 */
export function sumSeveral(loop: ForStmt, context: JamContext): readonly Stmt[] | null {
  const extent = extentOf(loop);
  const sums = runningSumsOf(loop);
  if (extent === null || extent < 2 * atOnce || sums.size === 0 || !arePlainSums(loop, sums)) return null;
  const left = extent % atOnce;
  const index = context.fresh(loop.index);
  const body: Stmt[] = [];
  const before = new Map<string, Expr>();
  for (let number = 0; number < atOnce; number++) {
    const { statements, own } = oneOfSeveral(loop, sums, before, context);
    body.push(...substituteIn(statements, new Map([[loop.index, add(ref(index, scalarType("int32")), int(number))]])));
    for (const [name, sum] of own) before.set(name, sum);
  }
  for (const [name, { value }] of sums) body.push({ kind: "assign", name, value: op("add", ref(name, value.type), beforeOf(before, name)) });
  const main: ForStmt = { ...loop, index, end: int(extent - left), step: atOnce, body };
  return left === 0 ? [main] : [main, ...copyOf([{ ...loop, begin: int(extent - left) }], context)];
}

/** Whether nothing that the loop folds or branches on follows from a sum. */
function arePlainSums(loop: ForStmt, sums: ReadonlyMap<string, AssignStmt>): boolean {
  const following = new Set(sums.keys());
  return loop.body.every((statement) => {
    if (statement.kind === "assign") {
      const step = sums.has(statement.name) ? foldOf(statement.name, statement.value) : null;
      return step !== null && statement.value.type.dtype === "float64" && !mentionsAny(step.value, following);
    }
    if (statement.kind !== "let" && statement.kind !== "load" && statement.kind !== "store") return false;
    const name = declaredName(statement);
    if (name !== null && exprsOf(statement).some((expr) => mentionsAny(expr, following))) following.add(name);
    return true;
  });
}

/** One of the iterations: its sums are what it adds to those of the iterations before it in the block. */
function oneOfSeveral(
  loop: ForStmt, sums: ReadonlyMap<string, AssignStmt>, before: ReadonlyMap<string, Expr>, context: JamContext,
): { readonly statements: readonly Stmt[]; readonly own: ReadonlyMap<string, Expr> } {
  let sofar = new Map<string, Expr>();
  const withTotals = (): ReadonlyMap<string, Expr> => new Map([...before, ...sofar].map(([name, sum]) => [name, op("add", ref(name, sum.type), sum)]));
  const places = new Map<string, number>();
  const written = loop.body.map((statement, place): Stmt => {
    const step = statement.kind === "assign" ? foldOf(statement.name, statement.value) : null;
    if (statement.kind !== "assign" || step === null || !sums.has(statement.name)) return at(substituteIn([statement], withTotals()), 0);
    const earlier = before.get(statement.name);
    const sum = ref(context.fresh("sum"), statement.value.type);
    sofar = new Map([...sofar, [statement.name, sum]]);
    places.set(statement.name, place);
    return { kind: "let", name: sum.name, value: earlier === undefined ? step.value : op("add", earlier, step.value) };
  });
  const statements = copyOf(written, context);
  if (statements.length !== written.length) throw new InternalError("a copied iteration has other statements");
  const own = new Map<string, Expr>();
  for (const [name, place] of places) {
    const statement = at(statements, place);
    if (statement.kind !== "let") throw new InternalError("a sum has no name");
    own.set(name, ref(statement.name, statement.value.type));
  }
  return { statements, own };
}

function beforeOf(before: ReadonlyMap<string, Expr>, name: string): Expr {
  const sum = before.get(name);
  if (sum === undefined) throw new InternalError(`${name} is no running sum`);
  return sum;
}
