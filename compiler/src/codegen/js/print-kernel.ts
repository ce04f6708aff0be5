/**
 * @file A legalized kernel as a JavaScript function over typed arrays:
 * `function name(buffers..., scalars..., begin, end)`, where begin and end bound the outermost grid loop. A kernel without
 * one ignores them.
 */

import { assertNever, InternalError } from "../../base/assert.ts";
import { analyzeRanges } from "../../kernel/range.ts";
import type { ArrayDecl, Expr, ForStmt, Kernel, LoadStmt, Stmt, StoreStmt } from "../../kernel/types.ts";
import { forEachStmt } from "../../kernel/walk.ts";
import type { JsCode } from "./code.ts";
import { call, comparison, conditional, logical, numberCode, prefix, primary } from "./code.ts";
import { ExpressionPrinter } from "./expressions.ts";
import { loadsToInline, useCountsOf } from "./inline-loads.ts";
import { JsNames, withoutNumber } from "./names.ts";
import { printJsPrelude } from "./prelude.ts";

/** Tables of more elements than this stand outside the text. */
const longTable = 64;

export interface JsKernelCode {
  /** One expression whose value is the kernel's function; where there are tables, a function of them that returns it. */
  readonly text: string;
  readonly tables: readonly ArrayDecl[];
}

/** The code of a kernel; long tables are left to who runs it, so that kernels and programs share them. */
export function jsKernelCode(kernel: Kernel): JsKernelCode {
  const tables = kernel.arrays.filter(({ space, length }) => space === "constant" && length > longTable);
  return { text: new KernelPrinter(kernel, tables).print(), tables };
}

/**
 * The text of one expression whose value is the function. It is the function itself, or where that needs helpers or
 * constant tables, a call of a function that declares them and returns it.
 */
export function printJsKernel(kernel: Kernel): string {
  return new KernelPrinter(kernel, []).print();
}

class KernelPrinter {
  readonly #kernel: Kernel;
  /** Tables that are parameters of a function around all. */
  readonly #outside: readonly ArrayDecl[];
  readonly #names = new JsNames(["begin", "end"]);
  readonly #expressions: ExpressionPrinter;
  readonly #variables: ReadonlySet<string>;
  readonly #useCounts: ReadonlyMap<string, number>;
  readonly #lines: string[] = [];
  #depth = 0;

  constructor(kernel: Kernel, outside: readonly ArrayDecl[]) {
    this.#kernel = kernel;
    this.#outside = outside;
    this.#expressions = new ExpressionPrinter(this.#names, analyzeRanges(kernel));
    this.#variables = variablesOf(kernel);
    this.#useCounts = useCountsOf(kernel);
  }

  print(): string {
    const { name, buffers, scalars, arrays, body } = this.#kernel;
    for (const parameter of [...buffers, ...scalars]) this.#names.declare(parameter.name);
    const outside = this.#outside.map((array) => this.#names.declare(array.name));
    const tables = arrays.filter((array) => array.space === "constant" && !this.#outside.includes(array)).map((array) => this.#table(array));
    const hasGrid = body.some((statement) => statement.kind === "for" && statement.loop === "grid");
    const parameters = [...buffers, ...scalars].map((parameter) => this.#names.of(parameter.name));
    if (hasGrid) parameters.push("begin", "end");
    const functionName = this.#names.fresh(name);
    this.#line(`function ${functionName}(${parameters.join(", ")}) {`);
    this.#block(() => {
      for (const array of arrays) {
        if (array.space !== "constant") this.#line(`const ${this.#names.declare(array.name)} = new ${arrayType(array)}(${array.length});`);
      }
      this.#body(body, true);
    });
    this.#line("}");
    const declarations = [...printJsPrelude(this.#expressions.helpers), ...tables];
    if (declarations.length === 0 && outside.length === 0) return this.#lines.join("\n");
    const inner = [...declarations, `return ${this.#lines.join("\n")};`].join("\n").replaceAll(/^/gm, "  ");
    return outside.length === 0 ? `(() => {\n${inner}\n})()` : `(${outside.join(", ")}) => {\n${inner}\n}`;
  }

  /** A constant table stands beside the function, so that it is made once. */
  #table(array: ArrayDecl): string {
    if (array.values === null) throw new InternalError(`constant table ${array.name} without values`);
    const values = array.values.map((value) => numberCode(value).text);
    return `const ${this.#names.declare(array.name)} = ${arrayType(array)}.of(${values.join(", ")});`;
  }

  #line(text: string): void {
    this.#lines.push("  ".repeat(this.#depth) + text);
  }

