/**
 * @file Random programs for `npm run conformance:jax`: their equations as plain data with params in JAX's spelling, which
 * live.py binds again, what lanewise computes for them, and how the two are compared.
 */

import { at } from "@lanewise/compiler/base/assert";
import { isFloat } from "@lanewise/compiler/base/dtype";
import { aval } from "@lanewise/compiler/ir/build";
import type { Atom, Jaxpr, Value } from "@lanewise/compiler/ir/types";
import { traceToJaxpr } from "@lanewise/compiler/trace/jaxpr-trace";
import { jit, random, vmap, type NDArray } from "lanewise";
import { parseHex } from "../support/python-floats.ts";
import { real } from "../support/oracle/number.ts";
import { isSmooth, printProgram, programPrimitives, randomSampleProgram, runProgram, type RandomProgram } from "../support/random-sample-programs.ts";
import { toArray, toDevice } from "../support/words.ts";
import { batched, gradientsOf, type Run } from "./transformed.ts";

export { printProgram, programPrimitives, randomSampleProgram };

/** An array as JSON holds it: each element as JavaScript prints it. */
interface EncodedArray {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: readonly string[];
}

interface EncodedEquation {
  readonly primitive: string;
  readonly params: Readonly<Record<string, string>>;
  /** Variables by number, literals as arrays. */
  readonly inputs: readonly (number | EncodedArray)[];
  readonly outs: readonly number[];
  readonly outShapes: readonly (readonly number[])[];
}

export interface EncodedProgram {
  readonly seed: number;
  /** The transforms that both sides apply. */
  readonly transforms: readonly ("vjp" | "vmap")[];
  readonly inputs: readonly EncodedArray[];
  readonly parameters: readonly number[];
  readonly equations: readonly EncodedEquation[];
  readonly results: readonly (number | EncodedArray)[];
}

/** Numbers come back as Python's `float.hex` writes them, or as integers. */
export interface Answer {
  readonly seed: number;
  readonly error?: string;
  /** Transforms that JAX refuses, by what they would give, with its message. */
  readonly refused?: Readonly<Record<string, string>>;
  readonly results?: Readonly<Record<string, readonly { readonly dtype: string; readonly shape: readonly number[]; readonly data: readonly (string | number)[] }[]>>;
}

const text = (value: number): string => (Object.is(value, -0) ? "-0" : String(value));

function encodeAtom(atom: Atom): number | EncodedArray {
  return atom.kind === "var" ? atom.id : { dtype: atom.aval.dtype, shape: atom.aval.shape, data: [text(atom.value)] };
}

function encodeEquations({ eqns }: Jaxpr): EncodedEquation[] {
  return eqns.map(({ primitive, inputs, params, outVars }) => {
    const printed = primitive.printParams === "none" ? [] : primitive.printParams(params);
    return {
      primitive: primitive.name,
      params: Object.fromEntries(printed.flatMap(({ name, value }) => (value.kind === "text" ? [[name, value.text]] : []))),
      inputs: inputs.map(encodeAtom), outs: outVars.map(({ id }) => id), outShapes: outVars.map((out) => out.aval.shape),
    };
  });
}

/**
 * Whether JAX's gradient is not the derivative: with an index that is clipped, scatter-min and scatter-max give the operand's
 * element the derivative 1 where an update was chosen (finite differences give 0, and so do we).
 */
function hasWrongGradientInJax({ steps }: RandomProgram): boolean {
  return steps.some(({ bound: { primitive, sample } }) => ["scatter-min", "scatter-max"].includes(primitive.name) && sample.params["mode"] === "clip");
}

/** A program of a seed. JAX is asked for values always, for batches and gradients of every fifth program that has them. */
export function makeProgram(seed: number, names: readonly string[]): { readonly program: RandomProgram; readonly encoded: EncodedProgram } {
  const program = randomSampleProgram(seed, 2 + (seed * 7) % 9, names);
  const { jaxpr } = traceToJaxpr((args) => runProgram(program, args), program.inputs.map(({ shape, dtype }) => aval(shape, dtype)), { functionName: "program" });
  const isTransformed = seed % 5 === 0 && isSmooth(program) && program.inputs.some(({ dtype }) => isFloat(dtype));
  return {
    program,
    encoded: {
      seed, transforms: !isTransformed ? [] : hasWrongGradientInJax(program) ? ["vmap"] : ["vjp", "vmap"],
      inputs: program.inputs.map(({ dtype, shape, data }) => ({ dtype, shape, data: data.map((element) => text(real(element))) })),
      parameters: jaxpr.inVars.map(({ id }) => id), equations: encodeEquations(jaxpr), results: jaxpr.outs.map(encodeAtom),
    },
  };
}

/** What lanewise computes, by the names that live.py gives. */
function compute(program: RandomProgram, transforms: EncodedProgram["transforms"]): Readonly<Record<string, readonly NDArray[]>> {
  const run: Run = (...args) => runProgram(program, args as unknown as Value[]).map(toArray);
  const inputs = program.inputs.map(toDevice);
  return {
    values: (jit(run) as Run)(...inputs),
    ...(transforms.includes("vmap") ? { batches: (jit(vmap(run) as Run) as Run)(...batched(inputs)) } : {}),
    ...(transforms.includes("vjp") ? { gradients: gradientsOf(run, inputs) } : {}),
  };
}

/** How far floats may differ: two computations in float32, up to ten operations deep. Integers, bools and keys agree exactly. */
export const tolerance = 2e-4;

/** Where lanewise and JAX differ first; null where they agree. */
export function compare(program: RandomProgram, encoded: EncodedProgram, answer: Answer): string | null {
  if (answer.results === undefined) return `JAX refuses it: ${answer.error ?? "no answer"}`;
  try {
    const computed = compute(program, encoded.transforms);
    for (const [what, arrays] of Object.entries(computed)) {
      const wanted = answer.results[what];
      if (answer.refused?.[what] !== undefined) continue;
      if (wanted === undefined) return `${what}: JAX has none`;
      if (wanted.length !== arrays.length) return `${what}: ${arrays.length} results, JAX has ${wanted.length}`;
      for (const [index, array] of arrays.entries()) {
        const problem = difference(array, at(wanted, index));
        if (problem !== null) return `${what} ${index}${problem}`;
      }
    }
    return null;
  } catch (error) {
    return `lanewise throws: ${String(error)}`;
  }
}

function difference(array: NDArray, wanted: NonNullable<Answer["results"]>[string][number]): string | null {
  const type = `${array.dtype}[${array.shape.join()}]`;
  if (type !== `${wanted.dtype}[${wanted.shape.join()}]`) return `: ${type}, JAX has ${wanted.dtype}[${wanted.shape.join()}]`;
  const elements = (array.dtype as string) === "key<fry>" ? random.keyData(array).dataSync() : array.dataSync();
  const numbers = wanted.data.map((element) => (typeof element === "string" ? parseHex(element) : element));
  const scale = Math.max(0, ...numbers.filter(Number.isFinite).map(Math.abs));
  for (const [place, want] of numbers.entries()) {
    const have = Number(elements[place]);
    const isSame = have === want || (Number.isNaN(have) && Number.isNaN(want));
    const isClose = isFloat(array.dtype) && Math.abs(have - want) <= tolerance * (Math.min(1, scale) + Math.abs(want));
    if (!isSame && !isClose) return `, element ${place}: ${have}, JAX has ${want}`;
  }
  return null;
}
