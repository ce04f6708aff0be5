/** @file `lanewise run`: runs a file as a program. */

import * as lanewise from "lanewise";
import type { Io } from "./io.ts";
import { loadFile } from "./load.ts";

/** Evaluates a file; arrays are made on `device` unless the file says otherwise. */
export async function run(file: string, options: { readonly device: string }, io: Io): Promise<void> {
  if (options.device.startsWith("webgpu")) await lanewise.init({ webgpu: true });
  lanewise.defaultDevice(options.device);
  await loadFile(file, io);
}
