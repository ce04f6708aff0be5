/** @file What the command does to the world outside, so that tests can stand in for it. */

export interface Io {
  /** Prints a line or several to standard output. */
  print(text: string): void;
  /** Prints to standard error. */
  complain(text: string): void;
  /** Evaluates a module. */
  load(url: string): Promise<unknown>;
}

/** Exit codes: a mistake of the user, a wrong use of the command, a fault of lanewise. */
export const exit = { ok: 0, mistake: 1, usage: 2, fault: 70 } as const;

export type ExitCode = (typeof exit)[keyof typeof exit];

/** The command was used wrongly. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The user's file, function or machine does not do; the message says what and how to mend it. */
export class MistakeError extends Error {
  override readonly name = "MistakeError";
}
