/** @file Random programs over every primitive on webgpu against the oracle, compiled and under transforms. The op table is eager. */

import { checkRandomPrograms, coveringSeeds, seedsFrom } from "../support/random-program-checks.ts";
import { describeWebgpu } from "../support/webgpu.ts";
import { useWebgpu } from "../support/webgpu-session.ts";

/** Functions that a driver on the CPU compiles for seconds: in the op table and in the long run alone. */
const slowToCompile = ["polygamma", "zeta"];

describeWebgpu("on webgpu", () => {
  useWebgpu();
  if (process.env["LANEWISE_FULL"] === "1") checkRandomPrograms(seedsFrom(1, 2000));
  else checkRandomPrograms(coveringSeeds(400, slowToCompile), { without: slowToCompile, withEager: false });
});
