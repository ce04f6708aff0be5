/** @file Runs one equation through its own lowering and the kernel interpreter, with no stage of the compiler in between. */

import { at, InternalError } from "@lanewise/compiler/base/assert";
import { allocateHost, isFloat, type HostArray } from "@lanewise/compiler/base/dtype";
import { sizeOf, stridesOf } from "@lanewise/compiler/base/shape";
import { aval } from "@lanewise/compiler/ir/build";
import type { Aval, FoldLowering, Params, PrefixLowering, Primitive } from "@lanewise/compiler/ir/types";
import { add, boolean, constant, int, KernelBuilder, mul, sub, valueDTypeOf } from "@lanewise/compiler/kernel/build";
import { interpret } from "@lanewise/compiler/kernel/interpret";
import type { Expr, Kernel, StorageDType } from "@lanewise/compiler/kernel/types";
import { verifyKernel } from "@lanewise/compiler/kernel/verify";

export interface LoneInput {
  readonly aval: Aval;
  readonly host: HostArray;
}

/** The results of a primitive whose lowering is an index map, a fold, a prefix or a routine; every kernel is verified. */
export function runAlone(primitive: Primitive, inputs: readonly LoneInput[], params: Params, order: "forward" | "reverse" = "forward"): HostArray[] {
  const inAvals = inputs.map((input) => aval(input.aval.shape, input.aval.dtype));
  const outAvals = primitive.abstractEval(inAvals, params);
  const { lower } = primitive;
  if (lower.kind === "routine") {
    const serial = lower.variants.find(({ needs }) => needs === "serial") ?? at(lower.variants, 0);
    const plan = serial.build({ params, inAvals, outAvals });
    const memory = { input: inputs.map(({ host }) => host), output: outAvals.map(unwritten), scratch: plan.scratch.map(({ dtype, length }) => unwritten(aval([length], dtype))) };
    for (const step of plan.steps) run(step.kernel, step.buffers.map(({ from, index }) => at(memory[from], index)), step.extent, order);
    return memory.output;
  }
  if (lower.kind !== "indexMap" && lower.kind !== "fold" && lower.kind !== "prefix") throw new InternalError(`${primitive.name} is no index map, fold, prefix or routine`);
  return outAvals.map((outAval, outIndex) => {
    const result = unwritten(outAval);
    if (result.length === 0) return result;
    const builder = new KernelBuilder("alone");
    const buffers = inAvals.map((input) => builder.buffer("in0", { dtype: input.dtype as StorageDType, length: sizeOf(input.shape), access: "read" }));
    const out = builder.buffer("out", { dtype: outAval.dtype as StorageDType, length: result.length, access: "write" });
    const position = (index: readonly Expr[], shape: readonly number[]): Expr =>
      index.reduce((sum, place, axis) => add(sum, mul(place, at(stridesOf(shape), axis))), int(0) as Expr);
    const emitter = {
      let: (value: Expr, hint?: string) => builder.let(value, hint),
      branch: (condition: Expr, then: () => Expr, otherwise: () => Expr) => {
        // The type of a branch is known when it has been emitted; of index maps it is the result's, of folds an operand's.
        const dtype = valueDTypeOf((lower.kind !== "indexMap" ? at(inAvals, 0) : outAval).dtype as StorageDType);
        const variable = builder.var(dtype === "bool" ? boolean(false) : constant(0, dtype));
        builder.if(condition, () => builder.assign(variable, then()), () => builder.assign(variable, otherwise()));
        return variable;
      },
      repeat: (count: number, first: readonly Expr[], next: (states: readonly Expr[], turn: Expr) => readonly Expr[]) => builder.repeat(count, first, next),
    };
    const read = (operand: number, index: readonly Expr[]): Expr => {
      const { shape } = at(inAvals, operand);
      if (index.length !== shape.length) throw new InternalError(`operand ${operand} of rank ${shape.length} read with ${index.length} indices`);
      return builder.load(at(buffers, operand), position(index, shape));
    };
    const context = { params, inAvals, outAval, outIndex };
    const folded = (index: readonly Expr[], fold: FoldLowering<Params>): Expr => {
      const states = fold.states(context).map(({ init }) => builder.var(init, "state"));
      const extents = fold.extents(params, inAvals);
      const inner = (place: readonly Expr[]): void => {
        const extent = extents[place.length];
        if (extent !== undefined) return builder.for("serial", 0, extent, 1, (next) => inner([...place, next]));
        const next = fold.step(emitter, index, place, states, read, context).map((value) => builder.let(value, "next"));
        states.forEach((state, which) => builder.assign(state, at(next, which)));
      };
      inner([]);
      return at(fold.finish(emitter, states, context), outIndex);
    };
    /** A prefix runs from its first element for each place anew. */
    const passed = (index: readonly Expr[], prefix: PrefixLowering<Params>): Expr => {
      const states = prefix.states(context).map(({ init }) => builder.var(init, "state"));
      const { axis, reverse } = prefix.along(params);
      const place = at(index, axis);
      const last = at(outAval.shape, axis) - 1;
      builder.for("serial", 0, add(reverse ? sub(int(last), place) : place, int(1)), 1, (step) => {
        const element = read(0, index.map((own, dimension) => (dimension === axis ? (reverse ? sub(int(last), step) : step) : own)));
        const next = prefix.step(emitter, states, element, context).map((value) => builder.let(value, "next"));
        states.forEach((state, which) => builder.assign(state, at(next, which)));
      });
      return prefix.finish(emitter, states, context);
    };
    const value = (index: readonly Expr[]): Expr => {
      if (lower.kind === "fold") return folded(index, lower);
      return lower.kind === "prefix" ? passed(index, lower) : lower.emit(emitter, index, read, context);
    };
    const nest = (index: readonly Expr[]): void => {
      if (index.length < outAval.shape.length) builder.for(index.length === 0 ? "grid" : "simd", 0, at(outAval.shape, index.length), 1, (place) => nest([...index, place]));
      else builder.store(out, position(index, outAval.shape), value(index));
    };
    nest([]);
    run(builder.build(), [...inputs.map(({ host }) => host), result], at([...outAval.shape, 1], 0), order);
    return result;
  });
}

/** Memory that must not look right by accident. */
function unwritten({ shape, dtype }: Aval): HostArray {
  const host = allocateHost(dtype, sizeOf(shape));
  host.fill(isFloat(dtype) ? NaN : 77);
  return host;
}

function run(kernel: Kernel, hosts: readonly HostArray[], extent: number, order: "forward" | "reverse"): void {
  verifyKernel(kernel);
  const buffers = Object.fromEntries(kernel.buffers.map(({ name }, place) => [name, at(hosts, place)]));
  const hasGrid = kernel.body.some((statement) => statement.kind === "for" && statement.loop === "grid");
  const middle = extent >> 1;
  // In two chunks, the second first: iterations of the grid are independent.
  if (!hasGrid) interpret(kernel, { buffers, order });
  else for (const [begin, end] of [[middle, extent], [0, middle]] as const) interpret(kernel, { buffers, begin, end, order });
}
