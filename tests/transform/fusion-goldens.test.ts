/** @file Goldens of fusion: for each program its kernels, what they move through memory, the peak, and the code on js. */
import { describe, expect, it } from "vitest";
import { fusionPrograms } from "../support/fusion-programs.ts";

describe("what becomes one kernel", () => {
  it.each(fusionPrograms.map((program) => [program.name, program] as const))("%s", async (name, { lower, ...expected }) => {
    const lowered = lower();
    const { dispatches, bytesRead, bytesWritten, peakBytes } = lowered.cost();
    const plan = lowered.text("fusion", "js");
    const kernels = plan.match(/^kernel /gm)?.length ?? 0;
    const header = `kernels: ${kernels}\ndispatches: ${dispatches}\nbytes read: ${bytesRead}\nbytes written: ${bytesWritten}\npeak of memory: ${peakBytes}`;
    const file = name.replaceAll(/[^A-Za-z0-9]+/g, "-").replaceAll(/^-|-$/g, "").toLowerCase();
    await expect(`${header}\n\n${plan}\n\n${lowered.text("js", "js")}\n`).toMatchFileSnapshot(`goldens/fusion/${file}.txt`);
    expect({ name, kernels, dispatches, read: bytesRead / 4, written: bytesWritten / 4, peak: peakBytes / 4 }).toMatchObject(expected);
  });
});
