/** @file A call of a jitted function that is not recognised at once: finds or traces it, compiles it, runs it. */

import { at } from "@lanewise/compiler/base/assert";
import { sizeOf } from "@lanewise/compiler/base/shape";
import { raise } from "@lanewise/compiler/base/errors";
import { plural } from "@lanewise/compiler/base/text";
import { callJit, closeOver } from "@lanewise/compiler/control/jit";
import { closeJaxpr, makeJaxpr } from "@lanewise/compiler/ir/build";
import type { Atom, Aval, ClosedJaxpr, Jaxpr, Value } from "@lanewise/compiler/ir/types";
import { countEqns } from "@lanewise/compiler/ir/walk";
import { evalJaxpr } from "@lanewise/compiler/trace/eval-jaxpr";
import { traceToJaxpr } from "@lanewise/compiler/trace/jaxpr-trace";
import { axesInScope, currentTrace } from "@lanewise/compiler/trace/stack";
import { isTracer } from "@lanewise/compiler/trace/tracer";
import { unflatten } from "@lanewise/compiler/tree/flatten";
import type { TreeDef } from "@lanewise/compiler/tree/treedef";
import type { Device, Executor } from "@lanewise/runtime";
import { ConcreteArray, moveTo } from "../array/concrete.ts";
import { Storage } from "../array/storage.ts";
import { compileFor } from "../compile.ts";
import { configBits, type Config } from "../config-options.ts";
import { defaultExecutor, executorOf } from "../devices.ts";
import type { CompiledEquation } from "../eager-cache.ts";
import { executorFor, runCompiled } from "../evaluator.ts";
import { log, session, warnOnce } from "../session.ts";
import { CallCache, type CallKey } from "./call-cache.ts";
import { patternOf, rememberStatic, type Pattern, type StaticValue } from "./call-pattern.ts";
import { flatCall, leafNames, leafPositions, leafValue, flattenArguments, type Arguments, type Subject } from "./call.ts";
import * as transformErrors from "./errors.ts";
import { describeType, explainMiss, type CallNames } from "./explain-miss.ts";
import type { JitSettings } from "./jit-options.ts";
import { resolvePositions } from "./options.ts";
import { avalsOf, flattenSpecs } from "./specs.ts";
import { splitStatics, type StaticSplit } from "./statics.ts";
import { publish } from "./values.ts";

/** A traced call. */
export interface Entry {
  readonly closed: ClosedJaxpr;
  /** Without constants: what the function closed over are its leading inputs, and `hidden` their values. */
  readonly jaxpr: Jaxpr;
  readonly hidden: readonly Value[];
  readonly output: TreeDef;
  /** Places of the inputs that the program takes, the hidden ones counted; null for all of them. */
  readonly kept: readonly number[] | null;
  /** Places of donated arrays among all inputs, the hidden ones counted. */
  readonly donated: readonly number[];
  readonly names: readonly string[];
  /** By name of the device. */
  readonly compiled: Map<string, CompiledCall>;
}

export interface CompiledCall extends CompiledEquation {
  readonly executor: Executor;
  /** Whether the option `device` chose the executor, so that arguments are moved to it. */
  readonly isPlaced: boolean;
}

/** What the last call looked like, to recognise the next one by. */
interface FastCall {
  readonly patterns: readonly Pattern[];
  readonly entry: Entry;
  readonly compiled: CompiledCall;
  readonly config: Config;
  readonly generation: number;
  readonly device: string;
}

export interface JitState {
  readonly cache: CallCache<Entry>;
  fast: FastCall | null;
  generation: number;
  misses: number;
}

export function newJitState(): JitState {
  return { cache: new CallCache(), fast: null, generation: session.generation, misses: 0 };
}

/** A call taken apart. */
interface Prepared {
  readonly split: StaticSplit;
  readonly flat: Arguments;
  readonly avals: readonly Aval[];
  readonly names: CallNames;
  readonly key: CallKey;
}

function prepare(settings: JitSettings, split: StaticSplit, flat: Arguments, avals: readonly Aval[]): Prepared {
  const key: CallKey = {
    treedef: flat.treedef, avals, statics: split.statics, axes: axesInScope(), config: configBits(session.config), device: settings.device ?? session.defaultDevice,
  };
  return { split, flat, avals, names: { leaves: leafNames(split.subject.info, flat.treedef), statics: split.staticNames }, key };
}

