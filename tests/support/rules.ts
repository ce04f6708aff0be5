/**
 * @file The rules of a primitive on trial: a sample is transformed and traced, the jaxpr is evaluated by the oracle equation
 * by equation, and the result compared with the transform of the oracle itself. No kernel runs.
 */

import { at } from "@lanewise/compiler/base/assert";
import { isFloat, type HostArray } from "@lanewise/compiler/base/dtype";
import { range, withAxis } from "@lanewise/compiler/base/shape";
import { aval, tangentAval, zero } from "@lanewise/compiler/ir/build";
import type { Aval, Jaxpr, Value } from "@lanewise/compiler/ir/types";
import { verifyJaxpr } from "@lanewise/compiler/ir/verify";
import { countEqns } from "@lanewise/compiler/ir/walk";
import { instantiate } from "@lanewise/compiler/primitives/linear";
import { traceToJaxpr } from "@lanewise/compiler/trace/jaxpr-trace";
import { bind } from "@lanewise/compiler/trace/stack";
import { jvpFlat } from "@lanewise/compiler/transforms/jvp";
import { linearizeFlat } from "@lanewise/compiler/transforms/linearize";
import { transposeLinear } from "@lanewise/compiler/transforms/transpose";
import { batchFlat, moveBatchAxis } from "@lanewise/compiler/transforms/vmap";
import { real } from "./oracle/number.ts";
import { oracleOf } from "./oracle/primitives.ts";
import type { Tensor } from "./oracle/tensor.ts";
import { jvpOracle, vjpOracle, vmapOracle, type OracleFunction } from "./oracle/transforms.ts";
import { reference } from "./programs.ts";
import { operandsInOracle, operandsOf } from "./samples/forms.ts";
import type { BoundSample } from "./samples/types.ts";
import { elementsOf, generator } from "./samples/values.ts";

/** A function of traced values. */
export type Run = (args: readonly Value[]) => readonly Value[];

const options = { functionName: "sample" };
const avalOf = ({ shape, dtype }: Tensor): Aval => aval(shape, dtype);

/** The jaxpr of a function that closes over no array; verified. */
export function trace(run: Run, inAvals: readonly Aval[]): Jaxpr {
  const { jaxpr, consts } = traceToJaxpr(run, inAvals, options);
  if (consts.length > 0) throw new Error("the sample closes over arrays");
  verifyJaxpr(jaxpr);
  return jaxpr;
}

/** The inputs of a sample: random where it gives no values, different for each seed. */
export function tensorsOf({ sample }: BoundSample, seed: number): Tensor[] {
  const random = generator(seed);
  return sample.inputs.map((input) => ({ shape: input.shape, dtype: input.dtype, data: [...elementsOf(input, random)] }));
}

export function oracleFor({ primitive, sample }: BoundSample): OracleFunction {
  return (args) => oracleOf(primitive.name)(operandsInOracle(sample, args), sample.params, primitive.abstractEval(args.map(avalOf), sample.params));
}

function toHost({ dtype, shape, data }: Tensor): HostArray {
  return elementsOf({ shape, dtype, values: data.map(real) }, () => 0);
}

/** Where the traced program and the expected tensors differ; empty when they agree. */
export function differences(jaxpr: Jaxpr, inputs: readonly Tensor[], expected: readonly Tensor[]): string[] {
  const got = reference(jaxpr, inputs.map(toHost));
  if (got.length !== expected.length) return [`${got.length} results instead of ${expected.length}`];
  return expected.flatMap(({ shape, data }, index) => {
    const shapeHere = at(jaxpr.outs, index).aval.shape;
    if (shapeHere.join() !== shape.join()) return [`result ${index} has the shape [${shapeHere.join()}] instead of [${shape.join()}]`];
    return data.flatMap((value, place) => {
      const [have, want] = [at(at(got, index), place), real(value)];
      const isClose = Object.is(have, want) || have === want || Math.abs(have - want) <= 1e-5 * (1 + Math.abs(want));
      return isClose ? [] : [`result ${index}, element ${place}: ${have} instead of ${want}`];
    });
  });
}

// vmap -----------------------------------------------------------------------------------------------------------------

/** How vmap is tried on a sample. */
export interface VmapTrial {
  /** The first and the last axis alone, for samples of many operands. */
  readonly endsOnly?: boolean;
  /** An input of one example from that of the sample. */
  readonly vary?: (input: Tensor, index: number, example: number) => Tensor;
}

