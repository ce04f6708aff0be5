/** @file What the numbers were taken on. */

import { cpus, release, totalmem, type } from "node:os";

/** @typedef {{ processor: string, cores: number, memory: string, system: string, node: string, date: string }} Machine */

/** @type {() => Machine} */
export function machineOf() {
  const [first] = cpus();
  return {
    processor: first?.model.trim() ?? "unknown", cores: cpus().length, memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${type()} ${release().split("-")[0]}`, node: process.version, date: new Date().toISOString().slice(0, 10),
  };
}
