/** @file What fusion decides: which equations share a kernel, what each kernel stores, and why it was cut where it was. */

import type { Jaxpr, PrefixAxis, Var } from "../ir/types.ts";

export interface FusionPlan {
  readonly jaxpr: Jaxpr;
  /** In an order in which the kernels can run. */
  readonly groups: readonly FusionGroup[];
  /** Outputs that only give another shape to a value, which is stored in their place. */
  readonly same: readonly (readonly [value: Var, as: Var])[];
  /** For each value that a kernel stores and another one loads: why it was not computed where it is used. */
  readonly cuts: readonly Cut[];
}

/** Equations that become one kernel: one part, or several that run one after the other in each row. */
export interface FusionGroup {
  readonly kind: FusionPart["kind"] | "rows";
  /** Extents of the loops that all parts share, outermost first: one iteration is a row. Empty where there is one part. */
  readonly rows: readonly number[];
  /** In an order in which they can run. */
  readonly parts: readonly FusionPart[];
}

/** Equations over one iteration space. */
export interface FusionPart {
  /** What the part is built around. */
  readonly kind: "map" | "reduction" | "contraction" | "fold" | "prefix" | "routine";
  /** The extents of the parallel loops, outermost first; of no meaning for a routine. */
  readonly space: readonly number[];
  /** The axis of `space` that each of the group's `rows` is; the others are loops inside a row. */
  readonly rowAxes: readonly number[];
  /** Numbers of the equations that the part computes, ascending. A cheap equation may be in several parts. */
  readonly eqns: readonly number[];
  /** The axis of `space` that is run through in order, innermost, because states pass along it; null where all are parallel. */
  readonly scan: PrefixAxis | null;
  /** Loops inside the parallel ones, one after the other; values that depend on none of them come last. */
  readonly loops: readonly InnerLoop[];
  /**
   * What the part stores once per iteration of `space`, in row-major order; each has as many elements as `space`. All results
   * of a routine.
   */
  readonly stores: readonly Var[];
  /** Values of this kind that later parts read in the same row. */
  readonly keeps: readonly KeptValue[];
}

/** A value of which one row is kept between the parts of a kernel. */
export interface KeptValue {
  readonly value: Var;
  /** Its axes that run inside a row, ascending; where all of their extents are 1 it is one number. */
  readonly inRow: readonly number[];
}

/** A loop in which values are folded: the operands of a reduction, the products of a contraction, the states of a fold. */
export interface InnerLoop {
  /** The equations whose results it gives. */
  readonly folds: readonly number[];
  /** Extents of the loop, outermost first. */
  readonly extents: readonly number[];
  /** For reductions: the axes of the operand that the loop runs over, in the order of `extents`. */
  readonly axes: readonly number[];
  /** The axis of `space` that each axis of the results is, null for extents of 1; null where the results lie in order over it. */
  readonly resultAxes: readonly (number | null)[] | null;
  /** Values of the operand's shape that the loop stores on its way. */
  readonly stores: readonly Var[];
  /** Values of the operand's shape that later parts read in the same row. */
  readonly keeps: readonly KeptValue[];
}

/**
 * - `fold result`: a reduction, contraction or prefix is read at another index than its own, or inside a loop.
 * - `reused`: several kernels need it and it is too expensive to compute in each.
 * - `recomputed`: its kernel would compute each element several times.
 * - `contraction operand`: its arithmetic would run in the innermost loop of a contraction, again and again.
 * - `loop order`: the kernel already has a loop, or an order of its iterations, that this one does not fit.
 * - `shape`: the kernel runs over another number of elements.
 * - `cycle`: the kernel would wait for a value that itself waits for the kernel.
 * - `routine`: a library algorithm works on whole arrays.
 * - `operations`, `buffers`, `depth`: a limit of the target or of the compiler.
 */
export type CutReason =
  | "fold result" | "reused" | "recomputed" | "contraction operand" | "loop order" | "shape" | "cycle" | "routine"
  | "operations" | "buffers" | "depth";

export interface Obstacle {
  readonly reason: CutReason;
  /** The facts of this case, for people. */
  readonly detail: string;
}

export interface Cut extends Obstacle {
  /** The equation whose result is stored. */
  readonly eqn: number;
  /** The group that computes it, and those that load it: places in `FusionPlan.groups`. */
  readonly from: number;
  readonly to: readonly number[];
}
