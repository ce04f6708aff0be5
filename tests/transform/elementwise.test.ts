/** @file Elementwise functions beyond the samples: small and wide dtypes, options of np, methods, and what is refused. */

import { config, jit, jvp, lax, numpy as np, type DType, type NDArray } from "lanewise";
import { describe, expect, test } from "vitest";

const list = (array: NDArray): number[] => [...array.dataSync()].map(Number);

describe("half floats", () => {
  test.each([["float16", [1.0009765625, 5.960464477539063e-8, 65504, Infinity, 0.99951171875]], ["bfloat16", [1.0078125, 9.183549615799121e-41, 3.3895313892515355e38, 66048, 0.99609375]]] as const)(
    "nextafter steps in %s", (dtype, wanted) => {
      const from = np.array([1, 0, Infinity, 65504, 1], dtype);
      expect(list(lax.nextafter(from, np.array([2, 1, 0, Infinity, 0], dtype)))).toEqual(wanted);
    },
  );

  test("a conversion rounds inside a program too", () => {
    const there = (x: NDArray): NDArray => x.astype("float16").astype("float32");
    const x = np.array([1 / 3, 65519, 65520, 1e-8, 2049, NaN]);
    expect(list(jit(there)(x))).toEqual([0.333251953125, 65504, Infinity, 0, 2048, NaN]);
    expect(list(jit((y: NDArray) => y.astype("bfloat16").astype("float32"))(np.array([1 / 3, 1.00390625])))).toEqual([0.333984375, 1]);
  });

  test("reducePrecision of half floats", () => {
    const x = np.array([1 / 3, 1000, 1e-5], "float16");
    expect(list(lax.reducePrecision(x, 4, 3))).toEqual([0.34375, Infinity, 0]);
    expect(list(lax.reducePrecision(x, 5, 2))).toEqual([0.3125, 1024, 1.52587890625e-5]);
  });

  test("bits of half floats", () => {
    expect(list(lax.bitcastConvertType(np.array([1.5, -0], "float16"), "int16"))).toEqual([15872, -32768]);
    expect(list(lax.bitcastConvertType(np.array([16256, 32640], "uint16"), "bfloat16"))).toEqual([1, Infinity]);
    expect(list(lax.bitcastConvertType(np.array([[0, 128, 63, 64]], "uint8").reshape([2, 2]), "bfloat16"))).toEqual([-0, 2.984375]);
  });
});

test("floats saturate in small integers, integers wrap", () => {
  const x = np.array([300, -300, 127.9, NaN, Infinity, -1.5]);
  const converted = (dtype: DType): number[] => list(x.astype(dtype));
  expect(converted("int8")).toEqual([127, -128, 127, 0, 127, -1]);
  expect(converted("uint8")).toEqual([255, 0, 127, 0, 255, 0]);
  expect(converted("int16")).toEqual([300, -300, 127, 0, 32767, -1]);
  expect(converted("uint16")).toEqual([300, 0, 127, 0, 65535, 0]);
  expect(list(np.array([300, -300, 70000, -1], "int32").astype("int8"))).toEqual([44, -44, 112, -1]);
});

