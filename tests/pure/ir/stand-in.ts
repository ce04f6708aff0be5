/** @file Primitives for tests of the graph IR alone: one that takes any text, and small ones with rules. */
import { at, InternalError } from "@lanewise/compiler/base/assert";
import { aval, closeJaxpr } from "@lanewise/compiler/ir/build";
import { formatPython, pythonList, pythonName, type PythonValue } from "@lanewise/compiler/ir/format-python";
import type { Atom, Effect, Jaxpr, ParamValue, Params, Primitive, PrintedValue } from "@lanewise/compiler/ir/types";

const base: Primitive = {
  kind: "primitive",
  name: "stand_in",
  abstractEval: (inputs) => inputs.slice(0, 1),
  effects: "pure",
  jvp: { kind: "none", reason: "a stand-in" },
  transpose: { kind: "none", reason: "a stand-in" },
  partialEval: "plain",
  dce: "plain",
  batch: (_frame, outputs, axes) => ({ outputs, axes }),
  lower: { kind: "inlined" },
  simplify: "none",
  subJaxprs: "none",
  inlinable: "never",
  printParams: "none",
  parseParams: () => ({}),
  inPlace: "none",
  facts: { cost: 1, commutative: false },
};

/** A primitive that is like every other but for these slots. */
export function standIn(slots: Partial<Primitive>): Primitive {
  return { ...base, ...slots };
}

function isJaxpr(value: ParamValue): value is Jaxpr {
  return typeof value === "object" && value !== null && "eqns" in value;
}

/** A value as JAX printed it: names inside tuples have no quotes, dimension numbers of dot_general are lists. */
function printAgain(primitive: string, param: string, value: ParamValue): PrintedValue {
  if (isJaxpr(value)) return { kind: "jaxpr", jaxpr: value, name: "jaxpr" };
  if (Array.isArray(value) && value.length > 0 && value.every(isJaxpr)) return { kind: "jaxprs", jaxprs: value };
  const asPython = (item: ParamValue, depth: number): PythonValue => {
    if (typeof item === "string") return depth === 0 ? item : pythonName(item);
    if (!Array.isArray(item)) return item as PythonValue;
    const items = item.map((part: ParamValue) => asPython(part, depth + 1));
    return primitive === "dot_general" && param === "dimension_numbers" && depth === 2 ? pythonList(items) : items;
  };
  return { kind: "text", text: formatPython(asPython(value, 0)) };
}

function anyPrimitive(name: string): Primitive {
  return standIn({
    name,
    subJaxprs: (params) => Object.values(params).flat().filter((value): value is Jaxpr => isJaxpr(value as ParamValue)),
    parseParams: (params) => Object.fromEntries(params),
    printParams: (params) => Object.entries(params).map(([param, value]) => {
      const printed = printAgain(name, param, value);
      return { name: param, value: printed.kind === "jaxpr" && name === "jit" ? { ...printed, name: params["name"] as string, sameNames: true } : printed };
    }),
  });
}

/** Knows every name, and prints params as it read them. */
export class AnyPrimitives extends Map<string, Primitive> {
  override get(name: string): Primitive {
    const known = super.get(name) ?? anyPrimitive(name);
    this.set(name, known);
    return known;
  }
}

const sameAsFirst = (name: string, slots: Partial<Primitive> = {}): Primitive => standIn({ name, ...slots });

export const sinP = sameAsFirst("sin");
export const negP = sameAsFirst("neg", {
  // -(-x) cannot be seen from one equation; -literal can.
  simplify: ({ inputs }): readonly Atom[] | null => {
    const input = at(inputs, 0);
    return input.kind === "literal" ? [{ ...input, value: -input.value }] : null;
  },
});
export const addP = sameAsFirst("add", {
  facts: { cost: 1, commutative: true },
  simplify: ({ inputs }): readonly Atom[] | null => {
    const [left, right] = [at(inputs, 0), at(inputs, 1)];
    return right.kind === "literal" && right.value === 0 && left.aval.dtype === "int32" ? [left] : null;
  },
  abstractEval: (inputs) => {
    const [left, right] = [at(inputs, 0), at(inputs, 1)];
    if (inputs.length !== 2 || left.dtype !== right.dtype) throw new Error("two operands of one dtype");
    return [left.shape.length >= right.shape.length ? left : right];
  },
});
export const subP = sameAsFirst("sub");
/** Two results: its input, twice. */
export const twiceP = standIn({ name: "twice", abstractEval: (inputs) => [at(inputs, 0), at(inputs, 0)] });
export const powP = standIn({
  name: "integer_pow",
  printParams: (params) => [{ name: "y", value: { kind: "text", text: formatPython(params["y"] as number) } }],
  parseParams: (params) => {
    const y = params.get("y");
    if (typeof y !== "number") throw new InternalError("expected a number");
    return { y };
  },
});
const host: readonly Effect[] = [{ kind: "host" }];
export const logP = standIn({ name: "log_it", abstractEval: () => [], effects: () => host });

interface CallParams extends Params {
  readonly name: string;
  readonly jaxpr: Jaxpr;
}
const callParams = (params: Params): CallParams => params as CallParams;
const callSlots: Partial<Primitive> = {
  abstractEval: (_inputs, params) => callParams(params).jaxpr.outs.map((out) => out.aval),
  effects: (params) => callParams(params).jaxpr.effects,
  subJaxprs: (params) => [callParams(params).jaxpr],
  parseParams: (params) => ({ name: params.get("name") as string, jaxpr: params.get("jaxpr") as Jaxpr }),
};
export const jitP = standIn({
  name: "jit", ...callSlots,
  inlinable: (params) => closeJaxpr(callParams(params).jaxpr),
  printParams: (params) => {
    const { name, jaxpr } = callParams(params);
    return [{ name: "name", value: { kind: "text", text: name } }, { name: "jaxpr", value: { kind: "jaxpr", jaxpr, name, sameNames: true } }];
  },
});
/** Holds a jaxpr that is no call. */
export const loopP = standIn({
  name: "loop", ...callSlots,
  printParams: (params) => [{ name: "jaxpr", value: { kind: "jaxpr", jaxpr: callParams(params).jaxpr, name: "jaxpr" } }],
});

export const samplePrimitives: ReadonlyMap<string, Primitive> = new Map(
  [sinP, negP, addP, subP, twiceP, powP, logP, jitP, loopP].map((primitive) => [primitive.name, primitive]),
);

export const f32 = aval([], "float32");
