/** @file What messages and options need to know of a user's function: its name and its parameters' names. */

import { raise } from "@lanewise/compiler/base/errors";
import type { AnyFunction } from "../types.ts";
import { describeValue } from "./describe.ts";
import * as transformErrors from "./errors.ts";
import { parametersOf, type Parameter } from "./parameter-names.ts";

export interface FunctionInfo {
  /** As jaxprs print it: JAX's `<lambda>` for a function without a name. */
  readonly name: string;
  /** Null where the source does not say. */
  readonly parameters: readonly Parameter[] | null;
}

// What a function's source says never changes. A transformed function stands here with what is known of the original.
const known = new WeakMap<AnyFunction, FunctionInfo>();

/** The facts about a function, which is checked to be one. */
export function infoOf(operation: string, f: unknown): FunctionInfo {
  if (typeof f !== "function") {
    raise(transformErrors.notAFunction, {
      operation, argument: "f", expected: "a function", got: describeValue(f), fix: `pass the function itself: ${operation}(f)(x), not ${operation}(f(x))`,
    });
  }
  const found = known.get(f as AnyFunction);
  if (found !== undefined) return found;
  if (/^class\b/.test(Function.prototype.toString.call(f))) {
    raise(transformErrors.notAFunction, {
      operation, argument: "f", expected: "a function that can be called", got: `the class ${f.name}`, fix: "pass a function that makes the instance: (x) => new C(x).run()",
    });
  }
  const info = { name: f.name === "" ? "<lambda>" : f.name, parameters: parametersOf(f as AnyFunction) };
  known.set(f as AnyFunction, info);
  return info;
}

/** Gives a transformed function the name, length and parameters of the original. */
export function dressAs<Wrapper extends AnyFunction>(wrapper: Wrapper, original: AnyFunction, info: FunctionInfo): Wrapper {
  Object.defineProperty(wrapper, "name", { value: original.name, configurable: true });
  Object.defineProperty(wrapper, "length", { value: original.length, configurable: true });
  known.set(wrapper, info);
  return wrapper;
}

/** The name of the argument at this position, for messages: `x`, `rest[1]`, or `argument 2`. */
export function argumentName(info: FunctionInfo, position: number): string {
  const parameters = info.parameters ?? [];
  const last = parameters.at(-1);
  if (last?.rest === true && position >= parameters.length - 1) {
    return last.name === null ? `argument ${position}` : `${last.name}[${position - parameters.length + 1}]`;
  }
  return parameters[position]?.name ?? `argument ${position}`;
}

/** The most arguments that the function takes, or null where nobody knows. */
export function parameterCount(info: FunctionInfo): number | null {
  if (info.parameters === null || info.parameters.some((parameter) => parameter.rest)) return null;
  return info.parameters.length;
}
