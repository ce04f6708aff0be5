/**
 * @file The layer table of the architecture as data: which part of the repository may import which. A part is a folder
 * or a single file under a `src`; its own files may always import each other, in any order without a cycle.
 */

/** The families of primitives, in order: each may import `define` and the families before it. */
export const primitiveFamilies = [
  "linear", "elementwise", "compare", "bits", "arith", "structural", "unary", "power", "reduce", "index", "cumulative",
  "contract", "conv", "sort", "random", "linalg", "collective",
];

const primitives = ["errors", "params", "define", ...primitiveFamilies].map((family) => `compiler/primitives/${family}`);
const belowPrimitives = ["compiler/base", "compiler/kernel", "compiler/ir", "compiler/trace"];
const belowTransforms = ["compiler/base", "compiler/tree", "compiler/ir", "compiler/trace"];
const transformPrimitives = ["define", "linear"].map((family) => `compiler/primitives/${family}`);

/**
 * Part -> the parts it may import. `(types)` allows `import type` only; a name that ends in `/*` stands for all parts
 * below it.
 * @type {Readonly<Record<string, readonly string[]>>}
 */
export const layerTable = {
  "compiler/base": [],
  "compiler/tree": ["compiler/base"],
  "compiler/kernel": ["compiler/base"],
  "compiler/ir": ["compiler/base", "compiler/kernel (types)"],
  "compiler/trace": ["compiler/base", "compiler/tree", "compiler/ir"],
  ...Object.fromEntries(primitives.map((part, position) => [part, [...belowPrimitives, ...primitives.slice(0, position)]])),
  "compiler/primitives/all": [...primitives, "compiler/ir (types)"],
  "compiler/transforms": [...belowTransforms, ...transformPrimitives],
  "compiler/control": [...belowTransforms, "compiler/kernel", "compiler/primitives/*", "compiler/transforms"],
  "compiler/passes": ["compiler/base", "compiler/tree", "compiler/ir"],
  "compiler/target": ["compiler/base"],
  "compiler/artifact": ["compiler/base"],
  "compiler/fuse": ["compiler/base", "compiler/ir", "compiler/kernel (types)", "compiler/target"],
  "compiler/lower": [
    "compiler/base", "compiler/ir", "compiler/kernel", "compiler/target", "compiler/artifact", "compiler/fuse (types)",
  ],
  "compiler/schedule": ["compiler/base", "compiler/kernel", "compiler/target", "compiler/artifact"],
  "compiler/legalize": ["compiler/base", "compiler/kernel", "compiler/target"],
  "compiler/plan": ["compiler/base", "compiler/kernel", "compiler/target", "compiler/artifact"],
  "compiler/codegen": ["compiler/base", "compiler/kernel", "compiler/target", "compiler/artifact"],
  "compiler/pipeline": ["compiler/*"],
  "compiler/index": ["compiler/*"],
  "runtime/device": ["compiler/base (types)", "compiler/artifact (types)"],
  "runtime/errors": ["compiler/base (types)"],
  "runtime/executor": ["runtime/errors", "runtime/device", "compiler/base", "compiler/artifact"],
  "runtime/js": ["runtime/errors", "runtime/device", "compiler/base", "compiler/artifact"],
  "runtime/wasm": ["runtime/errors", "runtime/device", "compiler/base", "compiler/artifact"],
  "runtime/webgpu": ["runtime/errors", "runtime/device", "compiler/base", "compiler/artifact"],
  "runtime/index": ["runtime/*", "compiler/base", "compiler/artifact"],
  "packages/lanewise": ["compiler/*", "runtime/*"],
  "packages/cli": ["packages/lanewise", "compiler/*"],
  "packages/unplugin": [],
  "packages/playground": ["packages/lanewise"],
};

/**
 * Packages from outside that a workspace may import; `node:` stands for every module of Node. A workspace that is absent
 * may import any. `lazily` means by `import()` alone, because a browser cannot load the module.
 * @type {Readonly<Record<string, { names: readonly string[], lazily: boolean }>>}
 */
export const externalTable = {
  "compiler": { names: [], lazily: false },
  "runtime": { names: ["node:", "webgpu"], lazily: true },
  "packages/lanewise": { names: ["node:", "webgpu"], lazily: true },
};

/**
 * Workspaces by their folder, with the name by which others import them.
 * @type {Readonly<Record<string, string>>}
 */
export const workspaces = {
  "compiler": "@lanewise/compiler",
  "runtime": "@lanewise/runtime",
  "packages/lanewise": "lanewise",
  "packages/cli": "lanewise-cli",
  "packages/unplugin": "@lanewise/unplugin",
  "packages/playground": "@lanewise/playground",
};

/** Workspaces that are one part as a whole, so that their inner folders have no rules of their own. */
export const undividedWorkspaces = ["packages/lanewise", "packages/cli", "packages/unplugin", "packages/playground"];
