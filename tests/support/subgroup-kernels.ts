/** @file Kernels whose invocations tell which subgroup they are in and what that has folded, so that any division can be checked. */
import { at, required } from "@lanewise/compiler/base/assert";
import type { HostArray } from "@lanewise/compiler/base/dtype";
import { allocateHost } from "@lanewise/compiler/base/dtype";
import { scalarOps } from "@lanewise/compiler/base/scalar-ops";
import { add, int, KernelBuilder, mul } from "@lanewise/compiler/kernel/build";
import { stepOf } from "@lanewise/compiler/kernel/folds";
import type { FoldOp, SubgroupOp } from "@lanewise/compiler/kernel/types";
import type { GateProgram } from "./gate-kernels.ts";
import type { GateArrays } from "./gate-runner.ts";

type Folded = "float32" | "int32" | "uint32" | "bool";

export interface SubgroupCase {
  readonly name: string;
  readonly program: GateProgram;
  readonly arrays: () => GateArrays;
  /** What is wrong with the arrays of a run; null where nothing is. */
  readonly problem: (arrays: GateArrays) => string | null;
}

const groups = 2;
/** No multiple of any subgroup's size. */
const workgroup = 21;
const total = groups * workgroup;

function subgroupCase(op: FoldOp, dtype: Folded): SubgroupCase {
  const b = new KernelBuilder(`subgroup_${op}_${dtype}`);
  const x = b.buffer("x", { dtype, length: total, access: "read" });
  const outputs = { folded: dtype, first: "int32", size: "int32", place: "int32" } as const;
  const names = Object.keys(outputs) as (keyof typeof outputs)[];
  const buffers = names.map((name) => b.buffer(name, { dtype: outputs[name], length: total, access: "write" }));
  const own = names.map((name) => b.array(`own_${name}`, { space: "local", dtype: outputs[name], length: 1 }));
  b.for("grid", 0, groups, 1, (group) => {
    b.for("local", 0, workgroup, 1, (lane) => {
      b.store(at(own, 0), int(0), b.load(x, add(mul(group, workgroup), lane)));
      b.store(at(own, 1), int(0), lane);
    });
    const ops: readonly SubgroupOp[] = [op, "min", "size", "place"];
    ops.forEach((each, number) => b.subgroup(each, at(own, number)));
    b.for("local", 0, workgroup, 1, (lane) => {
      own.forEach((array, number) => b.store(at(buffers, number), add(mul(group, workgroup), lane), b.load(array, int(0))));
    });
  });
  const kernel = b.build({ workgroup });
  const program: GateProgram = {
    buffers: [{ name: "x", dtype, length: total, role: "input" as const }, ...names.map((name) => ({ name, dtype: outputs[name], length: total, role: "output" as const }))],
    steps: [{ kernel, scalars: [], buffers: ["x", ...names], grid: [groups] }],
  };
  const arrays = (): GateArrays => {
    const inputs = allocateHost(dtype, total);
    for (let index = 0; index < total; index++) inputs[index] = valueAt(dtype, op, index);
    return Object.fromEntries([["x", inputs], ...names.map((name): [string, HostArray] => [name, allocateHost(outputs[name], total)])]);
  };
  return { name: `${op} of ${dtype}`, program, arrays, problem: (found) => problemOf(op, dtype, found) };
}

/** The second workgroup has a NaN and zeros of either sign among its floats where their order matters. */
function valueAt(dtype: Folded, op: FoldOp, index: number): number {
  if (dtype === "bool") return index % 3 === 0 ? 1 : 0;
  if (dtype === "uint32") return (index * 2654435761) >>> 0;
  if (dtype === "int32") return Math.imul(index + 5, 40503) * (index % 2 === 0 ? 1 : -1);
  if (op === "max" || op === "min") return index === workgroup + 3 ? NaN : index < workgroup ? (index % 5) * (index % 2 === 0 ? -1.5 : 1.5) : -0 * index;
  return op === "mul" ? 1 + (index % 3) : index - 7.5;
}

function problemOf(op: FoldOp, dtype: Folded, arrays: GateArrays): string | null {
  const [x, folded, first, size, place] = ["x", "folded", "first", "size", "place"].map((name) => required(arrays[name], name)) as [HostArray, HostArray, HostArray, HostArray, HostArray];
  const { reference } = scalarOps[stepOf(op, dtype)];
  for (let group = 0; group < groups; group++) {
    const begin = group * workgroup;
    const lanes = Array.from({ length: workgroup }, (_, lane) => lane);
    for (const lane of lanes) {
      const members = lanes.filter((other) => first[begin + other] === first[begin + lane]);
      const here = `workgroup ${group}, invocation ${lane}, in a subgroup with ${members.join(" ")}`;
      if (members[0] !== first[begin + lane]) return `${here}: the least is said to be ${first[begin + lane]}`;
      if (size[begin + lane] !== members.length) return `${here}: size ${size[begin + lane]}`;
      const places = members.map((member) => at(place, begin + member)).toSorted((a, b) => a - b);
      if (places.some((found, position) => found !== position)) return `${here}: places ${places.join(" ")}`;
      const expected = members.map((member) => at(x, begin + member)).reduce((sum, value) => reference(dtype, sum, value));
      const found = at(folded, begin + lane);
      if (!Object.is(found, expected) && Math.abs(found - expected) > 1e-4 * Math.abs(expected)) return `${here}: ${found}, not ${expected}`;
      if (Number.isNaN(found) !== Number.isNaN(expected)) return `${here}: ${found}, not ${expected}`;
    }
  }
  return null;
}

const folds: readonly FoldOp[] = ["add", "mul", "max", "min", "and", "or", "xor"];

export const subgroupCases: readonly SubgroupCase[] = folds.flatMap((op) => (["float32", "int32", "uint32", "bool"] as const)
  .filter((dtype) => dtype !== "float32" || (op !== "and" && op !== "or" && op !== "xor"))
  .map((dtype) => subgroupCase(op, dtype)));
