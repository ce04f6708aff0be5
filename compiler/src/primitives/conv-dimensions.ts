/**
 * @file What the axes of a convolution mean, the checks of its params, and its shapes and paddings. "lhs" is the input and
 * "rhs" the window of weights, as in JAX.
 */

import { at, InternalError } from "../base/assert.ts";
import { isDType, type DType } from "../base/dtype.ts";
import { raise } from "../base/errors.ts";
import { formatShape, range, type Shape } from "../base/shape.ts";
import type { Params, ParseParams, ParsedParam, PrintedParam } from "../ir/types.ts";
import { printed, refuseParameter } from "./define.ts";
import { shapeMismatch } from "./errors.ts";
import { formatTuple, parseItems, parseNumber, parseNumbers, parsePrecision } from "./params.ts";

const operation = "conv_general_dilated";

/** Which axis of each array plays which role; spatial axes are listed in one common order. */
export interface ConvDimensionNumbers extends Params {
  /** Batch axis, feature axis, spatial axes. */
  readonly lhsSpec: readonly number[];
  /** Output feature axis, input feature axis, spatial axes. */
  readonly rhsSpec: readonly number[];
  /** Batch axis, feature axis, spatial axes. */
  readonly outSpec: readonly number[];
}

/** Zeros before and after a spatial axis; negative counts remove elements. */
export type ConvPadding = readonly [low: number, high: number];

export interface ConvParams extends Params {
  readonly windowStrides: readonly number[];
  /** `[low, high]` per spatial axis. */
  readonly padding: readonly (readonly number[])[];
  readonly lhsDilation: readonly number[];
  readonly rhsDilation: readonly number[];
  readonly dimensionNumbers: ConvDimensionNumbers;
  readonly featureGroupCount: number;
  readonly batchGroupCount: number;
  /** JAX's precision as it prints it, kept for export; every target computes float32 products in float32 or wider. */
  readonly precision: string | null;
  readonly preferredElementType: DType | null;
}

/** The spatial axes of a spec. */
export function spatialAxes(spec: readonly number[]): readonly number[] {
  return spec.slice(2);
}

/** The extents of these axes. */
export function extentsOf(shape: Shape, axes: readonly number[]): number[] {
  return axes.map((axis) => at(shape, axis));
}

/** The extent of an axis whose elements lie `dilation` apart. */
export function dilated(extent: number, dilation: number): number {
  return extent === 0 ? 0 : (extent - 1) * dilation + 1;
}

export function paddingOf(params: ConvParams, dimension: number): ConvPadding {
  const entry = at(params.padding, dimension);
  return [at(entry, 0), at(entry, 1)];
}

// Shapes ---------------------------------------------------------------------------------------------------------------

/** The shape of a convolution; throws where params or shapes do not fit. */
export function convShape(lhs: Shape, rhs: Shape, params: ConvParams): number[] {
  checkForms(lhs, rhs, params);
  checkGroups(lhs, rhs, params);
  const { lhsSpec, rhsSpec, outSpec } = params.dimensionNumbers;
  const spatial = range(lhs.length - 2).map((dimension) => windowCount(lhs, rhs, params, dimension));
  const inOrder = [perGroup(at(lhs, at(lhsSpec, 0)), params.batchGroupCount), at(rhs, at(rhsSpec, 0)), ...spatial];
  return range(outSpec.length).map((axis) => at(inOrder, outSpec.indexOf(axis)));
}

/** How many places the window takes along a spatial dimension. */
function windowCount(lhs: Shape, rhs: Shape, params: ConvParams, dimension: number): number {
  const { lhsSpec, rhsSpec } = params.dimensionNumbers;
  const [low, high] = paddingOf(params, dimension);
  const padded = dilated(at(lhs, at(lhsSpec, dimension + 2)), at(params.lhsDilation, dimension)) + low + high;
  if (padded < 0) {
    refuseParameter(
      operation, `padding that removes no more than there is along spatial dimension ${dimension} of ${formatShape(lhs)}`,
      `padding ${formatShape([low, high])}`,
    );
  }
  const window = dilated(at(rhs, at(rhsSpec, dimension + 2)), at(params.rhsDilation, dimension));
  return Math.max(Math.floor((padded - window) / at(params.windowStrides, dimension)) + 1, 0);
}

