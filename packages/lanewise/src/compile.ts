/** @file From a jaxpr to an executable on one device, with the logging that the options ask for. */

import { compile } from "@lanewise/compiler/pipeline";
import type { ClosedJaxpr } from "@lanewise/compiler/ir/types";
import type { Executable, Executor } from "@lanewise/runtime";
import { session } from "./session.ts";

/** Compiles a jaxpr without constants for a device and makes it ready there. */
export function compileFor(executor: Executor, closed: ClosedJaxpr, name: string): Executable {
  return executor.load(compile(closed, { target: executor.device.kind, name, verify: session.config.verify }));
}
