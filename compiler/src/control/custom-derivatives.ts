/**
 * @file Functions with derivative rules of their own: custom_jvp_call and custom_vjp_call hold the function's jaxpr and
 * the user's rules, and custom_lin is the linear map whose transpose is the user's bwd.
 *
 * Rules are functions of flat values. They run under whatever trace asks for the derivative, so they differentiate and
 * batch like any other code.
 */

import { at } from "../base/assert.ts";
import { raise, type ErrorKind } from "../base/errors.ts";
import { equalShapes } from "../base/shape.ts";
import { closeJaxpr, isZero, tangentAval, zero } from "../ir/build.ts";
import type { Aval, AxisFrame, BatchResult, Jaxpr, OpaqueParam, Params, Primitive, Tangent, Value } from "../ir/types.ts";
import { definePrimitive, movement, nonDifferentiable, notLinear, printed, refuseParameter } from "../primitives/define.ts";
import { instantiate, moveAxis, reduceSum } from "../primitives/linear.ts";
import { parseName } from "../primitives/params.ts";
import { evalJaxpr } from "../trace/eval-jaxpr.ts";
import { traceToJaxpr } from "../trace/jaxpr-trace.ts";
import { bind, describeAval } from "../trace/stack.ts";
import { batchFlat, moveBatchAxis } from "../transforms/vmap.ts";
import { closedOverDerivative, forwardOfCustomVjp, wrongRuleResult } from "./errors.ts";

/** Primals and tangents in; results and their tangents out. */
export type FlatJvpRule = (primals: readonly Value[], tangents: readonly Value[]) => { readonly primals: readonly Value[]; readonly tangents: readonly Tangent[] };

/** Arguments in; results and residuals out. */
export type FlatForwardRule = (args: readonly Value[]) => { readonly primals: readonly Value[]; readonly residuals: readonly Value[] };

/** Residuals and cotangents of the results in; one cotangent per argument out. */
export type FlatBackwardRule = (residuals: readonly Value[], cotangents: readonly Value[]) => readonly Tangent[];

interface Rule<F> extends OpaqueParam {
  readonly target: F;
}

function rule<F>(name: string, target: F): Rule<F> {
  return { kind: "opaque", name, target };
}

/** Runs a rule on batches; every result gets its batch axis first. */
function batchRule(
  run: (args: readonly Value[]) => readonly Value[], frame: AxisFrame, args: readonly Value[], axes: readonly (number | null)[], functionName: string,
): readonly Value[] {
  const result = batchFlat(run, frame, args, axes, { functionName });
  return result.outputs.map((output, index) => moveBatchAxis(output, at(result.axes, index), 0, frame.size));
}

/** The batched jaxpr of a call; every result has its batch axis first. */
function batchedJaxpr(jaxpr: Jaxpr, name: string, frame: AxisFrame, inAvals: readonly Aval[], axes: readonly (number | null)[]): Jaxpr {
  return traceToJaxpr((args) => batchRule((inner) => evalJaxpr(jaxpr, [], inner), frame, args, axes, name), inAvals, { functionName: name }).jaxpr;
}

/** The results of an equation with every batch axis first. */
function firstAxes(outputs: readonly Value[]): BatchResult {
  return { outputs, axes: outputs.map(() => 0) };
}

// custom_jvp_call ------------------------------------------------------------------------------------------------------

export interface CustomJvpParams extends Params {
  readonly name: string;
  readonly jaxpr: Jaxpr;
  /** How many leading inputs are values that the function closed over, which its rule knows nothing of. */
  readonly hiddenCount: number;
  readonly jvp: Rule<FlatJvpRule>;
}

export const customJvpCallP: Primitive<CustomJvpParams> = definePrimitive<CustomJvpParams>({
  name: "custom_jvp_call",
  abstractEval: (_inAvals, { jaxpr }) => jaxpr.outs.map((out) => out.aval),
  effects: ({ jaxpr }) => jaxpr.effects,
  jvp: (primals, tangents, { name, jaxpr, jvp, hiddenCount }) => {
    refuseHidden(name, tangents.slice(0, hiddenCount));
    const result = jvp.target(primals, tangents.map(instantiate));
    checkTypes(wrongRuleResult, name, "results of the jvp rule", result.primals, jaxpr.outs.map((out) => out.aval));
    checkTypes(wrongRuleResult, name, "tangents of the jvp rule", result.tangents, jaxpr.outs.map((out) => tangentAval(out.aval)));
    return result;
  },
  transpose: notLinear("a function with a derivative rule is not linear"),
  partialEval: "plain",
  dce: "plain",
  batch: (frame, operands, axes, params) => {
    const jaxpr = batchedJaxpr(params.jaxpr, params.name, frame, operands.map((operand) => operand.aval), axes);
    const count = operands.length;
    const jvp: FlatJvpRule = (primals, tangents) => {
      const outs = batchRule((inner) => {
        const result = params.jvp.target(inner.slice(0, count), inner.slice(count));
        return [...result.primals, ...result.tangents.map(instantiate)];
      }, frame, [...primals, ...tangents], [...axes, ...axes], params.name);
      return { primals: outs.slice(0, outs.length / 2), tangents: outs.slice(outs.length / 2) };
    };
    return firstAxes(bind(customJvpCallP, operands, { ...params, jaxpr, jvp: rule(params.jvp.name, jvp) }));
  },
  lower: { kind: "inlined" },
  simplify: "none",
  subJaxprs: ({ jaxpr }) => [jaxpr],
  inlinable: ({ jaxpr }) => closeJaxpr(jaxpr),
  printParams: ({ name, jaxpr, jvp }) => [
    printed("name", name), { name: "call_jaxpr", value: { kind: "jaxpr", jaxpr, name: "jaxpr" } }, printed("jvp", jvp.name), printed("symbolic_zeros", "False"),
  ],
  parseParams: (params) => ({
    name: parseName(params.get("name")), jaxpr: params.get("call_jaxpr") as Jaxpr, hiddenCount: 0,
    jvp: rule("jvp", () => refuseParameter("custom_jvp_call", "a derivative rule", "a jaxpr that was parsed from text, which has none")),
  }),
  inPlace: "none",
  facts: movement,
});

