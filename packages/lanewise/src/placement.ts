/** @file Trees of arrays between devices and JavaScript: devicePut, get, blockUntilReady. */

import type { Value } from "@lanewise/compiler/ir/types";
import { flatten, leaves, unflatten } from "@lanewise/compiler/tree/flatten";
import { mapWithPaths } from "@lanewise/compiler/tree/map";
import { keyString, type PathKey } from "@lanewise/compiler/tree/paths";
import { ConcreteArray, materialize, moveTo, toValue } from "./array/concrete.ts";
import { NDArray as ArrayClass, publish } from "./array/ndarray.ts";
import { executorOf, resolveDevice, withDefaultDevice, type DeviceLike } from "./devices.ts";
import { ensureInstalled } from "./install.ts";
import type { ElementOf, NDArray, Nested, WayOut } from "./types.ts";

/**
 * A tree with its leaves as arrays on a device; the default one where none is given. Numbers, booleans, bigints and typed
 * arrays become arrays; nested JS arrays are nodes of the tree; arrays on another device are copied. What lies on webgpu can
 * only be read by awaiting it: `devicePut(await x.data(), "js")`.
 *
 * @throws LW3014 for a device that does not exist, LW3001 for a leaf that is no array, LW3010 for an array that cannot be
 *   read at once
 * @example devicePut({ w: new Float32Array(3), b: 0 }, "js")
 */
export function devicePut<Tree>(tree: Tree, device?: DeviceLike): WayOut<Tree> {
  ensureInstalled();
  if (device === undefined) return mapWithPaths((path, leaf) => publish(leafValue(leaf, path)), tree) as WayOut<Tree>;
  const executor = executorOf(resolveDevice("devicePut", device));
  return withDefaultDevice(executor.device.name, () =>
    mapWithPaths((path, leaf) => publish(moveTo(leafValue(leaf, path), executor, "devicePut")), tree)) as WayOut<Tree>;
}

function leafValue(leaf: unknown, path: readonly PathKey[]): Value {
  return materialize(toValue(leaf, "devicePut", `x${keyString(path)}`));
}

/** What `get` gives for a tree: nested arrays of numbers and booleans in place of arrays. */
export type Read<Tree> = Tree extends NDArray<infer D> ? Nested<ElementOf<D>> : Tree extends object ? { [Key in keyof Tree]: Read<Tree[Key]> } : Tree;

/**
 * Reads all arrays of a tree together: nested arrays of their elements, bare numbers for 0-d ones. Other leaves stay.
 *
 * @example const { loss, gradients } = await get(results)
 */
export async function get<Tree>(tree: Tree): Promise<Read<Tree>> {
  const { leaves: found, treedef } = flatten(tree);
  const read = await Promise.all(found.map((leaf) => (leaf instanceof ArrayClass ? leaf.toArray() : leaf)));
  return unflatten(treedef, read) as Read<Tree>;
}

/** Resolves to the same tree when every array in it has been computed. */
export async function blockUntilReady<Tree>(tree: Tree): Promise<Tree> {
  await Promise.all(leaves(tree).map((leaf) => (leaf instanceof ConcreteArray ? leaf.blockUntilReady() : leaf)));
  return tree;
}
