/** @file The remainder of integers with the sign of the divisor, for places that wrap round an axis. */

import type { Value } from "@lanewise/compiler/ir/types";
import { add, div, mul, scalarLike, selectN, sub } from "@lanewise/compiler/primitives/arith";
import { lt } from "@lanewise/compiler/primitives/compare";

/** `x` modulo a divisor that is positive. */
export function floorMod(x: Value, divisor: Value): Value {
  const remainder = sub(x, mul(div(x, divisor), divisor));
  return selectN(lt(remainder, scalarLike(remainder, 0)), [remainder, add(remainder, divisor)]);
}
