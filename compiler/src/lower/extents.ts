/**
 * @file Programs for arrays of any extents: elementwise operations, whose axes are merged as far as all operands agree, and
 * reductions of all elements. The extents are scalars of the kernel, so that one program serves every shape.
 */

import { at, InternalError, required } from "../base/assert.ts";
import { equalShapes, range, sizeOf } from "../base/shape.ts";
import type { ScalarArgument, StepProgram, ValueSpec } from "../artifact/types.ts";
import { aval, makeEqn, makeJaxpr, newVar } from "../ir/build.ts";
import { silentEmitter } from "../ir/silent-emitter.ts";
import type { Atom, Aval, Eqn, Jaxpr, ReduceOp, Var } from "../ir/types.ts";
import { add, int, KernelBuilder, mul, ref, scalarType } from "../kernel/build.ts";
import { foldStart, foldStep } from "../kernel/folds.ts";
import { storageOf, valueOf, wrapped } from "../kernel/storage.ts";
import type { Expr, Kernel } from "../kernel/types.ts";
import { storedBytes, type Capabilities } from "../target.ts";
import { Elements } from "./elements.ts";

/** Parallel loops that a kernel may nest. */
const mostAxes = 3;
/** The extent that stands for any other one. */
const anyExtent = 2;

/** What a program for any extents is made from, and the extents of one call. */
export interface ExtentPattern {
  /**
   * The operations over the merged axes: an axis that a value has is `anyExtent`, one along which it is broadcast is 1. Equal
   * patterns share a program.
   */
  readonly jaxpr: Jaxpr;
  readonly extents: readonly number[];
}

/**
 * Elements up to which a grid has one program for all shapes, in which an iteration is an invocation's: of larger arrays there
 * are few shapes, and what they share in vectors is worth a shader of their own.
 */
const mostOnGrid = 2 ** 16;

/** How a jaxpr without calls and constants fits a program for any extents; null where it does not. */
export function extentPattern(jaxpr: Jaxpr, capabilities: Capabilities): ExtentPattern | null {
  const { eqns, inVars, outs } = jaxpr;
  if (eqns.length === 0 || eqns.length > capabilities.maxOpsPerKernel || ![...inVars, ...eqns.flatMap(({ outVars }) => outVars)].every(isPlain)) return null;
  if (!capabilities.grid) return wholeReduction(jaxpr) ?? elementwisePattern(jaxpr);
  // Neither windows nor packed operands are for arrays whose lengths are not known yet. A fold wants a schedule of its own.
  const isSmall = outs.every(({ aval: { dtype, shape } }) => sizeOf(shape) <= mostOnGrid && storedBytes(dtype, sizeOf(shape), capabilities) <= capabilities.maxBindingBytes);
  return isSmall && inVars.length + outs.length <= capabilities.maxBuffers ? elementwisePattern(jaxpr) : null;
}

function isPlain({ aval: { dtype } }: Var): boolean {
  return dtype !== "float0" && dtype !== "key<fry>" && dtype !== "complex64";
}

function wholeReduction({ eqns, inVars, outs }: Jaxpr): ExtentPattern | null {
  const [eqn] = eqns;
  const [operand] = inVars;
  if (eqn === undefined || operand === undefined || eqns.length > 1 || eqn.inputs[0] !== operand || outs[0] !== eqn.outVars[0]) return null;
  const { lower } = eqn.primitive;
  const { shape } = operand.aval;
  if (lower.kind !== "reduction" || shape.length === 0 || sizeOf(shape) === 0 || lower.axes(eqn.params).length !== shape.length) return null;
  const merged = newVar(withShape(operand.aval, [anyExtent]));
  return { jaxpr: makeJaxpr([], [merged], [makeEqn(eqn.primitive, [merged], eqn.params, eqn.outVars)], outs), extents: [sizeOf(shape)] };
}

