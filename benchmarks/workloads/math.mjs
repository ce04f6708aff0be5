/**
 * @file Functions for hand-written loops: computed in float64, right to about a unit in the last place of float32, and faster
 * than Math's, which are right in float64.
 */

const powersOfTwo = Float64Array.from({ length: 512 }, (_, place) => 2 ** (place - 256));
const roundingBias = 6755399441055744;

/** e to the power x. @type {(x: number) => number} */
export function exp(x) {
  const z = x < -150 ? -150 : x > 150 ? 150 : x;
  const k = z * 1.4426950408889634 + roundingBias - roundingBias;
  const r = z - k * 0.6931471805599453;
  return ((((((r * 0.001388888888888889 + 0.008333333333333333) * r + 0.041666666666666664) * r + 0.16666666666666666) * r + 0.5) * r + 1) * r + 1) * Number(powersOfTwo[k + 256]);
}

/** @type {(x: number) => number} */
export function sin(x) {
  const k = x * 0.3183098861837907 + roundingBias - roundingBias;
  const r = x - k * 3.141592653589793;
  const s = (k & 1) !== 0 ? -r : r;
  const q = s * s;
  return s + s * q * (((2.6083159809786593541503e-06 * q - 0.0001981069071916863322258) * q + 0.00833307858556509017944336) * q - 0.166666597127914428710938);
}

/** @type {(x: number) => number} */
export function tanh(x) {
  const a = x > 7.90531110763549805 ? 7.90531110763549805 : x < -7.90531110763549805 ? -7.90531110763549805 : x;
  const q = a * a;
  return (a * ((((((-2.76076847742355e-16 * q + 2.00018790482477e-13) * q - 8.60467152213735e-11) * q + 5.12229709037114e-08) * q + 1.48572235717979e-05) * q + 6.37261928875436e-04) * q + 4.89352455891786e-03))
    / (((1.19825839466702e-06 * q + 1.18534705686654e-04) * q + 2.26843463243900e-03) * q + 4.89352518554385e-03);
}

/** The error function, from its series near 0 and Numerical Recipes' fit beyond. @type {(x: number) => number} */
export function erf(x) {
  const a = x < 0 ? -x : x;
  if (a < 1) {
    const q = x * x;
    return x * (1.1283791670955126 + q * (-0.37612638903183754 + q * (0.11283791670955126 + q * (-0.026866170645131252 + q * (0.005223977625442188
      + q * (-0.0008548327023450853 + q * (0.00012055332981789664 + q * (-0.000014925650358406252 + q * 0.0000016462114365889246))))))));
  }
  const t = 1 / (1 + 0.5 * a);
  const complement = t * exp(-a * a - 1.26551223 + t * (1.00002368 + t * (0.37409196 + t * (0.09678418 + t * (-0.18628806 + t * (0.27886807
    + t * (-1.13520398 + t * (1.48851587 + t * (-0.82215223 + t * 0.17087277)))))))));
  return x < 0 ? complement - 1 : 1 - complement;
}

/** The error function in float64, for references: a series or a continued fraction, to 1e-13. @type {(x: number) => number} */
export function exactErf(x) {
  const a = Math.abs(x);
  if (a > 6) return Math.sign(x);
  if (a < 3) {
    let [term, sum] = [a, a];
    for (let n = 1; n < 100; n++) {
      term *= -a * a / n;
      sum += term / (2 * n + 1);
    }
    return Math.sign(x) * sum * 2 / Math.sqrt(Math.PI);
  }
  let fraction = 0;
  for (let n = 60; n > 0; n--) fraction = n / 2 / (a + fraction);
  return Math.sign(x) * (1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + fraction));
}

/** GELU with tanh. @type {(x: number) => number} */
export const gelu = (x) => 0.5 * x * (1 + tanh(0.7978845608028654 * (x + 0.044715 * x * x * x)));
/** @type {(x: number) => number} */
export const exactGelu = (x) => 0.5 * x * (1 + Math.tanh(0.7978845608028654 * (x + 0.044715 * x * x * x)));
