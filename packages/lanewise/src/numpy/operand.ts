/** @file How functions of np read arrays and give them: the entry that also readies the library at its first use. */

import type { DType } from "@lanewise/compiler/base/dtype";
import type { Value } from "@lanewise/compiler/ir/types";
import { refuseOptions } from "../arguments.ts";
import { materialize, toValue } from "../array/concrete.ts";
import { publish } from "../array/ndarray.ts";
import { ensureInstalled } from "../install.ts";
import { resolveOptionalDType } from "../ops/dtypes.ts";
import { convertOperand } from "../ops/operands.ts";
import type { ArrayLike, NDArray } from "../types.ts";

/** An argument as a value of the system. */
export function read(operand: unknown, operation: string, argument: string): Value {
  ensureInstalled();
  return toValue(operand, operation, argument);
}

/** An argument that may be left out or null. */
export function readOptional(operand: unknown, operation: string, argument: string): Value | null {
  return operand === null || operand === undefined ? null : read(operand, operation, argument);
}

/** A function of one array, by the name that users write. */
export function unary<D extends DType = DType>(operation: string, apply: (x: Value) => Value): (x: ArrayLike) => NDArray<D> {
  return (x: ArrayLike, ...further: readonly unknown[]) => {
    if (further.length > 0) refuseOptions(operation, further);
    return give<D>(apply(read(x, operation, "x")));
  };
}

/** A function of two arrays. */
export function binary<D extends DType = DType>(operation: string, apply: (x1: Value, x2: Value) => Value): (x1: ArrayLike, x2: ArrayLike) => NDArray<D> {
  return (x1: ArrayLike, x2: ArrayLike, ...further: readonly unknown[]) => {
    if (further.length > 0) refuseOptions(operation, further);
    return give<D>(apply(read(x1, operation, "x1"), read(x2, operation, "x2")));
  };
}

/** A value as users get it. */
export function give<D extends DType = DType>(value: Value): NDArray<D> {
  return publish<D>(materialize(value));
}

/** The same, in another dtype where users ask for one. */
export function giveAs(operation: string, value: Value, dtype: unknown): NDArray {
  const target = resolveOptionalDType(operation, dtype);
  return give(target === null ? value : convertOperand(operation, value, target));
}
