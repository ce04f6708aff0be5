/** @file Programs that make the mistakes of contract.json, by the row's api and case. */
import {
  customJvp, customVjp, grad, hessian, jacfwd, jacrev, jit, jvp, lax, linearize, makeJaxpr, numpy as np, tree, valueAndGrad, vjp, vmap, type NDArray,
} from "lanewise";

/** Calls that the types refuse, as plain JavaScript may make them. */
type Untyped = (...args: readonly unknown[]) => (...args: readonly unknown[]) => unknown;
const untyped = (f: unknown): Untyped => f as Untyped;

function add(x: NDArray, y: NDArray): NDArray {
  return x.add(y);
}

const f32 = (...shape: number[]): NDArray => np.ones(shape);
const vector = (): NDArray => f32(3);

/** Traces `use` of an argument x: what it throws is thrown here. */
function traced(use: (x: NDArray) => unknown): () => unknown {
  function loss(x: NDArray): NDArray {
    use(x);
    return x;
  }
  return () => jit(loss)(vector());
}

/** A tracer whose trace has ended. */
function leaked(): NDArray {
  const kept: NDArray[] = [];
  jit(function hoard(x: NDArray) {
    kept.push(np.sin(x));
    return x;
  })(vector());
  return kept[0] as NDArray;
}

const pullback = (): ((...args: readonly unknown[]) => unknown) => vjp(add, [vector(), vector()])[1] as (...args: readonly unknown[]) => unknown;
const pushforward = (): ((...args: readonly unknown[]) => unknown) => linearize(add, [vector(), vector()])[1] as (...args: readonly unknown[]) => unknown;
const table: readonly string[] = ["a", "b"];

export const cases: Readonly<Record<string, () => unknown>> = {
  "tree.map: trees of different structures": () => tree.map((p: number, g: number) => p + g, { w: [1, 2] }, { w: [1] }),

  "vmap: not a function": () => untyped(vmap)(vector()),
  "vmap: a bad inAxes leaf": () => untyped(vmap)(add, [0, "0"]),
  "vmap: a bad outAxes leaf": () => untyped(vmap)(add, 0, 0.5),
  "vmap: wrong number of entries": () => untyped(vmap)(add, [0, 0, 0])(vector(), vector()),
  "vmap: not a prefix": () => untyped(vmap)((p: { w: NDArray }) => p.w, [{ v: 0 }])({ w: vector() }),
  "vmap: nothing mapped and no axisSize": () => untyped(vmap)(add, [null, null])(vector(), vector()),
  "vmap: axis beyond the argument's rank": () => untyped(vmap)(add, [0, 2])(vector(), f32(3, 4)),
  "vmap: inconsistent mapped sizes": () => untyped(vmap)(add)(vector(), f32(4, 2)),
  "vmap: unbound axis name": () => vmap((x: NDArray) => lax.psum(x, "j") as NDArray, { axisName: "i" })(vector()),
  "vmap: a mapped output under null": () => untyped(vmap)((x: NDArray) => ({ loss: x }), 0, null)(vector()),

  "jit: static index out of range": () => untyped(jit)(add, { staticArgnums: 2 }),
  "jit: static and donated overlap": () => untyped(jit)(add, { staticArgnums: 1, donateArgnums: -1 }),
  "jit: an argument that is not an array and not static": () => untyped(jit)((p: { act: unknown }) => p)({ act: "relu" }),
  "jit: use of a donated array": () => {
    const x = vector();
    jit(function step(y: NDArray) { return y.add(1); }, { donateArgnums: 0 })(x);
    return x.add(1);
  },

  "tracer: asked for a concrete boolean": traced((x) => (x > 0 ? 1 : 2)),
  "tracer: asked for a concrete number": traced((x) => Math.sin(x)),
  "tracer: asked for a concrete index": traced((x) => np.sum(np.ones([2, 2]), x as number)),
  "tracer: asked for a concrete array": traced((x) => x.toArray()),
  "tracer: asked for a number computed from an argument": traced((x) => Number(np.sin(x))),
  "tracer: Symbol.toPrimitive, hint number": traced((x) => -(x as number)),
  "tracer: Symbol.toPrimitive, hint string": traced((x) => table[x as number]),
  "tracer: Symbol.toPrimitive, hint default": traced((x) => x + 1),
  "array: Symbol.toPrimitive, hint number": () => -(vector() as number),
  "array: Symbol.toPrimitive, hint string": () => table[vector() as number],
  "array: Symbol.toPrimitive, hint default": () => vector() + 1,
  "tracer: toJSON": traced((x) => JSON.stringify({ x })),
  "array: toJSON": () => JSON.stringify({ x: vector() }),
  "tracer: used after its trace has ended": () => leaked().add(1),
  "tracer: read after its trace has ended": () => leaked().itemSync(),

  "grad: non-scalar output": () => untyped(grad)((x: NDArray) => x.mul(2))(vector()),
  "grad: integer input without allowInt": () => untyped(grad)((p: { n: NDArray }) => p.n.sum())({ n: new Int32Array(3) }),
  "grad: boolean input without allowInt": () => untyped(grad)((x: NDArray) => x)(true),
  "grad: integer output": () => grad((x: NDArray) => x.astype("int32"))(1),
  "grad: argnums beyond the arguments given": () => untyped(grad)((x: NDArray, y?: NDArray) => y ?? x, 1)(1),
  "jvp: tangents of another structure": () => untyped(jvp)((p: { a: NDArray }) => p.a, [{ a: 1 }], [{ b: 1 }]),
  "jvp: tangents of another shape": () => untyped(jvp)(add, [vector(), vector()], [vector(), f32(4)]),
  "jvp: tangents of another dtype": () => untyped(jvp)(add, [vector(), vector()], [vector(), new Int32Array(3)]),
  "vjp: a cotangent of another structure": () => pullback()([vector()]),
  "vjp: a cotangent of another shape": () => pullback()(f32(2)),
  "vjp: a cotangent of another dtype": () => pullback()(new Int32Array(3)),
  "linearize: tangents of another structure": () => pushforward()(vector()),
  "linearize: tangents of another shape": () => pushforward()(vector(), f32(2)),
  "linearize: tangents of another dtype": () => pushforward()(vector(), new Int32Array(3)),

  "vmap: an unknown option": () => untyped(vmap)(add, { inaxes: 0 }),
  "jit: an unknown option": () => untyped(jit)(add, { staticArgs: 1 }),
  "grad: an unknown option": () => untyped(grad)(add, { hasAUX: true }),
  "valueAndGrad: an unknown option": () => untyped(valueAndGrad)(add, { arguments: 0 }),
  "jvp: an unknown option": () => untyped(jvp)(add, [1, 2], [1, 2], { aux: true }),
  "vjp: an unknown option": () => untyped(vjp)(add, [1, 2], { aux: true }),
  "linearize: an unknown option": () => untyped(linearize)(add, [1, 2], { aux: true }),
  "jacfwd: an unknown option": () => untyped(jacfwd)(add, { chunk: 2 }),
  "jacrev: an unknown option": () => untyped(jacrev)(add, { chunk: 2 }),
  "hessian: an unknown option": () => untyped(hessian)(add, { chunk: 2 }),
  "makeJaxpr: an unknown option": () => untyped(makeJaxpr)(add, { axes: [] }),
  "customJvp: an unknown option": () => untyped(customJvp)(add, { jpv: add }),
  "customVjp: an unknown option": () => untyped(customVjp)(add, { forward: add }),
};
