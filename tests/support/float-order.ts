/**
 * @file Programs that ask every float comparison, max and min about all pairs of interesting values, NaNs of both signs
 * among them, with both operands unknown and with either one a constant.
 */
import { at } from "@lanewise/compiler/base/assert";
import { float32ToBits } from "@lanewise/compiler/base/float-bits";
import type { ScalarOpName } from "@lanewise/compiler/base/scalar-ops";
import { bitcastReference, resultDType, scalarOps } from "@lanewise/compiler/base/scalar-ops";
import { KernelBuilder, add, bitcast, constant, convert, int, mul, op } from "@lanewise/compiler/kernel/build";
import type { Expr } from "@lanewise/compiler/kernel/types";
import type { RunGateProgram } from "./gate-runner.ts";

const ops: readonly ScalarOpName[] = ["eq", "ne", "lt", "le", "gt", "ge", "max", "min"];

const numbers = [0, -0, 2 ** -149, -(2 ** -149), 2 ** -126, 1, -1, 1 + 2 ** -23, -1 - 2 ** -23, 3e38, -3e38, Infinity, -Infinity];
const nanWords = [0x7fc00000, 0xffc00000, 0x7f800001, 0xff800001, 0x7fffffff, 0xffffffff];
const words: readonly number[] = [...numbers.map(float32ToBits), ...nanWords];
const constants: readonly number[] = [...numbers, NaN].map(Math.fround);

/** One question: an op on two of value, other value and a constant. */
interface Question {
  readonly name: string;
  readonly ask: (value: Expr, other: Expr) => Expr;
  readonly reference: (value: number, other: number) => number;
}

type Pick = <T>(value: T, other: T, of: (constant: number) => T) => readonly [T, T];

function question(name: ScalarOpName, which: string, pick: Pick): Question {
  const answer = (value: number): number =>
    resultDType(name, "float32") === "bool" ? value : bitcastReference("float32", "int32", value);
  return {
    name: `${name} ${which}`,
    ask: (value, other) => {
      const result = op(name, ...pick(value, other, (each) => constant(each, "float32")));
      return result.type.dtype === "bool" ? convert(result, "int32") : bitcast(result, "int32");
    },
    reference: (value, other) => answer(scalarOps[name].reference("float32", ...pick(value, other, (each) => each))),
  };
}

const questions: readonly Question[] = ops.flatMap((name) => [
  question(name, "x y", (x, y) => [x, y]),
  question(name, "x x", (x) => [x, x]),
  ...constants.flatMap((each) => [
    question(name, `x ${each}`, (x, _, of) => [x, of(each)]),
    question(name, `${each} x`, (x, _, of) => [of(each), x]),
  ]),
]);

/** What is wrong on a target, one line for each pair of operands; empty where all is right. */
export async function wrongFloatOrders(run: RunGateProgram): Promise<readonly string[]> {
  const pairs = words.flatMap((left) => words.map((right) => [left, right] as const));
  const k = new KernelBuilder("floatOrder");
  const left = k.buffer("left", { dtype: "uint32", length: pairs.length, access: "read" });
  const right = k.buffer("right", { dtype: "uint32", length: pairs.length, access: "read" });
  const answers = k.buffer("answers", { dtype: "int32", length: pairs.length * questions.length, access: "write" });
  k.for("grid", 0, pairs.length, 1, (i) => {
    const value = k.let(bitcast(k.load(left, i), "float32"), "value");
    const other = k.let(bitcast(k.load(right, i), "float32"), "other");
    const first = k.let(mul(i, questions.length), "first");
    questions.forEach(({ ask }, position) => k.store(answers, add(first, int(position)), ask(value, other)));
  });
  const arrays = {
    left: Uint32Array.from(pairs, ([word]) => word),
    right: Uint32Array.from(pairs, ([, word]) => word),
    answers: new Int32Array(pairs.length * questions.length),
  };
  const buffers = (["left", "right", "answers"] as const).map((name) => ({
    name, dtype: name === "answers" ? "int32" : "uint32", length: arrays[name].length, role: "output",
  } as const));
  await run({ buffers, steps: [{ kernel: k.build(), buffers: Object.keys(arrays), scalars: [], grid: [pairs.length] }] }, arrays);
  const asNumber = (word: number): number => bitcastReference("uint32", "float32", word);
  return pairs.flatMap(([x, y], pair) => questions.flatMap(({ name, reference }, position) => {
    const expected = reference(asNumber(x), asNumber(y));
    const actual = at(arrays.answers, pair * questions.length + position);
    return actual === expected ? [] : [`${name} of ${x.toString(16)}, ${y.toString(16)}: ${actual} instead of ${expected}`];
  }));
}
