/** @file Where the page's script runs: in fresh headless browsers, and in fresh processes of Node. */

import { spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { launchChromium } from "../../scripts/chromium.mjs";
import { swiftShaderEnvironment } from "../../scripts/swiftshader.mjs";

/** @typedef {{ call: (member: string, ...values: unknown[]) => Promise<any>, close: () => Promise<unknown> }} Place */

const cache = new URL("../node_modules/.cache/", import.meta.url);
const scriptFile = new URL("webgpu-page.mjs", cache);

/** The script of the page in one file, as a site would bundle it. @type {() => Promise<string>} */
export async function bundlePage() {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("page.mjs", import.meta.url))], bundle: true, format: "esm", platform: "browser", target: "es2022", write: false, logLevel: "error",
    // tfjs asks for them where it finds itself in Node.
    external: ["util", "crypto", "string_decoder", "fs", "path", "node-fetch"],
  });
  const text = outputFiles.map((file) => file.text).join("\n");
  await mkdir(cache, { recursive: true });
  await writeFile(scriptFile, text);
  return text;
}

/** A page of a fresh browser. @type {(script: string, adapter: "swiftshader" | "default") => Promise<Place>} */
export async function openBrowser(script, adapter) {
  const browser = await launchChromium({ adapter });
  const page = await browser.newPage();
  await page.route("**/*", (route) => route.fulfill(new URL(route.request().url()).pathname === "/page.js"
    ? { contentType: "text/javascript", body: script }
    : { contentType: "text/html", body: "<!doctype html><script type=module src=/page.js></script>" }));
  await page.goto("http://localhost/");
  await page.waitForFunction("'webgpuBench' in globalThis");
  return {
    call: (member, ...values) => page.evaluate(`webgpuBench.${member}(...${JSON.stringify(values)})`),
    close: () => browser.close(),
  };
}

/** A fresh process of Node with the npm package webgpu in place of the page's. @type {(adapter: "swiftshader" | "default") => Promise<Place>} */
export async function openNode(adapter) {
  const environment = adapter === "swiftshader" ? swiftShaderEnvironment() : {};
  const child = spawn(process.execPath, [fileURLToPath(new URL("node.mjs", import.meta.url)), scriptFile.href], {
    env: { ...process.env, ...environment }, stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => { child.once("exit", resolve); });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    call: async (member, ...values) => {
      child.stdin.write(`${JSON.stringify([member, values])}\n`);
      const answer = await answers.next();
      if (answer.done === true) throw new Error("the process ended");
      const { value, failure } = JSON.parse(answer.value);
      if (failure !== undefined) throw new Error(failure);
      return value;
    },
    close: () => {
      child.stdin.end();
      return ended;
    },
  };
}