  #block(print: () => void): void {
    this.#depth += 1;
    this.#names.inBlock(print);
    this.#depth -= 1;
  }

  #code(expr: Expr): string {
    return this.#expressions.code(expr).text;
  }

  #body(statements: readonly Stmt[], isTop = false): void {
    const inlined = loadsToInline(statements, this.#useCounts);
    for (const statement of statements) {
      if (statement.kind === "load" && inlined.has(statement.name)) this.#expressions.inline(statement.name, this.#loaded(statement));
      else this.#statement(statement, isTop);
    }
  }

  #statement(statement: Stmt, isTop: boolean): void {
    switch (statement.kind) {
      case "let": return this.#declaration("const", statement.name, this.#code(statement.value));
      case "var": return this.#declaration("let", statement.name, this.#code(statement.init));
      case "assign": return this.#line(`${this.#names.of(statement.name)} = ${this.#code(statement.value)};`);
      case "load": return this.#declaration("const", statement.name, this.#loaded(statement).text);
      case "store": return this.#store(statement);
      case "for": return this.#for(statement, isTop && statement.loop === "grid");
      case "while": return this.#while(statement.before, statement.condition, statement.body);
      case "if": return this.#if(statement.condition, statement.then, statement.otherwise, "");
      // One thread runs all invocations, and each local loop to its end before what follows.
      case "barrier": return;
      case "subgroup": throw new InternalError(`subgroup ${statement.op} reached the js printer`);
      default: return assertNever(statement, "statement");
    }
  }

  #declaration(keyword: "const" | "let", name: string, value: string): void {
    this.#line(`${keyword} ${this.#names.declareLocal(name)} = ${value};`);
  }

  #loaded({ buffer, index, mask, type }: LoadStmt): JsCode {
    const element = primary(`${this.#names.of(buffer)}[${this.#code(index)}]`);
    const isBool = type.dtype === "bool";
    const value = isBool ? comparison(element, "!==", numberCode(0)) : element;
    if (mask === null) return value;
    const condition = this.#expressions.code(mask);
    return isBool ? logical(condition, "&&", value) : conditional(condition, value, numberCode(0));
  }

  #store({ buffer, index, value, mask }: StoreStmt): void {
    const assignment = `${this.#names.of(buffer)}[${this.#code(index)}] = ${this.#expressions.storedCode(value).text};`;
    this.#line(mask === null ? assignment : `if (${this.#code(mask)}) ${assignment}`);
  }

  #for(loop: ForStmt, isOutermostGrid: boolean): void {
    let begin = this.#expressions.code(loop.begin);
    let end = this.#expressions.code(loop.end);
    if (isOutermostGrid) [begin, end] = this.#chunkBounds(loop, begin, end);
    // The bound is read once, so anything but a fixed name is computed in front of the loop.
    if (isOutermostGrid || !this.#isFixed(loop.end)) {
      const bound = this.#names.fresh(`${withoutNumber(loop.index)}End`);
      this.#line(`const ${bound} = ${end.text};`);
      end = primary(bound);
    }
    this.#names.inBlock(() => {
      const index = this.#names.declareLocal(loop.index);
      const increment = loop.step === 1 ? `${index}++` : `${index} += ${loop.step}`;
      this.#line(`for (let ${index} = ${begin.text}; ${index} < ${end.text}; ${increment}) {`);
      this.#block(() => this.#body(loop.body));
    });
    this.#line("}");
  }

  /**
   * The bounds of the loop within the chunk that the caller asks for. Where the loop's own end is known, both are clamped to it
   * as integers: the engine then knows the range of the index, and leaves out overflow checks in the loops inside.
   */
  #chunkBounds(loop: ForStmt, begin: JsCode, end: JsCode): [JsCode, JsCode] {
    if (loop.end.kind !== "const") return [call("Math.max", begin, primary("begin")), call("Math.min", end, primary("end"))];
    return [call("Math.min", call("Math.max", begin, primary("begin | 0")), end), call("Math.min", end, primary("end | 0"))];
  }

  /** Whether the expression is one token that no statement changes. */
  #isFixed(expr: Expr): boolean {
    if (expr.kind === "const" || expr.kind === "scalar") return true;
    return expr.kind === "ref" && !this.#variables.has(expr.name);
  }

  #while(before: readonly Stmt[], condition: Expr, body: readonly Stmt[]): void {
    if (before.length === 0) {
      this.#line(`while (${this.#code(condition)}) {`);
    } else {
      this.#line("while (true) {");
    }
    this.#block(() => {
      if (before.length > 0) {
        this.#body(before);
        this.#line(`if (${prefix("!", this.#expressions.code(condition)).text}) break;`);
      }
      this.#body(body);
    });
    this.#line("}");
  }

  #if(condition: Expr, then: readonly Stmt[], otherwise: readonly Stmt[], before: string): void {
    this.#line(`${before}if (${this.#code(condition)}) {`);
    this.#block(() => this.#body(then));
    const [only] = otherwise;
    if (otherwise.length === 1 && only?.kind === "if") return this.#if(only.condition, only.then, only.otherwise, "} else ");
    if (otherwise.length > 0) {
      this.#line("} else {");
      this.#block(() => this.#body(otherwise));
    }
    this.#line("}");
  }
}

function variablesOf(kernel: Kernel): ReadonlySet<string> {
  const names = new Set<string>();
  forEachStmt(kernel.body, (statement) => {
    if (statement.kind === "var") names.add(statement.name);
  });
  return names;
}

function arrayType({ dtype, name }: ArrayDecl): string {
  switch (dtype) {
    case "float32": return "Float32Array";
    case "float64": return "Float64Array";
    case "int32": return "Int32Array";
    case "uint32": return "Uint32Array";
    case "bool": return "Uint8Array";
    case "float16": throw new InternalError(`js has no float16 array ${name}`);
    default: return assertNever(dtype, "dtype");
  }
}
