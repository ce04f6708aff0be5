/**
 * @file Graph IR: a typed jaxpr, and what the system knows about each primitive.
 *
 * Everything here is readonly plain data; printing, parsing, verifying and rewriting are free functions in their own files.
 */

import type { DType } from "../base/dtype.ts";
import type { SourceLocation } from "../base/source-location.ts";
import type { Expr, Kernel } from "../kernel/types.ts";

// ---------------------------------------------------------------------------------------------------------------------
// Values and their types

/** The abstract value of an array. Made by `aval()` alone, so that fields can be added. */
export interface Aval {
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** Whether the dtype gives way to another operand's (a JS number). Part of the trace key, never of a Program's. */
  readonly weakType: boolean;
}

/** Anything that a primitive takes: a concrete array, a tracer, or a `ScalarLiteral`. */
export interface Value {
  readonly aval: Aval;
}

/** A scalar known while tracing; it becomes a Literal of the jaxpr. */
export interface ScalarLiteral extends Value {
  readonly kind: "scalarLiteral";
  readonly value: number;
}

/** A tangent or cotangent that is zero everywhere, not stored. `aval` is the tangent's. */
export interface Zero {
  readonly kind: "zero";
  readonly aval: Aval;
}

/** A tangent or cotangent. */
export type Tangent = Value | Zero;

// ---------------------------------------------------------------------------------------------------------------------
// Jaxpr

export interface Var {
  readonly kind: "var";
  /** Unique in the process; printing assigns the letters. */
  readonly id: number;
  readonly aval: Aval;
}

/** A scalar written into the jaxpr. Bools are 0 or 1. */
export interface Literal {
  readonly kind: "literal";
  readonly value: number;
  readonly aval: Aval;
}

export type Atom = Var | Literal;

/** Behaviour beyond the results: what the host sees, in order, or the named axis that an equation talks over. */
export type Effect = { readonly kind: "host" } | { readonly kind: "collective"; readonly axisName: string };

/** Where in the user's program an equation was traced. Resolved on demand; part of no key. */
export interface Source {
  /** The user's frame, innermost first frame outside lanewise, or null when the engine gives none. */
  location(): SourceLocation | null;
}


export interface Eqn<P extends Params = Params> {
  readonly primitive: Primitive<P>;
  readonly inputs: readonly Atom[];
  readonly params: P;
  readonly outVars: readonly Var[];
  readonly effects: readonly Effect[];
  readonly source: Source | null;
}

export interface Jaxpr {
  /** Arrays closed over; a ClosedJaxpr holds their values. */
  readonly constVars: readonly Var[];
  readonly inVars: readonly Var[];
  readonly eqns: readonly Eqn[];
  readonly outs: readonly Atom[];
  readonly effects: readonly Effect[];
}

export interface ClosedJaxpr {
  readonly jaxpr: Jaxpr;
  readonly consts: readonly Value[];
}

// ---------------------------------------------------------------------------------------------------------------------
// Params: plain data, compared structurally (functions and opaque objects by identity)

export type ParamValue =
  | number | string | boolean | null | undefined
  | readonly ParamValue[]
  | { readonly [name: string]: ParamValue }
  | Aval | Jaxpr | ClosedJaxpr
  | OpaqueParam;

/** A param that only identity can compare: a user's function, a callback, a sharding. */
export interface OpaqueParam {
  readonly kind: "opaque";
  readonly name: string;
  readonly target: unknown;
}

export interface Params {
  readonly [name: string]: ParamValue;
}

// ---------------------------------------------------------------------------------------------------------------------
// Primitive: one definition with every rule. Each slot is mandatory; "none" is a value that says why.

/** A rule that a primitive does not have, with the reason that an error gives. */
export interface NoRule {
  readonly kind: "none";
  readonly reason: string;
}

export type AbstractEvalRule<P extends Params> = (inputs: readonly Aval[], params: P) => readonly Aval[];

/** Primals and tangents in, primals and tangents out. At least one tangent is not Zero. */
export type JvpRule<P extends Params> = (
  primals: readonly Value[], tangents: readonly Tangent[], params: P,
) => JvpResult;

export interface JvpResult {
  readonly primals: readonly Value[];
  readonly tangents: readonly Tangent[];
}

