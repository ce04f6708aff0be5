/** @file `config`: reading, setting and scoping the options. */

import { isPlainObject } from "@lanewise/compiler/base/equal";
import { raise } from "@lanewise/compiler/base/errors";
import { describeArgument } from "./arguments.ts";
import { configNames, type Config } from "./config-options.ts";
import { badConfig } from "./errors.ts";
import { session } from "./session.ts";

function checked(operation: string, options: unknown): Partial<Config> {
  if (!isPlainObject(options)) {
    raise(badConfig, { operation, argument: "options", expected: "an object of options", got: describeArgument(options), fix: `${operation}({ debugNans: true })` });
  }
  for (const [name, value] of Object.entries(options)) {
    if (!configNames.includes(name as keyof Config)) {
      raise(badConfig, { operation, argument: name, expected: `one of ${configNames.join(", ")}`, got: name, fix: "correct the name" });
    }
    if (typeof value !== "boolean") {
      raise(badConfig, { operation, argument: name, expected: "true or false", got: describeArgument(value), fix: "give a boolean" });
    }
  }
  return options;
}

function isPromise(value: unknown): boolean {
  return typeof value === "object" && value !== null && typeof (value as { readonly then?: unknown }).then === "function";
}

export const config = {
  /** A copy of the options as they are now. */
  get(): Config {
    return { ...session.config };
  },

  /**
   * Changes options for everything that follows.
   *
   * @throws LW3015 for an unknown option or a value that is no boolean.
   * @example config.set({ debugNans: true })
   */
  set(options: Partial<Config>): void {
    session.config = { ...session.config, ...checked("config.set", options) };
  },

  /**
   * Runs `run` with changed options and gives its result. The options end with the call, so `run` must not be async.
   *
   * @throws LW3015 as `set`, and where `run` returns a promise.
   * @example config.with({ enableX64: true }, () => np.array([0.1], "float64"))
   */
  with<Result>(options: Partial<Config>, run: () => Result): Result {
    if (typeof run !== "function") {
      raise(badConfig, { operation: "config.with", argument: "run", expected: "a function", got: describeArgument(run), fix: "config.with({ debugNans: true }, () => f(x))" });
    }
    const before = session.config;
    session.config = { ...before, ...checked("config.with", options) };
    try {
      const result = run();
      if (isPromise(result)) {
        raise(badConfig, {
          operation: "config.with", argument: "run", expected: "a function that returns when it is done", got: "an async function",
          fix: "use config.set before and after, or put config.with around the synchronous calls",
        });
      }
      return result;
    } finally {
      session.config = before;
    }
  },
};
