/**
 * @file Kernel IR: scalar and simd code over buffers, the one place where meaning is fixed for every target.
 *
 * A kernel is readonly plain data. `build.ts` makes it, `verify.ts` states what must hold, `interpret.ts` says what it
 * means, and each codegen prints it. Names (locals, buffers, arrays, scalars) are strings unique in the kernel, so that a
 * kernel prints, hashes and serialises as it stands.
 */

import type { DType } from "../base/dtype.ts";
import type { ScalarOpName, ValueDType } from "../base/scalar-ops.ts";

/** The names of the scalar table, and what an expression can hold. */
export type { ScalarOpName, ValueDType } from "../base/scalar-ops.ts";

/** A scalar (`width` 1) or a simd vector of 2, 4, 8 or 16 elements. A simd bool is a mask. */
export interface KernelType {
  readonly dtype: ValueDType;
  readonly width: number;
}

/**
 * How often a value may differ: `program` is one value for the whole dispatch, `workgroup` one per workgroup, `lane` any.
 * Ordered: program < workgroup < lane.
 */
export type Uniformity = "program" | "workgroup" | "lane";

// ---------------------------------------------------------------------------------------------------------------------
// Expressions: trees without effects. What is used twice is named by a Let.

export type Expr =
  | ConstExpr | RefExpr | ScalarExpr | OpExpr | ConvertExpr | BitcastExpr
  | SplatExpr | ShuffleExpr | ExtractExpr | SimdReduceExpr;

/** A constant; with `width` above 1 every element has it. Bools are 0 or 1. NaN, infinities and -0 are themselves. */
export interface ConstExpr {
  readonly kind: "const";
  readonly type: KernelType;
  readonly value: number;
}

/** A Let, Var, Load or loop index by name. */
export interface RefExpr {
  readonly kind: "ref";
  readonly type: KernelType;
  readonly name: string;
}

/** A scalar parameter of the kernel by name. */
export interface ScalarExpr {
  readonly kind: "scalar";
  readonly type: KernelType;
  readonly name: string;
}

/** An op of the scalar table, applied elementwise; operands have the widths of the result. */
export interface OpExpr {
  readonly kind: "op";
  readonly type: KernelType;
  readonly op: ScalarOpName;
  readonly args: readonly Expr[];
}

/** Conversion between value dtypes, semantics as `convert` in docs/scalar-ops.md. */
export interface ConvertExpr {
  readonly kind: "convert";
  readonly type: KernelType;
  readonly value: Expr;
}

/** The same bits in another dtype of the same size. */
export interface BitcastExpr {
  readonly kind: "bitcast";
  readonly type: KernelType;
  readonly value: Expr;
}

/** A scalar in every element of a vector. */
export interface SplatExpr {
  readonly kind: "splat";
  readonly type: KernelType;
  readonly value: Expr;
}

/** Elements picked from the concatenation of `a` and `b` (same type): `lanes[i]` in [0, 2 * width). */
export interface ShuffleExpr {
  readonly kind: "shuffle";
  readonly type: KernelType;
  readonly a: Expr;
  readonly b: Expr;
  readonly lanes: readonly number[];
}

/** One element of a vector. */
export interface ExtractExpr {
  readonly kind: "extract";
  readonly type: KernelType;
  readonly value: Expr;
  readonly lane: number;
}

/** A vector folded to a scalar: sums and products pairwise ((0+2)+(1+3) for width 4); `any` and `all` of a mask. */
export interface SimdReduceExpr {
  readonly kind: "simdReduce";
  readonly type: KernelType;
  readonly op: SimdReduceOp;
  readonly value: Expr;
}

export type SimdReduceOp = "add" | "mul" | "min" | "max" | "any" | "all";

// ---------------------------------------------------------------------------------------------------------------------
// Statements

export type Stmt =
  | LetStmt | VarStmt | AssignStmt | LoadStmt | StoreStmt | ForStmt | WhileStmt | IfStmt | BarrierStmt | SubgroupStmt;

/** Names a value that never changes. */
export interface LetStmt {
  readonly kind: "let";
  readonly name: string;
  readonly value: Expr;
}

/** Declares a local that Assign may change. */
export interface VarStmt {
  readonly kind: "var";
  readonly name: string;
  readonly type: KernelType;
  readonly init: Expr;
}

export interface AssignStmt {
  readonly kind: "assign";
  readonly name: string;
  readonly value: Expr;
}

/**
 * Names what a buffer or array holds. `index` counts elements. With a scalar index and a vector type the load is
 * contiguous from `index`; with a vector index it gathers. Elements whose mask is false are not touched and read as 0.
 */
export interface LoadStmt {
  readonly kind: "load";
  readonly name: string;
  readonly type: KernelType;
  readonly buffer: string;
  readonly index: Expr;
  readonly mask: Expr | null;
}

