/** @file The normal distribution, whole and cut off. */

import type { DType } from "@lanewise/compiler/base/dtype";
import type { Value } from "@lanewise/compiler/ir/types";
import { convertElementType, div, mul } from "@lanewise/compiler/primitives/arith";
import { nextafter } from "@lanewise/compiler/primitives/arith-rounding";
import { roundedErf } from "@lanewise/compiler/primitives/random-rounded";
import { erfInv } from "@lanewise/compiler/primitives/unary-special";
import { stopGradient } from "@lanewise/compiler/primitives/unary-stop-gradient";
import { parseOptional, type Optional } from "../arguments.ts";
import { give, read } from "../numpy/operand.ts";
import { resolveShape } from "../ops/axes.ts";
import { clip } from "../ops/elementwise.ts";
import { namedCall1 } from "../ops/named-call.ts";
import { broadcastOrThrow } from "../ops/operands.ts";
import type { ArrayLike, DType as AnyDType, NDArray } from "../types.ts";
import { floatFacts, floatLiteral, sampler, type FloatsOptions } from "./distributions.ts";
import { floatDType, readKey, requireFit, type Key } from "./operand.ts";
import { uniformOf } from "./uniform.ts";

/** sqrt(2) erf_inv(u) of u in (-1, 1). */
function normalOf(key: Value, shape: readonly number[], dtype: DType): Value {
  return namedCall1("_normal_real", { shape, dtype }, [key], ([own]) => {
    const least = floatLiteral(-1 + floatFacts(dtype).epsilon / 2, dtype);
    const drawn = uniformOf(own as Value, shape, dtype, { order: "minFirst", minval: least, maxval: floatLiteral(1, dtype) });
    return mul(floatLiteral(Math.SQRT2, dtype), erfInv(drawn));
  });
}

const drawNormal = sampler("normal", normalOf);

/**
 * Floats of the standard normal distribution: an array of a shape ([]) and a float dtype (float32).
 *
 * @throws LW3007 for what is no key; LW3004 for a dtype that is no float
 * @example random.normal(random.key(0), [2, 3])
 */
export function normal(key: Key, ...rest: Optional<["shape", "dtype"], FloatsOptions>): NDArray {
  return drawNormal(key, rest);
}

export interface TruncatedNormalOptions {
  readonly shape?: readonly number[] | null;
  readonly dtype?: AnyDType | null;
}

/**
 * Floats of the standard normal distribution between two bounds: of the shape to which the bounds broadcast, or of a shape
 * that holds them.
 *
 * @throws LW3007 for what is no key; LW3004 for a dtype that is no float; LW3005 for bounds that do not fit the shape
 * @example random.truncatedNormal(random.key(0), -1, 1, [3])
 */
export function truncatedNormal(key: Key, lower: ArrayLike, upper: ArrayLike, ...rest: Optional<["shape", "dtype"], TruncatedNormalOptions>): NDArray {
  const operation = "random.truncatedNormal";
  const given = parseOptional<TruncatedNormalOptions>({ operation, positional: ["shape", "dtype"] }, rest);
  const { key: typed } = readKey(operation, key);
  const bounds = [read(lower, operation, "lower"), read(upper, operation, "upper")];
  const shape = given.shape === undefined || given.shape === null ? broadcastOrThrow(operation, bounds, ["lower", "upper"]) : resolveShape(operation, given.shape);
  requireFit(operation, shape, bounds, ["lower", "upper"]);
  const dtype = floatDType(operation, given.dtype);
  return give(namedCall1("_truncated_normal", { shape, dtype }, [typed, ...bounds], ([own, first, second]) => {
    const root = floatLiteral(Math.SQRT2, dtype);
    const [least, most] = [convertElementType(first as Value, dtype), convertElementType(second as Value, dtype)];
    const [minval, maxval] = [roundedErf(div(least, root)), roundedErf(div(most, root))];
    const drawn = mul(root, erfInv(uniformOf(own as Value, shape, dtype, { order: "minFirst", minval, maxval })));
    // Rounding may not lead out of the open interval.
    const above = nextafter(stopGradient(least), floatLiteral(Infinity, dtype));
    const below = nextafter(stopGradient(most), floatLiteral(-Infinity, dtype));
    return clip(drawn, above, below);
  }));
}
