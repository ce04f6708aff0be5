/** @file What a target cannot do with a program that is right. */

import type { ErrorKind } from "../base/errors.ts";

export const arrayOverBindings: ErrorKind = {
  code: "LW1801",
  title: "an array is larger than the device can bind",
  explanation:
    "A shader sees an array through bindings of a limited size, and has a limited number of them. An array that needs more of them than are left beside "
    + "the other arrays of an operation has to be split.",
};
