/** @file A fusion plan as a program of steps over values, one naive kernel for each group; equal kernels are made once. */

import { hashNumber, hashString, mixHash } from "../base/hash.ts";
import { sizeOf } from "../base/shape.ts";
import { StructuralMap } from "../base/structural-map.ts";
import type { ArraySpec, StagedKernel, Step, StepProgram, ValueSpec } from "../artifact/types.ts";
import type { FusionPlan } from "../fuse/types.ts";
import type { Atom, Literal, Var } from "../ir/types.ts";
import { constant, int, KernelBuilder } from "../kernel/build.ts";
import { exprsOf, forEachExpr, forEachStmt } from "../kernel/walk.ts";
import type { Expr, Kernel } from "../kernel/types.ts";
import { lowerGroup, type GroupKernel } from "./group.ts";
import { storageType, valueType } from "./values.ts";

/** The program of a plan whose jaxpr has no constants of its own. */
export function lowerPlan(plan: FusionPlan, name: string): StepProgram<Kernel> {
  return new PlanLowering(plan, name).lower();
}

class PlanLowering {
  readonly #plan: FusionPlan;
  readonly #name: string;
  readonly #values: ValueSpec[] = [];
  readonly #numbers = new Map<number, number>();
  readonly #same = new Map<number, Var>();
  readonly #kernels: StagedKernel<Kernel>[] = [];
  readonly #kernelNumbers = new StructuralMap<StagedKernel<Kernel>, number>(hashStaged);
  readonly #steps: Step[] = [];

  constructor(plan: FusionPlan, name: string) {
    this.#plan = plan;
    this.#name = name;
  }

  lower(): StepProgram<Kernel> {
    const { jaxpr, groups, same: outputsInPlace } = this.#plan;
    for (const [value, original] of outputsInPlace) this.#same.set(value.id, original);
    jaxpr.inVars.forEach((variable, input) => {
      this.#numbers.set(variable.id, this.#values.length);
      this.#values.push({ ...specOf(variable), input });
    });
    for (const group of groups) {
      const { kernel, same } = lowerGroup(this.#plan, group);
      for (const [value, original] of same) this.#same.set(value.id, original);
      if (kernel !== null) this.#addStep(kernel);
    }
    const results = jaxpr.outs.map((out) => (out.kind === "var" ? this.#number(out) : this.#filled(out)));
    return {
      name: this.#name, inputs: jaxpr.inVars.map(arraySpec), outputs: jaxpr.outs.map(arraySpec),
      values: this.#values, results, kernels: this.#kernels, steps: this.#steps,
    };
  }

  #addStep({ kernel, values, extent, inPlace }: GroupKernel): void {
    const buffers = values.map((value) => this.#number(value));
    this.#steps.push({ kind: "kernel", kernel: this.#kernel({ code: kernel, inPlace }), buffers, scalars: [], extent });
  }

  #kernel(staged: StagedKernel<Kernel>): number {
    const known = this.#kernelNumbers.get(staged);
    if (known !== undefined) return known;
    const number = this.#kernels.length;
    this.#kernelNumbers.set(staged, number);
    this.#kernels.push(staged);
    return number;
  }

  #number(variable: Var): number {
    let value = variable;
    for (let original = this.#same.get(value.id); original !== undefined; original = this.#same.get(value.id)) value = original;
    const known = this.#numbers.get(value.id);
    if (known !== undefined) return known;
    const number = this.#values.length;
    this.#numbers.set(value.id, number);
    this.#values.push({ ...specOf(value), input: null });
    return number;
  }

  /** A new value filled with a literal. */
  #filled(literal: Literal): number {
    const { shape, dtype } = literal.aval;
    const length = sizeOf(shape);
    const number = this.#values.length;
    this.#values.push({ dtype, length, input: null });
    if (length === 0) return number;
    const builder = new KernelBuilder("fill");
    const target = builder.buffer("out0", { dtype: storageType(dtype), length, access: "write" });
    const value = constant(literal.value, valueType(dtype));
    if (length === 1) builder.store(target, int(0), value);
    else builder.for("grid", 0, length, 1, (index) => builder.store(target, index, value));
    this.#steps.push({
      kind: "kernel", kernel: this.#kernel({ code: builder.build(), inPlace: [] }), buffers: [number], scalars: [], extent: length,
    });
    return number;
  }
}

/** Of what tells kernels apart: names of buffers and locals are numbered alike, so operations and constants remain. */
function hashStaged({ code }: StagedKernel<Kernel>): number {
  let hash = hashString(code.name);
  for (const { dtype, length } of code.buffers) {
    hash = mixHash(mixHash(hash, hashString(dtype)), length.kind === "const" ? length.value : 0);
  }
  forEachStmt(code.body, (statement) => {
    hash = mixHash(hash, hashString(statement.kind));
    for (const expr of exprsOf(statement)) hash = mixHash(hash, hashExpr(expr));
  });
  return hash;
}

function hashExpr(expr: Expr): number {
  let hash = 0;
  forEachExpr(expr, (node) => {
    if (node.kind === "const") hash = mixHash(hash, hashNumber(node.value));
    else hash = mixHash(hash, hashString(node.kind === "op" ? node.op : node.kind));
  });
  return hash;
}

function specOf(atom: Atom): { readonly dtype: ValueSpec["dtype"]; readonly length: number } {
  const { shape, dtype } = atom.aval;
  // float0 has no elements to hold, whatever its shape.
  return { dtype, length: dtype === "float0" ? 0 : sizeOf(shape) };
}

function arraySpec(atom: Atom): ArraySpec {
  return { shape: atom.aval.shape, dtype: atom.aval.dtype };
}
