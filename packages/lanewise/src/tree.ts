/** @file Trees as users see them: flattening, mapping, and classes whose instances are nodes. */
export { flatten, leaves, structure, unflatten, type Flattened, type IsLeaf } from "@lanewise/compiler/tree/flatten";
export { all, map, mapWithPaths, reduce, transpose } from "@lanewise/compiler/tree/map";
export { flattenWithPaths, keyString, type LeafWithPath, type Path, type PathKey } from "@lanewise/compiler/tree/paths";
export { registerClass, type ClassRules, type InstanceParts } from "@lanewise/compiler/tree/registry";
export type { TreeDef } from "@lanewise/compiler/tree/treedef";
