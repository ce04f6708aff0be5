/**
 * @file Rounding to float16, bfloat16 and their bits, and a fused multiply-add that rounds once: what JavaScript's own
 * arithmetic on doubles does not give.
 */

export const largestFloat32 = 3.4028234663852886e38;

const doubles = new Float64Array(1);
const doubleWords = new BigUint64Array(doubles.buffer);
const singles = new Float32Array(1);
const singleWords = new Uint32Array(singles.buffer);

const float16MaxExponent = 15;
const float16MinExponent = -14;
const float16FractionBits = 10;

/** The nearest integer; ties go to the even one. Keeps -0, NaN and infinities. */
export function roundHalfEven(value: number): number {
  const magnitude = Math.abs(value);
  if (!(magnitude < 2 ** 52)) return value;
  const below = Math.floor(magnitude);
  const excess = magnitude - below;
  const roundsUp = excess > 0.5 || (excess === 0.5 && below % 2 === 1);
  const rounded = roundsUp ? below + 1 : below;
  return value < 0 || Object.is(value, -0) ? -rounded : rounded;
}

/** The exponent e of a finite double other than 0, where 2^e <= |value| < 2^(e+1); -1023 for a subnormal one. */
function exponentOf(value: number): number {
  doubles[0] = value;
  return Number(((doubleWords[0] ?? 0n) >> 52n) & 0x7ffn) - 1023;
}

/** The float16 nearest to a double, as a double; ties to even, overflow to infinity. */
export function roundToFloat16(value: number): number {
  if (value === 0 || !Number.isFinite(value)) return value;
  const exponent = Math.max(exponentOf(value), float16MinExponent);
  if (exponent > float16MaxExponent) return value > 0 ? Infinity : -Infinity;
  const unit = 2 ** (exponent - float16FractionBits);
  const rounded = roundHalfEven(value / unit) * unit;
  return Math.abs(rounded) >= 2 ** (float16MaxExponent + 1) ? rounded * Infinity : rounded;
}

/** The bits of the float16 nearest to `value`; any NaN gives 0x7e00. */
export function toFloat16Bits(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const rounded = roundToFloat16(value);
  const sign = rounded < 0 || Object.is(rounded, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(rounded);
  if (magnitude === Infinity) return sign | 0x7c00;
  if (magnitude < 2 ** float16MinExponent) {
    return sign | (magnitude / 2 ** (float16MinExponent - float16FractionBits));
  }
  const exponent = exponentOf(magnitude);
  const fraction = (magnitude / 2 ** exponent - 1) * 2 ** float16FractionBits;
  return sign | ((exponent + float16MaxExponent) << float16FractionBits) | fraction;
}

/** The value of float16 bits. */
export function fromFloat16Bits(bits: number): number {
  const sign = (bits & 0x8000) === 0 ? 1 : -1;
  const exponent = (bits >>> float16FractionBits) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * fraction * 2 ** (float16MinExponent - float16FractionBits);
  return sign * (1 + fraction / 2 ** float16FractionBits) * 2 ** (exponent - float16MaxExponent);
}

/** The bits of the bfloat16 nearest to a float32 value; ties to even; any NaN gives 0x7fc0. */
export function toBfloat16Bits(value: number): number {
  if (Number.isNaN(value)) return 0x7fc0;
  const bits = float32ToBits(value);
  const roundingBias = 0x7fff + ((bits >>> 16) & 1);
  return ((bits + roundingBias) >>> 16) & 0xffff;
}

/** The value of bfloat16 bits. */
export function fromBfloat16Bits(bits: number): number {
  return bitsToFloat32((bits << 16) >>> 0);
}

/** The bits of a float32 as an unsigned integer; any NaN gives 0x7fc00000. */
export function float32ToBits(value: number): number {
  if (Number.isNaN(value)) return 0x7fc00000;
  singles[0] = value;
  return singleWords[0] ?? 0;
}

/** The float32 of these bits. The payload of a NaN is not kept: a number in JavaScript has one NaN. */
export function bitsToFloat32(bits: number): number {
  singleWords[0] = bits;
  return singles[0] ?? 0;
}

/**
 * `a * b + c` as a double that still rounds correctly to float32 or float16: the operands are float32 values, so their
 * product is exact, and the sum is rounded to odd, which a later rounding to half the precision cannot tell from exact.
 */
export function fusedMultiplyAddToOdd(a: number, b: number, c: number): number {
  const product = a * b;
  const sum = product + c;
  if (!Number.isFinite(sum)) return sum;
  const partOfC = sum - product;
  const error = product - (sum - partOfC) + (c - partOfC);
  if (error === 0) return sum;
  doubles[0] = sum;
  const word = doubleWords[0] ?? 0n;
  if ((word & 1n) === 1n) return sum;
  const awayFromZero = error > 0 === sum > 0;
  doubleWords[0] = awayFromZero ? word + 1n : word - 1n;
  return doubles[0] ?? 0;
}

/** A finite double as `mantissa * 2^exponent`, exactly. */
function decompose(value: number): { mantissa: bigint; exponent: number } {
  doubles[0] = value;
  const word = doubleWords[0] ?? 0n;
  const fraction = word & 0xfffffffffffffn;
  const biased = Number((word >> 52n) & 0x7ffn);
  const magnitude = biased === 0 ? fraction : fraction | (1n << 52n);
  return { mantissa: word >> 63n === 0n ? magnitude : -magnitude, exponent: Math.max(biased, 1) - 1075 };
}

/** `a * b + c` of doubles, rounded once: exact integers, then ties to even. */
export function fusedMultiplyAdd(a: number, b: number, c: number): number {
  if (!Number.isFinite(a) || !Number.isFinite(b) || a === 0 || b === 0) return a * b + c;
  // Not through the product, which may overflow to an infinity of the other sign.
  if (!Number.isFinite(c)) return c;
  const x = decompose(a);
  const y = decompose(b);
  const z = decompose(c);
  const productExponent = x.exponent + y.exponent;
  const exponent = Math.min(productExponent, z.exponent);
  const sum = ((x.mantissa * y.mantissa) << BigInt(productExponent - exponent)) + (z.mantissa << BigInt(z.exponent - exponent));
  if (sum === 0n) return 0;
  return sum < 0n ? -roundScaled(-sum, exponent) : roundScaled(sum, exponent);
}

/** The double nearest to `magnitude * 2^exponent`, for a positive magnitude. */
function roundScaled(magnitude: bigint, exponent: number): number {
  const bits = magnitude.toString(2).length;
  const lowest = Math.max(exponent + bits - 53, -1074);
  const dropped = lowest - exponent;
  // At least -1074, so that the power of two is a double and scaling by it is exact or overflows.
  if (dropped <= 0) return Number(magnitude) * 2 ** exponent;
  const kept = magnitude >> BigInt(dropped);
  const rest = magnitude - (kept << BigInt(dropped));
  const half = 1n << BigInt(dropped - 1);
  const roundsUp = rest > half || (rest === half && (kept & 1n) === 1n);
  return Number(roundsUp ? kept + 1n : kept) * 2 ** lowest;
}
