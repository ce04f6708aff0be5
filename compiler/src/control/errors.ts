/** @file The mistakes in functions with derivative rules of their own. */

import type { ErrorKind } from "../base/errors.ts";

export const forwardOfCustomVjp: ErrorKind = {
  code: "LW1601",
  title: "a function with a customVjp rule has no forward derivative",
  explanation: "customVjp says how cotangents flow backward and nothing about tangents. Use grad, vjp or jacrev, or give the rule with customJvp, which serves both modes.",
};

export const wrongRuleResult: ErrorKind = {
  code: "LW1602",
  title: "a derivative rule gave something else than its function's types ask for",
  explanation: "A jvp rule returns results and tangents of the function's results; a bwd rule returns one cotangent per argument, of the argument's shape and dtype.",
};

export const closedOverDerivative: ErrorKind = {
  code: "LW1603",
  title: "a function with a derivative rule closes over a value that is being differentiated",
  explanation: "The rule says how results change with the arguments; a value that the function closed over is none, and its derivative would be lost. Make it an argument.",
};
