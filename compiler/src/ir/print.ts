/**
 * @file Prints a jaxpr in JAX's grammar and layout.
 *
 * Names are given when a variable is first printed: a, b, ..., z, ba, bb, ... A jaxpr that occurs more than once, and a
 * nested one with many equations, is printed ahead of the others as `let name = {...} in`.
 */

import { assertNever, at } from "../base/assert.ts";
import { shortName, type DType } from "../base/dtype.ts";
import { formatFloat, formatRealComplex } from "./format-python.ts";
import { concat, group, join, layout, lineBreak, nest, note, nothing, text, type Doc } from "./pretty.ts";
import type { Atom, Aval, ClosedJaxpr, Eqn, Jaxpr, Literal, PrintedParam, PrintedValue, Var } from "./types.ts";

export interface PrintOptions {
  /** Columns that a group may take before it breaks. */
  readonly width?: number;
  /** Prints names in place of `_` for unused results, so that the text parses back without doubt. */
  readonly nameUnused?: boolean;
  /** A remark on one equation of the outermost jaxpr or of a nested one. */
  readonly remark?: Remark;
}

export interface Remark {
  /** The equation, or the jaxpr whose inputs or results (by default) the remark is about. */
  readonly on: Eqn | Jaxpr;
  readonly place?: "inputs" | "results";
  readonly text: string;
  /** Prints only so many equations before and after the one of the outermost jaxpr that holds the remark. */
  readonly around?: number;
}

/**
 * The jaxpr as JAX prints it.
 *
 * @example printJaxpr(jaxpr) // "{ lambda ; a:f32[3]. let b:f32[3] = sin a in (b,) }"
 */
export function printJaxpr(jaxpr: Jaxpr | ClosedJaxpr, options: PrintOptions = {}): string {
  const outermost = "jaxpr" in jaxpr ? jaxpr.jaxpr : jaxpr;
  const printer = new Printer(options.remark ?? null);
  for (const unused of options.nameUnused === true ? [] : unusedResults(outermost)) printer.names.set(unused, "_");
  const shared = sharedJaxprs(outermost);
  for (const [inner, name] of shared) printer.share(inner, name);
  const parts = [...shared].map(([inner, name]) =>
    concat(text(`let ${name} = `), printer.jaxpr(inner, false), text(" in"), lineBreak()));
  return layout(concat(...parts, printer.jaxpr(outermost, true)), options.width ?? 80);
}

/** An array type: `f32[2,3]`. */
export function printAval(aval: Aval): string {
  return `${shortName(aval.dtype)}[${aval.shape.join(",")}]`;
}

/** A literal with its type: `2.0:f32[]`, `True:bool[]`. */
export function printLiteral(literal: Literal): string {
  return `${formatScalar(literal.value, literal.aval.dtype)}:${printAval(literal.aval)}`;
}

/** A number of this dtype as Python prints it. */
export function formatScalar(value: number, dtype: DType): string {
  switch (dtype) {
    case "bool": return value === 0 ? "False" : "True";
    case "int8": case "int16": case "int32": case "uint8": case "uint16": case "uint32": return String(value);
    case "bfloat16": case "float16": case "float32": case "float64": return formatFloat(value);
    case "complex64": return formatRealComplex(value);
    case "float0": case "key<fry>": return String(value);
    default: return assertNever(dtype, "dtype");
  }
}

/** 0 -> a, 25 -> z, 26 -> ba: the number in base 26 with letters for digits. */
export function variableName(index: number): string {
  const letter = String.fromCharCode(97 + (index % 26));
  return index < 26 ? letter : variableName(Math.floor(index / 26)) + letter;
}

/** Results of the outermost equations that neither a later equation nor the jaxpr's results read. */
function unusedResults(jaxpr: Jaxpr): Var[] {
  const used = new Set<Atom>(jaxpr.outs);
  for (const eqn of jaxpr.eqns) for (const input of eqn.inputs) used.add(input);
  return jaxpr.eqns.flatMap((eqn) => eqn.outVars.filter((result) => !used.has(result)));
}

/** Params as the primitive prints them. */
function printedParams(eqn: Eqn): readonly PrintedParam[] {
  return eqn.primitive.printParams === "none" ? [] : eqn.primitive.printParams(eqn.params);
}

