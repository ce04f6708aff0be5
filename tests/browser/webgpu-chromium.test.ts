/** @file lanewise bundled into a page of headless Chromium, on webgpu there: the same results as on js here. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { unpackChromium } from "../../scripts/chromium.mjs";
import { values, type PageResult } from "./page.ts";

/** The part of playwright-core that is used here. */
interface Playwright {
  readonly chromium: { launch(options: object): Promise<Browser> };
}
interface Browser {
  newPage(): Promise<{ goto(url: string): Promise<unknown>; evaluate(code: string): Promise<unknown> }>;
  close(): Promise<void>;
}

/** Loaded by a name that the type checker does not follow: an installation from before it was a dependency does without. */
async function loadPlaywright(): Promise<Playwright | null> {
  const name = "playwright-core";
  return (import(name) as Promise<Playwright>).catch(() => null);
}

const playwright = await loadPlaywright();
const chromium = unpackChromium();
const skipped = (chromium === null || playwright === null) && (process.env["CI"] ?? "") === "";
if (skipped) console.warn(`SKIPPED: ${playwright === null ? "playwright-core is not installed (npm ci)" : "no Chromium is packed for this system"}, so the tests in a page do not run`);

/** Numbers that are near each other; everything else equal. */
function near(actual: unknown, expected: unknown): boolean {
  if (Array.isArray(actual) && Array.isArray(expected)) return actual.length === expected.length && actual.every((item, index) => near(item, expected[index]));
  if (typeof actual === "number" && typeof expected === "number") return Math.abs(actual - expected) <= 1e-5 * Math.max(1, Math.abs(expected));
  return actual === expected;
}

describe.skipIf(skipped)("a page in Chromium", () => {
  let server: Server;
  let browser: Browser;
  let result: PageResult;

  beforeAll(async () => {
    if (chromium === null || playwright === null) throw new Error("no Chromium is packed for this system, or npm ci has not been run");
    const bundle = await build({
      entryPoints: [fileURLToPath(new URL("page.ts", import.meta.url))], bundle: true, write: false, format: "iife", platform: "browser",
      target: "es2022", conditions: ["lanewise-source"], logLevel: "silent",
    });
    const script = bundle.outputFiles[0]?.text ?? "";
    server = createServer((request, response) => {
      const isScript = request.url === "/page.js";
      response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
      response.end(isScript ? script : "<!doctype html><script src=page.js></script>");
    });
    await new Promise<void>((resolve) => { server.listen(0, "127.0.0.1", resolve); });
    browser = await playwright.chromium.launch({
      executablePath: chromium.executable, headless: true, env: { ...process.env, ...chromium.environment },
      args: ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader", "--no-sandbox", "--headless=new"],
    });
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    result = (await page.evaluate("runInPage()")) as PageResult;
  }, 180_000);

  afterAll(async () => {
    await browser.close();
    await new Promise((resolve) => { server.close(resolve); });
  });

  it("computes what js computes here", async () => {
    const expected = await values();
    expect(Object.keys(result.values)).toEqual(Object.keys(expected));
    for (const [name, value] of Object.entries(expected)) expect(near(result.values[name], value), `${name}: ${JSON.stringify(result.values[name])}`).toBe(true);
  });

  it("has an adapter, and reads everything with one mapping", () => {
    expect(result.adapter).toContain("swiftshader");
    expect(result.maps).toBe(1);
  });
});
