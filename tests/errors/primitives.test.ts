/**
 * @file Wrong calls of every primitive, made of its samples: an operand of another dtype, rank or extent, one operand too
 * few, a parameter out of range. Each throws an error that states the facts, or is among the calls that are right after all.
 */

import { at } from "@lanewise/compiler/base/assert";
import type { DType } from "@lanewise/compiler/base/dtype";
import { LanewiseError } from "@lanewise/compiler/base/errors";
import { aval } from "@lanewise/compiler/ir/build";
import type { Aval, Params, Primitive } from "@lanewise/compiler/ir/types";
import { flatPrimitives } from "@lanewise/compiler/primitives/all";
import { describe, expect, test } from "vitest";
import { allSamples } from "../support/samples/all.ts";
import type { BoundSample } from "../support/samples/types.ts";

interface WrongCall {
  readonly name: string;
  readonly avals: readonly Aval[];
  readonly params: Params;
}

const otherDTypes: readonly DType[] = ["float32", "int32", "bool", "key<fry>"];

function replaced<Item>(items: readonly Item[], place: number, item: Item): Item[] {
  return items.map((other, index) => (index === place ? item : other));
}

/** Calls with an operand of another type. */
function wrongOperands({ sample }: BoundSample): WrongCall[] {
  const avals = sample.inputs.map(({ shape, dtype }) => aval(shape, dtype));
  return avals.flatMap((own, place) => {
    const dtypes = otherDTypes.filter((dtype) => dtype !== own.dtype).map((dtype) => ({ name: `operand ${place} of ${dtype}`, other: aval(own.shape, dtype) }));
    const shapes = [
      { name: `operand ${place} with three axes more`, other: aval([7, 5, 3, ...own.shape], own.dtype) },
      ...(own.shape.length === 0 ? [] : [{ name: `operand ${place} with a last extent of 11 more`, other: aval([...own.shape.slice(0, -1), at(own.shape, -1) + 11], own.dtype) }]),
    ];
    return [...dtypes, ...shapes].map(({ name, other }) => ({ name, avals: replaced(avals, place, other), params: sample.params }));
  });
}

/** Calls with a number of a parameter, or of a list in it, that no axis, extent or count can be. */
function wrongParams({ sample }: BoundSample): WrongCall[] {
  const avals = sample.inputs.map(({ shape, dtype }) => aval(shape, dtype));
  const variants = (value: unknown): (readonly [string, unknown])[] => {
    if (typeof value === "number") return [["-77", -77], ["1.5", 1.5], ["NaN", Number.NaN]];
    if (!Array.isArray(value)) return [];
    const last: unknown = value.at(-1);
    const longer: readonly [string, unknown] = ["one entry more", [...(value as unknown[]), Array.isArray(last) ? last : 0]];
    return [longer, ...value.flatMap((item, place) => variants(item).map(([name, other]) => [`${name} at ${place}`, replaced(value as unknown[], place, other)] as const))];
  };
  return Object.entries(sample.params).flatMap(([key, value]) =>
    variants(value).map(([name, other]) => ({ name: `${key} with ${name}`, avals, params: { ...sample.params, [key]: other } as Params })));
}

/** Null where it throws as it should; otherwise what happens instead. */
function outcome({ abstractEval }: Primitive, { avals, params }: WrongCall): string | null {
  try {
    return `gives ${abstractEval(avals, params).map(({ dtype, shape }) => `${dtype}[${shape.join()}]`).join(" ")}`;
  } catch (error) {
    if (!(error instanceof LanewiseError)) return `throws ${String(error)}`;
    const { expected, got, fix } = error.details;
    return [expected, got, fix].includes("") ? `throws without facts: ${error.message}` : null;
  }
}

const samples = allSamples();
const firstOf = (primitive: Primitive): BoundSample => {
  const own = samples.filter((bound) => bound.primitive === primitive && bound.sample.inputs.every(({ shape }) => !shape.includes(0)));
  return at([...own.filter(({ sample }) => sample.inputs.some(({ shape }) => shape.length > 0)), ...own], 0);
};

/** Calls that are right after all, by the primitive: a result of another shape, a list that may be longer, a negative power. */
const rightParams: Readonly<Record<string, RegExp>> = {
  "broadcast_in_dim": /^shape with one entry more/, "iota": /^shape with one entry more/, "integer_pow": /^y with -77/,
  "split": /^sizes with one entry more/, "random_split": /^shape with one entry more/, "random_bits": /^shape with one entry more/,
  ...Object.fromEntries(["max", "min", "prod", "and", "or", "xor"].map((name) => [`reduce_${name}`, /^axes with one entry more/])),
  // A padding may cut, down to nothing.
  ...Object.fromEntries(["reduce_window_sum", "reduce_window_max", "reduce_window_min", "select_and_gather_add"].map((name) => [name, /^padding with -77/])),
  // Of no concern to the types.
  ...Object.fromEntries(["scatter", "scatter-add", "scatter-sub", "scatter-mul", "scatter-min", "scatter-max"].map((name) => [name, /^updateConsts/])),
};

/** The same for operands, of primitives with several. */
const rightOperands: Readonly<Record<string, RegExp>> = {
  "select_n": /^operand 0 of int32/, "clamp": /^operand 1 with/, "pad": /^operand 0 with a last extent/, "concatenate": /^operand \d with a last extent/,
  "polygamma": /^operand 1 with/, "pow": /^operand 1 of int32/, "dynamic_slice": /^operand 0 (?:of|with a last extent)/,
  "dynamic_update_slice": /^operand 0 with a last extent/, "gather": /^operand 0 (?:of|with a last extent)|^operand 1 with three axes more/,
  "conv_general_dilated": /^operand \d with a last extent/, "threefry2x32_xor": /^operand 3 with a last extent/, "triangular_solve": /^operand 1 with a last extent/,
  ...Object.fromEntries(["scatter", "scatter-add", "scatter-sub", "scatter-mul", "scatter-min", "scatter-max"].map((name) => [name, /^operand 0 with a last extent/])),
};

/** Primitives that take keys as they take anything: they move elements or pass them on. */
const takesKeys = (primitive: Primitive): boolean => primitive.lower.kind === "indexMap" || primitive.name === "stop_gradient";

describe("wrong calls of every primitive", () => {
  const primitives = [...flatPrimitives().values()];
  const count = { calls: 0, refused: 0 };

  test.each(primitives.map((primitive) => [primitive.name, primitive] as const))("%s", (name, primitive) => {
    const bound = firstOf(primitive);
    const isUnary = bound.sample.inputs.length === 1;
    const problems = (calls: readonly WrongCall[], isRight: (call: WrongCall) => boolean): string[] => calls.flatMap((call) => {
      const what = outcome(primitive, call);
      count.calls++;
      if (what === null) count.refused++;
      return what === null || (what.startsWith("gives") && isRight(call)) ? [] : [`${call.name} ${what}`];
    });
    // One operand may have any shape that the params fit, and another dtype; a key is no number.
    const isRightOperand = (call: WrongCall): boolean => (isUnary ? takesKeys(primitive) || !call.name.endsWith("key<fry>") : rightOperands[name]?.test(call.name) === true);
    expect(problems(wrongOperands(bound), isRightOperand)).toEqual([]);
    expect(problems(wrongParams(bound), (call) => rightParams[name]?.test(call.name) === true)).toEqual([]);
  });

  test("most of them are refused", () => {
    console.log(`${count.refused} of ${count.calls} calls refused, over ${primitives.length} primitives`);
    expect(count.refused).toBeGreaterThan(600);
  });
});
