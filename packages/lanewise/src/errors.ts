/** @file The mistakes that the public API finds. */

import type { ErrorKind } from "@lanewise/compiler/base/errors";

export const notAnArray: ErrorKind = {
  code: "LW3001",
  title: "this value cannot become an array",
  explanation:
    "Arrays are made of numbers, booleans, bigints, typed arrays, arrays of lanewise, and nested JS arrays of these. " +
    "Strings, plain objects, functions, null and undefined have no meaning as numbers and are never converted.",
};

export const ragged: ErrorKind = {
  code: "LW3002",
  title: "nested arrays of unequal shapes",
  explanation: "Every row of a nested array must have the same length at each depth, because an array is a box of numbers.",
};

export const outOfRange: ErrorKind = {
  code: "LW3003",
  title: "a number does not fit the dtype",
  explanation:
    "Integers outside the range of an integer dtype and NaN have no value there; they are refused when an array is made, not wrapped. " +
    "Arithmetic between arrays wraps, as in JAX.",
};

export const unsupportedDType: ErrorKind = {
  code: "LW3004",
  title: "there is no such dtype here",
  explanation:
    "lanewise has bool, int8, int16, int32, uint8, uint16, uint32, float16, bfloat16, float32, float64 (when x64 is on) and complex64. " +
    "64-bit integers and complex128 do not exist on its targets.",
};

export const incompatibleShapes: ErrorKind = {
  code: "LW3005",
  title: "the shapes of the arguments do not fit together",
  explanation:
    "Elementwise functions broadcast as NumPy does: shapes are aligned at their last axes, and extents must be equal or 1. " +
    "Products contract an axis of each operand, and both must have the same extent.",
};

export const badAxis: ErrorKind = {
  code: "LW3006",
  title: "an axis does not fit the array",
  explanation: "An axis is an integer in [-ndim, ndim). A list of axes names each axis once.",
};

export const badArgument: ErrorKind = {
  code: "LW3007",
  title: "an argument is missing, unknown, given twice or of the wrong kind",
  explanation:
    "Functions of np take positional arguments in JAX's order; the first plain object ends them and names the rest. " +
    "A name that the function does not have, or that a positional argument gave already, is refused.",
};

export const badIndex: ErrorKind = {
  code: "LW3008",
  title: "an index does not fit the array",
  explanation:
    "An index is an integer in [-extent, extent), slice(start, stop, step), null for a new axis, or \"...\". A static integer out of range is refused.",
};

export const immutable: ErrorKind = {
  code: "LW3009",
  title: "arrays are immutable",
  explanation: "Arrays never change, so that transforms can trace them. An update makes a new array: `y = x.at(i).set(v)`.",
};

export const notAvailable: ErrorKind = {
  code: "LW3010",
  title: "this is not available",
  explanation: "The device, option or operation is part of the design but this version does not have it.",
};

export const notAScalar: ErrorKind = {
  code: "LW3011",
  title: "an array of several elements was used as a number",
  explanation:
    "JavaScript's operators and template literals turn an array into one number, which only a 0-d array has. " +
    "Use the methods (`x.add(y)`, `x.mul(2)`), the functions of np, or the source transform, which rewrites operators.",
};

export const disposedArray: ErrorKind = {
  code: "LW3012",
  title: "an array was used after it was disposed",
  explanation: "`dispose()` and `using` give an array's memory back at once; its values are gone. Neither is ever required.",
};

export const mixedDevices: ErrorKind = {
  code: "LW3013",
  title: "the operands live on different devices",
  explanation: "An operation runs on one device. Move an operand with devicePut first.",
};

export const unknownDevice: ErrorKind = {
  code: "LW3014",
  title: "there is no such device",
  explanation: "A device is named by its kind (`\"js\"`) or by kind and index (`\"js:0\"`), or given as a Device.",
};

export const badConfig: ErrorKind = {
  code: "LW3015",
  title: "an option is unknown or has the wrong type",
  explanation: "config.set and config.with take enableX64, debugNans, disableJit, logCompiles and verify, each true or false.",
};

export const foundNaN: ErrorKind = {
  code: "LW3016",
  title: "an operation gave NaN",
  explanation: "debugNans is on, so that the first operation with NaN among its results throws. On webgpu, where nothing is known before it is read, "
    + "every read of what was computed with it rejects.",
};

export const notIterable: ErrorKind = {
  code: "LW3017",
  title: "a 0-d array has no axis to go along",
  explanation: "Iteration, `length` and `x[i]` go along axis 0, which a scalar does not have.",
};

export const emptyReduction: ErrorKind = {
  code: "LW3018",
  title: "nothing to reduce, and no initial value",
  explanation: "The largest or smallest element of an empty axis does not exist. Sums and means are defined (0 and NaN).",
};

export const donatedArray: ErrorKind = {
  code: "LW3019",
  title: "an array was used after it was donated",
  explanation: "donateArgnums gives the memory of an argument to the results of a jitted function, so the argument is gone after the call.",
};

export const keyElements: ErrorKind = {
  code: "LW3025",
  title: "elements that are no numbers cannot be read",
  explanation:
    "The elements of an array of random keys are opaque: they are split, folded and used, and not read. " +
    "random.keyData gives their words as uint32. float0, the gradient of an integer, has no elements at all.",
};
