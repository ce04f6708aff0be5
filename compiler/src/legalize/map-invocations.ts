/**
 * @file Gives a kernel the one shape in which a grid target runs it: a single grid loop from 0 over workgroups, whose end
 * is a number that the host can compute, around code for the invocations of a workgroup.
 *
 * - A nest of grid loops becomes one, so that the host may fold any number of workgroups into its dispatch limits. A kernel
 *   without a grid loop becomes one workgroup.
 * - A kernel without local loops has independent grid iterations. 64 of them make a workgroup; a simd loop that is all
 *   of an iteration joins the nest, or, where its bounds depend on the iteration, is shared out among 64 invocations.
 */

import { InternalError, required } from "../base/assert.ts";
import { byteSize } from "../base/dtype.ts";
import { add, div, int, lt, max, mul, ref, rem, scalarType, sub } from "../kernel/expressions.ts";
import type { Expr, ForStmt, Kernel, Stmt } from "../kernel/types.ts";
import { stableMemory } from "../kernel/uniformity.ts";
import { forEachExpr, forEachStmt, freshNames, hasLoop, mapBodiesOf, mapStmts, substitute } from "../kernel/walk.ts";

/** Invocations per workgroup where a kernel leaves the choice. */
const mappedWorkgroup = 64;
/** WGSL promises this much memory for the local arrays of one invocation. */
const localBytes = 8192;

/** Loops whose iterations are independent and whose bounds the host knows, with the statements around their bodies. */
interface Nest {
  readonly loops: readonly ForStmt[];
  /** Lets and loads that stood beside the loops, outermost first. */
  readonly prefix: readonly Stmt[];
  readonly body: readonly Stmt[];
}

export function mapInvocations(kernel: Kernel): Kernel {
  const fresh = freshNames(kernel);
  const toHost = hostValues(kernel);
  const grid = gridNest(kernel, toHost);
  const mapped = hasLoop(kernel.body, "local") ? null : mapToInvocations(kernel, grid, fresh, toHost);
  return {
    ...kernel,
    arrays: mapped === null ? kernel.arrays : kernel.arrays.map((array) =>
      array.space === "workgroup" ? { ...array, space: "local" } : array),
    workgroup: mapped === null ? kernel.workgroup : mappedWorkgroup,
    body: runSerially(mapped ?? perWorkgroup(grid, fresh, toHost)),
  };
}

// ---------------------------------------------------------------------------------------------------------------------
// What the host knows

type FreshName = (hint: string) => string;
type HostValue = (expr: Expr) => Expr | null;

/** Gives an expression as one over constants and scalar parameters, or null where it depends on anything else. */
function hostValues(kernel: Kernel): HostValue {
  const known = new Map<string, Expr>();
  const toHost: HostValue = (expr) => {
    const value = substitute(expr, known);
    let hasName = false;
    forEachExpr(value, (node) => { hasName ||= node.kind === "ref"; });
    return hasName ? null : value;
  };
  forEachStmt(kernel.body, (statement) => {
    if (statement.kind !== "let") return;
    const value = toHost(statement.value);
    if (value !== null) known.set(statement.name, value);
  });
  return toHost;
}

function isKnown(loop: ForStmt, toHost: HostValue): boolean {
  return toHost(loop.begin) !== null && toHost(loop.end) !== null;
}

