/**
 * @file The rules of the family index and of the joins against loops: vmap over every subset of operands and every axis,
 * derivatives of both modes and of second order. Programs are traced and evaluated by the oracle, so that the rules alone
 * are on trial.
 */

import { at } from "@lanewise/compiler/base/assert";
import { isFloat, type HostArray } from "@lanewise/compiler/base/dtype";
import { withAxis } from "@lanewise/compiler/base/shape";
import { aval, tangentAval, zero } from "@lanewise/compiler/ir/build";
import type { Aval, Jaxpr, Params, Primitive, Value } from "@lanewise/compiler/ir/types";
import { verifyJaxpr } from "@lanewise/compiler/ir/verify";
import { countEqns } from "@lanewise/compiler/ir/walk";
import { instantiate } from "@lanewise/compiler/primitives/linear";
import { traceToJaxpr } from "@lanewise/compiler/trace/jaxpr-trace";
import { bind } from "@lanewise/compiler/trace/stack";
import { jvpFlat } from "@lanewise/compiler/transforms/jvp";
import { linearizeFlat } from "@lanewise/compiler/transforms/linearize";
import { transposeLinear } from "@lanewise/compiler/transforms/transpose";
import { batchFlat, moveBatchAxis } from "@lanewise/compiler/transforms/vmap";
import { describe, expect, test } from "vitest";
import { real } from "../support/oracle/number.ts";
import { oracleOf } from "../support/oracle/primitives.ts";
import { example, stack, type Tensor } from "../support/oracle/tensor.ts";
import { jvpOracle, vjpOracle, type OracleFunction } from "../support/oracle/transforms.ts";
import { reference } from "../support/programs.ts";
import { allSamples } from "../support/samples/all.ts";
import type { BoundSample } from "../support/samples/types.ts";
import { elementsOf, generator } from "../support/samples/values.ts";

const names = [
  "gather", "scatter", "scatter-add", "scatter-sub", "scatter-mul", "scatter-min", "scatter-max", "dynamic_slice", "dynamic_update_slice",
  "concatenate", "split", "stack", "unstack", "rev", "stop_gradient",
];
const samples = allSamples().filter(({ primitive }) => names.includes(primitive.name)).map((bound) => [`${bound.primitive.name}: ${bound.sample.name}`, bound] as const);

type Run = (args: readonly Value[]) => readonly Value[];
const options = { functionName: "sample" };

function trace(run: Run, inAvals: readonly Aval[]): Jaxpr {
  const { jaxpr, consts } = traceToJaxpr(run, inAvals, options);
  expect(consts).toEqual([]);
  verifyJaxpr(jaxpr);
  return jaxpr;
}

function toHost({ dtype, shape, data }: Tensor): HostArray {
  return elementsOf({ shape, dtype, values: data.map(real) }, () => 0);
}

