/** @file Reads places of an axis: integers, and JS numbers and lists that are integers. */

import { isScalarLiteral } from "@lanewise/compiler/ir/build";
import type { Value } from "@lanewise/compiler/ir/types";
import { readIntegers } from "../ops/index-entries.ts";
import { literalAs } from "../ops/operands.ts";
import { read } from "./operand.ts";

/** Places as a value; what is no integer is left for the function to refuse. */
export function readPlaces(operand: unknown, operation: string, argument = "indices"): Value {
  if (Array.isArray(operand)) {
    const integers = readIntegers(operand, (list) => read(list, operation, argument));
    if (integers !== null) return integers.places;
  }
  const value = read(operand, operation, argument);
  return isScalarLiteral(value) && Number.isInteger(operand) ? literalAs(operation, value, "int32", true) : value;
}
