/** @file Where the expansion of one op writes its statements: in front of the statement that holds the op. */

import { int, ref, select } from "../kernel/expressions.ts";
import type { ArrayDecl, Expr, Kernel, RefExpr, Stmt, ValueDType } from "../kernel/types.ts";
import { freshNames } from "../kernel/walk.ts";
import type { StatementsBefore } from "./rewrite.ts";

/** A constant table that an expansion reads. */
export interface Table {
  readonly name: string;
  readonly dtype: ValueDType;
  readonly values: readonly number[];
}

/** The tables that the expansions in one kernel read, each declared once. */
export class KernelTables {
  readonly #kernel: Kernel;
  #fresh: ((hint: string) => string) | null = null;
  readonly #declared = new Map<Table, ArrayDecl>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  nameOf(table: Table): string {
    let declared = this.#declared.get(table);
    if (declared === undefined) {
      const { dtype, values } = table;
      this.#fresh ??= freshNames(this.#kernel);
      declared = { name: this.#fresh(table.name), space: "constant", dtype, length: values.length, values };
      this.#declared.set(table, declared);
    }
    return declared.name;
  }

  /** The kernel after its expansion, with the tables. */
  declareIn(expanded: Kernel): Kernel {
    return this.#declared.size === 0 ? expanded : { ...expanded, arrays: [...this.#kernel.arrays, ...this.#declared.values()] };
  }
}

export class CodeWriter {
  readonly #before: StatementsBefore;
  readonly #tables: KernelTables;

  constructor(before: StatementsBefore, tables: KernelTables) {
    this.#before = before;
    this.#tables = tables;
  }

  /** A name for a value that is used more than once. */
  name(value: Expr, hint: string): Expr {
    return this.#before.name(value, hint);
  }

  variable(init: Expr, hint: string): RefExpr {
    const name = this.#before.fresh(hint);
    this.#before.emit({ kind: "var", name, type: init.type, init });
    return ref(name, init.type);
  }

  assign(variable: RefExpr, value: Expr): void {
    this.#before.emit({ kind: "assign", name: variable.name, value });
  }

  /** Elements of a table; a scalar or one per element of the index. */
  look(table: Table, index: Expr, offset: number): Expr {
    const name = this.#before.fresh("entry");
    const type = { dtype: table.dtype, width: index.type.width };
    const place: Expr = offset === 0 ? index : { kind: "op", type: index.type, op: "add", args: [index, { ...int(offset), type: index.type }] };
    this.#before.emit({ kind: "load", name, type, buffer: this.#tables.nameOf(table), index: place, mask: null });
    return ref(name, type);
  }

  /** Statements that run as long as a scalar condition holds. */
  while(condition: Expr, body: (inner: CodeWriter) => void): void {
    this.#before.emit({ kind: "while", before: [], condition, body: this.#inside(body) });
  }

  /** Statements that run so many times where a scalar condition holds: a loop without turns costs less than a branch around it. */
  repeatWhere(condition: Expr, count: number, body: (inner: CodeWriter) => void): void {
    const statements = this.#inside(body);
    if (count === 1) this.#before.emit({ kind: "if", condition, then: statements, otherwise: [] });
    else this.#before.emit({ kind: "for", loop: "serial", index: this.#before.fresh("turn"), begin: int(0), end: select(condition, int(count), int(0)), step: 1, body: statements });
  }

  #inside(then: (inner: CodeWriter) => void): readonly Stmt[] {
    const statements: Stmt[] = [];
    const inner: StatementsBefore = {
      fresh: (hint) => this.#before.fresh(hint),
      emit: (statement) => void statements.push(statement),
      name: (value, hint) => {
        if (value.kind === "const" || value.kind === "scalar" || value.kind === "ref") return value;
        const name = this.#before.fresh(hint);
        statements.push({ kind: "let", name, value });
        return ref(name, value.type);
      },
    };
    then(new CodeWriter(inner, this.#tables));
    return statements;
  }
}