/** Finds the traced call, or traces it. Kept unless it closed over values of an outer trace, which are gone tomorrow. */
function entryFor(subject: Subject, settings: JitSettings, state: JitState, argumentCount: number, call: Prepared): Entry {
  if (state.generation !== session.generation) {
    state.cache.clear();
    state.generation = session.generation;
  }
  const known = state.cache.find(call.key);
  if (known !== null) return known;
  // The reason is looked for before the call is remembered itself.
  const reason = session.config.logCompiles || state.misses === missesBeforeWarning - 1 ? explainMiss(state.cache, call.key, call.names) : null;
  const begin = performance.now();
  const entry = traceEntry(subject, settings, argumentCount, call);
  if (session.config.logCompiles) logTrace(subject, call, performance.now() - begin, reason);
  if (!entry.hidden.some(isTracer)) {
    state.cache.add(call.key, entry, bytesOf(entry));
    countMiss(subject, state, reason);
  }
  return entry;
}

/** Roughly what is kept for a traced call: not what it closed over, which is there anyway. */
function bytesOf({ jaxpr, compiled }: Entry): number {
  return [...compiled.values()].reduce((sum, { executable }) => sum + executable.bytes, 500 * (1 + countEqns(jaxpr)));
}

function traceEntry(subject: Subject, settings: JitSettings, argumentCount: number, { split, flat, avals, names }: Prepared): Entry {
  const call = flatCall(split.subject, flat, flat.leaves.map((_, index) => index));
  const closed = traceToJaxpr(call.run, avals, { functionName: subject.info.name, argumentNames: names.leaves });
  const { jaxpr, hidden } = closeOver(closed);
  return {
    closed, jaxpr, hidden, kept: settings.keepUnused ? null : usedPlaces(jaxpr), output: call.output(), names: names.leaves, compiled: new Map(),
    donated: donatedPlaces(subject, settings, argumentCount, split, flat.treedef).map((place) => place + hidden.length),
  };
}

/** The leaves of donated arguments, counted among the leaves that are traced. */
function donatedPlaces(subject: Subject, settings: JitSettings, argumentCount: number, split: StaticSplit, treedef: TreeDef): readonly number[] {
  if (settings.donated.length === 0) return [];
  const within = settings.donated.filter((position) => position < argumentCount);
  const positions = resolvePositions("jit", "donateArgnums", within, argumentCount, subject.info, "argument");
  const owners = leafPositions(treedef).map((dynamic) => at(split.positions, dynamic));
  return owners.flatMap((owner, place) => (positions.includes(owner) ? [place] : []));
}

/** The call by way of flattening: the first of its kind, or under a transform. */
export function callSlowly(subject: Subject, settings: JitSettings, state: JitState, args: readonly unknown[]): unknown {
  const split = splitStatics(subject, args, settings.statics);
  const flat = flattenArguments(split.dynamic);
  const values = flat.leaves.map((_, index) => leafValue(split.subject, flat, index, "make it a static argument: jit(f, { staticArgnums: [...] })"));
  if (session.config.disableJit) return callDirectly(split.subject, flat, values);

  const call = prepare(settings, split, flat, values.map((value) => value.aval));
  const entry = entryFor(subject, settings, state, args.length, call);
  const inputs = [...entry.hidden, ...values];
  if (currentTrace() !== null || inputs.some(isTracer)) {
    const results = settings.inline ? evalJaxpr(entry.closed.jaxpr, entry.closed.consts, values) : callJit(entry.jaxpr, subject.info.name, inputs);
    return unflatten(entry.output, results.map(publish));
  }
  if (session.config.debugNans) return unflatten(entry.output, evalJaxpr(entry.closed.jaxpr, entry.closed.consts, values).map(publish));

  const compiled = compileEntry(subject, settings, entry, inputs);
  state.cache.resize(call.key, bytesOf(entry));
  const patterns = patternsOfCall(split, args.length);
  state.fast = patterns === null ? null : {
    patterns, entry, compiled, config: session.config, generation: session.generation, device: session.defaultDevice,
  };
  return finishCall(entry, compiled, inputs, subject);
}

