/**
 * @file jit as a call in the jaxpr: an equation that holds the jaxpr of the function it calls.
 *
 * Transforms rewrite the inner jaxpr and keep the call; the pass `inline` removes it. Rewritten jaxprs are remembered per
 * inner jaxpr, so that a function called twice is rewritten once and prints once.
 */

import { at } from "../base/assert.ts";
import { closeJaxpr, isZero, makeEqn, makeJaxpr, tangentAval, zero } from "../ir/build.ts";
import { pruneJaxpr } from "../ir/dce.ts";
import type { ClosedJaxpr, Jaxpr, JvpResult, Params, Primitive, Tangent, TransposeOperand, Value } from "../ir/types.ts";
import { definePrimitive, movement, printed } from "../primitives/define.ts";
import { instantiate } from "../primitives/linear.ts";
import { parseName } from "../primitives/params.ts";
import { evalJaxpr } from "../trace/eval-jaxpr.ts";
import { bind } from "../trace/stack.ts";
import { traceToJaxpr } from "../trace/jaxpr-trace.ts";
import { jvpFlat } from "../transforms/jvp.ts";
import { splitJaxpr, type JaxprSplit } from "../transforms/partial-eval.ts";
import { backwardPass } from "../transforms/transpose.ts";
import { batchFlat } from "../transforms/vmap.ts";

export interface JitParams extends Params {
  /** The function's name; `<lambda>` for an anonymous one. */
  readonly name: string;
  /** Without constants: what the function closed over are leading inputs. */
  readonly jaxpr: Jaxpr;
}

export const jitP: Primitive<JitParams> = definePrimitive<JitParams>({
  name: "jit",
  abstractEval: (_inAvals, { jaxpr }) => jaxpr.outs.map((out) => out.aval),
  effects: ({ jaxpr }) => jaxpr.effects,
  jvp: (primals, tangents, params) => jvpOfCall(primals, tangents, params),
  transpose: (cotangents, operands, params) => transposeOfCall(cotangents, operands, params),
  partialEval: (unknown, { params }) => {
    const split = splitOf(params.jaxpr, unknown);
    return {
      known: { ...params, jaxpr: split.known }, staged: { ...params, jaxpr: split.staged },
      outUnknown: split.outUnknown, residuals: split.residuals, outAvals: params.jaxpr.outs.map((out) => out.aval),
    };
  },
  dce: (used, eqn) => {
    const { jaxpr, usedInputs } = pruneJaxpr(eqn.params.jaxpr, used);
    const keep = <T>(items: readonly T[]): T[] => items.filter((_, index) => at(usedInputs, index));
    const inner = makeJaxpr([], keep(jaxpr.inVars), jaxpr.eqns, jaxpr.outs);
    const outVars = eqn.outVars.filter((_, index) => at(used, index));
    if (outVars.length === 0 && inner.effects.length === 0) return { usedInputs: usedInputs.map(() => false), eqn: null };
    return { usedInputs, eqn: makeEqn(jitP, keep(eqn.inputs), { ...eqn.params, jaxpr: inner }, outVars, eqn.source) };
  },
  batch: (frame, operands, axes, params) => {
    const { jaxpr, outAxes } = remember(batchedCalls, params.jaxpr, `${frame.size} ${frame.name ?? ""} ${axes.join()}`, () => {
      let outAxes: readonly (number | null)[] = [];
      const closed = traceToJaxpr((args) => {
        const result = batchFlat((inner) => evalJaxpr(params.jaxpr, [], inner), frame, args, axes, { functionName: params.name });
        outAxes = result.axes;
        return result.outputs;
      }, operands.map((operand) => operand.aval), { functionName: params.name });
      return { jaxpr: closed.jaxpr, outAxes };
    });
    return { outputs: bind(jitP, operands, { ...params, jaxpr }), axes: outAxes };
  },
  lower: { kind: "inlined" },
  simplify: "none",
  subJaxprs: ({ jaxpr }) => [jaxpr],
  inlinable: ({ jaxpr }) => closeJaxpr(jaxpr),
  printParams: ({ name, jaxpr }) => [printed("name", name), { name: "jaxpr", value: { kind: "jaxpr", jaxpr, name, sameNames: true } }],
  parseParams: (params) => ({ name: parseName(params.get("name")), jaxpr: params.get("jaxpr") as Jaxpr }),
  inPlace: "none",
  facts: movement,
});

// Rewritten jaxprs -----------------------------------------------------------------------------------------------------

type Memory<Result> = WeakMap<Jaxpr, Map<string, Result>>;

const jvpCalls: Memory<{ readonly jaxpr: Jaxpr; readonly nonzero: readonly boolean[] }> = new WeakMap();
const splitCalls: Memory<JaxprSplit> = new WeakMap();
const batchedCalls: Memory<{ readonly jaxpr: Jaxpr; readonly outAxes: readonly (number | null)[] }> = new WeakMap();
const transposedCalls: Memory<{ readonly jaxpr: Jaxpr; readonly nonzero: readonly boolean[] }> = new WeakMap();