describe("float64", () => {
  const inFloat64 = <Result>(run: () => Result): Result => config.with({ enableX64: true }, run);
  const { erf, erfc, erfInv, lgamma, digamma, expm1, cbrt, asinh } = lax;
  const functions = { erf, erfc, erfInv, lgamma, digamma, expm1, cbrt, asinh };
  const of = (name: keyof typeof functions, x: readonly number[]): number[] => inFloat64(() => list(functions[name](np.array(x, "float64"))));

  /** Values of mpmath, to the last place. */
  test.each([
    ["erf", [0.3, 1.2, -2.5, 1e-300], [0.32862675945912745, 0.9103139782296353, -0.999593047982555, 1.1283791670955126e-300]],
    ["erfc", [-1, 0.5, 3, 10, 26], [1.842700792949715, 0.4795001221869535, 2.209049699858544e-05, 2.088487583762545e-45, 5.663192408856143e-296]],
    ["erfInv", [0.3, -0.9, 0.999999999, 1e-10], [0.2724627147267544, -1.163087153676674, 4.320005388105362, 8.86226925452758e-11]],
    ["lgamma", [0.1, 2.5, 9.5, -2.5, 1e-300], [2.252712651734206, 0.2846828704729192, 11.689333420797269, -0.056243716497674054, 690.7755278982137]],
    ["digamma", [0.1, 2.5, 9.5, -2.5], [-10.423754940411078, 0.7031566406452432, 2.1977378764029467, 1.103156640645243]],
    ["expm1", [1e-10, 700], [1.00000000005e-10, 1.0142320547350045e+304]],
    ["cbrt", [27, -1e-300], [3, -1e-100]],
    ["asinh", [1e-9, -1e200], [1e-9, -461.2101657793691]],
  ] as const)("%s", (name, x, wanted) => {
    of(name, x).forEach((value, index) => {
      const want = wanted[index] ?? NaN;
      expect(Math.abs(value - want), `${name}(${x[index]}) = ${value}`).toBeLessThanOrEqual(3e-15 * Math.abs(want));
    });
  });

  test("nextafter visits every neighbour, subnormal and scaled ones too", () => {
    const [from, to, wanted] = [
      [0, 5e-324, 1, 1, 2 ** -1022, 2 ** -1021, 2 ** -1000, -1, Infinity, Number.MAX_VALUE, 3, -5e-324],
      [1, 0, 2, 0, 0, 1, 1, -2, 0, Infinity, 3, 1],
      [5e-324, 0, 1 + 2 ** -52, 1 - 2 ** -53, 2 ** -1022 - 2 ** -1074, 2 ** -1021 + 2 ** -1073, 2 ** -1000 + 2 ** -1052, -1 - 2 ** -52, Number.MAX_VALUE, Infinity, 3, -0],
    ];
    inFloat64(() => expect(list(lax.nextafter(np.array(from, "float64"), np.array(to, "float64")))).toEqual(wanted));
  });

  test("reducePrecision, by JAX's results", () => {
    const x = [0, -0, 1 / 3, 65519, 65520, 1e-5, NaN, -Infinity, 2049, 1e-310];
    inFloat64(() => {
      expect(list(lax.reducePrecision(np.array(x, "float64"), 5, 10))).toEqual([0, -0, 0.333251953125, 65504, Infinity, 0, NaN, -Infinity, 2048, 0]);
      expect(list(lax.reducePrecision(np.array([1.5, 3, 6, 12, 0.75, 1 / 3, -3], "float64"), 8, 0))).toEqual([2, 2, 8, 8, 0.5, 0.25, -2]);
      expect(list(lax.reducePrecision(np.array([1e-310, 4e-309, 1.5 * 2 ** 1000], "float64"), 11, 3))).toEqual([0, 2 ** -1025, 1.5 * 2 ** 1000]);
    });
  });

  test("signbit of zeros", () => {
    inFloat64(() => expect(list(np.signbit(np.array([-0, 0, -1, NaN, Infinity], "float64")))).toEqual([1, 0, 1, 0, 0]));
  });
});

describe("np", () => {
  test("round takes decimals, by position and by name", () => {
    const x = np.array([1.25, -2.675, 1234.5]);
    expect(list(np.round(x))).toEqual([1, -3, 1234]);
    expect(list(np.round(x, 1))).toEqual([1.2, -2.7, 1234.5].map(Math.fround));
    expect(list(np.round(x, { decimals: -2 }))).toEqual([0, -0, 1200]);
    expect(list(np.round(x, 39))).toEqual(list(x));
    expect(list(np.round(np.array([5], "int32"), 2))).toEqual([5]);
    expect(() => np.round(np.array([5], "int32"), -1)).toThrow(/LW3007.*decimals/s);
    expect(() => np.round(x, 0.5)).toThrow(/LW3007.*an integer/s);
  });

  test("nanToNum replaces by what is given", () => {
    const x = np.array([NaN, Infinity, -Infinity, 2]);
    expect(list(np.nanToNum(x))).toEqual([0, 3.4028234663852886e38, -3.4028234663852886e38, 2]);
    expect(list(np.nanToNum(x, { nan: -1, posinf: 7, neginf: -7 }))).toEqual([-1, 7, -7, 2]);
    expect(list(np.nanToNum(x, true, 1, null, 0))).toEqual([1, 3.4028234663852886e38, 0, 2]);
  });

  test("isclose and allclose", () => {
    const [a, b] = [np.array([1, 1, NaN, Infinity, -Infinity]), np.array([1 + 1e-6, 1.1, NaN, Infinity, Infinity])];
    expect(list(np.isclose(a, b))).toEqual([1, 0, 0, 1, 0]);
    expect(list(np.isclose(a, b, { rtol: 0.2, equalNan: true }))).toEqual([1, 1, 1, 1, 0]);
    expect(np.allclose([1, 2], [1, 2.000001]).itemSync()).toBe(true);
    expect(np.allclose([1, 2], [1, 2.1]).itemSync()).toBe(false);
  });

  test("modf and divmod give two arrays", () => {
    const [fraction, whole] = np.modf([2.5, -2.5]);
    expect([list(fraction), list(whole)]).toEqual([[0.5, -0.5], [2, -2]]);
    const [quotient, rest] = np.divmod(np.array([7, -7], "int32"), 2);
    expect([list(quotient), list(rest)]).toEqual([[3, -4], [1, 1]]);
  });

  test("numbers keep an integer array's dtype", () => {
    const x = np.array([5, -5], "int32");
    expect(np.mod(x, 3).dtype).toBe("int32");
    expect(list(np.leftShift(x, 2))).toEqual([20, -20]);
    expect(list(np.bitwiseAnd(x, 3))).toEqual([1, 3]);
    expect(np.mod(x, 1.5).dtype).toBe("float32");
  });

  test("integers to the power of integer arrays", () => {
    expect(list(np.power(np.array([2, 3, 0, 0, -1], "int32"), np.array([10, 3, 0, 5, 7], "int32")))).toEqual([1024, 27, 1, 0, -1]);
    expect(list(np.power(np.array([2, -2]), np.array([3, -1], "int32")))).toEqual([8, -0.5]);
  });

  test("methods", () => {
    const x = np.array([-7.5, 7.5]);
    expect(list(x.mod(2))).toEqual([0.5, 1.5]);
    expect(list(x.floorDivide(2))).toEqual([-4, 3]);
    expect(list(x.abs())).toEqual([7.5, 7.5]);
    expect(list(x.round())).toEqual([-8, 8]);
    expect(list(np.array([1.25]).round(1))).toEqual([Math.fround(1.2)]);
  });

  test("the power of an array of integers is differentiable at 0", () => {
    const power = (x: NDArray): NDArray => np.power(x, np.array([0, 1, 2, 3], "int32"));
    const [, tangent] = jvp(power, [np.array([0, 0, 0, 2])], [np.array([1, 1, 1, 1])]);
    expect(list(tangent as NDArray)).toEqual([0, 1, 0, 12]);
  });
});

