/** @file np's functions of complex numbers, for the real ones that exist here. */

import { dtypeClass, isInexact } from "@lanewise/compiler/base/dtype";
import { raise } from "@lanewise/compiler/base/errors";
import type { Value } from "@lanewise/compiler/ir/types";
import { describeAval } from "@lanewise/compiler/trace/stack";
import { booleanArgument, parseOptional, type Optional } from "../arguments.ts";
import { badArgument } from "../errors.ts";
import { convertOperand } from "../ops/operands.ts";
import type { ArrayLike, NDArray } from "../types.ts";
import { composed1 } from "./composed.ts";
import { onesLike, zerosLike } from "./create.ts";
import { arctan2, rad2deg } from "./functions.ts";
import { give, read } from "./operand.ts";

function ofReals(name: string, x: ArrayLike, run: (value: NDArray) => NDArray): NDArray {
  const operation = `np.${name}`;
  const value = read(x, operation, "val");
  if (dtypeClass(value.aval.dtype) === "opaque") {
    raise(badArgument, { operation, argument: "val", expected: "numbers or bools", got: describeAval(value.aval), fix: "take the words of keys with random.keyData" });
  }
  return composed1(name, null, [value], run);
}

/** The real part: the array itself. */
export const real = (val: ArrayLike): NDArray => ofReals("real", val, (value) => value);
/** The imaginary part: zeros of the array's shape and dtype. */
export const imag = (val: ArrayLike): NDArray => ofReals("imag", val, (value) => zerosLike(value));
/** Whether each imaginary part is 0, as it is here. */
export const isreal = (x: ArrayLike): NDArray<"bool"> => ofReals("isreal", x, (value) => onesLike(value, "bool")) as NDArray<"bool">;
/** Whether each imaginary part is not 0; none is here. */
export const iscomplex = (x: ArrayLike): NDArray<"bool"> => ofReals("iscomplex", x, (value) => zerosLike(value, "bool")) as NDArray<"bool">;
/** The complex conjugate: the array itself. */
export const conj = (x: ArrayLike): NDArray => give(read(x, "np.conj", "x"));
/** The same as `conj`. */
export const conjugate = conj;

/** The angle to the positive real numbers: 0, or π for negative ones; in degrees with `deg`. NaN stays. @example np.angle(-2) // 3.1415927 */
export function angle(z: ArrayLike, ...rest: Optional<["deg"], { readonly deg?: boolean }>): NDArray {
  const operation = "np.angle";
  const deg = booleanArgument(operation, "deg", parseOptional<{ deg?: boolean }>({ operation, positional: ["deg"] }, rest).deg);
  const given = read(z, operation, "z");
  const value: Value = isInexact(given.aval.dtype) ? given : convertOperand(operation, given, "float32");
  return composed1("angle", { deg }, [value], (x) => {
    const radians = arctan2(zerosLike(x), x);
    return deg ? rad2deg(radians) : radians;
  });
}
