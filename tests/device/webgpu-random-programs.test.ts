/** @file Random programs over every primitive on webgpu against the oracle, eagerly, compiled and under transforms. */

import { checkRandomPrograms } from "../support/random-program-checks.ts";
import { describeWebgpu } from "../support/webgpu.ts";
import { useWebgpu } from "../support/webgpu-session.ts";

const isFull = process.env["LANEWISE_FULL"] === "1";

describeWebgpu("on webgpu", () => {
  useWebgpu();
  checkRandomPrograms(1, isFull ? 2000 : 16, isFull);
});
