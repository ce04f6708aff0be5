/**
 * @file One elementwise kernel per (op, dtype) of the scalar table, per conversion and per bitcast, with operands and the
 * reference function's results. A target passes the table when it passes all of them.
 */
import { at, required } from "@lanewise/compiler/base/assert";
import type { HostArray } from "@lanewise/compiler/base/dtype";
import { allocateHost } from "@lanewise/compiler/base/dtype";
import type { ScalarOpName, ValueDType } from "@lanewise/compiler/base/scalar-ops";
import {
  bitcastReference, canBitcast, convertReference, isConditionOperand, isFloatValue, operandDTypes, resultDType, scalarOpNames,
  scalarOps, valueDTypes,
} from "@lanewise/compiler/base/scalar-ops";
import { KernelBuilder, add, bitcast, convert, div, min, mul, op } from "@lanewise/compiler/kernel/build";
import type { Expr, StorageDType } from "@lanewise/compiler/kernel/types";
import type { GateProgram } from "./gate/types.ts";
import { partsOf } from "./gate/types.ts";
import type { RunGateProgram } from "./gate-runner.ts";
import { operandRows } from "./scalar-values.ts";

/** What one kernel computes for every row of operands. */
export interface ScalarCase {
  /** As in `add float32` or `convert float32 to int32`. */
  readonly name: string;
  /** The op of the table, or which other expression it is. */
  readonly operation: ScalarOpName | "convert" | "bitcast";
  readonly operands: readonly ValueDType[];
  readonly result: ValueDType;
  readonly expression: (operands: readonly Expr[]) => Expr;
  readonly reference: (operands: readonly number[]) => number;
}

function opCase(name: ScalarOpName, dtype: ValueDType): ScalarCase {
  const { arity, reference } = scalarOps[name];
  return {
    name: `${name} ${dtype}`,
    operation: name,
    operands: Array.from({ length: arity }, (_, position) => (isConditionOperand(name, position) ? "bool" : dtype)),
    result: resultDType(name, dtype),
    expression: (operands) => op(name, ...operands),
    reference: (operands) => reference(dtype, ...operands),
  };
}

function conversionCase(from: ValueDType, to: ValueDType): ScalarCase {
  return {
    name: `convert ${from} to ${to}`,
    operation: "convert",
    operands: [from],
    result: to,
    expression: (operands) => convert(at(operands, 0), to),
    reference: (operands) => convertReference(from, to, at(operands, 0)),
  };
}

function bitcastCase(from: ValueDType, to: ValueDType): ScalarCase {
  return {
    name: `bitcast ${from} to ${to}`,
    operation: "bitcast",
    operands: [from],
    result: to,
    expression: (operands) => bitcast(at(operands, 0), to),
    reference: (operands) => bitcastReference(from, to, at(operands, 0)),
  };
}

const pairs = valueDTypes.flatMap((from) => valueDTypes.filter((to) => to !== from).map((to) => [from, to] as const));

const everyCase: readonly ScalarCase[] = [
  ...scalarOpNames.flatMap((name) => operandDTypes(name).map((dtype) => opCase(name, dtype))),
  ...pairs.map(([from, to]) => conversionCase(from, to)),
  ...pairs.filter(([from, to]) => canBitcast(from, to)).map(([from, to]) => bitcastCase(from, to)),
];

/** The whole table as far as a target has the dtypes. */
export function scalarCases(dtypes: readonly ValueDType[]): readonly ScalarCase[] {
  return everyCase.filter(({ operands, result }) => [...operands, result].every((dtype) => dtypes.includes(dtype)));
}

/** float16 values come from float32 arrays that hold them exactly; every other dtype is stored as itself. */
function storageOf(dtype: ValueDType): StorageDType {
  return dtype === "float16" ? "float32" : dtype;
}

const block = 256;

