/** @file Random programs over small arrays: elementwise, movement, reductions and contractions in any order. */
import { at } from "@lanewise/compiler/base/assert";
import { equalShapes, range, sizeOf } from "@lanewise/compiler/base/shape";
import type { Jaxpr, Value } from "@lanewise/compiler/ir/types";
import { scalarLiteral } from "@lanewise/compiler/ir/build";
import { add, convertElementType, max, min, mul, selectN, sub } from "@lanewise/compiler/primitives/arith";
import { lt } from "@lanewise/compiler/primitives/compare";
import { dotGeneral } from "@lanewise/compiler/primitives/contract";
import { broadcastInDim, neg, reduceSum, transpose } from "@lanewise/compiler/primitives/linear";
import { reshape } from "@lanewise/compiler/primitives/linear-reshape";
import { reduceMax, reduceMin } from "@lanewise/compiler/primitives/reduce";
import { concatenate, iota, pad, slice } from "@lanewise/compiler/primitives/structural";
import { exp, sin, tanh } from "@lanewise/compiler/primitives/unary";
import { jaxprOf, randomNumbers } from "./programs.ts";

export interface RandomProgramOptions {
  /** int32 results are exact; float32 ones are kept small. */
  readonly dtype: "int32" | "float32";
  readonly equations: number;
}

/** A jaxpr that depends on the seed alone. */
export function randomProgram(seed: number, options: RandomProgramOptions): Jaxpr {
  const choose = new Chooser(seed);
  const short = options.dtype === "int32" ? "i32" : "f32";
  const specs = range(choose.below(3) + 1).map(() => `${short}[${choose.shape().join(",")}]`);
  return jaxprOf(specs, (...inputs) => {
    const values: Value[] = [...inputs];
    for (let step = 0; step < options.equations; step++) values.push(randomStep(choose, values, options.dtype));
    const made = values.slice(inputs.length);
    const outputs = made.filter(() => choose.below(4) === 0);
    // Inputs, scalars and one value twice are outputs, too, now and then.
    if (choose.below(4) === 0) outputs.push(at(inputs, 0));
    if (choose.below(4) === 0) outputs.push(...outputs.slice(0, 1));
    return [...outputs, at(values, -1)];
  });
}

class Chooser {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = randomNumbers(seed);
  }

  below(limit: number): number {
    return Math.floor(this.#next() * limit);
  }

  of<Item>(items: readonly Item[]): Item {
    return at(items, this.below(items.length));
  }

  /** Extents of 1 and 0 now and then. */
  extent(): number {
    return this.of([2, 2, 3, 3, 4, 5, 7, 1, ...(this.below(12) === 0 ? [0] : [])]);
  }

  shape(): number[] {
    return range(this.below(4)).map(() => this.extent());
  }

  shuffled(count: number): number[] {
    const order = range(count);
    for (let last = count - 1; last > 0; last--) {
      const other = this.below(last + 1);
      [order[last], order[other]] = [at(order, other), at(order, last)];
    }
    return order;
  }
}

/** One more value from those that there are; recent ones are preferred, so that chains grow. */
function randomStep(choose: Chooser, values: readonly Value[], dtype: "int32" | "float32"): Value {
  const pick = (): Value => at(values, values.length - 1 - Math.floor(choose.below(values.length) * (choose.below(100) / 100)));
  const x = pick();
  const { shape } = x.aval;
  switch (choose.below(13)) {
    case 0: case 1: case 2: return elementwise(choose, x, like(choose, values, shape, pick), dtype);
    case 3: return dtype === "int32" ? neg(x) : choose.of([neg, tanh, sin, (y: Value) => exp(neg(mul(tanh(y), tanh(y))))])(x);
    // A float is compared with what no sum of small numbers is, so that no rounding error decides.
    case 4: return selectN(lt(x, literal(choose.below(5) - 2 + (dtype === "float32" ? 0.3719 : 0), dtype)), [x, neg(x)]);
    case 5: return randomBroadcast(choose, x);
    case 6: return transpose(x, choose.shuffled(shape.length));
    case 7: return randomReshape(choose, x);
    case 8: return slice(x, shape.map((extent) => Math.min(extent, choose.below(2))), shape.map((extent) => extent), shape.map(() => choose.below(2) + 1));
    case 9: return pad(x, literal(choose.below(3), dtype), shape.map(() => [choose.below(3) - 1, choose.below(2), choose.below(2)] as const).map(([low, high, interior], axis) => [at(shape, axis) === 0 ? Math.max(low, 0) : low, high, interior] as const));
    case 10: return randomReduction(choose, x);
    case 11: return bounded(randomDot(choose, x, pick()), dtype);
    default: return shape.length === 0 ? add(x, literal(2, dtype)) : choose.of([
      () => concatenate([x, x], choose.below(shape.length)),
      () => mul(x, convertElementType(iota("int32", shape, choose.below(shape.length)), dtype)),
    ])();
  }
}

