/** @file np.pad and what it takes. */

import { at } from "@lanewise/compiler/base/assert";
import { raise } from "@lanewise/compiler/base/errors";
import { formatShape, range } from "@lanewise/compiler/base/shape";
import type { Value } from "@lanewise/compiler/ir/types";
import { describeArgument, parseOptional, type Optional } from "../arguments.ts";
import { badArgument, incompatibleShapes } from "../errors.ts";
import * as ops from "../ops/pad.ts";
import type { ArrayLike, NDArray } from "../types.ts";
import { give, read } from "./operand.ts";

/** One entry for all sides, `[before, after]` for all axes, or a pair per axis. */
export type PerSide<T> = T | readonly [T, T] | readonly (readonly [T, T] | readonly [T])[];
export type PadWidth = PerSide<number>;

export type PadMode = "constant" | "edge" | "empty" | "linearRamp" | "maximum" | "mean" | "median" | "minimum" | "reflect" | "symmetric" | "wrap";

export interface PadOptions {
  readonly mode?: PadMode;
  /** Mode "constant": the value, `[before, after]`, or a pair per axis. 0 by default. */
  readonly constantValues?: ArrayLike;
  /** Mode "linearRamp": the values that the ramps come from. 0 by default. */
  readonly endValues?: PerSide<ArrayLike>;
  /** Modes "maximum", "mean", "median", "minimum": how many elements from each end count; all by default. */
  readonly statLength?: PerSide<number> | null;
  /** Modes "reflect", "symmetric": "odd" mirrors the values at the value of the end as well. */
  readonly reflectType?: "even" | "odd";
}

/** The options that each mode takes. */
const optionsOf: Readonly<Record<PadMode, readonly (keyof PadOptions)[]>> = {
  constant: ["constantValues"], edge: [], empty: [], linearRamp: ["endValues"], maximum: ["statLength"], mean: ["statLength"], median: ["statLength"],
  minimum: ["statLength"], reflect: ["reflectType"], symmetric: ["reflectType"], wrap: [],
};

const operation = "np.pad";

/**
 * The array with elements around it. `padWidth` says how many: one number for all sides, `[before, after]`, or a pair per axis.
 * Modes are NumPy's; those that repeat elements need some.
 *
 * @throws LW3007 for bad widths, another mode, or an option that the mode does not take; LW3005 for constants that do not fit
 * @example np.pad(x, [[1, 1], [0, 2]], { constantValues: 5 }); np.pad(x, 2, "reflect")
 */
export function pad(array: ArrayLike, padWidth: PadWidth, ...rest: Optional<["mode"], PadOptions>): NDArray {
  const given = parseOptional<PadOptions>({ operation, positional: ["mode"], named: ["constantValues", "endValues", "statLength", "reflectType"] }, rest);
  const { mode = "constant" } = given;
  const known = Object.hasOwn(optionsOf, mode) ? optionsOf[mode] : raise(badArgument, {
    operation, argument: "mode", expected: `one of ${Object.keys(optionsOf).join(", ")}`, got: describeArgument(mode), fix: "choose a mode",
  });
  const strange = Object.keys(given).find((name) => name !== "mode" && !known.includes(name as keyof PadOptions));
  if (strange !== undefined) {
    raise(badArgument, { operation, argument: strange, expected: `with mode "${mode}" ${known.length === 0 ? "no option" : `only ${known.join(", ")}`}`, got: strange, fix: "leave it out, or choose another mode" });
  }
  const x = read(array, operation, "array");
  const rank = x.aval.shape.length;
  const widths = pairs("padWidth", padWidth, rank, isCount, "integers that are not negative");
  if (rank === 0) return give(x);
  return give(padded(x, widths, mode, given));
}

function padded(x: Value, widths: ops.PadWidths, mode: PadMode, given: PadOptions): Value {
  const rank = x.aval.shape.length;
  switch (mode) {
    case "constant": return ops.padConstant(x, widths, constantsFor(rank, read(given.constantValues ?? 0, operation, "constantValues")));
    case "edge": return ops.padEdge(x, widths);
    case "empty": return ops.padEmpty(x, widths);
    case "wrap": return ops.padWrap(x, widths);
    case "reflect": case "symmetric": return ops.padMirrored(x, widths, mode, isOdd(given.reflectType));
    case "linearRamp": {
      const ends = pairs("endValues", given.endValues ?? 0, rank, (value): value is ArrayLike => !Array.isArray(value), "numbers");
      return ops.padLinearRamp(x, widths, ends.map(([before, after]) => [read(before, operation, "endValues"), read(after, operation, "endValues")]));
    }
    case "maximum": case "mean": case "median": case "minimum": {
      const { statLength } = given;
      const lengths = statLength === undefined || statLength === null ? null : pairs("statLength", statLength, rank, (value): value is number => isCount(value) && value > 0, "integers of at least 1");
      return ops.padStatistic(x, widths, mode, lengths);
    }
  }
}

function isOdd(type: unknown = "even"): boolean {
  if (type === "even" || type === "odd") return type === "odd";
  return raise(badArgument, { operation, argument: "reflectType", expected: '"even" or "odd"', got: describeArgument(type), fix: "choose one" });
}

function constantsFor(rank: number, constants: Value): Value {
  const { shape } = constants.aval;
  const fits = shape.length <= 2 && (shape.length === 0 || shape.at(-1) === 2 || (shape.length === 1 && shape[0] === 1)) && (shape.length < 2 || shape[0] === 1 || shape[0] === rank);
  if (fits) return constants;
  return raise(incompatibleShapes, {
    operation, argument: "constantValues", expected: `one value, [before, after], or a pair for each of the ${rank} axes`, got: `shape ${formatShape(shape)}`, fix: "give a pair per axis",
  });
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}

/** `[before, after]` for each axis. */
function pairs<T>(argument: string, given: PerSide<T>, rank: number, isEntry: (value: unknown) => value is T, entries: string): (readonly [T, T])[] {
  const isNested = Array.isArray(given) && given.some(Array.isArray);
  const pair = (entry: unknown): readonly [T, T] => {
    const sides: readonly unknown[] = Array.isArray(entry) ? entry : [entry];
    const [before, after = before] = sides;
    if (isEntry(before) && isEntry(after) && (isNested ? Array.isArray(entry) && sides.length === 2 : sides.length <= 2)) return [before, after];
    return raise(badArgument, { operation, argument, expected: `${entries}: n, [before, after], or one pair per axis`, got: describeArgument(entry), fix: "correct them" });
  };
  const perAxis = isNested ? (given as readonly unknown[]).map(pair) : [pair(given)];
  if (perAxis.length === rank) return perAxis;
  if (perAxis.length === 1) return range(rank).map(() => at(perAxis, 0));
  return raise(badArgument, {
    operation, argument, expected: `one pair for all axes, or one for each of the ${rank}`, got: `${perAxis.length} pairs`, fix: "give a pair per axis",
  });
}
