/**
 * @file How far the float32 functions are from exact values: what is measured, where, and how. `docs/accuracy.md` and its
 * test come from here.
 *
 * There are two kinds of forms. The float32 form rounds every operation to float32: the interpreter runs it, and Wasm and
 * WebGPU do. js computes in doubles and rounds once.
 */
import { at, required } from "@lanewise/compiler/base/assert";
import { aval } from "@lanewise/compiler/ir/build";
import type { Primitive } from "@lanewise/compiler/ir/types";
import { KernelBuilder } from "@lanewise/compiler/kernel/build";
import { interpret } from "@lanewise/compiler/kernel/interpret";
import type { Kernel } from "@lanewise/compiler/kernel/types";
import { approximate } from "@lanewise/compiler/legalize/approximate";
import { expandFloat32Power } from "@lanewise/compiler/legalize/float32-power";
import { noParams, type NoParams } from "@lanewise/compiler/primitives/define";
import { atan2P, powP } from "@lanewise/compiler/primitives/power";
import * as unary from "@lanewise/compiler/primitives/unary";
import * as special from "@lanewise/compiler/primitives/unary-special";
import { devicePut, jit, lax, type NDArray } from "lanewise";
import { flushed, leastNormal, ulpError } from "./accuracy.ts";
import { compileJs } from "./js-runner.ts";
import * as oracle from "./oracle/special.ts";
import { runKernelOnWasm } from "./wasm-runner.ts";

export interface MeasuredFunction {
  readonly name: string;
  readonly primitive: Primitive<NoParams>;
  /** In float64; much closer than a unit in the last place of float32. */
  readonly exact: (...operands: number[]) => number;
  /** Intervals that are sampled evenly, beside all exponents. */
  readonly intervals: readonly (readonly [low: number, high: number])[];
  /** Numbers around which every neighbour is sampled: zeros, poles, and where formulas change. */
  readonly places: readonly number[];
  /** The largest error allowed, in units in the last place. */
  readonly bound: number;
  /** An absolute error that is allowed too: near zeros that no float32 hits. */
  readonly absolute: number;
  /** Whether `exact` takes long: fewer samples. */
  readonly isSlow: boolean;
}

interface Options {
  readonly bound?: number;
  readonly absolute?: number;
  readonly isSlow?: boolean;
}

function measured(
  name: string, primitive: Primitive<NoParams>, exact: (...operands: number[]) => number, intervals: MeasuredFunction["intervals"],
  places: readonly number[], { bound = 4, absolute = 0, isSlow = false }: Options = {},
): MeasuredFunction {
  return { name, primitive, exact, intervals, places, bound, absolute, isSlow };
}

const { PI } = Math;
const quarterTurns = Array.from({ length: 40 }, (_, turn) => ((turn + 1) * PI) / 2);
/** Angles of float32 that come closest to multiples of pi/2, for their size; and where reductions change. */
const angles = [0, PI / 4, ...quarterTurns, 3000, 2 ** 20, 16367173, 5.3413e14, 1.5386e25, 3.0e38];
const logistic = (x: number): number => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)));
/** As IEEE 754 has it, unlike JavaScript's. */
const power = (x: number, y: number): number => (x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : x ** y);
const overflow = [88.722839, -87.33655, -103.97208];
const gammaIntervals = [[1e-3, 30], [0.9, 2.1], [-17.3, -0.001], [-200.7, -180.1]] as const;
const gammaPlaces = [0, 0.5, 1, 2, 3, 4, 8, 16, 2 ** 23];
const lgammaZeros = [-2.4570247, -2.7476826, -3.1435808, -3.9552943, -4.0393619, -4.9915443, -5.0082180, -5.9986072, -6.0013855, -8.0000248];
const digammaZeros = [1.4616321, -0.5040830, -1.5734985, -2.6107209, -3.6352934, -4.6532378, -5.6671624, -6.6784182, -7.6877883, -8.6957642, -9.7026725, -15.733814, -119.79176];
const nearZeros: Options = { absolute: 2 ** -22, isSlow: true };