describe("what is refused", () => {
  const [x, n, u, b] = [np.array([1, 2]), np.array([1, 2], "int32"), np.array([1, 2], "uint32"), np.array([true, false])];
  test.each([
    ["tan of integers", () => lax.tan(n), /LW1403.*tan.*floats.*i32\[2\]/s],
    ["abs of unsigned integers", () => lax.abs(u), /LW1403.*floats or signed integers.*u32\[2\]/s],
    ["sign of bools", () => lax.sign(b), /LW1403.*sign.*bool\[2\]/s],
    ["and of floats", () => lax.bitwiseAnd(x, x), /LW1403.*and.*integers or bools.*f32\[2\]/s],
    ["shift of bools", () => lax.shiftLeft(b, b), /LW1403.*shift_left.*integers/s],
    ["population count of floats", () => lax.populationCount(x), /LW1403.*population_count/s],
    ["pow of integers", () => lax.pow(n, n), /LW1403.*pow.*float base/s],
    ["pow with another float dtype", () => lax.pow(x, np.array([1, 2], "float16")), /LW1402.*pow.*f32\[2\] and f16\[2\]/s],
    ["rem of two dtypes", () => lax.rem(x, n), /LW1402.*rem/s],
    ["rem of bools", () => lax.rem(b, b), /LW1403.*rem/s],
    ["atan2 of two shapes", () => lax.atan2(x, np.array([1, 2, 3])), /LW1401.*atan2.*\(2,\) and \(3,\)/s],
    ["clamp by a longer array", () => lax.clamp(np.array([1, 2, 3]), x, 2), /LW1401.*clamp.*\(2,\).*\(3,\)/s],
    ["clamp by another dtype", () => lax.clamp(n, x, x), /LW1402.*clamp/s],
    ["round by a method that is none", () => lax.round(x, 2 as 0), /LW1404.*round.*2/s],
    ["reducePrecision to no exponent", () => lax.reducePrecision(x, 0, 3), /LW1404.*exponent bits.*0/s],
    ["reducePrecision to half a bit", () => lax.reducePrecision(x, 5, 0.5), /LW3007.*mantissaBits.*0\.5/s],
    ["bitcast of bools", () => lax.bitcastConvertType(b, "uint8"), /LW1403.*bool\[2\] to uint8/s],
    ["bitcast of a last axis that does not fit", () => lax.bitcastConvertType(np.array([1, 2, 3], "uint8"), "uint32"), /LW1401.*4 elements of uint8.*\(3,\)/s],
    ["isFinite of integers", () => lax.isFinite(n), /LW1403.*is_finite/s],
    ["a derivative of nextafter", () => jvp((y: NDArray) => lax.nextafter(y, 2), [x], [x]), /LW1201.*nextafter.*step/s],
    ["a derivative of zeta", () => jvp((y: NDArray) => lax.zeta(y, 2), [x], [x]), /LW1201.*zeta/s],
    ["a derivative of polygamma in its order", () => jvp((y: NDArray) => lax.polygamma(y, x), [x], [x]), /LW1201.*polygamma.*order/s],
    ["np.bitwiseOr of floats", () => np.bitwiseOr(x, 1), /LW1403.*or/s],
    ["np.hypot of shapes that do not broadcast", () => np.hypot(x, np.array([1, 2, 3])), /LW3005.*np\.hypot.*\(2,\).*\(3,\)/s],
  ] as const)("%s", (_name, run, message) => {
    expect(run).toThrow(message);
  });

  test("a bitcast of float64", () => {
    config.with({ enableX64: true }, () => expect(() => lax.bitcastConvertType(np.array([1], "float64"), "int32")).toThrow(/LW1403.*f64\[1\] to int32/s));
  });
});
