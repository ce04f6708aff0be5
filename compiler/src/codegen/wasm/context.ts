/**
 * @file What is known while one kernel becomes a function: its locals, the vector constants that were hoisted to its start,
 * and the loops around the place that is being emitted.
 */

import { InternalError } from "../../base/assert.ts";
import type { Expr, ForStmt, Stmt, WhileStmt } from "../../kernel/types.ts";
import { declaredName, forEachExpr, forEachStmt } from "../../kernel/walk.ts";
import { getLocal, setLocal, teeLocal, typeOf, v128Const, type Local, type Node, type WasmType } from "./tree.ts";

/** A loop that is being emitted. What its iterations share is computed once, in front of it. */
export interface LoopScope {
  /** Names that may differ between its iterations. */
  readonly varying: ReadonlySet<string>;
  readonly preheader: Node[];
  readonly pointers: Map<string, Local>;
}

export class FunctionContext {
  readonly locals: Local[] = [];
  readonly prologue: Node[] = [];
  readonly #byName = new Map<string, Local>();
  readonly #constants = new Map<string, Local>();
  readonly #loops: LoopScope[] = [];
  readonly #counters = new Map<string, number>();

  constructor(parameters: readonly Local[]) {
    for (const parameter of parameters) this.#byName.set(parameter.name, parameter);
  }

  declare(name: string, type: WasmType): Local {
    const local = { name, type };
    if (this.#byName.has(name)) throw new InternalError(`${name} is declared twice`);
    this.#byName.set(name, local);
    this.locals.push(local);
    return local;
  }

  /** A local of our own; the dot keeps its name apart from the kernel's. */
  temporary(hint: string, type: WasmType): Local {
    const count = this.#counters.get(hint) ?? 0;
    this.#counters.set(hint, count + 1);
    return this.declare(`${hint}.${count}`, type);
  }

  lookup(name: string): Local {
    const local = this.#byName.get(name);
    if (local === undefined) throw new InternalError(`${name} is not declared`);
    return local;
  }

  /** The value for two uses: the first is evaluated before the second. */
  twice(value: Node): readonly [first: Node, second: Node] {
    const isCheap = (value.kind === "local" && value.access === "get") || (value.kind === "instruction" && value.operands.length === 0);
    if (isCheap) return [value, value];
    const type = typeOf(value);
    if (type === null) throw new InternalError("a value that is used twice has a type");
    const local = this.temporary("t", type);
    return [teeLocal(local, value), getLocal(local)];
  }

  /**
   * A vector constant. Inside a loop it is a local that is set at the start of the function, because engines make a v128
   * anew at every use, and that halves the speed of loops with polynomials.
   */
  vectorConstant(bytes: readonly number[]): Node {
    if (this.#loops.length === 0) return v128Const(bytes);
    const key = bytes.join(" ");
    let local = this.#constants.get(key);
    if (local === undefined) {
      local = this.temporary("c", "v128");
      this.#constants.set(key, local);
      this.prologue.push(setLocal(local, v128Const(bytes)));
    }
    return getLocal(local);
  }

  /** Emits the body of a loop; gives it with what has to run in front of the loop. */
  inLoop(statement: ForStmt | WhileStmt, emitBody: () => Node[]): { readonly preheader: Node[]; readonly body: Node[] } {
    const scope: LoopScope = { varying: varyingNames(statement), preheader: [], pointers: new Map() };
    this.#loops.push(scope);
    const body = emitBody();
    this.#loops.pop();
    return { preheader: scope.preheader, body };
  }

  get innermostLoop(): LoopScope | null {
    return this.#loops[this.#loops.length - 1] ?? null;
  }

  /** Runs `emit` as if it stood in front of the innermost loop. */
  outsideInnermostLoop<T>(emit: () => T): T {
    const scope = this.#loops.pop();
    const result = emit();
    if (scope !== undefined) this.#loops.push(scope);
    return result;
  }
}

function varyingNames(loop: ForStmt | WhileStmt): Set<string> {
  const names = new Set<string>();
  forEachStmt([loop], (statement: Stmt) => {
    const name = statement.kind === "assign" ? statement.name : declaredName(statement);
    if (name !== null) names.add(name);
  });
  return names;
}

/** Whether an expression has one value in all iterations of a loop. */
export function isInvariant(expr: Expr, scope: LoopScope): boolean {
  let invariant = true;
  forEachExpr(expr, (node) => {
    if (node.kind === "ref" && scope.varying.has(node.name)) invariant = false;
  });
  return invariant;
}
