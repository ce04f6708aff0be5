/** @file The arguments of convolutions in JAX's forms: layouts as strings, paddings by name, the transpose of a convolution. */

import { at } from "@lanewise/compiler/base/assert";
import { raise } from "@lanewise/compiler/base/errors";
import { formatShape, range, type Shape } from "@lanewise/compiler/base/shape";
import type { Value } from "@lanewise/compiler/ir/types";
import { convGeneralDilated } from "@lanewise/compiler/primitives/conv";
import { dilated, extentsOf, spatialAxes, type ConvDimensionNumbers } from "@lanewise/compiler/primitives/conv-dimensions";
import type { DType } from "@lanewise/compiler/base/dtype";
import { transpose } from "@lanewise/compiler/primitives/linear";
import { rev } from "@lanewise/compiler/primitives/structural-rev";
import { describeArgument } from "../arguments.ts";
import { badArgument, incompatibleShapes } from "../errors.ts";

/** What a convolution is called with, its dtypes and precision resolved. */
export interface ConvArguments {
  readonly operation: string;
  readonly lhs: Value;
  readonly rhs: Value;
  readonly precision: string | null;
  readonly preferredElementType: DType | null;
}

/** A list of integers, one per spatial dimension; null and undefined are ones. */
function resolveIntegers(operation: string, argument: string, given: unknown, count: number): readonly number[] {
  if (given === undefined || given === null) return range(count).map(() => 1);
  const isList = Array.isArray(given) && given.length === count && given.every((item) => Number.isInteger(item) && item > 0);
  if (isList) return given as readonly number[];
  return raise(badArgument, {
    operation, argument, expected: `a list of ${count} positive integers, one per spatial dimension`,
    got: Array.isArray(given) ? `[${given.map(String).join(", ")}]` : describeArgument(given), fix: "give one entry for each spatial dimension",
  });
}

// Layouts --------------------------------------------------------------------------------------------------------------

/** Throws unless both arrays have one rank, at least 2. */
function rankOf(operation: string, lhs: Shape, rhs: Shape): number {
  if (lhs.length === rhs.length && lhs.length >= 2) return lhs.length;
  return raise(incompatibleShapes, {
    operation, expected: "lhs and rhs of one rank, at least 2: a batch and a feature axis, and the spatial ones",
    got: `lhs of shape ${formatShape(lhs)} and rhs of shape ${formatShape(rhs)}`, fix: "reshape an argument",
  });
}

/** Dimension numbers of any form: none (batch, feature, spatial axes in order), three strings, or lists of axes. */
export function resolveDimensionNumbers(operation: string, lhs: Shape, rhs: Shape, given: unknown): ConvDimensionNumbers {
  const rank = rankOf(operation, lhs, rhs);
  if (given === undefined || given === null) return { lhsSpec: range(rank), rhsSpec: range(rank), outSpec: range(rank) };
  if (isDimensionNumbers(given)) return requireAxes(operation, { lhsSpec: given.lhsSpec, rhsSpec: given.rhsSpec, outSpec: given.outSpec }, rank);
  if (Array.isArray(given) && given.length === 3 && given.every((spec) => typeof spec === "string")) {
    return fromLayouts(operation, given as [string, string, string], rank);
  }
  return raise(badArgument, {
    operation, argument: "dimensionNumbers", expected: 'null, three strings such as ["NCHW", "OIHW", "NCHW"], or { lhsSpec, rhsSpec, outSpec }',
    got: describeArgument(given), fix: "name the layouts of lhs, rhs and the result",
  });
}

function isDimensionNumbers(given: unknown): given is ConvDimensionNumbers {
  if (typeof given !== "object" || given === null) return false;
  const { lhsSpec, rhsSpec, outSpec } = given as Partial<Record<keyof ConvDimensionNumbers, unknown>>;
  return [lhsSpec, rhsSpec, outSpec].every((spec) => Array.isArray(spec) && spec.every(Number.isInteger));
}

/** Throws unless each spec names each axis once. */
function requireAxes(operation: string, numbers: ConvDimensionNumbers, rank: number): ConvDimensionNumbers {
  for (const name of ["lhsSpec", "rhsSpec", "outSpec"] as const) {
    const spec = numbers[name];
    if (spec.length === rank && range(rank).every((axis) => spec.includes(axis))) continue;
    raise(badArgument, {
      operation, argument: `dimensionNumbers.${name}`, expected: `each of the ${rank} axes once`, got: formatShape(spec), fix: "list the axes by role: [batch, feature, ...spatial]",
    });
  }
  return numbers;
}

/** The letters of the axes that are not spatial, in each array. */
const roles = [["N", "C"], ["O", "I"], ["N", "C"]] as const;