/** An operand of a linear equation that is to be transposed: known, or linear with this aval. */
export type TransposeOperand =
  | { readonly kind: "known"; readonly value: Value }
  /** `operation` is the primitive's name, for messages. */
  | { readonly kind: "linear"; readonly aval: Aval; readonly operation: string };

/** Cotangents of the outputs in, one cotangent per linear operand out (null for known ones). */
export type TransposeRule<P extends Params> = (
  cotangents: readonly Tangent[], operands: readonly TransposeOperand[], params: P,
) => readonly (Tangent | null)[];

/** The vmapped axis: its size, and its name for collectives. */
export interface AxisFrame {
  readonly size: number;
  readonly name: string | null;
}

/** Operands with the place of their batch axis (null: not mapped); at least one is mapped. */
export type BatchRule<P extends Params> = (
  frame: AxisFrame, operands: readonly Value[], axes: readonly (number | null)[], params: P,
) => BatchResult;

export interface BatchResult {
  readonly outputs: readonly Value[];
  readonly axes: readonly (number | null)[];
}

/**
 * Splits an equation of which some inputs are known. `plain`: known only when every input is. A rule returns the known
 * equation and the unknown one; residuals go from the first to the second.
 */
export type PartialEvalRule<P extends Params> = "plain" | ((unknown: readonly boolean[], eqn: PartialEvalEqn<P>) => PartialEvalSplit<P>);

export interface PartialEvalEqn<P extends Params> {
  readonly params: P;
  readonly inAvals: readonly Aval[];
}

export interface PartialEvalSplit<P extends Params> {
  /** Params of the equation over the known inputs; its outputs are the known results, then the computed residuals. */
  readonly known: P;
  /** Params of the equation over residuals and unknown inputs, in this order. */
  readonly staged: P;
  /** Which results the staged equation gives. */
  readonly outUnknown: readonly boolean[];
  readonly residuals: readonly Residual[];
  readonly outAvals: readonly Aval[];
}

/** A known value that a staged equation needs: one of the known inputs or known results as it is, or computed for it. */
export type Residual =
  | { readonly kind: "input"; readonly index: number }
  | { readonly kind: "result"; readonly index: number }
  | { readonly kind: "computed"; readonly aval: Aval };

/** Removes work for outputs that nobody uses. `plain`: the equation goes when no output is used. */
export type DceRule<P extends Params> = "plain" | ((used: readonly boolean[], eqn: Eqn<P>) => DceResult);

export interface DceResult {
  readonly usedInputs: readonly boolean[];
  readonly eqn: Eqn | null;
}

/** A local rewrite of one equation: the atoms that replace its outputs, or null. Must be exact (IEEE; ints wrap). */
export type SimplifyRule<P extends Params> = (eqn: Eqn<P>) => readonly Atom[] | null;

// Lowering ------------------------------------------------------------------------------------------------------------

/** The part of a kernel builder that a lowering may use: names a value, and branches. */
export interface Emitter {
  /** Names a value so that it is computed once. */
  let(value: Expr, hint?: string): Expr;
  /** Evaluates one of two branches; only the one taken runs. */
  branch(condition: Expr, then: () => Expr, otherwise: () => Expr): Expr;
  /** What states are after so many turns of a loop, which gives the next ones of those before and of the turn's number, an int32. */
  repeat(count: number, first: readonly Expr[], next: (states: readonly Expr[], turn: Expr) => readonly Expr[]): readonly Expr[];
}

export interface LowerContext<P extends Params> {
  readonly params: P;
  readonly inAvals: readonly Aval[];
  readonly outAval: Aval;
  /** Which output is meant, for equations with several. */
  readonly outIndex: number;
}

/** Reads one element of an operand. */
export type ReadOperand = (operand: number, index: readonly Expr[]) => Expr;

export type ReduceOp = "add" | "mul" | "max" | "min" | "and" | "or" | "xor";

