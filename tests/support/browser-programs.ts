/** @file The programs of tests/browser on one device in Chromium, against js in Node. */
import { defaultDevice } from "lanewise";
import { beforeAll, expect, it } from "vitest";
import { readable } from "../browser/outcome.ts";
import { programs } from "../browser/programs.ts";
import type { Call } from "./chromium.ts";

/** One test per program. */
export function testPrograms(device: "js" | "webgpu", openPage: () => Promise<Call>): void {
  let call: Call;
  beforeAll(async () => {
    call = await openPage();
  });
  it.each(Object.keys(programs))("%s", async (name) => {
    const actual = await call("run", device, name);
    defaultDevice("js");
    const expected = await readable(await programs[name]?.(), "js:0");
    expectAlike(actual, expected, device === "js" ? 0 : 1e-5, name);
  });
}

/** Equal, numbers up to `tolerance`, relative to the number or to 1. */
function expectAlike(actual: unknown, expected: unknown, tolerance: number, place: string): void {
  if (typeof expected === "number" && typeof actual === "number") {
    const close = Object.is(actual, expected) || Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected));
    expect(close, `${place}: ${actual}, and js in Node ${expected}`).toBe(true);
    return;
  }
  if (typeof expected !== "object" || expected === null || typeof actual !== "object" || actual === null) {
    expect(actual, place).toEqual(expected);
    return;
  }
  expect(Object.keys(actual), place).toEqual(Object.keys(expected));
  for (const [key, value] of Object.entries(expected)) expectAlike(Reflect.get(actual, key), value, tolerance, `${place}.${key}`);
}
