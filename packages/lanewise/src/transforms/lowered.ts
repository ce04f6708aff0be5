/** @file `f.lower(...)`: a jitted function traced for certain arguments, to look at and to compile ahead of time. */

import { at } from "@lanewise/compiler/base/assert";
import { raise } from "@lanewise/compiler/base/errors";
import { strong } from "@lanewise/compiler/ir/build";
import { countOperations, edgeBytes } from "@lanewise/compiler/ir/cost";
import type { Aval } from "@lanewise/compiler/ir/types";
import { compile, launchCosts, stagesOf, textOf, type Compiled } from "@lanewise/compiler/pipeline";
import { trafficOf } from "@lanewise/compiler/plan/traffic";
import type { TargetName } from "@lanewise/compiler/target";
import { describeAval } from "@lanewise/compiler/trace/stack";
import { equalStructures, formatTreeDef, type TreeDef } from "@lanewise/compiler/tree/treedef";
import { capabilitiesOf } from "../capabilities.ts";
import { session } from "../session.ts";
import type { AnyFunction, Mapped } from "../types.ts";
import { isStatic, sameAval } from "./call-pattern.ts";
import { flattenArguments, leafNames, leafValue, type Subject } from "./call.ts";
import { describeValue } from "./describe.ts";
import * as transformErrors from "./errors.ts";
import { compileLowered, deviceOf, finishCall, keptDonated, keptJaxpr, traceSpecs, type TracedSpecs } from "./jit-call.ts";
import type { JitSettings } from "./jit-options.ts";
import { PrintedJaxpr } from "./make-jaxpr.ts";
import type { Cost, Lowered, Stage } from "./signatures.ts";
import { splitStatics } from "./statics.ts";

interface OtherCall {
  readonly statics: readonly unknown[];
  readonly treedef: TreeDef;
  readonly avals: readonly Aval[];
  readonly names: readonly string[];
}

/** Throws unless a call has the structure, types and static values of the one that was traced. */
function checkCall(subject: Subject, traced: TracedSpecs, call: OtherCall): void {
  const refuse = (path: string, expected: string, got: string): never => raise(transformErrors.otherArguments, {
    operation: `${subject.info.name}, compiled ahead of time`, path, expected, got, fix: "call the jitted function itself, or lower it for these arguments",
  });
  if (!equalStructures(call.treedef, traced.treedef)) refuse("arguments", formatTreeDef(traced.treedef), formatTreeDef(call.treedef));
  call.avals.forEach((aval, index) => {
    const expected = at(traced.avals, index);
    // Weakness has done its work: what the program computes depends on shapes and dtypes alone.
    if (!sameAval(strong(aval), strong(expected))) refuse(at(call.names, index), `${describeAval(expected)} for ${at(call.names, index)}`, describeAval(aval));
  });
  if (call.statics.length !== traced.statics.length || !traced.statics.every((value, index) => isStatic(value, call.statics[index]))) {
    refuse("static arguments", "the static values it was lowered for", "other ones");
  }
}

export class Lowering implements Lowered<AnyFunction> {
  readonly #subject: Subject;
  readonly #settings: JitSettings;
  readonly #traced: TracedSpecs;

  constructor(subject: Subject, settings: JitSettings, args: readonly unknown[]) {
    this.#subject = subject;
    this.#settings = settings;
    this.#traced = traceSpecs(subject, settings, args);
  }

  get jaxpr(): PrintedJaxpr {
    return new PrintedJaxpr(this.#traced.entry.closed);
  }

  text(stage: Stage = "jaxpr", device?: "js" | "webgpu"): string {
    const operation = `lower of ${this.#subject.info.name}`;
    if (device !== undefined && device !== "js" && device !== "webgpu") {
      raise(transformErrors.badOption, { operation, argument: "device", expected: '"js" or "webgpu"', got: describeValue(device), fix: "leave it out for the function's own device" });
    }
    const target = device ?? deviceOf(this.#settings).kind;
    const stages: readonly Stage[] = [...stagesOf(target), "all"];
    if (!stages.includes(stage)) {
      raise(transformErrors.badOption, {
        operation, argument: "stage", expected: `on ${target} one of ${stages.join(", ")}`, got: describeValue(stage), fix: "correct the stage or leave it out",
      });
    }
    if (stage === "jaxpr") return this.jaxpr.toString();
    return textOf(this.#compiledFor(target), stage);
  }

  #compiledFor(target: TargetName): Compiled {
    const device = deviceOf(this.#settings);
    // Of another kind of device nothing is known but the kind.
    const own = device.kind === target ? { capabilities: capabilitiesOf(device) } : {};
    return compile(keptJaxpr(this.#traced.entry), { donated: keptDonated(this.#traced.entry), name: this.#subject.info.name, target, verify: session.config.verify, ...own });
  }

  cost(): Cost {
    const { jaxpr } = this.#traced.entry;
    const compiled = this.#compiledFor(deviceOf(this.#settings).kind);
    const artifacts = compiled.artifacts();
    const launches = launchCosts(artifacts).map(({ name, bytes, flops }) => ({ name, bytes, flops }));
    return { flops: countOperations(jaxpr), bytes: edgeBytes(jaxpr), kernels: compiled.program.kernels.length, launches, ...trafficOf(artifacts.memory) };
  }

  compile(): Mapped<AnyFunction> {
    const { entry } = this.#traced;
    const compiled = compileLowered(this.#subject, this.#settings, entry);
    const call = (...args: readonly unknown[]): unknown => {
      const split = splitStatics(this.#subject, args, this.#settings.statics);
      const flat = flattenArguments(split.dynamic);
      const values = flat.leaves.map((_, index) => leafValue(split.subject, flat, index, "pass an array"));
      checkCall(this.#subject, this.#traced, {
        statics: split.statics, treedef: flat.treedef, avals: values.map((value) => value.aval), names: leafNames(split.subject.info, flat.treedef),
      });
      return finishCall(entry, compiled, [...entry.hidden, ...values], this.#subject);
    };
    return call as Mapped<AnyFunction>;
  }
}
