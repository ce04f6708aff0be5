/** @file Contractions: dot_general with batch and several contracting dimensions. */

import { at } from "../base/assert.ts";
import { byteSize, isDType, isFloat, isInteger, isSigned, type DType } from "../base/dtype.ts";
import { raise } from "../base/errors.ts";
import { formatShape, range } from "../base/shape.ts";
import { aval as makeAval, isZero, zero } from "../ir/build.ts";
import type { BatchResult, DotDimensions, Params, Primitive, Value } from "../ir/types.ts";
import { bind1 } from "../trace/stack.ts";
import { convertElementType } from "./arith.ts";
import { definePrimitive, knownValue, linearAval, mapCotangent, printed, refuseParameter, requireDType } from "./define.ts";
import { allWeak, commonDType } from "./elementwise.ts";
import { shapeMismatch } from "./errors.ts";
import { addTangents, transpose } from "./linear.ts";
import { formatList, parseItems, parseNumbers, parsePrecision } from "./params.ts";

export interface DotParams extends Params {
  readonly contractLeft: readonly number[];
  readonly contractRight: readonly number[];
  readonly batchLeft: readonly number[];
  readonly batchRight: readonly number[];
  /** JAX's precision, kept for export; every target computes float32 products in float32 or wider. */
  readonly precision: string | null;
  readonly preferredElementType: DType | null;
}

function freeAxes(rank: number, contract: readonly number[], batch: readonly number[]): number[] {
  return range(rank).filter((axis) => !contract.includes(axis) && !batch.includes(axis));
}

/** Throws unless sums of products of `dtype` may be asked for in the preferred dtype: as wide at least, and of its class. */
export function checkPreferredElementType(operation: string, dtype: DType, preferred: DType | null): void {
  if (preferred === null) return;
  const ofClass = isFloat(dtype) ? isFloat(preferred) : isSigned(dtype) ? isSigned(preferred) || isFloat(preferred) : isInteger(preferred) || isFloat(preferred);
  if (ofClass && byteSize(preferred) >= byteSize(dtype)) return;
  refuseParameter(
    operation, `preferredElementType: ${isFloat(dtype) ? "a float dtype" : "a dtype of integers of the same sign, or of floats,"} no narrower than ${dtype}`,
    preferred, "leave preferredElementType out, or convert the result with astype",
  );
}

function checkDimensions(left: readonly number[], right: readonly number[], dims: DotDimensions): void {
  const validAxes = (axes: readonly number[], rank: number): boolean =>
    axes.every((axis, place) => Number.isInteger(axis) && axis >= 0 && axis < rank && axes.indexOf(axis) === place);
  const valid = validAxes([...dims.contractLeft, ...dims.batchLeft], left.length) && validAxes([...dims.contractRight, ...dims.batchRight], right.length) &&
    dims.contractLeft.length === dims.contractRight.length && dims.batchLeft.length === dims.batchRight.length;
  if (!valid) {
    refuseParameter(
      "dot_general", `as many distinct axes of ${formatShape(left)} as of ${formatShape(right)}, each contracting or batch`,
      `contracting ${formatList(dims.contractLeft)} with ${formatList(dims.contractRight)}, batch ${formatList(dims.batchLeft)} with ${formatList(dims.batchRight)}`,
    );
  }
  const agree = (leftAxes: readonly number[], rightAxes: readonly number[]): boolean =>
    leftAxes.every((axis, place) => left[axis] === right[at(rightAxes, place)]);
  if (!agree(dims.contractLeft, dims.contractRight) || !agree(dims.batchLeft, dims.batchRight)) {
    raise(shapeMismatch, {
      operation: "dot_general", expected: "equal extents along contracting and along batch axes",
      got: `shapes ${formatShape(left)} and ${formatShape(right)} with contracting ${formatList(dims.contractLeft)}, ${formatList(dims.contractRight)} and batch ${formatList(dims.batchLeft)}, ${formatList(dims.batchRight)}`,
      fix: "transpose or reshape an operand so that the extents agree",
    });
  }
}

export const dotGeneralP: Primitive<DotParams> = definePrimitive<DotParams>({
  name: "dot_general",
  abstractEval: (inAvals, params) => {
    const [left, right] = [at(inAvals, 0), at(inAvals, 1)];
    const dtype = commonDType("dot_general", inAvals);
    requireDType("dot_general", left, (candidate) => isFloat(candidate) || isInteger(candidate), "numbers");
    checkDimensions(left.shape, right.shape, params);
    checkPreferredElementType("dot_general", dtype, params.preferredElementType);
    const shape = [
      ...params.batchLeft.map((axis) => at(left.shape, axis)),
      ...freeAxes(left.shape.length, params.contractLeft, params.batchLeft).map((axis) => at(left.shape, axis)),
      ...freeAxes(right.shape.length, params.contractRight, params.batchRight).map((axis) => at(right.shape, axis)),
    ];
    return [makeAval(shape, params.preferredElementType ?? dtype, allWeak(inAvals))];
  },
  effects: "pure",
  // d(x . y) = dx . y + x . dy
  jvp: (primals, tangents, params) => {
    const primal = bind1(dotGeneralP, primals, params);
    const [x, y, dx, dy] = [at(primals, 0), at(primals, 1), at(tangents, 0), at(tangents, 1)];
    const none = zero(makeAval(primal.aval.shape, primal.aval.dtype, primal.aval.weakType));
    return {
      primals: [primal],
      tangents: [addTangents(isZero(dx) ? none : bind1(dotGeneralP, [dx, y], params), isZero(dy) ? none : bind1(dotGeneralP, [x, dy], params))],
    };
  },
  transpose: (cotangents, operands, params) => {
    const [left, right] = [linearAval(operands, 0), linearAval(operands, 1)];
    return [
      left === null ? null : mapCotangent(at(cotangents, 0), left, (ct) => transposeOperand(ct, left.shape.length, left.dtype, knownValue(operands, 1), params, false)),
      right === null ? null : mapCotangent(at(cotangents, 0), right, (ct) => transposeOperand(ct, right.shape.length, right.dtype, knownValue(operands, 0), swapped(params), true)),
    ];
  },
  partialEval: "plain",
  dce: "plain",
  batch: (_frame, operands, axes, params) => batchDot(operands, axes, params),
  lower: { kind: "contraction", dimensions: (params) => params },
  simplify: "none",
  subJaxprs: "none",
  inlinable: "never",
  printParams: (params) => [
    printed(
      "dimension_numbers",
      `((${formatList(params.contractLeft)}, ${formatList(params.contractRight)}), (${formatList(params.batchLeft)}, ${formatList(params.batchRight)}))`,
    ),
    ...(params.precision === null ? [] : [printed("precision", params.precision)]),
    ...(params.preferredElementType === null ? [] : [printed("preferred_element_type", params.preferredElementType)]),
  ],
  parseParams: (params) => {
    const [contract, batch] = parseItems(params.get("dimension_numbers")).map((pair) => parseItems(pair).map(parseNumbers));
    const preferred = params.get("preferred_element_type");
    return {
      contractLeft: at(contract ?? [], 0), contractRight: at(contract ?? [], 1), batchLeft: at(batch ?? [], 0), batchRight: at(batch ?? [], 1),
      precision: parsePrecision(params.get("precision")), preferredElementType: isDType(preferred) ? preferred : null,
    };
  },
  inPlace: "none",
  facts: { cost: 2, commutative: false },
});

