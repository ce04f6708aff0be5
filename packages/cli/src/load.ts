/**
 * @file Loads a user's file: TypeScript or JavaScript, bundled in memory with everything it imports but lanewise, which it
 * shares with the command, so that both see one trace and one set of caches.
 */

import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build as bundleWith, type Message, type Plugin } from "esbuild";
import * as lanewise from "lanewise";
import { MistakeError, type Io } from "./io.ts";

/** Where a loaded file finds the command's copy of the library. */
const sharedCopy = Symbol.for("lanewise.cli.copy");

export type Exports = Readonly<Record<string, unknown>>;

/**
 * Evaluates a file and gives its exports.
 *
 * @throws MistakeError when there is no such file or it cannot be bundled; whatever the file itself throws
 */
export async function loadFile(path: string, io: Io): Promise<Exports> {
  const full = resolve(path);
  const found = await stat(full).catch(() => null);
  if (found?.isFile() !== true) throw new MistakeError(`there is no file ${path}`);
  const folder = await mkdtemp(join(tmpdir(), "lanewise-"));
  try {
    const outfile = join(folder, "program.mjs");
    await writeFile(outfile, await bundle(full, outfile));
    Object.defineProperty(globalThis, sharedCopy, { value: lanewise, configurable: true });
    return (await io.load(pathToFileURL(outfile).href)) as Exports;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function bundle(entry: string, outfile: string): Promise<string> {
  try {
    const result = await bundleWith({
      entryPoints: [entry], outfile, write: false, bundle: true, format: "esm", platform: "node", target: "node20",
      sourcemap: "inline", keepNames: true, logLevel: "silent", plugins: [shareLanewise],
    });
    return result.outputFiles[0]?.text ?? "";
  } catch (error) {
    const messages = (error as { readonly errors?: readonly Message[] }).errors;
    if (messages === undefined) throw error;
    throw new MistakeError(messages.map(formatMessage).join("\n"));
  }
}

function formatMessage({ text, location }: Message): string {
  return location === null ? text : `${location.file}:${location.line}:${location.column + 1}: ${text}`;
}

/** Replaces every import of `lanewise` by the command's own copy. */
const shareLanewise: Plugin = {
  name: "share-lanewise",
  setup(build) {
    build.onResolve({ filter: /^lanewise$/ }, () => ({ path: "lanewise", namespace: "shared" }));
    build.onLoad({ filter: /.*/, namespace: "shared" }, () => {
      const names = Object.keys(lanewise).filter((name) => name !== "default");
      return { contents: `export const { ${names.join(", ")} } = globalThis[Symbol.for("lanewise.cli.copy")];`, loader: "js" };
    });
  },
};
