/** @file Comparisons and the test is_finite. Results are bool, so they have no derivative. */

import { isFloat, tangentDType } from "../base/dtype.ts";
import type { DType } from "../base/dtype.ts";
import { aval as makeAval, zero } from "../ir/build.ts";
import type { JvpRule, Primitive, Value } from "../ir/types.ts";
import type { ScalarOpName } from "../kernel/types.ts";
import { bind1 } from "../trace/stack.ts";
import { arithmetic, noParams, notLinear, type NoParams } from "./define.ts";
import { defineBinary, defineUnary } from "./elementwise.ts";

const comparable = (dtype: DType): boolean => dtype !== "float0" && dtype !== "key<fry>" && dtype !== "complex64";

/** The jvp of an operation with a bool or integer result: its tangent is zero, of dtype float0. */
function constantJvp(primitive: () => Primitive<NoParams>): JvpRule<NoParams> {
  return (primals) => {
    const primal = bind1(primitive(), primals, noParams);
    return { primals: [primal], tangents: [zero(makeAval(primal.aval.shape, tangentDType(primal.aval.dtype)))] };
  };
}

function defineComparison(name: ScalarOpName): Primitive<NoParams> {
  const primitive: Primitive<NoParams> = defineBinary({
    name, accepts: comparable, expected: "numbers or bools", resultDType: "bool",
    jvp: constantJvp(() => primitive), transpose: notLinear("a comparison is not linear"), emit: name,
    simplify: "none", facts: arithmetic,
  });
  return primitive;
}

export const eqP: Primitive<NoParams> = defineComparison("eq");
export const neP: Primitive<NoParams> = defineComparison("ne");
export const ltP: Primitive<NoParams> = defineComparison("lt");
export const leP: Primitive<NoParams> = defineComparison("le");
export const gtP: Primitive<NoParams> = defineComparison("gt");
export const geP: Primitive<NoParams> = defineComparison("ge");

/** `x == y`, elementwise; false where either is NaN. */
export const eq = (x: Value, y: Value): Value => bind1(eqP, [x, y], noParams);
/** `x != y`, elementwise; true where either is NaN. */
export const ne = (x: Value, y: Value): Value => bind1(neP, [x, y], noParams);
export const lt = (x: Value, y: Value): Value => bind1(ltP, [x, y], noParams);
export const le = (x: Value, y: Value): Value => bind1(leP, [x, y], noParams);
export const gt = (x: Value, y: Value): Value => bind1(gtP, [x, y], noParams);
export const ge = (x: Value, y: Value): Value => bind1(geP, [x, y], noParams);

// d is_finite(x) = 0
export const isFiniteP: Primitive<NoParams> = defineUnary({
  name: "is_finite", accepts: isFloat, expected: "floats", resultDType: "bool",
  jvp: (_dx, _x, y) => zero(makeAval(y.aval.shape, tangentDType(y.aval.dtype))),
  transpose: notLinear("a test is not linear"), emit: "isFinite", simplify: "none", facts: arithmetic,
});

/** Whether each element is neither infinite nor NaN. */
export const isFinite = (x: Value): Value => bind1(isFiniteP, [x], noParams);
