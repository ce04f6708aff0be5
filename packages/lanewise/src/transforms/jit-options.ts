/** @file The options of jit, read and checked. */

import { raise } from "@lanewise/compiler/base/errors";
import { resolveDevice } from "../devices.ts";
import * as transformErrors from "./errors.ts";
import { argumentName, type FunctionInfo } from "./function-info.ts";
import { booleanOption, namesOption, parameterPositions, positionsOfNames, readOptions } from "./options.ts";

export interface JitSettings {
  /** Positions, sorted; negative only where the number of parameters is not known. */
  readonly statics: readonly number[];
  readonly donated: readonly number[];
  readonly keepUnused: boolean;
  /** Null: the device of the arguments, or the default one. */
  readonly device: string | null;
  readonly inline: boolean;
}

export function readJitOptions(info: FunctionInfo, value: unknown): JitSettings {
  const options = readOptions("jit", value, ["staticArgnums", "staticArgnames", "donateArgnums", "keepUnused", "device", "inline"]);
  const names = positionsOfNames("jit", "staticArgnames", namesOption("jit", options, "staticArgnames"), info);
  const statics = sorted([...parameterPositions("jit", options, "staticArgnums", info), ...names]);
  const donated = sorted(parameterPositions("jit", options, "donateArgnums", info));
  const both = donated.find((position) => statics.includes(position));
  if (both !== undefined) {
    const name = argumentName(info, both);
    raise(transformErrors.staticAndDonated, {
      operation: "jit", argument: name, expected: "static and donated arguments that are different ones", got: `${name} in both`, fix: `take ${name} out of one of them`,
    });
  }
  const device = options["device"];
  return {
    statics, donated,
    keepUnused: booleanOption("jit", options, "keepUnused"),
    device: device === undefined || device === null ? null : resolveDevice("jit", device),
    inline: booleanOption("jit", options, "inline"),
  };
}

function sorted(positions: readonly number[]): readonly number[] {
  return [...new Set(positions)].sort((left, right) => left - right);
}

export function sameJitOptions(left: JitSettings, right: JitSettings): boolean {
  return left.keepUnused === right.keepUnused && left.device === right.device && left.inline === right.inline
    && samePositions(left.statics, right.statics) && samePositions(left.donated, right.donated);
}

function samePositions(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((position, index) => position === right[index]);
}
