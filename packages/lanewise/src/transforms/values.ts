/** @file Leaves to values of the compiler, and values to the arrays that users see. */

import { allocateHost } from "@lanewise/compiler/base/dtype";
import { isZero } from "@lanewise/compiler/ir/build";
import type { Tangent, Value } from "@lanewise/compiler/ir/types";
import { instantiate } from "@lanewise/compiler/primitives/linear";
import { arrayFromHost, materialize, toValue } from "../array/concrete.ts";
import { publish as asPublic } from "../array/ndarray.ts";
import type { NDArray } from "../types.ts";

/** A leaf that `isArrayLeaf` accepts, as a value. A number is weak float32, a boolean bool, a bigint weak int32. */
export function asValue(leaf: unknown): Value {
  return toValue(leaf, "transform", "argument");
}

/** The same as an array with members: what a user's function takes. */
export function asArray(leaf: unknown): Value {
  return materialize(asValue(leaf));
}

/** A value as an array with members: a scalar literal gets memory. */
export function publish(value: Value): NDArray {
  return asPublic(materialize(value));
}

/** The array that a tangent is; zeros of float0, which no operation makes, have a type and no memory. */
export function tangentArray(tangent: Tangent): Value {
  if (!isZero(tangent) || tangent.aval.dtype !== "float0") return instantiate(tangent);
  return arrayFromHost({ dtype: "float0", shape: tangent.aval.shape, host: allocateHost("float0", 0) });
}
