/**
 * @file Prefix scans written with other primitives, for derivatives: neighbours are combined, the half as many results are
 * scanned, and the places between are filled in. The number of equations grows with the logarithm of the extent.
 */

import { at } from "../base/assert.ts";
import { aval as makeAval } from "../ir/build.ts";
import type { Value } from "../ir/types.ts";
import { add, addP, mul, scalarLike, selectN, sub } from "./arith.ts";
import { eq, ne } from "./compare.ts";
import type { CumulativeParams } from "./cumulative-lower.ts";
import { noParams } from "./define.ts";
import { fullOf } from "./linear.ts";
import { concatenateDuals, padDual, pushForward, sliceDual, type Dual } from "./reduce-duals.ts";
import { concatenate, pad, slice } from "./structural.ts";
import { rev, revP } from "./structural-rev.ts";
import { exp } from "./unary.ts";

// Any associative operation, with tangents -----------------------------------------------------------------------------

/** All prefixes of an associative operation, with their tangents; equations in the order of JAX's associative_scan. */
export function dualScan(operand: Dual, { axis, reverse }: CumulativeParams, combine: (left: Dual, right: Dual) => Dual): Dual {
  if (!reverse) return forwardDualScan(operand, axis, combine);
  const turn = (value: Dual): Dual => pushForward(revP, [value], { dimensions: [axis] });
  return turn(forwardDualScan(turn(operand), axis, combine));
}

function forwardDualScan(operand: Dual, axis: number, combine: (left: Dual, right: Dual) => Dual): Dual {
  const extent = at(operand.primal.aval.shape, axis);
  if (extent < 2) return operand;
  const isEven = extent % 2 === 0;
  const left = sliceDual(operand, axis, 0, extent - 1, 2);
  const odd = forwardDualScan(combine(left, sliceDual(operand, axis, 1, extent, 2)), axis, combine);
  const before = isEven ? sliceDual(odd, axis, 0, extent / 2 - 1) : odd;
  const even = combine(before, sliceDual(operand, axis, 2, extent, 2));
  const first = sliceDual(operand, axis, 0, 1);
  return interleaveDuals(concatenateDuals([first, even], axis), odd, axis, isEven);
}

function interleaveDuals(even: Dual, odd: Dual, axis: number, areEqual: boolean): Dual {
  const spreadEven = padDual(even, axis, 0, [0, areEqual ? 1 : 0, 1]);
  return pushForward(addP, [spreadEven, padDual(odd, axis, 0, [1, areEqual ? 0 : 1, 1])], noParams);
}

// Linear recurrences ---------------------------------------------------------------------------------------------------

/** `t[0] = b[0]`, `t[i] = a[i] t[i - 1] + b[i]` along an axis. Linear in b; a[0] is not used. */
function linearRecurrence(a: Value, b: Value, axis: number): Value {
  const extent = at(b.aval.shape, axis);
  if (extent < 2) return b;
  const [aLeft, aRight] = [take(a, axis, 0, extent - 1, 2), take(a, axis, 1, extent, 2)];
  const pairB = add(mul(take(b, axis, 0, extent - 1, 2), aRight), take(b, axis, 1, extent, 2));
  const odd = linearRecurrence(mul(aLeft, aRight), pairB, axis);
  const before = take(odd, axis, 0, Math.ceil(extent / 2) - 1, 1);
  const even = add(mul(before, take(a, axis, 2, extent, 2)), take(b, axis, 2, extent, 2));
  const first = take(b, axis, 0, 1, 1);
  return interleave(concatenate([first, even], axis), odd, axis);
}

function take(value: Value, axis: number, start: number, limit: number, stride: number): Value {
  const { shape } = value.aval;
  return slice(
    value, shape.map((_, other) => (other === axis ? start : 0)), shape.map((extent, other) => (other === axis ? limit : extent)),
    stride === 1 ? null : shape.map((_, other) => (other === axis ? stride : 1)),
  );
}

function interleave(even: Value, odd: Value, axis: number): Value {
  const areEqual = even.aval.shape[axis] === odd.aval.shape[axis];
  const spread = (value: Value, low: number, high: number): Value =>
    pad(value, scalarLike(value, 0), value.aval.shape.map((_, other) => (other === axis ? [low, high, 1] : [0, 0, 0])));
  return add(spread(even, 0, areEqual ? 1 : 0), spread(odd, 1, areEqual ? 0 : 1));
}

// The tangent of cumlogsumexp ------------------------------------------------------------------------------------------

/**
 * The tangent of `y = cumlogsumexp(x)`. The weights exp(y[i - 1] - y[i]) and exp(x[i] - y[i]) are at most 1 and written with
 * y itself, so that derivatives of any order are right, also where elements are equal.
 */
export function logSumExpTangent(x: Value, y: Value, dx: Value, { axis, reverse }: CumulativeParams): Value {
  const extent = at(x.aval.shape, axis);
  if (extent < 2) return dx;
  const turn = (value: Value): Value => (reverse ? rev(value, [axis]) : value);
  const [xs, ys, dxs] = [turn(x), turn(y), turn(dx)];
  const [first, rest] = [take(dxs, axis, 0, 1, 1), take(dxs, axis, 1, extent, 1)];
  const total = take(ys, axis, 1, extent, 1);
  const carried = expDifference(take(ys, axis, 0, extent - 1, 1), total);
  const added = mul(rest, expDifference(take(xs, axis, 1, extent, 1), total));
  const unused = fullOf(1, makeAval(first.aval.shape, carried.aval.dtype, carried.aval.weakType));
  return turn(linearRecurrence(concatenate([unused, carried], axis), concatenate([first, added], axis), axis));
}

/** exp(part - total), where both may be the same infinity: that part is all of the total. */
function expDifference(part: Value, total: Value): Value {
  const difference = sub(part, total);
  const isAll = eq(part, total);
  const settled = selectN(isAll, [difference, fullOf(0, difference.aval)]);
  return exp(selectN(ne(difference, difference), [difference, settled]));
}
