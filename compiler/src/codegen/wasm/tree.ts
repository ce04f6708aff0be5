/**
 * @file WebAssembly code as trees: instructions hold their operands, blocks their bodies, and locals, globals, functions
 * and labels go by name. The makers check operand types against the instruction table, so that ill-typed code cannot be
 * built; `encode.ts` turns trees into bytes and `print.ts` into text.
 */

import { at, InternalError, invariant } from "../../base/assert.ts";
import { factsOf, type ImmediateKind, type InstructionName, type WasmType } from "./instructions.ts";

export type { InstructionName, WasmType } from "./instructions.ts";

export type Node = InstructionNode | LocalNode | GlobalNode | SelectNode | CallNode | BlockNode | IfNode;

/** An instruction of the table. `immediate` is as the table's kind says; see `Immediate`. */
export interface InstructionNode {
  readonly kind: "instruction";
  readonly name: InstructionName;
  readonly operands: readonly Node[];
  readonly immediate: Immediate;
}

/** Constants, lanes and labels by value; a v128 as 16 bytes; memory accesses with offset and alignment in bytes. */
export type Immediate = null | number | string | readonly number[] | MemoryImmediate;

export interface MemoryImmediate {
  readonly offset: number;
  readonly align: number;
  /** For the lane forms. */
  readonly lane: number | null;
}

/** `get` and `tee` leave a value of `type`; `set` leaves nothing. */
export interface LocalNode {
  readonly kind: "local";
  readonly access: "get" | "set" | "tee";
  readonly name: string;
  readonly type: WasmType;
  readonly value: Node | null;
}

export interface GlobalNode {
  readonly kind: "global";
  readonly name: string;
  readonly type: WasmType;
}

/** The untyped select: `whenTrue` unless `condition` is 0. Evaluates both. */
export interface SelectNode {
  readonly kind: "select";
  readonly whenTrue: Node;
  readonly whenFalse: Node;
  readonly condition: Node;
}

export interface CallNode {
  readonly kind: "call";
  readonly name: string;
  readonly operands: readonly Node[];
  readonly result: WasmType | null;
}

/** A `br` to a block's label leaves it; one to a loop's label goes round again. */
export interface BlockNode {
  readonly kind: "block" | "loop";
  readonly label: string;
  readonly body: readonly Node[];
}

/** Without a label and without a result. */
export interface IfNode {
  readonly kind: "if";
  readonly condition: Node;
  readonly then: readonly Node[];
  readonly otherwise: readonly Node[];
}

export interface Local {
  readonly name: string;
  readonly type: WasmType;
}

export interface WasmFunction {
  readonly name: string;
  readonly parameters: readonly Local[];
  readonly results: readonly WasmType[];
  readonly locals: readonly Local[];
  readonly body: readonly Node[];
  readonly exported: boolean;
}

export interface MemoryImport {
  readonly module: string;
  readonly name: string;
  readonly minimumPages: number;
  /** Required of a shared memory. */
  readonly maximumPages: number | null;
  readonly shared: boolean;
}

/** An immutable imported global. */
export interface GlobalImport {
  readonly module: string;
  readonly name: string;
  readonly type: WasmType;
}

/** Bytes written at instantiation to the address in an imported global. */
export interface DataSegment {
  readonly base: string;
  readonly bytes: Uint8Array;
}

export interface WasmModule {
  readonly memory: MemoryImport | null;
  readonly globals: readonly GlobalImport[];
  readonly functions: readonly WasmFunction[];
  readonly data: readonly DataSegment[];
}

/** What a node leaves on the stack; null for nothing. */
export function typeOf(node: Node): WasmType | null {
  switch (node.kind) {
    case "instruction": return factsOf(node.name).result;
    case "local": return node.access === "set" ? null : node.type;
    case "global": return node.type;
    case "select": return typeOf(node.whenTrue);
    case "call": return node.result;
    case "block": case "loop": case "if": return null;
  }
}

function expectType(node: Node, expected: WasmType, where: string): void {
  const found = typeOf(node);
  if (found !== expected) throw new InternalError(`${where} takes ${expected}, not ${found ?? "nothing"}`);
}

