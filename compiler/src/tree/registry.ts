/** @file Classes whose instances are nodes of a tree. */

import { raise } from "../base/errors.ts";
import { badRegistration } from "./errors.ts";

/** An instance taken apart. */
export interface InstanceParts {
  readonly children: readonly unknown[];
  /** What is not a child: part of the structure, compared as plain data. */
  readonly auxiliary: unknown;
  /** Names of the children in paths; positions when absent. */
  readonly names?: readonly string[];
}

/** How instances of one class are taken apart and put together. */
export interface ClassRules<Instance> {
  readonly flatten: (instance: Instance) => InstanceParts;
  readonly unflatten: (auxiliary: unknown, children: readonly unknown[]) => Instance;
}

export interface Registration extends ClassRules<object> {
  readonly name: string;
}

// A class belongs to the whole program, as its prototype does, and a registration must reach every transform that meets
// an instance; so this is for the process. The map is weak and registrations are final, so no run depends on another.
const registrations = new WeakMap<object, Registration>();

/**
 * Makes the instances of a class nodes of trees. Instances of its subclasses stay leaves.
 *
 * @throws LW1106 when the class is registered already or is a node by nature.
 * @example registerClass(Point, { flatten: (p) => ({ children: [p.x, p.y], auxiliary: null }), unflatten: (_, [x, y]) => new Point(x, y) })
 */
export function registerClass<Instance extends object>(
  constructor: abstract new (...parameters: never[]) => Instance, rules: ClassRules<Instance>,
): void {
  if (typeof constructor !== "function" || typeof rules?.flatten !== "function" || typeof rules.unflatten !== "function") {
    raise(badRegistration, {
      operation: "tree.registerClass", expected: "a class, and rules { flatten, unflatten }", got: typeof constructor !== "function" ? "no class" : "rules that lack a function",
      fix: "registerClass(C, { flatten: (c) => ({ children: [c.x], auxiliary: null }), unflatten: (_, [x]) => new C(x) })",
    });
  }
  const prototype = (constructor as { readonly prototype: object }).prototype;
  const isNodeAlready = prototype === Object.prototype || prototype === Array.prototype || prototype === Map.prototype;
  if (isNodeAlready || registrations.has(prototype)) {
    raise(badRegistration, {
      operation: "tree.registerClass",
      argument: "constructor",
      expected: "a class that is not a tree node yet",
      got: isNodeAlready ? `${constructor.name}, whose instances are nodes already` : `${constructor.name}, which is registered`,
      fix: isNodeAlready ? "leave it out" : "register each class once, next to its definition",
    });
  }
  registrations.set(prototype, {
    name: constructor.name,
    // Only instances with this very prototype are looked up, so the parameter is one of the class.
    flatten: (instance) => rules.flatten(instance as Instance),
    unflatten: (auxiliary, children) => rules.unflatten(auxiliary, children),
  });
}

/** The registration for objects with this prototype, or undefined. */
export function findRegistration(prototype: object): Registration | undefined {
  return registrations.get(prototype);
}