/** A jaxpr without constants, its first inputs what the function closed over. */
export interface CustomCall {
  readonly name: string;
  readonly jaxpr: Jaxpr;
  readonly hiddenCount: number;
}

/** Calls a function whose derivative is the rule's, which is printed by its name. */
export function callCustomJvp(call: CustomCall, jvp: FlatJvpRule, args: readonly Value[], ruleName: string): readonly Value[] {
  return bind(customJvpCallP, args, { ...call, jvp: rule(ruleName, jvp) });
}

// custom_vjp_call ------------------------------------------------------------------------------------------------------

export interface CustomVjpParams extends Params {
  readonly name: string;
  readonly jaxpr: Jaxpr;
  readonly hiddenCount: number;
  readonly fwd: Rule<FlatForwardRule>;
  readonly bwd: Rule<FlatBackwardRule>;
}

export const customVjpCallP: Primitive<CustomVjpParams> = definePrimitive<CustomVjpParams>({
  name: "custom_vjp_call",
  abstractEval: (_inAvals, { jaxpr }) => jaxpr.outs.map((out) => out.aval),
  effects: ({ jaxpr }) => jaxpr.effects,
  // The results come from fwd; the tangents are a linear map that knows its transpose alone.
  jvp: (primals, tangents, { name, jaxpr, fwd, bwd, hiddenCount }) => {
    refuseHidden(name, tangents.slice(0, hiddenCount));
    const outAvals = jaxpr.outs.map((out) => out.aval);
    const result = fwd.target(primals);
    checkTypes(wrongRuleResult, name, "results of the fwd rule", result.primals, outAvals);
    const outTangents = bind(customLinP, [...result.residuals, ...tangents.map(instantiate)], {
      name, residualCount: result.residuals.length, bwd, inAvals: primals.map((primal) => tangentAval(primal.aval)), outAvals: outAvals.map(tangentAval),
    });
    return { primals: result.primals, tangents: outTangents };
  },
  transpose: notLinear("a function with a derivative rule is not linear"),
  partialEval: "plain",
  dce: "plain",
  batch: (frame, operands, axes, params) => {
    const jaxpr = batchedJaxpr(params.jaxpr, params.name, frame, operands.map((operand) => operand.aval), axes);
    const outCount = params.jaxpr.outs.length;
    const fwd: FlatForwardRule = (args) => {
      const outs = batchRule((inner) => {
        const result = params.fwd.target(inner);
        return [...result.primals, ...result.residuals];
      }, frame, args, axes, params.name);
      return { primals: outs.slice(0, outCount), residuals: outs.slice(outCount) };
    };
    return firstAxes(bind(customVjpCallP, operands, { ...params, jaxpr, fwd: rule(params.fwd.name, fwd), bwd: rule(params.bwd.name, batchedBackward(params.bwd.target, frame, axes, params.name)) }));
  },
  lower: { kind: "inlined" },
  simplify: "none",
  subJaxprs: ({ jaxpr }) => [jaxpr],
  inlinable: ({ jaxpr }) => closeJaxpr(jaxpr),
  printParams: ({ name, jaxpr, fwd, bwd }) => [
    printed("name", name), printed("bwd", bwd.name), { name: "call_jaxpr", value: { kind: "jaxpr", jaxpr, name } }, printed("fwd", fwd.name), printed("symbolic_zeros", "False"),
  ],
  parseParams: (params) => {
    const refuse = (): never => refuseParameter("custom_vjp_call", "a derivative rule", "a jaxpr that was parsed from text, which has none");
    return { name: parseName(params.get("name")), jaxpr: params.get("call_jaxpr") as Jaxpr, hiddenCount: 0, fwd: rule("fwd", refuse), bwd: rule("bwd", refuse) };
  },
  inPlace: "none",
  facts: movement,
});

