/**
 * @file Errors as data: a kind with a stable code, and the facts of one case.
 *
 * Each folder lists its kinds in its own `errors.ts`; `docs/errors.md` is generated from them. Codes by folder: base 10xx,
 * tree 11xx, ir 12xx, trace 13xx, primitives 14xx, transforms 15xx, control 16xx, pipeline 17xx, legalize 18xx,
 * runtime 20xx, lanewise 30xx, cli 40xx.
 */

import { currentUserFrame, formatLocation, type SourceLocation } from "./source-location.ts";

/** One kind of mistake: what it is and, for the documentation, why it is one and how to mend it. */
export interface ErrorKind {
  readonly code: `LW${number}`;
  readonly title: string;
  readonly explanation: string;
}

export interface ErrorFacts {
  /** The operation as the user wrote it: `np.dot`, `vmap`. */
  readonly operation: string;
  /** Name of the argument the facts are about, and its path in a tree argument (`params[0].w`). */
  readonly argument?: string;
  readonly path?: string;
  readonly expected: string;
  readonly got: string;
  readonly fix: string;
  /** Where in the user's code, when it is not the call in progress. */
  readonly location?: SourceLocation | null;
}

/** A mistake in a program that uses lanewise. `details` holds the facts that the message states. */
export class LanewiseError extends Error {
  readonly code: string;
  readonly details: ErrorFacts;

  constructor(kind: ErrorKind, facts: ErrorFacts) {
    const location = facts.location === undefined ? currentUserFrame() : facts.location;
    const lines = [
      `[${kind.code}] ${facts.operation}: ${kind.title}${subject(facts)}`,
      `  expected: ${facts.expected}`,
      `  got:      ${facts.got}`,
      `  fix:      ${facts.fix}`,
    ];
    if (location !== null) lines.push(`  at:       ${formatLocation(location)}`);
    super(lines.join("\n"));
    this.name = "LanewiseError";
    this.code = kind.code;
    this.details = { ...facts, location };
  }
}

/** A device has gone away with the arrays that lay there. A program may catch it and begin again on a new device. */
export class DeviceLostError extends LanewiseError {
  constructor(kind: ErrorKind, facts: ErrorFacts) {
    super(kind, facts);
    this.name = "DeviceLostError";
  }
}

function subject(facts: ErrorFacts): string {
  const place = facts.path ?? facts.argument;
  return place === undefined ? "" : ` (argument ${place})`;
}

/** Throws a `LanewiseError` of this kind. */
export function raise(kind: ErrorKind, facts: ErrorFacts): never {
  throw new LanewiseError(kind, facts);
}

export const noCommonDType: ErrorKind = {
  code: "LW1001",
  title: "no dtype holds both operands",
  explanation: "Promotion follows JAX's lattice over the dtypes that lanewise has. It has no complex128, and keys promote with keys only. "
    + "Convert an operand with astype.",
};
