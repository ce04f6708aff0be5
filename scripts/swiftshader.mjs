/**
 * @file Gives Node a software Vulkan driver, so that WebGPU tests need neither a GPU nor root: unpacks the SwiftShader
 * that the npm package @sparticuz/chromium carries, once, and names the environment variables that select it.
 */
import { mkdirSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliDecompressSync } from "node:zlib";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const tarBlock = 512;
const driverFiles = ["libvulkan.so.1", "libvk_swiftshader.so", "vk_swiftshader_icd.json"];

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
 * The folder that holds the unpacked driver. A finished folder appears by one rename, so that processes that race for it
 * see either nothing or all of it.
 * @returns {string}
 */
export function unpackSwiftShader() {
  const packageFolder = dirname(findManifest("@sparticuz/chromium"));
  const { version } = JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8"));
  const target = join(root, "node_modules", ".cache", "swiftshader", version);
  if (existsSync(target)) return target;

  const scratch = `${target}.${process.pid}`;
  mkdirSync(scratch, { recursive: true });
  const archive = brotliDecompressSync(readFileSync(join(packageFolder, "bin", "swiftshader.tar.br")));
  const files = readTar(archive).filter((file) => driverFiles.includes(basename(file.name)));
  if (files.length !== driverFiles.length) throw new Error(`@sparticuz/chromium ${version} packs another SwiftShader`);
  for (const file of files) writeFileSync(join(scratch, basename(file.name)), file.bytes, { mode: 0o755 });
  try {
    renameSync(scratch, target);
  } catch (error) {
    rmSync(scratch, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
  return target;
}

/**
 * The variables to set before a Node process starts; the dynamic loader reads them once. A driver that the caller chose
 * with VK_DRIVER_FILES stays chosen, and gets the packed Vulkan loader. Empty on systems for which no SwiftShader is
 * packed: there the machine's own driver serves.
 * @param {NodeJS.ProcessEnv} [environment]
 * @returns {Record<string, string>}
 */
export function swiftShaderEnvironment(environment = process.env) {
  if (process.platform !== "linux" || process.arch !== "x64") return {};
  const folder = unpackSwiftShader();
  const inherited = (environment["LD_LIBRARY_PATH"] ?? "").split(":").filter((path) => path !== "" && path !== folder);
  return {
    VK_DRIVER_FILES: environment["VK_DRIVER_FILES"] ?? join(folder, "vk_swiftshader_icd.json"),
    LD_LIBRARY_PATH: [folder, ...inherited].join(":"),
  };
}

/**
 * The package.json of an installed package, found on disk because its `exports` hides the manifest.
 * @param {string} name
 * @returns {string}
 */
export function findManifest(name) {
  const lookup = createRequire(import.meta.url).resolve.paths(name) ?? [];
  for (const folder of lookup) {
    const manifest = join(folder, name, "package.json");
    if (existsSync(manifest)) return manifest;
  }
  throw new Error(`${name} is not installed; run npm ci`);
}
