/** @file A printed kernel as the runtime gets it: text and plain data. */

import { InternalError } from "../../base/assert.ts";
import type { KernelCode, Launch, LaunchScalar, ScalarArgument } from "../../artifact/types.ts";
import type { Kernel, ScalarParam } from "../../kernel/types.ts";
import { launchWorkgroups } from "./dispatch.ts";
import { printWgsl } from "./print-kernel.ts";

/** The code of a legal kernel. */
export function wgslCode(kernel: Kernel, maxWorkgroups: number, windows?: Launch["windows"]): KernelCode {
  const printed = printWgsl(kernel, maxWorkgroups);
  return {
    name: kernel.name,
    text: printed.code,
    launch: {
      entryPoint: printed.entryPoint,
      workgroupSize: printed.workgroupSize,
      access: kernel.buffers.map(({ access }) => (access === "read" ? "read" : "readWrite")),
      scalars: kernel.scalars.map(launchScalar),
      ...(windows === undefined ? {} : { windows: windows.map(({ begin, count }) => ({ begin, count })) }),
      workgroups: launchWorkgroups(printed.workgroups),
    },
  };
}

export function launchScalar({ name, dtype }: ScalarParam): LaunchScalar {
  if (dtype === "float32" || dtype === "int32" || dtype === "uint32") return { name, dtype };
  throw new InternalError(`the scalar ${name} of a WGSL kernel is ${dtype}`);
}

/** The arguments of a step, and 0 for each parameter that legalising has added to its kernel. */
export function launchArguments(kernel: Kernel, own: readonly ScalarArgument[]): readonly ScalarArgument[] {
  return [...own, ...kernel.scalars.slice(own.length).map((): ScalarArgument => ({ kind: "fixed", value: 0 }))];
}
