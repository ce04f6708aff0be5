/**
 * @file One group of a fusion plan as a naive kernel: a loop for each axis, every value computed where it is needed. A group of
 * several parts is one loop over its rows with the parts in it, one after the other; what a part keeps for later ones is a
 * number or an array of the space `local`, which each row has for itself.
 */

import { at, InternalError, required } from "../base/assert.ts";
import { sizeOf, stridesOf } from "../base/shape.ts";
import type { FusionGroup, FusionPart, FusionPlan, InnerLoop, KeptValue } from "../fuse/types.ts";
import type { Atom, DotDimensions, Eqn, FoldLowering, Params, Var } from "../ir/types.ts";
import { convert, div, int, KernelBuilder, rem } from "../kernel/build.ts";
import { foldStart, foldStep } from "../kernel/folds.ts";
import { mentionsAny } from "../kernel/walk.ts";
import { storageOf, valueOf, wrapped } from "../kernel/storage.ts";
import type { BufferParam, Expr, Kernel, LoopKind } from "../kernel/types.ts";
import { contextOf, Elements, unreduced, type ElementIndex, type Kept, type Producer } from "./elements.ts";

/** A kernel with the values that its buffers hold, in order. */
export interface GroupKernel {
  readonly kernel: Kernel;
  readonly values: readonly Var[];
  /** Iterations of the outermost grid loop. */
  readonly extent: number;
  /** Pairs of buffer numbers: the second may take the first one's memory, which is read at the written element alone. */
  readonly inPlace: readonly (readonly [read: number, written: number])[];
}

export interface LoweredGroup {
  /** Null where nothing is left to store: every array is empty, or the same as one that there is. */
  readonly kernel: GroupKernel | null;
  /** Values that have the same elements in the same order as another one, which is stored elsewhere. */
  readonly same: readonly (readonly [value: Var, as: Var])[];
}

export function lowerGroup(plan: FusionPlan, group: FusionGroup): LoweredGroup {
  if (sizeOf(group.rows) === 0 || group.parts.every(({ space }) => sizeOf(space) === 0)) return { kernel: null, same: [] };
  return new GroupLowering(plan, group).lower();
}

/** Grid loops, one in the other, that a kernel may have. */
const deepestGrid = 3;

class GroupLowering {
  readonly #plan: FusionPlan;
  readonly #group: FusionGroup;
  readonly #builder: KernelBuilder;
  readonly #elements: Elements;
  /** What the part at work computes. */
  readonly #producers = new Map<number, Producer>();
  readonly #kept = new Map<number, Kept>();
  readonly #buffers = new Map<number, string>();
  readonly #values = new Map<string, Var>();
  /** The key of the place at which a value is stored. */
  readonly #stored = new Map<number, string>();
  readonly #counts = { read: 0, write: 0 };
  readonly #same: (readonly [Var, Var])[] = [];

