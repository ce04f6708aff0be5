/** @file Random programs over all pairs of a list, with reductions over both ends of the pairs. */
import { at } from "@lanewise/compiler/base/assert";
import { scalarLiteral } from "@lanewise/compiler/ir/build";
import type { Jaxpr, Value } from "@lanewise/compiler/ir/types";
import { add, div, max, mul, selectN, sub } from "@lanewise/compiler/primitives/arith";
import { abs, sign } from "@lanewise/compiler/primitives/arith-rounding";
import { eq, lt } from "@lanewise/compiler/primitives/compare";
import { broadcastInDim, neg, reduceSum, transpose } from "@lanewise/compiler/primitives/linear";
import { reduceMax } from "@lanewise/compiler/primitives/reduce";
import { jaxprOf, randomNumbers } from "./programs.ts";

/** Elements of a list. */
export const listLength = 5;

export const float32 = (value: number): Value => scalarLiteral(value, "float32");

/** A list as the rows of a table, and as its columns. */
export function endsOfPairs(x: Value): readonly [Value, Value] {
  return [broadcastInDim(x, [listLength, listLength], [0]), broadcastInDim(x, [listLength, listLength], [1])];
}

/** A program of two lists, from a seed. */
export function pairProgram(seed: number): Jaxpr {
  return jaxprOf([`f32[${listLength}]`, `f32[${listLength}]`], (...inputs) => randomPairs(seed, inputs));
}

/** Sums and greatest elements over both axes of a table that is computed from pairs, and of its negative one. */
function randomPairs(seed: number, inputs: readonly Value[]): readonly Value[] {
  const next = randomNumbers(seed + 1000);
  const below = (limit: number): number => Math.floor(next() * limit);
  const values = inputs.flatMap(endsOfPairs);
  const pick = (): Value => at(values, values.length - 1 - below(Math.min(values.length, 5)));
  for (let step = 0; step < 3 + below(4); step++) {
    const [a, b] = [pick(), pick()];
    const makers: readonly (() => Value)[] = [
      () => add(a, b), () => sub(a, b), () => mul(a, b), () => mul(a, a), () => div(a, b), () => neg(a), () => abs(a), () => sign(a), () => max(a, b),
      () => selectN(lt(a, b), [a, b]), () => selectN(eq(a, b), [neg(a), b]), () => transpose(a, [1, 0]), () => sub(a, transpose(a, [1, 0])),
      () => add(a, transpose(a, [1, 0])), () => div(float32(1), add(a, float32(0.25))), () => mul(sub(a, b), float32(-2)),
    ];
    values.push(at(makers, below(makers.length))());
  }
  const table = at(values, -1);
  return [reduceSum(table, [0]), reduceSum(below(2) === 0 ? table : neg(table), [1]), reduceMax(table, [1]), reduceMax(table, [0])];
}
