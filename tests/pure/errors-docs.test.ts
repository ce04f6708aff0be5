/** @file docs/errors.md is what its generator writes today, and every kind has a code of its own. */

import { readFileSync } from "node:fs";
import * as base from "@lanewise/compiler/base/errors";
import * as control from "@lanewise/compiler/control/errors";
import * as ir from "@lanewise/compiler/ir/errors";
import * as rules from "@lanewise/compiler/ir/rules";
import * as legalize from "@lanewise/compiler/legalize/errors";
import * as pipeline from "@lanewise/compiler/pipeline/errors";
import * as primitives from "@lanewise/compiler/primitives/errors";
import * as trace from "@lanewise/compiler/trace/errors";
import * as tree from "@lanewise/compiler/tree/errors";
import * as runtime from "@lanewise/runtime/errors";
import { expect, test } from "vitest";
import * as arrays from "../../packages/lanewise/src/errors.ts";
import * as transforms from "../../packages/lanewise/src/transforms/errors.ts";
import { errorsPage, errorsPagePath, folders, kindsOf } from "../../scripts/errors-docs.mjs";

const modules = [[base], [tree], [ir, rules], [trace], [primitives], [control], [pipeline], [legalize], [runtime], [arrays], [transforms]];
const sections = folders.map(([title], index) => [title, (modules[index] ?? []).flatMap(kindsOf)] as const);

test("docs/errors.md is up to date (npm run docs)", () => {
  expect(readFileSync(errorsPagePath, "utf8")).toBe(errorsPage(sections));
});

test("codes are distinct and in the range of their folder", () => {
  const ranges = ["LW10", "LW11", "LW12", "LW13", "LW14", "LW16", "LW17", "LW18", "LW20", "LW30", "LW31"];
  const kinds = sections.flatMap(([, list]) => list);
  expect(new Set(kinds.map(({ code }) => code)).size).toBe(kinds.length);
  sections.forEach(([, list], index) => expect(list.filter(({ code }) => !code.startsWith(ranges[index] ?? "")).map(({ code }) => code)).toEqual([]));
  expect(kinds.length).toBeGreaterThan(50);
});
