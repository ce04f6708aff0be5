/** @file The mistakes that tracing finds. */

import type { ErrorKind } from "../base/errors.ts";

export const leakedTracer: ErrorKind = {
  code: "LW1301",
  title: "a traced value was used after its trace ended",
  explanation:
    "A function under a transform stored a traced value outside itself (in a variable, an array, a cache), and something used it later. " +
    "A traced value stands for a number only while its function is being traced. Return it from the function instead.",
};

export const concretization: ErrorKind = {
  code: "LW1302",
  title: "a traced value was used where a concrete one is needed",
  explanation:
    "Under jit, vmap or grad a value has a shape and a dtype but no number, so it cannot decide an `if`, become a JS number or a property key. " +
    "Use np.where, lax.cond or the methods of arrays, or make the argument static.",
};

export const tracedPromise: ErrorKind = {
  code: "LW1303",
  title: "a traced function returned a promise or a generator",
  explanation: "Tracing is synchronous: `await` inside a traced function would run after the trace has ended. Await before or after the call.",
};

export const noFrontend: ErrorKind = {
  code: "LW1304",
  title: "there is no device to compute on",
  explanation: "The compiler was used alone, without the package that evaluates. Import `lanewise`, or trace without concrete values.",
};

export const twoCopies: ErrorKind = {
  code: "LW1305",
  title: "a value comes from another copy of lanewise",
  explanation: "Two bundled copies of the library are loaded, and their values cannot mix. Let your bundler resolve `lanewise` to one file.",
};

export const notTraceable: ErrorKind = {
  code: "LW1306",
  title: "a traced function got or returned something that is no array",
  explanation: "Leaves of a traced function's arguments and results are numbers, booleans, bigints, typed arrays and NDArrays. Strings, functions and class instances are static: name them in staticArgnums.",
};

export const unboundAxis: ErrorKind = {
  code: "LW1307",
  title: "an axis name is not bound",
  explanation: "Collectives such as psum name an axis that an enclosing vmap or pmap must bind through axisName.",
};
