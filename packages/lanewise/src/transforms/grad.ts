/** @file grad and valueAndGrad: reverse mode for functions with one scalar result. */

import { at } from "@lanewise/compiler/base/assert";
import { isFloat } from "@lanewise/compiler/base/dtype";
import { isPlainObject } from "@lanewise/compiler/base/equal";
import { raise } from "@lanewise/compiler/base/errors";
import { formatShape } from "@lanewise/compiler/base/shape";
import { tangentAval, zero } from "@lanewise/compiler/ir/build";
import type { Tangent, Value } from "@lanewise/compiler/ir/types";
import { fullOf } from "@lanewise/compiler/primitives/linear";
import { describeAval } from "@lanewise/compiler/trace/stack";
import { linearizeFlat } from "@lanewise/compiler/transforms/linearize";
import { transposeLinear } from "@lanewise/compiler/transforms/transpose";
import { childrenOf, formatTreeDef, type TreeDef } from "@lanewise/compiler/tree/treedef";
import { unflatten } from "@lanewise/compiler/tree/flatten";
import type { AnyFunction, ArrayFunction } from "../types.ts";
import { flatCall, flattenArguments, leafNames, leafPositions, leafValue, type Arguments, type Subject } from "./call.ts";
import { hasTangent } from "./differentiable.ts";
import { transformErrors } from "./errors.ts";
import { dressAs, infoOf, parameterCount } from "./function-info.ts";
import { isArrayLeaf } from "./leaves.ts";
import { booleanOption, positionsOption, readOptions, resolvePositions } from "./options.ts";
import { publish, tangentArray } from "./values.ts";
import type { Argnums, Gradient, GradOptions, ValueAndGradient } from "./signatures.ts";

interface Differentiation {
  readonly positions: readonly number[];
  /** Whether the positions were a list, which gives a list of gradients. */
  readonly isList: boolean;
  readonly hasAux: boolean;
  readonly allowInt: boolean;
}

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
export function grad(f: AnyFunction, argnums?: unknown): unknown {
  const [subject, how] = prepare("grad", f, argnums);
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
export function valueAndGrad(f: AnyFunction, argnums?: unknown): unknown {
  const [subject, how] = prepare("valueAndGrad", f, argnums);
  const derive = (...args: readonly unknown[]): unknown => {
    const { value, gradient, aux } = differentiate(subject, how, args);
    return [how.hasAux ? [value, aux] : value, gradient];
  };
  return dressAs(derive, f, subject.info);
}

function prepare(operation: string, f: AnyFunction, second: unknown): readonly [Subject, Differentiation] {
  const info = infoOf(operation, f);
  const options = isPlainObject(second)
    ? readOptions(operation, second, ["argnums", "hasAux", "allowInt", "holomorphic"])
    : { argnums: second };
  if (booleanOption(operation, options, "holomorphic")) {
    raise(transformErrors.complexUnsupported, {
      operation, argument: "holomorphic", expected: "false", got: "true", fix: "leave holomorphic out and differentiate a function of real numbers",
    });
  }
  const { argnums = 0 } = options as { readonly argnums?: unknown };
  const positions = positionsOption(operation, "argnums", argnums);
  // Where the parameters are known, a wrong position throws here, before any call.
  resolvePositions(operation, "argnums", positions, parameterCount(info), info);
  const how: Differentiation = {
    positions, isList: Array.isArray(argnums), hasAux: booleanOption(operation, options, "hasAux"), allowInt: booleanOption(operation, options, "allowInt"),
  };
  return [{ operation, f, info }, how];
}

function differentiate(subject: Subject, how: Differentiation, args: readonly unknown[]): Differentiated {
  const { operation, info } = subject;
  const positions = resolvePositions(operation, "argnums", how.positions, args.length, info, "argument");
  const flat = flattenArguments(args);
  const names = leafNames(info, flat.treedef);
  const owners = leafPositions(flat.treedef);
  const isChosen = (index: number): boolean => positions.includes(at(owners, index));
  const traced = flat.leaves.flatMap((leaf, index) => (isChosen(index) || isArrayLeaf(leaf) ? [index] : []));
  const values = traced.map((index) => leafValue(subject, flat, index, "choose other argnums, or pass an array"));

  const differentiated = traced.flatMap((index, place) => {
    if (!isChosen(index)) return [];
    const { aval } = at(values, place);
    if (hasTangent(aval)) return [place];
    if (how.allowInt) return [];
    return raise(transformErrors.integerInput, {
      operation: `${operation} of ${info.name}`,
      path: at(names, index),
      expected: "floats in what is differentiated",
      got: `${describeAval(aval)} for ${at(names, index)}`,
      fix: "convert it with astype(\"float32\"), choose other argnums, or set allowInt",
    });
  });

  const call = flatCall(subject, flat, traced, how.hasAux);
  const run = (primals: readonly Value[]): readonly Value[] => {
    const all = [...values];
    differentiated.forEach((place, index) => { all[place] = at(primals, index); });
    const outputs = call.run(all);
    checkScalar(subject, call.output(), outputs);
    return outputs;
  };
  const argumentNames = differentiated.map((place) => at(names, at(traced, place)));
  const { primals, linear } = linearizeFlat(run, differentiated.map((place) => at(values, place)), { functionName: info.name, argumentNames });
  const [value, ...auxLeaves] = primals.map(publish);
  const cotangents = primals.map((primal, index): Tangent => (index === 0 ? fullOf(1, primal.aval) : zero(at(linear.jaxpr.outs, index).aval)));
  const gradients = transposeLinear(linear, cotangents).map(tangentArray);

  const byPlace = new Map(differentiated.map((place, index) => [at(traced, place), at(gradients, index)]));
  const gradientOf = (position: number): unknown => gradientTree(flat, owners, position, (index) => {
    const gradient = byPlace.get(index);
    return publish(gradient ?? tangentArray(zero(tangentAval(at(values, traced.indexOf(index)).aval))));
  });
  return {
    value,
    aux: how.hasAux ? unflatten(call.aux(), auxLeaves) : undefined,
    gradient: how.isList ? positions.map(gradientOf) : gradientOf(at(positions, 0)),
  };
}

/** A tree like the argument at `position`, its leaves made from their places among all leaves. */
function gradientTree(flat: Arguments, owners: readonly number[], position: number, leafOf: (index: number) => unknown): unknown {
  const places = owners.flatMap((owner, index) => (owner === position ? [index] : []));
  return unflatten(at(childrenOf(flat.treedef), position), places.map(leafOf));
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
