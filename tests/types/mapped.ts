/** @file The two mapped types: what they make of leaves and trees, and that mapping twice is mapping once. */
import type { ArrayLeaf, NDArray, WayIn, WayOut } from "lanewise";
import { same } from "./assertions.ts";

interface Layer {
  readonly weights: NDArray;
  bias?: number;
  next: Layer | null;
}

class Model {
  constructor(readonly layers: readonly Layer[], readonly name: string) {}
  apply(x: NDArray): NDArray {
    return this.layers.reduce((y, layer) => y.dot(layer.weights), x);
  }
}

type Pair = readonly [x: NDArray, y: { readonly scale: number }];

// In: every leaf takes what a transform reads as an array.
same<WayIn<number>, ArrayLeaf>();
same<WayIn<boolean>, ArrayLeaf>();
same<WayIn<NDArray>, ArrayLeaf>();
same<WayIn<NDArray<"int32">>, ArrayLeaf>();
same<WayIn<Float32Array>, ArrayLeaf>();
same<WayIn<string>, string>();
same<WayIn<null>, null>();
same<WayIn<undefined>, undefined>();
same<WayIn<unknown>, unknown>();
same<WayIn<Pair>, readonly [x: ArrayLeaf, y: { readonly scale: ArrayLeaf }]>();
same<WayIn<NDArray[]>, ArrayLeaf[]>();
same<WayIn<Model>["layers"][number]["bias"], ArrayLeaf | undefined>();
same<WayIn<Map<string, NDArray>>, ReadonlyMap<string, ArrayLeaf>>();
same<WayIn<(x: number) => number>, (x: number) => number>();
same<WayIn<number | null>, ArrayLeaf | null>();

// Out: every leaf is an NDArray, with its dtype where the function says it.
same<WayOut<number>, NDArray>();
same<WayOut<NDArray<"int32">>, NDArray<"int32">>();
same<WayOut<Pair>, readonly [x: NDArray, y: { readonly scale: NDArray }]>();
same<WayOut<number[]>, NDArray[]>();
same<WayOut<void>, void>();
same<WayOut<Map<string, number>>, ReadonlyMap<string, NDArray>>();

// A mapped type maps to itself.
same<WayIn<WayIn<Pair>>, WayIn<Pair>>();
same<WayOut<WayOut<Pair>>, WayOut<Pair>>();
same<WayIn<WayIn<Model>>["layers"], WayIn<Model>["layers"]>();
same<WayOut<WayOut<Layer>>["weights"], WayOut<Layer>["weights"]>();
same<WayIn<ArrayLeaf>, ArrayLeaf>();
same<WayOut<ArrayLeaf>, NDArray>();
same<WayOut<WayIn<Pair>>, WayOut<Pair>>();
