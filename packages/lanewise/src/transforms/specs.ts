/** @file Specs: shapes and dtypes that stand for arrays where nothing is computed, given as text or as an object. */

import { isDType, type DType } from "@lanewise/compiler/base/dtype";
import { isPlainObject } from "@lanewise/compiler/base/equal";
import { raise } from "@lanewise/compiler/base/errors";
import { aval } from "@lanewise/compiler/ir/build";
import { parseAval } from "@lanewise/compiler/ir/parse-aval";
import type { Aval } from "@lanewise/compiler/ir/types";
import { describeAval } from "@lanewise/compiler/trace/stack";
import { flatten } from "@lanewise/compiler/tree/flatten";
import { at } from "@lanewise/compiler/base/assert";
import { describeValue } from "./describe.ts";
import { asValue } from "./values.ts";
import { leafNames, type Arguments, type Subject } from "./call.ts";
import * as transformErrors from "./errors.ts";
import { isArrayLeaf, refuseLeaf } from "./leaves.ts";

import type { ShapeOfArray } from "./signatures.ts";

/** The shape of an array, printed as a jaxpr prints its type. */
export class ArrayShape implements ShapeOfArray {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly weakType: boolean;

  constructor(of: Aval) {
    this.shape = [...of.shape];
    this.dtype = of.dtype;
    this.weakType = of.weakType;
  }

  toString(): string {
    return describeAval(this);
  }
}

function isSpecObject(node: unknown): node is { readonly shape: unknown; readonly dtype: unknown } {
  return node instanceof ArrayShape || (isPlainObject(node) && Array.isArray(node["shape"]) && typeof node["dtype"] === "string");
}

/** The leaves of arguments among which specs may be. */
export function flattenSpecs(args: readonly unknown[]): Arguments {
  return flatten(args, isSpecObject);
}

/** What is known of each leaf without its elements. */
export function avalsOf(subject: Subject, args: Arguments): readonly Aval[] {
  return args.leaves.map((leaf, index) => {
    if (typeof leaf === "string") return parseAval(leaf, `${subject.operation} of ${subject.info.name}`);
    if (isSpecObject(leaf)) return avalOfSpec(subject, leaf, at(leafNames(subject.info, args.treedef), index));
    if (isArrayLeaf(leaf)) return asValue(leaf).aval;
    const path = at(leafNames(subject.info, args.treedef), index);
    return refuseLeaf(transformErrors.notAnArray, `${subject.operation} of ${subject.info.name}`, path, leaf, "pass an array or a spec such as \"f32[2,3]\", or make the argument static");
  });
}

const specKeys = ["shape", "dtype", "weakType"];

function avalOfSpec(subject: Subject, spec: { readonly shape: unknown; readonly dtype: unknown; readonly weakType?: unknown }, path: string): Aval {
  const { shape, dtype, weakType = false } = spec;
  const isShape = Array.isArray(shape) && shape.every((extent): extent is number => Number.isSafeInteger(extent) && extent >= 0);
  const unknown = spec instanceof ArrayShape ? undefined : Object.keys(spec).find((key) => !specKeys.includes(key));
  if (isShape && isDType(dtype) && typeof weakType === "boolean" && unknown === undefined) return aval([...shape], dtype, weakType);
  return raise(transformErrors.badSpec, {
    operation: `${subject.operation} of ${subject.info.name}`,
    path,
    expected: '{ shape, dtype, weakType? } with extents of 0 or more and a dtype such as "float32"',
    got: unknown === undefined ? describeValue({ shape, dtype, weakType }) : `one with ${unknown}`,
    fix: 'correct the spec, or write it as text: "f32[2,3]"',
  });
}
