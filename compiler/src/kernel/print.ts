/**
 * @file Prints kernels as text, for people: errors, goldens, logs. Constants carry their dtype as a suffix (`2f` float32,
 * `2d` float64, `2h` float16, `2u` uint32; int32 has none); a vector constant shows its width, as in `2fx4`.
 */

import { assertNever, at } from "../base/assert.ts";
import type { ScalarOpName } from "../base/scalar-ops.ts";
import { typeName } from "./expressions.ts";
import type { ArrayDecl, BufferParam, ConstExpr, Expr, ForStmt, Kernel, ScalarParam, Stmt, ValueDType } from "./types.ts";

/** What a printed line stands for. */
export type PrintedNode = Kernel | BufferParam | ScalarParam | ArrayDecl | Stmt;

export interface PrintedLine {
  readonly indent: number;
  readonly text: string;
  /** Null for lines that only close or divide a body. */
  readonly node: PrintedNode | null;
}

const infix: Partial<Record<ScalarOpName, string>> = {
  add: "+", sub: "-", mul: "*", div: "/", rem: "%",
  eq: "==", ne: "!=", lt: "<", le: "<=", gt: ">", ge: ">=",
  and: "&", or: "|", xor: "^", shiftLeft: "<<", shiftRightArithmetic: ">>", shiftRightLogical: ">>>",
};

const suffixes: Readonly<Record<ValueDType, string>> = {
  float32: "f", float64: "d", float16: "h", int32: "", uint32: "u", bool: "",
};

/** The kernel as text, one statement a line. */
export function printKernel(kernel: Kernel): string {
  return printLines(kernel).map(renderLine).join("\n");
}

export function renderLine(line: PrintedLine): string {
  return "  ".repeat(line.indent) + line.text;
}

/** The lines of the printed kernel, each with what it stands for. */
export function printLines(kernel: Kernel): readonly PrintedLine[] {
  const workgroup = kernel.workgroup === 1 ? "" : ` workgroup ${kernel.workgroup}`;
  const lines: PrintedLine[] = [{ indent: 0, text: `kernel ${kernel.name}${workgroup}`, node: kernel }];
  for (const buffer of kernel.buffers) lines.push({ indent: 1, text: printBuffer(buffer), node: buffer });
  for (const scalar of kernel.scalars) lines.push({ indent: 1, text: `scalar ${scalar.name}: ${scalar.dtype}`, node: scalar });
  for (const array of kernel.arrays) lines.push({ indent: 1, text: printArray(array), node: array });
  lines.push({ indent: 0, text: "{", node: null });
  printBody(kernel.body, 1, lines);
  lines.push({ indent: 0, text: "}", node: null });
  return lines;
}

function printBuffer(buffer: BufferParam): string {
  const alias = buffer.aliasGroup === null ? "" : ` alias ${buffer.aliasGroup}`;
  return `buffer ${buffer.name}: ${buffer.dtype}[${printExpr(buffer.length)}] ${buffer.access}${alias}`;
}

/** Of a longer table only the first values are printed. */
const longTable = 64;

function printArray(array: ArrayDecl): string {
  const shown = array.values !== null && array.values.length > longTable ? array.values.slice(0, 4) : array.values;
  const values = shown === null ? "" : ` = ${shown.map(printNumber).join(" ")}${shown === array.values ? "" : " ..."}`;
  return `array ${array.name}: ${array.dtype}[${array.length}] ${array.space}${values}`;
}

function printBody(body: readonly Stmt[], indent: number, lines: PrintedLine[]): void {
  for (const statement of body) printStmt(statement, indent, lines);
}

