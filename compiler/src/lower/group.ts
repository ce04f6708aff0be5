/**
 * @file One group of a fusion plan as a naive kernel: a loop for each axis, every value computed where it is needed. A group of
 * several parts is one loop over its rows with the parts in it, one after the other; what a part keeps for later ones is a
 * number or an array of the space `local`, which each row has for itself.
 */

import { at, InternalError } from "../base/assert.ts";
import { sizeOf, stridesOf } from "../base/shape.ts";
import type { FusionGroup, FusionPart, FusionPlan, InnerLoop, KeptValue } from "../fuse/types.ts";
import type { Atom, DotDimensions, Eqn, FoldLowering, Params, Var } from "../ir/types.ts";
import { convert, div, int, rem, type KernelBuilder } from "../kernel/build.ts";
import { foldStart, foldStep } from "../kernel/folds.ts";
import { valueOf, wrapped } from "../kernel/storage.ts";
import type { Expr, LoopKind } from "../kernel/types.ts";
import { meetsCheaply, type Capabilities } from "../target.ts";
import { contextOf, unreduced, type ElementIndex, type Elements } from "./elements.ts";
import { GroupEmitter, type LoweredGroup } from "./emitter.ts";
import { inPlacePairs } from "./in-place.ts";
import { lowerPrefixOnGrid } from "./prefix-grid.ts";
import { PrefixLoop, prefixesOf, prefixPlaces } from "./prefix.ts";

export function lowerGroup(plan: FusionPlan, group: FusionGroup, capabilities: Capabilities): LoweredGroup {
  if (sizeOf(group.rows) === 0 || group.parts.every(({ space }) => sizeOf(space) === 0)) return { same: [], scratch: [], steps: [] };
  const inBlocks = meetsCheaply(capabilities) ? lowerPrefixOnGrid(plan, group, nameOf(plan, group), capabilities) : null;
  return inBlocks ?? new GroupLowering(plan, group, capabilities).lower();
}

/** Grid loops, one in the other, that a kernel may have. */
const deepestGrid = 3;

class GroupLowering {
  readonly #plan: FusionPlan;
  readonly #group: FusionGroup;
  readonly #emitter: GroupEmitter;
  readonly #builder: KernelBuilder;
  readonly #elements: Elements;

  readonly #capabilities: Capabilities;

  constructor(plan: FusionPlan, group: FusionGroup, capabilities: Capabilities) {
    this.#plan = plan;
    this.#capabilities = capabilities;
    this.#group = group;
    this.#emitter = new GroupEmitter(plan, nameOf(plan, group));
    this.#builder = this.#emitter.builder;
    this.#elements = this.#emitter.elements;
  }

  lower(): LoweredGroup {
    const { rows, parts } = this.#group;
    const [only] = parts;
    const isAlone = parts.length === 1 && only !== undefined;
    const loops = isAlone ? only.space.map((each, axis) => (axis === only.scan?.axis ? 1 : each)) : gridOf(rows);
    if (isAlone) this.#iterate(only, only.space, ["grid", "simd"], (index) => index);
    else this.#emitter.nest(loops, ["grid", "grid"], (index) => parts.forEach((part) => this.#partOfRow(part, this.#rowOf(index))));
    const { same } = this.#emitter;
    const made = this.#emitter.finish();
    if (made.kernel.buffers.every((buffer) => buffer.access === "read")) return { same, scratch: [], steps: [] };
    const extent = loops.find((loopExtent) => loopExtent !== 1) ?? 1;
    return { same, scratch: [], steps: [{ ...made, extent, inPlace: inPlacePairs(made.kernel, this.#capabilities.grid), asWritten: false }] };
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
    this.#iterate(part, inner, ["simd", "simd"], outerOf);
  }

  /** The iterations of a part: parallel loops over these extents, and inside them the axis that is run through in order. */
  #iterate(part: FusionPart, extents: readonly number[], kinds: readonly [LoopKind, LoopKind], outerOf: (index: readonly Expr[]) => readonly Expr[]): void {
    const { scan } = part;
    if (scan === null) return this.#emitter.nest(extents, kinds, (index) => this.#part(part, outerOf(index)));
    this.#emitter.nest(extents.map((extent, axis) => (axis === scan.axis ? 1 : extent)), kinds, (index) => {
      new PrefixLoop(this.#emitter, prefixesOf(this.#plan, part), this.#capabilities.wideFloat32).run(at(extents, scan.axis), scan.reverse, (place, passOn) => {
        const outer = outerOf(index.map((expr, axis) => (axis === scan.axis ? place : expr)));
        this.#emitter.passing(passOn, () => this.#part(part, outer));
      });
    });
  }

  /** One iteration of a part. */
  #part(part: FusionPart, outer: readonly Expr[]): void {
    const { eqns, space, scan, loops, stores, keeps } = part;
    this.#emitter.computing(eqns);
    for (const loop of loops) this.#innerLoop(part, loop, outer);
    const elementOf = (value: Var): ElementIndex => this.#elements.index(this.#emitter.inOrder(outer, space, value.aval.shape));
    // States pass on in every iteration, whoever reads the results.
    if (scan !== null) for (const { outVars } of prefixesOf(this.#plan, part)) this.#elements.element(at(outVars, 0), elementOf(at(outVars, 0)));
    this.#emitter.storeAll(stores, elementOf);
    for (const kept of keeps) this.#keep(kept, elementOf(kept.value));
  }

  /** Leaves an element for later parts. */
  #keep({ value, inRow }: KeptValue, element: ElementIndex): void {
    const expr = this.#elements.element(value, element);
    const { shape, dtype } = value.aval;
    const length = inRow.reduce((product, axis) => product * at(shape, axis), 1);
    if (length === 1) {
      this.#emitter.keep(value, { kind: "number", value: this.#builder.let(expr, "row") });
      return;
    }
    const array = this.#builder.array("row", { space: "local", dtype: valueOf(dtype), length });
    this.#builder.store(array, this.#elements.positionInRow(value, element, inRow), expr);
    this.#emitter.keep(value, { kind: "array", array, axes: inRow });
  }

  // Inner loops ---------------------------------------------------------------------------------------------------------

  #innerLoop({ space }: FusionPart, loop: InnerLoop, outer: readonly Expr[]): void {
    const folds = loop.folds.map((place) => this.#fold(at(this.#plan.jaxpr.eqns, place), loop, outer, space));
    if (sizeOf(loop.extents) > 0) {
      this.#emitter.nest(loop.extents, ["serial", "serial"], (inner) => {
        for (const fold of folds) fold.step(inner);
        const elementOf = (value: Var): ElementIndex => this.#elementInLoop(value, loop, outer, space, inner);
        this.#emitter.storeAll(loop.stores, elementOf);
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
        this.#emitter.assignAll(states, next);
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
    if (resultAxes === null) return this.#emitter.inOrder(outer, space, shape);
    const axes = this.#emitter.inOrder(outer, space, space);
    return resultAxes.map((axis) => (axis === null ? int(0) : at(axes, axis)));
  }

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
  const folds = parts.flatMap((part) => [...prefixPlaces(plan, part).slice(0, 1), ...part.loops.flatMap(({ folds: places }) => places.slice(0, 1))]);
  if (parts.length > 1 && folds.length > 0) return `rows_${[...new Set(folds.map(nameAt))].slice(0, 3).join("_")}`;
  const [fold] = folds;
  return fold === undefined ? `map_${nameAt(at(at(parts, -1).eqns, -1))}` : nameAt(fold);
}
