/** @file The layer check fails on every kind of planted violation, and the real tree holds to the table. */
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { findViolations, importsOf, partOf, readTree } from "../../scripts/check-layers.mjs";

const violationsOf = (files: Readonly<Record<string, string>>): string[] => findViolations(new Map(Object.entries(files)));

const base = { "compiler/src/base/dtype.ts": "export const size = 4; export type Size = number;" };

describe("the layer check accepts", () => {
  it.each<[string, string, string]>([
    ["a lower layer", "compiler/src/tree/flatten.ts", 'import { size } from "../base/dtype.ts"; export { size };'],
    ["the own folder", "compiler/src/base/shape.ts", 'export { size } from "./dtype.ts";'],
    ["types where types alone are allowed", "runtime/src/device.ts", 'import type { Size } from "@lanewise/compiler/base/dtype";'],
    ["an import type node", "runtime/src/device.ts", 'export type S = import("@lanewise/compiler/base/dtype").Size;'],
    ["a lazy import of Node in the runtime", "runtime/src/js/worker.ts", 'await import("node:worker_threads");'],
    ["an import that is a comment", "compiler/src/base/shape.ts", '// import "../ir/types.ts";'],
    ["an import that is a string", "compiler/src/base/shape.ts", "export const text = `import '../ir/types.ts'`;"],
    ["an earlier family", "compiler/src/primitives/reduce-window.ts", 'import "./arith.ts"; import "./reduce.ts";'],
  ])("%s", (_, path, text) => {
    expect(violationsOf({ ...base, [path]: text })).toEqual([]);
  });
});

