/** @file Transforms of functions written on arrays, on plain numbers and on trees, alone and composed. */
import {
  evalShape, grad, hessian, jacfwd, jacrev, jit, jvp, linearTranspose, linearize, makeJaxpr, valueAndGrad, vjp, vmap, type ArrayLeaf, type NDArray,
} from "lanewise";
import { accepts, same } from "./assertions.ts";

interface Weights {
  readonly w: NDArray;
  readonly b: number;
}

declare const array: NDArray;
declare const parameters: Weights;
const onNumbers = (x: number, y: number): number => x ** 2 + y;
const onArrays = (x: NDArray, y: NDArray) => x.mul(y).sum();
const onTrees = (p: Weights, x: NDArray) => x.dot(p.w).add(p.b);
const withOptional = (x: NDArray, y?: NDArray) => (y === undefined ? x : x.add(y));
const withRest = (x: NDArray, ...more: NDArray[]) => more.reduce((sum, y) => sum.add(y), x);
const comparing = (x: number) => x > 0;
const withMode = (x: NDArray, mode: "relu" | "tanh", f: (y: number) => number) => (mode === "relu" ? x : f(x));

// Composition, on every kind of function.
const composedNumbers = jit(vmap(grad(onNumbers)));
same<Parameters<typeof composedNumbers>, [x: ArrayLeaf, y: ArrayLeaf]>();
same<ReturnType<typeof composedNumbers>, NDArray>();
const composedArrays = jit(vmap(grad(onArrays), [0, null]));
same<ReturnType<typeof composedArrays>, NDArray>();
const composedTrees = jit(vmap(grad(onTrees), [null, 0]));
same<ReturnType<typeof composedTrees>, { readonly w: NDArray; readonly b: NDArray }>();
const deep = grad(jit(vmap(jit(vmap(grad(jit(onTrees)))))));
same<ReturnType<typeof deep>, { readonly w: NDArray; readonly b: NDArray }>();
composedTrees({ w: array, b: 2 }, new Float32Array(3)).w.sum();

// Parameters without annotations are arrays.
const untyped = jit(vmap(grad((x) => x.mul(x))));
same<ReturnType<typeof untyped>, NDArray>();
untyped(3);
vmap((x, y) => x.mul(y).add(1), [0, null])(array, 2);
grad((x) => x ** 2)(3);
makeJaxpr((x, y) => x.dot(y))("f32[3]", "f32[3]").toString();
jvp((x) => x.mul(x), [3], [1]);

// Other parameter lists.
const optional = vmap(withOptional);
same<Parameters<typeof optional>, [x: ArrayLeaf, y?: ArrayLeaf | undefined]>();
const rest = jit(withRest);
same<Parameters<typeof rest>, [x: ArrayLeaf, ...more: ArrayLeaf[]]>();
same<ReturnType<typeof rest>, NDArray>();
accepts<NDArray>(vmap(comparing)(array));
jit(withMode, { staticArgnums: [1, 2] })(array, "relu", (y) => y);

// A JavaScript array is a tree, never an array.
// @ts-expect-error nested numbers are no array leaf
vmap(onArrays)([1, 2, 3], array);
// @ts-expect-error nested numbers are no array leaf
vmap(onNumbers)([1, 2], [3, 4]);
// @ts-expect-error nested numbers are no array leaf
jit(onArrays)([[1, 2]], array);
// @ts-expect-error nested numbers are no array leaf
grad((x) => x.sum())([1, 2]);
// @ts-expect-error a string is no array
jit(onArrays)("f32[3]", array);
// @ts-expect-error too few arguments
vmap(onArrays)(array);
// @ts-expect-error an object of another shape
jit(onTrees)({ w: array }, array);

// argnums within the parameters.
grad(onArrays, 1);
grad(onArrays, -2);
grad(withRest, 7);
const both = grad(onTrees, [0, 1]);
same<ReturnType<typeof both>, [{ readonly w: NDArray; readonly b: NDArray }, NDArray]>();
const fromEnd = grad(onTrees, { argnums: -2 });
same<ReturnType<typeof fromEnd>, { readonly w: NDArray; readonly b: NDArray }>();
// @ts-expect-error there is no third parameter
grad(onArrays, 2);
// @ts-expect-error there is no third parameter from the end
grad(onArrays, -3);
// @ts-expect-error one of the list is beyond the parameters
grad(onTrees, [0, 2]);
// @ts-expect-error there is no third parameter
valueAndGrad(onArrays, { argnums: 2 });
// @ts-expect-error a position is a number
grad(onArrays, "x");
// @ts-expect-error no such option
grad(onArrays, { argnum: 0 });

