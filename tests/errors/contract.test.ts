/**
 * @file Every mistake that the contract with JAX names, of the features that exist, is made once: its code, its facts and
 * its whole message, which is kept in goldens. contract.json counts the cases of each sentence of the contract.
 */
import { LanewiseError } from "lanewise";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { cases } from "./contract-cases.ts";

interface Row {
  readonly api: string;
  readonly case: string;
  readonly code: string;
  /** Texts that the message must hold. */
  readonly facts: readonly string[];
}

interface Section {
  readonly section: string;
  /** What the contract says there, and how its cases are counted. */
  readonly sentence: string;
  readonly count: number;
  readonly rows: readonly Row[];
}

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const { sections } = JSON.parse(readFileSync(path("contract.json"), "utf8")) as { readonly sections: readonly Section[] };

const keyOf = (row: Row): string => `${row.api}: ${row.case}`;

function messageOf(row: Row): string {
  const provoke = cases[keyOf(row)];
  if (provoke === undefined) throw new Error(`no program makes the mistake "${keyOf(row)}"`);
  try {
    provoke();
  } catch (error) {
    if (!(error instanceof LanewiseError)) throw error;
    expect(error.code).toBe(row.code);
    return error.message;
  }
  throw new Error(`"${keyOf(row)}" threw nothing`);
}

/** Lines and columns change with every edit of the programs; files and functions stay. */
function normalized(message: string): string {
  return message.replace(/(contract-cases\.ts):\d+:\d+/g, "$1:LINE:COLUMN");
}

describe.each(sections)("$section", ({ section, count, rows }) => {
  it("has as many rows as the contract names cases", () => {
    expect(rows).toHaveLength(count);
    expect(new Set(rows.map(keyOf)).size).toBe(count);
  });

  it.each(rows.map((row) => [keyOf(row), row] as const))("%s", (_, row) => {
    const message = messageOf(row);
    expect(message).toContain(`[${row.code}]`);
    for (const fact of row.facts) expect(message).toContain(fact);
    // The user's line: these mistakes are all made in one file.
    expect(message).toMatch(/\n {2}at: +errors\/contract-cases\.ts:\d+:\d+/);
    expect(message).toMatch(/\n {2}fix: +\S/);
  });

  it("says the same as before", async () => {
    const text = rows.map((row) => `${keyOf(row)}\n${normalized(messageOf(row))}\n`).join("\n");
    await expect(text).toMatchFileSnapshot(path(`goldens/${section.toLowerCase().replaceAll(/[^a-z]+/g, "-")}.txt`));
  });
});

it("has a row for every program and a program for every row", () => {
  expect(sections.flatMap(({ rows }) => rows.map(keyOf)).sort()).toEqual(Object.keys(cases).sort());
});
