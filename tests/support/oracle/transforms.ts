/** @file The transforms by their definition: vmap is a loop, jvp a dual number, vjp a sum over basis tangents. */

import { at } from "@lanewise/compiler/base/assert";
import { isFloat } from "@lanewise/compiler/base/dtype";
import { add, dual, mul, primalPart, tangentPart, type Num } from "./number.ts";
import { example, stack, type Tensor } from "./tensor.ts";

export type OracleFunction = (args: readonly Tensor[]) => readonly Tensor[];

const tags = { next: 0 };

/** Runs `f` on every example and puts the results side by side. */
export function vmapOracle(f: OracleFunction, inAxis: number, outAxis: number, size: number): OracleFunction {
  return (args) => {
    const results = Array.from({ length: size }, (_, position) =>
      f(args.map((arg) => example(arg, inAxis < 0 ? inAxis + arg.shape.length : inAxis, position))));
    return at(results, 0).map((first, index) => stack(results.map((result) => at(result, index)), outAxis < 0 ? outAxis + first.shape.length + 1 : outAxis));
  };
}

function derivative(f: OracleFunction, primals: readonly Tensor[], tangents: readonly (readonly Num[] | null)[]): { outs: Tensor[]; tangents: Tensor[] } {
  const tag = tags.next++;
  const duals = primals.map((primal, index): Tensor => {
    const tangent = at(tangents, index);
    return tangent === null ? primal : { ...primal, data: primal.data.map((value, place) => dual(tag, value, at(tangent, place))) };
  });
  const results = f(duals);
  return {
    outs: results.map((result) => ({ ...result, data: result.data.map((value) => primalPart(value, tag)) })),
    tangents: results.map((result) => ({ ...result, data: result.data.map((value) => tangentPart(value, tag)) })),
  };
}

/** Primals then tangents in (floats only), results then their tangents out. */
export function jvpOracle(f: OracleFunction): OracleFunction {
  return (args) => {
    const half = args.length / 2;
    const result = derivative(f, args.slice(0, half), args.slice(half).map((tangent) => tangent.data));
    return [...result.outs, ...result.tangents];
  };
}

/** The derivative of every result by every primal, result by result: the axes of the result, then of the primal. */
export function jacobianOracle(f: OracleFunction): OracleFunction {
  return (primals) => {
    const columns = primals.map((primal, which) => primal.data.map((_, place) => {
      const unit = primals.map((other, index) => (index === which ? other.data.map((__, position) => (position === place ? 1 : 0)) : null));
      return derivative(f, primals, unit).tangents;
    }));
    const outs = f(primals);
    return outs.flatMap((out, index) => primals.map((primal, which): Tensor => ({
      shape: [...out.shape, ...primal.shape], dtype: out.dtype,
      data: out.data.flatMap((_, position) => at(columns, which).map((tangents) => at(at(tangents, index).data, position))),
    })));
  };
}

/** Primals then cotangents in, results then the cotangents of the primals out. */
export function vjpOracle(f: OracleFunction, inputCount: number): OracleFunction {
  return (args) => {
    const primals = args.slice(0, inputCount);
    const cotangents = args.slice(inputCount);
    const outs = f(primals);
    const gradients = primals.map((primal, which): Tensor => ({
      ...primal,
      data: primal.data.map((_, place) => {
        const tangents = primals.map((other, index) => (index === which ? other.data.map((__, position) => (position === place ? 1 : 0)) : null));
        const { tangents: outTangents } = derivative(f, primals, tangents);
        return outTangents.reduce<Num>((sum, tangent, index) => {
          if (!isFloat(tangent.dtype)) return sum;
          return tangent.data.reduce<Num>((inner, value, position) => add(inner, mul(value, at(at(cotangents, index).data, position))), sum);
        }, 0);
      }),
    }));
    return [...outs, ...gradients];
  };
}
