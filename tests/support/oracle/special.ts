/**
 * @file Special functions in double precision for the oracle, by textbook formulas that have nothing in common with those
 * under test: series, continued fractions, bisection, and recurrences to where asymptotic series are exact.
 */

const rootOfPi = Math.sqrt(Math.PI);

/** The Taylor series where it does not cancel, the tail elsewhere. */
export function erf(x: number): number {
  if (Math.abs(x) > 2.5) return Math.sign(x) * (1 - erfcTail(Math.abs(x)));
  let sum = 0;
  let term = x;
  for (let n = 0; n < 80; n++) {
    sum += term / (2 * n + 1);
    term *= -(x * x) / (n + 1);
  }
  return Number.isNaN(x) ? x : (Object.is(x, -0) ? x : (2 / rootOfPi) * sum);
}

export function erfc(x: number): number {
  if (x > 1.5) return erfcTail(x);
  return x < -2.5 ? 2 - erfcTail(-x) : 1 - erf(x);
}

/** The continued fraction of erfc for x > 1.5, from its end. */
function erfcTail(x: number): number {
  if (x === Infinity) return 0;
  let fraction = x;
  for (let n = 200; n > 0; n--) fraction = x + n / 2 / fraction;
  return Math.exp(-x * x) / (rootOfPi * fraction);
}

/** By bisection on erfc, which is exact near 1. */
export function erfInv(x: number): number {
  if (!(Math.abs(x) < 1)) return Math.abs(x) === 1 ? x * Infinity : Number.NaN;
  if (Math.abs(x) < 1e-6) return (x * rootOfPi) / 2;
  let [low, high] = [0, 6.5];
  for (let step = 0; step < 200; step++) {
    const middle = (low + high) / 2;
    const isBelow = Math.abs(x) < 0.5 ? erf(middle) < Math.abs(x) : erfc(middle) > 1 - Math.abs(x);
    [low, high] = isBelow ? [middle, high] : [low, middle];
  }
  return Math.sign(x) * low;
}

/** B_2j. */
const bernoulli = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6];
const far = 24;

const isPole = (x: number): boolean => x <= 0 && Number.isInteger(x);

/** From here on down the recurrence would be long, and reflection is exact enough in double precision. */
const farBelow = -300;

export function lgamma(x: number): number {
  if (isPole(x) || Math.abs(x) === Infinity) return Infinity;
  if (x < farBelow) return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * (x - Math.round(x))))) - lgamma(1 - x);
  let sum = 0;
  let z = x;
  for (; z < far; z++) sum += Math.log(Math.abs(z));
  const series = bernoulli.reduce((all, b, j) => all + b / ((2 * j + 2) * (2 * j + 1) * z ** (2 * j + 1)), 0);
  return (z - 0.5) * Math.log(z) - z + Math.log(2 * Math.PI) / 2 + series - sum;
}

export function digamma(x: number): number {
  if (x < farBelow && !isPole(x)) return digamma(1 - x) - Math.PI / Math.tan(Math.PI * (x - Math.round(x)));
  if (isPole(x) || x === -Infinity) return Number.NaN;
  if (x === Infinity) return x;
  let sum = 0;
  let z = x;
  for (; z < far; z++) sum += 1 / z;
  return Math.log(z) - 1 / (2 * z) - bernoulli.reduce((all, b, j) => all + b / ((2 * j + 2) * z ** (2 * j + 2)), 0) - sum;
}

/** Hurwitz' zeta by the sum up to a far place and the Euler-Maclaurin formula there; negative q have integer powers only. */
export function zeta(s: number, q: number): number {
  if (s === 1) return Infinity;
  if (!(s > 1) || Number.isNaN(q) || q === Infinity) return Number.NaN;
  if (isPole(q) || q === -Infinity) return s % 2 === 0 ? Infinity : Number.NaN;
  if (q < 0 && !Number.isInteger(s)) return Number.NaN;
  let sum = 0;
  let z = q;
  for (; z < far; z++) sum += z ** -s;
  let correction = 0;
  let factor = s / z;
  bernoulli.forEach((b, j) => {
    correction += (b * factor) / factorial(2 * j + 2);
    factor *= ((s + 2 * j + 1) * (s + 2 * j + 2)) / (z * z);
  });
  return sum + z ** -s * (z / (s - 1) + 0.5 + correction);
}

function factorial(n: number): number {
  return n < 2 ? 1 : n * factorial(n - 1);
}

export function polygamma(m: number, x: number): number {
  if (m === 0) return digamma(x);
  if (!Number.isInteger(m) || m < 0) return Number.NaN;
  return (m % 2 === 0 ? -1 : 1) * factorial(m) * zeta(m + 1, x);
}
