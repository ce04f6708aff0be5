/**
 * @file What every kernel of a group is written with: loops over the iterations of a part, elements of its values, the buffers
 * that hold them, and stores.
 */

import { at, required } from "../base/assert.ts";
import type { DType } from "../base/dtype.ts";
import { sizeOf, stridesOf } from "../base/shape.ts";
import type { FusionPlan } from "../fuse/types.ts";
import type { Var } from "../ir/types.ts";
import { div, int, KernelBuilder, rem, type BufferOptions } from "../kernel/build.ts";
import { storageOf } from "../kernel/storage.ts";
import type { BufferParam, Expr, Kernel, LoopKind, RefExpr } from "../kernel/types.ts";
import { mentionsAny } from "../kernel/walk.ts";
import { Elements, type ElementIndex, type Kept, type PassOn, type Producer } from "./elements.ts";

/** A kernel with the values that its buffers hold, in order. */
export interface GroupKernel {
  readonly kernel: Kernel;
  readonly values: readonly (Var | ScratchValue)[];
  /** Iterations of the outermost grid loop. */
  readonly extent: number;
  /** Pairs of buffer numbers: the second may take the first one's memory, where every element is read before it is written. */
  readonly inPlace: readonly (readonly [read: number, written: number])[];
  /** Whether scheduling leaves it as it stands. */
  readonly asWritten: boolean;
}

/** Memory between the kernels of a group, by its number. */
export interface ScratchValue {
  readonly kind: "scratch";
  readonly number: number;
}

export interface LoweredGroup {
  /** Values that have the same elements in the same order as another one, which is stored elsewhere. */
  readonly same: readonly (readonly [value: Var, as: Var])[];
  readonly scratch: readonly { readonly dtype: DType; readonly length: number }[];
  /** One after the other; none where nothing is left to store: every array is empty, or the same as one that there is. */
  readonly steps: readonly GroupKernel[];
}

export class GroupEmitter {
  readonly builder: KernelBuilder;
  readonly elements: Elements;
  readonly #plan: FusionPlan;
  /** What the part at work computes. */
  readonly #producers = new Map<number, Producer>();
  readonly #kept = new Map<number, Kept>();
  readonly #buffers = new Map<number, string>();
  readonly #values = new Map<string, Var | ScratchValue>();
  readonly #counts = { in: 0, out: 0 };
  readonly #same: (readonly [Var, Var])[] = [];
  /** What takes elements into the states of prefixes at this place of the kernel. */
  #passOn: PassOn | null = null;

