/**
 * @file An index as a gather: index vectors, dimension numbers, and what is left to do to the gathered array. The same
 * numbers, turned round, are the scatter of an update.
 *
 * As in NumPy, arrays and integers together are advanced indices: they broadcast against each other, and the axes that they
 * give stand where the first of them stood, or in front where a slice, new axis or "..." separates them.
 */

import { at } from "@lanewise/compiler/base/assert";
import { integerRange } from "@lanewise/compiler/base/dtype";
import { raise } from "@lanewise/compiler/base/errors";
import { broadcastShapes, formatShape, range } from "@lanewise/compiler/base/shape";
import { aval as makeAval, scalarLiteral } from "@lanewise/compiler/ir/build";
import type { Value } from "@lanewise/compiler/ir/types";
import { add, convertElementType, mul, scalarLike, selectN } from "@lanewise/compiler/primitives/arith";
import { lt } from "@lanewise/compiler/primitives/compare";
import type { GatherDimensionNumbers } from "@lanewise/compiler/primitives/index-dimensions";
import { broadcastInDim, fullOf } from "@lanewise/compiler/primitives/linear";
import { concatenate, iota } from "@lanewise/compiler/primitives/structural";
import { rev } from "@lanewise/compiler/primitives/structural-rev";
import { badIndex } from "../errors.ts";
import { broadcastTo } from "./elementwise.ts";
import { expandEntries, fromStart, isWhole, type Entry } from "./index-entries.ts";

export interface GatherIndex {
  /** Shape of the result, new axes included. */
  readonly shape: readonly number[];
  readonly indices: Value;
  readonly sliceSizes: readonly number[];
  readonly dimensions: GatherDimensionNumbers;
  /** Whether every place occurs once and in order: so it is where no array is among the entries. */
  readonly isUniqueAndSorted: boolean;
  /** Axes of the gathered array to reverse, before new axes come in. */
  readonly reversed: readonly number[];
  readonly newAxes: readonly number[];
  /** Axes of extent 1 that the operand gets before the gather, for single bools. */
  readonly boolAxes: readonly number[];
}

/** The index with its negative places counted from the start: `i < 0 ? i + extent : i`. */
export function normalizePlaces(indices: Value, extent: number): Value {
  const limits = integerRange(indices.aval.dtype);
  if (limits === null || limits[0] === 0) return indices;
  // Where the dtype cannot hold the extent, the sum would wrap.
  const places = extent > limits[1] ? convertElementType(indices, "int32") : indices;
  const isNegative = lt(places, scalarLike(places, 0));
  return selectN(isNegative, [places, add(places, scalarLike(places, extent))]);
}

type Expanded = Exclude<Entry, { readonly kind: "ellipsis" }>;
/** An entry on an axis of the operand with the axes for single bools, which are places themselves then. */
type Located = Exclude<Expanded, { readonly kind: "bool" }>;

const int32 = (value: number, weakType = false): Value => scalarLiteral(value, "int32", weakType);

export function gatherIndex(operation: string, entries: readonly Entry[], operandShape: readonly number[]): GatherIndex {
  const standing = entries.flatMap((entry, place) => (entry.kind === "array" || entry.kind === "integer" ? [place] : []));
  const areTogether = standing.every((place, index) => index === 0 || place === at(standing, index - 1) + 1);
  const expanded = expandEntries(entries, operandShape);
  const { located, shape, boolAxes } = locateBools(expanded, operandShape);
  const normalized = located.map((entry): Located => {
    if (entry.kind === "integer") return { ...entry, place: fromStart(entry.place, at(shape, entry.axis)) };
    return entry.kind === "array" ? { ...entry, places: normalizePlaces(entry.places, at(shape, entry.axis)) } : entry;
  });
  return new GatherBuilder(operation, normalized, shape, areTogether).build(boolAxes);
}

/** Each single bool as an array of places on an axis of extent 1 that the operand gets for it. */
function locateBools(
  entries: readonly Expanded[], operandShape: readonly number[],
): { readonly located: Located[]; readonly shape: number[]; readonly boolAxes: number[] } {
  const shape: number[] = [];
  const boolAxes: number[] = [];
  const located = entries.map((entry): Located => {
    if (entry.kind === "newAxis") return entry;
    const axis = shape.length;
    if (entry.kind !== "bool") {
      shape.push(at(operandShape, entry.axis));
      return { ...entry, axis };
    }
    shape.push(1);
    boolAxes.push(axis);
    return { kind: "array", axis, places: iota("int32", [entry.value ? 1 : 0], 0) };
  });
  return { located, shape, boolAxes };
}

class GatherBuilder {
  readonly #operation: string;
  readonly #entries: readonly Located[];
  readonly #shape: readonly number[];
  readonly #areTogether: boolean;
  /** Columns of the index vectors: an array, and the first of the index axes that it runs over. */
  readonly #columns: { readonly places: Value; readonly firstAxis: number }[] = [];
  readonly #indexShape: number[] = [];
  readonly #resultShape: number[] = [];
  readonly #sliceSizes: number[] = [];
  readonly #offsetDims: number[] = [];
  readonly #collapsed: number[] = [];
  readonly #map: number[] = [];
  readonly #newAxes: number[] = [];
  readonly #reversed: number[] = [];
  /** Axes of the gathered array so far, without new axes. */
  #rank = 0;

