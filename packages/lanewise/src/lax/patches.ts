/** @file lax.convGeneralDilatedPatches: the windows of a convolution as features. */

import { at } from "@lanewise/compiler/base/assert";
import { range, sizeOf } from "@lanewise/compiler/base/shape";
import { parseOptional, type Optional } from "../arguments.ts";
import { eye } from "../numpy/create.ts";
import { give, read } from "../numpy/operand.ts";
import { broadcastTo, moveaxis, reshape } from "../numpy/shapes.ts";
import { resolveShape } from "../ops/axes.ts";
import type { ArrayLike, NDArray } from "../types.ts";
import { convDimensionNumbers, convGeneralDilated, type ConvGeneralDilatedOptions, type ConvPadding } from "./convolution.ts";

export type PatchesOptions = Omit<ConvGeneralDilatedOptions, "featureGroupCount" | "batchGroupCount">;

/**
 * The elements under each place of a window, as features: channel by channel, in each the window's places in order. It is a
 * convolution with ones, so it differentiates and batches as one.
 *
 * @throws LW3005, LW1401, LW3007 and LW1404 as convGeneralDilated
 * @example lax.convGeneralDilatedPatches(np.ones([1, 2, 5, 5]), [3, 3], [1, 1], "VALID") // shape (1, 18, 3, 3)
 */
export function convGeneralDilatedPatches(
  lhs: ArrayLike, filterShape: readonly number[], windowStrides: readonly number[], padding: ConvPadding,
  ...rest: Optional<["lhsDilation", "rhsDilation", "dimensionNumbers", "precision", "preferredElementType"], PatchesOptions>
): NDArray {
  const operation = "lax.convGeneralDilatedPatches";
  const given = parseOptional<PatchesOptions>({ operation, positional: ["lhsDilation", "rhsDilation", "dimensionNumbers", "precision", "preferredElementType"] }, rest);
  const window = resolveShape(operation, filterShape, "filterShape");
  const image = give(read(lhs, operation, "lhs"));
  const { lhsSpec, rhsSpec } = convDimensionNumbers(image.shape, [1, 1, ...window], given.dimensionNumbers ?? null);
  const [channels, places] = [at(image.shape, at(lhsSpec, 1)), sizeOf(window)];
  const ones = reshape(broadcastTo(eye(places, { dtype: image.dtype }), [channels, places, places]), [channels * places, 1, ...window]);
  const weights = moveaxis(ones, range(2), [at(rhsSpec, 0), at(rhsSpec, 1)]);
  return convGeneralDilated(image, weights, windowStrides, padding, { ...given, featureGroupCount: channels });
}
