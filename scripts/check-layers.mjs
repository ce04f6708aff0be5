/**
 * @file Fails on an import that the layer table does not allow and on a cycle of imports, `import type` included. Every
 * file is parsed; a target is judged by the file that it names, however the path to it is written.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, posix, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "ts60";
import { externalTable, layerTable, primitiveFamilies, undividedWorkspaces, workspaces } from "./layer-table.mjs";

/**
 * @typedef {{ specifier: string | undefined, typeOnly: boolean, lazy: boolean, line: number }} Import
 *   `specifier` is undefined where it is computed.
 * @typedef {ReadonlyMap<string, string>} Tree  path from the repository root, with slashes -> source text
 */

const sourceFile = /\.(ts|mts|cts|tsx|js|mjs|cjs|jsx)$/;

/**
 * All violations in a tree of sources, as one readable line each; none when the layer table holds.
 * @param {Tree} tree
 * @returns {string[]}
 */
export function findViolations(tree) {
  const violations = [];
  /** @type {Map<string, string[]>} */
  const edges = new Map();
  for (const [path, text] of tree) {
    const part = partOf(path);
    if (part === undefined) {
      violations.push(`${path}: this file belongs to no layer; give its folder a row in scripts/layer-table.mjs`);
      continue;
    }
    const targets = [];
    for (const found of importsOf(path, text)) {
      const where = `${path}:${found.line}`;
      const target = found.specifier === undefined ? undefined : resolveImport(tree, path, found.specifier);
      const problem = judge(path, part, found, target);
      if (problem !== undefined) violations.push(`${where}: ${problem}`);
      if (target !== undefined && tree.has(target)) targets.push(target);
    }
    edges.set(path, targets);
  }
  for (const cycle of findCycles(edges)) violations.push(`cycle: ${[...cycle, cycle[0]].join(" -> ")}`);
  return violations;
}

/**
 * @param {string} path
 * @param {string} part
 * @param {Import} found
 * @param {string | undefined} target  path of the imported file, undefined for a package from outside
 * @returns {string | undefined}
 */
function judge(path, part, found, target) {
  const { specifier } = found;
  if (specifier === undefined) return "an import whose module is computed cannot be checked; name it by a literal";
  const workspace = workspaceOf(path);
  if (target === undefined) {
    const rule = externalTable[workspace ?? ""];
    if (rule === undefined) return undefined;
    const known = rule.names.some((name) => specifier === name || (name.endsWith(":") && specifier.startsWith(name)));
    if (!known) return `${workspace} must not import the package '${specifier}'`;
    if (rule.lazily && !found.lazy && !found.typeOnly) return `'${specifier}' may be imported by import() alone here`;
    return undefined;
  }
  if (isRelative(specifier) && workspaceOf(target) !== workspace) {
    return `'${specifier}' leaves its workspace by a path; import the package by its name`;
  }
  const targetPart = partOf(target);
  if (targetPart === undefined) return `'${specifier}' is ${target}, which belongs to no layer`;
  if (targetPart === part) return undefined;
  const allowed = permission(part, targetPart);
  if (allowed === "none") return `${part} must not import ${targetPart} ('${specifier}')`;
  if (allowed === "types" && !found.typeOnly) {
    return `${part} may import types alone from ${targetPart} ('${specifier}'): write 'import type'`;
  }
  return undefined;
}

/**
 * @param {string} part
 * @param {string} target
 * @returns {"all" | "types" | "none"}
 */
function permission(part, target) {
  /** @type {"types" | "none"} */
  let best = "none";
  for (const row of layerTable[part] ?? []) {
    const typesOnly = row.endsWith(" (types)");
    const name = typesOnly ? row.slice(0, -" (types)".length) : row;
    const matches = name.endsWith("/*") ? target.startsWith(name.slice(0, -1)) : target === name;
    if (matches && !typesOnly) return "all";
    if (matches) best = "types";
  }
  return best;
}

/**
 * @param {string} path
 * @returns {string | undefined}
 */
function workspaceOf(path) {
  return Object.keys(workspaces).find((workspace) => path.startsWith(`${workspace}/`));
}

/**
 * The row of the layer table that governs a file.
 * @param {string} path
 * @returns {string | undefined}
 */
export function partOf(path) {
  const workspace = workspaceOf(path);
  if (workspace === undefined || !path.startsWith(`${workspace}/src/`)) return undefined;
  if (undividedWorkspaces.includes(workspace)) return workspace;
  const [first = "", second = ""] = path.slice(`${workspace}/src/`.length).replace(sourceFile, "").split("/");
  const part = first === "primitives" ? `${workspace}/primitives/${familyOf(second)}` : `${workspace}/${first}`;
  return Object.hasOwn(layerTable, part) ? part : undefined;
}

/**
 * A family may fill several files: `reduce`, `reduce-window`.
 * @param {string} name
 */
function familyOf(name) {
  return ["define", ...primitiveFamilies].find((family) => name.startsWith(`${family}-`)) ?? name;
}

/** @param {string} specifier */
function isRelative(specifier) {
  return /^(\.{1,2}(\/|$)|\/|file:)/.test(specifier);
}

/**
 * The path of the file that an import names, whether or not it exists; undefined for a package from outside.
 * @param {Tree} tree
 * @param {string} from
 * @param {string} specifier
 * @returns {string | undefined}
 */
