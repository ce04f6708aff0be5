/**
 * @file Arrays that are larger than one binding may be: each becomes several windows of it, bound side by side, and every
 * load and store chooses its window. Where these are too many, several kernels share the iterations. For legal kernels, whose
 * operations have names already.
 */

import { at } from "../base/assert.ts";
import { raise } from "../base/errors.ts";
import { add, constant, int, lt, mul, ref, scalarType, splat, sub } from "../kernel/expressions.ts";
import type { BufferParam, Expr, Kernel, KernelType, LoadStmt, Stmt, StoreStmt } from "../kernel/types.ts";
import { analyzeRanges, rangeOf, unionRange, type Range } from "../kernel/range.ts";
import { vectorMemory, vectorWidth } from "../kernel/vectors.ts";
import { forEachStmt, freshNames, mapStmts } from "../kernel/walk.ts";
import type { Capabilities } from "../target.ts";
import { arrayOverBindings } from "./errors.ts";

/** What a binding of the new kernel holds: `count` elements of a buffer of the old one from element `begin`. */
export interface BufferWindow {
  readonly buffer: number;
  readonly begin: number;
  readonly count: number;
}

export interface SplitKernel {
  readonly kernel: Kernel;
  /** One for each buffer of the new kernel. */
  readonly windows: readonly BufferWindow[];
}

/** Elements of a window are a multiple of this, because a binding begins at a multiple of 256 bytes. */
const alignment = 64;
/** Whatever a dtype is, memory has a word for each element. */
const wordBytes = 4;

/** Kernels that share the iterations of one, at most. */
const mostPieces = 64;

/**
 * The kernel with every array within the limit; null where it is already. Where its windows are more than the target binds,
 * several kernels one after the other, each with some of the iterations and the windows that these reach.
 *
 * @throws LanewiseError LW1801 where a few iterations reach more windows than the target binds
 */
export function splitBindings(kernel: Kernel, { maxBindingBytes, maxBuffers }: Capabilities): readonly SplitKernel[] | null {
  const most = Math.floor(maxBindingBytes / wordBytes / alignment) * alignment;
  if (kernel.buffers.every((buffer) => elementsOf(buffer) <= most)) return null;
  let needed: readonly BufferWindow[] = [];
  for (let count = 1; count <= mostPieces; count *= 2) {
    const pieces = piecesOf(kernel, count).map((piece) => ({ piece, windows: windowsReached(piece, most) }));
    const largest = pieces.reduce<readonly BufferWindow[]>((so, { windows }) => (windows.length > so.length ? windows : so), []);
    if (largest.length <= maxBuffers) return pieces.map(({ piece, windows }) => inWindows(piece, windows, most));
    if (count > 1 && largest.length >= needed.length) break;
    needed = largest;
  }
  const needs = kernel.buffers.map(({ name, length }, number) => (
    `${name} of ${length.kind === "const" ? length.value * wordBytes : 0} bytes in ${needed.filter(({ buffer }) => buffer === number).length}`
  ));
  return raise(arrayOverBindings, {
    operation: kernel.name, expected: `arrays that ${maxBuffers} bindings of ${maxBindingBytes} bytes hold, which is what the device has`,
    got: `${needed.length} bindings: ${needs.join(", ")}`,
    fix: `do it to slices of the arrays of at most ${most * wordBytes} bytes each and concatenate the results, or use the js device`, location: null,
  });
}

/** Kernels with an equal share of the workgroups each, in order; fewer where there are not so many. */
function piecesOf(kernel: Kernel, count: number): readonly Kernel[] {
  const place = kernel.body.findIndex((statement) => statement.kind === "for" && statement.loop === "grid");
  const grid = kernel.body[place];
  if (count === 1 || grid?.kind !== "for" || grid.end.kind !== "const") return [kernel];
  const total = grid.end.value;
  const share = Math.ceil(total / count);
  return Array.from({ length: Math.ceil(total / share) }, (_, piece): Kernel => {
    const begin = piece * share;
    const group = freshNames(kernel)(grid.index);
    const body: readonly Stmt[] = [{ kind: "let", name: grid.index, value: add(ref(group, scalarType("int32")), begin) }, ...grid.body];
    return { ...kernel, body: kernel.body.with(place, { ...grid, index: group, end: int(Math.min(share, total - begin)), body }) };
  });
}

/** The windows that the iterations of a kernel may load from or store to, in the order of its buffers: of each a run, never none. */
function windowsReached(kernel: Kernel, most: number): readonly BufferWindow[] {
  const facts = analyzeRanges(kernel);
  const vectors = vectorMemory(kernel);
  const reached = new Map<string, Range>();
  forEachStmt(kernel.body, (statement) => {
    if (statement.kind !== "load" && statement.kind !== "store") return;
    const { low, high } = rangeOf(statement.index, facts);
    const { width } = statement.kind === "load" ? statement.type : statement.value.type;
    const range = { low, high: high + width - 1 };
    const known = reached.get(statement.buffer);
    reached.set(statement.buffer, known === undefined ? range : unionRange(known, range));
  });
  return kernel.buffers.flatMap((buffer, number) => {
    const all = windowsOf(elementsOf(buffer), vectors.has(buffer.name) ? vectorWidth : 1, number, most);
    const { low, high } = reached.get(buffer.name) ?? { low: 0, high: 0 };
    const inside = (element: number): number => Math.min(Math.max(0, Math.floor(element / most)), all.length - 1);
    return all.slice(inside(low), inside(high) + 1);
  });
}

