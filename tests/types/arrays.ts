/** @file Arrays as values: numbers to the type checker, with members typed by dtype. */
import { NDArray as ArrayClass, tree, type ArrayLike, type NDArray } from "lanewise";
import { accepts, same } from "./assertions.ts";

declare const x: NDArray;
declare const counts: NDArray<"int32">;
declare const mask: NDArray<"bool">;

// Operators type-check, for the source transform.
accepts<number>(x ** 2 + counts * 3);
accepts<boolean>(x > 0);
accepts<number>(Math.sin(x));

// Members.
same<Awaited<ReturnType<typeof counts.data>>, Int32Array>();
same<Awaited<ReturnType<typeof mask.data>>, Uint8Array>();
const bit = await mask.item();
same<typeof bit, boolean>();
const element = await x.item();
same<typeof element, number>();
// An array of a known dtype is an array.
accepts<NDArray>(mask);
accepts<NDArray<"bool">>(x.greater(0));
accepts<NDArray<"float32">>(x.astype("float32"));
accepts<NDArray>(x[0] ?? x);
for (const row of x) accepts<NDArray>(row);
accepts<readonly number[]>(x.shape);
accepts<NDArray>(x.sum(0).mean({ axis: 0, keepdims: true }).reshape(2, 3).reshape([6]));

// An array of a known dtype is an array.
accepts<NDArray>(counts);
accepts<number>(counts);
accepts<ArrayLike>([1, x, [true, counts]]);
accepts<ArrayLike>(new Float32Array(3));
// @ts-expect-error a string is no array
accepts<ArrayLike>("3");
// @ts-expect-error a float array is no int array
accepts<NDArray<"int32">>(x.astype("float32"));
// @ts-expect-error not every array is known to be one of ints
accepts<NDArray<"int32">>(x);
// @ts-expect-error no such dtype
x.astype("float31");
// @ts-expect-error arrays are immutable
x.shape = [1];

// Trees of arrays.
const stepped = tree.map((p, g) => p.sub(g.mul(0.1)), { w: x, b: [x, null] as const }, { w: x, b: [x, null] });
same<typeof stepped, { w: NDArray; b: readonly [NDArray, null] }>();
const shapes = tree.map((leaf: NDArray) => leaf.shape.join(), [x, { y: x }] as const);
accepts<string>(shapes[1].y);

// The class tells arrays from everything else.
declare const anything: unknown;
if (anything instanceof ArrayClass) accepts<NDArray>(anything);
