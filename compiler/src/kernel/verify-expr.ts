/** @file Type rules of kernel expressions: what is wrong with one, in words, or nothing. Used by `verify.ts`. */

import { assertNever, at } from "../base/assert.ts";
import {
  canBitcast, isConditionOperand, isScalarOpName, operandDTypes, resultDType, scalarOps, valueDTypes,
} from "../base/scalar-ops.ts";
import { holdsValue, sameType, scalarType, simdReduceAccepts, simdType, typeName } from "./expressions.ts";
import type { ConstExpr, Expr, KernelType, OpExpr, ShuffleExpr, ValueDType } from "./types.ts";
import { operandsOf } from "./walk.ts";

/** What the names in an expression mean where it stands. */
export interface ExprScope {
  /** The type of a Let, Var, Load or loop index that is visible here. */
  readonly nameType: (name: string) => KernelType | null;
  readonly scalarDType: (name: string) => ValueDType | null;
}

const widths: readonly number[] = [1, 2, 4, 8, 16];

/** The first problem in the expression, operands before the whole; null where it is well typed. */
export function exprProblem(expr: Expr, scope: ExprScope): string | null {
  for (const operand of operandsOf(expr)) {
    const problem = exprProblem(operand, scope);
    if (problem !== null) return problem;
  }
  return typeProblem(expr.type) ?? nodeProblem(expr, scope);
}

/** What is wrong with a type itself. */
export function typeProblem(type: KernelType): string | null {
  if (!valueDTypes.includes(type.dtype)) return `${type.dtype} is not a value dtype`;
  return widths.includes(type.width) ? null : `a width is 1, 2, 4, 8 or 16, not ${type.width}`;
}

function nodeProblem(expr: Expr, scope: ExprScope): string | null {
  switch (expr.kind) {
    case "const": return constantProblem(expr);
    case "ref": {
      const declared = scope.nameType(expr.name);
      if (declared === null) return `${expr.name} is not declared here`;
      return typeMismatch(`${expr.name} is declared as`, declared, expr.type);
    }
    case "scalar": {
      const dtype = scope.scalarDType(expr.name);
      if (dtype === null) return `the kernel has no scalar ${expr.name}`;
      return typeMismatch(`the scalar ${expr.name} is`, scalarType(dtype), expr.type);
    }
    case "op": return opProblem(expr);
    case "convert": {
      const expected = simdType(expr.type.dtype, expr.value.type.width);
      return typeMismatch("the conversion gives", expected, expr.type);
    }
    case "bitcast": {
      const from = expr.value.type;
      if (!canBitcast(from.dtype, expr.type.dtype)) return `no bitcast from ${from.dtype} to ${expr.type.dtype}`;
      return typeMismatch("the bitcast gives", simdType(expr.type.dtype, from.width), expr.type);
    }
    case "splat": {
      if (expr.value.type.width !== 1) return `splat takes a scalar, not a ${typeName(expr.value.type)}`;
      return typeMismatch("the splat gives", simdType(expr.value.type.dtype, expr.type.width), expr.type);
    }
    case "shuffle": return shuffleProblem(expr);
    case "extract": {
      const width = expr.value.type.width;
      if (!isLane(expr.lane, width)) return `lane ${expr.lane} of a vector of ${width}`;
      return typeMismatch("the element is", scalarType(expr.value.type.dtype), expr.type);
    }
    case "simdReduce": {
      const dtype = expr.value.type.dtype;
      if (!simdReduceAccepts(expr.op, dtype)) return `reduce ${expr.op} is not defined on ${dtype}`;
      return typeMismatch("the reduction gives", scalarType(dtype), expr.type);
    }
    default: return assertNever(expr, "expression");
  }
}

function constantProblem(constant: ConstExpr): string | null {
  return holdsValue(constant.type.dtype, constant.value) ? null : `the constant ${constant.value} is no value of ${constant.type.dtype}`;
}

function opProblem(expr: OpExpr): string | null {
  if (!isScalarOpName(expr.op)) return `there is no op ${String(expr.op)}`;
  const { arity } = scalarOps[expr.op];
  if (expr.args.length !== arity) return `${expr.op} takes ${arity} operands, not ${expr.args.length}`;
  const { dtype, width } = at(expr.args, -1).type;
  if (!operandDTypes(expr.op).includes(dtype)) return `${expr.op} is not defined on ${dtype}`;
  for (const [position, arg] of expr.args.entries()) {
    const expected = isConditionOperand(expr.op, position) ? "bool" : dtype;
    const problem = typeMismatch(`operand ${position} of ${expr.op} must be`, simdType(expected, width), arg.type);
    if (problem !== null) return problem;
  }
  return typeMismatch(`${expr.op} gives`, simdType(resultDType(expr.op, dtype), width), expr.type);
}

function shuffleProblem(expr: ShuffleExpr): string | null {
  const operand = expr.a.type;
  if (!sameType(operand, expr.b.type)) return `shuffle of ${typeName(operand)} and ${typeName(expr.b.type)}`;
  const outside = expr.lanes.find((lane) => !isLane(lane, 2 * operand.width));
  if (outside !== undefined) return `shuffle lane ${outside} of two vectors of ${operand.width}`;
  return typeMismatch("the shuffle gives", simdType(operand.dtype, expr.lanes.length), expr.type);
}

function isLane(lane: number, count: number): boolean {
  return Number.isInteger(lane) && lane >= 0 && lane < count;
}

/** `<what> <expected>, not <actual>`, or null where the types agree. */
export function typeMismatch(what: string, expected: KernelType, actual: KernelType): string | null {
  return sameType(expected, actual) ? null : `${what} ${typeName(expected)}, not ${typeName(actual)}`;
}
