/** @file Checks random programs of a range of seeds: eager = jit = oracle, and under stacks of transforms. */

import { at } from "@lanewise/compiler/base/assert";
import { isFloat } from "@lanewise/compiler/base/dtype";
import type { Value } from "@lanewise/compiler/ir/types";
import { jit, type NDArray } from "lanewise";
import { expect, test } from "vitest";
import { real } from "./oracle/number.ts";
import { interpretProgram, isSmooth, printProgram, programPrimitives, randomSampleProgram, runProgram, shrinkProgram, type RandomProgram } from "./random-sample-programs.ts";
import { generator } from "./samples/values.ts";
import { apply, differences, toArray, toDevice, type Letter, type Subject } from "./words.ts";

const tolerance = 2e-3;

/** Jacobians of programs are large; the words over samples have them. */
const programLetters: readonly Letter[] = ["jit", "vmap(0)", "vmap(-1)", "jvp", "vjp", "linearize"];

/** The program as a function of its float inputs; the others are closed over. */
function subjectOf(program: RandomProgram): Subject {
  const isOpen = program.inputs.map(({ dtype }) => isFloat(dtype));
  const fixed = program.inputs.map((input, index) => (at(isOpen, index) ? null : toDevice(input)));
  const isFloatOutput = interpretProgram(program, program.inputs).map(({ dtype }) => isFloat(dtype));
  const merge = <T>(open: readonly T[], rest: readonly (T | null)[]): T[] => {
    let next = 0;
    return isOpen.map((isOpenInput, index) => (isOpenInput ? at(open, next++) : (rest[index] as T)));
  };
  const keep = <T>(outs: readonly T[]): T[] => outs.filter((_, index) => at(isFloatOutput, index));
  return {
    run: (...args) => keep(runProgram(program, merge<unknown>(args, fixed) as Value[])).map(toArray),
    oracle: (args) => keep(interpretProgram(program, merge(args, program.inputs))),
    inputs: program.inputs.filter((_, index) => at(isOpen, index)),
  };
}

async function problemUnder(program: RandomProgram, word: readonly Letter[], seed: number): Promise<string | null> {
  const random = generator(seed);
  let subject = subjectOf(program);
  // Where a result is NaN, whether its derivative is NaN or 0 is a convention: a zero tangent times NaN.
  if (subject.inputs.length === 0 || subject.oracle(subject.inputs).some(({ data }) => data.some((element) => Number.isNaN(real(element))))) return null;
  try {
    for (const letter of word.toReversed()) subject = apply(letter, subject, random);
    const want = subject.oracle(subject.inputs);
    const got = subject.run(...subject.inputs.map(toDevice));
    return await firstDifference(`${word.join(" of ")}`, got, want);
  } catch (error) {
    return `${word.join(" of ")}: ${String(error)}`;
  }
}

async function firstDifference(what: string, got: readonly NDArray[], want: Subject["inputs"]): Promise<string | null> {
  const found = await differences(got, want, tolerance);
  const index = found.findIndex((problem) => problem !== null);
  return index < 0 ? null : `${what}, result ${index}: ${at(found, index) ?? ""}`;
}

async function problemOf(program: RandomProgram, withEager: boolean): Promise<string | null> {
  try {
    const want = interpretProgram(program, program.inputs);
    const args = program.inputs.map(toDevice);
    const run = (...values: NDArray[]): NDArray[] => runProgram(program, values as unknown as Value[]).map(toArray);
    return (withEager ? await firstDifference("eager", run(...args), want) : null) ?? await firstDifference("jit", jit(run)(...args) as NDArray[], want);
  } catch (error) {
    return String(error);
  }
}

/** Seeds one after the other. */
export function seedsFrom(first: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}

/** Few of the first seeds whose programs have every primitive that no other program has to have. */
export function coveringSeeds(limit: number, without: readonly string[]): readonly number[] {
  const left = new Set(programPrimitives.filter((name) => !without.includes(name)));
  const programs = seedsFrom(1, limit).map((seed) => ({ seed, names: [...new Set(programOf(seed).steps.map(({ bound }) => bound.primitive.name))] }))
    .filter(({ names }) => names.every((name) => !without.includes(name)));
  const chosen: number[] = [];
  while (left.size > 0) {
    const gain = (names: readonly string[]): number => names.filter((name) => left.has(name)).length;
    const best = programs.reduce((best, other) => (gain(other.names) > gain(best.names) ? other : best));
    if (gain(best.names) === 0) throw new Error(`no program has ${[...left].join()}`);
    for (const name of best.names) left.delete(name);
    chosen.push(best.seed);
  }
  return chosen;
}

function programOf(seed: number): RandomProgram {
  return randomSampleProgram(seed, 2 + (seed * 7) % 9);
}

interface Checks {
  /** Primitives that need not be in any program. */
  readonly without?: readonly string[];
  /** Whether one program in four also runs eagerly. */
  readonly withEager?: boolean;
}

/** Registers a test of the programs of these seeds, which have every primitive. */
export function checkRandomPrograms(seeds: readonly number[], { without = [], withEager = true }: Checks = {}): void {
  test(`${seeds.length} random programs from ${at(seeds, 0)}`, async () => {
    const histogram = new Map(programPrimitives.map((name) => [name, 0]));
    const failures: string[] = [];
    let transformed = 0;
    for (const seed of seeds) {
      if (failures.length >= 3) break;
      const program = programOf(seed);
      for (const { bound } of program.steps) histogram.set(bound.primitive.name, (histogram.get(bound.primitive.name) ?? 0) + 1);
      await report(failures, seed, program, await problemOf(program, withEager && seed % 4 === 0), (candidate) => problemOf(candidate, true));
      if (seed % 2 !== 0) continue;
      transformed++;
      const random = generator(seed);
      const word = Array.from({ length: 1 + Math.floor(random() * 4) }, () => at(programLetters, Math.floor(random() * programLetters.length)));
      const short = randomSampleProgram(seed / 2, 1 + (seed % 3));
      if (isSmooth(short)) await report(failures, seed, short, await problemUnder(short, word, seed), (candidate) => problemUnder(candidate, word, seed));
    }
    console.log(`${seeds.length} programs, ${transformed} under transforms; primitives: ${[...histogram].toSorted((a, b) => a[1] - b[1]).map(([name, uses]) => `${name} ${uses}`).join(", ")}`);
    expect(failures.join("\n\n")).toBe("");
    expect([...histogram].filter(([name, uses]) => uses === 0 && !without.includes(name))).toEqual([]);
  }, 3_600_000);
}

type Check = (candidate: RandomProgram) => Promise<string | null>;

async function report(failures: string[], seed: number, program: RandomProgram, problem: string | null, check: Check): Promise<void> {
  if (problem === null) return;
  const smallest = await shrinkProgram(program, async (candidate) => (await check(candidate)) !== null);
  failures.push(`seed ${seed}: ${problem}\ncut down: ${await check(smallest) ?? "passes"}\n${printProgram(smallest)}`);
}