describe("the layer check refuses", () => {
  it.each<[string, string, string, RegExp]>([
    ["a higher layer", "compiler/src/base/shape.ts", 'import { x } from "../ir/types.ts";', /base must not import compiler\/ir/],
    ["a higher layer's types", "compiler/src/base/shape.ts", 'import type { X } from "../ir/types.ts";', /must not import compiler\/ir/],
    ["an export from", "compiler/src/base/shape.ts", 'export * from "../ir/types.ts";', /must not import compiler\/ir/],
    ["a side effect import", "compiler/src/base/shape.ts", 'import "../ir/types.ts";', /must not import compiler\/ir/],
    ["a lazy import", "compiler/src/base/shape.ts", 'const x = () => import("../ir/types.ts");', /must not import compiler\/ir/],
    ["require", "compiler/src/base/shape.ts", 'const x = require("../ir/types.ts");', /must not import compiler\/ir/],
    ["an import type node", "compiler/src/base/shape.ts", 'export type X = import("../ir/types.ts").X;', /must not import compiler\/ir/],
    ["an import split over lines", "compiler/src/base/shape.ts", 'import {\n  x, // y\n} from\n  "../ir/types.ts";', /must not import compiler\/ir/],
    ["a devious relative path", "compiler/src/base/shape.ts", 'import "./../base/.././kernel/../ir/types.ts";', /must not import compiler\/ir/],
    ["an escaped specifier", "compiler/src/base/shape.ts", 'import "../\\u0069r/types.ts";', /must not import compiler\/ir/],
    ["a devious package path", "compiler/src/base/shape.ts", 'import "@lanewise/compiler/base/../ir/types";', /must not import compiler\/ir/],
    ["a path out of the workspace", "packages/lanewise/src/array.ts", 'import "../../../compiler/src/base/dtype.ts";', /leaves its workspace/],
    ["a path out of the repository", "compiler/src/base/shape.ts", 'import "../../../../elsewhere.ts";', /leaves its workspace/],
    ["a computed module", "compiler/src/base/shape.ts", 'const n = "../ir/types.ts"; await import(n);', /computed/],
    ["values where types alone are allowed", "runtime/src/device.ts", 'import { size } from "@lanewise/compiler/base/dtype";', /types alone/],
    ["an inline type that keeps the import", "runtime/src/device.ts", 'import { type Size } from "@lanewise/compiler/base/dtype";', /types alone/],
    ["the runtime in the compiler", "compiler/src/pipeline.ts", 'import "@lanewise/runtime";', /must not import runtime\/index/],
    ["the pipeline in the runtime", "runtime/src/executor.ts", 'import "@lanewise/compiler/pipeline";', /must not import compiler\/pipeline/],
    ["one device in another", "runtime/src/js/device.ts", 'import "../webgpu/device.ts";', /must not import runtime\/webgpu/],
    ["a later family", "compiler/src/primitives/arith.ts", 'import "./structural.ts";', /arith must not import .*structural/],
    ["another than the three families in a transform", "compiler/src/transforms/jvp.ts", 'import "../primitives/reduce.ts";', /transforms must not import/],
    ["values of fuse in lower", "compiler/src/lower/steps.ts", 'import "../fuse/plan.ts";', /types alone/],
    ["Node in the compiler", "compiler/src/pipeline.ts", 'import "node:fs";', /must not import the package 'node:fs'/],
    ["an eager import of Node in the runtime", "runtime/src/js/worker.ts", 'import "node:worker_threads";', /import\(\) alone/],
    ["a folder without a row", "compiler/src/helpers/things.ts", "export {};", /belongs to no layer/],
    ["a folder without a row as a target", "compiler/src/pipeline.ts", 'import "./helpers/things.ts";', /belongs to no layer/],
  ])("%s", (_, path, text, expected) => {
    const violations = violationsOf({ ...base, [path]: text });
    expect(violations).toHaveLength(1);
    expect(violations[0]).toContain(path);
    expect(violations[0]).toMatch(expected);
  });

  it("a cycle inside a folder, of types alone, and names its files once", () => {
    const violations = violationsOf({
      "compiler/src/ir/a.ts": 'import type { B } from "./b.ts";',
      "compiler/src/ir/b.ts": 'export { C } from "./c.ts";',
      "compiler/src/ir/c.ts": 'import "./a.ts";',
      "compiler/src/ir/outside.ts": 'import "./a.ts";',
    });
    expect(violations).toEqual([
      "cycle: compiler/src/ir/a.ts -> compiler/src/ir/b.ts -> compiler/src/ir/c.ts -> compiler/src/ir/a.ts",
    ]);
  });

  it("a cycle through the package's own name", () => {
    const violations = violationsOf({
      "compiler/src/ir/a.ts": 'import "@lanewise/compiler/ir/b";',
      "compiler/src/ir/b.ts": 'import "./a.ts";',
    });
    expect(violations).toEqual(["cycle: compiler/src/ir/a.ts -> compiler/src/ir/b.ts -> compiler/src/ir/a.ts"]);
  });
});

describe("the parts of the layer check", () => {
  it("tell types from values, and lines", () => {
    const text = 'import type { A } from "./a.ts";\nimport { b } from "./b.ts";\nexport type { C } from "./c.ts";';
    expect(importsOf("x.ts", text)).toEqual([
      { specifier: "./a.ts", typeOnly: true, lazy: false, line: 1 },
      { specifier: "./b.ts", typeOnly: false, lazy: false, line: 2 },
      { specifier: "./c.ts", typeOnly: true, lazy: false, line: 3 },
    ]);
  });

  it("map a file to its row", () => {
    expect(partOf("compiler/src/target.ts")).toBe("compiler/target");
    expect(partOf("compiler/src/codegen/js/print.ts")).toBe("compiler/codegen");
    expect(partOf("compiler/src/primitives/linalg/cholesky.ts")).toBe("compiler/primitives/linalg");
    expect(partOf("packages/lanewise/src/numpy/sort.ts")).toBe("packages/lanewise");
    expect(partOf("compiler/src/toString.ts")).toBeUndefined();
    expect(partOf("compiler/vitest.ts")).toBeUndefined();
  });
});

it("the repository keeps its layer table", () => {
  const tree = readTree(fileURLToPath(new URL("../..", import.meta.url)));
  expect(tree.size).toBeGreaterThan(4);
  expect(findViolations(tree)).toEqual([]);
});