/** Every elementary and special function of one operand that floats have, and pow and atan2. */
export const measuredFunctions: readonly MeasuredFunction[] = [
  measured("exp", unary.expP, Math.exp, [[-105, 90], [-1, 1]], [0, ...overflow], { bound: 3 }),
  measured("exp2", unary.exp2P, (x) => 2 ** x, [[-152, 130], [-1, 1]], [0, 1, 128, -126, -149, -150]),
  measured("expm1", unary.expm1P, Math.expm1, [[-20, 5], [-0.01, 0.01]], [0, 88.722839, -17.3]),
  measured("log", unary.logP, Math.log, [[0, 3], [0.9, 1.1]], [0, 1, 2 ** -126, Math.SQRT1_2], { bound: 3 }),
  measured("log1p", unary.log1pP, Math.log1p, [[-0.999, 3], [-0.001, 0.001]], [-1, 0, Math.SQRT1_2 - 1, Math.SQRT2 - 1, 1, 2 ** 25]),
  measured("logistic", unary.logisticP, logistic, [[-105, 20]], [0, 17.3, ...overflow]),
  measured("sin", unary.sinP, Math.sin, [[-10, 10], [-3000, 3000]], angles, { bound: 3 }),
  measured("cos", unary.cosP, Math.cos, [[-10, 10], [-3000, 3000]], angles, { bound: 3 }),
  measured("tan", unary.tanP, Math.tan, [[-10, 10], [-3000, 3000]], angles),
  measured("asin", unary.asinP, Math.asin, [[-1, 1]], [0, 0.5, 1, -1]),
  measured("acos", unary.acosP, Math.acos, [[-1, 1], [0.99, 1]], [0, 0.5, 1, -1]),
  measured("atan", unary.atanP, Math.atan, [[-3, 3]], [0, 0.41421356, 1, 2.4142135]),
  measured("sinh", unary.sinhP, Math.sinh, [[-3, 3], [85, 90]], [0, 20, 89.41599]),
  measured("cosh", unary.coshP, Math.cosh, [[-3, 3], [85, 90]], [0, 20, 89.41599]),
  measured("tanh", unary.tanhP, Math.tanh, [[-10, 10], [-1, 1]], [0, 9.01, 10]),
  measured("asinh", unary.asinhP, Math.asinh, [[-3, 3]], [0, 2 ** 28]),
  measured("acosh", unary.acoshP, Math.acosh, [[1, 1.01], [1, 30]], [1, 2 ** 28]),
  measured("atanh", unary.atanhP, Math.atanh, [[-1, 1]], [0, 0.5, 1, -1]),
  measured("sqrt", unary.sqrtP, Math.sqrt, [[0, 4]], [0, 1]),
  measured("rsqrt", unary.rsqrtP, (x) => 1 / Math.sqrt(x), [[0, 4]], [0, 1]),
  measured("cbrt", unary.cbrtP, Math.cbrt, [[-8, 8]], [0, 1, 8, 27]),
  measured("erf", special.erfP, oracle.erf, [[-4, 4]], [0, 1, 3.9], { isSlow: true }),
  measured("erfc", special.erfcP, oracle.erfc, [[-4, 4], [4, 10.2]], [0, 1, 10.05], { isSlow: true }),
  measured("erf_inv", special.erfInvP, oracle.erfInv, [[-1, 1], [0.99, 1]], [0, 0.9966, 1, -1], { isSlow: true }),
  measured("lgamma", special.lgammaP, oracle.lgamma, gammaIntervals, [...gammaPlaces, ...lgammaZeros], nearZeros),
  measured("digamma", special.digammaP, oracle.digamma, gammaIntervals, [...gammaPlaces, ...digammaZeros], nearZeros),
  measured("pow", powP, power, [[0, 3], [0.9, 1.1]], [0, 1, 2, 10]),
  measured("atan2", atan2P, Math.atan2, [[-3, 3]], [0, 1]),
];

