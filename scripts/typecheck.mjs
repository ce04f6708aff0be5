/**
 * @file Builds every package, type-checks the tests and scripts against the build, and reads the published types with
 * older lines of TypeScript as a user's project would.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * @param {string} compiler  the folder of a TypeScript line under node_modules; .bin/tsc may be any of them
 * @param {...string} options
 */
function tsc(compiler, ...options) {
  console.log(`${compiler}: tsc ${options.join(" ")}`);
  const command = join(root, "node_modules", compiler, "bin", "tsc");
  const run = spawnSync(process.execPath, [command, ...options, "--pretty", "false"], { cwd: root, stdio: "inherit" });
  if (run.status !== 0) process.exitCode = 1;
}

tsc("typescript", "-b");
tsc("typescript", "-p", "tests");
if (existsSync(join(root, "tests", "types", "tsconfig.json"))) {
  for (const line of ["typescript", "ts60", "ts59"]) tsc(line, "-p", "tests/types");
}
