/** @file Encodes a module of trees into the WebAssembly binary format: sections, types, indices, and code. */

import { assertNever, at, InternalError, required } from "../../base/assert.ts";
import { ByteWriter } from "./bytes.ts";
import { factsOf } from "./instructions.ts";
import {
  isMemoryImmediate, type InstructionNode, type Local, type Node, type WasmFunction, type WasmModule, type WasmType,
} from "./tree.ts";

const typeBytes: Readonly<Record<WasmType, number>> = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b };

const sectionNumbers = { type: 1, import: 2, function: 3, export: 7, code: 10, data: 11, dataCount: 12 } as const;

const emptyBlockType = 0x40;
const endByte = 0x0b;

/** The module's bytes, ready for `new WebAssembly.Module`. */
export function encodeModule(module: WasmModule): Uint8Array<ArrayBuffer> {
  const signatures = new SignatureTable();
  const typeOfFunction = module.functions.map((fn) => signatures.indexOf(fn.parameters.map(({ type }) => type), fn.results));
  const out = new ByteWriter();
  out.bytes([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);

  section(out, sectionNumbers.type, (body) => body.vector(signatures.all, (signature) => {
    body.byte(0x60);
    body.vector(signature.parameters, (type) => body.byte(typeBytes[type]));
    body.vector(signature.results, (type) => body.byte(typeBytes[type]));
  }));
  section(out, sectionNumbers.import, (body) => encodeImports(body, module));
  section(out, sectionNumbers.function, (body) => body.vector(typeOfFunction, (type) => body.unsigned(type)));
  section(out, sectionNumbers.export, (body) => {
    const exported = module.functions.filter((fn) => fn.exported);
    body.vector(exported, (fn) => {
      body.name(fn.name);
      body.byte(0x00);
      body.unsigned(module.functions.indexOf(fn));
    });
  });
  section(out, sectionNumbers.code, (body) => body.vector(module.functions, (fn) => body.sized((code) => encodeFunction(code, fn, module))));
  if (module.data.length > 0) section(out, sectionNumbers.data, (body) => encodeData(body, module));
  return out.finish();
}

function section(out: ByteWriter, number: number, write: (body: ByteWriter) => void): void {
  out.byte(number);
  out.sized(write);
}

interface Signature {
  readonly parameters: readonly WasmType[];
  readonly results: readonly WasmType[];
}

/** Function types, each once. */
class SignatureTable {
  readonly all: Signature[] = [];
  readonly #indices = new Map<string, number>();

  indexOf(parameters: readonly WasmType[], results: readonly WasmType[]): number {
    const key = `${parameters.join(" ")}:${results.join(" ")}`;
    const known = this.#indices.get(key);
    if (known !== undefined) return known;
    const index = this.all.length;
    this.all.push({ parameters, results });
    this.#indices.set(key, index);
    return index;
  }
}

function encodeImports(body: ByteWriter, module: WasmModule): void {
  const { memory } = module;
  body.unsigned(module.globals.length + (memory === null ? 0 : 1));
  if (memory !== null) {
    body.name(memory.module);
    body.name(memory.name);
    body.byte(0x02);
    body.byte((memory.shared ? 2 : 0) | (memory.maximumPages === null ? 0 : 1));
    body.unsigned(memory.minimumPages);
    if (memory.maximumPages !== null) body.unsigned(memory.maximumPages);
  }
  for (const global of module.globals) {
    body.name(global.module);
    body.name(global.name);
    body.byte(0x03);
    body.byte(typeBytes[global.type]);
    body.byte(0x00);
  }
}

function globalIndex(module: WasmModule, name: string): number {
  const index = module.globals.findIndex((global) => global.name === name);
  if (index < 0) throw new InternalError(`the module has no global ${name}`);
  return index;
}

function encodeData(body: ByteWriter, module: WasmModule): void {
  body.vector(module.data, (segment) => {
    body.byte(0x00);
    body.byte(0x23);
    body.unsigned(globalIndex(module, segment.base));
    body.byte(endByte);
    body.vector(segment.bytes, (byte) => body.byte(byte));
  });
}

function encodeFunction(out: ByteWriter, fn: WasmFunction, module: WasmModule): void {
  const ordered = [...fn.locals].sort((a, b) => typeBytes[b.type] - typeBytes[a.type]);
  const runs: { type: WasmType; count: number }[] = [];
  for (const local of ordered) {
    const last = runs[runs.length - 1];
    if (last !== undefined && last.type === local.type) last.count += 1;
    else runs.push({ type: local.type, count: 1 });
  }
  out.vector(runs, ({ type, count }) => {
    out.unsigned(count);
    out.byte(typeBytes[type]);
  });
  const encoder = new CodeEncoder(out, module, [...fn.parameters, ...ordered]);
  encoder.body(fn.body);
  out.byte(endByte);
}

/** Writes trees in postorder, resolving names to indices and labels to depths. */
class CodeEncoder {
  readonly #out: ByteWriter;
  readonly #module: WasmModule;
  readonly #locals = new Map<string, number>();
  readonly #labels: (string | null)[] = [];

  constructor(out: ByteWriter, module: WasmModule, locals: readonly Local[]) {
    this.#out = out;
    this.#module = module;
    for (const [index, local] of locals.entries()) {
      if (this.#locals.has(local.name)) throw new InternalError(`two locals are named ${local.name}`);
      this.#locals.set(local.name, index);
    }
  }

  body(nodes: readonly Node[]): void {
    for (const node of nodes) this.#node(node);
  }

  #node(node: Node): void {
    const out = this.#out;
    switch (node.kind) {
      case "instruction": return this.#instruction(node);
      case "local":
        if (node.value !== null) this.#node(node.value);
        out.byte(node.access === "get" ? 0x20 : node.access === "set" ? 0x21 : 0x22);
        return out.unsigned(this.#localIndex(node.name));
      case "global":
        out.byte(0x23);
        return out.unsigned(globalIndex(this.#module, node.name));
      case "select":
        this.body([node.whenTrue, node.whenFalse, node.condition]);
        return out.byte(0x1b);
      case "call":
        this.body(node.operands);
        out.byte(0x10);
        return out.unsigned(this.#functionIndex(node.name));
      case "block": case "loop":
        out.byte(node.kind === "block" ? 0x02 : 0x03);
        out.byte(emptyBlockType);
        this.#nested(node.label, node.body);
        return out.byte(endByte);
      case "if":
        this.#node(node.condition);
        out.byte(0x04);
        out.byte(emptyBlockType);
        this.#nested(null, node.then);
        if (node.otherwise.length > 0) {
          out.byte(0x05);
          this.#nested(null, node.otherwise);
        }
        return out.byte(endByte);
      default: return assertNever(node, "node");
    }
  }

  #nested(label: string | null, nodes: readonly Node[]): void {
    this.#labels.push(label);
    this.body(nodes);
    this.#labels.pop();
  }

  #instruction(node: InstructionNode): void {
    const facts = factsOf(node.name);
    this.body(node.operands);
    if (facts.prefix === 0) {
      this.#out.byte(facts.code);
    } else {
      this.#out.byte(facts.prefix);
      this.#out.unsigned(facts.code);
    }
    this.#immediate(node);
  }

  #immediate(node: InstructionNode): void {
    const out = this.#out;
    const { immediate } = node;
    if (immediate === null) return;
    if (typeof immediate === "string") return out.unsigned(this.#depth(immediate));
    if (isMemoryImmediate(immediate)) {
      out.unsigned(Math.log2(immediate.align));
      out.unsigned(immediate.offset);
      if (immediate.lane !== null) out.byte(immediate.lane);
      return;
    }
    if (typeof immediate !== "number") return out.bytes(immediate);
    switch (factsOf(node.name).immediate) {
      case "i32": return out.signed(immediate);
      case "f32": return out.float32(immediate);
      case "f64": return out.float64(immediate);
      case "lane": return out.byte(immediate);
      default: throw new InternalError(`${node.name} with the number ${immediate}`);
    }
  }

  #localIndex(name: string): number {
    return required(this.#locals.get(name), `local ${name}`);
  }

  #functionIndex(name: string): number {
    const index = this.#module.functions.findIndex((fn) => fn.name === name);
    if (index < 0) throw new InternalError(`the module has no function ${name}`);
    return index;
  }

  #depth(label: string): number {
    for (let depth = 0; depth < this.#labels.length; depth += 1) {
      if (at(this.#labels, -1 - depth) === label) return depth;
    }
    throw new InternalError(`a branch to ${label}, which does not enclose it`);
  }
}