function resolveImport(tree, from, specifier) {
  const plain = specifier.replace(/^file:(\/\/)?/, "").replace(/[?#].*$/, "");
  if (isRelative(specifier)) return existing(tree, posix.normalize(posix.join(posix.dirname(from), plain)));
  for (const [workspace, name] of Object.entries(workspaces)) {
    if (plain === name) return existing(tree, `${workspace}/src/index`);
    if (plain.startsWith(`${name}/`)) {
      return existing(tree, posix.normalize(`${workspace}/src/${plain.slice(name.length + 1)}`));
    }
  }
  return undefined;
}

/**
 * @param {Tree} tree
 * @param {string} path
 */
function existing(tree, path) {
  const stem = path.replace(/\/$/, "").replace(sourceFile, "");
  const candidates = [path, `${stem}.ts`, `${stem}.tsx`, `${stem}.mts`, `${stem}.js`, `${stem}.mjs`, `${stem}/index.ts`];
  return candidates.find((candidate) => tree.has(candidate)) ?? path;
}

/**
 * Every way in which a module names another one.
 * @param {string} path
 * @param {string} text
 * @returns {Import[]}
 */
export function importsOf(path, text) {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  /** @type {Import[]} */
  const found = [];
  const add = (/** @type {ts.Node | undefined} */ module, /** @type {boolean} */ typeOnly, /** @type {boolean} */ lazy) => {
    const specifier = module !== undefined && ts.isStringLiteralLike(module) ? module.text : undefined;
    const position = module === undefined ? 0 : module.getStart(file);
    found.push({ specifier, typeOnly, lazy, line: file.getLineAndCharacterOfPosition(position).line + 1 });
  };
  for (const reference of file.referencedFiles) {
    const line = file.getLineAndCharacterOfPosition(reference.pos).line + 1;
    const specifier = isRelative(reference.fileName) ? reference.fileName : `./${reference.fileName}`;
    found.push({ specifier, typeOnly: true, lazy: false, line });
  }
  const visit = (/** @type {ts.Node} */ node) => {
    if (ts.isImportDeclaration(node)) {
      add(node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword, false);
    } else if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
      add(node.moduleSpecifier, node.isTypeOnly, false);
    } else if (ts.isImportEqualsDeclaration(node) && ts.isExternalModuleReference(node.moduleReference)) {
      add(node.moduleReference.expression, node.isTypeOnly, false);
    } else if (ts.isImportTypeNode(node)) {
      add(ts.isLiteralTypeNode(node.argument) ? node.argument.literal : node.argument, true, false);
    } else if (ts.isCallExpression(node) && isModuleCall(node.expression)) {
      add(node.arguments[0], false, node.expression.kind === ts.SyntaxKind.ImportKeyword);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** @param {ts.Expression} callee */
function isModuleCall(callee) {
  return callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === "require");
}

/**
 * One shortest cycle for every file at which a search meets the file that it began with; a cycle is reported once.
 * @param {ReadonlyMap<string, readonly string[]>} edges
 * @returns {string[][]}
 */
function findCycles(edges) {
  const cycles = [];
  const reported = new Set();
  for (const start of edges.keys()) {
    if (reported.has(start)) continue;
    const cycle = shortestWayBack(edges, start);
    if (cycle === undefined) continue;
    cycle.forEach((path) => reported.add(path));
    cycles.push(cycle);
  }
  return cycles;
}

/**
 * @param {ReadonlyMap<string, readonly string[]>} edges
 * @param {string} start
 * @returns {string[] | undefined}
 */
function shortestWayBack(edges, start) {
  /** @type {Map<string, string>} */
  const cameFrom = new Map();
  const queue = [start];
  for (let current = queue.shift(); current !== undefined; current = queue.shift()) {
    for (const next of edges.get(current) ?? []) {
      if (next === start) {
        const way = [current];
        for (let step = cameFrom.get(current); step !== undefined; step = cameFrom.get(step)) way.unshift(step);
        return way;
      }
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, current);
      queue.push(next);
    }
  }
  return undefined;
}

/**
 * The sources of all workspaces under a repository root.
 * @param {string} root
 * @returns {Map<string, string>}
 */
export function readTree(root) {
  const tree = new Map();
  const walk = (/** @type {string} */ folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const full = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (entry.name !== "node_modules") walk(full);
      } else if (sourceFile.test(entry.name)) {
        tree.set(relative(root, full).split(sep).join("/"), readFileSync(full, "utf8"));
      }
    }
  };
  for (const workspace of Object.keys(workspaces)) {
    const folder = join(root, workspace, "src");
    if (existsSync(folder)) walk(folder);
  }
  return tree;
}

/**
 * A second opinion on cycles by a tool that resolves imports in its own way.
 * @param {string} root
 * @param {Tree} tree
 * @returns {boolean}
 */
function dpdmFindsNoCycle(root, tree) {
  const command = createRequire(import.meta.url).resolve("dpdm/lib/bin/dpdm.js");
  const options = ["--no-warning", "--no-tree", "--no-progress", "--exit-code", "circular:1"];
  const run = spawnSync(process.execPath, [command, ...options, ...tree.keys()], { cwd: root, encoding: "utf8" });
  if (run.status !== 0) console.error(run.stdout + run.stderr);
  return run.status === 0;
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  const tree = readTree(root);
  const violations = findViolations(tree);
  for (const violation of violations) console.error(violation);
  const agreed = dpdmFindsNoCycle(root, tree);
  if (violations.length > 0 || !agreed) {
    console.error(`layers: ${violations.length} violation(s) in ${tree.size} files`);
    process.exitCode = 1;
  } else {
    console.log(`layers: ${tree.size} files keep the layer table`);
  }
}