/** Runs the function as it is, operation by operation. */
function callDirectly(subject: Subject, flat: Arguments, values: readonly Value[]): unknown {
  const call = flatCall(subject, flat, flat.leaves.map((_, index) => index));
  const results = call.run(values);
  return unflatten(call.output(), results.map(publish));
}

function compileEntry(subject: Subject, settings: JitSettings, entry: Entry, inputs: readonly Value[]): CompiledCall {
  // Ahead of time there are no arguments yet, only what the function closes over.
  const isAhead = inputs.length < entry.jaxpr.inVars.length;
  const executor = settings.device === null ? executorFor(`jit of ${subject.info.name}`, isAhead ? inputs : keptInputs(entry, inputs)) : executorOf(settings.device);
  const known = entry.compiled.get(executor.device.name);
  if (known !== undefined) return known;
  const executable = compileFor(executor, closeJaxpr(keptJaxpr(entry)), subject.info.name, keptDonated(entry));
  const compiled: CompiledCall = {
    executable, executor, isPlaced: settings.device !== null, outAvals: entry.jaxpr.outs.map((out) => out.aval), extents: [],
  };
  entry.compiled.set(executor.device.name, compiled);
  return compiled;
}

/** Whether a call that was compiled for one device may take these inputs. */
export function mayRun({ executor, isPlaced }: CompiledCall, inputs: readonly Value[]): boolean {
  if (isPlaced || session.executors.size === 1) return true;
  return inputs.every((input) => !(input instanceof ConcreteArray) || input.storage.device === executor.device);
}

// Inputs that nothing reads ---------------------------------------------------------------------------------------------

/** The places of the inputs that the jaxpr reads; null where it reads all. */
function usedPlaces(jaxpr: Jaxpr): readonly number[] | null {
  const unread = new Set<Atom>(jaxpr.inVars);
  for (const out of jaxpr.outs) unread.delete(out);
  for (const { inputs } of jaxpr.eqns) {
    if (unread.size === 0) return null;
    for (const input of inputs) unread.delete(input);
  }
  return unread.size === 0 ? null : jaxpr.inVars.flatMap((variable, place) => (unread.has(variable) ? [] : [place]));
}

/** The jaxpr of what runs: without inputs that nothing reads, unless they are to be kept. */
export function keptJaxpr({ jaxpr, kept }: Entry): Jaxpr {
  return kept === null ? jaxpr : makeJaxpr([], kept.map((place) => at(jaxpr.inVars, place)), jaxpr.eqns, jaxpr.outs);
}

/** The donated ones among the inputs of what runs. */
export function keptDonated({ kept, donated }: Entry): readonly number[] {
  return kept === null ? donated : donated.map((place) => kept.indexOf(place)).filter((place) => place >= 0);
}

function keptInputs({ kept }: Entry, inputs: readonly Value[]): readonly Value[] {
  return kept === null ? inputs : kept.map((place) => at(inputs, place));
}

/** Runs a compiled call and gives its result tree; donated arrays are gone afterwards. */
export function finishCall(entry: Entry, compiled: CompiledCall, inputs: readonly Value[], subject: Subject): unknown {
  if (entry.donated.length > 0) rejectSharedDonation(entry, inputs, subject);
  const kept = keptInputs(entry, entry.donated.length === 0 ? inputs : inputs.map((input, place) => (entry.donated.includes(place) ? unshared(input) : input)));
  const placed = compiled.isPlaced ? kept.map((input) => moveTo(input, compiled.executor, `jit of ${subject.info.name}`)) : kept;
  const outputs = runCompiled(compiled, placed, compiled.executor, subject.info.name);
  for (const place of entry.donated) {
    const input = at(inputs, place);
    if (input instanceof ConcreteArray) input.donate(subject.info.name);
  }
  return entry.output.kind === "leaf" ? at(outputs, 0) : unflatten(entry.output, outputs);
}

