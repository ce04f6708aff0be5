/** @file The documentation page of the scalar table is what its generator writes today. */
import { readFileSync } from "node:fs";
import * as table from "@lanewise/compiler/base/scalar-ops";
import { expect, it } from "vitest";
import { scalarOpsPage, scalarOpsPagePath } from "../../scripts/scalar-ops-docs.mjs";

it("docs/scalar-ops.md is up to date (npm run build && node scripts/scalar-ops-docs.mjs)", () => {
  expect(readFileSync(scalarOpsPagePath, "utf8")).toBe(scalarOpsPage(table));
});

it("the page names every op", () => {
  const page = scalarOpsPage(table);
  for (const name of table.scalarOpNames) expect(page).toContain(`\`${name}(`);
});
