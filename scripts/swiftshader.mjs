/**
 * @file Gives Node a software Vulkan driver, so that WebGPU tests need neither a GPU nor root: unpacks the SwiftShader
 * that the npm package @sparticuz/chromium carries, once, and names the environment variables that select it.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { readTar, unpackOnce } from "./archives.mjs";

const driverFiles = ["libvulkan.so.1", "libvk_swiftshader.so", "vk_swiftshader_icd.json"];

/**
 * The folder that holds the unpacked driver.
 * @returns {string}
 */
export function unpackSwiftShader() {
  return unpackOnce("@sparticuz/chromium", "swiftshader", (packageFolder, target) => {
    const archive = brotliDecompressSync(readFileSync(join(packageFolder, "bin", "swiftshader.tar.br")));
    const files = readTar(archive).filter((file) => driverFiles.includes(basename(file.name)));
    if (files.length !== driverFiles.length) throw new Error("this version of @sparticuz/chromium packs another SwiftShader");
    for (const file of files) writeFileSync(join(target, basename(file.name)), file.bytes, { mode: 0o755 });
  });
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
