/** @file Differentiation with respect to chosen arguments: what grad, valueAndGrad and the Jacobians share. */

import { at } from "@lanewise/compiler/base/assert";
import { isPlainObject } from "@lanewise/compiler/base/equal";
import { raise } from "@lanewise/compiler/base/errors";
import type { Aval, Value } from "@lanewise/compiler/ir/types";
import { describeAval } from "@lanewise/compiler/trace/stack";
import type { FlatOptions } from "@lanewise/compiler/transforms/vmap";
import { unflatten } from "@lanewise/compiler/tree/flatten";
import { childrenOf } from "@lanewise/compiler/tree/treedef";
import type { AnyFunction } from "../types.ts";
import { flatCall, flattenArguments, leafNames, leafPositions, leafValue, type FlatCall, type Subject } from "./call.ts";
import { hasTangent } from "./differentiable.ts";
import * as transformErrors from "./errors.ts";
import { infoOf, parameterCount } from "./function-info.ts";
import { isArrayLeaf } from "./leaves.ts";
import { booleanOption, positionsOption, readOptions, refuseFurther, resolvePositions } from "./options.ts";

/** How to differentiate. */
export interface Differentiation {
  readonly positions: readonly number[];
  /** Whether the positions were a list, which gives a list of gradients. */
  readonly isList: boolean;
  readonly hasAux: boolean;
  readonly allowInt: boolean;
}

/** Reads the second argument of grad and its like: a position, a list of them, or options. */
export function readDifferentiation(operation: string, f: AnyFunction, second: unknown, further: readonly unknown[] = []): readonly [Subject, Differentiation] {
  const info = infoOf(operation, f);
  refuseFurther(operation, further, `${operation}(f, { argnums: 0, hasAux: true })`);
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

/** A call as a flat function of the leaves it is differentiated with respect to. */
export interface OpenCall {
  readonly primals: readonly Value[];
  readonly run: (primals: readonly Value[]) => readonly Value[];
  readonly call: FlatCall;
  readonly flatOptions: FlatOptions;
  /**
   * Trees like the chosen arguments, one or a list as they were chosen. `items` has one entry per primal; chosen leaves
   * without a tangent get `withoutTangent` of their aval.
   */
  trees(items: readonly unknown[], withoutTangent: (aval: Aval) => unknown): unknown;
}

/** Opens a call at the chosen arguments. The others are passed to the function as they are. */
export function openCall(subject: Subject, how: Differentiation, args: readonly unknown[]): OpenCall {
  const { operation, info } = subject;
  const positions = resolvePositions(operation, "argnums", how.positions, args.length, info, "argument");
  const flat = flattenArguments(args);
  const names = leafNames(info, flat.treedef);
  const owners = leafPositions(flat.treedef);
  const isChosen = (index: number): boolean => positions.includes(at(owners, index));
  const traced = flat.leaves.flatMap((leaf, index) => (isChosen(index) || isArrayLeaf(leaf) ? [index] : []));
  const values = traced.map((index) => leafValue(subject, flat, index, "choose other argnums, or pass an array"));

  const places = traced.flatMap((index, place) => {
    if (!isChosen(index)) return [];
    const { aval } = at(values, place);
    if (hasTangent(aval)) return [place];
    return how.allowInt ? [] : refuseInteger(subject, at(names, index), aval);
  });
  const call = flatCall(subject, flat, traced, how.hasAux);
  return {
    primals: places.map((place) => at(values, place)),
    run: (primals) => {
      const all = [...values];
      places.forEach((place, index) => { all[place] = at(primals, index); });
      return call.run(all);
    },
    call,
    flatOptions: { functionName: info.name, argumentNames: places.map((place) => at(names, at(traced, place))) },
    trees: (items, withoutTangent) => {
      const byLeaf = new Map(places.map((place, index) => [at(traced, place), index]));
      const itemOf = (leaf: number): unknown => {
        const index = byLeaf.get(leaf);
        return index === undefined ? withoutTangent(at(values, traced.indexOf(leaf)).aval) : items[index];
      };
      const treeAt = (position: number): unknown => {
        const leaves = owners.flatMap((owner, leaf) => (owner === position ? [leaf] : []));
        return unflatten(at(childrenOf(flat.treedef), position), leaves.map(itemOf));
      };
      return how.isList ? positions.map(treeAt) : treeAt(at(positions, 0));
    },
  };
}

function refuseInteger(subject: Subject, name: string, aval: Aval): never {
  return raise(transformErrors.integerInput, {
    operation: `${subject.operation} of ${subject.info.name}`,
    path: name,
    expected: "floats in what is differentiated",
    got: `${describeAval(aval)} for ${name}`,
    fix: "convert it with astype(\"float32\"), choose other argnums, or set allowInt",
  });
}
