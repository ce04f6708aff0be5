/** @file Calls a rule of an equation, or throws that the primitive has none. */

import { shortName } from "../base/dtype.ts";
import { raise, type ErrorKind } from "../base/errors.ts";
import type { SourceLocation } from "../base/source-location.ts";
import type { Aval, JvpRule, NoRule, Params, Primitive, Source, TransposeRule } from "./types.ts";

export const noRule: ErrorKind = {
  code: "LW1201",
  title: "this operation cannot be transformed in this way",
  explanation: "Some operations have no derivative, or are not linear in any operand; the message says which and why.",
};

function isNoRule(rule: unknown): rule is NoRule {
  return typeof rule === "object" && rule !== null && (rule as NoRule).kind === "none";
}

/** Listed in docs/errors.md, which is made from what this module exports. */
export const notLinearFunction: ErrorKind = {
  code: "LW1202",
  title: "the function is not linear",
  explanation: "Only a linear function has a transpose: sums of its arguments, and products and quotients of them by what does not depend on them.",
};

/** Throws that an equation to be transposed depends on a linear value in an operand in which it is not linear. */
export function refuseNotLinear(operation: string, operand: number, inAval: Aval, source: Source | null): never {
  raise(notLinearFunction, {
    operation, expected: `an equation that is linear in what the function's arguments reach; operand ${operand} of ${operation} must not depend on them`,
    got: `${operation} of a ${shortName(inAval.dtype)}[${inAval.shape.join(",")}] there that depends on an argument`,
    fix: "transpose a linear function, such as the one that linearize gives; close over what is not to be transposed",
    ...locationFacts(source),
  });
}

function locationFacts(source: Source | null): { readonly location?: SourceLocation } {
  const location = source?.location() ?? null;
  return location === null ? {} : { location };
}

/** The jvp rule of a primitive. */
export function jvpRule(primitive: Primitive, source: Source | null): JvpRule<Params> {
  return isNoRule(primitive.jvp) ? refuse(primitive, "a derivative", primitive.jvp, source) : primitive.jvp;
}

/** The transpose rule of a primitive. */
export function transposeRule(primitive: Primitive, source: Source | null): TransposeRule<Params> {
  return isNoRule(primitive.transpose) ? refuse(primitive, "a transpose", primitive.transpose, source) : primitive.transpose;
}

function refuse(primitive: Primitive, what: string, rule: NoRule, source: Source | null): never {
  raise(noRule, {
    operation: primitive.name, expected: `an operation with ${what}`, got: `${primitive.name}: ${rule.reason}`,
    fix: "use stopGradient where no derivative is wanted, or give a rule with customJvp or customVjp",
    ...locationFacts(source),
  });
}
