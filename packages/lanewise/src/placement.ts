/** @file Trees of arrays between devices and JavaScript: devicePut, get, blockUntilReady. */

import { flatten, leaves, unflatten } from "@lanewise/compiler/tree/flatten";
import { mapWithPaths } from "@lanewise/compiler/tree/map";
import { keyString } from "@lanewise/compiler/tree/paths";
import { ConcreteArray, materialize, toValue } from "./array/concrete.ts";
import { NDArray as ArrayClass, publish } from "./array/ndarray.ts";
import { resolveDevice, type DeviceLike } from "./devices.ts";
import { ensureInstalled } from "./install.ts";
import type { ElementOf, NDArray, Nested, WayOut } from "./types.ts";

/**
 * A tree with its leaves as arrays on a device; the default one where none is given. Numbers, booleans, bigints and typed
 * arrays become arrays; nested JS arrays are nodes of the tree.
 *
 * @throws LW3014 for a device that does not exist, LW3001 for a leaf that is no array.
 * @example devicePut({ w: new Float32Array(3), b: 0 }, "js")
 */
export function devicePut<Tree>(tree: Tree, device?: DeviceLike): WayOut<Tree> {
  ensureInstalled();
  if (device !== undefined) resolveDevice("devicePut", device);
  return mapWithPaths((path, leaf) => publish(materialize(toValue(leaf, "devicePut", `x${keyString(path)}`))), tree) as WayOut<Tree>;
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
