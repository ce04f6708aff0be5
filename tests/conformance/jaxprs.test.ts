/** @file Our jaxprs of the committed programs are JAX's, up to white space. */

import { makeJaxpr } from "lanewise";
import { expect, test } from "vitest";
import golden from "./jaxprs.json" with { type: "json" };
import { jaxprPrograms } from "./jaxpr-programs.ts";

/** Without the layout: JAX breaks lines by a width in which it counts the `np.int64(...)` that the script takes away. */
const folded = (text: string): string => text.replace(/\s+/g, " ").replace(/\[ | \]/g, (bracket) => bracket.trim()).trim();

test("the same programs on both sides", () => {
  expect(Object.keys(jaxprPrograms)).toEqual(Object.keys(golden.jaxprs));
  expect(Object.keys(jaxprPrograms).length).toBeGreaterThanOrEqual(60);
});

test.each(Object.entries(golden.jaxprs))("%s", (name, text) => {
  const [run, specs] = jaxprPrograms[name] ?? [];
  expect(folded(String(makeJaxpr(run as (...args: unknown[]) => unknown)(...(specs as unknown[]))))).toBe(folded(text));
});