function fromLayouts(operation: string, layouts: readonly [string, string, string], rank: number): ConvDimensionNumbers {
  const refuse = (place: number, expected: string): never => raise(badArgument, {
    operation, argument: `dimensionNumbers[${place}]`, expected, got: `"${at(layouts, place)}" among ${layouts.map((layout) => `"${layout}"`).join(", ")}`,
    fix: 'for images: ["NCHW", "OIHW", "NCHW"] or ["NHWC", "HWIO", "NHWC"]',
  });
  const spatialOf = (place: number): string[] => at(layouts, place).split("").filter((letter) => !(at(roles, place) as readonly string[]).includes(letter));
  // Spatial dimensions are in the order of the weights.
  const order = spatialOf(1);
  const specs = layouts.map((layout, place) => {
    const letters = layout.split("");
    if (letters.length !== rank) refuse(place, `one letter for each of the ${rank} axes`);
    const [first, second] = at(roles, place);
    if (!letters.includes(first) || !letters.includes(second)) refuse(place, `the letters ${first} and ${second}`);
    if (new Set(letters).size !== letters.length) refuse(place, "each letter once");
    if (spatialOf(place).toSorted().join("") !== order.toSorted().join("")) refuse(place, "the same spatial letters in all three");
    return [first, second, ...order].map((letter) => letters.indexOf(letter));
  });
  return { lhsSpec: at(specs, 0), rhsSpec: at(specs, 1), outSpec: at(specs, 2) };
}

// Paddings -------------------------------------------------------------------------------------------------------------

/** One pair of counts per spatial dimension. */
export type Pads = readonly (readonly [low: number, high: number])[];

/** Zeros before and after, so many in all: the odd one behind for "SAME", in front for "SAME_LOWER". */
function halves(total: number, name: "SAME" | "SAME_LOWER"): readonly [number, number] {
  const less = Math.floor(total / 2);
  return name === "SAME" ? [less, total - less] : [total - less, less];
}

/** The padding by which a result has ceil(extent / stride) places, or none for "VALID". */
export function padsByName(operation: string, name: string, inputs: readonly number[], windows: readonly number[], strides: readonly number[]): Pads {
  const known = name.toUpperCase();
  if (known === "VALID") return inputs.map(() => [0, 0]);
  if (known !== "SAME" && known !== "SAME_LOWER") {
    return raise(badArgument, {
      operation, argument: "padding", expected: '"SAME", "SAME_LOWER", "VALID" or a list of [low, high]', got: `the string "${name}"`, fix: "name one of these",
    });
  }
  return inputs.map((extent, dimension) => {
    const stride = at(strides, dimension);
    return halves(Math.max((Math.ceil(extent / stride) - 1) * stride + at(windows, dimension) - extent, 0), known);
  });
}

function isPads(padding: unknown, count: number): padding is Pads {
  return Array.isArray(padding) && padding.length === count &&
    padding.every((pair) => Array.isArray(pair) && pair.length === 2 && pair.every((entry) => Number.isInteger(entry)));
}

function resolvePads(operation: string, padding: unknown, count: number): Pads {
  if (isPads(padding, count)) return padding;
  return raise(badArgument, {
    operation, argument: "padding", expected: `"SAME", "SAME_LOWER", "VALID" or a list of ${count} pairs [low, high], one per spatial dimension`,
    got: describeArgument(padding), fix: "give two integers for each spatial dimension",
  });
}

// Convolutions ---------------------------------------------------------------------------------------------------------

/** What a convolution may be given beside its arrays; nothing of it is checked yet. */
export interface ConvForms {
  readonly windowStrides: unknown;
  readonly padding: unknown;
  readonly lhsDilation?: unknown;
  readonly rhsDilation?: unknown;
  readonly dimensionNumbers?: unknown;
  readonly featureGroupCount?: unknown;
  readonly batchGroupCount?: unknown;
}

export function convolve({ operation, lhs, rhs, precision, preferredElementType }: ConvArguments, forms: ConvForms): Value {
  const dimensionNumbers = resolveDimensionNumbers(operation, lhs.aval.shape, rhs.aval.shape, forms.dimensionNumbers);
  const count = lhs.aval.shape.length - 2;
  const integers = (argument: "windowStrides" | "lhsDilation" | "rhsDilation"): readonly number[] => resolveIntegers(operation, argument, forms[argument], count);
  const [windowStrides, lhsDilation, rhsDilation] = [integers("windowStrides"), integers("lhsDilation"), integers("rhsDilation")];
  const { padding } = forms;
  if (typeof padding === "string" && lhsDilation.some((dilation) => dilation !== 1)) {
    raise(badArgument, {
      operation, argument: "padding", expected: "a list of [low, high] beside lhsDilation", got: `the string "${padding}"`,
      fix: "give the padding in numbers, or use lax.convTranspose",
    });
  }
  const pads = typeof padding !== "string" ? resolvePads(operation, padding, count) : padsByName(
    operation, padding, extentsOf(lhs.aval.shape, spatialAxes(dimensionNumbers.lhsSpec)), dilatedWindow(rhs, dimensionNumbers, rhsDilation), windowStrides,
  );
  return convGeneralDilated(lhs, rhs, windowStrides, pads, {
    lhsDilation, rhsDilation, dimensionNumbers, featureGroupCount: resolveGroups(operation, "featureGroupCount", forms.featureGroupCount),
    batchGroupCount: resolveGroups(operation, "batchGroupCount", forms.batchGroupCount), precision, preferredElementType,
  });
}

