/** @file A convolution as a fold: each element of the result from a loop over the weights of its output feature. */

import { at } from "../base/assert.ts";
import { range, sizeOf } from "../base/shape.ts";
import type { FoldLowering, LowerContext } from "../ir/types.ts";
import * as k from "../kernel/build.ts";
import { valueOf } from "../kernel/storage.ts";
import type { Expr } from "../kernel/types.ts";
import { dilated, paddingOf, type ConvParams } from "./conv-dimensions.ts";

/** The axes of the weights that are summed over, in the order in which they lie in memory. */
function summedAxes({ dimensionNumbers: { rhsSpec } }: ConvParams): number[] {
  return range(rhsSpec.length).filter((axis) => axis !== at(rhsSpec, 0));
}

/** Where a place of the window meets the input, and the conditions under which it meets an element. */
interface Meeting {
  readonly lhsIndex: readonly Expr[];
  readonly rhsIndex: readonly Expr[];
  readonly conditions: readonly Expr[];
}

/**
 * out[n, o, p] = sum over (i, w) of lhs[n, i, p * stride + w * rhsDilation - low] * rhs[o, i, w], where the position counts
 * elements of the dilated input. Padding and the holes of a dilated input add nothing.
 */
function meet(outIndex: readonly Expr[], foldIndex: readonly Expr[], { params, inAvals }: LowerContext<ConvParams>): Meeting {
  const { dimensionNumbers: { lhsSpec, rhsSpec, outSpec }, featureGroupCount, batchGroupCount } = params;
  const [lhs, rhs] = [at(inAvals, 0).shape, at(inAvals, 1).shape];
  const axes = summedAxes(params);
  const summed = (axis: number): Expr => at(foldIndex, axes.indexOf(axis));
  const [outBatch, outFeature] = [at(outIndex, at(outSpec, 0)), at(outIndex, at(outSpec, 1))];
  const lhsIndex = new Array<Expr>(lhs.length).fill(k.int(0));
  const rhsIndex = range(rhs.length).map((axis) => (axis === at(rhsSpec, 0) ? outFeature : summed(axis)));
  // Output features come in as many groups as there are; each sees its own part of the features, or of the batch.
  const groupOf = (groups: number): Expr => k.div(outFeature, at(rhs, at(rhsSpec, 0)) / groups);
  const inFeature = summed(at(rhsSpec, 1));
  lhsIndex[at(lhsSpec, 1)] = featureGroupCount === 1 ? inFeature : k.add(k.mul(groupOf(featureGroupCount), at(rhs, at(rhsSpec, 1))), inFeature);
  lhsIndex[at(lhsSpec, 0)] = batchGroupCount === 1 ? outBatch : k.add(k.mul(groupOf(batchGroupCount), at(lhs, at(lhsSpec, 0)) / batchGroupCount), outBatch);
  const conditions = range(lhs.length - 2).flatMap((dimension) => {
    const [lhsAxis, rhsAxis, outAxis] = [at(lhsSpec, dimension + 2), at(rhsSpec, dimension + 2), at(outSpec, dimension + 2)];
    const [stride, step, spread] = [at(params.windowStrides, dimension), at(params.rhsDilation, dimension), at(params.lhsDilation, dimension)];
    const [low, high] = paddingOf(params, dimension);
    const extent = dilated(at(lhs, lhsAxis), spread);
    const position = k.sub(k.add(k.mul(at(outIndex, outAxis), stride), k.mul(summed(rhsAxis), step)), low);
    lhsIndex[lhsAxis] = spread === 1 ? position : k.div(position, spread);
    return [
      ...(low > 0 ? [k.ge(position, 0)] : []),
      ...(high > 0 ? [k.lt(position, extent)] : []),
      ...(spread > 1 ? [k.eq(k.rem(position, spread), 0)] : []),
    ];
  });
  return { lhsIndex, rhsIndex, conditions };
}

export const windowFold: FoldLowering<ConvParams> = {
  kind: "fold",
  extents: (params, inAvals) => summedAxes(params).map((axis) => at(at(inAvals, 1).shape, axis)),
  states: ({ outAval }) => [{ role: "sum", init: k.constant(0, valueOf(outAval.dtype)) }],
  step: (emitter, outIndex, foldIndex, states, read, context) => {
    const sum = at(states, 0);
    const { dtype } = sum.type;
    if (context.inAvals.some(({ shape }) => sizeOf(shape) === 0)) return [sum];
    const { lhsIndex, rhsIndex, conditions } = meet(outIndex, foldIndex, context);
    const product = (): Expr => k.mul(k.convert(read(0, lhsIndex), dtype), k.convert(read(1, rhsIndex), dtype));
    if (conditions.length === 0) return [k.add(sum, product())];
    return [k.add(sum, emitter.branch(conditions.reduce((all, condition) => k.and(all, condition)), product, () => k.constant(0, dtype)))];
  },
  finish: (_emitter, states) => states,
};
