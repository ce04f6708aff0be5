/** @file Products that sum: dot, matmul, inner, outer, vdot, tensordot. All become dot_general with JAX's dimension numbers. */

import { at } from "@lanewise/compiler/base/assert";
import { raise } from "@lanewise/compiler/base/errors";
import { formatShape, range } from "@lanewise/compiler/base/shape";
import type { Value } from "@lanewise/compiler/ir/types";
import { convertElementType } from "@lanewise/compiler/primitives/arith";
import { dotGeneral } from "@lanewise/compiler/primitives/contract";
import { broadcastInDim, transpose } from "@lanewise/compiler/primitives/linear";
import { squeeze } from "@lanewise/compiler/primitives/linear-reshape";
import type { DType } from "@lanewise/compiler/base/dtype";
import { describeArgument } from "../arguments.ts";
import { badArgument, badAxis, incompatibleShapes } from "../errors.ts";
import { resolveAxes } from "./axes.ts";
import { multiply } from "./elementwise.ts";
import { commonType, convertOperand } from "./operands.ts";
import { expandDims, ravel } from "./shape.ts";

/** What the products of np take beside their operands. */
export interface ContractionOptions {
  readonly precision: string | null;
  readonly preferredElementType: DType | null;
}

const plainContraction: ContractionOptions = { precision: null, preferredElementType: null };

interface Contraction {
  readonly contract: readonly (readonly [left: number, right: number])[];
  readonly batch: readonly (readonly [left: number, right: number])[];
}

/** dot_general of promoted operands, in the dtype that they promote to. */
export function contract(operation: string, a: Value, b: Value, { contract: pairs, batch }: Contraction, options: ContractionOptions): Value {
  const common = commonType([a, b]);
  const [left, right] = [a, b].map((value) => convertOperand(operation, value, common.dtype, common.weakType)) as [Value, Value];
  const dtype = options.preferredElementType ?? common.dtype;
  const product = dotGeneral(left, right, {
    contractLeft: pairs.map(([axis]) => axis), contractRight: pairs.map(([, axis]) => axis),
    batchLeft: batch.map(([axis]) => axis), batchRight: batch.map(([, axis]) => axis),
  }, { precision: options.precision, preferredElementType: dtype });
  return convertElementType(product, dtype, options.preferredElementType === null && common.weakType);
}

/** Throws that the contracted axes differ, naming both shapes. */
function refuse(operation: string, a: Value, b: Value, leftAxis: number, rightAxis: number): never {
  const [left, right] = [a.aval.shape, b.aval.shape];
  return raise(incompatibleShapes, {
    operation,
    expected: `axis ${leftAxis} of a and axis ${rightAxis} of b of one extent`,
    got: `a of shape ${formatShape(left)} and b of shape ${formatShape(right)}: extents ${at(left, leftAxis)} and ${at(right, rightAxis)}`,
    fix: left.length > 1 && right.length > 1 && left.at(-1) === right.at(-1) ? "transpose b: b.T" : "transpose or reshape an argument",
  });
}

/** NumPy's dot: the last axis of a with the last but one of b (the only one of a vector); scalars multiply. */
export function dot(a: Value, b: Value, options: ContractionOptions = plainContraction): Value {
  const [left, right] = [a.aval.shape, b.aval.shape];
  if (left.length === 0 || right.length === 0) return contract("np.dot", a, b, { contract: [], batch: [] }, options);
  const [leftAxis, rightAxis] = [left.length - 1, Math.max(0, right.length - 2)];
  if (left[leftAxis] !== right[rightAxis]) refuse("np.dot", a, b, leftAxis, rightAxis);
  return contract("np.dot", a, b, { contract: [[leftAxis, rightAxis]], batch: [] }, options);
}

/** Sum of products over the last axis of both; scalars multiply. */
export function inner(a: Value, b: Value, options: ContractionOptions = plainContraction): Value {
  const [left, right] = [a.aval.shape, b.aval.shape];
  if (left.length === 0 || right.length === 0) return multiply(a, b);
  const [leftAxis, rightAxis] = [left.length - 1, right.length - 1];
  if (left[leftAxis] !== right[rightAxis]) refuse("np.inner", a, b, leftAxis, rightAxis);
  return contract("np.inner", a, b, { contract: [[leftAxis, rightAxis]], batch: [] }, options);
}

/** Sum of products over all elements. */
export function vdot(a: Value, b: Value, options: ContractionOptions = plainContraction): Value {
  const [left, right] = [vector(a), vector(b)];
  if (left.aval.shape[0] !== right.aval.shape[0]) {
    raise(incompatibleShapes, {
      operation: "np.vdot", expected: "arguments with equally many elements",
      got: `a of shape ${formatShape(a.aval.shape)} and b of shape ${formatShape(b.aval.shape)}`, fix: "use np.dot or np.tensordot for partial products",
    });
  }
  return contract("np.vdot", left, right, { contract: [[0, 0]], batch: [] }, options);
}

function vector(value: Value): Value {
  return value.aval.shape.length === 1 ? value : ravel(value);
}

/** Every product of an element of a and one of b: shape (a.size, b.size). */
export function outer(a: Value, b: Value): Value {
  const left = vector(a);
  const column = broadcastInDim(left, [at(left.aval.shape, 0), 1], [0]);
  const right = vector(b);
  return multiply(column, broadcastInDim(right, [1, at(right.aval.shape, 0)], [1]));
}

