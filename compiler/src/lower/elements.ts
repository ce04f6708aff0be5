/**
 * @file Emits single elements of values: from the value wanted back to the loads, each element once per scope. Chains of
 * elementwise equations are walked with a stack of their own, so that only index maps recur.
 */

import { at, InternalError, required } from "../base/assert.ts";
import type { DType } from "../base/dtype.ts";
import { formatShape, indicesOf } from "../base/shape.ts";
import type { Atom, Emitter, Eqn, LowerContext, Params, ReadOperand, ReductionLowering, Var } from "../ir/types.ts";
import { int, type KernelBuilder } from "../kernel/build.ts";
import { foldStart, foldStep } from "../kernel/folds.ts";
import { constantOf, valueOf, wrapped } from "../kernel/storage.ts";
import type { Expr } from "../kernel/types.ts";
import { IndexForms } from "./index-forms.ts";

/** An index into an array, canonical and made once, so that equal indices are one object. */
export interface ElementIndex {
  readonly number: number;
  readonly index: readonly Expr[];
}

/** Takes the element of a prefix's operand into the states that the kernel carries; gives the element of the result. */
export type PassOn = (producer: Producer, operand: Expr) => Expr;

/** What the kernel of a group computes and where it finds the rest. */
export interface ElementSource {
  /** The equation of the group that gives a value, or null when the value is loaded. */
  producerOf(value: Var): Producer | null;
  /** Where an earlier part of the kernel left a value for this row, or null where the value is in a buffer. */
  keptOf(value: Var): Kept | null;
  /** The buffer that holds a value; declares it when it is new. */
  bufferOf(value: Var): string;
  readonly passOn: PassOn;
}

/** A number, or an array with those axes of the value that run inside a row. */
export type Kept =
  | { readonly kind: "number"; readonly value: Expr }
  | { readonly kind: "array"; readonly array: string; readonly axes: readonly number[] };

/** An equation, and which of its results is meant. */
export interface Producer {
  readonly eqn: Eqn;
  readonly outIndex: number;
}

/** Where a load reads. */
export interface Loaded {
  readonly value: Var;
  readonly position: Expr;
}

interface Wanted {
  readonly value: Var;
  readonly element: ElementIndex;
}

export class Elements {
  readonly builder: KernelBuilder;
  readonly forms = new IndexForms();
  readonly #source: ElementSource;
  readonly #indices = new Map<string, ElementIndex>();
  /** What is emitted already, innermost scope last: by value, then by number of the index. */
  readonly #scopes: Map<number, Map<number, Expr>>[] = [new Map()];
  readonly #loads = new Map<string, Loaded>();

  constructor(builder: KernelBuilder, source: ElementSource) {
    this.builder = builder;
    this.#source = source;
  }

