/**
 * @file lax's collectives: what the examples of a vmap or the devices of a pmap tell each other over a named axis.
 *
 * Those that take an array take a tree of arrays too.
 */

import { at } from "@lanewise/compiler/base/assert";
import { dtypeClass } from "@lanewise/compiler/base/dtype";
import { raise } from "@lanewise/compiler/base/errors";
import type { Value } from "@lanewise/compiler/ir/types";
import { convertElementType, div, scalarLike } from "@lanewise/compiler/primitives/arith";
import * as collective from "@lanewise/compiler/primitives/collective";
import { axisSize as sizeOfAxes } from "@lanewise/compiler/primitives/collective-axis";
import * as exchange from "@lanewise/compiler/primitives/collective-exchange";
import { broadcastInDim } from "@lanewise/compiler/primitives/linear";
import { squeeze } from "@lanewise/compiler/primitives/linear-reshape";
import { map } from "@lanewise/compiler/tree/map";
import { booleanArgument, describeArgument, parseOptional, type Optional } from "../arguments.ts";
import { publish } from "../array/ndarray.ts";
import { badArgument } from "../errors.ts";
import { ensureInstalled } from "../install.ts";
import { read } from "../numpy/operand.ts";
import { resolveAxis } from "../ops/axes.ts";
import type { NDArray, WayOut } from "../types.ts";

/** A name, or several: the collective then runs over all their examples together. */
export type AxisName = string | readonly string[];

function namesOf(operation: string, axisName: unknown): readonly string[] {
  const names: unknown[] = Array.isArray(axisName) ? axisName : [axisName];
  if (names.length > 0 && names.every((name) => typeof name === "string")) return names;
  return raise(badArgument, {
    operation, argument: "axisName", expected: "the name of an axis, or a list of names", got: describeArgument(axisName), fix: "name the axis that vmap binds with axisName",
  });
}

function nameOf(operation: string, axisName: unknown): string {
  const names = namesOf(operation, axisName);
  if (names.length === 1) return at(names, 0);
  return raise(badArgument, { operation, argument: "axisName", expected: "one name", got: `${names.length} names`, fix: "call it once for each axis" });
}

/** Throws for a further argument, such as options that the function of JAX has and this one has not. */
function expectNoMore(operation: string, rest: readonly never[]): void {
  parseOptional({ operation, positional: [], named: [] }, rest);
}

/** Applies an operation to every array of a tree. */
function overTree<T>(operation: string, tree: T, apply: (value: Value) => Value): WayOut<T> {
  ensureInstalled();
  return map((leaf: unknown) => publish(apply(read(leaf, operation, "x"))), tree) as WayOut<T>;
}

/** The sum over the examples of the named axes. Bools count. @throws LW1307 for a name that nothing binds. @example vmap((x) => x.sub(lax.psum(x, "i")), { axisName: "i" }) */
export function psum<T>(x: T, axisName: AxisName, ...rest: readonly never[]): WayOut<T> {
  expectNoMore("lax.psum", rest);
  const names = namesOf("lax.psum", axisName);
  return overTree("lax.psum", x, (value) => collective.psum(dtypeClass(value.aval.dtype) === "bool" ? convertElementType(value, "int32") : value, names));
}

/** The mean over the examples of the named axes; integers give floats. @throws LW1307 */
export function pmean<T>(x: T, axisName: AxisName, ...rest: readonly never[]): WayOut<T> {
  expectNoMore("lax.pmean", rest);
  const names = namesOf("lax.pmean", axisName);
  return overTree("lax.pmean", x, (value) => {
    const isInexact = ["float", "complex"].includes(dtypeClass(value.aval.dtype));
    const sum = collective.psum(isInexact ? value : convertElementType(value, "float32"), names);
    return div(sum, scalarLike(sum, sizeOfAxes(names)));
  });
}

/** The largest over the examples of the named axes. @throws LW1307 */
export function pmax<T>(x: T, axisName: AxisName, ...rest: readonly never[]): WayOut<T> {
  expectNoMore("lax.pmax", rest);
  const names = namesOf("lax.pmax", axisName);
  return overTree("lax.pmax", x, (value) => collective.pmax(value, names));
}

/** The smallest over the examples of the named axes. @throws LW1307 */
export function pmin<T>(x: T, axisName: AxisName, ...rest: readonly never[]): WayOut<T> {
  expectNoMore("lax.pmin", rest);
  const names = namesOf("lax.pmin", axisName);
  return overTree("lax.pmin", x, (value) => collective.pmin(value, names));
}

/**
 * Sends values between examples.
 *
 * @param perm pairs `[source, destination]`; an example that nobody sends to gets zeros
 * @throws LW1307; LW1404 for places out of range or twice
 */
