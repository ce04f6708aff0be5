/** @file Static arguments: taken out of a call, so that what remains is traced. */

import { raise } from "@lanewise/compiler/base/errors";
import { hasBrand } from "@lanewise/compiler/trace/tracer";
import { callable, type AnyFunction } from "../types.ts";
import type { Subject } from "./call.ts";
import * as transformErrors from "./errors.ts";
import { argumentName } from "./function-info.ts";
import { describeLeaf } from "./leaves.ts";
import { resolvePositions } from "./options.ts";

/** A call with its static arguments apart. */
export interface StaticSplit {
  /** The function of the other arguments alone. */
  readonly subject: Subject;
  readonly dynamic: readonly unknown[];
  /** The place of each of them among all arguments. */
  readonly positions: readonly number[];
  readonly statics: readonly unknown[];
  readonly staticPositions: readonly number[];
  readonly staticNames: readonly string[];
}

/** Takes the arguments at these positions out of a call; positions beyond its arguments are passed over. */
export function splitStatics(subject: Subject, args: readonly unknown[], positions: readonly number[]): StaticSplit {
  const all = args.map((_, position) => position);
  if (positions.length === 0) return { subject, dynamic: args, positions: all, statics: [], staticPositions: [], staticNames: [] };
  const chosen = new Set(staticPlaces(subject, positions, args.length));
  const staticPositions = all.filter((position) => chosen.has(position));
  const dynamicPositions = all.filter((position) => !chosen.has(position));
  for (const position of staticPositions) rejectStaticArray(subject, args[position], position);
  const run = callable(subject.f);
  const f: AnyFunction = (...dynamic: readonly unknown[]) => {
    let next = 0;
    return run(...args.map((arg, position) => (chosen.has(position) ? arg : dynamic[next++])));
  };
  const parameters = dynamicPositions.map((position) => ({ name: argumentName(subject.info, position), rest: false }));
  return {
    subject: { ...subject, f, info: { name: subject.info.name, parameters } },
    dynamic: dynamicPositions.map((position) => args[position]), positions: dynamicPositions,
    statics: staticPositions.map((position) => args[position]), staticPositions,
    staticNames: staticPositions.map((position) => argumentName(subject.info, position)),
  };
}

/** Negative positions count from the end of this call's arguments. */
function staticPlaces(subject: Subject, positions: readonly number[], count: number): readonly number[] {
  const within = positions.filter((position) => position < count);
  return resolvePositions(subject.operation, "staticArgnums", within, count, subject.info, "argument");
}

function rejectStaticArray(subject: Subject, arg: unknown, position: number): void {
  if (typeof arg !== "object" || arg === null || !(hasBrand(arg) || ArrayBuffer.isView(arg))) return;
  const name = argumentName(subject.info, position);
  raise(transformErrors.staticArray, {
    operation: `${subject.operation} of ${subject.info.name}`,
    argument: name,
    expected: "a JavaScript value to compile in: a number, a string, a function, an object",
    got: `${describeLeaf(arg)} for ${name}`,
    fix: `leave ${name} out of staticArgnums, or pass a plain number`,
  });
}
