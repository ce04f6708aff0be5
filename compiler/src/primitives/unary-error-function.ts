/**
 * @file erf, erfc and erf_inv as kernel expressions. Coefficients are minimax fits: for float32 of float32 numbers, for
 * float64 to its own precision.
 */

import type { Emitter } from "../ir/types.ts";
import * as k from "../kernel/build.ts";
import { polynomial } from "../kernel/polynomial.ts";
import type { Expr } from "../kernel/types.ts";
import type { Formula } from "./unary-formulas.ts";

interface Fits {
  /** erf(x) / x - 1 for |x| <= 1, in powers of x^2. */
  readonly central: readonly number[];
  /** e^(x^2) erfc(x) (x + shift) for x from 0 to `last`, in powers of (x - shift) / (x + shift). */
  readonly tail: readonly number[];
  readonly shift: number;
  /** From here on erfc is 0 in the dtype. */
  readonly last: number;
}

const float32Fits: Fits = {
  central: [
    0.12837916612625122, -0.3761262595653534, 0.11283578723669052, -0.026853347197175026, 0.005187162198126316, -0.0007997853099368513,
    0.00007806903158780187,
  ],
  tail: [
    1.0740069150924683, -0.8833944797515869, 0.590228259563446, -0.31046628952026367, 0.11952932924032211, -0.026837263256311417,
    -0.0012272130697965622, 0.003071248298510909, -0.00048512875218875706, -0.000314031436573714, 0.000007010631634329911,
  ],
  shift: 3,
  last: 10.5,
};

const float64Fits: Fits = {
  central: [
    0.12837916709551256, -0.37612638903183343, 0.1128379167093694, -0.02686617064195554, 0.005223977596685767, -0.0008548325480920797,
    0.00012055280294824988, -0.000014924459651094659, 0.0000016444044399093701, -1.618289328777033e-7, 1.3610599051892666e-8,
    -7.593750411743795e-10,
  ],
  tail: [
    1.0919229095627891, -0.9587415766529096, 0.7363189252217509, -0.49047029120767627, 0.27906204903382514, -0.131955401178622,
    0.04911877861431245, -0.012535880039543186, 0.0009863380915379016, 0.0007948230859296665, -0.0003486469445872394,
    0.000010594059700721243, 0.00003747215928543331, -0.000008904148193653366, -0.0000032909041806147693, 0.000001656352629276539,
    2.8289044424253574e-7, -2.6372124864801023e-7, -3.080997422843328e-8, 3.956921799298171e-8, 6.0317982136924175e-9,
    -4.356380756610416e-9, -1.1840977069546393e-9,
  ],
  shift: 3.75,
  last: 27.5,
};

const fitsOf = (x: Expr): Fits => (x.type.dtype === "float64" ? float64Fits : float32Fits);

/** The upper 12 bits of a positive number, whose square is exact. */
function upperBits(value: Expr): Expr {
  const upper = k.bitcast(k.and(k.bitcast(k.convert(value, "float32"), "int32"), -0x1000), "float32");
  return value.type.dtype === "float64" ? k.convert(upper, "float64") : upper;
}

/** erfc of a magnitude: e^(-x^2), the square in two parts, times what varies slowly. */
function tail(magnitude: Expr, emitter: Emitter): Expr {
  const { tail: coefficients, shift, last } = fitsOf(magnitude);
  const x = emitter.let(k.min(magnitude, last), "clamped");
  const upper = emitter.let(upperBits(x), "upper");
  const rest = k.mul(k.sub(x, upper), k.add(x, upper));
  const decay = k.mul(k.op("exp", k.neg(k.mul(upper, upper))), k.op("exp", k.neg(rest)));
  const sum = emitter.let(k.add(x, shift), "sum");
  const place = emitter.let(k.div(k.sub(x, shift), sum), "place");
  return k.div(k.mul(decay, polynomial(place, coefficients)), sum);
}

