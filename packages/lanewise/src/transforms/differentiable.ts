/** @file What grad, jvp, vjp and linearize share: which argument leaves are differentiated, and how tangents are checked. */

import { at } from "@lanewise/compiler/base/assert";
import { tangentDType } from "@lanewise/compiler/base/dtype";
import { raise, type ErrorKind } from "@lanewise/compiler/base/errors";
import { equalShapes } from "@lanewise/compiler/base/shape";
import { zero } from "@lanewise/compiler/ir/build";
import type { Aval, Tangent, Value } from "@lanewise/compiler/ir/types";
import { convertElementType } from "@lanewise/compiler/primitives/arith";
import { describeAval } from "@lanewise/compiler/trace/stack";
import { flatten } from "@lanewise/compiler/tree/flatten";
import { keyString, leafPaths } from "@lanewise/compiler/tree/paths";
import { findDifference } from "@lanewise/compiler/tree/prefix";
import { formatTreeDef, type TreeDef } from "@lanewise/compiler/tree/treedef";
import { asValue } from "./values.ts";
import { isArrayLeaf, refuseLeaf } from "./leaves.ts";

/** What a tangent or cotangent tree is measured against. */
export interface TangentSubject {
  readonly operation: string;
  readonly kind: ErrorKind;
  /** `tangents`, `cotangent`. */
  readonly argument: string;
  /** The tree it must fit. */
  readonly treedef: TreeDef;
  /** The types of its leaves. */
  readonly avals: readonly Aval[];
  /** What that tree is: `the primals`. */
  readonly reference: string;
  /** What to do about integers and booleans in it. */
  readonly withoutTangent: string;
}

/**
 * The leaves of a tree of tangents as values. Throws unless structure, shapes and dtypes fit; a bare number takes the
 * dtype of its place.
 */
export function readTangents(tree: unknown, subject: TangentSubject): readonly Tangent[] {
  const { operation, kind, argument } = subject;
  const { leaves, treedef } = flatten(tree);
  const difference = findDifference(subject.treedef, treedef);
  if (difference !== null) {
    raise(kind, {
      operation,
      path: `${argument}${keyString(difference.path)}`,
      expected: `${formatTreeDef(difference.expected)} there: the structure of ${subject.reference}, ${formatTreeDef(subject.treedef)}`,
      got: `${formatTreeDef(difference.got)} there, in ${formatTreeDef(treedef)}`,
      fix: `give ${argument} the same tree structure as ${subject.reference}`,
    });
  }
  const paths = leafPaths(treedef);
  return leaves.map((leaf, index) => {
    const path = `${argument}${keyString(at(paths, index))}`;
    if (!isArrayLeaf(leaf)) return refuseLeaf(kind, operation, path, leaf, `give ${argument} arrays`);
    return fitTangent(asValue(leaf), at(subject.avals, index), path, subject);
  });
}

function fitTangent(value: Value, wanted: Aval, path: string, subject: TangentSubject): Tangent {
  const { shape, dtype, weakType } = value.aval;
  if (equalShapes(shape, wanted.shape)) {
    if (dtype === wanted.dtype) return dtype === "float0" ? zero(wanted) : value;
    if (weakType && wanted.dtype !== "float0") return convertElementType(value, wanted.dtype, wanted.weakType);
  }
  return raise(subject.kind, {
    operation: subject.operation,
    path,
    expected: `${describeAval(wanted)} for ${path}, as in ${subject.reference}`,
    got: describeAval(value.aval),
    fix: wanted.dtype === "float0" ? subject.withoutTangent : "reshape or convert it to fit",
  });
}

/** Whether values of this aval have tangents. */
export function hasTangent(of: Aval): boolean {
  return tangentDType(of.dtype) !== "float0";
}
