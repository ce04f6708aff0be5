/** @file `lanewise doctor`: whether this machine can run lanewise, and what is missing. */

import * as lanewise from "lanewise";
import { exit, type ExitCode, type Io } from "./io.ts";

interface Finding {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

const leastNode: readonly [number, number] = [20, 19];

/** Checks Node and the devices, and prints a line for each. */
export async function doctor(options: { readonly json: boolean }, io: Io): Promise<ExitCode> {
  const findings = [checkNode(process.versions.node), await checkDevice()];
  io.print(options.json ? JSON.stringify(findings, null, 2) : findings.map(({ name, ok, detail }) => `${ok ? "ok    " : "FAILED"} ${name}: ${detail}`).join("\n"));
  return findings.every(({ ok }) => ok) ? exit.ok : exit.mistake;
}

/** Node must be 20.19 or later. */
export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const ok = major > leastNode[0] || (major === leastNode[0] && minor >= leastNode[1]);
  return { name: "node", ok, detail: ok ? version : `${version}, but lanewise needs ${leastNode.join(".")} or later` };
}

/** A computation on the js device, through the whole compiler. */
async function checkDevice(): Promise<Finding> {
  try {
    const sum = await lanewise.jit((x: lanewise.NDArray) => x.mul(2).sum())(new Float32Array([1, 2, 3])).item();
    return { name: "device js", ok: sum === 12, detail: sum === 12 ? "computes" : `computes wrong numbers: ${sum} in place of 12` };
  } catch (error) {
    return { name: "device js", ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}
