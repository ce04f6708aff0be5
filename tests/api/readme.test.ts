/** @file Everything in README.md that can be pasted runs, and prints what its comments say. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const readme = readFileSync(join(root, "README.md"), "utf8");
const blocks = [...readme.matchAll(/^```js\n([^]*?)^```$/gm)].map((match) => match[1] ?? "");

/** What the comment behind a `console.log` promises, or null where it has none. */
function promises(block: string): readonly (string | null)[] {
  return [...block.matchAll(/console\.log\(.*\);(?: \/\/ (.*))?$/gm)].map((match) => match[1] ?? null);
}

function printed(values: readonly unknown[]): string {
  return values.map((value) => (typeof value === "string" ? value : JSON.stringify(value).replaceAll(",", ", "))).join(" ");
}

describe("README.md", () => {
  // Beside the tests, so that the import of lanewise is found as users find it.
  let folder = "";
  beforeAll(() => { folder = mkdtempSync(join(root, "tests", "readme-")); });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("begins with the two commands", () => {
    expect(readme.split("\n").slice(0, 4)).toEqual(["```sh", "npm ci && npm run demo", "npm ci && npm test", "```"]);
    expect(blocks.length).toBeGreaterThan(3);
  });

  it.each(blocks.map((block, index) => [index, block] as const))("runs block %i", async (index, block) => {
    const file = join(folder, `block-${index}.mjs`);
    writeFileSync(file, block);
    const lines: string[] = [];
    const log = vi.spyOn(console, "log").mockImplementation((...values: unknown[]) => { lines.push(printed(values)); });
    try {
      await import(/* @vite-ignore */ pathToFileURL(file).href);
    } finally {
      log.mockRestore();
    }
    const promised = promises(block);
    expect(lines).toHaveLength(promised.length);
    promised.forEach((text, place) => { if (text !== null) expect(lines[place]).toBe(text); });
  });
});
