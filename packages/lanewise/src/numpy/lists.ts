/** @file How functions of np read lists of arrays. */

import { raise } from "@lanewise/compiler/base/errors";
import type { Value } from "@lanewise/compiler/ir/types";
import { describeArgument } from "../arguments.ts";
import { NDArray as ArrayClass } from "../array/ndarray.ts";
import { badArgument } from "../errors.ts";
import { read } from "./operand.ts";

/** A list of arrays, or the rows of one array. */
export function readList(operation: string, arrays: unknown, argument = "arrays"): Value[] {
  if (arrays instanceof ArrayClass) return Array.from(arrays, (row) => read(row, operation, argument));
  if (!Array.isArray(arrays)) {
    return raise(badArgument, { operation, argument, expected: "a list of arrays", got: describeArgument(arrays), fix: `${operation}([a, b])` });
  }
  return arrays.map((array, index) => read(array, operation, `${argument}[${index}]`));
}
