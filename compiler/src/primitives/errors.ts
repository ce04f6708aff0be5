/** @file The mistakes that primitives find in shapes, dtypes and params. */

import type { ErrorKind } from "../base/errors.ts";

export const shapeMismatch: ErrorKind = {
  code: "LW1401",
  title: "shapes do not fit",
  explanation: "Operands of an elementwise operation have equal shapes, or broadcast: an extent of 1 stretches, and a scalar fits everything.",
};

export const dtypeMismatch: ErrorKind = {
  code: "LW1402",
  title: "dtypes differ",
  explanation: "The functions of lax take operands of one dtype and convert nothing. The functions of np promote.",
};

export const dtypeUnsupported: ErrorKind = {
  code: "LW1403",
  title: "this operation does not take this dtype",
  explanation: "Some operations are defined for floats only, or for numbers but not for bools. Convert the operand with astype.",
};

export const badParameter: ErrorKind = {
  code: "LW1404",
  title: "a parameter does not fit the operand",
  explanation: "Axes, limits, paddings and permutations are checked against the operand's shape.",
};
