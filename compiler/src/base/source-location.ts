/** @file Finds the user's frame in a stack trace: the innermost one outside lanewise. */

export interface SourceLocation {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Name of the function the frame is in; empty when it has none. */
  readonly functionName: string;
}

declare global {
  /** Every host of ES modules has it; the compiler is built without a host's types. */
  interface ImportMeta {
    url: string;
  }
}

// From sources and from a build this module lies in compiler/{src,dist}/base, beside runtime/ and packages/. In a bundle
// everything of lanewise is one file.
const here = import.meta.url;
const house = /^(.*\/)compiler\/(?:src|dist)\/base\/[^/]+$/.exec(here)?.[1] ?? null;

function isOurs(file: string): boolean {
  const url = file.startsWith("/") ? `file://${file}` : file;
  if (house === null) return url === here;
  if (!url.startsWith(house)) return false;
  return /^(?:compiler|runtime|packages\/[^/]+)\/(?:src|dist)\//.test(url.slice(house.length));
}

/** V8 prints `at f (file:1:2)` or `at file:1:2`; SpiderMonkey and JavaScriptCore print `f@file:1:2`. */
const frameForms = [/^\s*at (?:async )?(?:(.*?) \()?((?:file:\/\/|https?:\/\/|\/|[A-Za-z]:\\).*?):(\d+):(\d+)\)?$/, /^(.*?)@(.*?):(\d+):(\d+)$/];

function parseFrame(line: string): SourceLocation | null {
  for (const form of frameForms) {
    const match = form.exec(line);
    if (match === null) continue;
    const [, name = "", file = "", lineText = "0", columnText = "0"] = match;
    return { file, line: Number(lineText), column: Number(columnText), functionName: name === "<anonymous>" ? "" : name };
  }
  return null;
}

/** The innermost frame of `stack` that is neither lanewise nor the engine; null when there is none. */
export function userFrame(stack: string): SourceLocation | null {
  for (const line of stack.split("\n")) {
    const frame = parseFrame(line);
    if (frame !== null && !isOurs(frame.file) && !frame.file.startsWith("node:")) return frame;
  }
  return null;
}

/** Where the function of this name is at work: its innermost frame in a stack that is neither lanewise nor the engine; null when there is none. */
export function frameOfFunction(name: string, stack: string): SourceLocation | null {
  for (const line of stack.split("\n")) {
    const frame = parseFrame(line);
    if (frame !== null && frame.functionName.split(".").at(-1) === name && !isOurs(frame.file)) return frame;
  }
  return null;
}

/** Whether an error with this stack was thrown by lanewise itself, and not by code that it called. */
export function isThrownInside(stack: string): boolean {
  const innermost = stack.split("\n").map(parseFrame).find((frame) => frame !== null);
  return innermost !== undefined && isOurs(innermost.file);
}

/** Deeper than any call of lanewise. */
const allFrames = 60;

/** An error that holds so many frames of the stack: V8 keeps ten unless told otherwise, and a call of lanewise can be deeper. */
export function captureStack(frames = allFrames): Error {
  const engine = Error as unknown as { stackTraceLimit?: number };
  const before = engine.stackTraceLimit;
  engine.stackTraceLimit = frames;
  try {
    return new Error("stack");
  } finally {
    if (before === undefined) delete engine.stackTraceLimit;
    else engine.stackTraceLimit = before;
  }
}

/** The user's frame of the call in progress. Costs some microseconds: for errors, not for hot paths. */
export function currentUserFrame(): SourceLocation | null {
  return userFrame(captureStack().stack ?? "");
}

/** `src/model.ts:12:7`, with the folder that the file is in. */
export function formatPlace(location: SourceLocation): string {
  return `${location.file.split("?")[0]?.split("/").slice(-2).join("/") ?? location.file}:${location.line}:${location.column}`;
}

/** `src/model.ts:12:7 (in loss)`. */
export function formatLocation(location: SourceLocation): string {
  const place = formatPlace(location);
  return location.functionName === "" ? place : `${place} (in ${location.functionName})`;
}
