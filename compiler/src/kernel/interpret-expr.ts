/** @file Turns kernel expressions into closures over a frame of named slots, one call per evaluation. */

import { assertNever, at, InternalError } from "../base/assert.ts";
import { bitcastReference, convertReference, scalarOps } from "../base/scalar-ops.ts";
import type { ReferenceFunction, ScalarOpName } from "../base/scalar-ops.ts";
import type { Expr, OpExpr, SimdReduceExpr } from "./types.ts";

export type ScalarCode = () => number;
export type VectorCode = () => readonly number[];

/** The present values of names: scalars and vectors have slots of their own. */
export class Frame {
  readonly scalars: number[] = [];
  readonly vectors: (readonly number[])[] = [];
  readonly #slots = new Map<string, number>();

  /** The slot of a name; the same number serves for scalars and vectors. */
  slot(name: string): number {
    const known = this.#slots.get(name);
    if (known !== undefined) return known;
    const slot = this.#slots.size;
    this.#slots.set(name, slot);
    this.scalars.push(NaN);
    this.vectors.push([]);
    return slot;
  }
}

/** Is told of each op that runs, with the number of elements; null where nothing counts. */
export type OpCounter = ((op: ScalarOpName) => { count: number }) | null;

export class ExprCompiler {
  readonly #frame: Frame;
  readonly #counter: OpCounter;

  constructor(frame: Frame, counter: OpCounter) {
    this.#frame = frame;
    this.#counter = counter;
  }

  /** The code of a scalar expression. */
  scalar(expr: Expr): ScalarCode {
    if (expr.type.width !== 1) throw new InternalError("a vector where a scalar is expected");
    switch (expr.kind) {
      case "const": {
        const { value } = expr;
        return () => value;
      }
      case "ref": case "scalar": {
        const { scalars } = this.#frame;
        const slot = this.#frame.slot(expr.name);
        return () => scalars[slot] as number;
      }
      case "op": return this.#scalarOp(expr);
      case "convert": {
        const value = this.scalar(expr.value);
        const from = expr.value.type.dtype;
        const to = expr.type.dtype;
        return () => convertReference(from, to, value());
      }
      case "bitcast": {
        const value = this.scalar(expr.value);
        const from = expr.value.type.dtype;
        const to = expr.type.dtype;
        return () => bitcastReference(from, to, value());
      }
      case "extract": {
        const value = this.vector(expr.value);
        const { lane } = expr;
        return () => at(value(), lane);
      }
      case "simdReduce": return this.#simdReduce(expr);
      case "splat": case "shuffle": {
        const value = this.vector(expr);
        return () => at(value(), 0);
      }
      default: return assertNever(expr, "expression");
    }
  }

  /** The code of an expression of any width, as a list of elements. */
  vector(expr: Expr): VectorCode {
    const { dtype, width } = expr.type;
    switch (expr.kind) {
      case "const": {
        const values: readonly number[] = Array.from({ length: width }, () => expr.value);
        return () => values;
      }
      case "ref": case "scalar": {
        if (width === 1) return this.#wrapped(expr);
        const { vectors } = this.#frame;
        const slot = this.#frame.slot(expr.name);
        return () => vectors[slot] as readonly number[];
      }
      case "op": return this.#vectorOp(expr);
      case "convert": {
        const value = this.vector(expr.value);
        const from = expr.value.type.dtype;
        return () => value().map((element) => convertReference(from, dtype, element));
      }
      case "bitcast": {
        const value = this.vector(expr.value);
        const from = expr.value.type.dtype;
        return () => value().map((element) => bitcastReference(from, dtype, element));
      }
      case "splat": {
        const value = this.scalar(expr.value);
        return () => new Array<number>(width).fill(value());
      }
      case "shuffle": {
        const a = this.vector(expr.a);
        const b = this.vector(expr.b);
        const { lanes } = expr;
        return () => {
          const both = [...a(), ...b()];
          return lanes.map((lane) => at(both, lane));
        };
      }
      case "extract": case "simdReduce": return this.#wrapped(expr);
      default: return assertNever(expr, "expression");
    }
  }

  #wrapped(expr: Expr): VectorCode {
    const value = this.scalar(expr);
    return () => [value()];
  }

  #scalarOp(expr: OpExpr): ScalarCode {
    const dtype = at(expr.args, -1).type.dtype;
    const { reference } = scalarOps[expr.op];
    const [a, b, c] = expr.args.map((arg) => this.scalar(arg));
    const code = applied(reference, dtype, a, b, c);
    if (this.#counter === null) return code;
    const tally = this.#counter(expr.op);
    return () => {
      tally.count += 1;
      return code();
    };
  }

  #vectorOp(expr: OpExpr): VectorCode {
    const dtype = at(expr.args, -1).type.dtype;
    const { width } = expr.type;
    const { reference } = scalarOps[expr.op];
    const args = expr.args.map((arg) => this.vector(arg));
    const tally = this.#counter === null ? { count: 0 } : this.#counter(expr.op);
    return () => {
      const values = args.map((arg) => arg());
      tally.count += width;
      return Array.from({ length: width }, (_, lane) => reference(dtype, ...values.map((vector) => at(vector, lane))));
    };
  }

  #simdReduce(expr: SimdReduceExpr): ScalarCode {
    const value = this.vector(expr.value);
    const { dtype } = expr.value.type;
    const name = expr.op === "any" ? "or" : expr.op === "all" ? "and" : expr.op;
    const { reference } = scalarOps[name];
    return () => {
      let values = value();
      while (values.length > 1) {
        const upper = values.slice(values.length / 2);
        values = upper.map((element, lane) => reference(dtype, at(values, lane), element));
      }
      return at(values, 0);
    };
  }
}

function applied(
  reference: ReferenceFunction, dtype: OpExpr["type"]["dtype"], a?: ScalarCode, b?: ScalarCode, c?: ScalarCode,
): ScalarCode {
  if (a === undefined) throw new InternalError("an op without operands");
  if (b === undefined) return () => reference(dtype, a());
  if (c === undefined) return () => reference(dtype, a(), b());
  return () => reference(dtype, a(), b(), c());
}