  constructor(plan: FusionPlan, group: FusionGroup) {
    this.#plan = plan;
    this.#group = group;
    this.#builder = new KernelBuilder(nameOf(plan, group));
    this.#elements = new Elements(this.#builder, {
      producerOf: (value) => this.#producers.get(value.id) ?? null,
      keptOf: (value) => this.#kept.get(value.id) ?? null,
      bufferOf: (value) => this.#buffer(value, "read"),
    });
  }

  lower(): LoweredGroup {
    const { rows, parts } = this.#group;
    const [only] = parts;
    const loops = parts.length === 1 && only !== undefined ? only.space : gridOf(rows);
    if (parts.length === 1 && only !== undefined) this.#nest(loops, ["grid", "simd"], (outer) => this.#part(only, outer));
    else this.#nest(loops, ["grid", "grid"], (index) => parts.forEach((part) => this.#partOfRow(part, this.#rowOf(index))));
    const kernel = this.#builder.build();
    if (kernel.buffers.every((buffer) => buffer.access === "read")) return { kernel: null, same: this.#same };
    const buffers = [...kernel.buffers].sort((left, right) => order(left) - order(right));
    const values = buffers.map((buffer) => required(this.#values.get(buffer.name), "value of a buffer"));
    const extent = loops.find((loopExtent) => loopExtent !== 1) ?? 1;
    const inPlace = parts.length === 1 && only?.loops.length === 0 ? this.#inPlace(buffers, values) : [];
    return { kernel: { kernel: { ...kernel, buffers }, values, extent, inPlace }, same: this.#same };
  }

  /** The row of an iteration of the grid. */
  #rowOf([first = int(0), ...rest]: readonly Expr[]): readonly Expr[] {
    const leading = this.#group.rows.slice(0, this.#group.rows.length - rest.length);
    const strides = stridesOf(leading);
    return [...leading.map((extent, axis) => this.#elements.forms.canonical(rem(div(first, at(strides, axis)), extent))), ...rest];
  }

  /** A part in a row: its loops are those axes that are no rows. */
  #partOfRow(part: FusionPart, row: readonly Expr[]): void {
    const inner = part.space.map((extent, axis) => (part.rowAxes.includes(axis) ? 1 : extent));
    const outerOf = (index: readonly Expr[]): Expr[] => index.map((expr, axis) => (part.rowAxes.includes(axis) ? at(row, part.rowAxes.indexOf(axis)) : expr));
    if (sizeOf(inner) === 0) return;
    this.#nest(inner, ["simd", "simd"], (index) => this.#part(part, outerOf(index)));
  }

  /** One iteration of a part. */
  #part(part: FusionPart, outer: readonly Expr[]): void {
    const { eqns, space, loops, stores, keeps } = part;
    this.#producers.clear();
    for (const place of eqns) {
      const eqn = at(this.#plan.jaxpr.eqns, place);
      eqn.outVars.forEach((result, outIndex) => this.#producers.set(result.id, { eqn, outIndex }));
    }
    for (const loop of loops) this.#innerLoop(part, loop, outer);
    const elementOf = (value: Var): ElementIndex => this.#elements.index(this.#inOrder(outer, space, value.aval.shape));
    this.#storeAll(stores, elementOf);
    for (const kept of keeps) this.#keep(kept, elementOf(kept.value));
  }

  /** Leaves an element for later parts. */
  #keep({ value, inRow }: KeptValue, element: ElementIndex): void {
    const expr = this.#elements.element(value, element);
    const { shape, dtype } = value.aval;
    const length = inRow.reduce((product, axis) => product * at(shape, axis), 1);
    if (length === 1) {
      this.#kept.set(value.id, { kind: "number", value: this.#builder.let(expr, "row") });
      return;
    }
    const array = this.#builder.array("row", { space: "local", dtype: valueOf(dtype), length });
    this.#builder.store(array, this.#elements.positionInRow(value, element, inRow), expr);
    this.#kept.set(value.id, { kind: "array", array, axes: inRow });
  }

  /** One loop per axis that is wider than 1; the outermost is of the first kind, the others of the second. */
  #nest(extents: readonly number[], kinds: readonly [LoopKind, LoopKind], body: (index: readonly Expr[]) => void): void {
    const index: Expr[] = [];
    const open = (axis: number, first: boolean): void => {
      const extent = extents[axis];
      if (extent === undefined) return this.#elements.inScope(() => body([...index]));
      const next = (axisIndex: Expr, isFirst: boolean): void => {
        index[axis] = axisIndex;
        open(axis + 1, isFirst);
      };
      if (extent === 1) return next(int(0), first);
      this.#builder.for(first ? kinds[0] : kinds[1], 0, extent, 1, (axisIndex) => {
        this.#elements.forms.bound(axisIndex.name, { low: 0, high: extent - 1 });
        next(axisIndex, false);
      });
    };
    open(0, true);
  }

  /** Computes all values, then stores them, so that a store may overwrite what was loaded in the same iteration. */
  #storeAll(values: readonly Var[], elementOf: (value: Var) => ElementIndex): void {
    const stored: Stored[] = values.map((value) => {
      const element = elementOf(value);
      const position = this.#elements.forms.linear(element.index, value.aval.shape);
      return { value, position, key: this.#elements.forms.key(position), expr: this.#elements.element(value, element) };
    });
    stored.forEach((store, number) => {
      const original = this.#sameElements(store, stored.slice(0, number));
      if (original !== null) {
        this.#same.push([store.value, original]);
        return;
      }
      this.#stored.set(store.value.id, store.key);
      this.#builder.store(this.#buffer(store.value, "write"), store.position, store.expr);
    });
  }

  /** A value in memory with the same element at the same place: loaded from there, or stored already. */
  #sameElements({ value, key, expr }: Stored, earlier: readonly Stored[]): Var | null {
    const loaded = expr.kind === "ref" ? this.#elements.loadOf(expr.name) : null;
    const candidates = [
      ...(loaded !== null && this.#elements.forms.key(loaded.position) === key ? [loaded.value] : []),
      ...earlier.filter((other) => other.expr === expr && other.key === key && expr.kind === "ref").map((other) => other.value),
    ];
    const fits = (other: Var): boolean => other.aval.dtype === value.aval.dtype && sizeOf(other.aval.shape) === sizeOf(value.aval.shape);
    return candidates.find(fits) ?? null;
  }

  /** The index into a shape with as many elements as the group's space: element after element in row-major order. */
  #inOrder(outer: readonly Expr[], space: readonly number[], shape: readonly number[]): Expr[] {
    if (sizeOf(shape) === 0) return shape.map(() => int(0));
    const linear = this.#elements.forms.linear(outer, space);
    const strides = stridesOf(shape);
    return shape.map((extent, axis) => (extent === 1 ? int(0) : rem(div(linear, at(strides, axis)), extent)));
  }

  // Inner loops ---------------------------------------------------------------------------------------------------------

  #innerLoop({ space }: FusionPart, loop: InnerLoop, outer: readonly Expr[]): void {
    const folds = loop.folds.map((place) => this.#fold(at(this.#plan.jaxpr.eqns, place), loop, outer, space));
    if (sizeOf(loop.extents) > 0) {
      this.#nest(loop.extents, ["serial", "serial"], (inner) => {
        for (const fold of folds) fold.step(inner);
        const elementOf = (value: Var): ElementIndex => this.#elementInLoop(value, loop, outer, space, inner);
        this.#storeAll(loop.stores, elementOf);
        for (const kept of loop.keeps) this.#keep(kept, elementOf(kept.value));
      });
    }
    for (const fold of folds) fold.finish();
  }

  #fold(eqn: Eqn, loop: InnerLoop, outer: readonly Expr[], space: readonly number[]): Fold {
    const result = at(eqn.outVars, 0);
    const { lower } = eqn.primitive;
    const resultIndex = this.#resultIndex(loop, outer, space, result.aval.shape);
    const element = this.#elements.index(resultIndex);
    if (lower.kind === "fold") return this.#statefulFold(eqn, lower, element);
    const dtype = valueOf(result.aval.dtype);
    const finish = (accumulator: Expr): void => this.#elements.define(result, element, wrapped(accumulator, result.aval.dtype));
    if (lower.kind === "reduction") {
      const accumulator = this.#builder.var(foldStart(lower.op, dtype), "sum");
      return {
        step: (inner) => this.#builder.assign(accumulator, foldStep(lower.op, accumulator, this.#reducedElement(eqn, loop, resultIndex, inner))),
        finish: () => finish(accumulator),
      };
    }
    if (lower.kind !== "contraction") throw new InternalError(`${eqn.primitive.name} does not fold`);
    const accumulator = this.#builder.var(foldStart("add", dtype), "sum");
    const dimensions = lower.dimensions(eqn.params);
    return {
      step: (inner) => this.#builder.assign(accumulator, foldStep("add", accumulator, this.#product(eqn, dimensions, resultIndex, inner))),
      finish: () => finish(accumulator),
    };
  }

  /** A fold whose lowering has states and steps of its own. */
  #statefulFold(eqn: Eqn, lower: FoldLowering<Params>, element: ElementIndex): Fold {
    const context = contextOf({ eqn, outIndex: 0 });
    const states = lower.states(context).map(({ role, init }) => this.#builder.var(init, role === "sum" ? "sum" : "state"));
    return {
      step: (inner) => {
        const next = lower.step(this.#elements.emitter, element.index, inner, states, this.#elements.readerOf(eqn), context);
        const names = states.map(({ name }) => name);
        // All states change at once: what reads another state is computed before that one changes.
        const held = next.map((expr, number) => (mentionsAny(expr, new Set(names.filter((_, other) => other !== number))) ? this.#builder.let(expr) : expr));
        states.forEach((state, number) => {
          if (at(held, number) !== state) this.#builder.assign(state, at(held, number));
        });
      },
      finish: () => {
        const values = lower.finish(this.#elements.emitter, states, context);
        values.forEach((value, outIndex) => this.#elements.result({ eqn, outIndex }, element, value));
      },
    };
  }

  #product(eqn: Eqn, dimensions: DotDimensions, resultIndex: readonly Expr[], inner: readonly Expr[]): Expr {
    const dtype = valueOf(at(eqn.outVars, 0).aval.dtype);
    const [left, right] = contractionIndex(eqn, dimensions, resultIndex, inner);
    const leftElement = this.#elements.element(at(eqn.inputs, 0), this.#elements.index(left));
    const rightElement = this.#elements.element(at(eqn.inputs, 1), this.#elements.index(right));
    return foldStep("mul", convert(leftElement, dtype), convert(rightElement, dtype));
  }

  #reducedElement(eqn: Eqn, { axes }: InnerLoop, resultIndex: readonly Expr[], inner: readonly Expr[]): Expr {
    const operand = at(eqn.inputs, 0);
    return this.#elements.element(operand, this.#elements.index(unreduced(resultIndex, inner, axes, operand.aval.shape)));
  }

  /** The element of a value of the operand's shape. */
  #elementInLoop(value: Var, loop: InnerLoop, outer: readonly Expr[], space: readonly number[], inner: readonly Expr[]): ElementIndex {
    const { shape } = value.aval;
    const kept = shape.filter((_, axis) => !loop.axes.includes(axis));
    return this.#elements.index(unreduced(this.#resultIndex(loop, outer, space, kept), inner, loop.axes, shape));
  }

  /** The index of a loop's results. */
  #resultIndex({ resultAxes }: InnerLoop, outer: readonly Expr[], space: readonly number[], shape: readonly number[]): readonly Expr[] {
    if (resultAxes === null) return this.#inOrder(outer, space, shape);
    const axes = this.#inOrder(outer, space, space);
    return resultAxes.map((axis) => (axis === null ? int(0) : at(axes, axis)));
  }

  // Buffers -------------------------------------------------------------------------------------------------------------

  #buffer(value: Var, access: "read" | "write"): string {
    const known = this.#buffers.get(value.id);
    if (known !== undefined) return known;
    const { shape, dtype } = value.aval;
    const prefix = access === "read" ? "in" : "out";
    const number = this.#counts[access]++;
    const name = this.#builder.buffer(`${prefix}${number}`, { dtype: storageOf(dtype), length: sizeOf(shape), access });
    this.#buffers.set(value.id, name);
    this.#values.set(name, value);
    return name;
  }

  /** Buffers that are loaded only at the place that is written in the same iteration. */
  #inPlace(buffers: readonly BufferParam[], values: readonly Var[]): (readonly [number, number])[] {
    const places = new Map<number, Set<string>>();
    for (const { value, position } of this.#elements.loads) {
      const known = places.get(value.id) ?? new Set();
      places.set(value.id, known.add(this.#elements.forms.key(position)));
    }
    const pairs: (readonly [number, number])[] = [];
    buffers.forEach((written, target) => {
      const targetValue = at(values, target);
      const place = this.#stored.get(targetValue.id);
      if (written.access !== "write" || place === undefined) return;
      buffers.forEach((read, source) => {
        const sourceValue = at(values, source);
        if (read.access !== "read" || sizeOf(sourceValue.aval.shape) !== sizeOf(targetValue.aval.shape)) return;
        const loaded = places.get(sourceValue.id);
        if (loaded?.size === 1 && loaded.has(place)) pairs.push([source, target]);
      });
    });
    return pairs;
  }
}

