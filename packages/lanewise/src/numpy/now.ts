/** @file Elements that must be known before the result's shape or an error is: read where that is possible, else asked away. */

import { raise } from "@lanewise/compiler/base/errors";
import { isScalarLiteral } from "@lanewise/compiler/ir/build";
import type { Value } from "@lanewise/compiler/ir/types";
import { isTracer } from "@lanewise/compiler/trace/tracer";
import { ConcreteArray } from "../array/concrete.ts";
import { badArgument } from "../errors.ts";

/** All elements of an array, in row-major order. @throws LW3007 where it is traced, or on a device that cannot be read at once */
export function elementsNow(operation: string, argument: string, value: Value, fix: string): number[] {
  if (isScalarLiteral(value)) return [value.value];
  if (!isTracer(value) && value instanceof ConcreteArray && value.storage.device.readSync !== null) return Array.from(value.dataSync(), Number);
  return raise(badArgument, {
    operation, argument, expected: "elements that are known now", got: isTracer(value) ? "a traced array" : "an array on a device that cannot be read at once", fix,
  });
}