/** Sum of products over axes: a count of last and first ones, or a pair of lists. */
export function tensordot(a: Value, b: Value, axes: unknown, options: ContractionOptions = plainContraction): Value {
  const operation = "np.tensordot";
  const [left, right] = [a.aval.shape, b.aval.shape];
  const [leftAxes, rightAxes] = tensordotAxes(operation, axes, left.length, right.length);
  leftAxes.forEach((axis, place) => {
    if (left[axis] !== right[at(rightAxes, place)]) refuse(operation, a, b, axis, at(rightAxes, place));
  });
  return contract(operation, a, b, { contract: leftAxes.map((axis, place) => [axis, at(rightAxes, place)]), batch: [] }, options);
}

function tensordotAxes(operation: string, axes: unknown, leftRank: number, rightRank: number): [number[], number[]] {
  if (typeof axes === "number") {
    if (!Number.isInteger(axes) || axes < 0 || axes > Math.min(leftRank, rightRank)) {
      raise(badAxis, {
        operation, argument: "axes", expected: `a count in [0, ${Math.min(leftRank, rightRank)}]`, got: String(axes), fix: "give a smaller count, or two lists of axes",
      });
    }
    return [range(axes).map((axis) => leftRank - axes + axis), range(axes)];
  }
  if (Array.isArray(axes) && axes.length === 2) {
    const left = resolveAxes(operation, axes[0], leftRank, "axes[0]");
    const right = resolveAxes(operation, axes[1], rightRank, "axes[1]");
    if (left.length === right.length) return [left, right];
  }
  return raise(badArgument, {
    operation, argument: "axes", expected: "a count, or two lists of equally many axes: [[1], [0]]",
    got: describeArgument(axes), fix: "pair each axis of a with one of b",
  });
}

// matmul ---------------------------------------------------------------------------------------------------------------

/** Which operands vary along a batch axis of the result. */
type BatchAxis = "both" | "left" | "right" | "neither";

/**
 * Matrix product of the last two axes; the axes before broadcast. Batch axes of extent 1 are squeezed away. Those that only
 * one operand has become free axes of the product and are moved into place afterwards, as in JAX.
 */
export function matmul(a: Value, b: Value, options: ContractionOptions = plainContraction): Value {
  const operation = "np.matmul";
  const [left, right] = [a.aval.shape, b.aval.shape];
  if (left.length === 0 || right.length === 0) {
    raise(incompatibleShapes, {
      operation, expected: "arguments with at least one axis", got: `a of shape ${formatShape(left)} and b of shape ${formatShape(right)}`, fix: "use np.multiply for scalars",
    });
  }
  const [leftContract, rightContract] = [left.length - 1, Math.max(0, right.length - 2)];
  if (left[leftContract] !== right[rightContract]) refuse(operation, a, b, leftContract, rightContract);
  const [leftMatrix, rightMatrix] = [Math.min(2, left.length), Math.min(2, right.length)];
  const [leftBatch, rightBatch] = [left.slice(0, -leftMatrix), right.slice(0, -rightMatrix)];
  const count = Math.max(leftBatch.length, rightBatch.length);
  const [leftOffset, rightOffset] = [count - leftBatch.length, count - rightBatch.length];
  const kinds = range(count).map((place) => batchAxisOf(leftBatch[place - leftOffset], rightBatch[place - rightOffset]) ?? refuseBatch(operation, a, b));
  // An axis that both have and that one of them does not vary along has extent 1 there.
  const squeezable = (place: number): boolean => place >= leftOffset && place >= rightOffset;
  const placesOf = (...wanted: readonly BatchAxis[]): number[] => range(count).filter((place) => wanted.includes(at(kinds, place)));
  const x = squeeze(a, placesOf("right", "neither").filter(squeezable).map((place) => place - leftOffset));
  const y = squeeze(b, placesOf("left", "neither").filter(squeezable).map((place) => place - rightOffset));
  const [ofLeft, ofRight, shared] = [placesOf("both", "left"), placesOf("both", "right"), placesOf("both")];
  const product = contract(operation, x, y, {
    contract: [[x.aval.shape.length - 1, y.aval.shape.length - rightMatrix]],
    batch: shared.map((place) => [ofLeft.indexOf(place), ofRight.indexOf(place)]),
  }, options);
  // The product has the shared batch axes, then the left operand's free axes, then the right one's.
  const rows = leftMatrix === 2 ? [count] : [];
  const columns = rightMatrix === 2 ? [count + 1] : [];
  const order = [...shared, ...placesOf("left"), ...rows, ...placesOf("right"), ...columns];
  const sorted = [...order].sort((first, second) => first - second);
  return expandDims(transpose(product, sorted.map((place) => order.indexOf(place))), placesOf("neither"), operation);
}

/** Of the extents that the operands have there; undefined for an operand that lacks the axis. Null where they do not fit. */
function batchAxisOf(left: number | undefined, right: number | undefined): BatchAxis | null {
  if (left === undefined) return "right";
  if (right === undefined) return "left";
  if (left === 1) return right === 1 ? "neither" : "right";
  if (right === 1) return "left";
  return left === right ? "both" : null;
}

function refuseBatch(operation: string, a: Value, b: Value): never {
  return raise(incompatibleShapes, {
    operation, expected: "batch axes (all but the last two) that broadcast: equal extents or 1",
    got: `a of shape ${formatShape(a.aval.shape)} and b of shape ${formatShape(b.aval.shape)}`, fix: "reshape an argument so that the batch axes agree",
  });
}
