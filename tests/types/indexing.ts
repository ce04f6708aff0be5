/** @file Types of indices and updates. */
import { numpy as np, slice, type NDArray } from "lanewise";
import { accepts } from "./assertions.ts";

declare const x: NDArray<"float32">;
declare const counts: NDArray<"int32">;

accepts<NDArray<"float32">>(x.get(0, slice(1, null, -1), null, "...", counts));
accepts<NDArray<"float32">>(x.get([0, 1], [[true, false]], Int32Array.of(1), 3n));
accepts<NDArray<"float32">>(x.at(counts).set(1, { mode: "drop", uniqueIndices: true }));
accepts<NDArray<"float32">>(x.at(0).get({ mode: "fill", fillValue: 3 }));
accepts<NDArray<"float32">>(x.at(0).apply((value) => np.sin(value)));
accepts<NDArray<"int32">>(counts.at(counts.greater(2)).add([1, 2]));
accepts<NDArray>(counts.at(0).divide(2));
// @ts-expect-error integers divided are no integers
accepts<NDArray<"int32">>(counts.at(0).divide(2));
accepts<NDArray<"float32">>(x.take([0, 1], 1).repeat([1, 2], 0));
accepts<NDArray[]>(np.arraySplit(x, 3, { axis: 1 }));
accepts<NDArray>(np.take(x, counts, 1, { mode: "wrap" }));

// @ts-expect-error a string is no index
x.get("0");
// @ts-expect-error there is no such mode
x.at(0).set(1, { mode: "wrap" });
// @ts-expect-error an update takes a value
x.at(0).add();
