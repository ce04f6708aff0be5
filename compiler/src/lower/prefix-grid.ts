/**
 * @file A prefix on a grid: blocks of a row are folded, the states of blocks become what stands before each block, and then each
 * block gets its prefixes. Three kernels, what the prefix is computed from computed twice; one kernel where a row is one block.
 */

import { at } from "../base/assert.ts";
import { sizeOf, stridesOf } from "../base/shape.ts";
import type { FusionGroup, FusionPart, FusionPlan } from "../fuse/types.ts";
import type { Eqn, PrefixAxis, Var } from "../ir/types.ts";
import { add, div, eq, ge, gt, int, lt, min, mul, op, rem, sub } from "../kernel/build.ts";
import type { KernelBuilder } from "../kernel/build.ts";
import type { Expr, Kernel, RefExpr, StorageDType, ValueDType } from "../kernel/types.ts";
import type { Capabilities } from "../target.ts";
import { contextOf, type ElementIndex } from "./elements.ts";
import { GroupEmitter, type GroupKernel, type LoweredGroup } from "./emitter.ts";
import { passElement, prefixesOf, prefixLowering, startStates } from "./prefix.ts";

/** Invocations of a workgroup, a power of two, and elements that each of them runs through. */
const lanes = 64;
const perLane = 8;
const blockSize = lanes * perLane;
/** Rows of at most so many elements are run through by one invocation each. */
const shortRow = 32;

/** The kernels of a group with one prefix; null where an invocation for each row does better, or the target's limits are too low. */
export function lowerPrefixOnGrid(plan: FusionPlan, group: FusionGroup, name: string, capabilities: Capabilities): LoweredGroup | null {
  const part = at(group.parts, 0);
  const [eqn] = prefixesOf(plan, part);
  if (eqn === undefined || part.scan === null || group.parts.length > 1 || sizeOf(part.space) === 0) return null;
  const extent = at(part.space, part.scan.axis);
  const rows = sizeOf(part.space) / extent;
  const isAcross = sizeOf(part.space.slice(part.scan.axis + 1)) > 1;
  if (extent <= shortRow || (isAcross && rows >= (capabilities.tuning?.invocations ?? Infinity))) return null;
  const lowered = new GridPrefix(plan, part, { eqn, scan: part.scan, name, rows, extent }).lower();
  return lowered.steps.every(({ kernel }) => fitsGrid(kernel, capabilities)) ? lowered : null;
}

/** Whether a device with these limits runs a kernel that is made for workgroups. */
export function fitsGrid({ workgroup, buffers, arrays }: Kernel, { maxWorkgroup, maxBuffers, workgroupBytes }: Capabilities): boolean {
  const shared = arrays.reduce((bytes, { space, length }) => bytes + (space === "workgroup" ? 4 * length : 0), 0);
  return workgroup <= maxWorkgroup && buffers.length <= maxBuffers && shared <= workgroupBytes;
}

interface PrefixShape {
  readonly eqn: Eqn;
  readonly scan: PrefixAxis;
  readonly name: string;
  readonly rows: number;
  readonly extent: number;
}

class GridPrefix {
  readonly #plan: FusionPlan;
  readonly #part: FusionPart;
  readonly #shape: PrefixShape;
  readonly #blocks: number;
  readonly #dtypes: readonly ValueDType[];

  constructor(plan: FusionPlan, part: FusionPart, shape: PrefixShape) {
    this.#plan = plan;
    this.#part = part;
    this.#shape = shape;
    this.#blocks = Math.ceil(shape.extent / blockSize);
    this.#dtypes = prefixLowering(shape.eqn).states(contextOf({ eqn: shape.eqn, outIndex: 0 })).map(({ init }) => init.type.dtype);
  }