function jaxprsOf(value: PrintedValue): readonly { readonly jaxpr: Jaxpr; readonly name: string }[] {
  switch (value.kind) {
    case "text": return [];
    case "jaxpr": return [value];
    case "jaxprs": return value.jaxprs.map((jaxpr) => ({ jaxpr, name: "jaxpr" }));
    default: return assertNever(value, "printed param");
  }
}

/** A nested jaxpr with more equations than this is printed ahead even when it occurs once. */
const longestInPlace = 10;

/**
 * The jaxprs that are printed ahead, with distinct names, breadth first. One that occurs once in a jaxpr that occurs twice
 * counts twice as well.
 */
function sharedJaxprs(outermost: Jaxpr): ReadonlyMap<Jaxpr, string> {
  const found = new Map<Jaxpr, { readonly name: string; readonly parents: Jaxpr[] }>([[outermost, { name: "jaxpr", parents: [] }]]);
  // A Map visits what is added to it while it is walked: this is the breadth-first order.
  for (const parent of found.keys()) {
    for (const eqn of parent.eqns) {
      if (eqn.primitive.subJaxprs === "none") continue;
      for (const { jaxpr, name } of printedParams(eqn).flatMap(({ value }) => jaxprsOf(value))) {
        const known = found.get(jaxpr);
        if (known === undefined) found.set(jaxpr, { name: name.replace(/^<|>$/g, ""), parents: [parent] });
        else known.parents.push(parent);
      }
    }
  }
  const repeated = repeatedJaxprs(found);
  const counts = new Map<string, number>();
  const shared = new Map<Jaxpr, string>();
  for (const [jaxpr, { name }] of found) {
    const isLong = jaxpr !== outermost && jaxpr.eqns.length > longestInPlace;
    if (!repeated.has(jaxpr) && !isLong) continue;
    shared.set(jaxpr, distinctName(name === "" ? "jaxpr" : name, counts));
  }
  return shared;
}

/** Those with two references, and everything that they hold. */
function repeatedJaxprs(found: ReadonlyMap<Jaxpr, { readonly parents: readonly Jaxpr[] }>): ReadonlySet<Jaxpr> {
  const repeated = new Set<Jaxpr>();
  for (const [jaxpr, { parents }] of found) if (parents.length > 1) repeated.add(jaxpr);
  const children = new Map<Jaxpr, Jaxpr[]>();
  for (const [jaxpr, { parents }] of found) {
    for (const parent of parents) {
      const siblings = children.get(parent);
      if (siblings === undefined) children.set(parent, [jaxpr]);
      else siblings.push(jaxpr);
    }
  }
  for (const jaxpr of repeated) for (const child of children.get(jaxpr) ?? []) repeated.add(child);
  return repeated;
}

function distinctName(name: string, counts: Map<string, number>): string {
  const count = counts.get(name) ?? 0;
  counts.set(name, count + 1);
  return count === 0 ? name : distinctName(`${name}${count}`, counts);
}

class Printer {
  readonly names = new Map<Var, string>();
  readonly #shared = new Map<Jaxpr, string>();
  readonly #sharedNames = new Set<string>();
  readonly #remark: Remark | null;
  /** Set when the equation that is being made into a document holds the remark. */
  #reached = false;
  #nextName = 0;

  constructor(remark: Remark | null) {
    this.#remark = remark;
  }

  share(jaxpr: Jaxpr, name: string): void {
    this.#shared.set(jaxpr, name);
    this.#sharedNames.add(name);
  }

  #name(variable: Var): string {
    const known = this.names.get(variable);
    if (known !== undefined) return known;
    let name = variableName(this.#nextName++);
    while (this.#sharedNames.has(name)) name = variableName(this.#nextName++);
    this.names.set(variable, name);
    return name;
  }

  #atom(atom: Atom): Doc {
    return text(atom.kind === "var" ? this.#name(atom) : printLiteral(atom));
  }

  /** Atoms that fill lines: each gap breaks only where the line is full. */
  #atoms(docs: readonly Doc[], separator = ""): Doc {
    return nest(2, group(join(concat(text(separator), group(lineBreak())), docs)));
  }

