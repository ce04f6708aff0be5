/** @file What npm packages carry in archives, unpacked once under node_modules/.cache. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const tarBlock = 512;

/**
 * The regular files of an uncompressed tar archive.
 * @param {Buffer} archive
 * @returns {{ name: string, bytes: Buffer }[]}
 */
export function readTar(archive) {
  const files = [];
  let offset = 0;
  while (offset + tarBlock <= archive.length && archive[offset] !== 0) {
    const text = (/** @type {number} */ from, /** @type {number} */ length) =>
      archive.toString("latin1", offset + from, offset + from + length).split("\0")[0] ?? "";
    const size = Number.parseInt(text(124, 12).trim(), 8);
    if (!Number.isSafeInteger(size)) throw new Error(`not a tar archive: bad size field at byte ${offset}`);
    const start = offset + tarBlock;
    const kind = text(156, 1);
    if (kind === "0" || kind === "") files.push({ name: text(0, 100), bytes: archive.subarray(start, start + size) });
    offset = start + Math.ceil(size / tarBlock) * tarBlock;
  }
  return files;
}

/**
 * A folder filled from a package, once per version of it. It appears by one rename, so that processes that race for it see
 * either nothing or all of it.
 * @param {string} packageName
 * @param {string} name of the folder
 * @param {(packageFolder: string, target: string) => void} fill
 * @returns {string}
 */
export function unpackOnce(packageName, name, fill) {
  const packageFolder = dirname(findManifest(packageName));
  const { version } = JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8"));
  const target = join(root, "node_modules", ".cache", name, version);
  if (existsSync(target)) return target;

  const scratch = `${target}.${process.pid}`;
  mkdirSync(scratch, { recursive: true });
  try {
    fill(packageFolder, scratch);
    renameSync(scratch, target);
  } catch (error) {
    rmSync(scratch, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
  return target;
}

/**
 * The package.json of an installed package, found on disk because its `exports` hides the manifest.
 * @param {string} name
 * @returns {string}
 */
function findManifest(name) {
  const lookup = createRequire(import.meta.url).resolve.paths(name) ?? [];
  for (const folder of lookup) {
    const manifest = join(folder, name, "package.json");
    if (existsSync(manifest)) return manifest;
  }
  throw new Error(`${name} is not installed; run npm ci`);
}