function literal(value: number, dtype: "int32" | "float32"): Value {
  return scalarLiteral(value, dtype);
}

/** Keeps floats small, so that rounding errors stay small. */
function bounded(value: Value, dtype: "int32" | "float32"): Value {
  return dtype === "float32" ? tanh(value) : value;
}

/** An operand for an elementwise equation beside one of this shape. */
function like(choose: Chooser, values: readonly Value[], shape: readonly number[], pick: () => Value): Value {
  const same = values.filter((value) => equalShapes(value.aval.shape, shape));
  if (same.length > 0 && choose.below(3) > 0) return choose.of(same);
  const other = pick();
  const { aval } = other;
  if (aval.shape.length === 0) return other;
  // One axis of the operand where its extent fits, extents of 1 elsewhere, so that the equation itself broadcasts.
  const axis = shape.findIndex((extent) => extent === sizeOf(aval.shape));
  return axis < 0 ? at(same, 0) : reshape(other, shape.map((extent, place) => (place === axis ? extent : 1)));
}

function elementwise(choose: Chooser, x: Value, y: Value, dtype: "int32" | "float32"): Value {
  return choose.of([add, sub, max, min, (a: Value, b: Value) => bounded(mul(a, b), dtype)])(x, y);
}

function randomBroadcast(choose: Chooser, x: Value): Value {
  const { shape } = x.aval;
  if (shape.length >= 3) return x.aval.shape.length === 0 ? x : neg(x);
  const place = choose.below(shape.length + 1);
  const target = [...shape.slice(0, place), choose.extent(), ...shape.slice(place)];
  return broadcastInDim(x, target, shape.map((_, axis) => (axis < place ? axis : axis + 1)));
}

function randomReshape(choose: Chooser, x: Value): Value {
  const { shape } = x.aval;
  const size = sizeOf(shape);
  if (size === 0) return x.aval.shape.length === 1 ? neg(x) : reshape(x, [0]);
  const divisors = range(size).map((index) => index + 1).filter((divisor) => size % divisor === 0);
  const first = choose.of(divisors);
  const target = choose.of([[size], [first, size / first], [first, 1, size / first], [1, size]]);
  return reshape(x, target);
}

function randomReduction(choose: Chooser, x: Value): Value {
  const { shape } = x.aval;
  const axes = range(shape.length).filter(() => choose.below(2) === 0);
  if (axes.some((axis) => shape[axis] === 0)) return reduceSum(x, axes, true);
  return choose.of([(y: Value) => reduceSum(y, axes, true), (y: Value) => reduceMax(y, axes), (y: Value) => reduceMin(y, axes)])(x);
}

/** Axes of equal extents become batch or contracting axes, or stay free. */
function randomDot(choose: Chooser, x: Value, y: Value): Value {
  const [left, right] = [x.aval.shape, y.aval.shape];
  const dimensions = { contractLeft: [] as number[], contractRight: [] as number[], batchLeft: [] as number[], batchRight: [] as number[] };
  const taken = new Set<number>();
  for (const axis of choose.shuffled(left.length)) {
    const partner = choose.shuffled(right.length).find((other) => !taken.has(other) && right[other] === left[axis]);
    const role = choose.below(3);
    if (partner === undefined || role === 2) continue;
    taken.add(partner);
    (role === 0 ? dimensions.contractLeft : dimensions.batchLeft).push(axis);
    (role === 0 ? dimensions.contractRight : dimensions.batchRight).push(partner);
  }
  const rank = left.length + right.length - dimensions.batchLeft.length - 2 * dimensions.contractLeft.length;
  return rank > 4 ? reduceSum(x, [], true) : dotGeneral(x, y, dimensions);
}