/** Every choice of an axis (or none) for each operand, with at least one. */
function axisChoices(inputs: readonly Tensor[], endsOnly: boolean): (number | null)[][] {
  const all = inputs.reduce<(number | null)[][]>((choices, { shape: { length: rank } }) => {
    const axes = endsOnly ? [...new Set([0, rank])] : range(rank + 1);
    return choices.flatMap((choice) => [null, ...axes].map((axis) => [...choice, axis]));
  }, [[]]);
  return all.filter((choice) => choice.some((axis) => axis !== null));
}

function vmapRun(run: Run, size: number, axes: readonly (number | null)[]): Run {
  return (args) => {
    const result = batchFlat(run, { size, name: null }, args, axes, options);
    return result.outputs.map((output, index) => moveBatchAxis(output, at(result.axes, index), 0, size));
  };
}

const runOf = ({ primitive, sample }: BoundSample): Run => (args) => bind(primitive, operandsOf(sample, args), sample.params);

/** Examples of one input side by side at an axis of their own. */
function stackInputs(examples: readonly Tensor[], axis: number): Tensor {
  const stacked = vmapOracle(([input]) => [input as Tensor], 0, axis, examples.length);
  const first = at(examples, 0);
  return at(stacked([{ ...first, shape: [examples.length, ...first.shape], data: examples.flatMap(({ data }) => data) }]), 0);
}

/** Problems of vmap over every choice of operands and axes, and where its equations depend on the size of the batch. */
export function vmapProblems(bound: BoundSample, { endsOnly = false, vary = (input) => input }: VmapTrial = {}): string[] {
  const size = 3;
  const examples = range(size).map((seed) => tensorsOf(bound, seed).map((input, index) => vary(input, index, seed)));
  const first = at(examples, 0);
  return axisChoices(first, endsOnly).flatMap((axes) => {
    const batchedAvals = (extent: number): Aval[] => first.map(({ shape, dtype }, index) => {
      const axis = at(axes, index);
      return aval(axis === null ? shape : withAxis(shape, axis, extent), dtype);
    });
    const inputs = first.map((tensor, index) => {
      const axis = at(axes, index);
      return axis === null ? tensor : stackInputs(examples.map((tensors) => at(tensors, index)), axis);
    });
    const results = examples.map((tensors) => oracleFor(bound)(first.map((tensor, index) => (at(axes, index) === null ? tensor : at(tensors, index)))));
    const expected = at(results, 0).map((_, index) => stackInputs(results.map((result) => at(result, index)), 0));
    const batched = (extent: number): Jaxpr => trace(vmapRun(runOf(bound), extent, axes), batchedAvals(extent));
    const jaxpr = batched(size);
    const grown = [0, 1000].filter((other) => countEqns(batched(other)) !== countEqns(jaxpr)).map((other) => `another number of equations for ${other} examples`);
    return [...differences(jaxpr, inputs, expected), ...grown].map((problem) => `axes ${axes.join()}: ${problem}`);
  });
}

/** Problems of vmap of vmap, over every operand. */
export function nestedVmapProblems(bound: BoundSample): string[] {
  const inputs = tensorsOf(bound, 0).map((_, index) => {
    const rows = [0, 1].map((outer) => stackInputs([0, 1, 2].map((inner) => at(tensorsOf(bound, 3 * outer + inner), index)), 0));
    return stackInputs(rows, 0);
  });
  const inner = vmapRun(runOf(bound), 2, inputs.map(() => 0));
  const jaxpr = trace(vmapRun(inner, 3, inputs.map(() => 1)), inputs.map(avalOf));
  return differences(jaxpr, inputs, vmapOracle(vmapOracle(oracleFor(bound), 0, 0, 2), 1, 0, 3)(inputs));
}

// Derivatives ----------------------------------------------------------------------------------------------------------

/** Whether a sample has random floats to differentiate in; chosen values may be where there is no derivative. */
export function isDifferentiable({ sample }: BoundSample): boolean {
  return sample.inputs.some((input) => isFloat(input.dtype)) && sample.inputs.every((input) => input.values === undefined || !isFloat(input.dtype));
}

function jvpRun(run: Run): Run {
  return (args) => {
    const half = args.length / 2;
    const { primals, tangents } = jvpFlat(run, args.slice(0, half), args.slice(half), options);
    return [...primals, ...tangents.map(instantiate)];
  };
}

function vjpRun(run: Run, count: number): Run {
  return (args) => {
    const { primals, linear } = linearizeFlat(run, args.slice(0, count), options);
    return [...primals, ...transposeLinear(linear, args.slice(count)).map(instantiate)];
  };
}

