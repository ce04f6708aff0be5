/** @file The command line: subcommands, their options, and the exit code of each outcome. */

import { formatLocation, isThrownInside, userFrame } from "@lanewise/compiler/base/source-location";
import { Command, CommanderError } from "commander";
import { InternalError, LanewiseError } from "lanewise";
import { doctor } from "./doctor.ts";
import { dump, stages, type DumpOptions } from "./dump.ts";
import { exit, MistakeError, UsageError, type ExitCode, type Io } from "./io.ts";
import { run } from "./run.ts";

/** Runs the command with these arguments and gives its exit code. */
export async function main(argv: readonly string[], io: Io): Promise<ExitCode> {
  let code: ExitCode = exit.ok;
  const program = buildProgram(io, (outcome) => { code = outcome; });
  try {
    await program.parseAsync([...argv], { from: "user" });
    return code;
  } catch (error) {
    return report(error, io);
  }
}

function buildProgram(io: Io, finish: (code: ExitCode) => void): Command {
  const program = new Command("lanewise")
    .description("See what lanewise makes of a function, run a file, check a machine")
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.print(text.trimEnd()), writeErr: (text) => io.complain(text.trimEnd()) });
  program.command("dump")
    .description("print a stage of the compilation of a function")
    .argument("<file>", "a .ts or .js file")
    .argument("[function]", "the export to compile; the default export when absent")
    .option("--args <spec...>", "types of the arguments, such as f32[2,3]; trees as JSON", [])
    .option("--transform <list>", "transforms, outermost first, such as jit,vmap,grad", "")
    .option("--in-axes <axes>", "axes of the first vmap, such as 0,null")
    .option("--argnums <list>", "arguments of the first gradient, such as 0 or 0,1")
    .option("--device <name>", "the device to compile for", "js")
    .option("--emit <stage>", stages.join(" | "), "jaxpr")
    .option("--validate", "have the machine's driver compile the shaders", false)
    .option("--time", "run the shaders on this machine with made-up numbers and print what each takes", false)
    .option("--json", "print an object with the text and the options", false)
    .action((file: string, name: string | undefined, options: DumpOptions) => dump(file, name, options, io));
  program.command("run")
    .description("run a file")
    .argument("<file>", "a .ts or .js file")
    .option("--device <name>", "the device of new arrays", "js")
    .action((file: string, options: { readonly device: string }) => run(file, options, io));
  program.command("doctor")
    .description("check that this machine can run lanewise")
    .option("--json", "print a list of findings", false)
    .action(async (options: { readonly json: boolean }) => finish(await doctor(options, io)));
  return program;
}

/** Prints one readable message for what went wrong; a stack only for a fault of lanewise. */
function report(error: unknown, io: Io): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exit.ok : exit.usage;
  if (error instanceof UsageError) {
    io.complain(`error: ${error.message}`);
    return exit.usage;
  }
  if (error instanceof InternalError || isFault(error)) {
    io.complain(`This is a fault of lanewise, not of your program. Please report it with these lines:\n${error.stack ?? error.message}`);
    return exit.fault;
  }
  if (error instanceof LanewiseError || error instanceof MistakeError) {
    io.complain(`error: ${withoutOwnPlace(error)}`);
    return exit.mistake;
  }
  io.complain(error instanceof Error ? `error: ${error.name}: ${error.message}${placeOf(error)}` : `error: ${String(error)}`);
  return exit.mistake;
}

/** The message; without its last line where that names a frame of this command, as for arguments of the command line. */
function withoutOwnPlace(error: LanewiseError | MistakeError): string {
  const place = error instanceof LanewiseError ? error.details.location : null;
  return place?.file.includes("/node_modules/commander/") === true ? error.message.replace(/\n {2}at: .*$/, "") : error.message;
}

/** A TypeError and its like from inside lanewise is a fault of it, as an InternalError is. */
function isFault(error: unknown): error is Error {
  const isOwnKind = error instanceof LanewiseError || error instanceof MistakeError || error instanceof UsageError || error instanceof CommanderError;
  return error instanceof Error && !isOwnKind && isThrownInside(error.stack ?? "");
}

function placeOf(error: Error): string {
  const frame = userFrame(error.stack ?? "");
  return frame === null ? "" : `\n  at:       ${formatLocation(frame)}`;
}
