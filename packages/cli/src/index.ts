/** @file The lanewise command as a module: `main` runs it and gives the exit code. */
export { main } from "./program.ts";
export { exit, type ExitCode, type Io } from "./io.ts";
