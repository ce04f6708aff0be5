/**
 * @file Reads a printed jaxpr back.
 *
 * Weak types are not printed, so what is read is strong. The lines matter: an equation begins after `;`, or first on a line
 * and no deeper than the jaxpr's first equation; a deeper line goes on with the equation before it.
 */

import { at, InternalError } from "../base/assert.ts";
import { literal, makeEqn, makeJaxpr, newVar } from "./build.ts";
import { unboundVariable, unknownPrimitive } from "./errors.ts";
import { scanAval } from "./parse-aval.ts";
import { endOfValue, parsedFloat, parsePython } from "./parse-python.ts";
import { Scanner } from "./scanner.ts";
import type { Atom, Aval, Eqn, Jaxpr, Literal, Params, ParseContext, ParsedParam, Primitive, Var } from "./types.ts";

/**
 * The jaxpr that a text in JAX's grammar spells. Not verified: `verifyJaxpr` checks it against the primitives.
 *
 * @throws LW1210 for what is not in the grammar, LW1211 for a primitive that is not in `primitives`, LW1212 for a variable
 * that is unbound, bound twice, or an ambiguous `_`; all name line and column.
 * @example parseJaxpr("{ lambda ; a:f32[]. let b:f32[] = sin a in (b,) }", primitives)
 */
export function parseJaxpr(source: string, primitives: ReadonlyMap<string, Primitive>): Jaxpr {
  return new Parser(source, primitives).document();
}

/** The variables bound so far in one jaxpr. */
interface Scope {
  readonly variables: Map<string, Var>;
  /** Results printed as `_`. */
  readonly unnamed: Var[];
}

interface Binder {
  readonly name: string;
  readonly variable: Var;
  readonly position: number;
}

/** A jaxpr printed ahead. It may be used before its own place, so it is read when it is first asked for. */
interface Shared {
  readonly start: number;
  state: "unread" | "in progress" | { readonly jaxpr: Jaxpr; readonly end: number };
}