// aux.
const withAux = (x: NDArray, y: Weights): [NDArray, { readonly steps: number }] => [x, { steps: y.b }];
const auxGradient = grad(withAux, { hasAux: true, argnums: 1 });
same<ReturnType<typeof auxGradient>, [{ readonly w: NDArray; readonly b: NDArray }, { readonly steps: NDArray }]>();
const auxValue = valueAndGrad(withAux, { hasAux: true });
same<ReturnType<typeof auxValue>, [[NDArray, { readonly steps: NDArray }], NDArray]>();
const value = valueAndGrad(onTrees);
same<ReturnType<typeof value>, [NDArray, { readonly w: NDArray; readonly b: NDArray }]>();

const jacobian = jacrev((p: Weights, x: NDArray) => ({ y: x.dot(p.w) }));
same<ReturnType<typeof jacobian>, { y: { readonly w: NDArray; readonly b: NDArray } }>();
const blocks = jit(hessian(onArrays, [0, 1]));
same<ReturnType<typeof blocks>, [[NDArray, NDArray], [NDArray, NDArray]]>();
const jacobianAux = jacfwd(withAux, { hasAux: true });
same<ReturnType<typeof jacobianAux>, [NDArray, { readonly steps: NDArray }]>();
// @ts-expect-error there is no third parameter
jacfwd(onArrays, 2);

// inAxes and outAxes against parameters and result.
vmap(onTrees, [{ w: 0, b: null }, 0]);
vmap(onTrees, [null, -1], 1);
vmap(onTrees, { inAxes: [null, 0], outAxes: 0, axisName: "batch", axisSize: 3 });
vmap(onTrees, { inAxes: { p: null, x: 0 } });
vmap((x: NDArray) => ({ y: x, z: [x, x] as const }), 0, { y: 0, z: [1, null] });
// @ts-expect-error one entry for two parameters
vmap(onArrays, [0]);
// @ts-expect-error three entries for two parameters
vmap(onArrays, [0, 0, 0]);
// @ts-expect-error an axis is an integer or null
vmap(onArrays, [0, "1"]);
// @ts-expect-error an axis is an integer or null
vmap(onArrays, true);
// @ts-expect-error the axis tree lacks a member
vmap(onTrees, [{ w: 0 }, 0]);
// @ts-expect-error axes by name are in the options
vmap(onTrees, { p: null, x: 0 });
// @ts-expect-error the result has no member q
vmap((x: NDArray) => ({ y: x }), 0, { q: 0 });
// @ts-expect-error no such option
vmap(onArrays, { inAxis: 0 });

// jit.
const jitted = jit(onTrees, { staticArgnums: [], donateArgnums: -1 });
accepts<number>(jitted.cacheSize);
accepts<string>(jitted.lower({ w: "f32[3]", b: 1 }, { shape: [3], dtype: "float32" }).text("js"));
accepts<Promise<void>>(jitted.compile({ w: "f32[3]", b: "f32[]" }, array));
accepts<NDArray>(jitted.lower(parameters, array).compile()(parameters, array));
// @ts-expect-error there is no third parameter
jit(onTrees, { staticArgnums: 2 });
// @ts-expect-error there is no third parameter
jit(onTrees, { donateArgnums: [0, 2] });

// Along tangents and cotangents.
const forward = jvp(onTrees, [parameters, array], [{ w: array, b: 1 }, array]);
same<typeof forward, [NDArray, NDArray]>();
const [out, pull] = vjp(onTrees, [parameters, array]);
const [cotangentOfParameters, cotangentOfX] = pull(out);
same<typeof cotangentOfParameters, { readonly w: NDArray; readonly b: NDArray }>();
same<typeof cotangentOfX, NDArray>();
const [, pullAux, aux] = vjp(withAux, [array, parameters], { hasAux: true });
same<typeof aux, { readonly steps: NDArray }>();
pullAux(1);
const [, push] = linearize(onArrays, [array, array]);
same<ReturnType<typeof push>, NDArray>();
push(array, array);
// @ts-expect-error primals are a list
jvp(onArrays, array, array);
// @ts-expect-error one tangent is missing
jvp(onArrays, [array, array], [array]);

// Shapes.
const transposed = linearTranspose(onTrees, { w: "f32[3]", b: 1 }, { shape: [3], dtype: "float32" });
same<ReturnType<typeof transposed>, [p: { readonly w: NDArray; readonly b: NDArray }, x: NDArray]>();
transposed(1)[0].w.sum();
const shape = evalShape(onTrees, { w: "f32[3]", b: 1 }, { shape: [3], dtype: "float32" });
accepts<readonly number[]>(shape.shape);
const treeShape = evalShape((x: NDArray) => ({ y: [x, x] }), array);
accepts<string>(treeShape.y[0]?.dtype ?? "none");
const [, traced] = makeJaxpr(onArrays, { returnShape: true })(array, array);
accepts<readonly number[]>(traced.shape);
