/** @file Random bools, and signs made of them. */

import { isFloat } from "@lanewise/compiler/base/dtype";
import { raise } from "@lanewise/compiler/base/errors";
import { scalarLiteral } from "@lanewise/compiler/ir/build";
import type { Value } from "@lanewise/compiler/ir/types";
import { convertElementType, mul, sub } from "@lanewise/compiler/primitives/arith";
import { lt } from "@lanewise/compiler/primitives/compare";
import { describeAval } from "@lanewise/compiler/trace/stack";
import { parseOptional, type Optional } from "../arguments.ts";
import { badArgument } from "../errors.ts";
import { give, read } from "../numpy/operand.ts";
import { resolveShape } from "../ops/axes.ts";
import { resolveOptionalDType } from "../ops/dtypes.ts";
import { namedCall1 } from "../ops/named-call.ts";
import { convertOperand, promoteRanks } from "../ops/operands.ts";
import type { ArrayLike, DType, NDArray } from "../types.ts";
import { readKey, requireFit, type Key } from "./operand.ts";
import { unitUniform } from "./uniform.ts";

/** Whether uniform numbers are below `p`: a call of `_bernoulli` in the jaxpr. */
function bernoulliOf(key: Value, p: Value, shape: readonly number[]): Value {
  return namedCall1("_bernoulli", { shape }, [key, p], ([own, inner]) => {
    const chance = inner as Value;
    const [drawn, below] = promoteRanks("random.bernoulli", [unitUniform(own as Value, shape, chance.aval.dtype), chance], ["uniform", "p"]) as [Value, Value];
    return lt(drawn, below);
  });
}

export interface BernoulliOptions {
  readonly p?: ArrayLike;
  readonly shape?: readonly number[] | null;
}

/**
 * Bools that are true with probability `p` (0.5): of the shape of `p`, or of a shape that holds it.
 *
 * @throws LW3007 for what is no key, and for a `p` of integers; LW3005 for a shape that does not hold `p`
 * @example random.bernoulli(random.key(0), 0.3, [5])
 */
export function bernoulli(key: Key, ...rest: Optional<["p", "shape"], BernoulliOptions>): NDArray<"bool"> {
  const operation = "random.bernoulli";
  const given = parseOptional<BernoulliOptions>({ operation, positional: ["p", "shape"] }, rest);
  const { key: typed } = readKey(operation, key);
  const p = read(given.p ?? 0.5, operation, "p");
  if (!isFloat(p.aval.dtype)) {
    raise(badArgument, { operation, argument: "p", expected: "floats", got: describeAval(p.aval), fix: 'convert them with astype("float32")' });
  }
  const shape = given.shape === undefined || given.shape === null ? p.aval.shape : resolveShape(operation, given.shape);
  requireFit(operation, shape, [p], ["p"]);
  return give(bernoulliOf(typed, convertOperand(operation, p, p.aval.dtype), shape));
}

export interface RademacherOptions {
  readonly shape?: readonly number[];
  readonly dtype?: DType | null;
}

/** -1 or 1, each with probability one half: an array of a shape ([]) and a dtype (int32). @throws LW3007 @example random.rademacher(key, [4]) */
export function rademacher(key: Key, ...rest: Optional<["shape", "dtype"], RademacherOptions>): NDArray {
  const operation = "random.rademacher";
  const given = parseOptional<RademacherOptions>({ operation, positional: ["shape", "dtype"] }, rest);
  const { key: typed } = readKey(operation, key);
  const shape = resolveShape(operation, given.shape ?? []);
  const dtype = resolveOptionalDType(operation, given.dtype) ?? "int32";
  return give(namedCall1("_rademacher", { shape, dtype }, [typed], ([own]) => {
    const bools = bernoulliOf(own as Value, scalarLiteral(0.5, "float32"), shape);
    return sub(mul(scalarLiteral(2, dtype), convertElementType(bools, dtype)), scalarLiteral(1, dtype));
  }));
}
