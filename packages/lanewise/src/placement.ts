/** @file Trees of arrays between devices and JavaScript: devicePut, devicePutAsync, get, blockUntilReady. */

import type { Value } from "@lanewise/compiler/ir/types";
import { flatten, leaves, unflatten } from "@lanewise/compiler/tree/flatten";
import { mapWithPaths } from "@lanewise/compiler/tree/map";
import { keyString, type PathKey } from "@lanewise/compiler/tree/paths";
import { ConcreteArray, materialize, moveLater, moveTo, toValue } from "./array/concrete.ts";
import { NDArray as ArrayClass, publish } from "./array/ndarray.ts";
import { executorOf, resolveDevice, withDefaultDevice, type DeviceLike } from "./devices.ts";
import { ensureInstalled } from "./install.ts";
import type { ElementOf, NDArray, Nested, WayOut } from "./types.ts";

/**
 * A tree with its leaves as arrays on a device; the default one where none is given. Numbers, booleans, bigints and typed
 * arrays become arrays; nested JS arrays are nodes of the tree; arrays on another device are copied. What lies on webgpu can
 * only be read by awaiting it: `await devicePutAsync(x, "js")`.
 *
 * @throws LW3014 for a device that does not exist, LW3001 for a leaf that is no array, LW3010 for an array that cannot be
 *   read at once
 * @example devicePut({ w: new Float32Array(3), b: 0 }, "js")
 */
export function devicePut<Tree>(tree: Tree, device?: DeviceLike): WayOut<Tree> {
  ensureInstalled();
  if (device === undefined) return mapWithPaths((path, leaf) => publish(leafValue(leaf, path, "devicePut")), tree) as WayOut<Tree>;
  const executor = executorOf(resolveDevice("devicePut", device));
  return withDefaultDevice(executor.device.name, () =>
    mapWithPaths((path, leaf) => publish(moveTo(leafValue(leaf, path, "devicePut"), executor, "devicePut")), tree)) as WayOut<Tree>;
}

/**
 * The same for arrays on any device, with one wait for all of them: what lies on webgpu is read and put on the other device.
 * The tree and its arrays stay as they are.
 *
 * @throws LW3014 for a device that does not exist, LW3001 for a leaf that is no array, both at once; it rejects where an array
 *   was lost or its computation failed
 * @example const onHost = await devicePutAsync(parameters, "js")
 */
export function devicePutAsync<Tree>(tree: Tree, device?: DeviceLike): Promise<WayOut<Tree>> {
  ensureInstalled();
  const executor = device === undefined ? null : executorOf(resolveDevice("devicePutAsync", device));
  const { treedef } = flatten(tree);
  const values: Value[] = [];
  const collect = (): unknown => mapWithPaths((path, leaf) => values.push(leafValue(leaf, path, "devicePutAsync")), tree);
  if (executor === null) collect();
  else withDefaultDevice(executor.device.name, collect);
  const moves = values.map(async (value) => (executor === null ? value : moveLater(value, executor)));
  return Promise.all(moves).then((moved) => unflatten(treedef, moved.map((value) => publish(value))) as WayOut<Tree>);
}

function leafValue(leaf: unknown, path: readonly PathKey[], operation: string): Value {
  return materialize(toValue(leaf, operation, `x${keyString(path)}`));
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
