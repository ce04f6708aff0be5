/** @file The mistakes in calls of the transforms: codes LW31xx. */

import type { ErrorKind } from "@lanewise/compiler/base/errors";

export const notAFunction: ErrorKind = {
  code: "LW3101",
  title: "a transform got something that is no function",
  explanation: "Every transform takes a function first and gives a function: `vmap(f)(x)`, not `vmap(f(x))`.",
};

export const badAxis: ErrorKind = {
  code: "LW3102",
  title: "an axis is neither an integer nor null",
  explanation: "Leaves of inAxes and outAxes are integers, which name an axis to map, or null, which maps none.",
};

export const axesCount: ErrorKind = {
  code: "LW3103",
  title: "the number of arguments is not that of inAxes",
  explanation: "A list for inAxes has one entry per positional argument of a call, always. A single dictionary argument is `[{ w: 0, b: null }]`.",
};

export const nothingMapped: ErrorKind = {
  code: "LW3104",
  title: "no argument is mapped",
  explanation: "vmap takes the size of its axis from a mapped argument. With none, give axisSize.",
};

export const axisOutOfRange: ErrorKind = {
  code: "LW3105",
  title: "an axis is outside the array's rank",
  explanation: "An axis to map lies in [-ndim, ndim) of each array it applies to. Numbers and 0-d arrays have no axis: map them with null.",
};

export const inconsistentSizes: ErrorKind = {
  code: "LW3106",
  title: "the mapped axes have different sizes",
  explanation: "All mapped axes of one vmap run together, so they have one size.",
};

export const mappedOutput: ErrorKind = {
  code: "LW3107",
  title: "an output is mapped where outAxes is null",
  explanation: "outAxes null promises that an output is the same for every member of the batch. An output that depends on a mapped argument needs an axis.",
};

export const unknownParameter: ErrorKind = {
  code: "LW3108",
  title: "a name is not that of a parameter",
  explanation: "inAxes by name and staticArgnames refer to the function's parameters as its source spells them.",
};

export const argnumOutOfRange: ErrorKind = {
  code: "LW3109",
  title: "a position is outside the arguments",
  explanation: "argnums, staticArgnums and donateArgnums count positional arguments from 0, or from the end with negative numbers.",
};

export const staticAndDonated: ErrorKind = {
  code: "LW3110",
  title: "an argument is both static and donated",
  explanation: "A static argument is compiled in; it has no memory that results could take.",
};

export const notAnArray: ErrorKind = {
  code: "LW3111",
  title: "an argument is no array",
  explanation: "Leaves of a transformed function's arguments are numbers, booleans, bigints, typed arrays and NDArrays. A string, a function or an object is passed as a static argument.",
};

export const staticArray: ErrorKind = {
  code: "LW3112",
  title: "a static argument is an array",
  explanation: "Static arguments are part of the cache key, by value or identity. Arrays are traced: leave the argument out of staticArgnums.",
};

export const nonScalarOutput: ErrorKind = {
  code: "LW3113",
  title: "the gradient of something that is no scalar",
  explanation: "grad differentiates functions with one 0-d result. Sum the result, use jacrev for all derivatives of an array, or vmap(grad(f)) for one gradient per example.",
};

export const integerInput: ErrorKind = {
  code: "LW3114",
  title: "the gradient with respect to integers or booleans",
  explanation: "Only floats have gradients. Convert the argument with astype, choose other argnums, or set allowInt for float0 gradients.",
};

export const integerOutput: ErrorKind = {
  code: "LW3115",
  title: "the gradient of an integer or boolean result",
  explanation: "A result that counts or compares has no gradient. Return a float.",
};

export const auxNotAPair: ErrorKind = {
  code: "LW3116",
  title: "hasAux needs a function that returns a pair",
  explanation: "With hasAux the function returns `[value, aux]`: an array of two entries.",
};

export const tangentMismatch: ErrorKind = {
  code: "LW3117",
  title: "a tangent does not fit its primal",
  explanation: "Tangents have the tree structure, shapes and dtypes of the primals; the tangent of an integer or boolean is float0.",
};

export const cotangentMismatch: ErrorKind = {
  code: "LW3118",
  title: "a cotangent does not fit the output",
  explanation: "The function that vjp returns takes a cotangent with the tree structure, shapes and dtypes of the output.",
};

export const badOption: ErrorKind = {
  code: "LW3119",
  title: "an option is unknown or has a wrong value",
  explanation: "A misspelt option would be passed over in silence, so it throws.",
};

export const complexUnsupported: ErrorKind = {
  code: "LW3120",
  title: "complex numbers are not supported yet",
  explanation: "holomorphic differentiates functions of complex numbers, which lanewise does not have yet.",
};

export const donatedOnce: ErrorKind = {
  code: "LW3121",
  title: "an array is donated twice",
  explanation: "A donated array's memory goes to the results, so it cannot be two arguments of one call.",
};

export const otherArguments: ErrorKind = {
  code: "LW3122",
  title: "a function compiled ahead of time got other arguments",
  explanation: "lower(...).compile() gives a function for the shapes, dtypes and tree structure it was lowered for. Lower again for others.",
};

export const badSpec: ErrorKind = {
  code: "LW3123",
  title: "a spec cannot be read",
  explanation: 'A spec is `"f32[2,3]"` or `{ shape: [2, 3], dtype: "float32" }`.',
};

export const argumentCount: ErrorKind = {
  code: "LW3124",
  title: "the number of arguments does not fit",
  explanation: "Primals, tangents and arguments of a differentiated function correspond one to one.",
};

export const linearDTypes: ErrorKind = {
  code: "LW3125",
  title: "the dtypes of a function to transpose differ in kind",
  explanation: "linearTranspose takes functions of floats to floats, or of integers to integers: a conversion between them is not linear.",
};
