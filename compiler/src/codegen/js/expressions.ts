/**
 * @file Expressions in JavaScript. A float is a number, a bool a boolean, an integer as `integers.ts` says. One table of
 * operators per class of dtypes, each with an entry for every op of the scalar table.
 */

import { assertNever, at, InternalError } from "../../base/assert.ts";
import { isIntegerValue } from "../../base/scalar-ops.ts";
import type { RangeFacts } from "../../kernel/range.ts";
import type { Expr, OpExpr, ScalarOpName } from "../../kernel/types.ts";
import type { JsCode } from "./code.ts";
import { binding, call, comparison, conditional, infix, logical, numberCode, prefix, primary } from "./code.ts";
import type { IntegerContext } from "./integers.ts";
import { exactInteger, integerModulo } from "./integers.ts";
import type { JsNames } from "./names.ts";
import type { JsHelper } from "./prelude.ts";

export class ExpressionPrinter implements IntegerContext {
  readonly ranges: RangeFacts;
  /** Helpers that the printed expressions call. */
  readonly helpers = new Set<JsHelper>();
  readonly #names: JsNames;
  readonly #inlined = new Map<string, JsCode>();

  constructor(names: JsNames, ranges: RangeFacts) {
    this.#names = names;
    this.ranges = ranges;
  }

  /** The value of a scalar expression. */
  code(expr: Expr): JsCode {
    if (expr.type.width !== 1) throw new InternalError(`js has no vectors, but ${expr.kind} has ${expr.type.width} elements`);
    const { dtype } = expr.type;
    if (dtype === "bool") return this.boolCode(expr);
    return isIntegerValue(dtype) ? exactInteger(expr, this) : this.floatCode(expr);
  }

  /** What a typed array of this dtype takes: it keeps the low bits of a number and rounds by itself. */
  storedCode(expr: Expr): JsCode {
    const { dtype } = expr.type;
    if (dtype === "bool") return expr.kind === "const" ? numberCode(expr.value) : this.boolAsNumber(expr);
    return isIntegerValue(dtype) ? integerModulo(expr, this) : this.code(expr);
  }

  boolAsNumber(expr: Expr): JsCode {
    return conditional(this.boolCode(expr), numberCode(1), numberCode(0));
  }

  nameOf(expr: Expr): JsCode {
    if (expr.kind !== "ref" && expr.kind !== "scalar") throw new InternalError(`a ${expr.kind} has no name`);
    return this.#inlined.get(expr.name) ?? primary(this.#names.of(expr.name));
  }

  /** Prints `code` wherever the name stands. */
  inline(name: string, code: JsCode): void {
    this.#inlined.set(name, code);
  }

  helper(name: JsHelper, ...args: readonly JsCode[]): JsCode {
    this.helpers.add(name);
    return call(name, ...args);
  }

  float32Bits(value: JsCode): JsCode {
    return this.helper("float32Bits", value);
  }

  floatCode(expr: Expr): JsCode {
    if (expr.type.dtype === "float16") throw new InternalError("js has no float16 values");
    switch (expr.kind) {
      case "const": return numberCode(expr.value);
      case "ref": case "scalar": return this.nameOf(expr);
      case "convert": {
        const from = expr.value.type.dtype;
        if (from === "bool") return this.boolAsNumber(expr.value);
        return isIntegerValue(from) ? exactInteger(expr.value, this) : this.floatCode(expr.value);
      }
      case "bitcast": return this.helper("float32FromBits", integerModulo(expr.value, this));
      case "op": return floatOperators[expr.op](expr, this);
      case "splat": case "shuffle": case "extract": case "simdReduce": throw new InternalError(`js has no ${expr.kind}`);
      default: return assertNever(expr, "expression");
    }
  }

  boolCode(expr: Expr): JsCode {
    switch (expr.kind) {
      case "const": return primary(expr.value === 0 ? "false" : "true");
      case "ref": return this.nameOf(expr);
      // A scalar parameter is a number.
      case "scalar": return comparison(this.nameOf(expr), "!==", numberCode(0));
      case "convert": return comparison(this.code(expr.value), "!==", numberCode(0));
      case "op": return boolOperators[expr.op](expr, this);
      case "bitcast": case "splat": case "shuffle": case "extract": case "simdReduce":
        throw new InternalError(`js has no ${expr.kind} of bools`);
      default: return assertNever(expr, "expression");
    }
  }
}