export function ppermute<T>(x: T, axisName: string, perm: readonly (readonly [number, number])[], ...rest: readonly never[]): WayOut<T> {
  expectNoMore("lax.ppermute", rest);
  const name = nameOf("lax.ppermute", axisName);
  return overTree("lax.ppermute", x, (value) => collective.ppermute(value, name, perm));
}

export interface AllGatherOptions {
  /** The axis of the result along which examples lie; 0 by default. */
  readonly axis?: number;
  /** Whether they are joined along an axis that is there, instead of a new one. */
  readonly tiled?: boolean;
}

/** Every example's value, for every example. @throws LW1307 */
export function allGather<T>(x: T, axisName: string, ...rest: Optional<[], AllGatherOptions>): WayOut<T> {
  const { axis = 0, tiled } = parseOptional<AllGatherOptions>({ operation: "lax.allGather", positional: [], named: ["axis", "tiled"] }, rest);
  const name = nameOf("lax.allGather", axisName);
  const isTiled = booleanArgument("lax.allGather", "tiled", tiled);
  return overTree("lax.allGather", x, (value) => exchange.allGather(value, name, { dimension: resolveAxis("lax.allGather", axis, value.aval.shape.length + (isTiled ? 0 : 1)), tiled: isTiled }));
}

export interface PsumScatterOptions {
  /** The axis whose parts the examples keep; 0 by default. */
  readonly scatterDimension?: number;
  /** Whether the axis stays, with its extent divided, instead of going. */
  readonly tiled?: boolean;
}

/** The sum over examples, of which each example keeps one part. @throws LW1307; LW1404 where the extent does not fit. */
export function psumScatter<T>(x: T, axisName: string, ...rest: Optional<[], PsumScatterOptions>): WayOut<T> {
  const { scatterDimension = 0, tiled } = parseOptional<PsumScatterOptions>({ operation: "lax.psumScatter", positional: [], named: ["scatterDimension", "tiled"] }, rest);
  const name = nameOf("lax.psumScatter", axisName);
  const isTiled = booleanArgument("lax.psumScatter", "tiled", tiled);
  return overTree("lax.psumScatter", x, (value) => exchange.psumScatter(value, name, { dimension: resolveAxis("lax.psumScatter", scatterDimension, value.aval.shape.length, "scatterDimension"), tiled: isTiled }));
}

export interface AllToAllOptions {
  /** Whether the split axis stays, with its extent divided, and parts are joined along an axis that is there. */
  readonly tiled?: boolean;
}

/**
 * Sends part i of each example's `splitAxis` to example i, which lays what it gets along `concatAxis`. Without `tiled` the
 * split axis, whose extent is the number of examples, goes, and a new axis comes at `concatAxis`.
 *
 * @throws LW1307; LW1404 where the extent does not fit
 */
export function allToAll<T>(x: T, axisName: string, splitAxis: number, concatAxis: number, ...rest: Optional<[], AllToAllOptions>): WayOut<T> {
  const { tiled } = parseOptional<AllToAllOptions>({ operation: "lax.allToAll", positional: [], named: ["tiled"] }, rest);
  const name = nameOf("lax.allToAll", axisName);
  const isTiled = booleanArgument("lax.allToAll", "tiled", tiled);
  return overTree("lax.allToAll", x, (value) => {
    const { shape } = value.aval;
    const split = resolveAxis("lax.allToAll", splitAxis, shape.length, "splitAxis");
    const concat = resolveAxis("lax.allToAll", concatAxis, shape.length, "concatAxis");
    if (isTiled) return exchange.allToAll(value, name, split, concat);
    const size = sizeOfAxes([name]);
    if (shape[split] !== size) {
      raise(badArgument, {
        operation: "lax.allToAll", argument: "x", expected: `an extent of ${size} along axis ${split}: one part per example`, got: `shape (${shape.join(", ")})`, fix: "pass { tiled: true } to split an axis of another extent",
      });
    }
    // The new axis stands beside the split one until that has gone.
    const place = concat < split ? concat : concat + 1;
    const spread = broadcastInDim(value, [...shape.slice(0, place), 1, ...shape.slice(place)], shape.map((_, axis) => (axis < place ? axis : axis + 1)));
    const splitPlace = split < place ? split : split + 1;
    return squeeze(exchange.allToAll(spread, name, splitPlace, place), [splitPlace]);
  });
}

/** The position of the example along a named axis, int32. @throws LW1307 */
export function axisIndex(axisName: string): NDArray {
  ensureInstalled();
  return publish(collective.axisIndex(nameOf("lax.axisIndex", axisName)));
}

/** The number of examples along the named axes. @throws LW1307 */
export function axisSize(axisName: AxisName): number {
  return sizeOfAxes(namesOf("lax.axisSize", axisName));
}