function elementwisePattern({ eqns, inVars, outs }: Jaxpr): ExtentPattern | null {
  const shape = outs[0]?.aval.shape ?? [];
  if (sizeOf(shape) <= 1 || !outs.every((out) => out.kind === "var" && !inVars.includes(out) && equalShapes(out.aval.shape, shape))) return null;
  const computed: Eqn[] = [];
  /** Values that are another one, repeated along axes in which it has the extent 1. */
  const fills = new Map<Atom, Atom>();
  for (const eqn of eqns) {
    const [first] = eqn.inputs;
    const { kind } = eqn.primitive.lower;
    const [result] = eqn.outVars;
    if (kind === "scalar") {
      computed.push(eqn);
    } else if (kind === "indexMap" && eqn.inputs.length === 1 && first !== undefined && result !== undefined) {
      // What maps one element, moves it to every place.
      const isFill = sizeOf(first.aval.shape) === 1 || repeatsAlongAxes(eqn);
      if (!isFill || first.aval.dtype !== result.aval.dtype) return null;
      fills.set(result, fills.get(first) ?? first);
    } else {
      return null;
    }
  }
  if (outs.some((out) => fills.has(out))) return null;
  const original = (atom: Atom): Atom => fills.get(atom) ?? atom;
  const used = computed.flatMap(({ inputs, outVars }) => [...inputs.map(original), ...outVars]);
  const values = [...new Set([...inVars, ...used])];
  const axes = mergedAxes(values.map((value) => value.aval.shape), shape);
  if (axes === null) return null;
  const merged = new Map<Atom, Atom>(values.map((value, index) => [value, value.kind === "var" ? newVar(withShape(value.aval, at(axes.shapes, index))) : value]));
  const mergedVar = (value: Var): Var => {
    const found = merged.get(value);
    return found?.kind === "var" ? found : raiseLiteral("an operation");
  };
  const mergedEqns = computed.map(({ primitive, inputs, params, outVars }) => (
    makeEqn(primitive, inputs.map((input) => required(merged.get(original(input)), "merged operand")), params, outVars.map(mergedVar))
  ));
  return { jaxpr: makeJaxpr([], inVars.map(mergedVar), mergedEqns, outs.map((out) => required(merged.get(out), "merged result"))), extents: axes.extents };
}

/** Whether each element of the result is the operand's at the same place, or at 0 along the operand's axes of extent 1. */
function repeatsAlongAxes({ primitive: { lower }, params, inputs, outVars }: Eqn): boolean {
  const [from, to] = [at(inputs, 0).aval, at(outVars, 0).aval];
  if (lower.kind !== "indexMap" || from.shape.length !== to.shape.length || outVars.length > 1) return false;
  const index = to.shape.map((_, axis) => ref(`axis${axis}`, scalarType("int32")));
  const element = ref("element", scalarType(valueOf(to.dtype)));
  let isInPlace = true;
  const found = lower.emit(silentEmitter, index, (_operand, place) => {
    isInPlace &&= place.every((position, axis) => (from.shape[axis] === 1 ? position.kind === "const" : position === index[axis]));
    return element;
  }, { params, inAvals: [from], outAval: to, outIndex: 0 });
  return isInPlace && found === element;
}

function withShape({ dtype, weakType }: Aval, shape: readonly number[]): Aval {
  return aval(shape, dtype, weakType);
}

/** Neighbouring axes of `shape` that every value either has or lacks as one axis each; null where there are too many. */
function mergedAxes(shapes: readonly (readonly number[])[], shape: readonly number[]): { readonly shapes: readonly (readonly number[])[]; readonly extents: readonly number[] } | null {
  const extents: number[] = [];
  // For each merged axis, which values have it.
  const owners: (readonly boolean[])[] = [];
  for (const axis of range(shape.length)) {
    const extent = at(shape, axis);
    if (extent === 1) continue;
    const has = shapes.map((own) => own.length === shape.length && own[axis] === extent);
    const last = owners.at(-1);
    if (last !== undefined && has.every((owns, index) => owns === last[index])) {
      extents.push(extent * required(extents.pop(), "extent"));
    } else {
      owners.push(has);
      extents.push(extent);
    }
  }
  const merged = shapes.map((_, index) => owners.map((has) => (at(has, index) ? anyExtent : 1)));
  const sizeOfMerged = (own: readonly number[]): number => sizeOf(own.map((extent, axis) => (extent === 1 ? 1 : at(extents, axis))));
  const isComplete = shapes.every((own, index) => sizeOf(own) === sizeOfMerged(at(merged, index)));
  return owners.length <= mostAxes && isComplete ? { shapes: merged, extents } : null;
}

/** The program of a pattern's jaxpr. Its kernel takes the extents in order. */
export function lowerForExtents(name: string, { inVars, eqns, outs }: Jaxpr, { grid }: Capabilities): StepProgram<Kernel> {
  const outVars = outs.map((out) => (out.kind === "var" ? out : raiseLiteral(name)));
  const shape = at(inVars, 0).aval.shape.map(() => anyExtent);
  const first = at(eqns, 0);
  const { lower } = first.primitive;
  const lowering = new ExtentLowering(name, inVars, eqns, outVars, shape.length);
  const kernel = lower.kind === "reduction" ? lowering.reduction(lower.op) : lowering.elementwise(grid);
  const specOf = ({ aval: { dtype, shape: own } }: Var, input: number | null): ValueSpec => {
    const extents = range(own.length).filter((axis) => at(own, axis) !== 1);
    return { dtype, length: sizeOf(own), input, ...(extents.length === 0 ? {} : { extents }) };
  };
  const arrayOf = ({ aval: { dtype, shape: own } }: Var) => ({ shape: own, dtype });
  const places = new Map<Var, number>();
  const values: ValueSpec[] = inVars.map(specOf);
  for (const variable of outVars) if (!places.has(variable)) places.set(variable, values.push(specOf(variable, null)) - 1);
  return {
    name, inputs: inVars.map(arrayOf), outputs: outVars.map(arrayOf), values,
    results: outVars.map((variable) => required(places.get(variable), "place of a result")),
    kernels: [{ code: kernel, inPlace: [], asWritten: false }],
    steps: [{
      kind: "kernel", kernel: 0, buffers: range(values.length), scalars: shape.map((_, extent): ScalarArgument => ({ kind: "extent", extent })), extent: 1,
    }],
  };
}

