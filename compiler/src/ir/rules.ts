/** @file Calls a rule of an equation, or throws that the primitive has none. */

import { raise, type ErrorKind } from "../base/errors.ts";
import type { JvpRule, NoRule, Params, Primitive, Source, TransposeRule } from "./types.ts";

export const noRule: ErrorKind = {
  code: "LW1201",
  title: "this operation cannot be transformed in this way",
  explanation: "Some operations have no derivative, or are not linear in any operand; the message says which and why.",
};

function isNoRule(rule: unknown): rule is NoRule {
  return typeof rule === "object" && rule !== null && (rule as NoRule).kind === "none";
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
  const location = source?.location() ?? undefined;
  raise(noRule, {
    operation: primitive.name, expected: `an operation with ${what}`, got: `${primitive.name}: ${rule.reason}`,
    fix: "use stopGradient where no derivative is wanted, or give a rule with customJvp or customVjp",
    ...(location === undefined ? {} : { location }),
  });
}
