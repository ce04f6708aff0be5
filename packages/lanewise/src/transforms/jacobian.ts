/** @file jacfwd, jacrev and hessian: all derivatives of arrays, one batch of tangents or cotangents per leaf. */

import { at } from "@lanewise/compiler/base/assert";
import { isFloat } from "@lanewise/compiler/base/dtype";
import { raise } from "@lanewise/compiler/base/errors";
import { sizeOf } from "@lanewise/compiler/base/shape";
import { tangentAval, zero } from "@lanewise/compiler/ir/build";
import type { Aval, Tangent, Value } from "@lanewise/compiler/ir/types";
import { describeAval } from "@lanewise/compiler/trace/stack";
import { applyLinear, linearizeFlat, type LinearFunction } from "@lanewise/compiler/transforms/linearize";
import { transposeLinear } from "@lanewise/compiler/transforms/transpose";
import { batchFlat, moveBatchAxis } from "@lanewise/compiler/transforms/vmap";
import { unflatten } from "@lanewise/compiler/tree/flatten";
import { keyString, leafPaths } from "@lanewise/compiler/tree/paths";
import type { TreeDef } from "@lanewise/compiler/tree/treedef";
import { eye } from "../numpy/create.ts";
import { reshape } from "../ops/shape.ts";
import type { AnyFunction, ArrayFunction } from "../types.ts";
import { openCall, readDifferentiation, type Differentiation } from "./argnums.ts";
import type { Subject } from "./call.ts";
import * as transformErrors from "./errors.ts";
import { dressAs } from "./function-info.ts";
import type { Argnums, GradOptions, Hessian, Jacobian } from "./signatures.ts";
import { asArray, publish, tangentArray } from "./values.ts";

/** Jacobians of a linear function: for each output leaf and input leaf an array of the output's axes, then the input's. */
type JacobianRule = (linear: LinearFunction, inputs: readonly Aval[], outputs: readonly Aval[]) => readonly (readonly Value[])[];

/**
 * The Jacobian of a function in forward mode: fast where there are fewer inputs than outputs. Its tree is the result's, each
 * leaf replaced by a tree like the chosen argument; each array has the axes of the output and then of the input.
 *
 * @param argnums as for `grad`
 * @throws LW3109, LW3114 to LW3116
 * @example jacfwd((x) => x.mul(x))(np.array([1, 2])) // [[2, 0], [0, 4]]
 */
export function jacfwd<F extends ArrayFunction, const Places extends Argnums<Parameters<F>> = Argnums<Parameters<F>>, const Aux extends boolean = false>(
  f: F, argnums?: Places | GradOptions<Places, Aux>,
): Jacobian<F, Places, Aux>;
export function jacfwd<F extends AnyFunction, const Places extends Argnums<Parameters<F>> = Argnums<Parameters<F>>, const Aux extends boolean = false>(
  f: F, argnums?: Places | GradOptions<Places, Aux>,
): Jacobian<F, Places, Aux>;
export function jacfwd(f: AnyFunction, argnums?: unknown, ...further: readonly unknown[]): unknown {
  return jacobian("jacfwd", f, argnums, forwardRule, further);
}

/**
 * As `jacfwd`, in reverse mode: fast where there are fewer outputs than inputs.
 *
 * @example jacrev((x) => x.mul(x))(np.array([1, 2])) // [[2, 0], [0, 4]]
 */
export function jacrev<F extends ArrayFunction, const Places extends Argnums<Parameters<F>> = Argnums<Parameters<F>>, const Aux extends boolean = false>(
  f: F, argnums?: Places | GradOptions<Places, Aux>,
): Jacobian<F, Places, Aux>;
export function jacrev<F extends AnyFunction, const Places extends Argnums<Parameters<F>> = Argnums<Parameters<F>>, const Aux extends boolean = false>(
  f: F, argnums?: Places | GradOptions<Places, Aux>,
): Jacobian<F, Places, Aux>;
export function jacrev(f: AnyFunction, argnums?: unknown, ...further: readonly unknown[]): unknown {
  return jacobian("jacrev", f, argnums, reverseRule, further);
}

/**
 * All second derivatives: the Jacobian, forward, of the Jacobian, reverse.
 *
 * @example hessian((x) => x.mul(x).sum())(np.array([1, 2])) // [[2, 0], [0, 2]]
 */
