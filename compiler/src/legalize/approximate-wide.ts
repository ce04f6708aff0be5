/**
 * @file Elementary functions of float32 in double arithmetic, for targets that compute float32 so and whose own functions
 * are slower: js. Good to a hundredth of a unit in the last place of float32 before the one rounding at the edge, for
 * operands that are wider than float32 too. Where an operand is out of the usual, the target's own function of float64
 * stays: for angles beyond 2^20, logarithms and powers of numbers that are not positive, subnormal or beyond 2^126.
 *
 * A double is rounded to an integer by adding and subtracting 1.5 * 2^52. Coefficients interpolate at Chebyshev nodes. Powers
 * of e are powers of two from a table, which one polynomial of degree 4 brings to the operand.
 */

import type { ScalarOpName } from "../base/scalar-ops.ts";
import { add, and, bitcast, constant, convert, div, eq, ge, gt, lt, mul, op, select, sub } from "../kernel/expressions.ts";
import { polynomial } from "../kernel/polynomial.ts";
import type { Expr, Kernel } from "../kernel/types.ts";
import { forEachExprIn } from "../kernel/walk.ts";
import { CodeWriter, KernelTables, type Table } from "./code-writer.ts";
import { clamped, powerOfTwo, rootOfHalfBits } from "./float-parts.ts";
import { rewriteExprs } from "./rewrite.ts";

/** Expansions are 10 to 25 operations long: in a kernel with more functions than this, the target's own keep it small. */
const maxFunctions = 100;

type WideFunction = (code: CodeWriter, ...operands: readonly Expr[]) => Expr;

/** The functions that are faster so than V8's own, by 1.2 to 4 times; atan2 is not among them. */
const wideFunctions: Readonly<Partial<Record<ScalarOpName, WideFunction>>> = {
  exp: wideExp, expm1: wideExpm1, log: wideLog, log1p: wideLog1p, sin: wideSin, cos: wideCos, tanh: wideTanh, pow: widePow,
};

/**
 * The kernel with elementary functions of float32 as arithmetic of float64. It goes after `roundEdges`, which sees the
 * functions themselves: nothing inside their expansions is rounded.
 */
export function approximateWide(kernel: Kernel): Kernel {
  let count = 0;
  forEachExprIn(kernel.body, (expr) => void (count += functionOf(expr) === undefined ? 0 : 1));
  if (count === 0 || count > maxFunctions) return kernel;
  const tables = new KernelTables(kernel);
  return tables.declareIn(rewriteExprs(kernel, (expr, before) => {
    const expand = functionOf(expr);
    if (expr.kind !== "op" || expand === undefined) return expr;
    const code = new CodeWriter(before, tables);
    return convert(expand(code, ...expr.args.map((arg) => wide(code.name(arg, "x")))), "float32");
  }));
}

function functionOf(expr: Expr): WideFunction | undefined {
  return expr.kind === "op" && expr.type.dtype === "float32" ? wideFunctions[expr.op] : undefined;
}

function wide(value: Expr): Expr {
  return convert(value, "float64");
}

function number(value: number): Expr {
  return constant(value, "float64");
}

const roundingBias = 1.5 * 2 ** 52;

/** The integer next to a double below 2^51, as a double. */
function nearest(value: Expr, code: CodeWriter, hint: string): Expr {
  return code.name(sub(add(value, roundingBias), roundingBias), hint);
}

// Exponentials ---------------------------------------------------------------------------------------------------------

/** Steps of the exponent that the table of powers of two has between two integers. */
const stepsPerDoubling = 16;

/** (e^r - 1 - r) / r^2 for |r| <= ln(2) / 32: to 2e-8, which is 1e-11 of e^r and 5e-10 of e^r - 1. */
const expm1Coefficients = [0.5, 0.16666959914371593, 0.04166715541185541];

/** e^r - 1 for a named r; -0 stays. */
function expm1OfRest(rest: Expr): Expr {
  return mul(rest, add(mul(rest, polynomial(rest, expm1Coefficients)), 1));
}

/** The steps from which on float32 overflows, and down to which it underflows: the ends of the table. */
const overflowStep = 128.5 * stepsPerDoubling;
const underflowStep = -151 * stepsPerDoubling;
const radiansPerStep = Math.LN2 / stepsPerDoubling;

/** 2^(step / 16) from the underflow, where it is 0, to the overflow, where it is infinite. */
let powers: Table | null = null;

function powersOfTwo(): Table {
  powers ??= {
    name: "powers", dtype: "float64",
    values: Array.from({ length: overflowStep - underflowStep + 1 }, (_, place) => {
      const step = place + underflowStep;
      return step === underflowStep ? 0 : step === overflowStep ? Infinity : 2 ** (step / stepsPerDoubling);
    }),
  };
  return powers;
}

/** e^x as `scale (1 + part)`, for an x within the table; of NaN the part is NaN. */
function splitExp(x: Expr, code: CodeWriter): { readonly scale: Expr; readonly part: Expr } {
  const steps = nearest(mul(x, 1 / radiansPerStep), code, "steps");
  const rest = code.name(sub(x, mul(steps, radiansPerStep)), "rest");
  return { scale: code.look(powersOfTwo(), convert(add(steps, -underflowStep), "int32"), 0), part: expm1OfRest(rest) };
}

/** At the ends of the table the scale is the limit. */
function wideExp(code: CodeWriter, x: Expr): Expr {
  const { scale, part } = splitExp(clamped(x, underflowStep * radiansPerStep, overflowStep * radiansPerStep, code), code);
  return mul(add(part, 1), scale);
}

