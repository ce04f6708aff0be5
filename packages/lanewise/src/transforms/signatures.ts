/** @file Types of the transforms' second arguments and results, checked against the function's parameters. */

import type { ClosedJaxpr } from "@lanewise/compiler/ir/types";
import type {
  AnyFunction, ArrayLeaf, DType, IsArrayLike, Mapped, MembersIn, MembersOut, NDArray, NDArrayMethods, WayIn, WayOut, WithLeaves,
} from "../types.ts";

// ---------------------------------------------------------------------------------------------------------------------
// Positions of parameters

/** `0 | 1 | ... | n - 1` for n parameters; any number after a rest parameter. */
type Position<Args extends readonly unknown[]> =
  number extends Args["length"] ? number : Exclude<Partial<Args>["length"], Required<Args>["length"]>;

/** `-1 | ... | -n`. */
type PositionFromEnd<Args extends readonly unknown[]> =
  number extends Args["length"] ? number
  : `-${Exclude<Partial<Args>["length"], 0>}` extends `${infer Place extends number}` ? Place : never;

/** A position of one of the parameters, from the front or, negative, from the end. */
export type Argnum<Args extends readonly unknown[]> = Position<Args> | PositionFromEnd<Args>;

export type Argnums<Args extends readonly unknown[]> = Argnum<Args> | readonly Argnum<Args>[];

type Reverse<Items extends readonly unknown[]> = Items extends readonly [infer First, ...infer Rest] ? [...Reverse<Rest>, First] : [];

type ElementAt<Items extends readonly unknown[], Place> = Place extends keyof Items ? Items[Place] : Items[number];

/** The type of the parameter at a position. */
type ParameterAt<Args extends readonly unknown[], Place> =
  number extends Args["length"] ? Args[number]
  : Place extends number
    ? `${Place}` extends `-${infer FromEnd extends number}` ? ElementAt<[never, ...Reverse<Required<Args>>], FromEnd>
    : ElementAt<Required<Args>, Place>
  : never;

/**
 * A gradient has the structure of the parameter at `Places`. Where a call chooses none, inference leaves every place, which
 * stands for the first.
 */
export type GradientOf<Args extends readonly unknown[], Places> =
  [Argnums<Args>] extends [Places] ? WayOut<ParameterAt<Args, 0>>
  : Places extends readonly unknown[] ? { -readonly [Index in keyof Places]: WayOut<ParameterAt<Args, Places[Index]>> }
  : WayOut<ParameterAt<Args, Places>>;

// ---------------------------------------------------------------------------------------------------------------------
// vmap

/** An axis for a tree: one for all of it, or its node with an axis tree for each child. */
export type AxisTree<T> = number | null | (0 extends 1 & T ? AnyAxisTree : IsArrayLike<T> extends true ? never : AxisNode<T>);

type AnyAxisTree = number | null | readonly AnyAxisTree[] | { readonly [key: string]: AnyAxisTree };

type AxisNode<T> =
  T extends ArrayLeaf | string | symbol | null | undefined | AnyFunction ? never
  : T extends ReadonlyMap<infer Key, infer Item> ? ReadonlyMap<Key, AxisTree<Item>>
  : T extends object ? AxisMembers<T>
  : never;

type AxisMembers<T> = { readonly [Key in keyof T]: AxisTree<T[Key]> };

/** One axis for all arguments, or one entry per positional argument. */
export type InAxes<F extends AnyFunction> = number | null | AxisMembers<Parameters<F>>;

/** Axes by the names of the parameters; they are checked when the function is wrapped. */
export type NamedAxes<F extends AnyFunction> = { readonly [parameter: string]: AxisTree<Parameters<F>[number]> };

export interface VmapOptions<F extends AnyFunction> {
  readonly inAxes?: InAxes<F> | NamedAxes<F>;
  readonly outAxes?: AxisTree<ReturnType<F>>;
  /** Binds a name for collectives in the function. */
  readonly axisName?: string;
  /** The size of the mapped axis; needed where no argument is mapped. */
  readonly axisSize?: number;
}

// ---------------------------------------------------------------------------------------------------------------------
// Derivatives

export interface GradOptions<Places, Aux extends boolean> {
  /** Positions of the arguments to differentiate: one gives one gradient, a list gives a list. */
  readonly argnums?: Places;
  /** The function returns `[value, aux]`, and `aux` comes back beside the gradient. */
  readonly hasAux?: Aux;
  /** Lets integer and boolean inputs through; their gradients are float0. */
  readonly allowInt?: boolean;
  readonly holomorphic?: boolean;
}

