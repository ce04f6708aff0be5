/** @file JAX's precision of products. Every target computes in float32 or wider; jaxprs keep what was asked for. */

import { raise } from "@lanewise/compiler/base/errors";
import { describeArgument } from "../arguments.ts";
import { badArgument } from "../errors.ts";

export type Precision = "default" | "high" | "highest";
/** One for both operands, or one for each. */
export type PrecisionLike = Precision | readonly [Precision, Precision] | null;

const printed: Readonly<Record<Precision, string>> = { default: "Precision.DEFAULT", high: "Precision.HIGH", highest: "Precision.HIGHEST" };

function isPrecision(value: unknown): value is Precision {
  return typeof value === "string" && Object.hasOwn(printed, value);
}

/** The precision as jaxprs print it; null where none is given. */
export function resolvePrecision(operation: string, precision: unknown): string | null {
  if (precision === undefined || precision === null) return null;
  const both: readonly unknown[] = Array.isArray(precision) ? precision : [precision, precision];
  if (both.length === 2 && both.every(isPrecision)) return `(${both.map((each) => printed[each]).join(", ")})`;
  return raise(badArgument, {
    operation, argument: "precision", expected: '"default", "high" or "highest", or a pair of them', got: describeArgument(precision), fix: "leave precision out",
  });
}
