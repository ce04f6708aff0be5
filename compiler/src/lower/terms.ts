/**
 * @file Elements of values as numbered terms: two elements with the same number are the same to the bit, up to a sign that is
 * told apart. Found by running lowerings on symbols, so that nothing here knows an equation by name: `x[i] - x[k]` is the negative
 * of `x[k] - x[i]`, and its square is the same with the indices swapped.
 */

import { at } from "../base/assert.ts";
import { isFloatValue } from "../base/scalar-ops.ts";
import type { Atom, Emitter, Eqn, Jaxpr, Params, ReadOperand, ReductionLowering, Var } from "../ir/types.ts";
import { int, ref, scalarType } from "../kernel/build.ts";
import { constantOf, valueOf, wrapped } from "../kernel/storage.ts";
import type { Expr, OpExpr, RefExpr, ScalarOpName } from "../kernel/types.ts";
import { contextOf, unreduced, type Producer } from "./elements.ts";
import { IndexForms } from "./index-forms.ts";

export interface Term {
  readonly number: number;
  /** Whether it is the negative of what the number stands for. */
  readonly negative: boolean;
  /** Whether the other sign may be found where it is 0: `x - y` and `-(y - x)`. */
  readonly isLoose: boolean;
}

/** Operations whose operands may be swapped. */
const swappable: ReadonlySet<ScalarOpName> = new Set<ScalarOpName>(["eq", "ne", "and", "or", "xor"]);
/** Operations that see no difference between 0 and -0. */
const blindToZeros: ReadonlySet<ScalarOpName> = new Set<ScalarOpName>(["eq", "ne", "lt", "le", "gt", "ge", "isNaN", "isFinite"]);

/** Equations between an element and what it is computed from, at most: each takes some frames of the stack. */
const deepest = 100;

export class Terms {
  readonly #producers = new Map<number, Producer>();
  readonly #forms = new IndexForms();
  readonly #numbers = new Map<string, number>();
  readonly #known = new Map<string, Term>();
  /** What the symbols stand for that lowerings compute with. */
  readonly #meanings = new Map<string, Term>();
  #patience: number;
  #depth = 0;
  /** Reductions around the element. */
  #folds = 0;

  /** Looks at so many elements and no more. */
  constructor({ eqns }: Jaxpr, patience: number) {
    this.#patience = patience;
    for (const eqn of eqns) eqn.outVars.forEach((result, outIndex) => this.#producers.set(result.id, { eqn, outIndex }));
  }

  /** Whether it has given up: terms mean nothing any more. */
  get isExhausted(): boolean {
    return this.#patience <= 0;
  }

  /** A symbol for the index along an axis. */
  axis(name: string, extent: number): Expr {
    if (extent === 1) return int(0);
    const symbol = ref(`${name} below ${extent}`, scalarType("int32"));
    this.#forms.bound(symbol.name, { low: 0, high: extent - 1 });
    return symbol;
  }

  /** The element of a value. */
  element(atom: Atom, given: readonly Expr[]): Term {
    if (atom.kind === "literal") return this.#term(constantOf(atom.value, atom.aval.dtype));
    const index = given.map((expr, axis) => (at(atom.aval.shape, axis) === 1 ? int(0) : this.#forms.canonical(expr)));
    const place = `${atom.id} at ${index.map((expr) => this.#forms.key(expr)).join(", ")}`;
    const known = this.#known.get(place);
    if (known !== undefined) return known;
    this.#patience -= 1;
    this.#depth += 1;
    const producer = this.#producers.get(atom.id);
    const isFar = this.isExhausted || this.#depth > deepest;
    const term = (producer === undefined || isFar ? null : this.#computed(atom, producer, index)) ?? this.#leaf(place);
    this.#depth -= 1;
    this.#known.set(place, term);
    return term;
  }

  #leaf(key: string): Term {
    const known = this.#numbers.get(key) ?? this.#numbers.size;
    this.#numbers.set(key, known);
    return { number: known, negative: false, isLoose: false };
  }

  /** An element that an equation computes; null where its lowering says nothing about single elements. */
  #computed(value: Var, producer: Producer, index: readonly Expr[]): Term | null {
    const { eqn } = producer;
    const { lower } = eqn.primitive;
    const operand: ReadOperand = (number, operandIndex) => this.#symbol(this.element(at(eqn.inputs, number), operandIndex), at(eqn.inputs, number));
    switch (lower.kind) {
      case "scalar": {
        const operands = eqn.inputs.map((input, number) => operand(number, input.aval.shape.length === 0 ? [] : index));
        return this.#term(wrapped(lower.emit(this.#emitter, operands, contextOf(producer)), value.aval.dtype));
      }
      case "indexMap": return this.#term(lower.emit(this.#emitter, index, operand, contextOf(producer)));
      case "reduction": return this.#sum(eqn, lower, index);
      default: return null;
    }
  }

  #sum(eqn: Eqn, { op, axes }: ReductionLowering<Params>, index: readonly Expr[]): Term {
    const input = at(eqn.inputs, 0);
    const reduced = [...axes(eqn.params)].sort((left, right) => left - right);
    this.#folds += 1;
    const inner = reduced.map((axis, number) => this.axis(`inner ${this.#folds}.${number}`, at(input.aval.shape, axis)));
    const term = this.element(input, unreduced(index, inner, reduced, input.aval.shape));
    this.#folds -= 1;
    const over = `${eqn.primitive.name} ${op} over ${inner.map((expr) => this.#forms.key(expr)).join(", ")} of`;
    if (op !== "add") return term.isLoose ? this.#unlike() : this.#leaf(`${over} ${signed(term)}`);
    return { ...this.#leaf(`${over} ${term.number}`), negative: term.negative, isLoose: term.isLoose || term.negative };
  }

  /** A name for a term in what lowerings emit. */
  #symbol(term: Term, { aval: { dtype } }: Atom): Expr {
    return this.#named(term, scalarType(valueOf(dtype)));
  }

  #named(term: Term, type: RefExpr["type"]): Expr {
    const name = `${signed(term)}${term.isLoose ? " loose" : ""}`;
    this.#meanings.set(name, term);
    return ref(name, type);
  }

