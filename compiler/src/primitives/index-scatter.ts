/** @file Writing at computed places: scatter, which replaces, and scatter_mul, scatter_min and scatter_max. */

import { at } from "../base/assert.ts";
import { raise } from "../base/errors.ts";
import { sizeOf } from "../base/shape.ts";
import { aval as makeAval, isZero, scalarLiteral, zero } from "../ir/build.ts";
import type { Jaxpr, JvpResult, Primitive, Tangent, Value } from "../ir/types.ts";
import { bind1 } from "../trace/stack.ts";
import { add, div, maxP, minP, mul, mulP, numeric, selectN } from "./arith.ts";
import { eq } from "./compare.ts";
import { knownValue, linearAval, mapCotangent, notLinear, type NoParams } from "./define.ts";
import { badParameter } from "./errors.ts";
import {
  bindScatter, defineScatter, gather, gatherUpdates, scatterAdd, type IndexOptions, type ScatterParams,
} from "./index-gather.ts";
import { gatherOfScatter, sliceSizesOf, type ScatterDimensionNumbers } from "./index-dimensions.ts";
import { addTangents, fullOf, instantiate } from "./linear.ts";
import { reshape } from "./linear-reshape.ts";
import { iota } from "./structural.ts";

type Operands = readonly [Value, Value, Value];
type Tangents = readonly [Tangent, Tangent, Tangent];

function optionsOf({ indicesAreSorted, uniqueIndices, mode }: ScatterParams): IndexOptions {
  return { indicesAreSorted, uniqueIndices, mode };
}

/** The value where the condition holds, zero elsewhere. */
function maskedBy(condition: Value, value: Value): Value {
  return selectN(condition, [fullOf(0, value.aval), value]);
}

// scatter --------------------------------------------------------------------------------------------------------------

const replace = { update: null, accepts: () => true, expected: "any dtype" } as const;

export const scatterP: Primitive<ScatterParams> = defineScatter({
  ...replace, name: "scatter",
  jvp: (primals, tangents, params) => {
    if (params.updateJaxpr !== null) {
      raise(badParameter, {
        operation: "scatter", expected: "no derivative of a scatter with a function of its own", got: "a function applied in place",
        fix: "write x.at(i).set(f(x.get(i))), which has one",
      });
    }
    const [operand, indices, updates] = primals as Operands;
    const [operandTangent, , updatesTangent] = tangents as Tangents;
    const isConstant = isZero(operandTangent) && isZero(updatesTangent);
    const [dx, du] = isConstant ? [operandTangent, updatesTangent] : [instantiate(operandTangent), instantiate(updatesTangent)];
    // Nothing is ever written into an empty operand.
    const writes = !isConstant && !operand.aval.shape.includes(0);
    if (writes && !params.uniqueIndices) return jvpOfOverlap([operand, indices, updates], dx as Value, du as Value, params);
    const primal = bind1(scatterP, [operand, indices, updates], params);
    return { primals: [primal], tangents: [writes ? bind1(scatterP, [dx as Value, indices, du as Value], params) : dx] };
  },
  // With places that are all different: the operand's cotangent is the result's with zeros there, the updates' what lies there.
  transpose: (cotangents, operands, params) => {
    if (!params.uniqueIndices) {
      raise(badParameter, {
        operation: "scatter", expected: "uniqueIndices for the transpose of a scatter", got: "indices that may repeat",
        fix: "set uniqueIndices where no index occurs twice",
      });
    }
    const cotangent = at(cotangents, 0);
    const [operandAval, updatesAval] = [linearAval(operands, 0), linearAval(operands, 2)];
    const indices = knownValue(operands, 1);
    const { shape: updatesShape } = updatesAval ?? knownValue(operands, 2).aval;
    return [
      operandAval === null ? null : mapCotangent(cotangent, operandAval, (ct) =>
        scatter(ct, indices, fullOf(0, makeAval(updatesShape, ct.aval.dtype)), params.dimensionNumbers, optionsOf(params))),
      null,
      updatesAval === null ? null : mapCotangent(cotangent, updatesAval, (ct) => gatherUpdates(ct, indices, updatesShape, params)),
    ];
  },
});

/**
 * The jvp where places may repeat, as JAX has it: each update gets a number of its own, from 1; scattered and gathered back,
 * the numbers say which update has won each place. What has won is then added into what was not overwritten, so that the
 * result has a transpose.
 */
