/** @file Dtypes as arguments: names, checked. */

import { isDType, type DType } from "@lanewise/compiler/base/dtype";
import { raise } from "@lanewise/compiler/base/errors";
import { canonicalizeDType } from "@lanewise/compiler/base/promote";
import { describeArgument } from "../arguments.ts";
import { notAvailable, unsupportedDType } from "../errors.ts";
import { session, warnOnce } from "../session.ts";

/** A dtype that arrays can have here; float64 is float32 with a warning while x64 is off, as in JAX. */
export function resolveDType(operation: string, dtype: unknown, argument = "dtype"): DType {
  if (!isDType(dtype) || dtype === "float0" || dtype === "key<fry>") {
    return raise(unsupportedDType, {
      operation, argument, expected: 'one of "float32", "int32", "uint32", "bool", "float16", "float64", ...',
      got: typeof dtype === "string" ? `"${dtype}"` : describeArgument(dtype), fix: 'name the dtype by a string: "float32"',
    });
  }
  if (dtype === "complex64") {
    raise(notAvailable, { operation, argument, expected: "a dtype of real numbers in this version", got: "complex64", fix: "keep real and imaginary parts in two arrays" });
  }
  const canonical = canonicalizeDType(dtype, session.config.enableX64);
  if (canonical !== dtype) warnOnce(`${operation}: ${dtype} was asked for and is ${canonical}, because enableX64 is off (config.set({ enableX64: true }))`);
  return canonical;
}

/** The same where null and undefined leave the choice to the function. */
export function resolveOptionalDType(operation: string, dtype: unknown): DType | null {
  return dtype === undefined || dtype === null ? null : resolveDType(operation, dtype);
}