const binaryPrimitives: readonly Primitive<NoParams>[] = [powP, atan2P];

// Samples --------------------------------------------------------------------------------------------------------------

const word = new Uint32Array(1);
const float = new Float32Array(word.buffer);

function fromBits(bits: number): number {
  word[0] = bits;
  return at(float, 0);
}

function toBits(value: number): number {
  float[0] = value;
  return at(word, 0);
}

const specials = [0, -0, 1, -1, Infinity, -Infinity, NaN, 2 ** -149, -(2 ** -149), 2 ** -126, -(2 ** -126), 3.4028234663852886e38, -3.4028234663852886e38];

/** The fractions of multiples of the golden ratio: evenly spread, however many are taken. */
function spread(index: number, seed = 0): number {
  return (index * 0.6180339887498949 + seed * 0.7548776662466927) % 1;
}

/** Operands of a function: `density` per exponent and sign, 64 times that per interval, the neighbours of every place. */
export function samplesOf({ intervals, places, primitive, isSlow }: MeasuredFunction, density: number): readonly Float32Array[] {
  const perExponent = isSlow ? Math.ceil(density / 4) : density;
  const values = [...specials];
  for (let bits = 0; bits < 256; bits += 1) {
    for (let index = 0; index < perExponent; index += 1) {
      const magnitude = bits * 2 ** 23 + Math.floor(spread(index, bits) * 2 ** 23);
      values.push(fromBits(magnitude), fromBits(magnitude + 2 ** 31));
    }
  }
  for (const [low, high] of intervals) {
    for (let index = 0; index < 64 * perExponent; index += 1) values.push(low + (high - low) * spread(index));
  }
  for (const place of places.flatMap((each) => [each, -each])) {
    for (let step = -perExponent; step <= perExponent; step += 1) values.push(fromBits(toBits(place) + step));
  }
  const x = Float32Array.from(values);
  if (!binaryPrimitives.includes(primitive)) return [x];
  // Second operands: the special ones beside each other, moderate exponents, and ones of every size.
  const pairs = specials.flatMap((first) => specials.map((second) => [first, second] as const));
  const second = x.map((value, index) => at([(spread(index) - 0.5) * 20, Math.round((spread(index) - 0.5) * 12), fromBits(Math.imul(index, 0x9e3779b9)), value], index % 4));
  return [Float32Array.from([...pairs.map(([first]) => first), ...x]), Float32Array.from([...pairs.map(([, other]) => other), ...second])];
}

// Forms ----------------------------------------------------------------------------------------------------------------

/** A way to compute a function. */
export interface Form {
  readonly name: string;
  /** Whether subnormal numbers, operands or results, may be taken for zeros. */
  readonly mayFlush: boolean;
  run(measuredFunction: MeasuredFunction, operands: readonly Float32Array[]): Float32Array | Promise<Float32Array>;
}

/** `y[i] = f(x[i])` with the expression that the primitive has in every kernel. */
function kernelOf({ name, primitive }: MeasuredFunction, arity: number): Kernel {
  const { lower } = primitive;
  if (lower.kind !== "scalar") throw new Error(`${name} is not a scalar function`);
  const k = new KernelBuilder(name);
  const n = k.scalar("n", "int32");
  const buffers = Array.from({ length: arity }, (_, position) => k.buffer(`x${position}`, { dtype: "float32", length: n, access: "read" }));
  const y = k.buffer("y", { dtype: "float32", length: n, access: "write" });
  const scalar = aval([], "float32");
  const context = { params: noParams, inAvals: buffers.map(() => scalar), outAval: scalar, outIndex: 0 };
  k.for("serial", 0, n, 1, (i) => k.store(y, i, lower.emit(k, buffers.map((buffer) => k.load(buffer, i)), context)));
  return k.build();
}