type Operator = (expr: OpExpr, printer: ExpressionPrinter) => JsCode;

function operand(expr: OpExpr, position: number, printer: ExpressionPrinter): JsCode {
  return printer.code(at(expr.args, position));
}

function arithmetic(operator: string, strength: number): Operator {
  return (expr, printer) => infix(operand(expr, 0, printer), operator, operand(expr, 1, printer), strength);
}

function functionOf(name: string): Operator {
  return (expr, printer) => call(name, ...expr.args.map((arg) => printer.code(arg)));
}

function helperOf(name: JsHelper): Operator {
  return (expr, printer) => printer.helper(name, ...expr.args.map((arg) => printer.code(arg)));
}

function compare(operator: string): Operator {
  return (expr, printer) => comparison(operand(expr, 0, printer), operator, operand(expr, 1, printer));
}

const select: Operator = (expr, printer) =>
  conditional(printer.boolCode(at(expr.args, 0)), operand(expr, 1, printer), operand(expr, 2, printer));

/** The scalar table does not define the op on this class of dtypes. */
const absent: Operator = (expr) => {
  throw new InternalError(`js has no ${expr.op} of ${expr.type.dtype}`);
};

const floatOperators = {
  add: arithmetic("+", binding.sum),
  sub: arithmetic("-", binding.sum),
  mul: arithmetic("*", binding.product),
  div: arithmetic("/", binding.product),
  rem: arithmetic("%", binding.product),
  neg: (expr, printer) => prefix("-", operand(expr, 0, printer)),
  abs: functionOf("Math.abs"),
  sign: functionOf("Math.sign"),
  max: functionOf("Math.max"),
  min: functionOf("Math.min"),
  pow: functionOf("Math.pow"),
  floor: functionOf("Math.floor"),
  ceil: functionOf("Math.ceil"),
  trunc: functionOf("Math.trunc"),
  roundEven: helperOf("roundEven"),
  sqrt: functionOf("Math.sqrt"),
  exp: functionOf("Math.exp"),
  log: functionOf("Math.log"),
  sin: functionOf("Math.sin"),
  cos: functionOf("Math.cos"),
  tanh: functionOf("Math.tanh"),
  expm1: functionOf("Math.expm1"),
  log1p: functionOf("Math.log1p"),
  atan2: functionOf("Math.atan2"),
  roundFloat32: functionOf("Math.fround"),
  select,
  // Legalization expands fma of float32; js does not offer that of float64 to the scheduler.
  fma: absent,
  isNaN: absent, isFinite: absent, eq: absent, ne: absent, lt: absent, le: absent, gt: absent, ge: absent,
  and: absent, or: absent, xor: absent, not: absent, shiftLeft: absent, shiftRightArithmetic: absent,
  shiftRightLogical: absent, populationCount: absent, countLeadingZeros: absent, mulHigh: absent,
} satisfies Record<ScalarOpName, Operator>;

const boolOperators = {
  isNaN: functionOf("Number.isNaN"),
  isFinite: functionOf("Number.isFinite"),
  eq: compare("==="),
  ne: compare("!=="),
  lt: compare("<"),
  le: compare("<="),
  gt: compare(">"),
  ge: compare(">="),
  and: (expr, printer) => logical(operand(expr, 0, printer), "&&", operand(expr, 1, printer)),
  or: (expr, printer) => logical(operand(expr, 0, printer), "||", operand(expr, 1, printer)),
  xor: compare("!=="),
  not: (expr, printer) => prefix("!", operand(expr, 0, printer)),
  select,
  add: absent, sub: absent, mul: absent, div: absent, rem: absent, neg: absent, abs: absent, sign: absent, max: absent,
  min: absent, pow: absent, fma: absent, floor: absent, ceil: absent, trunc: absent, roundEven: absent, sqrt: absent,
  exp: absent, log: absent, sin: absent, cos: absent, tanh: absent, expm1: absent, log1p: absent, atan2: absent,
  roundFloat32: absent, shiftLeft: absent,
  shiftRightArithmetic: absent, shiftRightLogical: absent, populationCount: absent, countLeadingZeros: absent, mulHigh: absent,
} satisfies Record<ScalarOpName, Operator>;
