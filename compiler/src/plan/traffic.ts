/** @file What a planned program moves through memory, and how much of it it needs: what fusion is judged by. */

import { at } from "../base/assert.ts";
import { byteSize } from "../base/dtype.ts";
import type { PlannedProgram } from "./plan.ts";

export interface Traffic {
  /** Kernels run by one call: those that several steps share count once for each step. */
  readonly dispatches: number;
  /** Bytes of all arrays that kernels read: an array that several kernels read counts for each. */
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** Bytes of arguments, results and temporaries together. */
  readonly peakBytes: number;
}

export function trafficOf({ slots, arenaBytes, kernels, steps }: PlannedProgram): Traffic {
  const bytesOf = (slot: number): number => at(slots, slot).length * byteSize(at(slots, slot).dtype);
  let [dispatches, bytesRead, bytesWritten] = [0, 0, 0];
  for (const step of steps) {
    if (step.kind === "copy") {
      const bytes = step.count * byteSize(at(slots, step.from).dtype);
      bytesRead += bytes;
      bytesWritten += bytes;
      continue;
    }
    dispatches += 1;
    at(kernels, step.kernel).buffers.forEach(({ access }, position) => {
      const bytes = bytesOf(at(step.buffers, position));
      if (access !== "write") bytesRead += bytes;
      if (access !== "read") bytesWritten += bytes;
    });
  }
  const ends = slots.reduce((sum, { kind }, slot) => (kind === "temporary" ? sum : sum + bytesOf(slot)), 0);
  return { dispatches, bytesRead, bytesWritten, peakBytes: ends + arenaBytes };
}
