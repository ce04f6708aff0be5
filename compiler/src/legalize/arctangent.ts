/**
 * @file atan2 as arithmetic, in float32 and in float64. The quotient of the smaller magnitude by the larger one is in
 * [0, 1]; above tan(pi / 8) it is turned by pi / 4. Quadrants and signs are put on afterwards.
 */

import { add, bitcast, constant, convert, div, eq, gt, lt, mul, ne, neg, op, or, select, sub } from "../kernel/expressions.ts";
import { polynomial } from "../kernel/polynomial.ts";
import type { Expr } from "../kernel/types.ts";
import { isNegativeOrMinusZero } from "./approximate-float64.ts";
import type { CodeWriter } from "./code-writer.ts";

interface Parts {
  /** (atan t - t) / t^3 for |t| <= tan(pi / 8), in powers of t^2. */
  readonly coefficients: readonly number[];
  /** pi as its nearest number and the rest. */
  readonly pi: number;
  readonly piRest: number;
}

const float32Parts: Parts = {
  coefficients: [-0.33333316445350647, 0.1999853253364563, -0.14244511723518372, 0.10600188374519348, -0.06092793866991997],
  pi: 3.1415927410125732,
  piRest: -8.742277657347586e-8,
};

const float64Parts: Parts = {
  coefficients: [
    -0.333333333333332, 0.19999999999953816, -0.14285714280223685, 0.11111110785003141, -0.09090897806499927, 0.07692061145154398,
    -0.06663115189027517, 0.058479736068458035, -0.05039696104211907, 0.03807473795653786, -0.017918557358965498,
  ],
  pi: Math.PI,
  piRest: 1.2246467991473532e-16,
};

const tangentOfEighth = 0.41421356237309503;

export function atan2Float32(y: Expr, x: Expr, code: CodeWriter): Expr {
  const isNegative = (value: Expr): Expr => lt(bitcast(value, "int32"), 0);
  return arctangent(y, x, float32Parts, isNegative, quotientOfSubnormals, code);
}

/**
 * A quotient of magnitudes of float32. Some targets read subnormal numbers as 0, which would make 0 / 0 of two of them: their
 * bits, as integers, have the same quotient.
 */
function quotientOfSubnormals(smaller: Expr, larger: Expr, code: CodeWriter): Expr {
  const isSubnormal = code.name(lt(larger, 2 ** -126), "isSubnormal");
  const scaled = (value: Expr): Expr => select(isSubnormal, convert(bitcast(value, "int32"), "float32"), value);
  return div(scaled(smaller), scaled(larger));
}

export function atan2Float64(y: Expr, x: Expr, code: CodeWriter): Expr {
  return arctangent(y, x, float64Parts, isNegativeOrMinusZero, div, code);
}

type Quotient = (smaller: Expr, larger: Expr, code: CodeWriter) => Expr;

function arctangent(
  y: Expr, x: Expr, { coefficients, pi, piRest }: Parts, isNegative: (value: Expr) => Expr, quotient: Quotient, code: CodeWriter,
): Expr {
  const { dtype, width } = x.type;
  const number = (value: number): Expr => constant(value, dtype, width);
  const height = code.name(op("abs", y), "height");
  const breadth = code.name(op("abs", x), "breadth");
  const isSteep = code.name(gt(height, breadth), "isSteep");
  const smaller = code.name(select(isSteep, breadth, height), "smaller");
  const larger = code.name(select(isSteep, height, breadth), "larger");
  // Two infinities are 45 degrees apart, two zeros none; neither has a quotient.
  const ofEqual = select(eq(larger, 0), number(0), number(1));
  const t = code.name(select(eq(smaller, larger), ofEqual, quotient(smaller, larger, code)), "t");
  const isTurned = code.name(gt(t, tangentOfEighth), "isTurned");
  const u = code.name(select(isTurned, div(sub(t, 1), add(t, 1)), t), "u");
  const z = code.name(mul(u, u), "z");
  const ofU = add(mul(mul(z, polynomial(z, coefficients)), u), u);
  const turn = (quarters: number): { readonly upper: Expr; readonly rest: number } => ({ upper: number(pi * quarters / 4), rest: piRest * quarters / 4 });
  const eighth = turn(1);
  const base = code.name(ofU, "base");
  const first = code.name(select(isTurned, add(eighth.upper, add(base, eighth.rest)), base), "octant");
  const quarter = turn(2);
  const second = code.name(select(isSteep, sub(quarter.upper, sub(first, quarter.rest)), first), "quadrant");
  const half = turn(4);
  const angle = code.name(select(isNegative(x), sub(half.upper, sub(second, half.rest)), second), "angle");
  const signed = select(isNegative(y), neg(angle), angle);
  return select(or(ne(x, x), ne(y, y)), number(NaN), signed);
}
