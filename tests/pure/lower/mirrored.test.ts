/** @file Reductions over different axes whose terms are the same are computed once, and no other ones. */
import { describe, expect, it } from "vitest";
import type { HostArray } from "@lanewise/compiler/base/dtype";
import type { Jaxpr, Value } from "@lanewise/compiler/ir/types";
import { verifyJaxpr } from "@lanewise/compiler/ir/verify";
import { shareMirrored } from "@lanewise/compiler/lower/mirrored";
import { add, div, mul, selectN, sub } from "@lanewise/compiler/primitives/arith";
import { abs } from "@lanewise/compiler/primitives/arith-rounding";
import { eq, lt } from "@lanewise/compiler/primitives/compare";
import { broadcastInDim, neg, reduceSum, transpose } from "@lanewise/compiler/primitives/linear";
import { reduceMax } from "@lanewise/compiler/primitives/reduce";
import { iota } from "@lanewise/compiler/primitives/structural";
import { exp } from "@lanewise/compiler/primitives/unary";
import { endsOfPairs, float32, listLength, pairProgram } from "../../support/pair-programs.ts";
import { jaxprOf, randomNumbers, reference } from "../../support/programs.ts";

const n = listLength;
const reductions = ({ eqns }: Jaxpr): number => eqns.filter(({ primitive }) => primitive.lower.kind === "reduction").length;

/** Of how many reductions the pass takes how many away. */
function taken(run: (x: Value, y: Value) => readonly Value[], shape = `f32[${n}]`): string {
  const jaxpr = jaxprOf([shape, shape], run);
  const shared = shareMirrored(jaxpr);
  verifyJaxpr(shared);
  return `${reductions(jaxpr) - reductions(shared)} of ${reductions(jaxpr)}`;
}

describe("mirrored reductions", () => {
  it("are found where each pair is visited from both ends", () => {
    expect(taken((x) => {
      const [a, b] = endsOfPairs(x);
      const d = sub(a, b);
      const force = div(d, add(mul(d, d), float32(0.5)));
      return [reduceSum(force, [1]), reduceSum(neg(force), [0])];
    })).toBe("1 of 2");
    expect(taken((x, m) => {
      const [a, b] = endsOfPairs(x);
      const [here, there] = endsOfPairs(m);
      const pull = mul(exp(neg(abs(sub(a, b)))), mul(here, there));
      return [reduceMax(pull, [1]), reduceMax(pull, [0]), reduceSum(pull, [0]), reduceSum(pull, [1])];
    })).toBe("2 of 4");
  });

  it("may have sums of coordinates inside, transposes and masks", () => {
    expect(taken((x) => {
      const d = sub(broadcastInDim(x, [n, n, 3], [0, 2]), broadcastInDim(x, [n, n, 3], [1, 2]));
      const table = broadcastInDim(add(reduceSum(mul(d, d), [2]), float32(1)), [n, n, 3], [0, 1]);
      return [reduceSum(div(d, table), [1]), reduceSum(div(neg(d), table), [0])];
    }, `f32[${n},3]`)).toBe("1 of 3");
    expect(taken((x) => {
      const [a, b] = endsOfPairs(x);
      const isSelf = eq(iota("float32", [n, n], 0), iota("float32", [n, n], 1));
      const masked = selectN(isSelf, [div(sub(a, b), abs(sub(a, b))), broadcastInDim(float32(0), [n, n], [])]);
      return [reduceSum(masked, [1]), reduceSum(transpose(masked, [1, 0]), [1]), reduceSum(neg(masked), [0])];
    })).toBe("1 of 3");
  });

  it("are not found where the terms differ, or are the negative ones", () => {
    const differ = (term: (a: Value, b: Value) => Value): string => taken((x) => {
      const value = term(...endsOfPairs(x));
      return [reduceSum(value, [0]), reduceSum(value, [1])];
    });
    expect(differ((a, b) => sub(a, b))).toBe("0 of 2");
    expect(differ((a, b) => add(a, mul(b, b)))).toBe("0 of 2");
    expect(differ((a, b) => div(a, b))).toBe("0 of 2");
    expect(differ((a, b) => selectN(lt(a, b), [a, b]))).toBe("0 of 2");
    expect(differ((a, b) => add(a, b))).toBe("1 of 2");
  });

  it("are not found where the sign of a zero would show", () => {
    expect(taken((x) => {
      const [a, b] = endsOfPairs(x);
      const pole = div(float32(1), sub(a, b));
      return [reduceSum(pole, [1]), reduceSum(neg(pole), [0])];
    })).toBe("0 of 2");
    expect(taken((x) => {
      const d = sub(...endsOfPairs(x));
      return [reduceMax(d, [1]), reduceMax(neg(d), [0])];
    })).toBe("0 of 2");
  });

  it("give the same bits in random programs", () => {
    let found = 0;
    for (let seed = 0; seed < 200; seed++) {
      const jaxpr = pairProgram(seed);
      const shared = shareMirrored(jaxpr);
      if (shared === jaxpr) continue;
      verifyJaxpr(shared);
      found += reductions(jaxpr) - reductions(shared);
      // Small integers, so that many differences are 0.
      const next = randomNumbers(seed);
      const inputs = jaxpr.inVars.map((): HostArray => Float32Array.from({ length: n }, () => Math.floor(next() * 4) - 1));
      const got = reference(shared, inputs).map((output) => output.map((value) => value + 0));
      expect(got, `seed ${seed}`).toEqual(reference(jaxpr, inputs).map((output) => output.map((value) => value + 0)));
    }
    expect(found).toBeGreaterThan(40);
  });
});