function resolveGroups(operation: string, argument: string, given: unknown): number {
  if (given === undefined || given === null) return 1;
  if (typeof given === "number" && Number.isInteger(given) && given > 0) return given;
  return raise(badArgument, { operation, argument, expected: "a positive integer", got: describeArgument(given), fix: "leave it out for one group" });
}

function dilatedWindow(rhs: Value, { rhsSpec }: ConvDimensionNumbers, dilation: readonly number[]): number[] {
  return extentsOf(rhs.aval.shape, spatialAxes(rhsSpec)).map((extent, dimension) => dilated(extent, at(dilation, dimension)));
}

/** The layouts of a transposed convolution where none are given, by rank: features last. */
const featuresLast: Readonly<Record<number, readonly [string, string, string]>> = {
  2: ["NC", "IO", "NC"], 3: ["NHC", "HIO", "NHC"], 4: ["NHWC", "HWIO", "NHWC"], 5: ["NHWDC", "HWDIO", "NHWDC"],
};

export interface ConvTransposeForms {
  readonly strides: unknown;
  readonly padding: unknown;
  readonly rhsDilation?: unknown;
  readonly dimensionNumbers?: unknown;
  readonly transposeKernel: boolean;
  readonly useConsistentPadding: boolean;
}

/** A convolution over an input that is spread by the strides. */
export function convolveTransposed(given: ConvArguments, forms: ConvTransposeForms): Value {
  const { operation, lhs, rhs } = given;
  const rank = rankOf(operation, lhs.aval.shape, rhs.aval.shape);
  const layouts = forms.dimensionNumbers ?? featuresLast[rank];
  if (layouts === undefined) {
    raise(badArgument, { operation, argument: "dimensionNumbers", expected: `the layouts of arrays of ${rank} axes`, got: "none", fix: "name the layouts of lhs, rhs and the result" });
  }
  const dimensionNumbers = resolveDimensionNumbers(operation, lhs.aval.shape, rhs.aval.shape, layouts);
  const strides = resolveIntegers(operation, "strides", forms.strides, rank - 2);
  const rhsDilation = resolveIntegers(operation, "rhsDilation", forms.rhsDilation, rank - 2);
  const { padding } = forms;
  const isForward = forms.useConsistentPadding || padding === "SAME" || padding === "VALID";
  const windows = dilatedWindow(rhs, dimensionNumbers, rhsDilation);
  const pads = !isForward ? padding : windows.map((window, dimension) =>
    transposedPads(window, at(strides, dimension), typeof padding === "string" ? padsName(operation, padding) : at(resolvePads(operation, padding, rank - 2), dimension)));
  const { rhsSpec } = dimensionNumbers;
  const turned = forms.transposeKernel ? exchange(spatialAxes(rhsSpec).reduce((value, axis) => rev(value, [axis]), rhs), at(rhsSpec, 0), at(rhsSpec, 1)) : rhs;
  return convolve({ ...given, rhs: turned }, { windowStrides: null, padding: pads, lhsDilation: strides, rhsDilation, dimensionNumbers });
}

function padsName(operation: string, padding: string): "SAME" | "VALID" {
  if (padding === "SAME" || padding === "VALID") return padding;
  return raise(badArgument, { operation, argument: "padding", expected: '"SAME", "VALID" or a list of [low, high]', got: `the string "${padding}"`, fix: "name one of these" });
}

function exchange(value: Value, first: number, second: number): Value {
  return transpose(value, range(value.aval.shape.length).map((axis) => (axis === first ? second : axis === second ? first : axis)));
}

/** The padding of the spread input that undoes the padding of the convolution from which it comes. */
function transposedPads(window: number, stride: number, forward: "SAME" | "VALID" | readonly [number, number]): readonly [number, number] {
  if (forward === "SAME") {
    const total = window + stride - 2;
    const before = stride > window - 1 ? window - 1 : Math.ceil(total / 2);
    return [before, total - before];
  }
  if (forward === "VALID") return [window - 1, stride - 1 + Math.max(window - stride, 0)];
  return [window - forward[0] - 1, window - forward[1] - 1];
}