function checkForms(lhs: Shape, rhs: Shape, params: ConvParams): void {
  const rank = lhs.length;
  if (rank !== rhs.length || rank < 2) {
    raise(shapeMismatch, {
      operation, expected: "an input and weights of one rank, at least 2", got: `shapes ${formatShape(lhs)} and ${formatShape(rhs)}`,
      fix: "reshape an operand: the input has a batch and a feature axis, the weights an output and an input feature axis",
    });
  }
  for (const [name, spec] of Object.entries(params.dimensionNumbers) as [string, readonly number[]][]) {
    if (spec.length !== rank || range(rank).some((axis) => !spec.includes(axis))) {
      refuseParameter(operation, `${name}: each of the ${rank} axes once`, formatShape(spec));
    }
  }
  const count = rank - 2;
  const perDimension = { windowStrides: params.windowStrides, lhsDilation: params.lhsDilation, rhsDilation: params.rhsDilation };
  for (const [name, items] of Object.entries(perDimension)) {
    if (items.length !== count || items.some((item) => !Number.isInteger(item) || item < 1)) {
      refuseParameter(operation, `${name}: a positive integer for each of the ${count} spatial dimensions`, formatShape(items));
    }
  }
  if (params.padding.length !== count || params.padding.some((entry) => entry.length !== 2 || !entry.every(Number.isInteger))) {
    refuseParameter(operation, `padding: two integers for each of the ${count} spatial dimensions`, `[${params.padding.map(formatShape).join(", ")}]`);
  }
  // An empty window would lie everywhere and see nothing.
  if (spatialAxes(params.dimensionNumbers.rhsSpec).some((axis) => rhs[axis] === 0)) {
    refuseParameter(operation, "a window of at least one element", `weights of shape ${formatShape(rhs)}`, "give weights whose spatial extents are positive");
  }
}

/** The part of an extent that one group has; nothing where there are no groups. */
export function perGroup(extent: number, groups: number): number {
  return groups === 0 ? 0 : extent / groups;
}

/**
 * Users ask for one group at least. A vmap over no example makes no groups, of no features; such a convolution has no
 * elements.
 */
function checkGroups(lhs: Shape, rhs: Shape, params: ConvParams): void {
  const { featureGroupCount, batchGroupCount, dimensionNumbers: { lhsSpec, rhsSpec } } = params;
  for (const [name, count] of Object.entries({ featureGroupCount, batchGroupCount })) {
    if (!Number.isInteger(count) || count < 0) refuseParameter(operation, `${name}: a positive integer`, String(count));
  }
  if (featureGroupCount !== 1 && batchGroupCount !== 1) {
    refuseParameter(operation, "groups of features or of batches, not of both", `featureGroupCount ${featureGroupCount}, batchGroupCount ${batchGroupCount}`);
  }
  const [batch, features] = [at(lhs, at(lhsSpec, 0)), at(lhs, at(lhsSpec, 1))];
  const [outFeatures, inFeatures] = [at(rhs, at(rhsSpec, 0)), at(rhs, at(rhsSpec, 1))];
  const facts = `shapes ${formatShape(lhs)} and ${formatShape(rhs)} with featureGroupCount ${featureGroupCount}, batchGroupCount ${batchGroupCount}`;
  const demand = (holds: boolean, expected: string, got: string): void => {
    if (!holds) raise(shapeMismatch, { operation, expected, got: `${got}: ${facts}`, fix: "correct the group count, the dimension numbers or an operand's shape" });
  };
  const divides = (groups: number, extent: number): boolean => Number.isInteger(perGroup(extent, groups)) && (groups > 0 || extent === 0);
  demand(divides(featureGroupCount, features), "a featureGroupCount that divides the features of the input", `${features} features`);
  demand(
    features === featureGroupCount * inFeatures, "weights whose input features are the input's, divided by featureGroupCount",
    `${inFeatures} input features of the weights for ${features} of the input`,
  );
  demand(divides(featureGroupCount, outFeatures), "a featureGroupCount that divides the output features", `${outFeatures} output features`);
  demand(divides(batchGroupCount, batch), "a batchGroupCount that divides the batch of the input", `a batch of ${batch}`);
  demand(divides(batchGroupCount, outFeatures), "a batchGroupCount that divides the output features", `${outFeatures} output features`);
}

// Paddings of the transposes -------------------------------------------------------------------------------------------

