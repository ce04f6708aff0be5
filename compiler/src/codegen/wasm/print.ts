/** @file Prints a module of trees as WebAssembly text with folded instructions, for reading a kernel as it was emitted. */

import { assertNever } from "../../base/assert.ts";
import {
  isMemoryImmediate, type InstructionNode, type Local, type Node, type WasmFunction, type WasmModule,
} from "./tree.ts";

const lineWidth = 110;

/** Instructions whose name says the alignment that their accesses have by default, in bytes. */
const naturalAlignment: readonly (readonly [pattern: RegExp, bytes: number])[] = [
  [/8(_[su]|_lane)?$/, 1], [/16(_[su]|_lane)?$/, 2], [/16x4_[su]$/, 8], [/32(_splat|_lane|_zero)$/, 4],
  [/64(_splat|_lane|_zero)$/, 8], [/^v128\.(load|store)$/, 16], [/^f64/, 8], [/^[fi]32/, 4],
];

/** The module as text that a WebAssembly text assembler reads. */
export function printModule(module: WasmModule): string {
  const lines = ["(module"];
  const { memory } = module;
  if (memory !== null) {
    const limits = [memory.minimumPages, ...(memory.maximumPages === null ? [] : [memory.maximumPages])].join(" ");
    lines.push(`  (import "${memory.module}" "${memory.name}" (memory ${limits}${memory.shared ? " shared" : ""}))`);
  }
  for (const global of module.globals) {
    lines.push(`  (import "${global.module}" "${global.name}" (global $${global.name} ${global.type}))`);
  }
  for (const fn of module.functions) lines.push(...printFunction(fn));
  for (const segment of module.data) {
    const bytes = Array.from(segment.bytes, (byte) => `\\${byte.toString(16).padStart(2, "0")}`).join("");
    lines.push(`  (data (global.get $${segment.base}) "${bytes}")`);
  }
  lines.push(")");
  return `${lines.join("\n")}\n`;
}

function printFunction(fn: WasmFunction): string[] {
  const exported = fn.exported ? ` (export "${fn.name}")` : "";
  const results = fn.results.length === 0 ? "" : ` (result ${fn.results.join(" ")})`;
  const parameters = fn.parameters.map((local) => ` (param $${local.name} ${local.type})`).join("");
  const head = `  (func $${fn.name}${exported}${parameters}${results}`;
  const locals = declareLocals(fn.locals);
  const body = fn.body.flatMap((node) => printNode(node, "    "));
  return [head, ...locals, ...body.slice(0, -1), `${body[body.length - 1] ?? "   "})`];
}

/** Locals of one type share lines. */
function declareLocals(locals: readonly Local[]): string[] {
  const lines: string[] = [];
  for (const local of locals) {
    const text = `(local $${local.name} ${local.type})`;
    const last = lines[lines.length - 1];
    if (last !== undefined && last.length + text.length < lineWidth) lines[lines.length - 1] = `${last} ${text}`;
    else lines.push(`    ${text}`);
  }
  return lines;
}

/** What stands before the operands, and the operands; null for nodes with bodies. */
function headOf(node: Node): { readonly head: string; readonly operands: readonly Node[] } | null {
  switch (node.kind) {
    case "instruction": return { head: `${node.name}${immediateText(node)}`, operands: node.operands };
    case "local": return { head: `local.${node.access} $${node.name}`, operands: node.value === null ? [] : [node.value] };
    case "global": return { head: `global.get $${node.name}`, operands: [] };
    case "select": return { head: "select", operands: [node.whenTrue, node.whenFalse, node.condition] };
    case "call": return { head: `call $${node.name}`, operands: node.operands };
    case "block": case "loop": case "if": return null;
    default: return assertNever(node, "node");
  }
}

function printNode(node: Node, indent: string): string[] {
  const simple = headOf(node);
  if (simple !== null) return printInstruction(simple.head, simple.operands, indent);
  const inner = `${indent}  `;
  if (node.kind === "block" || node.kind === "loop") {
    return closed([`${indent}(${node.kind} $${node.label}`, ...node.body.flatMap((child) => printNode(child, inner))]);
  }
  if (node.kind !== "if") return [];
  const condition = printNode(node.condition, inner);
  const [onlyLine] = condition;
  const head = condition.length === 1 && onlyLine !== undefined ? [`${indent}(if ${onlyLine.trimStart()}`] : [`${indent}(if`, ...condition];
  const branch = (word: string, nodes: readonly Node[]): string[] =>
    closed([`${inner}(${word}`, ...nodes.flatMap((child) => printNode(child, `${inner}  `))]);
  return closed([...head, ...branch("then", node.then), ...(node.otherwise.length === 0 ? [] : branch("else", node.otherwise))]);
}

/** On one line where it fits, else an operand a line. */
function printInstruction(head: string, operands: readonly Node[], indent: string): string[] {
  const children = operands.map((operand) => printNode(operand, `${indent}  `));
  const flat = children.every((lines) => lines.length === 1);
  const line = `${indent}(${[head, ...children.map((lines) => (lines[0] ?? "").trimStart())].join(" ")})`;
  if (flat && line.length <= lineWidth) return [line];
  return closed([`${indent}(${head}`, ...children.flat()]);
}

function closed(lines: readonly string[]): string[] {
  return [...lines.slice(0, -1), `${lines[lines.length - 1] ?? ""})`];
}

function immediateText(node: InstructionNode): string {
  const { immediate, name } = node;
  if (immediate === null) return "";
  if (typeof immediate === "string") return ` $${immediate}`;
  if (typeof immediate === "number") return ` ${numberText(immediate)}`;
  if (isMemoryImmediate(immediate)) {
    const offset = immediate.offset === 0 ? "" : ` offset=${immediate.offset}`;
    const natural = naturalAlignment.find(([pattern]) => pattern.test(name))?.[1];
    const align = natural === immediate.align ? "" : ` align=${immediate.align}`;
    return `${offset}${align}${immediate.lane === null ? "" : ` ${immediate.lane}`}`;
  }
  return name === "v128.const" ? ` ${vectorText(immediate)}` : ` ${immediate.join(" ")}`;
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  return Object.is(value, -0) ? "-0" : String(value);
}

function vectorText(bytes: readonly number[]): string {
  const words = new DataView(Uint8Array.from(bytes).buffer);
  const hex = [0, 4, 8, 12].map((offset) => `0x${words.getUint32(offset, true).toString(16).padStart(8, "0")}`);
  return `i32x4 ${hex.join(" ")}`;
}
