/** @file grad and valueAndGrad: reverse mode for functions with one scalar result. */

import { at } from "@lanewise/compiler/base/assert";
import { isFloat } from "@lanewise/compiler/base/dtype";
import { raise } from "@lanewise/compiler/base/errors";
import { formatShape } from "@lanewise/compiler/base/shape";
import { tangentAval, zero } from "@lanewise/compiler/ir/build";
import type { Tangent, Value } from "@lanewise/compiler/ir/types";
import { fullOf } from "@lanewise/compiler/primitives/linear";
import { describeAval } from "@lanewise/compiler/trace/stack";
import { linearizeFlat } from "@lanewise/compiler/transforms/linearize";
import { transposeLinear } from "@lanewise/compiler/transforms/transpose";
import { unflatten } from "@lanewise/compiler/tree/flatten";
import { formatTreeDef, type TreeDef } from "@lanewise/compiler/tree/treedef";
import type { AnyFunction, ArrayFunction } from "../types.ts";
import { openCall, readDifferentiation, type Differentiation } from "./argnums.ts";
import type { Subject } from "./call.ts";
import * as transformErrors from "./errors.ts";
import { dressAs } from "./function-info.ts";
import type { Argnums, Gradient, GradOptions, ValueAndGradient } from "./signatures.ts";
import { publish, tangentArray } from "./values.ts";

interface Differentiated {
  readonly value: unknown;
  readonly aux: unknown;
  readonly gradient: unknown;
}

/**
 * The gradient of a function with a scalar result, as a function of the same arguments.
 *
 * @param argnums the position of the argument to differentiate (0 by default), negative ones from the end; a list gives a
 *   list of gradients; or options `{ argnums, hasAux, allowInt }`
 * @returns a function that gives a gradient with the tree structure, shapes and dtypes of the argument; with hasAux,
 *   `[gradient, aux]`
 * @throws LW3109, LW3113 to LW3116
 * @example grad((x) => x.mul(x))(3) // 6
 */
export function grad<F extends ArrayFunction, const Places extends Argnums<Parameters<F>> = Argnums<Parameters<F>>, const Aux extends boolean = false>(
  f: F, argnums?: Places | GradOptions<Places, Aux>,
): Gradient<F, Places, Aux>;
export function grad<F extends AnyFunction, const Places extends Argnums<Parameters<F>> = Argnums<Parameters<F>>, const Aux extends boolean = false>(
  f: F, argnums?: Places | GradOptions<Places, Aux>,
): Gradient<F, Places, Aux>;
export function grad(f: AnyFunction, argnums?: unknown, ...further: readonly unknown[]): unknown {
  const [subject, how] = readDifferentiation("grad", f, argnums, further);
  const derive = (...args: readonly unknown[]): unknown => {
    const { gradient, aux } = differentiate(subject, how, args);
    return how.hasAux ? [gradient, aux] : gradient;
  };
  return dressAs(derive, f, subject.info);
}

/**
 * As `grad`, but gives `[value, gradient]`; with hasAux `[[value, aux], gradient]`.
 *
 * @example valueAndGrad((x) => x.mul(x))(3) // [9, 6]
 */
export function valueAndGrad<F extends ArrayFunction, const Places extends Argnums<Parameters<F>> = Argnums<Parameters<F>>, const Aux extends boolean = false>(
  f: F, argnums?: Places | GradOptions<Places, Aux>,
): ValueAndGradient<F, Places, Aux>;
export function valueAndGrad<F extends AnyFunction, const Places extends Argnums<Parameters<F>> = Argnums<Parameters<F>>, const Aux extends boolean = false>(
  f: F, argnums?: Places | GradOptions<Places, Aux>,
): ValueAndGradient<F, Places, Aux>;
export function valueAndGrad(f: AnyFunction, argnums?: unknown, ...further: readonly unknown[]): unknown {
  const [subject, how] = readDifferentiation("valueAndGrad", f, argnums, further);
  const derive = (...args: readonly unknown[]): unknown => {
    const { value, gradient, aux } = differentiate(subject, how, args);
    return [how.hasAux ? [value, aux] : value, gradient];
  };
  return dressAs(derive, f, subject.info);
}

function differentiate(subject: Subject, how: Differentiation, args: readonly unknown[]): Differentiated {
  const open = openCall(subject, how, args);
  const run = (primals: readonly Value[]): readonly Value[] => {
    const outputs = open.run(primals);
    checkScalar(subject, open.call.output(), outputs);
    return outputs;
  };
  const { primals, linear } = linearizeFlat(run, open.primals, open.flatOptions);
  const [value, ...auxLeaves] = primals.map(publish);
  const cotangents = primals.map((primal, index): Tangent => (index === 0 ? fullOf(1, primal.aval) : zero(at(linear.outAvals, index))));
  const gradients = transposeLinear(linear, cotangents).map((gradient) => publish(tangentArray(gradient)));
  return {
    value,
    aux: how.hasAux ? unflatten(open.call.aux(), auxLeaves) : undefined,
    gradient: open.trees(gradients, (aval) => publish(tangentArray(zero(tangentAval(aval))))),
  };
}

function checkScalar(subject: Subject, output: TreeDef, outputs: readonly Value[]): void {
  const operation = `${subject.operation} of ${subject.info.name}`;
  if (output.kind !== "leaf") {
    raise(transformErrors.nonScalarOutput, {
      operation, expected: "one scalar as the result", got: `a result with the structure ${formatTreeDef(output)}`,
      fix: "return one number; with further results, return [value, aux] and set hasAux",
    });
  }
  const { aval } = at(outputs, 0);
  if (aval.shape.length > 0) {
    raise(transformErrors.nonScalarOutput, {
      operation, expected: "a result of shape ()", got: `${describeAval(aval)}, of shape ${formatShape(aval.shape)}`,
      fix: "sum or average the result; for all derivatives use jacrev; for one gradient per example use vmap(grad(f))",
    });
  }
  if (!isFloat(aval.dtype)) {
    raise(transformErrors.integerOutput, {
      operation, expected: "a float as the result", got: describeAval(aval), fix: "return a float; take a count or a comparison out through aux",
    });
  }
}
