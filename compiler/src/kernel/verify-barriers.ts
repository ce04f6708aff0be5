/**
 * @file Checks that barriers stand where invocations of a workgroup meet in memory: between two local loops (or a load
 * outside any) that use the same workgroup array or written buffer, one of them writing. Loops are followed twice round.
 *
 * It errs on the side of asking for a barrier, with one exception that it can prove: accesses by which invocation `l` of
 * `W` touches only elements `c * l + r + W * c * m` with `r` in [0, c) belong to that invocation, whatever `m` is. Index
 * arithmetic is taken not to wrap.
 */

import { assertNever } from "../base/assert.ts";
import { affineSum, rangeOfSum } from "./affine.ts";
import { analyzeRanges } from "./range.ts";
import type { RangeFacts } from "./range.ts";
import type { Expr, ForStmt, Kernel, LoadStmt, Stmt, StoreStmt } from "./types.ts";
import { stableMemory } from "./uniformity.ts";
import { forEachStmt } from "./walk.ts";

type AccessStmt = LoadStmt | StoreStmt;

interface Access {
  readonly statement: AccessStmt;
  /** Names that share it may be the same memory. */
  readonly memory: string;
  /** The local loop that the access stands in. */
  readonly loop: ForStmt | null;
  /** The `c` of the file's header, where the proof works; else null. */
  readonly ownedChunk: number | null;
}

type Pending = ReadonlySet<Access>;

/** Calls `fail` at the later access of a pair that needs a barrier in between. */
export function checkBarriers(kernel: Kernel, fail: (statement: Stmt, message: string) => never): void {
  if (kernel.workgroup === 1) return;
  const accessOf = accessReader(kernel);

  const meet = (access: Access, pending: Pending): void => {
    for (const earlier of pending) {
      if (conflict(earlier, access)) fail(access.statement, describe(earlier, access));
    }
  };
  const inLocalLoop = (loop: ForStmt, pending: Pending): Pending => {
    const own: Access[] = [];
    forEachStmt(loop.body, (statement) => {
      if (statement.kind !== "load" && statement.kind !== "store") return;
      const access = accessOf(statement, loop);
      if (access === null) return;
      meet(access, pending);
      own.push(access);
    });
    return new Set([...pending, ...own]);
  };
  const inLoop = (loop: ForStmt, pending: Pending): Pending => {
    const once = inBody(loop.body, pending);
    if (loop.loop === "grid") return once;
    const twice = inBody(loop.body, once);
    return new Set([...pending, ...once, ...twice]);
  };
  const inStmt = (statement: Stmt, pending: Pending): Pending => {
    switch (statement.kind) {
      case "let": case "var": case "assign": case "subgroup": return pending;
      case "load": case "store": {
        const access = accessOf(statement, null);
        if (access === null) return pending;
        meet(access, pending);
        return new Set([...pending, access]);
      }
      case "for": return statement.loop === "local" ? inLocalLoop(statement, pending) : inLoop(statement, pending);
      case "while": {
        const tested = inBody(statement.before, pending);
        const testedAgain = inBody(statement.before, inBody(statement.body, tested));
        inBody(statement.body, testedAgain);
        return new Set([...tested, ...testedAgain]);
      }
      case "if": return new Set([...inBody(statement.then, pending), ...inBody(statement.otherwise, pending)]);
      case "barrier": return new Set();
      default: return assertNever(statement, "statement");
    }
  };
  const inBody = (body: readonly Stmt[], pending: Pending): Pending => {
    let state = pending;
    for (const statement of body) state = inStmt(statement, state);
    return state;
  };
  inBody(kernel.body, new Set());
}

function conflict(earlier: Access, later: Access): boolean {
  if (earlier.memory !== later.memory) return false;
  if (earlier.statement.kind === "load" && later.statement.kind === "load") return false;
  const sameName = earlier.statement.buffer === later.statement.buffer;
  return !(sameName && earlier.ownedChunk !== null && earlier.ownedChunk === later.ownedChunk);
}

function describe(earlier: Access, later: Access): string {
  const where = earlier.loop === null ? "outside the local loops" : `in the local loop over ${earlier.loop.index}`;
  const again = earlier === later ? ", in the round before" : "";
  const access = later.statement.kind === "load" ? "read" : "write";
  const meets = earlier.statement.kind === "load" ? "reads" : "writes";
  return `no barrier before this ${access} of ${later.statement.buffer}: another invocation ${meets} it ${where}${again}`;
}

/** Gives the access of a statement, the same object each time; null for memory that needs no barrier. */
function accessReader(kernel: Kernel): (statement: AccessStmt, loop: ForStmt | null) => Access | null {
  const stable = stableMemory(kernel);
  const ranges = analyzeRanges(kernel);
  const definitions = new Map<string, Expr>();
  forEachStmt(kernel.body, (statement) => {
    if (statement.kind === "let") definitions.set(statement.name, statement.value);
  });
  const memories = new Map<string, string>();
  for (const { name, aliasGroup } of kernel.buffers) memories.set(name, aliasGroup === null ? name : `alias group ${aliasGroup}`);
  for (const { name, space } of kernel.arrays) if (space === "workgroup") memories.set(name, name);

  const known = new Map<AccessStmt, Access>();
  return (statement, loop) => {
    const found = known.get(statement);
    if (found !== undefined) return found;
    const memory = memories.get(statement.buffer);
    if (memory === undefined || stable.has(statement.buffer)) return null;
    const ownedChunk = loop === null ? null : chunkOwnedBy(loop.index, kernel.workgroup, statement, definitions, ranges);
    const access: Access = { statement, memory, loop, ownedChunk };
    known.set(statement, access);
    return access;
  };
}

/** The chunk `c` where the access touches only elements that the header's proof gives to invocation `invocation`. */
function chunkOwnedBy(
  invocation: string, workgroup: number, statement: AccessStmt, definitions: ReadonlyMap<string, Expr>, ranges: RangeFacts,
): number | null {
  if (statement.index.type.width !== 1) return null;
  const sum = affineSum(statement.index, (name) => definitions.get(name) ?? null);
  const own = sum.terms.find(({ factor }) => factor.kind === "ref" && factor.name === invocation);
  if (own === undefined || own.coefficient <= 0) return null;
  const chunk = own.coefficient;
  const period = workgroup * chunk;
  const width = statement.kind === "load" ? statement.type.width : statement.value.type.width;
  const offset = ((sum.constant % period) + period) % period;
  const others = sum.terms.filter((term) => term !== own && term.coefficient % period !== 0);
  const rest = rangeOfSum({ terms: others, constant: offset }, ranges);
  return rest.low >= 0 && rest.high + width - 1 < chunk ? chunk : null;
}
