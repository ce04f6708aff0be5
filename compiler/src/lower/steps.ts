/** @file A fusion plan as a program of steps over values, one naive kernel for each group; equal kernels are made once. */

import { at, InternalError, required } from "../base/assert.ts";
import { equalStructure } from "../base/equal.ts";
import { hashNumber, hashString, mixHash } from "../base/hash.ts";
import { sizeOf } from "../base/shape.ts";
import { StructuralMap } from "../base/structural-map.ts";
import type { ArraySpec, ScalarArgument, StagedKernel, Step, StepProgram, ValueSpec } from "../artifact/types.ts";
import type { FusionGroup, FusionPlan } from "../fuse/types.ts";
import type { Atom, Eqn, Literal, Params, RoutineContext, RoutineNeeds, RoutinePlan, RoutineVariant, Var } from "../ir/types.ts";
import { int, KernelBuilder } from "../kernel/build.ts";
import { exprsOf, forEachExpr, forEachStmt } from "../kernel/walk.ts";
import { constantOf, storageOf } from "../kernel/storage.ts";
import type { Expr, Kernel } from "../kernel/types.ts";
import { groupForm, type GroupForm } from "./group-form.ts";
import type { GroupKernel, LoweredGroup } from "./emitter.ts";
import { lowerGroup } from "./group.ts";
import { fitsGrid } from "./prefix-grid.ts";
import { PartialUpdates, type PartialUpdate } from "./update.ts";
import { meetsCheaply, type Capabilities } from "../target.ts";

/** The program of a plan whose jaxpr has no constants of its own. `donated` are inputs that it may overwrite. */
export function lowerPlan(plan: FusionPlan, name: string, capabilities: Capabilities, donated: readonly number[] = []): StepProgram<Kernel> {
  return new PlanLowering(plan, name, capabilities, donated).lower();
}

/** A group that was lowered before, in terms of its own values. */
interface KnownGroup {
  readonly values: readonly Var[];
  readonly same: readonly (readonly [value: Var, as: Var])[];
  readonly scratch: LoweredGroup["scratch"];
  readonly steps: readonly { readonly kernel: number; readonly buffers: GroupKernel["values"]; readonly extent: number }[];
}

class PlanLowering {
  readonly #groups = new StructuralMap<GroupForm, KnownGroup>(({ hash }) => hash, (left, right) => equalStructure(left.key, right.key));
  readonly #plan: FusionPlan;
  readonly #name: string;
  readonly #capabilities: Capabilities;
  readonly #values: ValueSpec[] = [];
  readonly #numbers = new Map<number, number>();
  readonly #same = new Map<number, Var>();
  readonly #kernels: StagedKernel<Kernel>[] = [];
  readonly #kernelNumbers = new StructuralMap<StagedKernel<Kernel>, number>(hashStaged);
  readonly #steps: Step[] = [];
  readonly #updates: PartialUpdates;

  constructor(plan: FusionPlan, name: string, capabilities: Capabilities, donated: readonly number[]) {
    this.#updates = new PartialUpdates(plan, donated);
    this.#plan = plan;
    this.#name = name;
    this.#capabilities = capabilities;
  }