/** The kernel as arithmetic of float32, on the reference interpreter; without float64, pow and rounding are other arithmetic. */
function interpreted(name: string, hasFloat64: boolean): Form {
  return {
    name,
    mayFlush: false,
    run: (measuredFunction, operands) => {
      const kernel = kernelOf(measuredFunction, operands.length);
      const y = new Float32Array(at(operands, 0).length);
      const buffers = Object.fromEntries(operands.map((values, position) => [`x${position}`, values]));
      interpret(approximate(hasFloat64 ? kernel : expandFloat32Power(kernel)), { buffers: { ...buffers, y }, scalars: { n: y.length } });
      return y;
    },
  };
}

export const float32Form = interpreted("float32 form", true);
export const float32AloneForm = interpreted("without float64", false);

/** The kernel as JavaScript. */
export const jsForm: Form = {
  name: "js",
  mayFlush: false,
  run: (measuredFunction, operands) => {
    const y = new Float32Array(at(operands, 0).length);
    compileJs(kernelOf(measuredFunction, operands.length))(...operands, y, y.length);
    return y;
  },
};

/** The kernel as WebAssembly. */
export const wasmForm: Form = {
  name: "wasm",
  mayFlush: false,
  run: (measuredFunction, operands) => {
    const y = new Float32Array(at(operands, 0).length);
    runKernelOnWasm(kernelOf(measuredFunction, operands.length), [y.length], [...operands, y]);
    return y;
  },
};

/** What `lax` computes on webgpu, which has to be open. */
export const webgpuForm: Form = {
  name: "webgpu",
  mayFlush: true,
  run: async ({ name }, operands) => {
    const f = (...xs: NDArray[]): NDArray => laxFunction(name)(...xs);
    return (await jit(f, { device: "webgpu" })(...operands.map((values) => devicePut(values, "webgpu") as NDArray)).data()) as Float32Array;
  },
};

/** The function of `lax` with the name of a primitive. */
export function laxFunction(name: string): (...operands: unknown[]) => NDArray {
  const functions = lax as unknown as Readonly<Record<string, (...operands: unknown[]) => NDArray>>;
  return required(functions[name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase())], name);
}

// Errors ---------------------------------------------------------------------------------------------------------------

export interface Measurement {
  readonly ulps: number;
  /** The operands of the worst result. */
  readonly operands: readonly number[];
  readonly actual: number;
  readonly expected: number;
  readonly count: number;
}

/** The largest error of a form; errors that the function's absolute bound allows do not count. */
export async function measure(measuredFunction: MeasuredFunction, form: Form, operands: readonly Float32Array[]): Promise<Measurement> {
  const { exact, absolute } = measuredFunction;
  const results = await form.run(measuredFunction, operands);
  let worst: Measurement = { ulps: 0, operands: [], actual: NaN, expected: NaN, count: results.length };
  results.forEach((actual, index) => {
    const row = operands.map((column) => at(column, index));
    const expected = exact(...row);
    if (Object.is(actual, Math.fround(expected)) && worst.ulps >= 0.5) return;
    const ulps = Math.min(...expectations(expected, row, exact, form).map((each) => ulpError("float32", actual, each)));
    if (!(ulps > worst.ulps)) return;
    // A summand on the way may be subnormal, too.
    const allowed = Math.max(absolute, form.mayFlush ? leastNormal : 0);
    if (!(Math.abs(actual - expected) <= allowed)) worst = { ...worst, ulps, operands: row, actual, expected };
  });
  return worst;
}

/** The values that a result may come close to. */
function expectations(expected: number, row: readonly number[], exact: MeasuredFunction["exact"], { mayFlush }: Form): readonly number[] {
  if (!mayFlush) return [expected];
  const isFlushed = row.some((value) => flushed(value) !== value);
  const ofFlushed = isFlushed ? exact(...row.map(flushed)) : expected;
  // Beside a pole at 0 a function is as large as a reciprocal.
  const beside = isFlushed && Math.abs(expected) > 1 / leastNormal / 4 ? Math.sign(expected) * Infinity : expected;
  return [expected, ofFlushed, beside, flushed(expected), flushed(ofFlushed)];
}