  constructor(operation: string, entries: readonly Located[], shape: readonly number[], areTogether: boolean) {
    this.#operation = operation;
    this.#entries = entries;
    this.#shape = shape;
    this.#areTogether = areTogether;
  }

  build(boolAxes: readonly number[]): GatherIndex {
    const isAdvancedIndex = this.#entries.some((entry) => entry.kind === "array" && entry.places.aval.shape.length > 0);
    const advanced = isAdvancedIndex ? this.#entries.filter((entry) => entry.kind === "array" || entry.kind === "integer") : [];
    const first = advanced[0];
    if (first !== undefined && !this.#areTogether) this.#addAdvanced(advanced);
    for (const entry of this.#entries) {
      if (entry === first && this.#areTogether) this.#addAdvanced(advanced);
      if (isAdvancedIndex && (entry.kind === "array" || entry.kind === "integer")) this.#sliceSizes.push(1);
      else this.#addBasic(entry);
    }
    return {
      shape: this.#resultShape, indices: this.#indices(), sliceSizes: this.#sliceSizes,
      dimensions: {
        offsetDims: this.#offsetDims, collapsedSliceDims: [...this.#collapsed].sort((left, right) => left - right), startIndexMap: this.#map,
        operandBatchingDims: [], startIndicesBatchingDims: [],
      },
      isUniqueAndSorted: !isAdvancedIndex, reversed: this.#reversed, newAxes: this.#newAxes, boolAxes,
    };
  }

  #addAdvanced(advanced: readonly (Located & { readonly kind: "array" | "integer" })[]): void {
    const arrays = advanced.map((entry) => (entry.kind === "array" ? entry.places : int32(entry.place, true)));
    const shapes = arrays.map((places) => places.aval.shape);
    const shape = broadcastShapes(shapes);
    if (shape === null) {
      return raise(badIndex, {
        operation: this.#operation, expected: "arrays of places whose shapes broadcast", got: shapes.map(formatShape).join(" and "),
        fix: "add axes to one of them: i.get(slice(), null)",
      });
    }
    const firstAxis = this.#indexShape.length;
    const broadcast = arrays.map((places) => broadcastTo(places, shape));
    for (const places of broadcast) this.#columns.push({ places: convertElementType(places, "int32"), firstAxis });
    this.#indexShape.push(...shape);
    this.#resultShape.push(...shape);
    this.#rank += shape.length;
    for (const { axis } of advanced) {
      this.#map.push(axis);
      this.#collapsed.push(axis);
    }
  }

  #addBasic(entry: Located): void {
    switch (entry.kind) {
      case "newAxis":
        this.#newAxes.push(this.#resultShape.length);
        this.#resultShape.push(1);
        return;
      case "integer":
      case "array":
        this.#requireElements(entry.axis);
        this.#addColumn(entry.kind === "integer" ? int32(entry.place) : convertElementType(entry.places, "int32"), entry.axis);
        this.#collapsed.push(entry.axis);
        this.#sliceSizes.push(1);
        return;
      case "slice":
        this.#resultShape.push(entry.size);
        if (entry.step === 1) {
          if (!isWhole(entry, at(this.#shape, entry.axis))) this.#addColumn(int32(entry.start), entry.axis);
          this.#sliceSizes.push(entry.size);
          this.#offsetDims.push(this.#rank);
        } else {
          const places = add(int32(entry.start), mul(int32(entry.step), iota("int32", [entry.size], 0)));
          if (entry.step < 0) this.#reversed.push(this.#rank);
          this.#addColumn(entry.step < 0 ? rev(places, [0]) : places, entry.axis);
          this.#indexShape.push(entry.size);
          this.#collapsed.push(entry.axis);
          this.#sliceSizes.push(1);
        }
        this.#rank += 1;
    }
  }

  #addColumn(places: Value, axis: number): void {
    this.#columns.push({ places, firstAxis: this.#indexShape.length });
    this.#map.push(axis);
  }

  #requireElements(axis: number): void {
    if (this.#shape[axis] !== 0) return;
    raise(badIndex, {
      operation: this.#operation, argument: `index for axis ${axis}`, expected: "an axis with elements", got: `shape ${formatShape(this.#shape)}`,
      fix: "an axis of extent 0 has no place",
    });
  }

  /** The columns side by side: the index vectors. */
  #indices(): Value {
    const [only] = this.#columns;
    if (only === undefined) return fullOf(0, makeAval([0], "int32"));
    const spread = (places: Value, shape: readonly number[], firstAxis: number): Value =>
      broadcastInDim(places, shape, range(places.aval.shape.length).map((axis) => axis + firstAxis));
    if (this.#columns.length === 1) return spread(only.places, [...only.places.aval.shape, 1], 0);
    const shape = [...this.#indexShape, 1];
    return concatenate(this.#columns.map(({ places, firstAxis }) => spread(places, shape, firstAxis)), this.#indexShape.length);
  }
}
