/**
 * @file The graph IR's verifier. What holds for every jaxpr:
 *
 * 1. Each variable is bound once: as a constant, an input, or the result of one equation.
 * 2. What an equation or a result reads is bound before it, in the same jaxpr: jaxprs are closed.
 * 3. Extents are integers from 0 on. Literals are scalars in the range of their dtype: 0 or 1 for bool, integers for
 *    integer dtypes; a float literal is any number and means the value of its dtype nearest to it.
 * 4. The results of an equation have the number, shapes and dtypes that its primitive's abstractEval gives for its inputs.
 *    Weak types may differ: passes replace an atom by an equal one.
 * 5. A call's inputs and outputs agree with its jaxpr's, which has no constants.
 * 6. Effects of an equation are those of its primitive; effects of a jaxpr are those of its equations.
 * 7. The constants of a closed jaxpr agree with its constant variables.
 * 8. Nested jaxprs hold to all of this.
 */

import { assertNever, at, InternalError } from "../base/assert.ts";
import { integerRange, type DType } from "../base/dtype.ts";
import { LanewiseError } from "../base/errors.ts";
import { equalAvals } from "./equal.ts";
import { nestedJaxprs } from "./nested.ts";
import { printAval, printJaxpr, printLiteral, type Remark } from "./print.ts";
import type { Atom, Aval, ClosedJaxpr, Effect, Eqn, Jaxpr, Var } from "./types.ts";

/** Equations shown on either side of the offending one. */
const shownAround = 10;

/**
 * Throws an InternalError that shows the offending line of the jaxpr unless all invariants hold. Linear time.
 *
 * @example verifyJaxpr(jaxpr, "after inline")
 */
export function verifyJaxpr(jaxpr: Jaxpr | ClosedJaxpr, name = "jaxpr"): void {
  const outermost = "jaxpr" in jaxpr ? jaxpr.jaxpr : jaxpr;
  const verifier = new Verifier(outermost, name);
  verifier.jaxpr(outermost);
  if ("jaxpr" in jaxpr) verifier.consts(jaxpr);
}

class Verifier {
  readonly #outermost: Jaxpr;
  readonly #name: string;
  readonly #verified = new Set<Jaxpr>();

  constructor(outermost: Jaxpr, name: string) {
    this.#outermost = outermost;
    this.#name = name;
  }

  /** `holder` is the jaxpr that the remark is about or in. */
  #fail(holder: Jaxpr, on: Eqn | Jaxpr, message: string, place: Remark["place"] = "results"): never {
    const remark: Remark = { on, text: message, place, around: shownAround };
    throw new InternalError(`${this.#name}: ${message}`, printWithRemark(this.#outermost, holder, remark));
  }

  jaxpr(jaxpr: Jaxpr): void {
    if (this.#verified.has(jaxpr)) return;
    this.#verified.add(jaxpr);
    const bound = new Set<Var>();
    const bind = (variables: readonly Var[], on: Eqn | Jaxpr): void => {
      for (const { aval } of variables) {
        if (aval.shape.every((extent) => Number.isInteger(extent) && extent >= 0)) continue;
        this.#fail(jaxpr, on, `an extent of ${printAval(aval)} is no integer from 0 on`, "inputs");
      }
      for (const variable of variables) {
        if (bound.has(variable)) this.#fail(jaxpr, on, "a variable is bound twice", "inputs");
        bound.add(variable);
      }
    };
    const read = (atom: Atom, on: Eqn | Jaxpr, what: string): void => {
      if (atom.kind === "var" && !bound.has(atom)) this.#fail(jaxpr, on, `${what} is read before it is bound`);
      if (atom.kind === "literal") this.#literal(atom.value, atom.aval, (message) => this.#fail(jaxpr, on, `${what}: ${message}`));
    };
    bind(jaxpr.constVars, jaxpr);
    bind(jaxpr.inVars, jaxpr);
    for (const eqn of jaxpr.eqns) {
      eqn.inputs.forEach((atom, index) => read(atom, eqn, `input ${index}`));
      this.#equation(jaxpr, eqn);
      bind(eqn.outVars, eqn);
    }
    jaxpr.outs.forEach((atom, index) => read(atom, jaxpr, `output ${index}`));
    const effects = jaxpr.eqns.flatMap((eqn) => eqn.effects);
    if (!sameEffects(jaxpr.effects, effects)) {
      this.#fail(jaxpr, jaxpr, `the jaxpr has effects ${formatEffects(jaxpr.effects)}, its equations ${formatEffects(effects)}`);
    }
  }

  #literal(value: number, aval: Aval, fail: (message: string) => never): void {
    if (aval.shape.length > 0) fail(`a literal is a scalar, not ${printAval(aval)}`);
    if (!isInRange(value, aval.dtype)) fail(`${printLiteral({ kind: "literal", value, aval })} is outside its dtype`);
  }

  #equation(holder: Jaxpr, eqn: Eqn): void {
    for (const nested of nestedJaxprs(eqn)) this.jaxpr(nested);
    const fail = (message: string): never => this.#fail(holder, eqn, message);
    const inferred = inferResults(eqn, fail);
    compareAvals("result", "the primitive gives", eqn.outVars, inferred, fail);
    if (eqn.primitive.inlinable !== "never") {
      const { jaxpr, consts } = eqn.primitive.inlinable(eqn.params);
      if (jaxpr.constVars.length + consts.length > 0) fail("the jaxpr of a call has constants");
      compareAvals("input", "its jaxpr takes", eqn.inputs, jaxpr.inVars.map((variable) => variable.aval), fail);
      compareAvals("result", "its jaxpr gives", eqn.outVars, jaxpr.outs.map((out) => out.aval), fail);
    }
    const effects = eqn.primitive.effects === "pure" ? [] : eqn.primitive.effects(eqn.params);
    if (!sameEffects(eqn.effects, effects)) fail(`the equation has effects ${formatEffects(eqn.effects)}, its primitive ${formatEffects(effects)}`);
  }