  readonly #emitter: Emitter = {
    let: (value) => this.#named(this.#term(value), value.type),
    branch: (condition, then, otherwise) => {
      const args = [this.#term(condition), this.#term(then())];
      const other = otherwise();
      return this.#named(this.#plain("select", other.type.dtype, [...args, this.#term(other)]), other.type);
    },
    repeat: (_count, first) => first.map(({ type }) => this.#named(this.#unlike(), type)),
  };

  // Expressions ---------------------------------------------------------------------------------------------------------

  #term(expr: Expr): Term {
    switch (expr.kind) {
      case "const": {
        const isNegative = isFloatValue(expr.type.dtype) && (expr.value < 0 || Object.is(expr.value, -0));
        return { ...this.#leaf(`${expr.type.dtype} ${isNegative ? -expr.value : expr.value}`), negative: isNegative };
      }
      case "ref": return this.#meanings.get(expr.name) ?? this.#leaf(expr.name);
      case "op": return this.#operation(expr, expr.args.map((arg) => this.#term(arg)));
      case "convert": {
        const value = this.#term(expr.value);
        const key = `${expr.type.dtype} of ${expr.value.type.dtype}`;
        const keepsSign = isFloatValue(expr.type.dtype) && isFloatValue(expr.value.type.dtype);
        return keepsSign ? { ...value, ...this.#numbered(`${key} ${value.number}`) } : this.#leaf(`${key} ${signed(value)}`);
      }
      default: return this.#unlike();
    }
  }

  #operation({ op, type: { dtype } }: OpExpr, args: readonly Term[]): Term {
    const [a, b] = args;
    if (a === undefined || !isFloatValue(dtype)) return this.#plain(op, dtype, args);
    if (b === undefined) {
      if (op === "neg") return { ...a, negative: !a.negative };
      if (op === "abs") return this.#leaf(`abs ${dtype} ${a.number}`);
      return op === "sign" ? { ...a, ...this.#numbered(`sign ${dtype} ${a.number}`) } : this.#plain(op, dtype, args);
    }
    const [low, high] = a.number <= b.number ? [a, b] : [b, a];
    switch (op) {
      case "mul": return {
        ...this.#leaf(`mul ${dtype} ${low.number}, ${high.number}`), negative: a.negative !== b.negative,
        isLoose: a.number !== b.number && (a.isLoose || b.isLoose),
      };
      case "div": return b.isLoose ? this.#unlike() : { ...this.#leaf(`div ${dtype} ${a.number}, ${b.number}`), negative: a.negative !== b.negative, isLoose: a.isLoose };
      case "add": case "sub": {
        const other = op === "sub" ? { ...b, negative: !b.negative } : b;
        const [first, second] = a.number <= b.number ? [a, other] : [other, a];
        const name = first.negative === second.negative ? "add" : "sub";
        return { ...this.#leaf(`${name} ${dtype} ${first.number}, ${second.number}`), negative: first.negative, isLoose: a.isLoose || b.isLoose || first.negative };
      }
      case "select": return this.#choice(dtype, a, b, at(args, 2));
      default: return this.#plain(op, dtype, args);
    }
  }

  /** One of two values: the negative of a choice between their negatives, 0 being its own. */
  #choice(dtype: string, condition: Term, first: Term, second: Term): Term {
    const zero = this.#leaf(`${dtype} 0`).number;
    const holdsZero = first.number === zero || second.number === zero;
    if (!holdsZero && first.negative !== second.negative) return this.#plain("select", dtype, [condition, first, second]);
    const negative = (first.number === zero ? second : first).negative;
    return {
      ...this.#leaf(`select ${dtype} ${signed(condition)}, ${first.number}, ${second.number}`), negative,
      isLoose: first.isLoose || second.isLoose || holdsZero,
    };
  }

  /** An operation that nothing is known of but that equal operands give equal results. */
  #plain(op: ScalarOpName, dtype: string, args: readonly Term[]): Term {
    if (!blindToZeros.has(op) && args.some(({ isLoose }) => isLoose)) return this.#unlike();
    const operands = args.map(signed);
    if (swappable.has(op)) operands.sort();
    return this.#leaf(`${op} ${dtype} ${operands.join(", ")}`);
  }

  #numbered(key: string): { readonly number: number } {
    return { number: this.#leaf(key).number };
  }

  /** A term like no other. */
  #unlike(): Term {
    return this.#leaf(`unlike ${this.#numbers.size}`);
  }
}

function signed({ number, negative }: Term): string {
  return `${negative ? "-" : ""}${number}`;
}