/** e^x - 1. As a difference it keeps -0. */
function expm1(x: Expr, code: CodeWriter): Expr {
  const { scale, part } = splitExp(x, code);
  return sub(mul(part, scale), sub(number(1), scale));
}

/** From here on float32 overflows. */
const expm1Highest = 89;

function wideExpm1(code: CodeWriter, x: Expr): Expr {
  const usual = expm1(clamped(x, underflowStep * radiansPerStep, expm1Highest, code), code);
  return select(gt(x, expm1Highest), number(Infinity), usual);
}

/** From here on tanh is 1 in float64 too. */
const tanhHighest = 20;

/** E / (E + 2) with E = e^(2x) - 1. */
function wideTanh(code: CodeWriter, x: Expr): Expr {
  const excess = code.name(expm1(code.name(mul(clamped(x, -tanhHighest, tanhHighest, code), 2), "double"), code), "excess");
  return div(excess, add(excess, 2));
}

// Logarithms -----------------------------------------------------------------------------------------------------------

/** (2 artanh(s) / s - 2) / s^2 in powers of s^2, for 1 + f between the roots of one half and of two and s = f / (2 + f). */
const logCoefficients = [0.6666666666741206, 0.39999998747222093, 0.28571764716865705, 0.2219075768913057, 0.19375087070474517];

/** log(1 + f) */
function logOfRest(f: Expr, code: CodeWriter): Expr {
  const s = code.name(div(f, add(f, 2)), "s");
  const z = code.name(mul(s, s), "z");
  return mul(s, add(mul(z, polynomial(z, logCoefficients)), 2));
}

/** x as `mantissa * 2^exponent`, for usual x; the exponent comes from the bits of x rounded to float32. */
function split(x: Expr, code: CodeWriter): { readonly mantissa: Expr; readonly exponent: Expr } {
  const exponent = code.name(
    op("shiftRightArithmetic", sub(bitcast(convert(x, "float32"), "int32"), rootOfHalfBits), constant(23, "int32")), "exponent",
  );
  return { mantissa: mul(x, wide(powerOfTwo(sub(constant(0, "int32"), exponent)))), exponent };
}

/** Whether x is positive and normal, and 2^-exponent too. */
function isUsual(x: Expr): Expr {
  return and(ge(x, 2 ** -126), lt(x, 2 ** 126));
}

function logOfUsual(x: Expr, code: CodeWriter): Expr {
  const { mantissa, exponent } = split(x, code);
  return add(mul(wide(exponent), Math.LN2), logOfRest(code.name(sub(mantissa, 1), "f"), code));
}

function wideLog(code: CodeWriter, x: Expr): Expr {
  return select(isUsual(x), logOfUsual(x, code), op("log", x));
}

/** As the logarithm of u = 1 + x; but where u needs no power of two, f is x itself, of which the sum may have lost digits. */
function wideLog1p(code: CodeWriter, x: Expr): Expr {
  const u = code.name(add(x, 1), "u");
  const { mantissa, exponent } = split(u, code);
  const isNear = code.name(eq(exponent, 0), "isNear");
  const ofRest = code.name(logOfRest(code.name(select(isNear, x, sub(mantissa, 1)), "f"), code), "ofRest");
  return select(isUsual(u), select(isNear, ofRest, add(ofRest, mul(wide(exponent), Math.LN2))), op("log1p", x));
}

/** e^(y log x) */
function widePow(code: CodeWriter, x: Expr, y: Expr): Expr {
  const logarithm = code.name(mul(y, logOfUsual(x, code)), "logarithm");
  return select(isUsual(x), wideExp(code, logarithm), op("pow", x, y));
}

// Angles ---------------------------------------------------------------------------------------------------------------

/** (sin r - r) / r^3 for |r| <= pi / 2, in powers of r^2: sin r to 7e-11, and 1 at pi / 2, so that cos 0 is 1. */
const sinCoefficients = [
  -0.16666666661112167, 0.008333332410093923, -0.0001984101393811482, 0.000002753175669031256, -2.398484441310961e-8,
];

/** pi in 33 bits, so that its products with 20 bits are exact, and the rest. */
const piUpper = 3.1415926534682512;
const piLower = 1.2154201013012384e-10;
const angleLimit = 2 ** 20;

/** The sine of x less `turns` half turns, times (-1)^`parity`; both are integers but for a half of `turns`. */
function sineOfRest(x: Expr, turns: Expr, parity: Expr, code: CodeWriter): Expr {
  const rest = code.name(sub(sub(x, mul(turns, piUpper)), mul(turns, piLower)), "rest");
  const z = code.name(mul(rest, rest), "z");
  const odd = code.name(sub(parity, mul(nearest(mul(parity, 0.5), code, "pairs"), 2)), "odd");
  const sign = sub(number(1), mul(mul(odd, odd), 2));
  return mul(mul(rest, add(mul(z, polynomial(z, sinCoefficients)), 1)), sign);
}

function wideSin(code: CodeWriter, x: Expr): Expr {
  const turns = nearest(mul(x, 1 / Math.PI), code, "turns");
  return select(lt(op("abs", x), angleLimit), sineOfRest(x, turns, turns, code), op("sin", x));
}

/** sin(x + pi / 2) */
function wideCos(code: CodeWriter, x: Expr): Expr {
  const turns = nearest(add(mul(x, 1 / Math.PI), 0.5), code, "turns");
  const sine = sineOfRest(x, code.name(sub(turns, 0.5), "halves"), turns, code);
  return select(lt(op("abs", x), angleLimit), sine, op("cos", x));
}
