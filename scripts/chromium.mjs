/**
 * @file A headless Chromium whose WebGPU runs on its own software adapter: unpacked, once, from the npm package
 * @sparticuz/chromium with the libraries that it needs, so that neither root nor a system package is needed.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { chromium } from "playwright-core";
import { readTar, unpackOnce } from "./archives.mjs";

/** The archives beside the browser, and what of them lies beside its binary. */
const archives = ["swiftshader.tar.br", "al2023.tar.br"];

/**
 * The folder with the binary `chromium` and its libraries.
 * @returns {string}
 */
function unpackChromium() {
  return unpackOnce("@sparticuz/chromium", "chromium", (packageFolder, target) => {
    const unpacked = (/** @type {string} */ name) => brotliDecompressSync(readFileSync(join(packageFolder, "bin", name)));
    for (const archive of archives) {
      for (const { name, bytes } of readTar(unpacked(archive))) writeFileSync(join(target, basename(name)), bytes, { mode: 0o755 });
    }
    writeFileSync(join(target, "chromium"), unpacked("chromium.br"), { mode: 0o755 });
  });
}

/**
 * The browser to start: LANEWISE_CHROMIUM where that is set, else the packed one; null on systems for which none is packed.
 * @returns {{ executable: string, libraries: string | null } | null}
 */
export function findChromium() {
  const chosen = process.env["LANEWISE_CHROMIUM"] ?? "";
  if (chosen !== "") return existsSync(chosen) ? { executable: chosen, libraries: null } : null;
  if (process.platform !== "linux" || process.arch !== "x64") return null;
  const folder = unpackChromium();
  return { executable: join(folder, "chromium"), libraries: folder };
}

/**
 * Starts the browser.
 * @param {{ adapter?: "swiftshader" | "default" }} [options] the software adapter, or the machine's own
 * @returns {Promise<import("playwright-core").Browser>}
 */
export async function launchChromium({ adapter = "swiftshader" } = {}) {
  const found = findChromium();
  if (found === null) throw new Error("no Chromium is packed for this system; name one in LANEWISE_CHROMIUM");
  const { executable, libraries } = found;
  const adapterOptions = adapter === "swiftshader" ? ["--use-webgpu-adapter=swiftshader"] : ["--enable-features=Vulkan", "--ignore-gpu-blocklist"];
  return chromium.launch({
    executablePath: executable,
    args: ["--enable-unsafe-webgpu", "--no-sandbox", ...adapterOptions],
    env: environmentWith(libraries),
  });
}

/** @type {(libraries: string | null) => Record<string, string>} */
function environmentWith(libraries) {
  /** @type {Record<string, string>} */
  const environment = {};
  // A driver chosen for Node is none of the browser's, which brings its own.
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined && name !== "VK_DRIVER_FILES" && name !== "LD_LIBRARY_PATH") environment[name] = value;
  return libraries === null ? environment : { ...environment, LD_LIBRARY_PATH: libraries };
}
