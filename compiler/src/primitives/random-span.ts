/** @file The width of a range of floats, rounded at once: what is drawn depends on its last bit. */

import { at } from "../base/assert.ts";
import { isZero } from "../ir/build.ts";
import type { Primitive, Value } from "../ir/types.ts";
import * as k from "../kernel/build.ts";
import { bind1 } from "../trace/stack.ts";
import { sub, subP } from "./arith.ts";
import { noParams, type NoParams } from "./define.ts";
import { elementwiseBatch, stretch } from "./elementwise.ts";
import { neg } from "./linear.ts";

/**
 * `sub`, as which it prints, with one difference: a chain of arithmetic on float32 may stay wider than float32 until it is
 * stored, and this result may not.
 */
const spanP: Primitive<NoParams> = {
  ...subP,
  jvp: (primals, tangents) => {
    const out = bind1(spanP, primals, noParams);
    const [dx, dy] = [at(tangents, 0), at(tangents, 1)];
    const tangent = isZero(dy) ? dx : isZero(dx) ? neg(dy) : sub(dx, dy);
    return { primals: [out], tangents: [stretch(tangent, out.aval.shape)] };
  },
  batch: elementwiseBatch(() => spanP),
  lower: {
    kind: "scalar",
    emit: (_emitter, operands, { outAval }) => {
      const difference = k.sub(at(operands, 0), at(operands, 1));
      return outAval.dtype === "float32" ? k.op("roundFloat32", difference) : difference;
    },
  },
};

/** `high - low`, rounded to its dtype even within a chain of arithmetic. */
export function span(high: Value, low: Value): Value {
  return bind1(spanP, [high, low], noParams);
}
