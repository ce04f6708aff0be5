/** @file Functions of np under a transform: what they take as arrays is a leaf there, and no tree without end. */
import { evalShape, grad, jit, jvp, makeJaxpr, numpy as np, vjp, vmap } from "lanewise";
import type { ArrayLeaf, ArrayLike, IsArrayLike, NDArray, WayIn, WayOut } from "lanewise";
import { accepts, same } from "./assertions.ts";

declare const array: NDArray;

same<WayIn<ArrayLike>, ArrayLeaf>();
same<WayIn<ArrayLike | null>, ArrayLeaf | null>();
same<WayIn<{ readonly w: ArrayLike }>, { readonly w: ArrayLeaf }>();
same<WayOut<ArrayLike>, NDArray>();
same<WayIn<WayIn<ArrayLike>>, ArrayLeaf>();
same<IsArrayLike<NDArray>, false>();
same<IsArrayLike<unknown>, false>();

accepts<NDArray>(jit(np.log)(1));
accepts<NDArray>(vmap(np.sin)(array));
accepts<NDArray>(vmap(np.add, [0, null])(array, 2));
accepts<NDArray>(grad(np.tanh)(0.5));
accepts<NDArray>(jit(vmap(grad(np.exp)))(array));
accepts<NDArray>(jvp(np.square, [3], [1])[1]);
accepts<NDArray>(vjp(np.square, [3])[0]);
accepts<readonly number[]>(evalShape(np.square, "f32[2]").shape);
accepts<string>(makeJaxpr(np.square)("f32[2]").toString());
accepts<NDArray>(jit((p: { w: ArrayLike }, x: ArrayLike) => np.dot(x, p.w))({ w: array }, array));
// @ts-expect-error a nested array is a tree to a transform
vmap(np.sin)([1, 2, 3]);
