/** @file lax's convolutions. */

import type { Value } from "@lanewise/compiler/ir/types";
import type { ConvDimensionNumbers as Specs } from "@lanewise/compiler/primitives/conv-dimensions";
import { booleanArgument, parseOptional, type Optional } from "../arguments.ts";
import { give } from "../numpy/operand.ts";
import { resolveShape } from "../ops/axes.ts";
import { convolve, convolveTransposed, resolveDimensionNumbers, type ConvArguments, type Pads } from "../ops/conv.ts";
import { resolveOptionalDType } from "../ops/dtypes.ts";
import { resolvePrecision, type PrecisionLike } from "../ops/precision.ts";
import type { ArrayLike, DType, NDArray } from "../types.ts";
import { readTogether } from "./operand.ts";

/** Which axis plays which role: batch, feature, then spatial axes; of the weights output feature, input feature, spatial axes. */
export interface ConvDimensionNumbers {
  readonly lhsSpec: readonly number[];
  readonly rhsSpec: readonly number[];
  readonly outSpec: readonly number[];
}

/** Layouts of lhs, rhs and the result as strings (`["NHWC", "HWIO", "NHWC"]`), or axes by role. By default NCHW, OIHW, NCHW. */
export type ConvDimensionNumbersLike = readonly [lhs: string, rhs: string, out: string] | ConvDimensionNumbers | null;

/** A padding by name, or the zeros before and after each spatial dimension; negative counts remove elements. */
export type ConvPadding = "SAME" | "SAME_LOWER" | "VALID" | Pads;

interface ProductOptions {
  /** JAX's precision, kept in the jaxpr. */
  readonly precision?: PrecisionLike;
  /** The dtype of the sums and of the result; as wide as the operands' at least. */
  readonly preferredElementType?: DType | null;
}

export interface ConvGeneralDilatedOptions extends ProductOptions {
  /** Spreads lhs: so many places from one element to the next, per spatial dimension. */
  readonly lhsDilation?: readonly number[] | null;
  /** Spreads the window likewise. */
  readonly rhsDilation?: readonly number[] | null;
  /** In an options object only where it is an object itself. */
  readonly dimensionNumbers?: ConvDimensionNumbersLike;
  /** Splits the features of lhs and the output features in groups that do not see each other. */
  readonly featureGroupCount?: number;
  /** Splits the batch of lhs in groups, each for its part of the output features. */
  readonly batchGroupCount?: number;
}

const products = ["precision", "preferredElementType"] as const;

function argumentsOf(operation: string, lhs: ArrayLike, rhs: ArrayLike, { precision, preferredElementType }: ProductOptions): ConvArguments {
  const [left, right] = readTogether(operation, [lhs, rhs], ["lhs", "rhs"]) as [Value, Value];
  return {
    operation, lhs: left, rhs: right, precision: resolvePrecision(operation, precision), preferredElementType: resolveOptionalDType(operation, preferredElementType),
  };
}

/**
 * Slides the weights rhs over lhs; each result is a sum of products over the window and the input features. Both arrays have
 * rank n + 2 and one dtype of numbers; n is the number of spatial dimensions.
 *
 * @param padding padding counts add nothing to a sum, whatever the weights are
 * @throws LW3005, LW1401 where shapes or group counts do not fit; LW1402, LW1403 for the dtypes; LW3007 and LW1404 for the other arguments
 * @example lax.convGeneralDilated(np.ones([1, 1, 4]), np.ones([2, 1, 3]), [1], "SAME") // shape (1, 2, 4)
 */
export function convGeneralDilated(
  lhs: ArrayLike, rhs: ArrayLike, windowStrides: readonly number[], padding: ConvPadding,
  ...rest: Optional<["lhsDilation", "rhsDilation", "dimensionNumbers", "featureGroupCount", "batchGroupCount", "precision", "preferredElementType"], ConvGeneralDilatedOptions>
): NDArray {
  const operation = "lax.convGeneralDilated";
  const given = parseOptional<ConvGeneralDilatedOptions>({
    operation, positional: ["lhsDilation", "rhsDilation", "dimensionNumbers", "featureGroupCount", "batchGroupCount", ...products],
  }, rest);
  return give(convolve(argumentsOf(operation, lhs, rhs, given), { ...given, windowStrides, padding }));
}