/**
 * How an equation becomes kernel IR. Fusion reads its facts from the kind.
 * - `scalar`: each element from the same element of every operand (rank-0 and size-1 operands broadcast).
 * - `indexMap`: each element is an element of some operand (or of none, as iota's); no arithmetic worth keeping.
 * - `reduction`: one operand, folded over `axes`.
 * - `contraction`: sums of products, as dot_general.
 * - `fold`: each element from a loop over `extents` that carries states, as windows, argmax and convolutions.
 * - `prefix`: each element from those up to it along one axis, by states that pass along it, as running sums.
 * - `routine`: a library algorithm: kernels of its own over whole arrays, which nothing fuses into.
 * - `physical`: an operation on random keys; the pass `physicalize` has put in its place what `expand` says it is on the words
 *   of the keys, uint32[..., 2].
 * - `inlined`: the pass `inline` has removed it before lowering.
 */
export type Lowering<P extends Params> =
  | { readonly kind: "scalar"; readonly emit: (emitter: Emitter, operands: readonly Expr[], context: LowerContext<P>) => Expr }
  | {
    readonly kind: "indexMap";
    readonly emit: (emitter: Emitter, index: readonly Expr[], read: ReadOperand, context: LowerContext<P>) => Expr;
    /** Where each element of operand 1 goes, if the result is else operand 0: it need not be written where it takes its memory. */
    readonly update?: UpdateLowering<P>;
    /**
     * The axis along which the operands lie one after the other in the only result, or the results in the only operand, so that
     * elements move in runs. The pieces agree in the axes before it.
     */
    readonly pieces?: (params: P) => number;
  }
  | ReductionLowering<P>
  | { readonly kind: "contraction"; readonly dimensions: (params: P) => DotDimensions }
  | FoldLowering<P>
  | PrefixLowering<P>
  | { readonly kind: "routine"; readonly variants: readonly [RoutineVariant<P>, ...RoutineVariant<P>[]] }
  | { readonly kind: "physical"; readonly expand: (inputs: readonly Value[], params: P) => Value }
  | { readonly kind: "inlined" };

/** The index into the result of an element of the update: no two of them the same, none outside. */
export type UpdateLowering<P extends Params> = (index: readonly Expr[], read: ReadOperand, context: LowerContext<P>) => readonly Expr[];

export interface ReductionLowering<P extends Params> {
  readonly kind: "reduction";
  readonly op: ReduceOp;
  readonly axes: (params: P) => readonly number[];
}

/** `states` begin as `init` and pass through `step` for every index of `extents` in row-major order; then `finish`. */
export interface FoldLowering<P extends Params> {
  readonly kind: "fold";
  readonly extents: (params: P, inAvals: readonly Aval[]) => readonly number[];
  readonly states: (context: LowerContext<P>) => readonly FoldState[];
  readonly step: (
    emitter: Emitter, outIndex: readonly Expr[], foldIndex: readonly Expr[], states: readonly Expr[], read: ReadOperand, context: LowerContext<P>,
  ) => readonly Expr[];
  /** One value per output of the equation; all outputs have one shape. */
  readonly finish: (emitter: Emitter, states: readonly Expr[], context: LowerContext<P>) => readonly Expr[];
}

/**
 * One operand and one result of one shape. `states` begin as `init` and pass through `step` for every element along the axis;
 * `finish` gives the element of the result at each place. Where runs of elements are taken by themselves, `combine` makes the
 * states of two neighbouring runs those of both.
 */
export interface PrefixLowering<P extends Params> {
  readonly kind: "prefix";
  readonly along: (params: P) => PrefixAxis;
  readonly states: (context: LowerContext<P>) => readonly FoldState[];
  readonly step: (emitter: Emitter, states: readonly Expr[], element: Expr, context: LowerContext<P>) => readonly Expr[];
  readonly combine: (emitter: Emitter, before: readonly Expr[], behind: readonly Expr[], context: LowerContext<P>) => readonly Expr[];
  readonly finish: (emitter: Emitter, states: readonly Expr[], context: LowerContext<P>) => Expr;
}

export interface PrefixAxis {
  readonly axis: number;
  /** Whether it is run through from the end. */
  readonly reverse: boolean;
}

export interface FoldState {
  /** Named so that a target may carry it wider: a sum of float32 is a float64 where arithmetic is. */
  readonly role: "sum" | "other";
  readonly init: Expr;
}

