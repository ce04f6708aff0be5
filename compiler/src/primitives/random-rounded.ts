/**
 * @file Operations whose float32 results are rounded at once. Elsewhere a chain of arithmetic may stay wider than float32
 * until it is stored; what is drawn from a range depends on the last bit of its bounds and of its width.
 */

import { at, InternalError } from "../base/assert.ts";
import { isZero } from "../ir/build.ts";
import type { JvpRule, Primitive, Value } from "../ir/types.ts";
import * as k from "../kernel/build.ts";
import { bind1 } from "../trace/stack.ts";
import { sub, subP } from "./arith.ts";
import { noParams, type NoParams } from "./define.ts";
import { elementwiseBatch, stretch } from "./elementwise.ts";
import { neg } from "./linear.ts";
import { erfP } from "./unary-special.ts";

/** An elementwise primitive that differs in its rounding alone, and prints as the one it is made of. */
function roundedAtOnce(primitive: Primitive<NoParams>, jvp: JvpRule<NoParams>): Primitive<NoParams> {
  const { lower } = primitive;
  if (lower.kind !== "scalar") throw new InternalError(`${primitive.name} is not elementwise`);
  const rounded: Primitive<NoParams> = {
    ...primitive,
    jvp,
    batch: elementwiseBatch(() => rounded),
    lower: {
      kind: "scalar",
      emit: (emitter, operands, context) => {
        const wide = lower.emit(emitter, operands, context);
        return context.outAval.dtype === "float32" ? k.op("roundFloat32", wide) : wide;
      },
    },
  };
  return rounded;
}

const spanP: Primitive<NoParams> = roundedAtOnce(subP, (primals, tangents) => {
  const out = span(at(primals, 0), at(primals, 1));
  const [dx, dy] = [at(tangents, 0), at(tangents, 1)];
  const tangent = isZero(dy) ? dx : isZero(dx) ? neg(dy) : sub(dx, dy);
  return { primals: [out], tangents: [stretch(tangent, out.aval.shape)] };
});

/** `high - low`. */
export function span(high: Value, low: Value): Value {
  return bind1(spanP, [high, low], noParams);
}

const roundedErfP: Primitive<NoParams> = roundedAtOnce(erfP, (primals, tangents, params) => {
  if (typeof erfP.jvp !== "function") throw new InternalError("erf has no derivative");
  return { primals: [roundedErf(at(primals, 0))], tangents: erfP.jvp(primals, tangents, params).tangents };
});

/** `erf(x)`. */
export function roundedErf(x: Value): Value {
  return bind1(roundedErfP, [x], noParams);
}
