/**
 * @file `local` arrays on CPUs. Where every index is a constant, the elements become variables (registers) of the loop
 * that uses them. What lives across the local loops of a workgroup stays in memory, one stretch per invocation.
 */

import { add, constant, int, mul, op, ref, scalarType, splat } from "../kernel/expressions.ts";
import type { ArrayDecl, Expr, ForStmt, Kernel, LoadStmt, Stmt, StoreStmt } from "../kernel/types.ts";
import { bodiesOf, forEachStmt, freshNames, mapBodiesOf, mapStmts } from "../kernel/walk.ts";

/** More elements than this would not stay in registers. */
const maxElements = 64;

/** Expects unrolled loops to be expanded. Afterwards no array is `local`, except in a kernel without local loops. */
export function expandLocalArrays(kernel: Kernel): Kernel {
  const localArrays = kernel.arrays.filter(({ space }) => space === "local");
  return localArrays.reduce(expandArray, kernel);
}

function expandArray(kernel: Kernel, array: ArrayDecl): Kernel {
  const fresh = freshNames(kernel);
  const loops = localLoopsOf(kernel.body);
  if (loops.length === 0) return expandWithoutLocalLoops(kernel, array, fresh);

  const users = loops.filter(({ body }) => accessesOf(body, array.name).length > 0);
  const [onlyUser] = users;
  const isPrivate = users.length === 1 && onlyUser !== undefined && writesBeforeReading(onlyUser.body, array.name);
  if (isPrivate && hasConstantIndices(onlyUser.body, array.name)) {
    const body = replaceLoops(kernel.body, (loop) =>
      loop === onlyUser ? { ...loop, body: promote(loop.body, array, "none", fresh) } : loop);
    return { ...kernel, arrays: kernel.arrays.filter((other) => other !== array), body };
  }
  const body = replaceLoops(kernel.body, (loop) => {
    if (!users.includes(loop)) return loop;
    const pays = hasConstantIndices(loop.body, array.name) && isUsedInInnerLoop(loop.body, array.name);
    const promoted = pays ? promote(loop.body, array, "loadAndStore", fresh) : loop.body;
    return { ...loop, body: indexByInvocation(promoted, array, loop.index) };
  });
  const expanded: ArrayDecl = { ...array, space: "workgroup", length: array.length * kernel.workgroup };
  return { ...kernel, arrays: kernel.arrays.map((other) => (other === array ? expanded : other)), body };
}

/** One array per workgroup iteration: variables at the start of the innermost grid loop, or the array as it is. */
function expandWithoutLocalLoops(kernel: Kernel, array: ArrayDecl, fresh: (name: string) => string): Kernel {
  const inInnermostGrid = (body: readonly Stmt[]): readonly Stmt[] => {
    const isGrid = (statement: Stmt): boolean => statement.kind === "for" && statement.loop === "grid";
    if (!body.some(isGrid)) return promote(body, array, "none", fresh);
    return body.map((statement) => (isGrid(statement) ? mapBodiesOf(statement, inInnermostGrid) : statement));
  };
  if (!hasConstantIndices(kernel.body, array.name)) return kernel;
  return { ...kernel, arrays: kernel.arrays.filter((other) => other !== array), body: inInnermostGrid(kernel.body) };
}

type Access = LoadStmt | StoreStmt;

function isAccess(statement: Stmt, array: string): statement is Access {
  return (statement.kind === "load" || statement.kind === "store") && statement.buffer === array;
}

function accessesOf(body: readonly Stmt[], array: string): readonly Access[] {
  const accesses: Access[] = [];
  forEachStmt(body, (statement) => {
    if (isAccess(statement, array)) accesses.push(statement);
  });
  return accesses;
}

function localLoopsOf(body: readonly Stmt[]): readonly ForStmt[] {
  const loops: ForStmt[] = [];
  forEachStmt(body, (statement) => {
    if (statement.kind === "for" && statement.loop === "local") loops.push(statement);
  });
  return loops;
}

/** The statements with their local loops replaced; no local loop stands in another. */
function replaceLoops(body: readonly Stmt[], replace: (loop: ForStmt) => ForStmt): readonly Stmt[] {
  return body.map((statement) =>
    statement.kind === "for" && statement.loop === "local"
      ? replace(statement)
      : mapBodiesOf(statement, (inner) => replaceLoops(inner, replace)));
}