function jvpOfOverlap([operand, indices, updates]: Operands, dx: Value, du: Value, params: ScatterParams): JvpResult {
  const { dimensionNumbers: dimensions } = params;
  const numbersShape = updates.aval.shape.map((extent, axis) => (dimensions.updateWindowDims.includes(axis) ? 1 : extent));
  const counted = reshape(iota("uint32", [sizeOf(numbersShape)], 0), numbersShape);
  const numbers = add(counted, fullOf(1, makeAval(updates.aval.shape, "uint32")));
  const winners = scatter(fullOf(0, makeAval(operand.aval.shape, "uint32")), indices, numbers, dimensions, optionsOf(params));
  const sliceSizes = sliceSizesOf(dimensions, operand.aval.shape.length, updates.aval.shape);
  const winnersAtUpdates = gather(winners, indices, gatherOfScatter(dimensions), sliceSizes);
  const kept = (value: Value): Value => maskedBy(eq(winners, fullOf(0, winners.aval)), value);
  const won = (value: Value): Value => maskedBy(eq(numbers, winnersAtUpdates), value);
  const [keptOperand, wonUpdates] = [kept(operand), won(updates)];
  const [keptTangent, wonTangent] = [kept(dx), won(du)];
  return {
    primals: [scatterAdd(keptOperand, indices, wonUpdates, dimensions, optionsOf(params))],
    tangents: [scatterAdd(keptTangent, indices, wonTangent, dimensions, optionsOf(params))],
  };
}

/** Puts each update at its place; where places repeat, the last update stays. Out of bounds is dropped unless the mode says otherwise. */
export function scatter(operand: Value, indices: Value, updates: Value, dimensions: ScatterDimensionNumbers, options: IndexOptions = {}): Value {
  return bindScatter(scatterP, replace, [operand, indices, updates], dimensions, options);
}

/**
 * Applies a function of one scalar at each place, as often as the place occurs. `update` is its jaxpr, with a second input
 * that it ignores; it has no derivative.
 */
export function scatterApply(
  operand: Value, indices: Value, update: Jaxpr, updatesShape: readonly number[], dimensions: ScatterDimensionNumbers, options: IndexOptions = {},
): Value {
  const unused = fullOf(0, makeAval(updatesShape, operand.aval.dtype));
  const { indicesAreSorted = false, uniqueIndices = false, mode = "fillOrDrop" } = options;
  return bind1(scatterP, [operand, indices, unused], { dimensionNumbers: dimensions, indicesAreSorted, mode, uniqueIndices, updateConsts: [], updateJaxpr: update });
}

// scatter_mul ----------------------------------------------------------------------------------------------------------

const product = { update: mulP, accepts: numeric, expected: "numbers" } as const;

function requireUnique(params: ScatterParams): void {
  if (params.uniqueIndices) return;
  raise(badParameter, {
    operation: "scatter_mul", expected: "uniqueIndices for a derivative in the updates", got: "indices that may repeat",
    fix: "set uniqueIndices where no index occurs twice, or multiply before the scatter",
  });
}

export const scatterMulP: Primitive<ScatterParams> = defineScatter({
  ...product, name: "scatter-mul",
  // d(x u at the places) = dx u there + x du there, where each place occurs once.
  jvp: (primals, tangents, params) => {
    const [operand, indices, updates] = primals as Operands;
    const [operandTangent, , updatesTangent] = tangents as Tangents;
    const primal = bind1(scatterMulP, [operand, indices, updates], params);
    const ofOperand = isZero(operandTangent) ? operandTangent : bind1(scatterMulP, [operandTangent, indices, updates], params);
    if (isZero(updatesTangent)) return { primals: [primal], tangents: [ofOperand] };
    requireUnique(params);
    const placed = scatterAdd(fullOf(0, operand.aval), indices, updatesTangent, params.dimensionNumbers, optionsOf(params));
    return { primals: [primal], tangents: [addTangents(ofOperand, mul(operand, placed))] };
  },
  transpose: (cotangents, operands, params) => {
    const cotangent = at(cotangents, 0);
    const [operandAval, updatesAval] = [linearAval(operands, 0), linearAval(operands, 2)];
    const indices = knownValue(operands, 1);
    return [
      operandAval === null ? null : mapCotangent(cotangent, operandAval, (ct) => bind1(scatterMulP, [ct, indices, knownValue(operands, 2)], params)),
      null,
      updatesAval === null ? null : mapCotangent(cotangent, updatesAval, (ct) => {
        requireUnique(params);
        return gatherUpdates(mul(ct, knownValue(operands, 0)), indices, updatesAval.shape, params);
      }),
    ];
  },
});