/** bwd on batches of residuals and cotangents; the cotangent of an argument that is not mapped is summed over the batch. */
function batchedBackward(bwd: FlatBackwardRule, frame: AxisFrame, argumentAxes: readonly (number | null)[], name: string): FlatBackwardRule {
  return (residuals, cotangents) => {
    const args = [...residuals, ...cotangents];
    const results = batchRule((inner) => bwd(inner.slice(0, residuals.length), inner.slice(residuals.length)).map(instantiate), frame, args, args.map(() => 0), name);
    return results.map((result, index) => {
      const axis = at(argumentAxes, index);
      return axis === null ? reduceSum(result, [0]) : moveAxis(result, 0, axis);
    });
  };
}

/** Calls a function whose cotangents are the rules', which are printed by their names. */
export function callCustomVjp(call: CustomCall, fwd: FlatForwardRule, bwd: FlatBackwardRule, args: readonly Value[], ruleNames: readonly [fwd: string, bwd: string]): readonly Value[] {
  return bind(customVjpCallP, args, { ...call, fwd: rule(ruleNames[0], fwd), bwd: rule(ruleNames[1], bwd) });
}

// custom_lin -----------------------------------------------------------------------------------------------------------

export interface CustomLinParams extends Params {
  readonly name: string;
  readonly residualCount: number;
  readonly bwd: Rule<FlatBackwardRule>;
  /** Avals of the tangents in and out, as data of the call. */
  readonly inAvals: readonly Aval[];
  readonly outAvals: readonly Aval[];
}

export const customLinP: Primitive<CustomLinParams> = definePrimitive<CustomLinParams>({
  name: "custom_lin",
  abstractEval: (_inAvals, { outAvals }) => outAvals,
  effects: "pure",
  jvp: nonDifferentiable("the derivative of a customVjp function is defined backward only"),
  transpose: (cotangents, operands, { name, residualCount, bwd, inAvals }) => {
    const residuals = operands.slice(0, residualCount).flatMap((operand) => (operand.kind === "known" ? [operand.value] : []));
    const results = bwd.target(residuals, cotangents.map(instantiate));
    checkTypes(wrongRuleResult, name, "cotangents of the bwd rule", results, inAvals);
    return operands.map((operand, index) => {
      if (operand.kind === "known") return null;
      const result = at(results, index - residualCount);
      return isZero(result) ? zero(operand.aval) : result;
    });
  },
  partialEval: "plain",
  dce: "plain",
  batch: (frame, operands, axes, params) => {
    const inFront = operands.map((operand, index) => moveBatchAxis(operand, at(axes, index), 0, frame.size));
    const batched = (avals: readonly Aval[]): Aval[] => avals.map((one) => ({ ...one, shape: [frame.size, ...one.shape] }));
    const tangentAxes = params.inAvals.map(() => 0);
    return firstAxes(bind(customLinP, inFront, {
      ...params, bwd: rule("bwd", batchedBackward(params.bwd.target, frame, tangentAxes, params.name)),
      inAvals: batched(params.inAvals), outAvals: batched(params.outAvals),
    }));
  },
  lower: { kind: "inlined" },
  simplify: "none",
  subJaxprs: "none",
  // Nothing but transposition may meet it: whoever evaluates it asked for a forward derivative.
  inlinable: ({ name }) => raise(forwardOfCustomVjp, {
    operation: name, expected: "a reverse-mode derivative: grad, vjp or jacrev", got: "a forward-mode derivative of a function with a customVjp rule",
    fix: "give the rule with customJvp instead",
  }),
  printParams: ({ name }) => [printed("name", name), printed("bwd", "bwd")],
  parseParams: () => refuseParameter("custom_lin", "a derivative rule", "a jaxpr that was parsed from text, which has none"),
  inPlace: "none",
  facts: movement,
});

/** Throws where a value that the function closed over is being differentiated: its rule would drop the derivative. */
function refuseHidden(name: string, tangents: readonly Tangent[]): void {
  const hidden = tangents.find((tangent) => !isZero(tangent));
  if (hidden === undefined) return;
  raise(closedOverDerivative, {
    operation: name, expected: "a function that gets what is differentiated as arguments", got: `a closed-over ${describeAval(hidden.aval)} that is being differentiated`,
    fix: `pass the value to ${name} as an argument`,
  });
}

/** Throws unless values have these types, weakness aside. */
function checkTypes(kind: ErrorKind, name: string, what: string, got: readonly Tangent[], expected: readonly Aval[]): void {
  const same = got.length === expected.length && got.every((value, index) => {
    const wanted = at(expected, index);
    return equalShapes(value.aval.shape, wanted.shape) && value.aval.dtype === wanted.dtype;
  });
  if (same) return;
  const list = (avals: readonly Aval[]): string => (avals.length === 0 ? "none" : avals.map(describeAval).join(", "));
  raise(kind, { operation: name, expected: `${what}: ${list(expected)}`, got: list(got.map((value) => value.aval)), fix: "let the rule return values of these shapes and dtypes" });
}