  lower(): StepProgram<Kernel> {
    const { jaxpr, groups, same: outputsInPlace } = this.#plan;
    for (const [value, original] of outputsInPlace) this.#same.set(value.id, original);
    jaxpr.inVars.forEach((variable, input) => {
      this.#numbers.set(variable.id, this.#values.length);
      this.#values.push({ ...specOf(variable), input });
    });
    groups.forEach((group, place) => {
      const update = this.#updates.of(group, place);
      if (group.kind === "routine") this.#routine(at(at(group.parts, 0).eqns, 0));
      else if (update === null) this.#addGroup(group);
      else this.#update(group, update);
    });
    const results = jaxpr.outs.map((out) => this.#numberOf(out));
    return {
      name: this.#name, inputs: jaxpr.inVars.map(arraySpec), outputs: jaxpr.outs.map(arraySpec),
      values: this.#values, results, kernels: this.#kernels, steps: this.#steps,
    };
  }

  /** A group is lowered once for all groups of its form. */
  #addGroup(group: FusionGroup): void {
    const form = groupForm(this.#plan, group);
    const known = this.#groups.get(form);
    const lowered = known ?? this.#lowered(group, form);
    if (known === undefined) this.#groups.set(form, lowered);
    const renamed = known === undefined ? null : new Map(lowered.values.map((value, number) => [value, at(form.values, number)]));
    const own = (value: Var): Var => (renamed === null ? value : required(renamed.get(value), "value of a group"));
    for (const [value, original] of lowered.same) this.#same.set(own(value).id, own(original));
    this.#run(group, lowered, own);
  }

  /** The steps of a group whose kernels are known, over its own values. */
  #run(group: FusionGroup, lowered: Pick<KnownGroup, "scratch" | "steps">, own: (value: Var) => Var): void {
    const eqns = ascending(group.parts.flatMap((part) => part.eqns));
    const scratch = lowered.scratch.map((spec) => this.#values.push({ ...spec, input: null }) - 1);
    for (const { kernel, buffers, extent } of lowered.steps) {
      const bound = buffers.map((value) => (value.kind === "scratch" ? at(scratch, value.number) : this.#number(own(value))));
      this.#steps.push({ kind: "kernel", kernel, buffers: bound, scalars: [], extent, eqns });
    }
  }

  /** Copies the operand, which planning leaves out where the result takes its memory, and writes what changes. */
  #update(group: FusionGroup, { operand, result, kernels }: PartialUpdate): void {
    const to = this.#number(result);
    this.#steps.push({ kind: "copy", from: this.#number(operand), fromOffset: 0, to, toOffset: 0, count: sizeOf(result.aval.shape) });
    this.#run(group, { scratch: [], steps: this.#known(kernels) }, (value) => value);
  }

  #lowered(group: FusionGroup, { values }: GroupForm): KnownGroup {
    const { same, scratch, steps } = lowerGroup(this.#plan, group, this.#capabilities);
    return { values, same, scratch, steps: this.#known(steps) };
  }

  #known(kernels: readonly GroupKernel[]): KnownGroup["steps"] {
    return kernels.map(({ kernel: code, inPlace, asWritten, values: buffers, extent }) => ({ kernel: this.#kernel({ code, inPlace, asWritten }), buffers, extent }));
  }

  /** The steps of a library algorithm, over memory of its own beside the operands and results. */
  #routine(place: number): void {
    const eqn: Eqn = at(this.#plan.jaxpr.eqns, place);
    const { lower } = eqn.primitive;
    if (lower.kind !== "routine") throw new InternalError(`${eqn.primitive.name} is no routine`);
    const outAvals = eqn.outVars.map((result) => result.aval);
    if (outAvals.every(({ shape }) => sizeOf(shape) === 0)) return;
    const { scratch, steps } = chosenPlan(lower.variants, this.#capabilities, { params: eqn.params, inAvals: eqn.inputs.map((input) => input.aval), outAvals });
    const places = {
      input: eqn.inputs.map((input) => this.#numberOf(input)),
      output: eqn.outVars.map((result) => this.#number(result)),
      scratch: scratch.map((spec) => this.#values.push({ ...spec, input: null }) - 1),
    };
    for (const { kernel, buffers, scalars = [], extent, isCopy } of steps) {
      const bound = buffers.map(({ from, index }) => at(places[from], index));
      if (isCopy === true) {
        this.#steps.push({ kind: "copy", from: at(bound, 0), fromOffset: 0, to: at(bound, 1), toOffset: 0, count: extent });
        continue;
      }
      const number = this.#kernel({ code: kernel, inPlace: [], asWritten: true });
      const values = scalars.map((value): ScalarArgument => ({ kind: "fixed", value }));
      this.#steps.push({ kind: "kernel", kernel: number, buffers: bound, scalars: values, extent, eqns: [place] });
    }
  }

  #numberOf(atom: Atom): number {
    return atom.kind === "var" ? this.#number(atom) : this.#filled(atom);
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
    const target = builder.buffer("out0", { dtype: storageOf(dtype), length, access: "write" });
    const value = constantOf(literal.value, literal.aval.dtype);
    if (length === 1) builder.store(target, int(0), value);
    else builder.for("grid", 0, length, 1, (index) => builder.store(target, index, value));
    this.#steps.push({
      kind: "kernel", kernel: this.#kernel({ code: builder.build(), inPlace: [], asWritten: false }), buffers: [number], scalars: [], extent: length,
    });
    return number;
  }
}

function ascending(numbers: readonly number[]): readonly number[] {
  return [...new Set(numbers)].sort((left, right) => left - right);
}

/** The plan of the first variant that the target can run, within its limits where there is such a one. */
function chosenPlan<P extends Params>(variants: readonly RoutineVariant<P>[], capabilities: Capabilities, context: RoutineContext<P>): RoutinePlan {
  const { grid, target } = capabilities;
  const able: readonly RoutineNeeds[] = grid ? ["grid", ...(meetsCheaply(capabilities) ? ["workgroup" as const] : []), "serial"] : ["serial", "grid"];
  let plan: RoutinePlan | null = null;
  for (const { needs, build } of variants) {
    if (!able.includes(needs)) continue;
    plan = build(context);
    if (fits(plan, capabilities)) return plan;
  }
  if (plan === null) throw new InternalError(`no variant of ${variants.map(({ name }) => name).join(", ")} runs on ${target}`);
  return plan;
}

function fits({ steps }: RoutinePlan, capabilities: Capabilities): boolean {
  return !capabilities.grid || steps.every(({ kernel }) => fitsGrid(kernel, capabilities));
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
