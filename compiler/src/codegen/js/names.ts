/** @file Identifiers for the names of a kernel: legal in JavaScript, and clear of its words and of what generated code uses. */

import { at, required } from "../../base/assert.ts";
import { preludeNames } from "./prelude.ts";

const reservedWords = [
  "arguments", "await", "break", "case", "catch", "class", "const", "continue", "debugger", "default", "delete", "do", "else",
  "enum", "eval", "export", "extends", "false", "finally", "for", "function", "if", "implements", "import", "in", "instanceof",
  "interface", "let", "new", "null", "package", "private", "protected", "public", "return", "static", "super", "switch", "this",
  "throw", "true", "try", "typeof", "undefined", "var", "void", "while", "with", "yield",
];

const usedGlobals = [
  "Infinity", "Math", "NaN", "Number", "Float32Array", "Float64Array", "Int8Array", "Int16Array", "Int32Array", "Uint8Array",
  "Uint16Array", "Uint32Array",
];

/** A local name without the number that makes it unique in its kernel. */
export function withoutNumber(name: string): string {
  return name.replace(/_*[0-9]+$/, "") || name;
}

/**
 * Gives each name one identifier. Names of one block end with it, so that sibling blocks may use the same short ones; an
 * inner block never hides what an outer one has declared.
 */
export class JsNames {
  readonly #scopes: Set<string>[];
  readonly #identifiers = new Map<string, string>();

  constructor(taken: Iterable<string> = []) {
    this.#scopes = [new Set([...reservedWords, ...usedGlobals, ...preludeNames, ...taken])];
  }

  /** Runs `print` with a block of names of its own. */
  inBlock(print: () => void): void {
    this.#scopes.push(new Set());
    print();
    this.#scopes.pop();
  }

  /** Declares a parameter or array, by its own name where that is legal and free. */
  declare(name: string): string {
    const identifier = this.fresh(name);
    this.#identifiers.set(name, identifier);
    return identifier;
  }

  /** Declares a local value, by its name without the number that makes it unique in the kernel, where that is free. */
  declareLocal(name: string): string {
    const identifier = this.fresh(withoutNumber(name));
    this.#identifiers.set(name, identifier);
    return identifier;
  }

  /** The identifier of a declared name. */
  of(name: string): string {
    return required(this.#identifiers.get(name), `identifier of ${name}`);
  }

  /** An identifier like `hint` that nothing in sight has. */
  fresh(hint: string): string {
    const legal = hint.replaceAll(/[^A-Za-z0-9_$]/g, "_").replace(/^(?=[0-9])/, "_");
    const separator = /[0-9]$/.test(legal) ? "_" : "";
    let identifier = legal;
    for (let count = 2; this.#scopes.some((scope) => scope.has(identifier)); count++) identifier = `${legal}${separator}${count}`;
    at(this.#scopes, -1).add(identifier);
    return identifier;
  }
}
