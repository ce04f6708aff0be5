/** @file How functions of np read arrays and give them: the entry that also readies the library at its first use. */

import type { DType } from "@lanewise/compiler/base/dtype";
import type { Value } from "@lanewise/compiler/ir/types";
import { materialize, toValue } from "../array/concrete.ts";
import { publish } from "../array/ndarray.ts";
import { ensureInstalled } from "../install.ts";
import type { NDArray } from "../types.ts";

/** An argument as a value of the system. */
export function read(operand: unknown, operation: string, argument: string): Value {
  ensureInstalled();
  return toValue(operand, operation, argument);
}

/** A value as users get it. */
export function give<D extends DType = DType>(value: Value): NDArray<D> {
  return publish<D>(materialize(value));
}
