/**
 * @file Which results of a kernel may lie in an operand's memory: where every element is read before it is written, in whatever
 * order the kernel's iterations run.
 *
 * A kernel of a group stores every result at one place of its code, at another element in each iteration. Iterations of the
 * loops around a load and that store are independent, so it is enough to look at one of them: the load must come first, and
 * read either the element that the store writes, or, in loops of its own that are over by then, the elements that the store's
 * own loops write. Scheduling moves loads to earlier places alone, and keeps the order of the loops of one iteration. On a grid,
 * where invocations share the loops of an iteration, a load must stand in the store's own loops, and no loop may follow.
 */

import { at } from "../base/assert.ts";
import { equalStructure } from "../base/equal.ts";
import { exprKey } from "../kernel/affine.ts";
import { ref, scalarType } from "../kernel/build.ts";
import type { Expr, ForStmt, Kernel, LoadStmt, Stmt, StoreStmt } from "../kernel/types.ts";
import { bodiesOf, mapExpr } from "../kernel/walk.ts";

/** A load or store, with the loops around it, outermost first. */
interface Access {
  readonly statement: LoadStmt | StoreStmt;
  readonly loops: readonly ForStmt[];
  /** Its place in the order of the kernel's loads, stores and loops. */
  readonly number: number;
}

/** Pairs of buffer numbers: the second may take the first one's memory. */
export function inPlacePairs(kernel: Kernel, isGrid: boolean): readonly (readonly [read: number, written: number])[] {
  const accesses = new Map<string, Access[]>();
  const order = new Order(accesses);
  order.visit(kernel.body, []);
  const pairs: (readonly [number, number])[] = [];
  kernel.buffers.forEach((written, target) => {
    const stores = accesses.get(written.name) ?? [];
    const [store] = stores;
    if (written.access !== "write" || store === undefined || stores.length > 1 || (isGrid && order.lastLoop > store.number)) return;
    kernel.buffers.forEach((read, source) => {
      if (read.access !== "read" || read.dtype !== written.dtype || !equalStructure(read.length, written.length)) return;
      const loads = accesses.get(read.name) ?? [];
      if (loads.every((load) => isReadFirst(load, store, isGrid))) pairs.push([source, target]);
    });
  });
  return pairs;
}

class Order {
  /** The number of the last loop that begins. */
  lastLoop = -1;
  readonly #accesses: Map<string, Access[]>;
  #next = 0;

  constructor(accesses: Map<string, Access[]>) {
    this.#accesses = accesses;
  }

  visit(body: readonly Stmt[], loops: readonly ForStmt[]): void {
    for (const statement of body) {
      const number = this.#next++;
      if (statement.kind === "load" || statement.kind === "store") {
        const known = this.#accesses.get(statement.buffer) ?? [];
        known.push({ statement, loops, number });
        this.#accesses.set(statement.buffer, known);
      }
      if (statement.kind === "for") this.lastLoop = number;
      const inner = statement.kind === "for" ? [...loops, statement] : loops;
      for (const each of bodiesOf(statement)) this.visit(each, inner);
    }
  }
}

/** Whether no element that the store writes is loaded after it, in one iteration of the loops around both or in two. */
function isReadFirst(load: Access, store: Access, isGrid: boolean): boolean {
  if (load.number > store.number) return false;
  const written = exprKey(store.statement.index);
  const shared = load.loops.findIndex((loop, depth) => loop !== store.loops[depth]);
  const [own, stores] = shared < 0 ? [[], store.loops.slice(load.loops.length)] : [load.loops.slice(shared), store.loops.slice(shared)];
  if (exprKey(load.statement.index) === written) return !isGrid || (own.length === 0 && stores.length === 0);
  if (isGrid || own.length === 0 || own.length !== stores.length) return false;
  const alike = own.every((loop, depth) => sameBounds(loop, at(stores, depth)));
  const renamed = new Map(own.map((loop, depth) => [loop.index, at(stores, depth).index]));
  return alike && exprKey(withNames(load.statement.index, renamed)) === written;
}

function sameBounds(left: ForStmt, right: ForStmt): boolean {
  return left.step === right.step && equalStructure([left.begin, left.end], [right.begin, right.end]);
}

function withNames(expr: Expr, names: ReadonlyMap<string, string>): Expr {
  return mapExpr(expr, (node) => {
    const name = node.kind === "ref" ? names.get(node.name) : undefined;
    return name === undefined ? node : ref(name, scalarType("int32"));
  });
}