  index(exprs: readonly Expr[]): ElementIndex {
    const index = exprs.map((expr) => this.forms.canonical(expr));
    const key = index.map((expr) => this.forms.key(expr)).join(";");
    const known = this.#indices.get(key);
    if (known !== undefined) return known;
    const made: ElementIndex = { number: this.#indices.size, index };
    this.#indices.set(key, made);
    return made;
  }

  /** Emits a body whose values are out of reach after it. */
  inScope<Result>(emit: () => Result): Result {
    this.#scopes.push(new Map());
    const result = emit();
    this.#scopes.pop();
    return result;
  }

  /** States what an element is: the result of a loop. */
  define(value: Var, element: ElementIndex, expr: Expr): void {
    const scope = at(this.#scopes, -1);
    const byIndex = scope.get(value.id) ?? new Map<number, Expr>();
    byIndex.set(element.number, expr);
    scope.set(value.id, byIndex);
  }

  /** The element of an atom; emits what computes it. */
  element(atom: Atom, element: ElementIndex): Expr {
    if (atom.kind === "literal") return constantOf(atom.value, atom.aval.dtype);
    const known = this.#known(atom, element);
    if (known !== null) return known;
    const pending: Wanted[] = [{ value: atom, element }];
    for (let wanted = pending.at(-1); wanted !== undefined; wanted = pending.at(-1)) {
      if (this.#known(wanted.value, wanted.element) !== null || this.#emit(wanted, pending)) pending.pop();
    }
    return required(this.#known(atom, element), "emitted element");
  }

  /** The load that a name stands for, or null where it stands for something else. */
  loadOf(name: string): Loaded | null {
    return this.#loads.get(name) ?? null;
  }

  #known(value: Var, element: ElementIndex): Expr | null {
    for (let depth = this.#scopes.length - 1; depth >= 0; depth--) {
      const found = at(this.#scopes, depth).get(value.id)?.get(element.number);
      if (found !== undefined) return found;
    }
    return null;
  }

  /** Emits one element; false where operands must come first, which are then on the stack. */
  #emit({ value, element }: Wanted, pending: Wanted[]): boolean {
    const producer = this.#source.producerOf(value);
    if (producer === null) {
      this.define(value, element, this.#load(value, element));
      return true;
    }
    const { eqn } = producer;
    const { lower } = eqn.primitive;
    if (lower.kind === "scalar") {
      const operands = this.#operands(eqn, element, pending);
      if (operands === null) return false;
      this.result(producer, element, lower.emit(this.emitter, operands, contextOf(producer)));
      return true;
    }
    if (lower.kind === "indexMap") {
      this.result(producer, element, lower.emit(this.emitter, element.index, this.readerOf(eqn), contextOf(producer)));
      return true;
    }
    if (lower.kind === "prefix") {
      const operands = this.#operands(eqn, element, pending);
      if (operands === null) return false;
      this.result(producer, element, this.#source.passOn(producer, at(operands, 0)));
      return true;
    }
    if (lower.kind === "reduction") {
      this.result(producer, element, this.#terms(eqn, element, lower));
      return true;
    }
    throw new InternalError(`${eqn.primitive.name} is wanted at an index at which no loop has computed it`);
  }

  /** A reduction that no loop computes, term by term. */
  #terms(eqn: Eqn, { index }: ElementIndex, { op, axes }: ReductionLowering<Params>): Expr {
    const { shape } = at(eqn.inputs, 0).aval;
    const reduced = [...axes(eqn.params)].sort((left, right) => left - right);
    const read = this.readerOf(eqn);
    return indicesOf(reduced.map((axis) => at(shape, axis))).reduce<Expr>((sum, term) => (
      foldStep(op, sum, read(0, unreduced(index, term.map((place) => int(place)), reduced, shape)))
    ), foldStart(op, valueOf(at(eqn.outVars, 0).aval.dtype)));
  }

  /** Gives elements of an equation's operands. */
  readerOf(eqn: Eqn): ReadOperand {
    return (operand, index) => this.element(at(eqn.inputs, operand), this.#operandIndex(eqn, operand, index));
  }

  #operandIndex(eqn: Eqn, operand: number, index: readonly Expr[]): ElementIndex {
    const { shape } = at(eqn.inputs, operand).aval;
    if (index.length !== shape.length) {
      throw new InternalError(`${eqn.primitive.name} reads operand ${operand} of shape ${formatShape(shape)} with ${index.length} indices`);
    }
    return this.index(index.map((expr, axis) => (at(shape, axis) === 1 ? int(0) : expr)));
  }

  /** The elements of an elementwise equation's operands, or null where some are missing; extents of 1 broadcast. */
  #operands(eqn: Eqn, element: ElementIndex, pending: Wanted[]): readonly Expr[] | null {
    const operands: Expr[] = [];
    let complete = true;
    for (const input of eqn.inputs) {
      if (input.kind === "literal") {
        operands.push(constantOf(input.value, input.aval.dtype));
        continue;
      }
      const operandElement = this.#broadcastIndex(element, input.aval.shape);
      const known = this.#known(input, operandElement);
      if (known === null) {
        pending.push({ value: input, element: operandElement });
        complete = false;
      } else {
        operands.push(known);
      }
    }
    return complete ? operands : null;
  }

  #broadcastIndex(element: ElementIndex, shape: readonly number[]): ElementIndex {
    const stays = shape.length === element.index.length
      && shape.every((extent, axis) => extent !== 1 || isZero(at(element.index, axis)));
    return stays ? element : this.index(shape.map((extent, axis) => (extent === 1 ? int(0) : at(element.index, axis))));
  }

  /** States what a result of an equation is, in the range of its dtype. */
  result(producer: Producer, element: ElementIndex, value: Expr): void {
    const { eqn, outIndex } = producer;
    const result = at(eqn.outVars, outIndex);
    const expected = valueOf(result.aval.dtype);
    if (value.type.dtype !== expected || value.type.width !== 1) {
      throw new InternalError(`the lowering of ${eqn.primitive.name} gives ${value.type.dtype}, its result is ${result.aval.dtype}`);
    }
    this.define(result, element, this.builder.let(narrowed(value, result.aval.dtype, eqn)));
  }

  #load(value: Var, element: ElementIndex): Expr {
    const kept = this.#source.keptOf(value);
    if (kept?.kind === "number") return kept.value;
    if (kept?.kind === "array") return this.builder.load(kept.array, this.positionInRow(value, element, kept.axes));
    const position = this.forms.linear(element.index, value.aval.shape);
    const loaded = this.builder.load(this.#source.bufferOf(value), position);
    this.#loads.set(loaded.name, { value, position });
    return loaded;
  }

  /** The place of an element in an array that holds one row of a value. */
  positionInRow({ aval: { shape } }: Var, { index }: ElementIndex, axes: readonly number[]): Expr {
    return this.forms.linear(axes.map((axis) => at(index, axis)), axes.map((axis) => at(shape, axis)));
  }

  /** What a lowering may emit. What it names in a branch is out of reach behind it. */
  readonly emitter: Emitter = {
    let: (value, hint) => this.builder.let(value, hint),
    branch: (condition, then, otherwise) => this.builder.branch(condition, () => this.inScope(then), () => this.inScope(otherwise)),
    repeat: (count, first, next) => this.builder.repeat(count, first, (states, turn) => this.inScope(() => next(states, turn))),
  };
}

/** The index into a reduction's operand. */
export function unreduced(kept: readonly Expr[], inner: readonly Expr[], axes: readonly number[], shape: readonly number[]): Expr[] {
  let next = 0;
  return shape.map((_, axis) => (axes.includes(axis) ? at(inner, axes.indexOf(axis)) : at(kept, next++)));
}

export function contextOf({ eqn, outIndex }: Producer): LowerContext<Params> {
  return { params: eqn.params, inAvals: eqn.inputs.map((input) => input.aval), outAval: at(eqn.outVars, outIndex).aval, outIndex };
}

function isZero(expr: Expr): boolean {
  return expr.kind === "const" && expr.value === 0;
}

/**
 * The result of an equation brought back into the range of a dtype that is narrower than what a kernel computes with.
 * Moved values are in range already.
 */
function narrowed(value: Expr, dtype: DType, eqn: Eqn): Expr {
  if (eqn.primitive.lower.kind === "indexMap" && eqn.inputs.length > 0) return value;
  return wrapped(value, dtype);
}
