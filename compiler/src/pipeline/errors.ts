/** @file The mistakes that only the whole pipeline can see. */

import type { ErrorKind } from "../base/errors.ts";

export const arrayTooLarge: ErrorKind = {
  code: "LW1701",
  title: "an array has too many elements",
  explanation:
    "Indices are 32-bit integers, so an array that a program keeps in memory has fewer than 2^31 elements. Work on parts of it, "
    + "or let a reduction follow at once: what is only summed up is never stored.",
};

export const dtypeNotOnDevice: ErrorKind = {
  code: "LW1702",
  title: "the device has no such dtype",
  explanation:
    "WebGPU has no float64. Arrays of it live on the CPU devices: convert to float32 before moving them to a GPU, or compute on js.",
};