  #binders(variables: readonly Var[]): Doc {
    return this.#atoms(variables.map((variable) => text(`${this.#name(variable)}:${printAval(variable.aval)}`)));
  }

  /** A whole jaxpr; its constants are named first, then inputs, equations in order, results. */
  jaxpr(jaxpr: Jaxpr, isOutermost: boolean): Doc {
    const constants = this.#binders(jaxpr.constVars);
    const inputs = this.#binders(jaxpr.inVars);
    const equations = this.#equations(jaxpr, isOutermost);
    const results = this.#atoms(jaxpr.outs.map((atom) => this.#atom(atom)), ",");
    const body = concat(
      text("{ lambda "), constants, text("; "), inputs, text(". let"), this.#remarkOn(jaxpr, "inputs"),
      nest(2, concat(lineBreak(), equations)), lineBreak(),
      text("in ("), results, text(jaxpr.outs.length === 1 ? ",)" : ")"), this.#remarkOn(jaxpr, "results"),
    );
    return group(concat(nest(2, body), text(" }")));
  }

  #remarkOn(node: Eqn | Jaxpr, place?: Remark["place"]): Doc {
    if (this.#remark?.on !== node) return nothing;
    if (place !== undefined && place !== (this.#remark.place ?? "results")) return nothing;
    this.#reached = true;
    return note(`  <-- ${this.#remark.text}`);
  }

  #equations(jaxpr: Jaxpr, isOutermost: boolean): Doc {
    const isAboutInputs = this.#remark?.on === jaxpr && this.#remark.place === "inputs";
    let holder = isAboutInputs ? 0 : jaxpr.eqns.length;
    const docs = jaxpr.eqns.map((eqn, index) => {
      const reachedBefore = this.#reached;
      const doc = this.#equation(eqn);
      if (this.#reached && !reachedBefore) holder = index;
      return doc;
    });
    const around = isOutermost ? this.#remark?.around : undefined;
    if (around === undefined) return join(lineBreak("; "), docs);
    const first = Math.max(0, holder - around);
    const last = Math.min(docs.length, holder + around + 1);
    const shown = [...(first > 0 ? [text("...")] : []), ...docs.slice(first, last), ...(last < docs.length ? [text("...")] : [])];
    return join(lineBreak("; "), shown);
  }

  #equation(eqn: Eqn): Doc {
    const results = eqn.outVars.length === 0 ? nothing : concat(this.#binders(eqn.outVars), text(" = "));
    const params = this.#params(eqn);
    const inputs = this.#atoms(eqn.inputs.map((atom) => this.#atom(atom)));
    return concat(results, text(eqn.primitive.name), params, text(" "), inputs, this.#remarkOn(eqn));
  }

  #params(eqn: Eqn): Doc {
    const params = printedParams(eqn);
    if (params.length === 0) return nothing;
    for (const { value } of params) {
      if (value.kind !== "jaxpr" || value.sameNames !== true || this.#shared.has(value.jaxpr)) continue;
      this.#suggestNames(value.jaxpr.inVars, eqn.inputs);
      this.#suggestNames(value.jaxpr.outs, eqn.outVars);
    }
    const pairs = params.map(({ name, value }) => concat(text(`${name}=`), this.#value(value)));
    return group(concat(nest(2, concat(text("["), lineBreak(""), join(lineBreak(), pairs))), lineBreak(""), text("]")));
  }

  #value(value: PrintedValue): Doc {
    switch (value.kind) {
      case "text": return text(value.text);
      case "jaxpr": return this.#nested(value.jaxpr);
      case "jaxprs": {
        const docs = value.jaxprs.map((jaxpr) => this.#nested(jaxpr));
        return group(concat(nest(2, concat(text("("), lineBreak(""), join(lineBreak(), docs))), lineBreak(""), text(")")));
      }
      default: return assertNever(value, "printed param");
    }
  }

  #nested(jaxpr: Jaxpr): Doc {
    const shared = this.#shared.get(jaxpr);
    return shared === undefined ? this.jaxpr(jaxpr, false) : text(shared);
  }

  /** Gives unnamed variables the names of their counterparts outside, each outer name at most once. */
  #suggestNames(inner: readonly Atom[], outer: readonly Atom[]): void {
    if (inner.length !== outer.length) return;
    const taken = new Set<Atom>();
    inner.forEach((variable, index) => {
      const counterpart = at(outer, index);
      if (variable.kind !== "var" || counterpart.kind !== "var" || taken.has(counterpart) || this.names.has(variable)) return;
      taken.add(counterpart);
      this.names.set(variable, this.#name(counterpart));
    });
  }
}