function printStmt(statement: Stmt, indent: number, lines: PrintedLine[]): void {
  const line = (text: string, node: Stmt | null = statement): void => { lines.push({ indent, text, node }); };
  switch (statement.kind) {
    case "let":
      return line(`let ${statement.name}: ${typeName(statement.value.type)} = ${printExpr(statement.value)}`);
    case "var":
      return line(`var ${statement.name}: ${typeName(statement.type)} = ${printExpr(statement.init)}`);
    case "assign":
      return line(`${statement.name} = ${printExpr(statement.value)}`);
    case "load": {
      const place = `${statement.buffer}[${printExpr(statement.index)}]`;
      return line(`load ${statement.name}: ${typeName(statement.type)} = ${place}${printMask(statement.mask)}`);
    }
    case "store": {
      const place = `${statement.buffer}[${printExpr(statement.index)}]`;
      return line(`store ${place} = ${printExpr(statement.value)}${printMask(statement.mask)}`);
    }
    case "for":
      line(`${printLoopHead(statement)} {`);
      printBody(statement.body, indent + 1, lines);
      return line("}", null);
    case "while":
      // The line of the statement is the one with its condition.
      if (statement.before.length === 0) {
        line(`while ${printExpr(statement.condition)} {`);
      } else {
        line("repeat {", null);
        printBody(statement.before, indent + 1, lines);
        line(`} while ${printExpr(statement.condition)} {`);
      }
      printBody(statement.body, indent + 1, lines);
      return line("}", null);
    case "if":
      line(`if ${printExpr(statement.condition)} {`);
      printBody(statement.then, indent + 1, lines);
      if (statement.otherwise.length > 0) {
        line("} else {", null);
        printBody(statement.otherwise, indent + 1, lines);
      }
      return line("}", null);
    case "barrier":
      return line("barrier");
    case "subgroup":
      return line(`subgroup ${statement.array} = ${statement.op}`);
    default:
      return assertNever(statement, "statement");
  }
}

function printLoopHead(loop: ForStmt): string {
  const step = loop.step === 1 ? "" : ` step ${loop.step}`;
  return `for ${loop.loop} ${loop.index} in ${printExpr(loop.begin)} .. ${printExpr(loop.end)}${step}`;
}

function printMask(mask: Expr | null): string {
  return mask === null ? "" : ` where ${printExpr(mask)}`;
}

/** An expression on one line. Nested infix operations stand in parentheses. */
export function printExpr(expr: Expr): string {
  switch (expr.kind) {
    case "const": return printConstant(expr);
    case "ref": case "scalar": return expr.name;
    case "op": {
      const symbol = infix[expr.op];
      if (symbol === undefined || expr.args.length !== 2) return call(expr.op, expr.args);
      return `${printNested(at(expr.args, 0))} ${symbol} ${printNested(at(expr.args, 1))}`;
    }
    case "convert": return call(typeName(expr.type), [expr.value]);
    case "bitcast": return call(`bitcast<${typeName(expr.type)}>`, [expr.value]);
    case "splat": return call(`splat${expr.type.width}`, [expr.value]);
    case "shuffle": return call(`shuffle<${expr.lanes.join(" ")}>`, [expr.a, expr.b]);
    case "extract": return call(`extract<${expr.lane}>`, [expr.value]);
    case "simdReduce": return call(`reduce<${expr.op}>`, [expr.value]);
    default: return assertNever(expr, "expression");
  }
}

function call(name: string, args: readonly Expr[]): string {
  return `${name}(${args.map(printExpr).join(", ")})`;
}

function printNested(expr: Expr): string {
  const isInfix = expr.kind === "op" && expr.args.length === 2 && infix[expr.op] !== undefined;
  return isInfix ? `(${printExpr(expr)})` : printExpr(expr);
}

function printConstant(constant: ConstExpr): string {
  const { dtype, width } = constant.type;
  const scalar = dtype === "bool" ? printBool(constant.value) : `${printNumber(constant.value)}${suffixes[dtype]}`;
  return width === 1 ? scalar : `${scalar}x${width}`;
}

function printBool(value: number): string {
  return value === 0 ? "false" : "true";
}

function printNumber(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}
