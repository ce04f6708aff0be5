/** @file Constants as WGSL literals that WGSL reads back exactly. */

import { assertNever, InternalError, invariant } from "../../base/assert.ts";
import { largestFloat32 } from "../../base/float-bits.ts";
import type { ConstExpr } from "../../kernel/types.ts";
import { printType } from "./operations.ts";

/**
 * A constant with its type's suffix; a vector has it in every element.
 * @throws InternalError for NaN, infinities and -0, which WGSL cannot write (legalize makes them at run time), and for
 *   dtypes that webgpu lacks
 */
export function printLiteral(constant: ConstExpr): string {
  const { value, type: { dtype, width } } = constant;
  if (width > 1) return `${printType(constant.type)}(${printLiteral({ ...constant, type: { dtype, width: 1 } })})`;
  switch (dtype) {
    case "bool": return value === 0 ? "false" : "true";
    // The literal 2147483648i is too large before the minus sign is applied.
    case "int32": return value === -2147483648 ? "i32(-2147483648)" : `${value}i`;
    case "uint32": return `${value}u`;
    case "float32": return printFloat32(value);
    case "float16": case "float64": throw new InternalError(`a ${dtype} constant reached the WGSL printer`);
    default: return assertNever(dtype, "dtype");
  }
}

/** An integer as it stands where it is short, else the shortest decimal that rounds to this float32. */
function printFloat32(value: number): string {
  invariant(Number.isFinite(value) && !Object.is(value, -0), `${value} has no WGSL literal`);
  if (Number.isInteger(value) && Math.abs(value) < 1e10) return `${value}.0f`;
  for (let digits = 1; digits <= 17; digits++) {
    const text = value.toPrecision(digits);
    if (isReadBackAs(text, value)) return `${Number(text)}f`;
  }
  throw new InternalError(`${value} is no float32`);
}

/** Whether the text rounds to `value` also where a reader rounds to double first, and is no larger than a float32 can be. */
function isReadBackAs(text: string, value: number): boolean {
  const read = Number(text);
  return Math.fround(read) === value && Math.abs(read) <= largestFloat32 && Math.fround(2 * read - value) === value;
}