interface Stored {
  readonly value: Var;
  readonly position: Expr;
  readonly key: string;
  readonly expr: Expr;
}

interface Fold {
  /** Takes in one more iteration of the inner loop. */
  readonly step: (inner: readonly Expr[]) => void;
  /** Defines the results, behind the loop. */
  readonly finish: () => void;
}

/** The extents of the loops over rows: where there are too many axes, the leading ones share a loop. */
function gridOf(rows: readonly number[]): readonly number[] {
  const shared = Math.max(1, rows.length - deepestGrid + 1);
  return [sizeOf(rows.slice(0, shared)), ...rows.slice(shared)];
}

function order(buffer: BufferParam): number {
  return buffer.access === "read" ? 0 : 1;
}

/** The indices into both operands of a contraction. */
function contractionIndex(
  eqn: Eqn, dimensions: DotDimensions, result: readonly Expr[], inner: readonly Expr[],
): readonly [Expr[], Expr[]] {
  const { batchLeft, batchRight, contractLeft, contractRight } = dimensions;
  let free = batchLeft.length;
  const side = (operand: Atom, batch: readonly number[], contract: readonly number[]): Expr[] =>
    operand.aval.shape.map((_, dimension) => {
      if (batch.includes(dimension)) return at(result, batch.indexOf(dimension));
      return contract.includes(dimension) ? at(inner, contract.indexOf(dimension)) : at(result, free++);
    });
  const left = side(at(eqn.inputs, 0), batchLeft, contractLeft);
  return [left, side(at(eqn.inputs, 1), batchRight, contractRight)];
}

/** A name that says what the kernel is built around. */
function nameOf(plan: FusionPlan, { parts }: FusionGroup): string {
  const nameAt = (place: number): string => at(plan.jaxpr.eqns, place).primitive.name.replace(/[^A-Za-z0-9_]/g, "_");
  const folds = parts.flatMap(({ loops }) => loops.flatMap(({ folds: places }) => places.slice(0, 1)));
  if (parts.length > 1 && folds.length > 0) return `rows_${[...new Set(folds.map(nameAt))].slice(0, 3).join("_")}`;
  const [fold] = folds;
  return fold === undefined ? `map_${nameAt(at(at(parts, -1).eqns, -1))}` : nameAt(fold);
}
