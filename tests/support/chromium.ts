/** @file A page of headless Chromium with lanewise and the programs of tests/browser, bundled as a site would bundle them. */
import { build } from "esbuild";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe } from "vitest";
import { findChromium, launchChromium } from "../../scripts/chromium.mjs";
import type { lanewiseTests } from "../browser/page.ts";

const skipped = findChromium() === null && (process.env["CI"] ?? "") === "";
if (skipped) console.warn("SKIPPED: no Chromium is packed for this machine and LANEWISE_CHROMIUM names none, so the tests in a browser do not run");

/** `describe` for suites that need a browser. Without one they are skipped loudly, and fail under CI. */
export const describeChromium = describe.skipIf(skipped);

/** The page's script. It must load in a browser as it is, so an import that is left over, such as of Node, is an error. */
async function bundle(): Promise<string> {
  const { outputFiles, metafile } = await build({
    entryPoints: [new URL("../browser/page.ts", import.meta.url).pathname], bundle: true, format: "esm", platform: "browser", target: "es2022",
    conditions: ["lanewise-source"], write: false, metafile: true, logLevel: "silent",
  });
  const left = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  if (left.length > 0) throw new Error(`the bundle still imports ${left.join(", ")}`);
  return outputFiles.map(({ text }) => text).join("\n");
}

/** A page's members of `lanewiseTests`, called from Node. */
export type Call = <Name extends keyof typeof lanewiseTests>(
  name: Name, ...args: Parameters<(typeof lanewiseTests)[Name]>
) => Promise<Awaited<ReturnType<(typeof lanewiseTests)[Name]>>>;

const origin = "http://localhost";

/** One browser for a test file, and a function that opens a fresh page in it. */
export function useChromium(): () => Promise<Call> {
  let browser: Browser | undefined;
  let script = "";
  beforeAll(async () => {
    [browser, script] = await Promise.all([launchChromium(), bundle()]);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
  });
  return async () => {
    if (browser === undefined) throw new Error("the browser has not started");
    const page = await browser.newPage();
    await serve(page, { "/": ["text/html", "<!doctype html><script type=module src=/page.js></script>"], "/page.js": ["text/javascript", script] });
    await page.goto(`${origin}/`);
    await page.waitForFunction("'lanewiseTests' in globalThis");
    return (name, ...args) => page.evaluate(
      ([called, given]) => (Reflect.get(globalThis, "lanewiseTests") as Record<string, (...values: unknown[]) => Promise<never>>)[called]?.(...given) as Promise<never>,
      [name, args] as const,
    );
  };
}

/** Answers the page's requests from memory: pages of localhost are secure, as WebGPU wants, and no port is opened. */
async function serve(page: Page, files: Readonly<Record<string, readonly [contentType: string, body: string]>>): Promise<void> {
  await page.route("**/*", async (route) => {
    const file = files[new URL(route.request().url()).pathname];
    if (file === undefined) await route.fulfill({ status: 404 });
    else await route.fulfill({ contentType: file[0], body: file[1] });
  });
}
