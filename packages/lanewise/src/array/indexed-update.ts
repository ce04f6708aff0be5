/** @file What `x.at(...index)` gives: reading and updating by position with a mode. */

import { raise } from "@lanewise/compiler/base/errors";
import type { Value } from "@lanewise/compiler/ir/types";
import { describeArgument } from "../arguments.ts";
import { badArgument } from "../errors.ts";
import { applyIndexed, updateIndexed, type UpdateName } from "../ops/index-update.ts";
import { getIndexed, readIndexMode } from "../ops/index.ts";
import { asNDArray, type ArrayLike, type IndexedUpdate, type IndexedUpdateOptions, type NDArray, type NDArrayMethods } from "../types.ts";

/** Reads an operand as the functions of np read theirs. */
export type Lift = (operand: ArrayLike, operation: string, argument: string) => Value;

const publish = (value: Value): NDArray => asNDArray(value as unknown as NDArrayMethods);

export function indexedUpdate(x: Value, index: readonly unknown[], lift: Lift): IndexedUpdate {
  const liftFor = (operation: string) => (operand: unknown, argument: string): Value => lift(operand as ArrayLike, operation, argument);
  const update = (name: UpdateName) => (value: ArrayLike, options?: IndexedUpdateOptions): NDArray => {
    const operation = `x.at(...).${name}`;
    if (value === undefined) raise(badArgument, { operation, argument: "value", expected: "a number or array", got: "nothing", fix: `give the value: .${name}(v)` });
    const target = { x, index, lift: liftFor(operation), options: readIndexMode(operation, options) };
    return publish(updateIndexed(name, target, lift(value, operation, "value")));
  };
  return {
    get: (options) => publish(getIndexed(x, index, liftFor("x.at(...).get"), readIndexMode("x.at(...).get", options), "x.at(...).get")),
    set: update("set"), add: update("add"), subtract: update("subtract"), multiply: update("multiply"), divide: update("divide"),
    min: update("min"), max: update("max"), power: update("power"),
    apply: (f, options) => {
      const operation = "x.at(...).apply";
      if (typeof f !== "function") raise(badArgument, { operation, argument: "f", expected: "a function of one element", got: describeArgument(f), fix: "x.at(i).apply((v) => np.sin(v))" });
      const target = { x, index, lift: liftFor(operation), options: readIndexMode(operation, options) };
      return publish(applyIndexed(target, (element) => lift(f(publish(element)), operation, "f's result")));
    },
  };
}