export function hessian<F extends ArrayFunction, const Places extends Argnums<Parameters<F>> = Argnums<Parameters<F>>, const Aux extends boolean = false>(
  f: F, argnums?: Places | GradOptions<Places, Aux>,
): Hessian<F, Places, Aux>;
export function hessian<F extends AnyFunction, const Places extends Argnums<Parameters<F>> = Argnums<Parameters<F>>, const Aux extends boolean = false>(
  f: F, argnums?: Places | GradOptions<Places, Aux>,
): Hessian<F, Places, Aux>;
export function hessian(f: AnyFunction, argnums?: unknown, ...further: readonly unknown[]): unknown {
  const inner = jacobian("hessian", f, argnums, reverseRule, further);
  return jacobian("hessian", inner, argnums, forwardRule);
}

function jacobian(operation: string, f: AnyFunction, argnums: unknown, rule: JacobianRule, further: readonly unknown[] = []): AnyFunction {
  const [subject, how] = readDifferentiation(operation, f, argnums, further);
  return dressAs((...args: readonly unknown[]) => jacobianAt(subject, how, rule, args), f, subject.info);
}

function jacobianAt(subject: Subject, how: Differentiation, rule: JacobianRule, args: readonly unknown[]): unknown {
  const open = openCall(subject, how, args);
  const { primals, linear } = linearizeFlat(open.run, open.primals, open.flatOptions);
  const output = open.call.output();
  const outputs = primals.slice(0, output.leafCount).map((value) => value.aval);
  rejectIntegerOutputs(subject, output, outputs);
  const blocks = rule(linear, open.primals.map((value) => value.aval), outputs);
  const result = unflatten(output, blocks.map((row) => open.trees(row.map(publish), (aval) => publish(tangentArray(zero(tangentAval(aval)))))));
  return how.hasAux ? [result, unflatten(open.call.aux(), primals.slice(output.leafCount).map(publish))] : result;
}

function rejectIntegerOutputs(subject: Subject, output: TreeDef, outputs: readonly Aval[]): void {
  const index = outputs.findIndex((aval) => !isFloat(aval.dtype));
  if (index < 0) return;
  raise(transformErrors.integerOutput, {
    operation: `${subject.operation} of ${subject.info.name}`,
    path: `result${keyString(at(leafPaths(output), index))}`,
    expected: "floats as the result", got: describeAval(at(outputs, index)), fix: "return floats; take counts and comparisons out through aux",
  });
}

/** Every unit vector of an array of this type, along a new axis 0. */
function basisOf({ shape, dtype }: Aval): Value {
  const size = sizeOf(shape);
  return reshape(asArray(eye(size, { dtype })), [size, ...shape]);
}

/** Pushes the unit vectors of one input after the other forward. */
const forwardRule: JacobianRule = (linear, inputs, outputs) => {
  const columns = inputs.map((input, place) => {
    const size = sizeOf(input.shape);
    const push = (units: readonly Value[]): readonly Value[] => {
      const tangents = inputs.map((aval, index) => (index === place ? at(units, 0) : tangentArray(zero(tangentAval(aval)))));
      return applyLinear(linear, tangents).slice(0, outputs.length).map(tangentArray);
    };
    const batch = batchFlat(push, { size, name: null }, [basisOf(input)], [0], { functionName: "jacfwd" });
    return batch.outputs.map((value, index) => {
      const { shape } = at(outputs, index);
      return reshape(moveBatchAxis(value, at(batch.axes, index), shape.length, size), [...shape, ...input.shape]);
    });
  });
  return outputs.map((_, index) => columns.map((column) => at(column, index)));
};

/** Pulls the unit vectors of one output after the other back. */
const reverseRule: JacobianRule = (linear, inputs, outputs) => outputs.map((output, place) => {
  const size = sizeOf(output.shape);
  const pull = (units: readonly Value[]): readonly Value[] => {
    const cotangents = linear.outAvals.map((out, index): Tangent => (index === place ? at(units, 0) : zero(out)));
    return transposeLinear(linear, cotangents).map(tangentArray);
  };
  const batch = batchFlat(pull, { size, name: null }, [basisOf(output)], [0], { functionName: "jacrev" });
  return batch.outputs.map((value, index) =>
    reshape(moveBatchAxis(value, at(batch.axes, index), 0, size), [...output.shape, ...at(inputs, index).shape]));
});