/** Multiplies the element at each place by its update. */
export function scatterMul(operand: Value, indices: Value, updates: Value, dimensions: ScatterDimensionNumbers, options: IndexOptions = {}): Value {
  return bindScatter(scatterMulP, product, [operand, indices, updates], dimensions, options);
}

// scatter_min, scatter_max ---------------------------------------------------------------------------------------------

/**
 * The tangent of an extremum over what contends for a place is the mean of the tangents of those that have won it: of n
 * updates equal to the result, each has a share of 1/n, or 1/(n + 1) where the old element equals it too.
 */
function jvpOfExtremum(primitive: Primitive<ScatterParams>, primals: Operands, tangents: Tangents, params: ScatterParams): JvpResult {
  const [operand, indices, updates] = primals;
  const primal = bind1(primitive, primals, params);
  if (isZero(tangents[0]) && isZero(tangents[2])) return { primals: [primal], tangents: [zero(tangents[0].aval)] };
  const [operandTangent, updatesTangent] = [instantiate(tangents[0]), instantiate(tangents[2])];
  if (operand.aval.shape.includes(0)) return { primals: [primal], tangents: [operandTangent] };
  const dimensions = params.dimensionNumbers;
  const sliceSizes = sliceSizesOf(dimensions, operand.aval.shape.length, updates.aval.shape);
  // What is dropped is dropped from the tangent at the end; what is clipped must be counted where it goes.
  const clipped: IndexOptions = params.mode === "clip" ? { mode: "clip" } : {};
  const atUpdates = (value: Value): Value => gather(value, indices, gatherOfScatter(dimensions), sliceSizes, clipped);
  const countAtUpdates = (counts: () => Value): Value => {
    const zeros = fullOf(0, operand.aval);
    return atUpdates(scatterAdd(zeros, indices, counts(), dimensions, clipped));
  };
  const [one, minusOne] = [scalarLiteral(1, operand.aval.dtype), scalarLiteral(-1, operand.aval.dtype)];

  const oldValues = atUpdates(operand);
  const results = atUpdates(primal);
  const hasWon = eq(updates, results);
  const isKept = eq(oldValues, results);
  const winners = countAtUpdates(() => choose(hasWon, () => fullOf(1, updates.aval), () => fullOf(0, updates.aval)));
  const updatesHere = countAtUpdates(() => fullOf(1, updates.aval));
  const share = choose(isKept, () => div(one, add(winners, one)), () => div(one, winners));
  const updatesShare = choose(hasWon, () => share, () => fullOf(0, updates.aval));
  const operandShare = choose(isKept, () => div(one, add(winners, one)), () => fullOf(0, winners.aval));
  const operandPart = div(add(minusOne, operandShare), updatesHere);
  const change = add(mul(atUpdates(operandTangent), operandPart), mul(updatesTangent, updatesShare));
  return { primals: [primal], tangents: [scatterAdd(operandTangent, indices, change, dimensions, optionsOf(params))] };
}

/** `condition ? whenTrue : whenFalse`, the true side made first. */
function choose(condition: Value, whenTrue: () => Value, whenFalse: () => Value): Value {
  const yes = whenTrue();
  return selectN(condition, [whenFalse(), yes]);
}

function defineExtremum(name: string, update: Primitive<NoParams>): Primitive<ScatterParams> {
  const primitive: Primitive<ScatterParams> = defineScatter({
    ...extremum, name, update,
    jvp: (primals, tangents, params) => jvpOfExtremum(primitive, primals as Operands, tangents as Tangents, params),
    transpose: notLinear(`${name} is not linear`),
  });
  return primitive;
}

const extremum = { accepts: (dtype: Parameters<typeof numeric>[0]) => numeric(dtype) || dtype === "bool", expected: "numbers or bools" } as const;

export const scatterMinP: Primitive<ScatterParams> = defineExtremum("scatter-min", minP);
export const scatterMaxP: Primitive<ScatterParams> = defineExtremum("scatter-max", maxP);

/** The smaller of the element at each place and its update. */
export function scatterMin(operand: Value, indices: Value, updates: Value, dimensions: ScatterDimensionNumbers, options: IndexOptions = {}): Value {
  return bindScatter(scatterMinP, { ...extremum, update: minP }, [operand, indices, updates], dimensions, options);
}

/** The larger of the element at each place and its update. */
export function scatterMax(operand: Value, indices: Value, updates: Value, dimensions: ScatterDimensionNumbers, options: IndexOptions = {}): Value {
  return bindScatter(scatterMaxP, { ...extremum, update: maxP }, [operand, indices, updates], dimensions, options);
}