/** The windows of one array that a kernel binds: a run of them, of so many elements each. */
interface WindowRun {
  readonly names: readonly string[];
  /** The number of the first one. */
  readonly first: number;
  readonly most: number;
}

function inWindows(kernel: Kernel, windows: readonly BufferWindow[], most: number): SplitKernel {
  const fresh = freshNames(kernel);
  const buffers = windows.map(({ buffer, count }): BufferParam => {
    const whole = at(kernel.buffers, buffer);
    return { ...whole, name: fresh(whole.name), length: int(count) };
  });
  const runs = new Map<string, WindowRun>();
  kernel.buffers.forEach(({ name }, number) => {
    const places = windows.flatMap(({ buffer }, place) => (buffer === number ? [place] : []));
    const first = at(windows, at(places, 0)).begin / most;
    runs.set(name, { names: places.map((place) => at(buffers, place).name), first, most });
  });
  const body = mapStmts(kernel.body, (statement): Stmt | readonly Stmt[] => {
    const run = statement.kind === "load" || statement.kind === "store" ? runs.get(statement.buffer) : undefined;
    if (run === undefined || (statement.kind !== "load" && statement.kind !== "store")) return statement;
    if (run.names.length === 1 && run.first === 0) return { ...statement, buffer: at(run.names, 0) };
    return statement.kind === "load" ? splitLoad(statement, run, fresh) : splitStore(statement, run, fresh);
  });
  return { kernel: { ...kernel, buffers, body }, windows };
}

function elementsOf({ length }: BufferParam): number {
  return length.kind === "const" ? length.value : 0;
}

/** Where memory is accessed in vectors, none reaches elements at the end that fill no vector: a window of those alone would be too small. */
function windowsOf(elements: number, width: number, buffer: number, most: number): readonly BufferWindow[] {
  const total = elements - (elements % width);
  const count = Math.max(1, Math.ceil(total / most));
  return Array.from({ length: count }, (_, window) => ({ buffer, begin: window * most, count: Math.min(most, total - window * most) }));
}

type Fresh = (hint: string) => string;

function splitLoad(load: LoadStmt, run: WindowRun, fresh: Fresh): readonly Stmt[] {
  const found = fresh(load.name);
  const { dtype, width } = load.type;
  const zero = constant(0, dtype);
  const chosen = inWindow(load.index, load.type, run, fresh, (buffer, index) => {
    const loaded = fresh(load.name);
    return [{ ...load, name: loaded, buffer, index }, { kind: "assign", name: found, value: ref(loaded, load.type) }];
  });
  return [
    { kind: "var", name: found, type: load.type, init: width === 1 ? zero : splat(zero, width) }, ...chosen, { kind: "let", name: load.name, value: ref(found, load.type) },
  ];
}

function splitStore(store: StoreStmt, run: WindowRun, fresh: Fresh): readonly Stmt[] {
  return inWindow(store.index, store.value.type, run, fresh, (buffer, index) => [{ ...store, buffer, index }]);
}

/** `act` on the window that the place is in. The place of a vector is a multiple of its width, and printed as such. */
function inWindow(
  index: Expr, { width }: KernelType, { names, first, most }: WindowRun, fresh: Fresh, act: (buffer: string, index: Expr) => readonly Stmt[],
): readonly Stmt[] {
  const named: Stmt[] = [];
  const name = (value: Expr, into: Stmt[]): Expr => {
    const declaration: Stmt = { kind: "let", name: fresh("place"), value };
    into.push(declaration);
    return ref(declaration.name, scalarType("int32"));
  };
  const place = name(width === 1 ? index : inVectors(index, width), named);
  const step = most / width;
  const choose = (window: number): readonly Stmt[] => {
    const before: Stmt[] = [];
    const begin = (first + window) * step;
    const inner = begin === 0 ? place : name(sub(place, begin), before);
    const element = width === 1 ? inner : mul(inner, width);
    const acted = [...before, ...act(at(names, window), element)];
    if (window === names.length - 1) return acted;
    const isInside = fresh("inside");
    return [{ kind: "let", name: isInside, value: lt(place, begin + step) }, { kind: "if", condition: ref(isInside, scalarType("bool")), then: acted, otherwise: choose(window + 1) }];
  };
  return [...named, ...choose(0)];
}

/** The place of a vector counted in vectors. */
function inVectors(index: Expr, width: number): Expr {
  if (index.kind === "const") return int(index.value / width);
  const [place, by] = index.kind === "op" && index.op === "mul" ? index.args : [];
  return place !== undefined && by?.kind === "const" && by.value % width === 0 ? mul(place, by.value / width) : index;
}