/** A donated array whose memory nobody else reads: the results may lie in it. */
function unshared(input: Value): Value {
  if (!(input instanceof ConcreteArray) || !input.storage.isShared) return input;
  const { device, buffer } = input.storage;
  const { dtype, shape } = input.aval;
  return new ConcreteArray(input.aval, new Storage(device, device.copyRange(buffer, dtype, 0, sizeOf(shape))));
}

function rejectSharedDonation(entry: Entry, inputs: readonly Value[], subject: Subject): void {
  for (const place of entry.donated) {
    const other = inputs.findIndex((input, index) => index !== place && input === inputs[place]);
    if (other < 0) continue;
    const nameOf = (index: number): string => entry.names[index - entry.hidden.length] ?? "a value that the function closes over";
    raise(transformErrors.donatedOnce, {
      operation: `jit of ${subject.info.name}`,
      argument: nameOf(place),
      expected: "a donated array that is no other argument of the call",
      got: `one array for ${nameOf(place)} and ${nameOf(other)}`,
      fix: "pass a copy for one of them, or do not donate it",
    });
  }
}

function patternsOfCall(split: StaticSplit, argumentCount: number): readonly Pattern[] | null {
  const patterns = new Array<Pattern | null>(argumentCount).fill(null);
  split.dynamic.forEach((argument, index) => { patterns[at(split.positions, index)] = patternOf(argument); });
  split.statics.forEach((value, index) => { patterns[at(split.staticPositions, index)] = { kind: "static", value: rememberStatic(value) }; });
  return patterns.every((pattern) => pattern !== null) ? patterns : null;
}

/** Traces and compiles for arguments or specs, without running. */
export async function precompile(subject: Subject, settings: JitSettings, state: JitState, specs: readonly unknown[]): Promise<void> {
  const call = prepareSpecs(subject, settings, specs);
  const entry = entryFor(subject, settings, state, specs.length, call);
  const compiled = compileLowered(subject, settings, entry);
  state.cache.resize(call.key, bytesOf(entry));
  await compiled.executable.ready();
}

function prepareSpecs(subject: Subject, settings: JitSettings, specs: readonly unknown[]): Prepared {
  const split = splitStatics(subject, specs, settings.statics);
  const flat = flattenSpecs(split.dynamic);
  return prepare(settings, split, flat, avalsOf(split.subject, flat));
}

export interface TracedSpecs {
  readonly entry: Entry;
  readonly statics: readonly StaticValue[];
  readonly treedef: TreeDef;
  readonly avals: readonly Aval[];
}

/** Traces for arguments or specs, apart from any cache. */
export function traceSpecs(subject: Subject, settings: JitSettings, specs: readonly unknown[]): TracedSpecs {
  const call = prepareSpecs(subject, settings, specs);
  const entry = traceEntry(subject, settings, specs.length, call);
  return { entry, statics: call.split.statics.map(rememberStatic), treedef: call.flat.treedef, avals: call.avals };
}

/** The device that a function without arguments would run on. */
export function deviceOf(settings: JitSettings): Device {
  return (settings.device === null ? defaultExecutor() : executorOf(settings.device)).device;
}

/** Compiles a call that was traced ahead of time for the device it is to run on. */
export function compileLowered(subject: Subject, settings: JitSettings, entry: Entry): CompiledCall {
  return compileEntry(subject, settings, entry, entry.hidden);
}

// Many misses ----------------------------------------------------------------------------------------------------------

const missesBeforeWarning = 32;

function countMiss(subject: Subject, state: JitState, reason: readonly string[] | null): void {
  state.misses++;
  if (state.misses !== missesBeforeWarning || reason === null) return;
  warnOnce(`${subject.info.name} under jit was traced ${plural(state.misses, "time")}, the last time because ${reason.join(" and ")}. `
    + "Each new shape, dtype, tree structure or static value is traced and compiled again.");
}

function logTrace(subject: Subject, { avals, names }: Prepared, milliseconds: number, reason: readonly string[] | null): void {
  const types = avals.map((aval, index) => `${at(names.leaves, index)}: ${describeType(aval)}`).join(", ");
  const why = reason === null ? "no call of it is remembered" : `compared with the closest call, ${reason.join(" and ")}`;
  log(`traced ${subject.info.name} for (${types}) in ${milliseconds.toFixed(1)} ms: ${why}`);
}