  constructor(plan: FusionPlan, name: string) {
    this.#plan = plan;
    this.builder = new KernelBuilder(name);
    this.elements = new Elements(this.builder, {
      producerOf: (value) => this.#producers.get(value.id) ?? null,
      keptOf: (value) => this.#kept.get(value.id) ?? null,
      bufferOf: (value) => this.#buffer(value, "read"),
      passOn: (producer, operand) => required(this.#passOn, "states of a prefix")(producer, operand),
    });
  }

  /** Values that have the same elements in the same order as another one, which is stored elsewhere. */
  get same(): readonly (readonly [value: Var, as: Var])[] {
    return this.#same;
  }

  /** Names the equations whose results are computed from now on; what others give is loaded. */
  computing(places: readonly number[]): void {
    this.#producers.clear();
    for (const place of places) {
      const eqn = at(this.#plan.jaxpr.eqns, place);
      eqn.outVars.forEach((result, outIndex) => this.#producers.set(result.id, { eqn, outIndex }));
    }
  }

  /** Says where the elements of a value are from now on. */
  keep(value: Var, kept: Kept): void {
    this.#kept.set(value.id, kept);
  }

  /** Declares a buffer for memory between the kernels of the group. */
  scratch(name: string, number: number, options: BufferOptions): string {
    const unique = this.builder.buffer(name, options);
    this.#values.set(unique, { kind: "scratch", number });
    return unique;
  }

  /** Emits statements in which `passOn` takes elements into the states of prefixes. */
  passing(passOn: PassOn, emit: () => void): void {
    const outer = this.#passOn;
    this.#passOn = passOn;
    emit();
    this.#passOn = outer;
  }

  /** All variables change at once: what reads another one is computed before that one changes. */
  assignAll(variables: readonly RefExpr[], next: readonly Expr[]): void {
    const names = variables.map(({ name }) => name);
    const held = next.map((expr, number) => (mentionsAny(expr, new Set(names.filter((_, other) => other !== number))) ? this.builder.let(expr) : expr));
    variables.forEach((variable, number) => {
      if (at(held, number) !== variable) this.builder.assign(variable, at(held, number));
    });
  }

  /** One loop per axis that is wider than 1; the outermost is of the first kind, the others of the second. */
  nest(extents: readonly number[], kinds: readonly [LoopKind, LoopKind], body: (index: readonly Expr[]) => void): void {
    const index: Expr[] = [];
    const open = (axis: number, first: boolean): void => {
      const extent = extents[axis];
      if (extent === undefined) return this.elements.inScope(() => body([...index]));
      const next = (axisIndex: Expr, isFirst: boolean): void => {
        index[axis] = axisIndex;
        open(axis + 1, isFirst);
      };
      if (extent === 1) return next(int(0), first);
      this.builder.for(first ? kinds[0] : kinds[1], 0, extent, 1, (axisIndex) => {
        this.elements.forms.bound(axisIndex.name, { low: 0, high: extent - 1 });
        next(axisIndex, false);
      });
    };
    open(0, true);
  }

  /** Computes all values, then stores them, so that a store may overwrite what was loaded in the same iteration. */
  storeAll(values: readonly Var[], elementOf: (value: Var) => ElementIndex): void {
    const stored: Stored[] = values.map((value) => {
      const element = elementOf(value);
      const position = this.elements.forms.linear(element.index, value.aval.shape);
      return { value, position, key: this.elements.forms.key(position), expr: this.elements.element(value, element) };
    });
    stored.forEach((store, number) => {
      const original = this.#sameElements(store, stored.slice(0, number));
      if (original !== null) {
        this.#same.push([store.value, original]);
        return;
      }
      this.builder.store(this.#buffer(store.value, "write"), store.position, store.expr);
    });
  }

  /** Stores an element of a value that has the others already. */
  storePart(value: Var, index: readonly Expr[], expr: Expr): void {
    const { index: canonical } = this.elements.index(index);
    this.builder.store(this.#buffer(value, "readWrite"), this.elements.forms.linear(canonical, value.aval.shape), expr);
  }

  /** A value in memory with the same element at the same place: loaded from there, or stored already. */
  #sameElements({ value, key, expr }: Stored, earlier: readonly Stored[]): Var | null {
    const loaded = expr.kind === "ref" ? this.elements.loadOf(expr.name) : null;
    const candidates = [
      ...(loaded !== null && this.elements.forms.key(loaded.position) === key ? [loaded.value] : []),
      ...earlier.filter((other) => other.expr === expr && other.key === key && expr.kind === "ref").map((other) => other.value),
    ];
    const fits = (other: Var): boolean => other.aval.dtype === value.aval.dtype && sizeOf(other.aval.shape) === sizeOf(value.aval.shape);
    return candidates.find(fits) ?? null;
  }

  /** The index into a shape with as many elements as the group's space: element after element in row-major order. */
  inOrder(outer: readonly Expr[], space: readonly number[], shape: readonly number[]): Expr[] {
    if (sizeOf(shape) === 0) return shape.map(() => int(0));
    const linear = this.elements.forms.linear(outer, space);
    const strides = stridesOf(shape);
    return shape.map((extent, axis) => (extent === 1 ? int(0) : rem(div(linear, at(strides, axis)), extent)));
  }

  #buffer(value: Var, access: BufferParam["access"]): string {
    const known = this.#buffers.get(value.id);
    if (known !== undefined) return known;
    const { shape, dtype } = value.aval;
    const kind = access === "read" ? "in" : "out";
    const number = this.#counts[kind]++;
    const name = this.builder.buffer(`${kind}${number}`, { dtype: storageOf(dtype), length: sizeOf(shape), access });
    this.#buffers.set(value.id, name);
    this.#values.set(name, value);
    return name;
  }

  /** The kernel, its buffers in the order in which a step binds them: first what it reads. */
  finish(workgroup = 1): Pick<GroupKernel, "kernel" | "values"> {
    const kernel = this.builder.build({ workgroup });
    const buffers = [...kernel.buffers].sort((left, right) => order(left) - order(right));
    const values = buffers.map((buffer) => required(this.#values.get(buffer.name), "value of a buffer"));
    return { kernel: { ...kernel, buffers }, values };
  }
}

interface Stored {
  readonly value: Var;
  readonly position: Expr;
  readonly key: string;
  readonly expr: Expr;
}

function order(buffer: BufferParam): number {
  return buffer.access === "read" ? 0 : 1;
}