function immediateFits(kind: ImmediateKind, immediate: Immediate): boolean {
  switch (kind) {
    case "none": return immediate === null;
    case "i32": return typeof immediate === "number" && Number.isInteger(immediate);
    case "f32": case "f64": return typeof immediate === "number";
    case "lane": return typeof immediate === "number" && immediate >= 0 && immediate < 16;
    case "v128": return Array.isArray(immediate) && immediate.length === 16;
    case "lanes": return Array.isArray(immediate) && immediate.length === 16 && immediate.every((lane) => lane >= 0 && lane < 32);
    case "memory": return isMemoryImmediate(immediate) && immediate.lane === null;
    case "memoryLane": return isMemoryImmediate(immediate) && immediate.lane !== null;
    case "local": case "global": case "function": case "label": return typeof immediate === "string";
  }
}

export function isMemoryImmediate(immediate: Immediate): immediate is MemoryImmediate {
  return typeof immediate === "object" && immediate !== null && "offset" in immediate;
}

/** An instruction of the table on operands of the types that the table says. */
export function instruction(name: InstructionName, operands: readonly Node[] = [], immediate: Immediate = null): Node {
  const facts = factsOf(name);
  invariant(operands.length === facts.operands.length, `${name} takes ${facts.operands.length} operands, not ${operands.length}`);
  operands.forEach((operand, position) => expectType(operand, at(facts.operands, position), `operand ${position} of ${name}`));
  invariant(immediateFits(facts.immediate, immediate), `${name} takes an immediate of the kind "${facts.immediate}"`);
  return { kind: "instruction", name, operands, immediate };
}

export const i32Const = (value: number): Node => instruction("i32.const", [], value | 0);
export const f32Const = (value: number): Node => instruction("f32.const", [], value);
export const f64Const = (value: number): Node => instruction("f64.const", [], value);
export const v128Const = (bytes: ArrayLike<number>): Node => instruction("v128.const", [], Array.from(bytes));

/** A load or store at `address + offset`; `lane` for the lane forms. */
export function access(
  name: InstructionName, operands: readonly Node[], offset: number, align: number, lane: number | null = null,
): Node {
  return instruction(name, operands, { offset, align, lane });
}

export function getLocal(local: Local): Node {
  return { kind: "local", access: "get", name: local.name, type: local.type, value: null };
}

export function setLocal(local: Local, value: Node): Node {
  expectType(value, local.type, `local ${local.name}`);
  return { kind: "local", access: "set", name: local.name, type: local.type, value };
}

export function teeLocal(local: Local, value: Node): Node {
  expectType(value, local.type, `local ${local.name}`);
  return { kind: "local", access: "tee", name: local.name, type: local.type, value };
}

export function getGlobal(name: string, type: WasmType): Node {
  return { kind: "global", name, type };
}

export function select(whenTrue: Node, whenFalse: Node, condition: Node): Node {
  const type = typeOf(whenTrue);
  invariant(type !== null && typeOf(whenFalse) === type, "select between values of different types");
  expectType(condition, "i32", "the condition of select");
  return { kind: "select", whenTrue, whenFalse, condition };
}

function bodyOf(nodes: readonly Node[], where: string): readonly Node[] {
  for (const node of nodes) invariant(typeOf(node) === null, `a ${where} holds a value that nobody takes`);
  return nodes;
}

export function block(label: string, body: readonly Node[]): Node {
  return { kind: "block", label, body: bodyOf(body, "block") };
}

export function loop(label: string, body: readonly Node[]): Node {
  return { kind: "loop", label, body: bodyOf(body, "loop") };
}

export function ifElse(condition: Node, then: readonly Node[], otherwise: readonly Node[] = []): Node {
  expectType(condition, "i32", "the condition of if");
  return { kind: "if", condition, then: bodyOf(then, "then"), otherwise: bodyOf(otherwise, "else") };
}

export const branch = (label: string): Node => instruction("br", [], label);
export const branchIf = (label: string, condition: Node): Node => instruction("br_if", [condition], label);
