/** @file The mistakes and obstacles that the runtime finds. */

import type { ErrorKind } from "@lanewise/compiler/base/errors";

export const codeForbidden: ErrorKind = {
  code: "LW2001",
  title: "this page may not generate code",
  explanation:
    "The js device turns compiled kernels into functions, which a Content-Security-Policy without 'unsafe-eval' forbids. " +
    "Allow it for the page, or use another device.",
};

export const deviceLost: ErrorKind = {
  code: "LW2002",
  title: "the device is gone",
  explanation:
    "A driver that restarts, a page that hides or a machine that sleeps takes a device away with everything that lies on it. " +
    "Arrays on it are lost: make them again from what the program has on the host, on the device that comes next.",
};