/** What one spatial dimension of a convolution looks like to its transposes; extents are those of dilated arrays. */
interface DilatedExtents {
  readonly lhs: number;
  readonly rhs: number;
  readonly out: number;
  readonly padding: ConvPadding;
}

function dilatedExtents(lhs: Shape, rhs: Shape, out: Shape, params: ConvParams): DilatedExtents[] {
  const { lhsSpec, rhsSpec, outSpec } = params.dimensionNumbers;
  return range(lhs.length - 2).map((dimension) => ({
    lhs: dilated(at(lhs, at(lhsSpec, dimension + 2)), at(params.lhsDilation, dimension)),
    rhs: dilated(at(rhs, at(rhsSpec, dimension + 2)), at(params.rhsDilation, dimension)),
    out: dilated(at(out, at(outSpec, dimension + 2)), at(params.windowStrides, dimension)),
    padding: paddingOf(params, dimension),
  }));
}

/** The padding of the cotangent, so that the reversed window lies on every element of the input that it had touched. */
export function lhsTransposePadding(lhs: Shape, rhs: Shape, out: Shape, params: ConvParams): ConvPadding[] {
  return dilatedExtents(lhs, rhs, out, params).map((extents) => {
    const before = extents.rhs - extents.padding[0] - 1;
    return [before, extents.lhs + extents.rhs - 1 - extents.out - before];
  });
}

/** The padding of the input, so that the cotangent as a window takes as many places as the weights have elements. */
export function rhsTransposePadding(lhs: Shape, rhs: Shape, out: Shape, params: ConvParams): ConvPadding[] {
  return dilatedExtents(lhs, rhs, out, params).map((extents) => {
    const low = extents.padding[0];
    return [low, extents.out - extents.lhs + extents.rhs - low - 1];
  });
}

// Text -----------------------------------------------------------------------------------------------------------------

function formatDimensionNumbers({ lhsSpec, rhsSpec, outSpec }: ConvDimensionNumbers): string {
  return `ConvDimensionNumbers(lhs_spec=${formatTuple(lhsSpec)}, rhs_spec=${formatTuple(rhsSpec)}, out_spec=${formatTuple(outSpec)})`;
}

function parseDimensionNumbers(text: ParsedParam | undefined): ConvDimensionNumbers {
  if (typeof text !== "string") throw new InternalError("expected ConvDimensionNumbers(...) in the printed params");
  const [lhsSpec, rhsSpec, outSpec] = [...text.matchAll(/_spec=\(([^)]*)\)/g)].map(([, items]) =>
    (items ?? "").split(",").filter((item) => item.trim() !== "").map(Number));
  if (lhsSpec === undefined || rhsSpec === undefined || outSpec === undefined) throw new InternalError(`expected three specs, got ${text}`);
  return { lhsSpec, rhsSpec, outSpec };
}

export function printConvParams(params: ConvParams): readonly PrintedParam[] {
  return [
    printed("batch_group_count", String(params.batchGroupCount)),
    printed("dimension_numbers", formatDimensionNumbers(params.dimensionNumbers)),
    printed("feature_group_count", String(params.featureGroupCount)),
    printed("lhs_dilation", formatTuple(params.lhsDilation)),
    printed("out_sharding", "None"),
    printed("padding", formatTuple(params.padding.map(formatTuple))),
    printed("precision", params.precision ?? "None"),
    printed("preferred_element_type", params.preferredElementType ?? "None"),
    printed("rhs_dilation", formatTuple(params.rhsDilation)),
    printed("window_strides", formatTuple(params.windowStrides)),
  ];
}

export const parseConvParams: ParseParams<ConvParams> = (params) => {
  const preferred = params.get("preferred_element_type");
  return {
    windowStrides: parseNumbers(params.get("window_strides")), padding: parseItems(params.get("padding")).map((entry) => parseNumbers(entry)),
    lhsDilation: parseNumbers(params.get("lhs_dilation")), rhsDilation: parseNumbers(params.get("rhs_dilation")),
    dimensionNumbers: parseDimensionNumbers(params.get("dimension_numbers")),
    featureGroupCount: parseNumber(params.get("feature_group_count")), batchGroupCount: parseNumber(params.get("batch_group_count")),
    precision: parsePrecision(params.get("precision")), preferredElementType: isDType(preferred) ? preferred : null,
  };
};
