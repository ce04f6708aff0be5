/**
 * @file The elementary functions of floats (exp, log, sin, cos, tanh, expm1, log1p, atan2, pow) as arithmetic, for targets that have no such functions. The expansions
 * are valid for scalars and for vectors of any width.
 */

import { at } from "../base/assert.ts";
import type { ScalarOpName } from "../base/scalar-ops.ts";
import type { Expr, Kernel } from "../kernel/types.ts";
import { cosFloat32, expFloat32, logFloat32, powFloat32, sinFloat32, tanhFloat32 } from "./approximate-float32.ts";
import { cosFloat64, expFloat64, logFloat64, powFloat64, sinFloat64, tanhFloat64 } from "./approximate-float64.ts";
import { expm1Float32, expm1Float64, log1pFloat32, log1pFloat64 } from "./approximate-near-one.ts";
import { atan2Float32, atan2Float64 } from "./arctangent.ts";
import { CodeWriter, KernelTables } from "./code-writer.ts";
import { rewriteExprs } from "./rewrite.ts";

type Unary = (x: Expr, code: CodeWriter) => Expr;
type Binary = (x: Expr, y: Expr, code: CodeWriter) => Expr;

const unaryFloat32: Readonly<Partial<Record<ScalarOpName, Unary>>> = {
  exp: expFloat32, log: logFloat32, sin: sinFloat32, cos: cosFloat32, tanh: tanhFloat32, expm1: expm1Float32, log1p: log1pFloat32,
};
const unaryFloat64: Readonly<Partial<Record<ScalarOpName, Unary>>> = {
  exp: expFloat64, log: logFloat64, sin: sinFloat64, cos: cosFloat64, tanh: tanhFloat64, expm1: expm1Float64, log1p: log1pFloat64,
};
const binaryFloat32: Readonly<Partial<Record<ScalarOpName, Binary>>> = { pow: powFloat32, atan2: atan2Float32 };
const binaryFloat64: Readonly<Partial<Record<ScalarOpName, Binary>>> = { pow: powFloat64, atan2: atan2Float64 };

/** The kernel without elementary functions of float32 and float64, and with the tables that their expansions read. */
export function approximate(kernel: Kernel): Kernel {
  const tables = new KernelTables(kernel);
  const expanded = rewriteExprs(kernel, (expr, before) => {
    if (expr.kind !== "op") return expr;
    const code = new CodeWriter(before, tables);
    const x = (): Expr => code.name(at(expr.args, 0), "x");
    const { dtype } = expr.type;
    const isFloat32 = dtype === "float32";
    if (!isFloat32 && dtype !== "float64") return expr;
    const unary = (isFloat32 ? unaryFloat32 : unaryFloat64)[expr.op];
    if (unary !== undefined) return unary(x(), code);
    const binary = (isFloat32 ? binaryFloat32 : binaryFloat64)[expr.op];
    return binary === undefined ? expr : binary(x(), code.name(at(expr.args, 1), "y"), code);
  });
  return tables.declareIn(expanded);
}