function raiseLiteral(name: string): never {
  throw new InternalError(`${name} for any extents gives a literal`);
}

class ExtentLowering {
  readonly #inVars: readonly Var[];
  readonly #outVars: readonly Var[];
  readonly #builder: KernelBuilder;
  readonly #elements: Elements;
  readonly #extents: readonly Expr[];
  readonly #buffers = new Map<number, string>();

  constructor(name: string, inVars: readonly Var[], eqns: readonly Eqn[], outVars: readonly Var[], axes: number) {
    this.#inVars = inVars;
    this.#outVars = [...new Set(outVars)];
    this.#builder = new KernelBuilder(name.replaceAll(/\W/g, "_"));
    this.#extents = range(axes).map((axis) => this.#builder.scalar(`n${axis}`, "int32"));
    const declare = (access: "read" | "write") => ({ aval: { dtype, shape }, id }: Var, index: number): void => {
      const options = { dtype: storageOf(dtype), length: this.#lengthOf(shape), access };
      this.#buffers.set(id, this.#builder.buffer(`${access === "read" ? "in" : "out"}${index}`, options));
    };
    this.#inVars.forEach(declare("read"));
    this.#outVars.forEach(declare("write"));
    const producers = new Map(eqns.flatMap((eqn) => eqn.outVars.map((variable, outIndex) => [variable, { eqn, outIndex }] as const)));
    this.#elements = new Elements(this.#builder, {
      producerOf: (value) => producers.get(value) ?? null,
      bufferOf: (value) => this.#buffer(value),
      keptOf: () => null,
      passOn: ({ eqn }) => { throw new InternalError(`${eqn.primitive.name} for any extents`); },
    });
  }

  elementwise(onGrid: boolean): Kernel {
    const loops = (axis: number, index: readonly Expr[]): void => {
      if (axis === this.#extents.length) return this.#storeAll(index);
      // On a CPU blocks are cut from the innermost loop, which a chunk of a grid loop would have to know of.
      const kind = onGrid || (axis === 0 && this.#extents.length > 1) ? "grid" : "simd";
      this.#builder.for(kind, 0, at(this.#extents, axis), 1, (position) => loops(axis + 1, [...index, position]));
    };
    loops(0, []);
    return this.#builder.build();
  }

  /** The fold of all elements of the one operand. */
  reduction(op: ReduceOp): Kernel {
    const [operand, result] = [at(this.#inVars, 0), at(this.#outVars, 0)];
    const { dtype } = result.aval;
    const accumulator = this.#builder.var(foldStart(op, valueOf(dtype)), "sum");
    this.#builder.for("serial", 0, at(this.#extents, 0), 1, (index) => {
      this.#builder.assign(accumulator, foldStep(op, accumulator, this.#builder.load(this.#buffer(operand), index)));
    });
    this.#builder.store(this.#buffer(result), int(0), wrapped(accumulator, dtype));
    return this.#builder.build();
  }

  #storeAll(index: readonly Expr[]): void {
    for (const { buffer, element, value } of this.#inVars.map((variable) => this.#placeOf(variable, index))) {
      this.#elements.define(value, this.#elements.index(element), this.#builder.load(buffer, this.#position(element)));
    }
    const stored = this.#outVars.map((variable) => this.#placeOf(variable, index));
    const values = stored.map(({ value, element }) => this.#elements.element(value, this.#elements.index(element)));
    stored.forEach(({ buffer, element }, number) => this.#builder.store(buffer, this.#position(element), at(values, number)));
  }

  #placeOf(value: Var, index: readonly Expr[]): { readonly value: Var; readonly buffer: string; readonly element: readonly Expr[] } {
    return { value, buffer: this.#buffer(value), element: value.aval.shape.map((extent, axis) => (extent === 1 ? int(0) : at(index, axis))) };
  }

  /** The place of an element in row-major order; what a value is broadcast along has the index 0. */
  #position(element: readonly Expr[]): Expr {
    return element.reduce<Expr>((before, position, axis) => {
      if (position.kind === "const") return before;
      return before.kind === "const" ? position : add(mul(before, at(this.#extents, axis)), position);
    }, int(0));
  }

  #lengthOf(shape: readonly number[]): Expr {
    return shape.reduce<Expr>((product, extent, axis) => {
      if (extent === 1) return product;
      return product.kind === "const" ? at(this.#extents, axis) : mul(product, at(this.#extents, axis));
    }, int(1));
  }

  #buffer({ id }: Var): string {
    return required(this.#buffers.get(id), "buffer of a value");
  }
}
