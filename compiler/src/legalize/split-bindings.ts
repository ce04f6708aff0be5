/**
 * @file Arrays that are larger than one binding may be: each becomes several windows of it, bound side by side, and every
 * load and store chooses its window. For legal kernels, whose operations have names already.
 */

import { at } from "../base/assert.ts";
import { raise } from "../base/errors.ts";
import { constant, int, lt, mul, ref, scalarType, splat, sub } from "../kernel/expressions.ts";
import type { BufferParam, Expr, Kernel, KernelType, LoadStmt, Stmt, StoreStmt } from "../kernel/types.ts";
import { vectorMemory, vectorWidth } from "../kernel/vectors.ts";
import { freshNames, mapStmts } from "../kernel/walk.ts";
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

/**
 * The kernel with every array within the limit; null where it is already.
 *
 * @throws LanewiseError LW1801 where the windows are more than the target binds
 */
export function splitBindings(kernel: Kernel, { maxBindingBytes, maxBuffers }: Capabilities): SplitKernel | null {
  const most = Math.floor(maxBindingBytes / wordBytes / alignment) * alignment;
  if (kernel.buffers.every((buffer) => elementsOf(buffer) <= most)) return null;
  const vectors = vectorMemory(kernel);
  const windows = kernel.buffers.flatMap((buffer, number) => windowsOf(elementsOf(buffer), vectors.has(buffer.name) ? vectorWidth : 1, number, most));
  if (windows.length > maxBuffers) {
    const needs = kernel.buffers.map(({ name, length }, number) => (
      `${name} of ${length.kind === "const" ? length.value * wordBytes : 0} bytes in ${windows.filter(({ buffer }) => buffer === number).length}`
    ));
    raise(arrayOverBindings, {
      operation: kernel.name, expected: `arrays that ${maxBuffers} bindings of ${maxBindingBytes} bytes hold, which is what the device has`,
      got: `${windows.length} bindings: ${needs.join(", ")}`,
      fix: `do it to slices of the arrays of at most ${most * wordBytes} bytes each and concatenate the results, or use the js device`, location: null,
    });
  }
  const fresh = freshNames(kernel);
  const buffers = windows.map(({ buffer, count }): BufferParam => {
    const whole = at(kernel.buffers, buffer);
    return { ...whole, name: fresh(whole.name), length: int(count) };
  });
  const split = new Map<string, readonly string[]>();
  kernel.buffers.forEach(({ name }, number) => {
    split.set(name, buffers.flatMap((each, place) => (at(windows, place).buffer === number ? [each.name] : [])));
  });
  const body = mapStmts(kernel.body, (statement): Stmt | readonly Stmt[] => {
    const names = statement.kind === "load" || statement.kind === "store" ? split.get(statement.buffer) : undefined;
    if (names === undefined || (statement.kind !== "load" && statement.kind !== "store")) return statement;
    if (names.length === 1) return { ...statement, buffer: at(names, 0) };
    return statement.kind === "load" ? splitLoad(statement, names, most, fresh) : splitStore(statement, names, most, fresh);
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

function splitLoad(load: LoadStmt, names: readonly string[], most: number, fresh: Fresh): readonly Stmt[] {
  const found = fresh(load.name);
  const { dtype, width } = load.type;
  const zero = constant(0, dtype);
  const chosen = inWindow(load.index, load.type, names, most, fresh, (buffer, index) => {
    const loaded = fresh(load.name);
    return [{ ...load, name: loaded, buffer, index }, { kind: "assign", name: found, value: ref(loaded, load.type) }];
  });
  return [
    { kind: "var", name: found, type: load.type, init: width === 1 ? zero : splat(zero, width) }, ...chosen, { kind: "let", name: load.name, value: ref(found, load.type) },
  ];
}

function splitStore(store: StoreStmt, names: readonly string[], most: number, fresh: Fresh): readonly Stmt[] {
  return inWindow(store.index, store.value.type, names, most, fresh, (buffer, index) => [{ ...store, buffer, index }]);
}

/** `act` on the window that the place is in. The place of a vector is a multiple of its width, and printed as such. */
function inWindow(
  index: Expr, { width }: KernelType, names: readonly string[], most: number, fresh: Fresh, act: (buffer: string, index: Expr) => readonly Stmt[],
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
    const inner = window === 0 ? place : name(sub(place, window * step), before);
    const element = width === 1 ? inner : mul(inner, width);
    const acted = [...before, ...act(at(names, window), element)];
    if (window === names.length - 1) return acted;
    const test: Stmt[] = [];
    const isInside = fresh("inside");
    test.push({ kind: "let", name: isInside, value: lt(place, (window + 1) * step) });
    return [...test, { kind: "if", condition: ref(isInside, scalarType("bool")), then: acted, otherwise: choose(window + 1) }];
  };
  return [...named, ...choose(0)];
}

/** The place of a vector counted in vectors. */
function inVectors(index: Expr, width: number): Expr {
  if (index.kind === "const") return int(index.value / width);
  const [place, by] = index.kind === "op" && index.op === "mul" ? index.args : [];
  return place !== undefined && by?.kind === "const" && by.value % width === 0 ? mul(place, by.value / width) : index;
}