/** The program of a case over `count` rows: buffers `operand0`, `operand1`, ... and `result`; a simd loop in a grid loop. */
export function scalarProgram(scalarCase: ScalarCase, count: number): GateProgram {
  const k = new KernelBuilder(scalarCase.name.replaceAll(" ", "_"));
  const n = k.scalar("n", "int32");
  const operands = scalarCase.operands.map((dtype, position) =>
    k.buffer(`operand${position}`, { dtype: storageOf(dtype), length: n, access: "read" }));
  const resultDType = storageOf(scalarCase.result);
  const result = k.buffer("result", { dtype: resultDType, length: n, access: "write" });
  k.for("grid", 0, div(add(n, block - 1), block), 1, (group) => {
    const first = k.let(mul(group, block), "first");
    const last = k.let(min(add(first, block), n), "last");
    k.for("simd", first, last, 1, (i) => {
      const loaded = operands.map((name, position) =>
        convert(k.load(name, i, { hint: "operand" }), at(scalarCase.operands, position)));
      const value = scalarCase.expression(loaded);
      k.store(result, i, value.type.dtype === "float16" ? convert(value, "float32") : value);
    });
  }, "group");
  return {
    buffers: [
      ...operands.map((name, position) => ({
        name, dtype: storageOf(at(scalarCase.operands, position)), length: count, role: "input" as const,
      })),
      { name: result, dtype: resultDType, length: count, role: "output" },
    ],
    steps: [{ kernel: k.build(), buffers: [...operands, result], scalars: [count], grid: [partsOf(count, block)] }],
  };
}

export interface ScalarCheck {
  /** By how many units in the last place a result may differ; 0 where absent. */
  readonly ulps?: Partial<Readonly<Record<ScalarCase["operation"], number>>>;
  /** Rows that the target does not promise, by its documented guarantees. */
  readonly skip?: (operands: readonly number[], expected: number, scalarCase: ScalarCase) => boolean;
}

/**
 * Runs a case on a target over edge and random operands.
 * @throws Error that names the first wrong row
 */
export async function checkScalarCase(scalarCase: ScalarCase, run: RunGateProgram, check: ScalarCheck = {}): Promise<void> {
  const rows = operandRows(scalarCase.operands)
    .filter((row) => check.skip?.(row, scalarCase.reference(row), scalarCase) !== true);
  const program = scalarProgram(scalarCase, rows.length);
  const arrays: Record<string, HostArray> = {};
  for (const { name, dtype, role } of program.buffers) {
    const array = allocateHost(dtype, rows.length);
    if (role === "input") array.set(rows.map((row) => at(row, Object.keys(arrays).length)));
    else array.fill(99);
    arrays[name] = array;
  }
  await run(program, arrays);
  const actual = required(arrays["result"], "array result");
  const allowed = check.ulps?.[scalarCase.operation] ?? 0;
  const wrong = rows.flatMap((operands, i) => {
    const expected = scalarCase.reference(operands);
    const distance = ulpsBetween(scalarCase.result, at(actual, i), expected);
    return distance <= allowed ? [] : [`of (${operands.map(show).join(", ")}) is ${show(at(actual, i))} instead of ${show(expected)}`];
  });
  if (wrong.length > 0) throw new Error(`${scalarCase.name} ${at(wrong, 0)} (${wrong.length} of ${rows.length} rows differ)`);
}

function show(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

/** Units in the last place of the dtype between two of its values; 0 only where they are the same, signs of zero included. */
function ulpsBetween(dtype: ValueDType, a: number, b: number): number {
  if (Object.is(a, b)) return 0;
  if (!isFloatValue(dtype) || Number.isNaN(a) || Number.isNaN(b)) return Infinity;
  if (a === b) return 1;
  const larger = Math.max(Math.abs(a), Math.abs(b));
  return larger === Infinity ? Infinity : Math.abs(a - b) / unitInTheLastPlace(dtype, larger);
}

function unitInTheLastPlace(dtype: ValueDType, magnitude: number): number {
  const [fractionBits, minExponent] = dtype === "float32" ? [23, -126] : dtype === "float64" ? [52, -1022] : [10, -14];
  return 2 ** (Math.max(Math.floor(Math.log2(magnitude)), minExponent) - fractionBits);
}