/** What a variant needs of a target: one thread, a grid, or a grid with many invocations and workgroups whose barriers are cheap. */
export type RoutineNeeds = "serial" | "grid" | "workgroup";

export interface RoutineVariant<P extends Params> {
  readonly name: string;
  readonly needs: RoutineNeeds;
  readonly build: (context: RoutineContext<P>) => RoutinePlan;
}

export interface RoutineContext<P extends Params> {
  readonly params: P;
  readonly inAvals: readonly Aval[];
  readonly outAvals: readonly Aval[];
}

export interface RoutinePlan {
  readonly scratch: readonly { readonly dtype: DType; readonly length: number }[];
  readonly steps: readonly RoutineStep[];
}

/**
 * One dispatch: a kernel, what its buffer parameters are in order, the values of its scalar parameters (none where it has none),
 * and the trip count of its outermost grid loop.
 */
export interface RoutineStep {
  readonly kernel: Kernel;
  readonly buffers: readonly { readonly from: "input" | "output" | "scratch"; readonly index: number }[];
  readonly scalars?: readonly number[];
  readonly extent: number;
  /** Whether all it does is to copy its first buffer to its second: no step is left where one takes the other's memory. */
  readonly isCopy?: boolean;
}

/** dot_general's dimension numbers. Results are batch dimensions, then free ones of the left, then of the right. */
export interface DotDimensions {
  readonly contractLeft: readonly number[];
  readonly contractRight: readonly number[];
  readonly batchLeft: readonly number[];
  readonly batchRight: readonly number[];
}

export interface Facts {
  /** Rough cost of one element in units of one addition: movement 0, arithmetic 1, exp 20. */
  readonly cost: number;
  readonly commutative: boolean;
}

// ---------------------------------------------------------------------------------------------------------------------

/** How a param is printed inside `[...]`: JAX's name and its text; null hides it. */
export type PrintParams<P extends Params> = "none" | ((params: P) => readonly PrintedParam[]);

export interface PrintedParam {
  readonly name: string;
  readonly value: PrintedValue;
}

/**
 * Text as it stands, a jaxpr printed in place, or a tuple of them. `name` names a jaxpr that occurs more than once. With
 * `sameNames` (JAX's jit) the jaxpr's inputs and outputs take the names of the equation's, without it names of their own.
 */
export type PrintedValue =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "jaxpr"; readonly jaxpr: Jaxpr; readonly name: string; readonly sameNames?: boolean }
  | { readonly kind: "jaxprs"; readonly jaxprs: readonly Jaxpr[] };

/** The reverse of PrintParams: params from JAX's names and parsed values. Null: an opaque that cannot be run again. */
export type ParseParams<P extends Params> = (printed: ReadonlyMap<string, ParsedParam>, context: ParseContext) => P;

/** A parsed param: Python's numbers, names, strings, tuples, and jaxprs. */
export type ParsedParam = number | string | boolean | null | readonly ParsedParam[] | Jaxpr;

export interface ParseContext {
  readonly inAvals: readonly Aval[];
  readonly outAvals: readonly Aval[];
}

export interface Primitive<P extends Params = Params> {
  readonly kind: "primitive";
  /** JAX's name. */
  readonly name: string;
  readonly abstractEval: AbstractEvalRule<P>;
  readonly effects: "pure" | ((params: P) => readonly Effect[]);
  readonly jvp: JvpRule<P> | NoRule;
  readonly transpose: TransposeRule<P> | NoRule;
  readonly partialEval: PartialEvalRule<P>;
  readonly dce: DceRule<P>;
  readonly batch: BatchRule<P>;
  readonly lower: Lowering<P>;
  readonly simplify: SimplifyRule<P> | "none";
  /** The jaxprs in the params, for walks. */
  readonly subJaxprs: "none" | ((params: P) => readonly Jaxpr[]);
  /** For a call: the jaxpr that the equation stands for, which the pass `inline` puts in its place; consts must be none. */
  readonly inlinable: "never" | ((params: P) => ClosedJaxpr);
  readonly printParams: PrintParams<P>;
  readonly parseParams: ParseParams<P>;
  /** Operands whose memory the result may take when they die, in order of preference. */
  readonly inPlace: "none" | readonly number[];
  readonly facts: Facts;
}