  lower(): LoweredGroup {
    const length = this.#shape.rows * this.#blocks;
    const arrays = this.#dtypes.map((dtype) => ({ dtype, length }));
    const totals = this.#dtypes.map((_, state) => state);
    const before = totals.map((state) => state + arrays.length);
    const last = this.#prefixes(before);
    if (this.#blocks === 1) return { ...last, scratch: [] };
    return { same: last.same, scratch: [...arrays, ...arrays], steps: [this.#totals(totals), this.#before(totals, before), ...last.steps] };
  }

  // The fold of each block ----------------------------------------------------------------------------------------------

  #totals(scratch: readonly number[]): GroupKernel {
    const { rows, name } = this.#shape;
    const emitter = this.#emitter(`block_totals_${name}`);
    const { builder } = emitter;
    const totals = this.#scratchBuffers(emitter, scratch, "totals", "write");
    const shared = this.#laneArrays(builder, "shared");
    this.#overBlocks(emitter, (row, block, group) => {
      overLanes(builder, (lane) => storeStates(builder, shared, lane, this.#foldOwn(emitter, row, block, lane)));
      builder.barrier();
      builder.for("serial", 0, Math.log2(lanes), 1, (step) => {
        const reach = builder.let(op("shiftLeft", int(1), step), "reach");
        overLanes(builder, (lane) => {
          const first = builder.let(mul(lane, mul(reach, 2)), "first");
          builder.if(lt(first, lanes), () => {
            const combined = this.#combined(emitter, loadStates(builder, shared, first), loadStates(builder, shared, add(first, reach)));
            storeStates(builder, shared, first, combined);
          });
        });
        builder.barrier();
      }, "step");
      overLanes(builder, (lane) => builder.if(eq(lane, 0), () => storeStates(builder, totals, group, loadStates(builder, shared, int(0)))));
    });
    return { ...emitter.finish(lanes), inPlace: [], extent: rows * this.#blocks, asWritten: true };
  }

  /** What stands before each block of a row: the states of blocks, combined by a workgroup per row. */
  #before(totals: readonly number[], before: readonly number[]): GroupKernel {
    const { rows, name } = this.#shape;
    const emitter = this.#emitter(`before_blocks_${name}`);
    const { builder } = emitter;
    const from = this.#scratchBuffers(emitter, totals, "totals", "read");
    const to = this.#scratchBuffers(emitter, before, "before", "write");
    const share = Math.ceil(this.#blocks / lanes);
    builder.for("grid", 0, rows, 1, (row) => {
      const overOwn = (lane: Expr, body: (place: Expr) => void): void => {
        const first = builder.let(mul(lane, share), "first");
        builder.for("serial", first, builder.let(min(add(first, share), this.#blocks), "end"), 1, (block) => body(builder.let(add(mul(row, this.#blocks), block), "place")), "block");
      };
      const takeIn = (states: readonly RefExpr[], place: Expr): void => emitter.assignAll(states, this.#combined(emitter, states, loadStates(builder, from, place)));
      const scanned = this.#scanLanes(emitter, (lane) => {
        const states = startStates(emitter, this.#shape.eqn);
        overOwn(lane, (place) => takeIn(states, place));
        return states;
      });
      overLanes(builder, (lane) => {
        const running = startStates(emitter, this.#shape.eqn);
        builder.if(gt(lane, 0), () => emitter.assignAll(running, loadStates(builder, scanned, sub(lane, 1))));
        overOwn(lane, (place) => {
          storeStates(builder, to, place, running);
          takeIn(running, place);
        });
      });
    }, "row");
    return { ...emitter.finish(lanes), inPlace: [], extent: rows, asWritten: true };
  }

  /** The prefixes of each block, behind what stands before it, and all that is computed from them. */
  #prefixes(scratch: readonly number[]): Omit<LoweredGroup, "scratch"> {
    const { eqn, rows, name } = this.#shape;
    const isWhole = this.#blocks === 1;
    const emitter = this.#emitter(isWhole ? name : `block_prefixes_${name}`);
    const { builder, elements } = emitter;
    const before = isWhole ? null : this.#scratchBuffers(emitter, scratch, "before", "read");
    this.#overBlocks(emitter, (row, block, group) => {
      const scanned = this.#scanLanes(emitter, (lane) => this.#foldOwn(emitter, row, block, lane));
      overLanes(builder, (lane) => {
        const running = startStates(emitter, eqn);
        if (before !== null) emitter.assignAll(running, loadStates(builder, before, group));
        builder.if(gt(lane, 0), () => emitter.assignAll(running, this.#combined(emitter, running, loadStates(builder, scanned, sub(lane, 1)))));
        this.#overOwn(emitter, row, block, lane, (outer) => {
          emitter.passing((producer, operand) => {
            passElement(emitter, eqn, running, operand);
            return prefixLowering(eqn).finish(elements.emitter, running, contextOf(producer));
          }, () => {
            const elementOf = (value: Var): ElementIndex => this.#elementOf(emitter, outer, value);
            elements.element(at(eqn.outVars, 0), elementOf(at(eqn.outVars, 0)));
            emitter.storeAll(this.#part.stores, elementOf);
          });
        });
      });
    });
    const { same } = emitter;
    return { same, steps: [{ ...emitter.finish(lanes), inPlace: [], extent: rows * this.#blocks, asWritten: true }] };
  }

  // ---------------------------------------------------------------------------------------------------------------------

  #emitter(name: string): GroupEmitter {
    const emitter = new GroupEmitter(this.#plan, name);
    emitter.computing(this.#part.eqns);
    return emitter;
  }

  #scratchBuffers(emitter: GroupEmitter, scratch: readonly number[], name: string, access: "read" | "write"): readonly string[] {
    const length = this.#shape.rows * this.#blocks;
    return scratch.map((number, state) => emitter.scratch(name, number, { dtype: stateStorage(at(this.#dtypes, state)), length, access }));
  }

  #laneArrays(builder: KernelBuilder, name: string): readonly string[] {
    return this.#dtypes.map((dtype) => builder.array(name, { space: "workgroup", dtype, length: lanes }));
  }

  #combined(emitter: GroupEmitter, before: readonly Expr[], behind: readonly Expr[]): readonly Expr[] {
    return prefixLowering(this.#shape.eqn).combine(emitter.elements.emitter, before, behind, contextOf({ eqn: this.#shape.eqn, outIndex: 0 }));
  }

  #overBlocks(emitter: GroupEmitter, body: (row: Expr, block: Expr, group: Expr) => void): void {
    const { builder, elements: { forms } } = emitter;
    const { rows } = this.#shape;
    builder.for("grid", 0, rows * this.#blocks, 1, (group) => {
      const row = builder.let(div(group, this.#blocks), "row");
      const block = builder.let(rem(group, this.#blocks), "block");
      if (row.kind === "ref") forms.bound(row.name, { low: 0, high: rows - 1 });
      body(row, block, group);
    }, "group");
  }

  /** The states of the elements of an invocation. */
  #foldOwn(emitter: GroupEmitter, row: Expr, block: Expr, lane: Expr): readonly Expr[] {
    const { eqn } = this.#shape;
    const states = startStates(emitter, eqn);
    const operand = at(eqn.inputs, 0);
    this.#overOwn(emitter, row, block, lane, (outer) => {
      const element = operand.kind === "literal" ? emitter.elements.index([]) : this.#elementOf(emitter, outer, operand);
      passElement(emitter, eqn, states, emitter.elements.element(operand, element));
    });
    return states;
  }

  /** Runs over the elements of an invocation: `body` gets the index into the space of each that is in the row. */
  #overOwn(emitter: GroupEmitter, row: Expr, block: Expr, lane: Expr, body: (outer: readonly Expr[]) => void): void {
    const { builder, elements } = emitter;
    const { extent, scan } = this.#shape;
    const first = builder.let(add(mul(block, blockSize), mul(lane, perLane)), "first");
    builder.for("serial", 0, perLane, 1, (own) => {
      const number = builder.let(add(first, own), "number");
      builder.if(lt(number, extent), () => elements.inScope(() => {
        const place = scan.reverse ? builder.let(sub(int(extent - 1), number), "place") : number;
        if (place.kind === "ref") elements.forms.bound(place.name, { low: 0, high: extent - 1 });
        body(this.#outer(row, place));
      }));
    }, "own");
  }

  /** The index into the part's space of a place in a row. */
  #outer(row: Expr, place: Expr): readonly Expr[] {
    const { scan } = this.#shape;
    const others = this.#part.space.map((extent, axis) => (axis === scan.axis ? 1 : extent));
    const strides = stridesOf(others);
    return others.map((extent, axis) => (axis === scan.axis ? place : extent === 1 ? int(0) : rem(div(row, at(strides, axis)), extent)));
  }

  #elementOf(emitter: GroupEmitter, outer: readonly Expr[], value: Var): ElementIndex {
    return emitter.elements.index(emitter.inOrder(outer, this.#part.space, value.aval.shape));
  }

  /** The states of all lanes up to each, from those of each: in steps that reach twice as far back each time. Gives their arrays. */
  #scanLanes(emitter: GroupEmitter, statesOf: (lane: Expr) => readonly Expr[]): readonly string[] {
    const { builder } = emitter;
    let [now, next] = [this.#laneArrays(builder, "lanes"), this.#laneArrays(builder, "lanes")];
    overLanes(builder, (lane) => storeStates(builder, now, lane, statesOf(lane)));
    builder.barrier();
    for (let reach = 1; reach < lanes; reach *= 2) {
      const [read, written] = [now, next];
      overLanes(builder, (lane) => {
        const states = loadStates(builder, read, lane).map((state) => builder.var(state, "state"));
        builder.if(ge(lane, reach), () => emitter.assignAll(states, this.#combined(emitter, loadStates(builder, read, sub(lane, reach)), states)));
        storeStates(builder, written, lane, states);
      });
      builder.barrier();
      [now, next] = [next, now];
    }
    return now;
  }
}

function overLanes(builder: KernelBuilder, body: (lane: Expr) => void): void {
  builder.for("local", 0, lanes, 1, body, "lane");
}

function storeStates(builder: KernelBuilder, arrays: readonly string[], place: Expr, states: readonly Expr[]): void {
  arrays.forEach((array, state) => builder.store(array, place, at(states, state)));
}

function loadStates(builder: KernelBuilder, arrays: readonly string[], place: Expr): readonly Expr[] {
  return arrays.map((array) => builder.load(array, place, { hint: "held" }));
}

/** A state stays what it is in a kernel, from one kernel to the next: a float16 there is wider than its storage. */
function stateStorage(dtype: ValueDType): StorageDType {
  return dtype === "float16" ? "float32" : dtype;
}