function remember<Result>(memory: Memory<Result>, jaxpr: Jaxpr, key: string, make: () => Result): Result {
  const results = memory.get(jaxpr) ?? new Map<string, Result>();
  memory.set(jaxpr, results);
  const known = results.get(key);
  if (known !== undefined) return known;
  const made = make();
  results.set(key, made);
  return made;
}

function splitOf(jaxpr: Jaxpr, unknown: readonly boolean[]): JaxprSplit {
  return remember(splitCalls, jaxpr, unknown.join(), () => splitJaxpr(jaxpr, unknown));
}

/** The call of the jvp: primals and the tangents that are there in; primals and the tangents that can be nonzero out. */
function jvpOfCall(primals: readonly Value[], tangents: readonly Tangent[], params: JitParams): JvpResult {
  const given = tangents.filter((tangent): tangent is Value => !isZero(tangent));
  const { jaxpr, nonzero } = remember(jvpCalls, params.jaxpr, tangents.map(isZero).join(), () => {
    let nonzero: boolean[] = [];
    const inAvals = [...primals, ...given].map((value) => value.aval);
    const closed = traceToJaxpr((args) => {
      let next = primals.length;
      const inner = tangents.map((tangent) => (isZero(tangent) ? tangent : at(args, next++)));
      const result = jvpFlat((values) => evalJaxpr(params.jaxpr, [], values), args.slice(0, primals.length), inner, { functionName: params.name });
      nonzero = result.tangents.map((tangent) => !isZero(tangent));
      return [...result.primals, ...result.tangents.filter((tangent): tangent is Value => !isZero(tangent))];
    }, inAvals, { functionName: params.name });
    return { jaxpr: closed.jaxpr, nonzero };
  });
  const results = bind(jitP, [...primals, ...given], { ...params, jaxpr });
  let next = params.jaxpr.outs.length;
  return {
    primals: results.slice(0, params.jaxpr.outs.length),
    tangents: params.jaxpr.outs.map((out, index) => (at(nonzero, index) ? at(results, next++) : zero(tangentAval(out.aval)))),
  };
}

/** The call of the transpose: known operands, then the cotangents that are there in; nonzero cotangents out. */
function transposeOfCall(cotangents: readonly Tangent[], operands: readonly TransposeOperand[], params: JitParams): readonly (Tangent | null)[] {
  const known = operands.flatMap((operand) => (operand.kind === "known" ? [operand.value] : []));
  const given = cotangents.filter((cotangent): cotangent is Value => !isZero(cotangent));
  const key = `${operands.map(({ kind }) => kind).join()} ${cotangents.map(isZero).join()}`;
  const { jaxpr, nonzero } = remember(transposedCalls, params.jaxpr, key, () => {
    let nonzero: boolean[] = [];
    const closed = traceToJaxpr((args) => {
      let nextKnown = 0;
      let nextGiven = known.length;
      const inputs = operands.map((operand) => (operand.kind === "known" ? at(args, nextKnown++) : null));
      const outs = cotangents.map((cotangent) => (isZero(cotangent) ? cotangent : at(args, nextGiven++)));
      const results = backwardPass(params.jaxpr, [], inputs, outs);
      nonzero = results.map((cotangent, index) => at(inputs, index) === null && !isZero(cotangent));
      return results.filter((_, index) => at(nonzero, index)).map(instantiate);
    }, [...known, ...given].map((value) => value.aval), { functionName: params.name });
    return { jaxpr: closed.jaxpr, nonzero };
  });
  const results = nonzero.includes(true) ? bind(jitP, [...known, ...given], { ...params, jaxpr }) : [];
  let next = 0;
  return operands.map((operand, index) => {
    if (operand.kind === "known") return null;
    return at(nonzero, index) ? at(results, next++) : zero(operand.aval);
  });
}

// Calls ----------------------------------------------------------------------------------------------------------------

/** The jaxpr with its constants as leading inputs, and their values, which every call passes along. */
export function closeOver(closed: ClosedJaxpr): { readonly jaxpr: Jaxpr; readonly hidden: readonly Value[] } {
  const { jaxpr, consts } = closed;
  if (jaxpr.constVars.length === 0) return { jaxpr, hidden: [] };
  return { jaxpr: makeJaxpr([], [...jaxpr.constVars, ...jaxpr.inVars], jaxpr.eqns, jaxpr.outs), hidden: consts };
}

/** Calls a jaxpr without constants. */
export function callJit(jaxpr: Jaxpr, name: string, args: readonly Value[]): readonly Value[] {
  return bind(jitP, args, { name, jaxpr });
}