const nameForm = /[A-Za-z_]\w*/y;
const binderForm = /[A-Za-z_]\w*:/y;
const primitiveForm = /[A-Za-z_][\w.-]*/y;
const sharedNameForm = /[^\s={}()[\],]+/y;
const literalForm = /(?:True|False|-?inf|nan|-?\d[\d.]*(?:e[+-]?\d+)?j?|\([^()\s]*j\)):/y;
const paramForm = /[A-Za-z_]\w*=/y;
const jaxprStart = /\{\s*lambda\b/y;
const jaxprTupleStart = /\(\s*\{\s*lambda\b/y;
const resultsForm = /in\s*\(/y;

/** Params that may name a jaxpr printed ahead; in others the same word is plain text. */
const holdsJaxpr = /(?:^|_)jaxpr$|^branches$/;

class Parser {
  readonly #scanner: Scanner;
  readonly #primitives: ReadonlyMap<string, Primitive>;
  readonly #shared: Map<string, Shared>;

  constructor(source: string, primitives: ReadonlyMap<string, Primitive>) {
    this.#scanner = new Scanner(source);
    this.#primitives = primitives;
    const headers = source.matchAll(/^\s*let (\S+) = (?=\{\s*lambda\b)/gm);
    this.#shared = new Map([...headers].map((header) => [header[1] ?? "", { start: header.index + header[0].length, state: "unread" }]));
  }

  document(): Jaxpr {
    while (!this.#scanner.sees("{")) {
      this.#scanner.expect("let");
      const name = this.#scanner.takeMatch(sharedNameForm) ?? this.#fail("the name of a jaxpr");
      const shared = this.#shared.get(name) ?? this.#fail(`\`= { lambda\` after ${name}, and \`let\` first on its line`);
      this.#scanner.position = this.#readShared(shared).end;
      this.#scanner.expect("in");
    }
    const jaxpr = this.#jaxpr();
    this.#scanner.skipSpace();
    if (this.#scanner.position < this.#scanner.source.length) this.#fail("the end of the text");
    return jaxpr;
  }

  #fail(expected: string): never {
    return this.#scanner.fail({ expected, fix: "compare the text with a printed jaxpr" });
  }

  #readShared(shared: Shared): { readonly jaxpr: Jaxpr; readonly end: number } {
    if (shared.state === "in progress") return this.#fail("a jaxpr that does not hold itself");
    if (shared.state !== "unread") return shared.state;
    shared.state = "in progress";
    const back = this.#scanner.position;
    this.#scanner.position = shared.start;
    const read = { jaxpr: this.#jaxpr(), end: this.#scanner.position };
    shared.state = read;
    this.#scanner.position = back;
    return read;
  }

  #jaxpr(): Jaxpr {
    const scope: Scope = { variables: new Map(), unnamed: [] };
    this.#scanner.expect("{");
    this.#scanner.expect("lambda");
    const constVars = this.#bind(scope, this.#binders());
    this.#scanner.expect(";");
    const inVars = this.#bind(scope, this.#binders());
    this.#scanner.expect(".");
    this.#scanner.expect("let");
    const eqns = this.#equations(scope);
    this.#scanner.expect("in");
    this.#scanner.expect("(");
    const outs: Atom[] = [];
    while (!this.#scanner.takes(")")) {
      outs.push(this.#atom(scope));
      if (!this.#scanner.sees(")")) this.#scanner.expect(",");
    }
    this.#scanner.expect("}");
    return makeJaxpr(constVars, inVars, eqns, outs);
  }

  #binders(): Binder[] {
    const binders: Binder[] = [];
    while (this.#scanner.seesMatch(binderForm)) {
      const { position } = this.#scanner;
      const name = this.#scanner.takeMatch(nameForm) ?? "_";
      this.#scanner.expect(":");
      binders.push({ name, variable: newVar(this.#aval()), position });
    }
    return binders;
  }

  #bind(scope: Scope, binders: readonly Binder[]): Var[] {
    for (const { name, variable, position } of binders) {
      if (name === "_") {
        scope.unnamed.push(variable);
        continue;
      }
      if (scope.variables.has(name)) {
        this.#scanner.fail({
          kind: unboundVariable, position, expected: `a name other than ${name}, which is bound already,`, fix: "bind each variable once",
        });
      }
      scope.variables.set(name, variable);
    }
    return binders.map(({ variable }) => variable);
  }

  #aval(): Aval {
    this.#scanner.skipSpace();
    const { source, position } = this.#scanner;
    const scanned = scanAval(source.slice(position, source.indexOf("]", position) + 1)) ?? this.#fail("an array type such as f32[2,3]");
    this.#scanner.position += scanned.length;
    return scanned.aval;
  }

  #equations(scope: Scope): Eqn[] {
    const eqns: Eqn[] = [];
    if (this.#seesResults()) return eqns;
    const column = this.#scanner.isFirstOnLine() ? this.#scanner.column() : -1;
    do eqns.push(this.#equation(scope, column)); while (this.#scanner.takes(";") || !this.#seesResults());
    return eqns;
  }

  /** Whether the jaxpr's `in (...)` follows, and not a variable called `in` before a complex literal. */
  #seesResults(): boolean {
    if (!this.#scanner.seesMatch(resultsForm)) return false;
    const opening = this.#scanner.source.indexOf("(", this.#scanner.position);
    const end = endOfValue(this.#scanner.source, opening, (character) => character !== "(");
    return this.#scanner.source.charAt(end) !== ":";
  }

  #equation(scope: Scope, column: number): Eqn {
    const results = this.#binders();
    if (results.length > 0) this.#scanner.expect("=");
    const primitive = this.#primitive();
    const { position } = this.#scanner;
    const params = this.#scanner.source.charAt(this.#scanner.position) === "[" ? this.#params() : new Map<string, ParsedParam>();
    const inputs: Atom[] = [];
    while (!this.#endsEquation(column)) inputs.push(this.#atom(scope));
    // Only now, because an equation does not read its own results.
    const outVars = this.#bind(scope, results);
    const context = { inAvals: inputs.map((input) => input.aval), outAvals: outVars.map((result) => result.aval) };
    return makeEqn(primitive, inputs, this.#readParams(primitive, params, context, position), outVars);
  }

  #readParams(primitive: Primitive, params: ReadonlyMap<string, ParsedParam>, context: ParseContext, position: number): Params {
    try {
      return primitive.parseParams(params, context);
    } catch (error) {
      // A rule takes what it cannot read for a fault of ours; here the text is to blame.
      if (!(error instanceof InternalError)) throw error;
      return this.#scanner.fail({
        position, expected: `params of ${primitive.name} (${error.message})`, fix: "write the params as the primitive prints them",
      });
    }
  }

  #endsEquation(column: number): boolean {
    if (this.#scanner.sees(";") || this.#seesResults()) return true;
    return this.#scanner.column() <= column && this.#scanner.isFirstOnLine();
  }

  #primitive(): Primitive {
    this.#scanner.skipSpace();
    const { position } = this.#scanner;
    const name = this.#scanner.takeMatch(primitiveForm) ?? this.#fail("the name of a primitive");
    return this.#primitives.get(name) ?? this.#scanner.fail({
      kind: unknownPrimitive, position, expected: "the name of a primitive that lanewise has", fix: "write the equation with such primitives",
    });
  }

  #params(): Map<string, ParsedParam> {
    this.#scanner.expect("[");
    const params = new Map<string, ParsedParam>();
    while (!this.#scanner.takes("]")) {
      const name = this.#scanner.takeMatch(nameForm) ?? this.#fail("the name of a param");
      this.#scanner.expect("=");
      params.set(name, this.#param(name));
    }
    return params;
  }

  #param(name: string): ParsedParam {
    if (this.#scanner.seesMatch(jaxprStart)) return this.#jaxpr();
    if (this.#scanner.seesMatch(jaxprTupleStart) || (name === "branches" && this.#scanner.sees("("))) return this.#jaxprTuple();
    const start = this.#scanner.position;
    // Text may hold spaces; it goes on until the next param or the end of the params.
    do this.#skipWord(); while (!this.#scanner.sees("]") && !this.#scanner.seesMatch(paramForm));
    const value = this.#scanner.source.slice(start, this.#scanner.position).trim();
    const shared = holdsJaxpr.test(name) ? this.#shared.get(value) : undefined;
    return shared === undefined ? parsePython(value) : this.#readShared(shared).jaxpr;
  }

  #skipWord(): void {
    this.#scanner.skipSpace();
    const { source, position } = this.#scanner;
    const end = endOfValue(source, position, (character) => character === "]" || /\s/.test(character));
    if (end < 0 || position >= source.length) this.#fail("params whose brackets and quotes are closed");
    this.#scanner.position = end;
  }

  /** A tuple of jaxprs with spaces between them. */
  #jaxprTuple(): readonly Jaxpr[] {
    this.#scanner.expect("(");
    const jaxprs: Jaxpr[] = [];
    while (!this.#scanner.takes(")")) {
      if (this.#scanner.sees("{")) {
        jaxprs.push(this.#jaxpr());
        continue;
      }
      const name = this.#scanner.takeMatch(sharedNameForm) ?? this.#fail("a jaxpr");
      const shared = this.#shared.get(name) ?? this.#fail(`a jaxpr called ${name}, printed ahead,`);
      jaxprs.push(this.#readShared(shared).jaxpr);
    }
    return jaxprs;
  }

  #atom(scope: Scope): Atom {
    return this.#scanner.seesMatch(literalForm) ? this.#literal() : this.#variable(scope);
  }

  #literal(): Literal {
    const { position } = this.#scanner;
    const digits = (this.#scanner.takeMatch(literalForm) ?? "").slice(0, -1);
    const aval = this.#aval();
    const value = aval.dtype === "complex64" ? parseComplex(digits) : parsedFloat(parsePython(digits)) ?? parseBool(digits);
    if (value === null || (aval.dtype === "bool") !== (parseBool(digits) !== null)) {
      this.#scanner.fail({
        position, expected: `a literal of ${aval.dtype}`,
        fix: "write True or False for bool, a number for others; imaginary parts cannot be literals",
      });
    }
    return literal(value, aval);
  }

  #variable(scope: Scope): Var {
    this.#scanner.skipSpace();
    const { position } = this.#scanner;
    const name = this.#scanner.takeMatch(nameForm) ?? this.#fail("a variable or a literal");
    if (name === "_" && scope.unnamed.length === 1) return at(scope.unnamed, 0);
    return scope.variables.get(name) ?? this.#scanner.fail({
      kind: unboundVariable, position,
      expected: name === "_" ? "a name that belongs to one variable" : "a variable that is bound before it is used",
      fix: name === "_" ? "print with { nameUnused: true }" : `bind ${name} in this jaxpr, or pass it in`,
    });
  }
}

function parseBool(digits: string): number | null {
  if (digits === "True") return 1;
  return digits === "False" ? 0 : null;
}

/** The real number in `(2+0j)` or `0j`; null when there is an imaginary part. */
function parseComplex(digits: string): number | null {
  if (digits === "0j") return 0;
  const match = /^\((.+)\+0j\)$/.exec(digits);
  return match === null ? null : parsedFloat(parsePython(match[1] ?? ""));
}