function central(x: Expr, emitter: Emitter): Expr {
  const z = emitter.let(k.mul(x, x), "z");
  return k.add(k.mul(x, polynomial(z, fitsOf(x).central)), x);
}

export const erf: Formula = (x, emitter) => {
  const magnitude = emitter.let(k.op("abs", x), "magnitude");
  return emitter.branch(
    k.lt(magnitude, 1), () => central(x, emitter), () => k.mul(k.sub(1, tail(magnitude, emitter)), k.op("sign", x)),
  );
};

/** Below 1/2 the complement of erf, which cancels nothing there. */
export const erfc: Formula = (x, emitter) => {
  const magnitude = emitter.let(k.op("abs", x), "magnitude");
  return emitter.branch(k.lt(magnitude, 0.5), () => k.sub(1, central(x, emitter)), () => {
    const ofMagnitude = emitter.let(tail(magnitude, emitter), "ofMagnitude");
    return k.select(k.lt(x, 0), k.sub(2, ofMagnitude), ofMagnitude);
  });
};

// erf_inv --------------------------------------------------------------------------------------------------------------

/** erf_inv(x) / x in powers of w - 2.5, where w = -log(1 - x^2) is below 5; and beyond, in powers of sqrt(w) less a centre. */
const lowCoefficients = [
  1.5014094114303589, 0.24664020538330078, -0.0041778068989515305, -0.0012525698402896523, 0.00021888501942157745,
  -0.000005062026957602939, -0.0000037060149224998895, 4.871570240538858e-7, 6.78905109907646e-8, -1.0280216677927001e-8,
  -2.866634707388016e-9,
];
const highCoefficients = {
  float32: {
    centre: 3,
    coefficients: [
      2.832976818084717, 1.001674771308899, 0.009444310329854488, -0.007634275127202272, 0.005694908555597067, -0.00361084658652544,
      0.0014654704136773944, -0.00003256251511629671, -0.00029474287293851376, 0.00010001510236179456,
    ],
  },
  float64: {
    centre: 4,
    coefficients: [
      3.8397815227508545, 1.0095109939575195, 0.0012928820215165615, -0.0009420951246283948, 0.00025632427423261106,
      -0.000027691088689607568, 0.00009049901564139873, -0.00007891690620454028, 0.000017825357645051554,
    ],
  },
} as const;

/** A float32's worth of the inverse; infinite at 1 and -1, NaN beyond. */
function roughInverse(x: Expr, emitter: Emitter): Expr {
  const { centre, coefficients } = highCoefficients[x.type.dtype === "float64" ? "float64" : "float32"];
  const w = emitter.let(k.neg(k.op("log", k.mul(k.sub(1, x), k.add(x, 1)))), "w");
  const ratio = emitter.branch(
    k.lt(w, 5),
    () => polynomial(emitter.let(k.sub(w, 2.5), "place"), lowCoefficients),
    () => polynomial(emitter.let(k.sub(k.op("sqrt", w), centre), "place"), coefficients),
  );
  return k.mul(x, ratio);
}

const halfRootOfPi = Math.sqrt(Math.PI) / 2;

export const erfInv: Formula = (x, emitter) => {
  if (x.type.dtype !== "float64") return roughInverse(x, emitter);
  // Halley's step from the rough inverse. What is missing comes from erfc where x is near 1, so that nothing cancels.
  const rough = emitter.let(roughInverse(x, emitter), "rough");
  const magnitude = emitter.let(k.op("abs", x), "magnitude");
  const excess = emitter.branch(
    k.lt(magnitude, 0.5),
    () => k.sub(central(rough, emitter), x),
    () => k.mul(k.sub(k.sub(1, magnitude), tail(k.op("abs", rough), emitter)), k.op("sign", x)),
  );
  const step = emitter.let(k.mul(k.mul(excess, halfRootOfPi), k.op("exp", k.mul(rough, rough))), "step");
  const refined = k.sub(rough, k.div(step, k.add(k.mul(step, rough), 1)));
  return k.select(k.op("isFinite", rough), refined, rough);
};