  consts({ jaxpr, consts }: ClosedJaxpr): void {
    const expected = jaxpr.constVars.map((variable) => variable.aval);
    compareAvals("constant", "the variable is", consts, expected, (message) => this.#fail(jaxpr, jaxpr, message, "inputs"));
  }
}

function inferResults(eqn: Eqn, fail: (message: string) => never): readonly Aval[] {
  try {
    return eqn.primitive.abstractEval(eqn.inputs.map((input) => input.aval), eqn.params);
  } catch (error) {
    if (error instanceof LanewiseError) return fail(`${eqn.primitive.name} expects ${error.details.expected}, not ${error.details.got}`);
    return fail(`${eqn.primitive.name} refuses its inputs: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function compareAvals(
  what: string, source: string, given: readonly { readonly aval: Aval }[], expected: readonly Aval[], fail: (message: string) => never,
): void {
  if (given.length !== expected.length) fail(`${given.length} ${what}s where ${source} ${expected.length}`);
  given.forEach(({ aval }, index) => {
    if (!equalAvals(aval, at(expected, index), { weakTypes: false })) {
      fail(`${what} ${index} is ${printAval(aval)} where ${source} ${printAval(at(expected, index))}`);
    }
  });
}

function isInRange(value: number, dtype: DType): boolean {
  if (dtype === "float0" || dtype === "key<fry>") return false;
  if (dtype === "bool") return value === 0 || value === 1;
  const range = integerRange(dtype);
  return range === null || (Number.isInteger(value) && value >= range[0] && value <= range[1]);
}

/** Whether two lists hold the same effects, however often. */
function sameEffects(left: readonly Effect[], right: readonly Effect[]): boolean {
  const [mine, theirs] = [new Set(left.map(formatEffect)), new Set(right.map(formatEffect))];
  return mine.size === theirs.size && [...mine].every((effect) => theirs.has(effect));
}

/** An effect in words; different effects have different words. */
function formatEffect(effect: Effect): string {
  switch (effect.kind) {
    case "host": return "host";
    case "collective": return `collective over ${effect.axisName}`;
    default: return assertNever(effect, "effect");
  }
}

function formatEffects(effects: readonly Effect[]): string {
  return `{${[...new Set(effects.map(formatEffect))].join(", ")}}`;
}

/** The outermost jaxpr with the remark; the one that holds it where the outermost does not print it. */
function printWithRemark(outermost: Jaxpr, holder: Jaxpr, remark: Remark): string {
  try {
    const whole = printJaxpr(outermost, { remark });
    return whole.includes(`<-- ${remark.text}`) ? whole : printJaxpr(holder, { remark });
  } catch (error) {
    return `(it cannot be printed: ${error instanceof Error ? error.message : String(error)})`;
  }
}
