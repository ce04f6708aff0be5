/** @file Reads places of an axis: integers, and JS numbers and lists that are integers. */

import type { Value } from "@lanewise/compiler/ir/types";
import { placesFrom } from "../ops/take.ts";
import { read } from "./operand.ts";

/** Places as a value; what is no integer is left for the function to refuse. */
export function readPlaces(operand: unknown, operation: string, argument = "indices"): Value {
  return placesFrom(operand, operation, (part) => read(part, operation, argument));
}
