/**
 * @file Makes explicit vector code of `simd` loops. A loop becomes one over vectors of `width` iterations and one, scalar,
 * over what is left; a loop that cannot is left alone, with a note that says why. Results stay the same, bit for bit: an
 * iteration computes what it computed before, and touches no memory that it did not touch before.
 */

import { InternalError } from "../base/assert.ts";
import { add, and, constant, div, int, max, mul, ref, sub } from "../kernel/expressions.ts";
import { simplifyKernel } from "../kernel/simplify.ts";
import type { Expr, ForStmt, Kernel, Stmt } from "../kernel/types.ts";
import { exprsOf, forEachExpr, forEachStmt, freshNames, mapBodiesOf, withBody } from "../kernel/walk.ts";
import { analyzeLaneVariance, type LaneVariance } from "./lane-variance.ts";
import { vectorBody } from "./vector-body.ts";

/** Why a simd loop stays scalar. */
export interface VectorizeNote {
  /** The index of the loop. */
  readonly loop: string;
  readonly reason: string;
}

export interface VectorizedKernel {
  readonly kernel: Kernel;
  readonly notes: readonly VectorizeNote[];
}

const widths: readonly number[] = [2, 4, 8, 16];

/** The kernel with its simd loops in vectors of `width` elements: 2, 4, 8 or 16, whatever the dtype and the target. */
export function vectorize(kernel: Kernel, width: number): VectorizedKernel {
  if (!widths.includes(width)) throw new InternalError(`vectors of ${width} elements`);
  const notes: VectorizeNote[] = [];
  const fresh = freshNames(kernel);
  const variables = variablesOf(kernel);
  const inBody = (body: readonly Stmt[]): readonly Stmt[] => body.flatMap((statement) => {
    if (statement.kind !== "for" || statement.loop !== "simd") return [mapBodiesOf(statement, inBody)];
    const variance = analyzeLaneVariance(statement);
    const reason = obstacle(statement, width, variance);
    if (reason === null) return vectorLoops(statement, width, variance, fresh, variables);
    notes.push({ loop: statement.index, reason });
    return [mapBodiesOf(statement, inBody)];
  });
  const vectorized = withBody(kernel, inBody(kernel.body));
  return { kernel: notes.length === countSimdLoops(kernel) ? kernel : simplifyKernel(vectorized), notes };
}

function variablesOf(kernel: Kernel): ReadonlySet<string> {
  const names = new Set<string>();
  forEachStmt(kernel.body, (statement) => {
    if (statement.kind === "var") names.add(statement.name);
  });
  return names;
}

function countSimdLoops(kernel: Kernel): number {
  let count = 0;
  forEachStmt(kernel.body, (statement) => {
    if (statement.kind === "for" && statement.loop === "simd") count += 1;
  });
  return count;
}

/** What keeps a loop scalar, in words, or null. */
function obstacle(loop: ForStmt, width: number, variance: LaneVariance): string | null {
  if (constantTrips(loop) < width) return `it has fewer than ${width} iterations`;
  const declared = new Set<string>();
  let reason: string | null = null;
  forEachStmt(loop.body, (statement) => {
    reason ??= statementObstacle(statement, declared, variance);
  });
  return reason;
}

function constantTrips({ begin, end, step }: ForStmt): number {
  return begin.kind === "const" && end.kind === "const" ? Math.ceil((end.value - begin.value) / step) : Infinity;
}

function statementObstacle(statement: Stmt, declared: Set<string>, variance: LaneVariance): string | null {
  switch (statement.kind) {
    case "barrier": case "subgroup": return "it contains a barrier";
    case "for":
      if (statement.loop === "simd") return `it contains the simd loop ${statement.index}`;
      if (statement.loop === "grid" || statement.loop === "local") return `it contains the ${statement.loop} loop ${statement.index}`;
      break;
    case "var":
      declared.add(statement.name);
      break;
    case "assign":
      if (!declared.has(statement.name)) return `it assigns ${statement.name}, which is declared outside`;
      break;
    case "store":
      if (variance.stride(statement.index) === 0) return `every iteration stores to one element of ${statement.buffer}`;
      break;
    case "load":
      if (statement.type.width > 1) return `${statement.name} is a vector already`;
      break;
    case "let": case "while": case "if": break;
  }
  return exprsOf(statement).some(hasVector) ? "it computes with vectors already" : null;
}

function hasVector(expr: Expr): boolean {
  let found = false;
  forEachExpr(expr, ({ type }) => {
    found ||= type.width > 1;
  });
  return found;
}

/** The loop over whole vectors, and the one over the rest. */
function vectorLoops(
  loop: ForStmt, width: number, variance: LaneVariance, fresh: (name: string) => string, variables: ReadonlySet<string>,
): readonly Stmt[] {
  const statements: Stmt[] = [];
  const named = (value: Expr, hint: string): Expr => {
    const isFixed = value.kind === "const" || value.kind === "scalar" || (value.kind === "ref" && !variables.has(value.name));
    if (isFixed) return value;
    const name = fresh(hint);
    statements.push({ kind: "let", name, value });
    return ref(name, value.type);
  };
  const { step } = loop;
  const begin = named(loop.begin, "begin");
  const end = named(loop.end, "end");
  const span = max(sub(end, begin), 0);
  const trips = step === 1 ? span : div(add(span, step - 1), step);
  // A multiple of a power of two has its lower bits clear, for trips that are not negative.
  const wholeTrips = trips.kind === "const" ? int(trips.value - (trips.value % width)) : and(trips, -width);
  const wholeEnd = named(add(begin, mul(wholeTrips, step)), "wholeEnd");

  const index = fresh(loop.index);
  const lanes = fresh("lanes");
  statements.push({ kind: "let", name: lanes, value: mul(laneNumbers(width), constant(step, "int32", width)) });
  const body = vectorBody(loop, width, variance, fresh, index, ref(lanes, { dtype: "int32", width }));
  statements.push({ kind: "for", loop: "serial", index, begin, end: wholeEnd, step: step * width, body });
  const isWhole = wholeEnd.kind === "const" && end.kind === "const" && wholeEnd.value >= end.value;
  if (!isWhole) statements.push({ ...loop, loop: "serial", begin: wholeEnd, end });
  return statements;
}

/** 0, 1, 2, ...: sums of vectors that alternate between 0 and a power of two. */
function laneNumbers(width: number): Expr {
  const zero = constant(0, "int32", width);
  let total: Expr = zero;
  for (let bit = 1; bit < width; bit *= 2) {
    const lanes = Array.from({ length: width }, (_, lane) => ((lane & bit) === 0 ? 0 : width));
    const part: Expr = { kind: "shuffle", type: zero.type, a: zero, b: constant(bit, "int32", width), lanes };
    total = add(total, part);
  }
  return total;
}
