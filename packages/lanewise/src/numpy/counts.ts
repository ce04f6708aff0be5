/** @file Extents of results that depend on elements: read where that is possible, else asked for. */

import { raise } from "@lanewise/compiler/base/errors";
import { isScalarLiteral } from "@lanewise/compiler/ir/build";
import type { Value } from "@lanewise/compiler/ir/types";
import { isTracer } from "@lanewise/compiler/trace/tracer";
import { describeArgument } from "../arguments.ts";
import { ConcreteArray } from "../array/concrete.ts";
import { badArgument } from "../errors.ts";

/** The integer that a 0-d value holds now. Throws LW3007 where it is traced, or on a device that cannot be read at once. */
export function countNow(operation: string, argument: string, count: Value): number {
  if (isScalarLiteral(count)) return count.value;
  if (!isTracer(count) && count instanceof ConcreteArray && count.storage.device.readSync !== null) return Number(count.itemSync());
  return raise(badArgument, {
    operation, argument, expected: `the extent of the result, which ${isTracer(count) ? "a traced array does" : "elements on this device do"} not tell at once`, got: "nothing",
    fix: `give { ${argument}: n }`,
  });
}

/** An extent that the caller gave, or null. */
export function givenExtent(operation: string, argument: string, extent: unknown): number | null {
  if (extent === null || extent === undefined) return null;
  if (typeof extent === "number" && Number.isInteger(extent) && extent >= 0) return extent;
  return raise(badArgument, { operation, argument, expected: "an integer that is not negative", got: describeArgument(extent), fix: `correct ${argument}` });
}
