/** @file Arrays print as NumPy prints them, against texts that NumPy wrote. */
import { formatArray } from "../../../packages/lanewise/src/array/format.ts";
import type { DType } from "@lanewise/compiler/base/dtype";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseHex } from "../../support/python-floats.ts";

interface Case {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Hexadecimal floats, or how many numbers are counted from 0. */
  readonly elements: readonly string[] | number;
  readonly text: string;
}

const cases = JSON.parse(readFileSync(new URL("../../conformance/printing.json", import.meta.url), "utf8")) as Case[];

describe("printing", () => {
  it.each(cases.map((item) => [`${item.dtype}[${item.shape.join()}] ${String(item.elements).slice(0, 40)}`, item] as const))("%s", (_name, { dtype, shape, elements, text }) => {
    const values = typeof elements === "number" ? Array.from({ length: elements }, (_, index) => index) : elements.map(parseHex);
    expect(formatArray(dtype, shape, (index) => values[index] ?? 0)).toBe(text);
  });

  it("prints bools in columns, and a bare one without padding", () => {
    expect(formatArray("bool", [2], (index) => index)).toBe("array([False,  True], dtype=bool)");
    expect(formatArray("bool", [], () => 1)).toBe("array(True, dtype=bool)");
  });

  it("prints float64 with the digits that it needs", () => {
    expect(formatArray("float64", [2], (index) => [0.1, 1 / 3][index] ?? 0)).toBe("array([0.1       , 0.33333333], dtype=float64)");
  });
});