export interface AuxOptions<Aux extends boolean> {
  readonly hasAux?: Aux;
}

/** The second part of a pair that the function returns. */
type AuxOf<F extends AnyFunction> = ReturnType<F> extends readonly [unknown, infer Aux] ? WayOut<Aux> : unknown;
type MainOf<F extends AnyFunction> = ReturnType<F> extends readonly [infer Main, unknown] ? WayOut<Main> : unknown;

/** The result of `f` in a transform that may take an aux apart. */
export type PrimalOut<F extends AnyFunction, Aux extends boolean> = [Aux] extends [true] ? MainOf<F> : WayOut<ReturnType<F>>;

export type Gradient<F extends AnyFunction, Places, Aux extends boolean> = (
  ...args: MembersIn<Parameters<F>>
) => [Aux] extends [true] ? [GradientOf<Parameters<F>, Places>, AuxOf<F>] : GradientOf<Parameters<F>, Places>;

export type ValueAndGradient<F extends AnyFunction, Places, Aux extends boolean> = (
  ...args: MembersIn<Parameters<F>>
) => [[Aux] extends [true] ? [MainOf<F>, AuxOf<F>] : WayOut<ReturnType<F>>, GradientOf<Parameters<F>, Places>];

/** The result's tree with a tree like the chosen argument at each leaf. */
type JacobianOf<F extends AnyFunction, Places, Main> = WithLeaves<Main, GradientOf<Parameters<F>, Places>>;

export type Jacobian<F extends AnyFunction, Places, Aux extends boolean> = (
  ...args: MembersIn<Parameters<F>>
) => [Aux] extends [true] ? [JacobianOf<F, Places, MainOf<F>>, AuxOf<F>] : JacobianOf<F, Places, ReturnType<F>>;

export type Hessian<F extends AnyFunction, Places, Aux extends boolean> = (
  ...args: MembersIn<Parameters<F>>
) => [Aux] extends [true]
  ? [JacobianOf<F, Places, JacobianOf<F, Places, MainOf<F>>>, AuxOf<F>]
  : JacobianOf<F, Places, JacobianOf<F, Places, ReturnType<F>>>;

export type JvpResult<F extends AnyFunction, Aux extends boolean> =
  [Aux] extends [true] ? [MainOf<F>, MainOf<F>, AuxOf<F>] : [WayOut<ReturnType<F>>, WayOut<ReturnType<F>>];

/** Takes a cotangent of the result, gives one per argument. */
export type Pullback<F extends AnyFunction, Aux extends boolean> = (
  cotangent: WayIn<[Aux] extends [true] ? MainOf<F> : ReturnType<F>>,
) => MembersOut<Required<Parameters<F>>>;

export type VjpResult<F extends AnyFunction, Aux extends boolean> =
  [Aux] extends [true] ? [MainOf<F>, Pullback<F, Aux>, AuxOf<F>] : [WayOut<ReturnType<F>>, Pullback<F, Aux>];

/** Takes a tangent per argument, gives the result's. */
export type Pushforward<F extends AnyFunction, Aux extends boolean> = (...tangents: MembersIn<Parameters<F>>) => PrimalOut<F, Aux>;

export type LinearizeResult<F extends AnyFunction, Aux extends boolean> =
  [Aux] extends [true] ? [MainOf<F>, Pushforward<F, Aux>, AuxOf<F>] : [WayOut<ReturnType<F>>, Pushforward<F, Aux>];

// ---------------------------------------------------------------------------------------------------------------------
// Specs and shapes

/** The shape and dtype of an array without its elements. */
export interface ShapeDtype {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly weakType?: boolean;
}

/** `"f32[2,3]"` or its parts. */
export type Spec = string | ShapeDtype;

/** An argument where only its shape matters: a spec may stand for each leaf. */
export type SpecIn<T> =
  0 extends 1 & T ? T
  : IsArrayLike<T> extends true ? ArrayLeaf | Spec | Extract<T, null | undefined>
  : T extends ArrayLeaf ? ArrayLeaf | Spec
  : T extends string | symbol | null | undefined | AnyFunction ? T
  : T extends object ? SpecMembers<T>
  : T;

