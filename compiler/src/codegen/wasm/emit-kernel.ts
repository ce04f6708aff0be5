/**
 * @file One kernel as one function. Its parameters are the byte addresses of the buffers, the scalars, and `begin` and `end`:
 * the outermost grid loop runs from the larger of its own begin and `begin` to the smaller of its own end and `end`.
 */

import { assertNever, InternalError } from "../../base/assert.ts";
import type { Expr, ForStmt, IfStmt, Kernel, LoadStmt, Stmt, StoreStmt, WhileStmt } from "../../kernel/types.ts";
import { FunctionContext } from "./context.ts";
import { emitExpr } from "./expressions.ts";
import { storageOf, type ScratchLayout } from "./layout.ts";
import { emitLoad, emitStore, type MemoryObject } from "./memory-access.ts";
import {
  block, branch, branchIf, getGlobal, getLocal, i32Const, ifElse, instruction, loop, select, setLocal, teeLocal,
  type Local, type Node, type WasmFunction,
} from "./tree.ts";
import { wasmTypeOf } from "./values.ts";

/** The imported global with the address of the module's scratch memory. */
export const scratchGlobal = "scratch";

/** The chunk of the outermost grid loop that a call runs. Dots keep the names apart from the kernel's. */
const chunkBegin: Local = { name: "chunk.begin", type: "i32" };
const chunkEnd: Local = { name: "chunk.end", type: "i32" };

export function emitKernel(kernel: Kernel, layout: ScratchLayout): WasmFunction {
  const parameters = [
    ...kernel.buffers.map(({ name }): Local => ({ name, type: "i32" })),
    ...kernel.scalars.map(({ name, dtype }): Local => ({ name, type: wasmTypeOf({ dtype, width: 1 }) })),
    chunkBegin, chunkEnd,
  ];
  const emitter = new KernelEmitter(kernel, layout, new FunctionContext(parameters));
  const { locals, body } = emitter.run();
  return { name: kernel.name, parameters, results: [], locals, body, exported: true };
}

class KernelEmitter {
  readonly #kernel: Kernel;
  readonly #context: FunctionContext;
  readonly #memory = new Map<string, MemoryObject>();
  readonly #variables = new Set<string>();
  #insideGrid = false;
  #loopCount = 0;

  constructor(kernel: Kernel, layout: ScratchLayout, context: FunctionContext) {
    this.#kernel = kernel;
    this.#context = context;
    for (const { name, dtype } of kernel.buffers) this.#memory.set(name, { base: context.lookup(name), offset: 0, dtype });
    if (kernel.arrays.length === 0) return;
    const scratch = context.temporary("scratch", "i32");
    context.prologue.push(setLocal(scratch, getGlobal(scratchGlobal, "i32")));
    for (const array of kernel.arrays) {
      this.#memory.set(array.name, { base: scratch, offset: layout.offsetOf(kernel, array), dtype: storageOf(array) });
    }
  }