/** Where the traced program and the expected tensors differ; empty when they agree. */
function differences(jaxpr: Jaxpr, inputs: readonly Tensor[], expected: readonly Tensor[]): string[] {
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

function tensorsOf({ sample }: BoundSample, seed: number): Tensor[] {
  const random = generator(seed);
  return sample.inputs.map((input) => ({ shape: input.shape, dtype: input.dtype, data: [...elementsOf(input, random)] }));
}

const avalOf = ({ shape, dtype }: Tensor): Aval => aval(shape, dtype);

function oracleFor(primitive: Primitive, params: Params): OracleFunction {
  return (args) => oracleOf(primitive.name)(args, params, primitive.abstractEval(args.map(avalOf), params));
}

/** Every choice of an axis (or none) for each operand, with at least one. */
function axisChoices(inputs: readonly Tensor[]): (number | null)[][] {
  const all = inputs.reduce<(number | null)[][]>((choices, { shape }) =>
    choices.flatMap((choice) => [null, 0, ...(shape.length > 0 ? [shape.length] : [])].map((axis) => [...choice, axis])), [[]]);
  return all.filter((choice) => choice.some((axis) => axis !== null));
}

function batched(primitive: Primitive, params: Params, inAvals: readonly Aval[], axes: readonly (number | null)[], size: number): Jaxpr {
  const withBatch = inAvals.map((inAval, index) => {
    const axis = at(axes, index);
    return axis === null ? inAval : aval(withAxis(inAval.shape, axis, size), inAval.dtype);
  });
  return trace((args) => {
    const result = batchFlat((inner) => bind(primitive, inner, params), { size, name: null }, args, axes, options);
    return result.outputs.map((output, index) => moveBatchAxis(output, at(result.axes, index), 0, size));
  }, withBatch);
}

describe("vmap", () => {
  test.each(samples)("%s", (_name, bound) => {
    const { primitive, sample: { params } } = bound;
    const size = 3;
    const examples = Array.from({ length: size }, (_, seed) => tensorsOf(bound, seed));
    const first = at(examples, 0);
    // Each example has indices of its own where the sample does not fix their number.
    const varied = examples.map((tensors, which) => tensors.map((tensor, index) => vary(bound, tensor, index, which)));
    for (const axes of axisChoices(first)) {
      const arguments_ = first.map((tensor, index) => {
        const axis = at(axes, index);
        return axis === null ? tensor : stack(varied.map((tensors) => at(tensors, index)), axis);
      });
      const results = varied.map((tensors) => oracleFor(primitive, params)(first.map((tensor, index) => (at(axes, index) === null ? tensor : at(tensors, index)))));
      const expected = at(results, 0).map((_, index) => stack(results.map((result) => at(result, index)), 0));
      const jaxpr = batched(primitive, params, first.map(avalOf), axes, size);
      expect(differences(jaxpr, arguments_, expected), `axes ${axes.join()}`).toEqual([]);
      for (const other of [0, 1000]) {
        expect(countEqns(batched(primitive, params, first.map(avalOf), axes, other)), `axes ${axes.join()}, ${other} examples`).toBe(countEqns(jaxpr));
      }
    }
  });
});

/** Indices that differ from example to example. */
function vary({ primitive }: BoundSample, tensor: Tensor, index: number, example_: number): Tensor {
  const isIndices = primitive.name.includes("slice") ? index >= (primitive.name === "dynamic_slice" ? 1 : 2) : index === 1 && /gather|scatter/.test(primitive.name);
  return isIndices ? { ...tensor, data: tensor.data.map((value) => (example_ === 2 ? Math.abs(real(value)) % 3 : value)) } : tensor;
}

test("two levels of vmap", () => {
  for (const [name, bound] of samples) {
    const { primitive, sample: { params } } = bound;
    const first = tensorsOf(bound, 0);
    if (first.length === 0) continue;
    const inner: Run = (args) => {
      const result = batchFlat((values) => bind(primitive, values, params), { size: 2, name: null }, args, args.map(() => 0), options);
      return result.outputs.map((output, index) => moveBatchAxis(output, at(result.axes, index), 0, 2));
    };
    const jaxpr = trace((args) => {
      const result = batchFlat(inner, { size: 3, name: null }, args, args.map(() => 1), options);
      return result.outputs.map((output, index) => moveBatchAxis(output, at(result.axes, index), 0, 3));
    }, first.map(({ shape, dtype }) => aval([2, 3, ...shape], dtype)));
    const all = first.map((_, index) => stack([0, 1].map((i) => stack([0, 1, 2].map((j) => at(tensorsOf(bound, 3 * i + j), index)), 0)), 0));
    const rows = [0, 1, 2].map((j) => [0, 1].map((i) => oracleFor(primitive, params)(all.map((tensor) => example(example(tensor, 0, i), 0, j)))));
    const expected = at(at(rows, 0), 0).map((_, out) => stack(rows.map((row) => stack(row.map((result) => at(result, out)), 0)), 0));
    expect(differences(jaxpr, all, expected), name).toEqual([]);
  }
});

// Derivatives ----------------------------------------------------------------------------------------------------------

const floatSamples = samples.filter(([, { sample }]) =>
  sample.inputs.some((input) => isFloat(input.dtype)) && sample.inputs.every((input) => input.values === undefined || !isFloat(input.dtype)));

/** The sample as a function of its float inputs. */
function openIn({ primitive, sample: { params } }: BoundSample, inputs: readonly Tensor[], constants: readonly Value[]): Run {
  return (args) => {
    let next = 0;
    let nextConstant = 0;
    return bind(primitive, inputs.map(({ dtype }) => (isFloat(dtype) ? at(args, next++) : at(constants, nextConstant++))), params);
  };
}

function oracleOfOpen({ primitive, sample: { params } }: BoundSample, inputs: readonly Tensor[]): OracleFunction {
  return (args) => {
    let next = 0;
    return oracleFor(primitive, params)(inputs.map((input) => (isFloat(input.dtype) ? at(args, next++) : input)));
  };
}

const random = generator(99);
const like = (tensor: Tensor): Tensor => ({ ...tensor, data: tensor.data.map(() => Math.fround(random() * 2 - 1)) });

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

describe("derivatives", () => {
  test.each(floatSamples)("%s", (_name, bound) => {
    const inputs = tensorsOf(bound, 5);
    const open = inputs.filter(({ dtype }) => isFloat(dtype));
    const fixed = inputs.filter(({ dtype }) => !isFloat(dtype));
    const oracle = oracleOfOpen(bound, inputs);
    const outs = oracle(open);
    const count = open.length;
    type Case = readonly [name: string, run: (base: Run) => Run, oracle: OracleFunction, inputs: readonly Tensor[]];
    const jvpInputs = [...open, ...open.map(like)];
    const vjpInputs = [...open, ...outs.map(like)];
    const cases: readonly Case[] = [
      ["jvp", jvpRun, jvpOracle(oracle), jvpInputs],
      ["vjp", (run) => vjpRun(run, count), vjpOracle(oracle, count), vjpInputs],
      ["jvp of jvp", (run) => jvpRun(jvpRun(run)), jvpOracle(jvpOracle(oracle)), [...jvpInputs, ...jvpInputs.map(like)]],
      ["jvp of vjp", (run) => jvpRun(vjpRun(run, count)), jvpOracle(vjpOracle(oracle, count)), [...vjpInputs, ...vjpInputs.map(like)]],
      ["vjp of jvp", (run) => vjpRun(jvpRun(run), 2 * count), vjpOracle(jvpOracle(oracle), 2 * count), [...jvpInputs, ...[...outs, ...outs].map(like)]],
      ["vjp of vjp", (run) => vjpRun(vjpRun(run, count), vjpInputs.length), vjpOracle(vjpOracle(oracle, count), vjpInputs.length), [...vjpInputs, ...[...outs, ...open].map(like)]],
    ];
    for (const [name, transform, transformed, args] of cases) {
      const jaxpr = trace((values) => transform(openIn(bound, inputs, values.slice(0, fixed.length)))(values.slice(fixed.length)), [...fixed, ...args].map(avalOf));
      expect(differences(jaxpr, [...fixed, ...args], transformed(args)), name).toEqual([]);
    }
  });

  test("a tangent for one operand alone", () => {
    for (const [name, bound] of floatSamples) {
      const inputs = tensorsOf(bound, 5);
      const open = inputs.filter(({ dtype }) => isFloat(dtype));
      const fixed = inputs.filter(({ dtype }) => !isFloat(dtype));
      open.forEach((operand, which) => {
        const tangent = like(operand);
        const run = (constants: readonly Value[], values: readonly Value[], given: Value): readonly Value[] => {
          const tangents = values.map((value, index) => (index === which ? given : zero(tangentAval(value.aval))));
          const result = jvpFlat(openIn(bound, inputs, constants), values, tangents, options);
          return [...result.primals, ...result.tangents.map(instantiate)];
        };
        const args = [...fixed, ...open, tangent];
        const jaxpr = trace((values) => run(values.slice(0, fixed.length), values.slice(fixed.length, -1), at(values, -1)), args.map(avalOf));
        const zeros = open.map((tensor, index) => (index === which ? tangent : { ...tensor, data: tensor.data.map(() => 0) }));
        expect(differences(jaxpr, args, jvpOracle(oracleOfOpen(bound, inputs))([...open, ...zeros])), `${name}, operand ${which}`).toEqual([]);
      });
    }
  });
});
