/** @file Modified Bessel functions of the first kind, scaled by e^-|x|: Chebyshev series on [0, 8], and in 32 / x beyond. */

import { raise } from "@lanewise/compiler/base/errors";
import type { Value } from "@lanewise/compiler/ir/types";
import { add, convertElementType, div, mul, scalarLike, selectN, sub } from "@lanewise/compiler/primitives/arith";
import { abs, sign } from "@lanewise/compiler/primitives/arith-rounding";
import { eq, le } from "@lanewise/compiler/primitives/compare";
import { sqrt } from "@lanewise/compiler/primitives/unary";
import { unsupportedDType } from "../errors.ts";
import { callWithRule } from "./custom-rule.ts";

const order0 = {
  near: [
    -1.300025009986248e-8, 6.046995022541919e-8, -2.670793853940612e-7, 1.1173875391201037e-6, -4.4167383584587505e-6, 1.6448448070728896e-5,
    -5.754195010082104e-5, 0.00018850288509584165, -0.0005763755745385824, 0.0016394756169413357, -0.004324309995050576, 0.010546460394594998,
    -0.02373741480589947, 0.04930528423967071, -0.09490109704804764, 0.17162090152220877, -0.3046826723431984, 0.6767952744094761,
  ],
  far: [3.3962320257083865e-9, 2.266668990498178e-8, 2.0489185894690638e-7, 2.8913705208347567e-6, 6.889758346916825e-5, 0.0033691164782556943, 0.8044904110141088],
};

const order1 = {
  near: [
    9.381537386495773e-9, -4.445059128796328e-8, 2.0032947535521353e-7, -8.568720264695455e-7, 3.4702513081376785e-6, -1.3273163656039436e-5,
    4.781565107550054e-5, -0.00016176081582589674, 0.0005122859561685758, -0.0015135724506312532, 0.004156422944312888, -0.010564084894626197,
    0.024726449030626516, -0.05294598120809499, 0.1026436586898471, -0.17641651835783406, 0.25258718644363365,
  ],
  far: [-3.835380385964237e-9, -2.6314688468895196e-8, -2.512236237870209e-7, -3.882564808877691e-6, -0.00011058893876262371, -0.009761097491361469, 0.7785762350182801],
};

/** Half the sum of a Chebyshev series, by Clenshaw's recurrence. */
function series(x: Value, coefficients: readonly number[]): Value {
  const zero = mul(x, scalarLike(x, 0));
  let [last, beforeLast, third] = [zero, zero, zero];
  for (const coefficient of coefficients) {
    [third, beforeLast] = [beforeLast, last];
    last = add(sub(mul(x, beforeLast), third), scalarLike(x, coefficient));
  }
  return mul(scalarLike(x, 0.5), sub(last, third));
}

/** The function at a magnitude, and for order 1 without the factor x within [0, 8]. */
function evaluated(magnitude: Value, { near, far }: typeof order0, factor: (value: Value) => Value): Value {
  const within = factor(series(sub(mul(magnitude, scalarLike(magnitude, 0.5)), scalarLike(magnitude, 2)), near));
  const isNear = le(magnitude, scalarLike(magnitude, 8));
  // The other branch is kept away from 0, where it is infinite.
  const beyond = selectN(isNear, [magnitude, add(scalarLike(magnitude, 8), mul(magnitude, scalarLike(magnitude, 0)))]);
  const outside = div(series(sub(div(scalarLike(magnitude, 32), beyond), scalarLike(magnitude, 2)), far), sqrt(beyond));
  return selectN(isNear, [outside, within]);
}

/** Runs in float32. The series are as exact as that. */
function inFloat32(operation: string, x: Value, run: (x: Value) => Value): Value {
  if (x.aval.dtype === "float64") {
    raise(unsupportedDType, { operation, argument: "x", expected: "floats of at most 32 bits: the series have no more", got: "float64", fix: 'convert them with astype("float32")' });
  }
  return convertElementType(run(convertElementType(x, "float32")), x.aval.dtype);
}

/** I0(x) e^-|x|. */
export function besselI0e(x: Value): Value {
  return callWithRule("bessel_i0e", "bessel_i0e_jvp", ([inner]) =>
    inFloat32("lax.besselI0e", inner as Value, (value) => evaluated(abs(value), order0, (near) => near)), ([primal], [tangent]) => {
    const [value, result] = [primal as Value, besselI0e(primal as Value)];
    // d I0e = I1e - sign(x) I0e
    return [result, mul(tangent as Value, sub(besselI1e(value), mul(sign(value), result)))];
  }, [x]);
}

/** I1(x) e^-|x|. */
export function besselI1e(x: Value): Value {
  return callWithRule("bessel_i1e", "bessel_i1e_jvp", ([inner]) => inFloat32("lax.besselI1e", inner as Value, (value) => {
    const magnitude = abs(value);
    return mul(sign(value), evaluated(magnitude, order1, (near) => mul(near, magnitude)));
  }), ([primal], [tangent]) => {
    const [value, result] = [primal as Value, besselI1e(primal as Value)];
    // d I1e = I0e - I1e (sign(x) + 1 / x), and 1/2 at 0
    const isZero = eq(value, scalarLike(value, 0));
    const safe = selectN(isZero, [value, add(value, scalarLike(value, 1))]);
    const slope = sub(besselI0e(safe), mul(besselI1e(safe), add(sign(safe), div(scalarLike(safe, 1), safe))));
    return [result, mul(tangent as Value, selectN(isZero, [slope, add(mul(slope, scalarLike(slope, 0)), scalarLike(slope, 0.5))]))];
  }, [x]);
}
