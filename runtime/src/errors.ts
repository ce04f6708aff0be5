/** @file The mistakes and obstacles that the runtime finds. */

import type { ErrorKind } from "@lanewise/compiler/base/errors";

export const codeForbidden: ErrorKind = {
  code: "LW2001",
  title: "this page may not generate code",
  explanation:
    "The js device turns compiled kernels into functions, which a Content-Security-Policy without 'unsafe-eval' forbids. " +
    "Allow it for the page, or use another device.",
};
