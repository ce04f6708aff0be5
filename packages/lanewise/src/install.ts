/** @file Puts eager evaluation at the bottom of the trace stack, at the first use of the public API: importing does nothing. */

import { installEvaluator } from "@lanewise/compiler/trace/stack";
import { evaluator } from "./evaluator.ts";
import { session } from "./session.ts";

/** To be called by every entry that may run before any array exists. */
export function ensureInstalled(): void {
  if (session.installed) return;
  installEvaluator(evaluator);
  session.installed = true;
}
