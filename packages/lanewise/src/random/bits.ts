/** @file Random bits as unsigned integers. */

import { byteSize } from "@lanewise/compiler/base/dtype";
import { raise } from "@lanewise/compiler/base/errors";
import { randomBits } from "@lanewise/compiler/primitives/random";
import { parseOptional, type Optional } from "../arguments.ts";
import { unsupportedDType } from "../errors.ts";
import { give } from "../numpy/operand.ts";
import { resolveShape } from "../ops/axes.ts";
import { resolveOptionalDType } from "../ops/dtypes.ts";
import type { DType, NDArray } from "../types.ts";
import { readKey, type Key } from "./operand.ts";

export interface BitsOptions {
  readonly shape?: readonly number[];
  readonly dtype?: DType | null;
}

/**
 * Random bits: an array of a shape ([] by default) of uint32, uint16 or uint8.
 *
 * @throws LW3007 for what is no key; LW3004 for another dtype
 * @example random.bits(random.key(0), [4], "uint8")
 */
export function bits(key: Key, ...rest: Optional<["shape", "dtype"], BitsOptions>): NDArray {
  const operation = "random.bits";
  const { shape = [], dtype } = parseOptional<BitsOptions>({ operation, positional: ["shape", "dtype"] }, rest);
  const resolved = resolveOptionalDType(operation, dtype) ?? "uint32";
  if (resolved !== "uint32" && resolved !== "uint16" && resolved !== "uint8") {
    raise(unsupportedDType, { operation, argument: "dtype", expected: "uint32, uint16 or uint8", got: resolved, fix: 'use "uint32"' });
  }
  return give(randomBits(readKey(operation, key).key, (8 * byteSize(resolved)) as 8 | 16 | 32, resolveShape(operation, shape)));
}