/** A sample as a function of its float inputs, with its float results; the other inputs come in front of what is traced. */
interface OpenSample {
  readonly open: readonly Tensor[];
  readonly fixed: readonly Tensor[];
  readonly oracle: OracleFunction;
  readonly runWith: (fixed: readonly Value[]) => Run;
  /** Random numbers in the shape of a tensor. */
  readonly like: (tensor: Tensor) => Tensor;
}

function openInFloats(bound: BoundSample): OpenSample {
  const random = generator(99);
  const inputs = tensorsOf(bound, 5);
  const [open, fixed] = [true, false].map((wanted) => inputs.filter(({ dtype }) => isFloat(dtype) === wanted)) as [Tensor[], Tensor[]];
  const merged = <Item>(floats: readonly Item[], others: readonly Item[]): Item[] => {
    const next = { float: 0, other: 0 };
    return inputs.map(({ dtype }) => (isFloat(dtype) ? at(floats, next.float++) : at(others, next.other++)));
  };
  const onlyFloats = (results: readonly Tensor[]): Tensor[] => results.filter(({ dtype }) => isFloat(dtype));
  const oracle: OracleFunction = (args) => onlyFloats(oracleFor(bound)(merged(args, fixed)));
  return {
    open, fixed, oracle,
    runWith: (others) => (args) => runOf(bound)(merged(args, others)).filter((result) => isFloat(result.aval.dtype)),
    like: (tensor) => ({ ...tensor, data: tensor.data.map(() => Math.fround(random() * 2 - 1)) }),
  };
}

/** Problems of derivatives of both modes, first and second order, in the float inputs. Results that are no floats are left out. */
export function derivativeProblems(bound: BoundSample): string[] {
  const { open, fixed, oracle, runWith, like } = openInFloats(bound);
  const count = open.length;
  const outs = oracle(open);
  const [jvpInputs, vjpInputs] = [[...open, ...open.map(like)], [...open, ...outs.map(like)]];
  const cases: readonly (readonly [name: string, transform: (run: Run) => Run, oracle: OracleFunction, inputs: readonly Tensor[]])[] = [
    ["jvp", jvpRun, jvpOracle(oracle), jvpInputs],
    ["vjp", (run) => vjpRun(run, count), vjpOracle(oracle, count), vjpInputs],
    ["jvp of jvp", (run) => jvpRun(jvpRun(run)), jvpOracle(jvpOracle(oracle)), [...jvpInputs, ...jvpInputs.map(like)]],
    ["jvp of vjp", (run) => jvpRun(vjpRun(run, count)), jvpOracle(vjpOracle(oracle, count)), [...vjpInputs, ...vjpInputs.map(like)]],
    ["vjp of jvp", (run) => vjpRun(jvpRun(run), 2 * count), vjpOracle(jvpOracle(oracle), 2 * count), [...jvpInputs, ...[...outs, ...outs].map(like)]],
    ["vjp of vjp", (run) => vjpRun(vjpRun(run, count), vjpInputs.length), vjpOracle(vjpOracle(oracle, count), vjpInputs.length), [...vjpInputs, ...[...outs, ...open].map(like)]],
  ];
  return cases.flatMap(([name, transform, transformed, args]) => {
    const jaxpr = trace((values) => transform(runWith(values.slice(0, fixed.length)))(values.slice(fixed.length)), [...fixed, ...args].map(avalOf));
    return differences(jaxpr, [...fixed, ...args], transformed(args)).map((problem) => `${name}: ${problem}`);
  });
}

/** Problems of jvp where one float input alone has a tangent. */
export function loneTangentProblems(bound: BoundSample): string[] {
  const { open, fixed, oracle, runWith, like } = openInFloats(bound);
  return open.flatMap((operand, which) => {
    const tangent = like(operand);
    const run = (others: readonly Value[], values: readonly Value[], given: Value): readonly Value[] => {
      const tangents = values.map((value, index) => (index === which ? given : zero(tangentAval(value.aval))));
      const result = jvpFlat(runWith(others), values, tangents, options);
      return [...result.primals, ...result.tangents.map(instantiate)];
    };
    const args = [...fixed, ...open, tangent];
    const jaxpr = trace((values) => run(values.slice(0, fixed.length), values.slice(fixed.length, -1), at(values, -1)), args.map(avalOf));
    const tangents = open.map((tensor, index) => (index === which ? tangent : { ...tensor, data: tensor.data.map(() => 0) }));
    return differences(jaxpr, args, jvpOracle(oracle)([...open, ...tangents])).map((problem) => `operand ${which}: ${problem}`);
  });
}