  run(): { readonly locals: readonly Local[]; readonly body: readonly Node[] } {
    const body = this.#body(this.#kernel.body);
    return { locals: this.#context.locals, body: [...this.#context.prologue, ...body] };
  }

  #body(statements: readonly Stmt[]): Node[] {
    return statements.flatMap((statement) => this.#statement(statement));
  }

  #statement(statement: Stmt): Node[] {
    switch (statement.kind) {
      case "let": return [this.#define(statement.name, statement.value)];
      case "var":
        this.#variables.add(statement.name);
        return [this.#define(statement.name, statement.init)];
      case "assign": return [setLocal(this.#context.lookup(statement.name), this.#expr(statement.value))];
      case "load": return emitLoad(this.#context, statement, this.#memoryOf(statement));
      case "store": return emitStore(this.#context, statement, this.#memoryOf(statement));
      case "for": return this.#for(statement);
      case "while": return this.#while(statement);
      case "if": return [this.#if(statement)];
      case "barrier": return [];
      case "subgroup": throw new InternalError(`subgroup ${statement.op} reached the wasm printer`);
      default: return assertNever(statement, "statement");
    }
  }

  #expr(expr: Expr): Node {
    return emitExpr(this.#context, expr);
  }

  #define(name: string, value: Expr): Node {
    const node = this.#expr(value);
    return setLocal(this.#context.declare(name, wasmTypeOf(value.type)), node);
  }

  #memoryOf(statement: LoadStmt | StoreStmt): MemoryObject {
    const memory = this.#memory.get(statement.buffer);
    if (memory === undefined) throw new InternalError(`${this.#kernel.name} has no buffer or array ${statement.buffer}`);
    return memory;
  }

  #label(stem: string): string {
    this.#loopCount += 1;
    return `${stem}${this.#loopCount}`;
  }

  /** Tests before the first iteration and after each; the first test goes where the bounds are known to leave iterations. */
  #for(statement: ForStmt): Node[] {
    if (statement.loop === "unrolled") throw new InternalError(`unrolled loop ${statement.index} was not expanded`);
    const isChunked = statement.loop === "grid" && !this.#insideGrid;
    const wasInsideGrid = this.#insideGrid;
    this.#insideGrid ||= isChunked;
    const index = this.#context.declare(statement.index, "i32");
    const { begin, end, before } = isChunked ? this.#chunkBounds(statement) : this.#bounds(statement);
    const { preheader, body } = this.#context.inLoop(statement, () => this.#body(statement.body));
    this.#insideGrid = wasInsideGrid;

    const label = this.#label("loop");
    const next = teeLocal(index, instruction("i32.add", [getLocal(index), i32Const(statement.step)]));
    const again = branchIf(label, instruction("i32.lt_s", [next, end]));
    const rounds = [...preheader, loop(label, [...body, again])];
    const start = [...before, setLocal(index, begin)];
    const runs = !isChunked && statement.begin.kind === "const" && statement.end.kind === "const" && statement.begin.value < statement.end.value;
    return runs ? [...start, ...rounds] : [...start, ifElse(instruction("i32.lt_s", [getLocal(index), end]), rounds)];
  }

  /** Bounds are read once: an end that the body could change, or that takes time, is kept in a local. */
  #bounds(statement: ForStmt): { begin: Node; end: Node; before: Node[] } {
    const begin = this.#expr(statement.begin);
    const { kind } = statement.end;
    const isFixed = kind === "const" || kind === "scalar" || (kind === "ref" && !this.#variables.has(statement.end.name));
    if (isFixed) return { begin, end: this.#expr(statement.end), before: [] };
    const end = this.#context.temporary("end", "i32");
    return { begin, end: getLocal(end), before: [setLocal(end, this.#expr(statement.end))] };
  }

  #chunkBounds(statement: ForStmt): { begin: Node; end: Node; before: Node[] } {
    const [own, ownAgain] = this.#context.twice(this.#expr(statement.begin));
    const begin = select(own, getLocal(chunkBegin), instruction("i32.gt_s", [ownAgain, getLocal(chunkBegin)]));
    const end = this.#context.temporary("end", "i32");
    const [ownEnd, ownEndAgain] = this.#context.twice(this.#expr(statement.end));
    const smaller = select(ownEnd, getLocal(chunkEnd), instruction("i32.lt_s", [ownEndAgain, getLocal(chunkEnd)]));
    return { begin, end: getLocal(end), before: [setLocal(end, smaller)] };
  }

  #while(statement: WhileStmt): Node[] {
    const done = this.#label("done");
    const again = this.#label("loop");
    const { preheader, body } = this.#context.inLoop(statement, () => [
      ...this.#body(statement.before),
      branchIf(done, instruction("i32.eqz", [this.#expr(statement.condition)])),
      ...this.#body(statement.body),
      branch(again),
    ]);
    return [...preheader, block(done, [loop(again, body)])];
  }

  #if(statement: IfStmt): Node {
    const condition = this.#expr(statement.condition);
    const then = this.#body(statement.then);
    const otherwise = this.#body(statement.otherwise);
    if (then.length === 0) return ifElse(instruction("i32.eqz", [condition]), otherwise);
    return ifElse(condition, then, otherwise);
  }
}
