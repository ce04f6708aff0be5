/**
 * @file How functions of lax read operands: nothing is promoted. A JS number takes the dtype of the arrays beside it.
 */

import { raise } from "@lanewise/compiler/base/errors";
import type { DType } from "@lanewise/compiler/base/dtype";
import { isInteger } from "@lanewise/compiler/base/dtype";
import { isScalarLiteral } from "@lanewise/compiler/ir/build";
import type { Value } from "@lanewise/compiler/ir/types";
import { describeArgument, refuseOptions } from "../arguments.ts";
import { badArgument } from "../errors.ts";
import { give, read, unary as unaryOf } from "../numpy/operand.ts";
import { literalAs } from "../ops/operands.ts";
import type { ArrayLike, NDArray } from "../types.ts";

/** Operands of one call; numbers among them get the dtype of the first array. Throws LW3007 for 0.5 beside integers. */
export function readTogether(operation: string, operands: readonly unknown[], names: readonly string[]): Value[] {
  const values = operands.map((operand, index) => read(operand, operation, names[index] ?? `operand ${index}`));
  const array = values.find((value) => !isScalarLiteral(value));
  if (array === undefined) return values;
  const { dtype } = array.aval;
  return values.map((value, index) => (isScalarLiteral(value) && value.aval.dtype !== dtype ? numberAs(operation, value, dtype, names[index] ?? "") : value));
}

/** The same of operands in a list. */
export function readListTogether(operation: string, operands: unknown): Value[] {
  if (Array.isArray(operands)) return readTogether(operation, operands, operands.map((_, index) => `operands[${index}]`));
  return raise(badArgument, { operation, argument: "operands", expected: "a list of arrays", got: describeArgument(operands), fix: `${operation}([a, b], 0)` });
}

function numberAs(operation: string, value: Value & { readonly value: number }, dtype: DType, argument: string): Value {
  if ((isInteger(dtype) && !Number.isInteger(value.value)) || dtype === "bool") {
    raise(badArgument, {
      operation, argument, expected: `a number that ${dtype} holds, as the operand beside it`, got: String(value.value),
      fix: "convert the array with astype, or use the function of np, which promotes",
    });
  }
  return literalAs(operation, value as Parameters<typeof literalAs>[1], dtype, true);
}

export type Unary = (x: ArrayLike) => NDArray;
export type Binary = (x: ArrayLike, y: ArrayLike) => NDArray;

/** A function of one array. */
export function unary(name: string, apply: (x: Value) => Value): Unary {
  return unaryOf(`lax.${name}`, apply);
}

/** A function of two arrays of one dtype. */
export function binary(name: string, apply: (x: Value, y: Value) => Value): Binary {
  const operation = `lax.${name}`;
  return (x: ArrayLike, y: ArrayLike, ...further: readonly unknown[]) => {
    if (further.length > 0) refuseOptions(operation, further);
    const [left, right] = readTogether(operation, [x, y], ["x", "y"]) as [Value, Value];
    return give(apply(left, right));
  };
}
