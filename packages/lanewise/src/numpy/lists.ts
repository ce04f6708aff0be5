/** @file How functions of np read lists of arrays, and give what they joined. */

import { raise } from "@lanewise/compiler/base/errors";
import type { Value } from "@lanewise/compiler/ir/types";
import { describeArgument } from "../arguments.ts";
import { NDArray as ArrayClass } from "../array/ndarray.ts";
import { badArgument } from "../errors.ts";
import { resolveOptionalDType } from "../ops/dtypes.ts";
import { convertOperand } from "../ops/operands.ts";
import type { NDArray } from "../types.ts";
import { give, read } from "./operand.ts";

/** A list of arrays, or the rows of one array. */
export function readList(operation: string, arrays: unknown): Value[] {
  if (arrays instanceof ArrayClass) return Array.from(arrays, (row) => read(row, operation, "arrays"));
  if (!Array.isArray(arrays)) {
    return raise(badArgument, { operation, argument: "arrays", expected: "a list of arrays", got: describeArgument(arrays), fix: `${operation}([a, b])` });
  }
  return arrays.map((array, index) => read(array, operation, `arrays[${index}]`));
}

/** The value, in another dtype where one is asked for. */
export function joined(operation: string, value: Value, dtype: unknown): NDArray {
  const target = resolveOptionalDType(operation, dtype);
  return give(target === null ? value : convertOperand(operation, value, target));
}