/**
 * `convGeneralDilated` of arrays in the layouts NCHW and OIHW without dilation.
 *
 * @example lax.conv(np.ones([1, 2, 4, 4]), np.ones([3, 2, 2, 2]), [1, 1], "SAME") // shape (1, 3, 4, 4)
 */
export function conv(
  lhs: ArrayLike, rhs: ArrayLike, windowStrides: readonly number[], padding: ConvPadding, ...rest: Optional<["precision", "preferredElementType"], ProductOptions>
): NDArray {
  const operation = "lax.conv";
  const given = parseOptional<ProductOptions>({ operation, positional: products }, rest);
  return give(convolve(argumentsOf(operation, lhs, rhs, given), { windowStrides, padding }));
}

/** `convGeneralDilated` of arrays in the layouts NCHW and OIHW, with both dilations; null for none. */
export function convWithGeneralPadding(
  lhs: ArrayLike, rhs: ArrayLike, windowStrides: readonly number[], padding: ConvPadding, lhsDilation: readonly number[] | null,
  rhsDilation: readonly number[] | null, ...rest: Optional<["precision", "preferredElementType"], ProductOptions>
): NDArray {
  const operation = "lax.convWithGeneralPadding";
  const given = parseOptional<ProductOptions>({ operation, positional: products }, rest);
  return give(convolve(argumentsOf(operation, lhs, rhs, given), { windowStrides, padding, lhsDilation, rhsDilation }));
}

export interface ConvTransposeOptions extends ProductOptions {
  readonly rhsDilation?: readonly number[] | null;
  /** By default features are last: NHWC, HWIO, NHWC. */
  readonly dimensionNumbers?: ConvDimensionNumbersLike;
  /** Reverses the window and exchanges its features first, as the gradient of a convolution does. */
  readonly transposeKernel?: boolean;
  /** Whether a padding in numbers is that of the convolution whose transpose this is, as the names always are. */
  readonly useConsistentPadding?: boolean;
}

/**
 * A convolution over lhs spread by the strides: what is called a transposed or fractionally strided convolution.
 *
 * @throws as `convGeneralDilated`
 * @example lax.convTranspose(np.ones([1, 4, 4, 2]), np.ones([3, 3, 2, 6]), [2, 2], "SAME") // shape (1, 8, 8, 6)
 */
export function convTranspose(
  lhs: ArrayLike, rhs: ArrayLike, strides: readonly number[], padding: ConvPadding,
  ...rest: Optional<["rhsDilation", "dimensionNumbers", "transposeKernel", "precision", "preferredElementType", "useConsistentPadding"], ConvTransposeOptions>
): NDArray {
  const operation = "lax.convTranspose";
  const given = parseOptional<ConvTransposeOptions>({
    operation, positional: ["rhsDilation", "dimensionNumbers", "transposeKernel", ...products, "useConsistentPadding"],
  }, rest);
  return give(convolveTransposed(argumentsOf(operation, lhs, rhs, given), {
    strides, padding, rhsDilation: given.rhsDilation, dimensionNumbers: given.dimensionNumbers,
    transposeKernel: booleanArgument(operation, "transposeKernel", given.transposeKernel),
    useConsistentPadding: booleanArgument(operation, "useConsistentPadding", given.useConsistentPadding),
  }));
}

/**
 * Layouts as axes by role.
 *
 * @throws LW3005 where the ranks differ, LW3007 for layouts that do not belong together
 * @example lax.convDimensionNumbers([1, 4, 4, 2], [3, 3, 2, 6], ["NHWC", "HWIO", "NHWC"]).rhsSpec // [3, 2, 0, 1]
 */
export function convDimensionNumbers(lhsShape: readonly number[], rhsShape: readonly number[], dimensionNumbers: ConvDimensionNumbersLike): ConvDimensionNumbers {
  const { lhsSpec, rhsSpec, outSpec }: Specs = resolveDimensionNumbers(
    "lax.convDimensionNumbers", resolveShape("lax.convDimensionNumbers", lhsShape, "lhsShape"), resolveShape("lax.convDimensionNumbers", rhsShape, "rhsShape"), dimensionNumbers,
  );
  return { lhsSpec, rhsSpec, outSpec };
}
