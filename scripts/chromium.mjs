/**
 * @file Unpacks the headless Chromium of the npm package @sparticuz/chromium, with the libraries that a bare system lacks
 * and its software WebGPU driver, so that browser tests need neither root nor a system package.
 */
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliDecompressSync } from "node:zlib";
import { findManifest, readTar } from "./swiftshader.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * The browser's executable and what to set for it; null on systems for which none is packed. The first call takes seconds.
 * @returns {{ executable: string, environment: Record<string, string> } | null}
 */
export function unpackChromium() {
  if (process.platform !== "linux" || process.arch !== "x64") return null;
  const packageFolder = dirname(findManifest("@sparticuz/chromium"));
  const { version } = JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8"));
  const folder = join(root, "node_modules", ".cache", "chromium", version);
  const unpacked = { executable: join(folder, "chromium"), environment: { LD_LIBRARY_PATH: folder } };
  if (existsSync(folder)) return unpacked;

  const scratch = `${folder}.${process.pid}`;
  mkdirSync(scratch, { recursive: true });
  const read = (/** @type {string} */ name) => brotliDecompressSync(readFileSync(join(packageFolder, "bin", name)));
  writeFileSync(join(scratch, "chromium"), read("chromium.br"));
  chmodSync(join(scratch, "chromium"), 0o755);
  for (const archive of ["swiftshader.tar.br", "al2023.tar.br"]) {
    for (const file of readTar(read(archive))) writeFileSync(join(scratch, basename(file.name)), file.bytes, { mode: 0o755 });
  }
  // A finished folder appears by one rename: whoever races for it sees nothing or all of it.
  try {
    renameSync(scratch, folder);
  } catch (error) {
    rmSync(scratch, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return unpacked;
}