export type SpecMembers<T> = { [Key in keyof T]: SpecIn<T[Key]> };

/** A result's tree with the shape of each leaf. */
export type ShapeOut<T> =
  0 extends 1 & T ? T
  : IsArrayLike<T> extends true ? ShapeOfArray
  : T extends ArrayLeaf | NDArrayMethods ? ShapeOfArray
  : T extends string | symbol | null | undefined | AnyFunction ? T
  : T extends object ? ShapeMembers<T>
  : T;

type ShapeMembers<T> = { [Key in keyof T]: ShapeOut<T[Key]> };

export interface ShapeOfArray extends Required<ShapeDtype> {
  toString(): string;
}

/** A jaxpr with its constants; `toString()` prints it in JAX's grammar. */
export interface PrintableJaxpr extends ClosedJaxpr {
  readonly inAvals: readonly ShapeOfArray[];
  readonly outAvals: readonly ShapeOfArray[];
  toString(): string;
}

export interface MakeJaxprOptions<F extends AnyFunction, WithShape extends boolean> {
  readonly staticArgnums?: Argnums<Parameters<F>>;
  /** Named axes that collectives in the function may use. */
  readonly axisEnv?: readonly (readonly [name: string, size: number])[];
  /** Gives `[jaxpr, shapes of the result]`. */
  readonly returnShape?: WithShape;
}

export type JaxprMaker<F extends AnyFunction, WithShape extends boolean> = (
  ...args: SpecMembers<Parameters<F>>
) => [WithShape] extends [true] ? [PrintableJaxpr, ShapeOut<ReturnType<F>>] : PrintableJaxpr;

// ---------------------------------------------------------------------------------------------------------------------
// jit

export interface JitOptions<F extends AnyFunction> {
  /** Positions of arguments that are compiled in, by value or identity; any JavaScript value. */
  readonly staticArgnums?: Argnums<Parameters<F>>;
  /** The same by the names of the parameters. */
  readonly staticArgnames?: string | readonly string[];
  /** Positions of arguments whose memory the results may take; using such an array afterwards throws. */
  readonly donateArgnums?: Argnums<Parameters<F>>;
  /** Keeps arguments that the function does not use in the compiled program. */
  readonly keepUnused?: boolean;
  readonly device?: string;
  /** Puts the function's equations into a caller's jaxpr instead of a call. */
  readonly inline?: boolean;
}

/** What a stage of compilation printed. */
export type Stage = "jaxpr" | "passes" | "fusion" | "steps" | "kernel" | "legal" | "js" | "wgsl" | "memory" | "all";

/** What a compiled function costs. */
export interface Cost {
  /** Operations on numbers, roughly. */
  readonly flops: number;
  /** Bytes of arguments and results. */
  readonly bytes: number;
  /** Different kernels. */
  readonly kernels: number;
  /** Kernels run by one call. */
  readonly dispatches: number;
  /** The kernels that a call runs, in order: bytes of the arrays that each binds, as a GPU stores them, and operations on numbers. */
  readonly launches: readonly { readonly name: string; readonly bytes: number; readonly flops: number }[];
  /** Bytes of all arrays that kernels read: an array that several kernels read counts for each. */
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** Bytes of arguments, results and temporaries together. */
  readonly peakBytes: number;
}

/** A function traced for arguments of certain shapes. */
export interface Lowered<F extends AnyFunction> {
  readonly jaxpr: PrintableJaxpr;
  /**
   * The text of one stage of the compilation: for the function's device, or for a kind of device that need not be there.
   * The code of kernels is the stage `js` on js and `wgsl` on webgpu.
   */
  text(stage?: Stage, device?: "js" | "webgpu"): string;
  cost(): Cost;
  /** The function compiled for these shapes; other shapes throw. */
  compile(): Mapped<F>;
}

export interface JittedMembers<F extends AnyFunction> {
  readonly name: string;
  readonly length: number;
  /** Traces without running; a spec such as "f32[2,3]" may stand for an array. */
  lower(...args: SpecMembers<Parameters<F>>): Lowered<F>;
  /** Compiles for these shapes ahead of the first call. */
  compile(...specs: SpecMembers<Parameters<F>>): Promise<void>;
  clearCache(): void;
  /** Compiled versions held. */
  readonly cacheSize: number;
}

export type Jitted<F extends AnyFunction> = Mapped<F> & JittedMembers<F>;

export type { NDArray };
