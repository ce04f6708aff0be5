/** @file linearTranspose: the transpose of a function that is linear already. */

import { isFloat, isInteger } from "@lanewise/compiler/base/dtype";
import { raise } from "@lanewise/compiler/base/errors";
import { plural } from "@lanewise/compiler/base/text";
import { describeAval } from "@lanewise/compiler/trace/stack";
import { stageLinear } from "@lanewise/compiler/transforms/linearize";
import { transposeLinear } from "@lanewise/compiler/transforms/transpose";
import { unflatten } from "@lanewise/compiler/tree/flatten";
import type { AnyFunction, ArrayFunction } from "../types.ts";
import { flatCall, leafNames, type Subject } from "./call.ts";
import { readTangents } from "./differentiable.ts";
import * as transformErrors from "./errors.ts";
import { infoOf } from "./function-info.ts";
import type { Pullback, SpecMembers } from "./signatures.ts";
import { avalsOf, flattenSpecs } from "./specs.ts";
import { publish, tangentArray } from "./values.ts";

/**
 * The transpose of a linear function, as a function of a cotangent of its result: it gives a list with one entry per
 * argument. Floats go to floats, or integers to integers. The function runs once, here; what it adds that does not depend on
 * its arguments has no part in the transpose.
 *
 * @param primals arrays, or specs in place of them (`"f32[2,3]"`), since only shapes and dtypes matter
 * @throws LW1201 and LW1202 where an operation is not linear, when the transpose is called; LW3118, LW3124, LW3125
 * @example linearTranspose((x) => x.mul(3), "f32[2]")(np.array([1, 2])) // [[3, 6]]
 */
export function linearTranspose<F extends ArrayFunction>(f: F, ...primals: SpecMembers<Parameters<F>>): Pullback<F, false>;
export function linearTranspose<F extends AnyFunction>(f: F, ...primals: SpecMembers<Parameters<F>>): Pullback<F, false>;
export function linearTranspose(f: AnyFunction, ...primals: readonly unknown[]): unknown {
  const subject: Subject = { operation: "linearTranspose", f, info: infoOf("linearTranspose", f) };
  const { name } = subject.info;
  const flat = flattenSpecs(primals);
  const avals = avalsOf(subject, flat);
  const call = flatCall(subject, flat, flat.leaves.map((_, index) => index));
  const linear = stageLinear(call.run, avals, { functionName: name, argumentNames: leafNames(subject.info, flat.treedef) });
  const output = call.output();
  const types = [...avals, ...linear.outAvals];
  if (!types.every(({ dtype }) => isFloat(dtype)) && !types.every(({ dtype }) => isInteger(dtype))) {
    const list = (of: typeof avals): string => (of.length === 0 ? "nothing" : of.map(describeAval).join(", "));
    raise(transformErrors.linearDTypes, {
      operation: `linearTranspose of ${name}`, expected: "floats to floats, or integers to integers",
      got: `${list(avals)} to ${list(linear.outAvals)}`, fix: "close over what is not to be transposed, and convert with astype",
    });
  }
  return (...args: readonly unknown[]): unknown => {
    if (args.length !== 1) {
      raise(transformErrors.argumentCount, {
        operation: `the transpose of ${name}`, expected: plural(1, "cotangent"), got: plural(args.length, "cotangent"),
        fix: "pass the cotangent of the whole output as one tree",
      });
    }
    const cotangents = readTangents(args[0], {
      operation: `linearTranspose of ${name}`, kind: transformErrors.cotangentMismatch, argument: "cotangent",
      treedef: output, avals: linear.outAvals, reference: "the output", withoutTangent: "",
    });
    return unflatten(flat.treedef, transposeLinear(linear, cotangents).map((cotangent) => publish(tangentArray(cotangent))));
  };
}