/** Writes a value; index and mask as in Load. A vector index scatters (equal indices: the last element wins). */
export interface StoreStmt {
  readonly kind: "store";
  readonly buffer: string;
  readonly index: Expr;
  readonly value: Expr;
  readonly mask: Expr | null;
}

/**
 * - `grid`: iterations are independent workgroups (a chunk of them on a CPU). Only at the top of the body, nested at most
 *   three deep, and only one nest per kernel. The outermost one is what a caller splits by `(begin, end)`.
 * - `local`: iterations are the invocations of one workgroup; begin 0, step 1 and end the constant `kernel.workgroup`.
 *   Runs to its end in every invocation before what follows it; what must be seen by another invocation needs a Barrier
 *   between two local loops. Not nested in another local loop.
 * - `simd`: iterations are independent and may be fused into vectors (`schedule/vectorize`); a serial loop otherwise.
 * - `unrolled`: constant bounds; expanded before printing.
 * - `serial`: one after the other.
 */
export type LoopKind = "serial" | "grid" | "local" | "simd" | "unrolled";

/** `index` (int32) runs from `begin` while it is below `end`, by `step` (a positive constant). Bounds are read once. */
export interface ForStmt {
  readonly kind: "for";
  readonly loop: LoopKind;
  readonly index: string;
  readonly begin: Expr;
  readonly end: Expr;
  readonly step: number;
  readonly body: readonly Stmt[];
}

/** Runs `before`, tests `condition` (a scalar bool that may use what `before` names), then `body`, again and again. */
export interface WhileStmt {
  readonly kind: "while";
  readonly before: readonly Stmt[];
  readonly condition: Expr;
  readonly body: readonly Stmt[];
}

export interface IfStmt {
  readonly kind: "if";
  readonly condition: Expr;
  readonly then: readonly Stmt[];
  readonly otherwise: readonly Stmt[];
}

/** All invocations of the workgroup arrive, and see each other's writes to buffers and workgroup arrays. A no-op on CPUs. */
export interface BarrierStmt {
  readonly kind: "barrier";
}

/** Operations whose folds may be split and reordered. On bools `max` and `min` are written as `or` and `and`. */
export type FoldOp = "add" | "mul" | "max" | "min" | "and" | "or" | "xor";

/**
 * The invocations of each subgroup learn of each other: the one element of the `local` array becomes the fold of what all of
 * them hold there, or their number (`size`), or the invocation's own place among them (`place`, from 0, without gaps).
 * Subgroups divide the workgroup as the device likes, in the whole kernel alike; nothing says which invocations are together,
 * and they may be of different sizes. All invocations of the workgroup arrive. Memory is not made visible.
 */
export interface SubgroupStmt {
  readonly kind: "subgroup";
  readonly op: SubgroupOp;
  readonly array: string;
}

export type SubgroupOp = FoldOp | "size" | "place";

// ---------------------------------------------------------------------------------------------------------------------
// The kernel

/** What memory holds: a dtype of the graph, stored as this target stores it (bool is uint8 on CPUs, uint32 on webgpu). */
export type StorageDType = Exclude<DType, "float0" | "key<fry>" | "complex64">;

/** A buffer parameter in global memory. Two buffers may overlap only if they share an `aliasGroup` (not null). */
export interface BufferParam {
  readonly name: string;
  readonly dtype: StorageDType;
  /** Elements; an expression over scalar parameters and constants. */
  readonly length: Expr;
  readonly access: "read" | "write" | "readWrite";
  readonly aliasGroup: number | null;
}

/** A number given at dispatch: an extent, a start index, a trip count, the scalar operand of an eager op. */
export interface ScalarParam {
  readonly name: string;
  readonly dtype: ValueDType;
}

/**
 * Memory of a fixed size that the kernel declares.
 * - `workgroup`: one per workgroup, shared by its invocations; undefined until written.
 * - `local`: one per invocation (one per workgroup iteration where the kernel has no local loop); undefined until written;
 *   lives across local loops of one workgroup iteration, and only inside local loops may it be used if there are any.
 * - `constant`: a table of `values`, read only.
 */
export interface ArrayDecl {
  readonly name: string;
  readonly space: "workgroup" | "local" | "constant";
  readonly dtype: ValueDType;
  readonly length: number;
  readonly values: readonly number[] | null;
}

export interface Kernel {
  readonly name: string;
  readonly buffers: readonly BufferParam[];
  readonly scalars: readonly ScalarParam[];
  readonly arrays: readonly ArrayDecl[];
  /** Invocations per workgroup: the trip count of every local loop; 1 where there is none. */
  readonly workgroup: number;
  readonly body: readonly Stmt[];
}
