/**
 * @file Makes kernels shorter without changing a result: the integer rules of `simplify-rules.ts`, branches and loops whose
 * course is known, Lets used once (`inline-lets.ts`), and statements that nothing uses. Repeats until nothing changes, so
 * that simplifying twice is simplifying once. Returns the kernel itself where there is nothing to do.
 */

import { assertNever, at, InternalError } from "../base/assert.ts";
import { isFloatValue, scalarOps } from "../base/scalar-ops.ts";
import { inlineLets } from "./inline-lets.ts";
import { not } from "./expressions.ts";
import { analyzeRanges, rangeOf } from "./range.ts";
import type { RangeFacts } from "./range.ts";
import { simplifyRules } from "./simplify-rules.ts";
import type { SimplifyFacts, SimplifyRule } from "./simplify-rules.ts";
import type { Expr, ForStmt, Kernel, Stmt } from "./types.ts";
import { exprsOf, forEachExpr, forEachStmt, mapExpr, mapExprsOf, mapStmts, mentionsAny, substituteIn, withBody } from "./walk.ts";

/** Rounds and rewrites per node after which a rule set is taken to run in circles. */
const maxRounds = 200;

/** The kernel, simplified as far as the rules reach. A test may leave rules out. */
export function simplifyKernel(kernel: Kernel, rules: readonly SimplifyRule[] = simplifyRules): Kernel {
  if (rules === simplifyRules && simplified.has(kernel)) return kernel;
  const index = indexOf(rules);
  let current = kernel;
  for (let round = 0; round < maxRounds; round += 1) {
    const next = simplifyOnce(current, index);
    if (next === current) {
      if (rules === simplifyRules) simplified.add(current);
      return current;
    }
    current = next;
  }
  throw new InternalError(`simplifying ${kernel.name} does not come to an end`);
}

/** Kernels that all rules leave as they are. */
const simplified = new WeakSet<Kernel>();

/** Rules in their order: those for each op on integers and on floats, and those for expressions that are neither ops nor constants. */
interface RuleIndex {
  readonly integers: RulesByOp;
  readonly floats: RulesByOp;
  readonly others: readonly SimplifyRule[];
}

type RulesByOp = ReadonlyMap<string, readonly SimplifyRule[]>;

const indices = new WeakMap<readonly SimplifyRule[], RuleIndex>();

function indexOf(rules: readonly SimplifyRule[]): RuleIndex {
  const known = indices.get(rules);
  if (known !== undefined) return known;
  const index: RuleIndex = {
    integers: rulesByOp(rules), floats: rulesByOp(rules.filter(({ operands }) => operands === "any")),
    others: rules.filter(({ ops }) => ops === "all" || ops === "others"),
  };
  indices.set(rules, index);
  return index;
}

function rulesByOp(rules: readonly SimplifyRule[]): RulesByOp {
  return new Map(Object.keys(scalarOps).map((name) => [
    name, rules.filter(({ ops }) => ops === "all" || (ops !== "others" && ops.some((op) => op === name))),
  ]));
}

function simplifyOnce(kernel: Kernel, rules: RuleIndex): Kernel {
  const facts = gatherFacts(kernel);
  const rewritten = mapStmts(kernel.body, (statement) => {
    const simpler = mapExprsOf(statement, (expr) => mapExpr(expr, (node) => rewriteNode(node, facts, rules)));
    return knownCourse(simpler, facts.ranges);
  });
  return withBody(kernel, removeUnused(inlineLets(rewritten)));
}

/** One expression, its operands simplified already, by the first rules that say something. */
function rewriteNode(expr: Expr, facts: SimplifyFacts, rules: RuleIndex): Expr {
  let current = expr;
  for (let round = 0; round < maxRounds; round += 1) {
    const next = firstRewrite(current, facts, rules);
    if (next === null) return current;
    current = next;
  }
  throw new InternalError("rules of simplifyKernel rewrite each other's results");
}

function firstRewrite(expr: Expr, facts: SimplifyFacts, index: RuleIndex): Expr | null {
  if (expr.kind === "const") return null;
  const rules = rulesFor(expr, index);
  for (const { rewrite } of rules) {
    const simpler = rewrite(expr, facts);
    if (simpler !== null) return simpler;
  }
  return null;
}

function rulesFor(expr: Expr, { integers, floats, others }: RuleIndex): readonly SimplifyRule[] {
  if (expr.kind !== "op") return others;
  return (isFloatValue(at(expr.args, -1).type.dtype) ? floats : integers).get(expr.op) ?? [];
}

function gatherFacts(kernel: Kernel): SimplifyFacts {
  const variables = new Set<string>();
  forEachStmt(kernel.body, (statement) => {
    if (statement.kind === "var") variables.add(statement.name);
  });
  const definitions = new Map<string, Expr>();
  const loops = new Map<string, { begin: Expr; end: Expr }>();
  forEachStmt(kernel.body, (statement) => {
    if (statement.kind === "let" && !mentionsAny(statement.value, variables)) definitions.set(statement.name, statement.value);
    if (statement.kind !== "for") return;
    const { begin, end } = statement;
    if (!mentionsAny(begin, variables) && !mentionsAny(end, variables)) loops.set(statement.index, { begin, end });
  });
  return {
    ranges: analyzeRanges(kernel),
    definition: (name) => definitions.get(name) ?? null,
    loopBounds: (name) => loops.get(name) ?? null,
  };
}

/** The statement without branches that are never taken and loops that run never or once. */
function knownCourse(statement: Stmt, ranges: RangeFacts): Stmt | readonly Stmt[] {
  switch (statement.kind) {
    case "if": {
      const { condition, then, otherwise } = statement;
      if (condition.kind === "const") return condition.value === 0 ? otherwise : then;
      if (then.length > 0) return statement;
      return otherwise.length === 0 ? [] : { ...statement, condition: not(condition), then: otherwise, otherwise: [] };
    }
    case "while": {
      const { condition, before } = statement;
      return condition.kind === "const" && condition.value === 0 ? before : statement;
    }
    case "for": return knownTrips(statement, ranges);
    case "let": case "var": case "assign": case "load": case "store": case "barrier": case "subgroup": return statement;
    default: return assertNever(statement, "statement");
  }
}

/** Grid and local loops stay: they say how a kernel is dispatched. */
function knownTrips(loop: ForStmt, ranges: RangeFacts): Stmt | readonly Stmt[] {
  if (loop.loop === "grid" || loop.loop === "local") return loop;
  const begin = rangeOf(loop.begin, ranges);
  const end = rangeOf(loop.end, ranges);
  if (loop.body.length === 0 || end.high <= begin.low) return [];
  const runsOnce = begin.low === begin.high && end.low > begin.low && end.high <= begin.high + loop.step;
  if (!runsOnce || loop.begin.kind !== "const") return loop;
  return substituteIn(loop.body, new Map([[loop.index, loop.begin]]));
}

/** The statements without Lets, Loads and variables that nothing reads. */
function removeUnused(body: readonly Stmt[]): readonly Stmt[] {
  const used = new Set<string>();
  forEachStmt(body, (statement) => {
    // A variable that only its own assignments read is unused.
    const own = statement.kind === "assign" ? statement.name : null;
    for (const expr of exprsOf(statement)) {
      forEachExpr(expr, (node) => {
        if (node.kind === "ref" && node.name !== own) used.add(node.name);
      });
    }
  });
  return mapStmts(body, (statement) => {
    const named = statement.kind === "let" || statement.kind === "load" || statement.kind === "var" || statement.kind === "assign";
    return named && !used.has(statement.name) ? [] : statement;
  });
}