function hasConstantIndices(body: readonly Stmt[], array: string): boolean {
  const accesses = accessesOf(body, array);
  const elements = new Set(accesses.map(elementOf));
  return !elements.has(null) && elements.size <= maxElements;
}

/** The element of a scalar access with a constant index and no mask; else null. */
function elementOf(access: Access): number | null {
  const { index, mask } = access;
  const width = access.kind === "load" ? access.type.width : access.value.type.width;
  return index.kind === "const" && mask === null && width === 1 ? index.value : null;
}

/** Whether every element is stored at the top of the body before anything else touches it. */
function writesBeforeReading(body: readonly Stmt[], array: string): boolean {
  const elements = new Set(accessesOf(body, array).map(elementOf));
  return !elements.has(null) && firstTopStores(body, array).size === elements.size;
}

function isUsedInInnerLoop(body: readonly Stmt[], array: string): boolean {
  let isUsed = false;
  forEachStmt(body, (statement) => {
    const isLoop = statement.kind === "for" || statement.kind === "while";
    if (isLoop && bodiesOf(statement).some((inner) => accessesOf(inner, array).length > 0)) isUsed = true;
  });
  return isUsed;
}

/**
 * The body with a variable per element in place of the array. With "loadAndStore" they start as what memory holds and go
 * back there at the end if they changed; with "none" the array has no memory.
 */
function promote(
  body: readonly Stmt[], array: ArrayDecl, memory: "none" | "loadAndStore", fresh: (name: string) => string,
): readonly Stmt[] {
  const accesses = accessesOf(body, array.name);
  const elements = [...new Set(accesses.map(elementOf))].filter((element) => element !== null).sort((a, b) => a - b);
  const stored = new Set(accesses.filter(({ kind }) => kind === "store").map(elementOf));
  const firstStores = memory === "none" ? firstTopStores(body, array.name) : new Map<number, Stmt>();
  const type = scalarType(array.dtype);
  const names = new Map<number, string>();
  const before: Stmt[] = [];
  const after: Stmt[] = [];
  for (const element of elements) {
    const name = fresh(array.name);
    names.set(element, name);
    if (memory === "none") {
      if (!firstStores.has(element)) before.push({ kind: "var", name, type, init: constant(0, array.dtype) });
      continue;
    }
    const changes = stored.has(element);
    const held = changes ? fresh(array.name) : name;
    before.push({ kind: "load", name: held, type, buffer: array.name, index: int(element), mask: null });
    if (!changes) continue;
    before.push({ kind: "var", name, type, init: ref(held, type) });
    after.push({ kind: "store", buffer: array.name, index: int(element), value: ref(name, type), mask: null });
  }
  const rewritten = mapStmts(body, (statement) => {
    const element = isAccess(statement, array.name) ? elementOf(statement) : null;
    const name = element === null ? undefined : names.get(element);
    if (element === null || name === undefined) return statement;
    if (statement.kind === "load") return { kind: "let", name: statement.name, value: ref(name, type) };
    if (statement.kind !== "store") return statement;
    const value = asStored(statement.value);
    return firstStores.get(element) === statement ? { kind: "var", name, type, init: value } : { kind: "assign", name, value };
  });
  return [...before, ...rewritten, ...after];
}

/** For each element that a store at the top of the body touches before anything else does, that store. */
function firstTopStores(body: readonly Stmt[], array: string): ReadonlyMap<number, Stmt> {
  const touched = new Set<number>();
  const stores = new Map<number, Stmt>();
  for (const statement of body) {
    for (const access of accessesOf([statement], array)) {
      const element = elementOf(access);
      if (element === null || touched.has(element)) continue;
      touched.add(element);
      if (access === statement && access.kind === "store") stores.set(element, statement);
    }
  }
  return stores;
}

/** A store rounds to the array's dtype, and so must the variable in its place where float32 is computed wider. */
function asStored(value: Expr): Expr {
  const isRounded = value.kind === "const" || value.type.dtype !== "float32";
  return isRounded ? value : op("roundFloat32", value);
}

/** Accesses moved to the stretch of the array that belongs to the invocation. */
function indexByInvocation(body: readonly Stmt[], array: ArrayDecl, invocation: string): readonly Stmt[] {
  const start = mul(ref(invocation, scalarType("int32")), array.length);
  return mapStmts(body, (statement) => {
    if (!isAccess(statement, array.name)) return statement;
    return { ...statement, index: add(splat(start, statement.index.type.width), statement.index) };
  });
}