/** The grid loops. An inner one whose bounds the host does not know stays in the body. */
function gridNest(kernel: Kernel, toHost: HostValue): Nest {
  let nest: Nest = { loops: [], prefix: [], body: kernel.body };
  for (;;) {
    const loop = nest.body.find((statement): statement is ForStmt => statement.kind === "for" && statement.loop === "grid");
    if (loop === undefined) return nest;
    if (!isKnown(loop, toHost)) {
      if (nest.loops.length > 0) return nest;
      throw new InternalError(`${kernel.name}: the host cannot compute the bounds of the grid loop ${loop.index}`);
    }
    nest = {
      loops: [...nest.loops, loop],
      prefix: [...nest.prefix, ...nest.body.filter((statement) => statement !== loop)],
      body: loop.body,
    };
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// Shapes

/** One workgroup per grid iteration. */
function perWorkgroup(nest: Nest, fresh: FreshName, toHost: HostValue): readonly Stmt[] {
  const group = ref(fresh("group"), scalarType("int32"));
  const { setup, total, indices } = iterationSpace(nest.loops, group, fresh, toHost);
  return [...setup, loopOver("grid", group.name, total, [...indices, ...nest.prefix, ...nest.body])];
}

/** The body for a kernel without local loops that makes use of many invocations; null where there is nothing to share out. */
function mapToInvocations(kernel: Kernel, grid: Nest, fresh: FreshName, toHost: HostValue): readonly Stmt[] | null {
  const arrays = kernel.arrays.filter(({ space }) => space !== "constant");
  if (arrays.reduce((bytes, { dtype, length }) => bytes + length * byteSize(dtype), 0) > localBytes) return null;
  const simd = onlySimdLoop(grid.body, stableMemory(kernel));
  if (simd !== null && !isKnown(simd.loop, toHost)) {
    return perWorkgroup({ ...grid, body: [...simd.prefix, sharedOut(simd.loop, fresh)] }, fresh, toHost);
  }
  const nest = simd === null ? grid
    : { loops: [...grid.loops, simd.loop], prefix: [...grid.prefix, ...simd.prefix], body: simd.loop.body };
  return nest.loops.length === 0 ? null : perInvocation(nest, fresh, toHost);
}

/** The simd loop that is all a body does, with the lets and loads before it that can be done again at any time. */
function onlySimdLoop(body: readonly Stmt[], stable: ReadonlySet<string>): { loop: ForStmt; prefix: readonly Stmt[] } | null {
  const loop = body[body.length - 1];
  if (loop?.kind !== "for" || loop.loop !== "simd") return null;
  const prefix = body.slice(0, -1);
  const isPure = prefix.every((statement) =>
    statement.kind === "let" || (statement.kind === "load" && stable.has(statement.buffer)));
  return isPure ? { loop, prefix } : null;
}

/** One invocation per iteration of the nest. */
function perInvocation(nest: Nest, fresh: FreshName, toHost: HostValue): readonly Stmt[] {
  const group = ref(fresh("group"), scalarType("int32"));
  const lane = ref(fresh("lane"), scalarType("int32"));
  const iteration = ref(fresh("iteration"), scalarType("int32"));
  const { setup, total, indices } = iterationSpace(nest.loops, iteration, fresh, toHost);
  const own: readonly Stmt[] = [
    { kind: "let", name: iteration.name, value: add(mul(group, mappedWorkgroup), lane) },
    { kind: "if", condition: lt(iteration, total), then: [...indices, ...nest.prefix, ...nest.body], otherwise: [] },
  ];
  const groups = div(add(total, mappedWorkgroup - 1), mappedWorkgroup);
  return [...setup, loopOver("grid", group.name, groups, [loopOver("local", lane.name, int(mappedWorkgroup), own)])];
}

/** A loop of independent iterations, each done by one invocation of a workgroup; neighbours work on neighbours. */
function sharedOut(loop: ForStmt, fresh: FreshName): Stmt {
  const lane = ref(fresh("lane"), scalarType("int32"));
  const own: Stmt = {
    ...loop, loop: "serial", begin: add(loop.begin, mul(lane, loop.step)), step: loop.step * mappedWorkgroup,
  };
  return loopOver("local", lane.name, int(mappedWorkgroup), [own]);
}

function loopOver(loop: ForStmt["loop"], index: string, end: Expr, body: readonly Stmt[]): ForStmt {
  return { kind: "for", loop, index, begin: int(0), end, step: 1, body };
}

/** A nest of loops as one loop over their iterations. */
interface IterationSpace {
  /** Lets that `total` and `indices` use. */
  readonly setup: readonly Stmt[];
  readonly total: Expr;
  /** Lets of the loops' indices. */
  readonly indices: readonly Stmt[];
}

/** `iteration` counts through the nest, the innermost index running fastest. */
function iterationSpace(loops: readonly ForStmt[], iteration: Expr, fresh: FreshName, toHost: HostValue): IterationSpace {
  const setup: Stmt[] = [];
  const named = (value: Expr, hint: string): Expr => {
    if (value.kind === "const" || value.kind === "scalar" || value.kind === "ref") return value;
    const name = fresh(hint);
    setup.push({ kind: "let", name, value });
    return ref(name, value.type);
  };
  const ranges = loops.map((loop) => {
    const begin = required(toHost(loop.begin), "begin of a grid loop");
    const end = required(toHost(loop.end), "end of a grid loop");
    const first = named(begin, "first");
    const extent = sub(end, first);
    const count = loop.step === 1 ? extent : div(add(extent, loop.step - 1), loop.step);
    return { index: loop.index, step: loop.step, first, count: named(max(count, 0), "count") };
  });
  const total = named(ranges.reduce<Expr>((product, { count }) => mul(product, count), int(1)), "total");

  let rest = iteration;
  const indices: Stmt[] = [];
  const placed = (name: string, value: Expr): Expr => {
    indices.push({ kind: "let", name, value });
    return ref(name, value.type);
  };
  for (const [level, { index, step, first, count }] of [...ranges.entries()].reverse()) {
    let position = rest;
    if (level > 0) {
      // No iteration runs where a count is 0; a divisor that shows it needs no guard against dividing by 0.
      const divisor = named(max(count, 1), "divisor");
      position = rem(rest, divisor);
      rest = placed(fresh("rest"), div(rest, divisor));
    }
    placed(index, add(first, mul(position, step)));
  }
  return { setup, total, indices };
}

// ---------------------------------------------------------------------------------------------------------------------

/** Loops that were not mapped run one iteration after the other; what they share of workgroup memory needs a barrier. */
function runSerially(body: readonly Stmt[]): readonly Stmt[] {
  const inGridLoop = (statement: Stmt): Stmt => {
    if (statement.kind !== "for") return statement;
    if (statement.loop === "simd") return { ...statement, loop: "serial" };
    if (statement.loop !== "grid") return statement;
    const end: readonly Stmt[] = hasLoop(statement.body, "local") ? [{ kind: "barrier" }] : [];
    return { ...statement, loop: "serial", body: [...statement.body, ...end] };
  };
  return body.map((statement) => mapBodiesOf(statement, (inner) => mapStmts(inner, inGridLoop)));
}
