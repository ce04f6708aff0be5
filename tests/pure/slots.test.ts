/**
 * @file Deleting any slot of any primitive breaks the type check: tried for each, on the real source, with TypeScript's
 * language service.
 */

import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "ts60";
import { expect, test } from "vitest";

const folder = fileURLToPath(new URL("../../compiler/src/", import.meta.url));
const definers = new Set(["definePrimitive", "defineUnary", "defineBinary", "defineReducer"]);

function sourceFiles(): string[] {
  return ["primitives", "control"].flatMap((name) => readdirSync(folder + name).map((file) => `${folder}${name}/${file}`));
}

/** A language service over the compiler's sources in which one file may be replaced. */
function openService(): { service: ts.LanguageService; replace(file: string, text: string | null): void } {
  const replaced = new Map<string, { version: number; text: string | null }>();
  const files = sourceFiles();
  const options: ts.CompilerOptions = {
    strict: true, noUncheckedIndexedAccess: true, target: ts.ScriptTarget.ES2022, lib: ["lib.es2022.d.ts", "lib.es2023.array.d.ts"],
    module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, allowImportingTsExtensions: true, noEmit: true, types: [],
  };
  const service = ts.createLanguageService({
    getCompilationSettings: () => options,
    getScriptFileNames: () => files,
    getScriptVersion: (file) => String(replaced.get(file)?.version ?? 0),
    getScriptSnapshot: (file) => {
      const text = replaced.get(file)?.text ?? ts.sys.readFile(file);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => folder,
    getDefaultLibFileName: (settings) => ts.getDefaultLibFilePath(settings),
    fileExists: (file) => ts.sys.fileExists(file),
    readFile: (file) => ts.sys.readFile(file),
  });
  return { service, replace: (file, text) => replaced.set(file, { version: (replaced.get(file)?.version ?? 0) + 1, text }) };
}

interface Definition {
  readonly start: number;
  readonly end: number;
  readonly slots: readonly { readonly name: string; readonly start: number; readonly end: number }[];
}

/** The definitions of primitives in a file, with the text span of each slot. */
function definitionsOf(file: string, text: string): Definition[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  const definitions: Definition[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && definers.has(node.expression.text)) {
      const [literal] = node.arguments;
      if (literal !== undefined && ts.isObjectLiteralExpression(literal)) {
        const slots = literal.properties.map((property) => {
          const end = property.getEnd();
          return { name: property.name?.getText() ?? "", start: property.getStart(), end: text[end] === "," ? end + 1 : end };
        });
        definitions.push({ start: node.getStart(), end: node.getEnd(), slots });
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return definitions;
}

/** Blanks a span, so that what follows keeps its place. */
function blank(text: string, start: number, end: number): string {
  return text.slice(0, start) + text.slice(start, end).replace(/[^\n]/g, " ") + text.slice(end);
}

test("deleting any slot of any primitive is a type error", () => {
  const sources = openService();
  const { service } = sources;
  const files = sourceFiles().map((file) => {
    const text = readFileSync(file, "utf8");
    return { file, text, definitions: definitionsOf(file, text) };
  }).filter(({ definitions }) => definitions.length > 0);
  for (const { file } of files) expect(service.getSemanticDiagnostics(file), file).toEqual([]);

  const survivors: string[] = [];
  let tried = 0;
  // One slot of every definition at a time: each definition must then have an error of its own.
  for (let position = 0; files.some(({ definitions }) => definitions.some(({ slots }) => position < slots.length)); position++) {
    for (const { file, text, definitions } of files) {
      const cut = definitions.flatMap(({ slots }) => slots.slice(position, position + 1));
      sources.replace(file, cut.reduce((changed, { start, end }) => blank(changed, start, end), text));
    }
    for (const { file, definitions } of files) {
      expect(service.getSyntacticDiagnostics(file), file).toEqual([]);
      const errors = service.getSemanticDiagnostics(file).map((diagnostic) => diagnostic.start ?? -1);
      for (const { start, end, slots } of definitions) {
        const slot = slots[position];
        if (slot === undefined) continue;
        tried++;
        if (!errors.some((place) => place >= start && place < end)) survivors.push(`${file.slice(folder.length)}: ${slot.name}`);
      }
    }
  }
  expect(survivors).toEqual([]);
  expect(tried).toBeGreaterThan(250);
}, 300_000);
