/** @file Runs the command inside the tests' process, with its output kept. */
import { fileURLToPath } from "node:url";
import { main, type ExitCode } from "lanewise-cli";

export const fixture = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

export interface Outcome {
  readonly code: ExitCode;
  readonly out: string;
  readonly err: string;
}

export async function command(...argv: readonly string[]): Promise<Outcome> {
  const out: string[] = [];
  const err: string[] = [];
  const load = (url: string): Promise<unknown> => import(/* @vite-ignore */ url);
  const code = await main(argv, { print: (text) => out.push(text), complain: (text) => err.push(text), load });
  return { code, out: out.join("\n"), err: err.join("\n") };
}