function swapped(params: DotParams): DotParams {
  return { ...params, contractLeft: params.contractRight, contractRight: params.contractLeft, batchLeft: params.batchRight, batchRight: params.batchLeft };
}

/**
 * The cotangent of the left operand x of `x . y`: the cotangent contracted with y over y's free axes, its axes then put in
 * x's order. For the right operand the params come swapped, and y's free axes come first in the cotangent.
 */
function transposeOperand(ct: Value, rank: number, dtype: DType, y: Value, params: DotParams, freeOfYFirst: boolean): Value {
  const freeX = freeAxes(rank, params.contractLeft, params.batchLeft);
  const freeY = freeAxes(y.aval.shape.length, params.contractRight, params.batchRight);
  const batchCount = params.batchLeft.length;
  const firstOfY = batchCount + (freeOfYFirst ? 0 : freeX.length);
  // The cotangent has the preferred dtype, which may be wider than the operands'.
  const product = bind1(dotGeneralP, [ct, convertElementType(y, ct.aval.dtype, y.aval.weakType)], {
    contractLeft: range(freeY.length).map((place) => firstOfY + place), contractRight: freeY,
    batchLeft: range(batchCount), batchRight: params.batchRight,
    precision: params.precision, preferredElementType: params.preferredElementType,
  });
  const byRight = range(params.contractRight.length).sort((a, b) => at(params.contractRight, a) - at(params.contractRight, b));
  const order = [...params.batchLeft, ...freeX, ...byRight.map((place) => at(params.contractLeft, place))];
  return convertElementType(transpose(product, range(rank).map((axis) => order.indexOf(axis))), dtype, product.aval.weakType);
}

/** Both mapped: one more batch axis. One mapped: one more free axis, so that a matrix product stays one. */
function batchDot(operands: readonly Value[], axes: readonly (number | null)[], params: DotParams): BatchResult {
  const [left, right] = [at(operands, 0), at(operands, 1)];
  const [leftAxis, rightAxis] = [at(axes, 0), at(axes, 1)];
  const shift = (dimensions: readonly number[], axis: number): number[] => dimensions.map((dimension) => (dimension < axis ? dimension : dimension + 1));
  const moved: DotParams = {
    ...params,
    contractLeft: leftAxis === null ? params.contractLeft : shift(params.contractLeft, leftAxis),
    batchLeft: leftAxis === null ? params.batchLeft : shift(params.batchLeft, leftAxis),
    contractRight: rightAxis === null ? params.contractRight : shift(params.contractRight, rightAxis),
    batchRight: rightAxis === null ? params.batchRight : shift(params.batchRight, rightAxis),
  };
  if (leftAxis !== null && rightAxis !== null) {
    const both = { ...moved, batchLeft: [leftAxis, ...moved.batchLeft], batchRight: [rightAxis, ...moved.batchRight] };
    return { outputs: [bind1(dotGeneralP, [left, right], both)], axes: [0] };
  }
  const output = bind1(dotGeneralP, [left, right], moved);
  if (leftAxis !== null) {
    const free = freeAxes(left.aval.shape.length, moved.contractLeft, moved.batchLeft);
    return { outputs: [output], axes: [params.batchLeft.length + free.indexOf(leftAxis)] };
  }
  if (rightAxis !== null) {
    const free = freeAxes(right.aval.shape.length, moved.contractRight, moved.batchRight);
    return { outputs: [output], axes: [left.aval.shape.length - params.contractLeft.length + free.indexOf(rightAxis)] };
  }
  return { outputs: [output], axes: [null] };
}

/** Sums of products over the contracting axes. */
export function dotGeneral(
  left: Value, right: Value, dimensions: DotDimensions,
  options: { readonly precision?: string | null; readonly preferredElementType?: DType | null } = {},
): Value {
  const { contractLeft, contractRight, batchLeft, batchRight } = dimensions;
  return bind1(dotGeneralP, [left, right], {
    contractLeft, contractRight, batchLeft, batchRight,
    precision: options.precision ?? null, preferredElementType: options.preferredElementType ?? null,
  });
}
