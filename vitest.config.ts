/** @file Vitest: tests run on the sources, in forked processes that see the software Vulkan driver from their start. */
import { defineConfig } from "vitest/config";
import { swiftShaderEnvironment } from "./scripts/swiftshader.mjs";

Object.assign(process.env, swiftShaderEnvironment());

/** Files that leave the devices and options of a process as they found them, so that many may share one. */
const together = ["tests/pure/**/*.test.ts", "tests/conformance/**/*.test.ts", "tests/errors/**/*.test.ts"];

const conditions = ["lanewise-source", "module", "node", "import", "default"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    projects: [
      // Modules are read once for all of them, which is a third of their time.
      { extends: true, test: { name: "together", include: together, isolate: false } },
      { extends: true, test: { name: "apart", include: ["tests/**/*.test.ts"], exclude: ["**/node_modules/**", "tests/types/**", ...together] } },
    ],
    // The dynamic loader reads LD_LIBRARY_PATH when a process starts, so threads of this process would not see it.
    pool: "forks",
    maxWorkers: 2,
    testTimeout: process.env["LANEWISE_FULL"] === "1" ? 600_000 : 60_000,
  },
});
