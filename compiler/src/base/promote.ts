/**
 * @file Type promotion: JAX's lattice over the dtypes that lanewise has, with weak types. Integers have 32 bits at most in
 * either mode, so where JAX would go to int64 the result is int32.
 */

import { at, InternalError } from "./assert.ts";
import { dtypeClass, type DType } from "./dtype.ts";
import { noCommonDType, raise } from "./errors.ts";

/** What promotion reads of an aval. */
export interface Promotable {
  readonly dtype: DType;
  /** Whether the dtype gives way to another operand's, as that of a JS number does. */
  readonly weakType: boolean;
}

export interface PromotionMode {
  /** Whether float64 exists. */
  readonly x64: boolean;
}

/** A dtype, a weak class, or the complex128 that lanewise does not have and must not pass over in silence. */
type Node = DType | "int*" | "float*" | "complex*" | "complex128";

/** Each node's next higher nodes. */
const above: ReadonlyMap<Node, readonly Node[]> = new Map<Node, readonly Node[]>([
  ["bool", ["int*"]],
  ["int*", ["uint8", "int8"]],
  ["uint8", ["int16", "uint16"]],
  ["uint16", ["int32", "uint32"]],
  ["uint32", ["int32"]],
  ["int8", ["int16"]],
  ["int16", ["int32"]],
  ["int32", ["float*"]],
  ["float*", ["bfloat16", "float16", "complex*"]],
  ["bfloat16", ["float32"]],
  ["float16", ["float32"]],
  ["float32", ["float64", "complex64"]],
  ["float64", ["complex128"]],
  ["complex*", ["complex64"]],
  ["complex64", ["complex128"]],
  ["complex128", []],
]);

/** Each node's upper bounds, itself included. */
const upperBounds: ReadonlyMap<Node, ReadonlySet<Node>> = new Map([...above.keys()].map((node) => [node, boundsOf(node)]));

function boundsOf(node: Node): ReadonlySet<Node> {
  const bounds = new Set<Node>([node]);
  // A set visits what is added to it while it is walked, so this reaches everything above.
  for (const bound of bounds) for (const next of above.get(bound) ?? []) bounds.add(next);
  return bounds;
}

/** The least node above all of these, or null when they have none in common. */
function leastUpperBound(nodes: ReadonlySet<Node>): Node | null {
  let common: Node[] | null = null;
  for (const node of nodes) {
    const bounds = upperBounds.get(node);
    if (bounds === undefined) return null;
    common = common === null ? [...bounds] : common.filter((bound) => bounds.has(bound));
  }
  const candidates = common ?? [];
  const least = candidates.filter((bound) => candidates.every((other) => upperBounds.get(bound)?.has(other)));
  if (least.length > 1) throw new InternalError(`the promotion lattice has no least upper bound for ${[...nodes].join(", ")}`);
  return least[0] ?? null;
}

/** The dtype that an array of this dtype gets in this mode: float64 is float32 unless x64 is on. */
export function canonicalizeDType(dtype: DType, x64: boolean): DType {
  return dtype === "float64" && !x64 ? "float32" : dtype;
}

/**
 * The dtype of an operation over operands of these types, and whether it is weak: as JAX's `result_type`.
 *
 * @throws LW1001 for complex64 beside float64, and for a key or float0 beside another dtype.
 * @example promoteTypes([{ dtype: "int32", weakType: false }, { dtype: "float32", weakType: true }], { x64: false }) // weak float32
 */
export function promoteTypes(operands: readonly Promotable[], mode: PromotionMode): Promotable {
  if (operands.length === 0) throw new InternalError("promotion of no operands");
  const types = operands.map(({ dtype, weakType }) => ({ dtype: canonicalizeDType(dtype, mode.x64), weakType }));
  const first = at(types, 0);
  const allWeak = types.every((type) => type.weakType);
  if (types.every((type) => type.dtype === first.dtype)) return result(first.dtype, allWeak);
  // Operands that are all weak keep their precision among themselves, so they are compared as if they were strong.
  const nodes = new Set(types.map((type) => (type.weakType && !allWeak ? weakNode(type.dtype) : type.dtype)));
  const bound = leastUpperBound(nodes);
  if (bound === null || bound === "complex128") return refuse(operands, bound);
  if (bound === "int*") return result("int32", true);
  if (bound === "float*") return result(mode.x64 ? "float64" : "float32", true);
  if (bound === "complex*") return mode.x64 ? refuse(operands, "complex128") : result("complex64", true);
  return result(bound, allWeak);
}

/** A bool is never weak: it gives way to everything as it is. */
function result(dtype: DType, weakType: boolean): Promotable {
  return { dtype, weakType: weakType && dtype !== "bool" };
}

function weakNode(dtype: DType): Node {
  switch (dtypeClass(dtype)) {
    case "signed":
    case "unsigned": return "int*";
    case "float": return "float*";
    case "complex": return "complex*";
    default: return dtype;
  }
}

function refuse(operands: readonly Promotable[], bound: "complex128" | null): never {
  const names = operands.map(({ dtype, weakType }) => (weakType ? `weak ${dtype}` : dtype)).join(" and ");
  return raise(noCommonDType, {
    operation: "promotion",
    expected: bound === null ? "dtypes of numbers, or equal ones" : "dtypes whose common dtype lanewise has",
    got: bound === null ? names : `${names}, whose common dtype is complex128`,
    fix: "convert one operand with astype first",
  });
}
