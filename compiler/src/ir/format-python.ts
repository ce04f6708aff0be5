/** @file How values print in the params of a jaxpr: as Python writes its literals. */

import { assertNever, at } from "../base/assert.ts";

/** A value that Python would hold. Arrays are tuples; `list`, `float` and `name` mark what JavaScript cannot tell apart. */
export type PythonValue =
  | number | string | boolean | null
  | readonly PythonValue[]
  | { readonly kind: "list"; readonly items: readonly PythonValue[] }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "name"; readonly name: string };

/** An array that prints as `[0, 1]`. */
export function pythonList(items: readonly PythonValue[]): PythonValue {
  return { kind: "list", items };
}

/** A number that prints with a point even when it is whole. */
export function pythonFloat(value: number): PythonValue {
  return { kind: "float", value };
}

/** Text that has no quotes even inside a tuple: a member of an enumeration, a class. */
export function pythonName(name: string): PythonValue {
  return { kind: "name", name };
}

/** Python's `str`: `(0,)`, `[1, 0]`, `None`, `True`; a string stands as it is, and in quotes inside a tuple. */
export function formatPython(value: PythonValue): string {
  return typeof value === "string" ? value : formatRepr(value);
}

function formatRepr(value: PythonValue): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : formatFloat(value);
  if (typeof value === "string") return quote(value);
  if ("kind" in value) return formatMarked(value);
  return value.length === 1 ? `(${formatRepr(at(value, 0))},)` : `(${value.map(formatRepr).join(", ")})`;
}

function formatMarked(value: Extract<PythonValue, { readonly kind: string }>): string {
  switch (value.kind) {
    case "list": return `[${value.items.map(formatRepr).join(", ")}]`;
    case "float": return formatFloat(value.value);
    case "name": return value.name;
    default: return assertNever(value, "Python value");
  }
}

function quote(content: string): string {
  const mark = content.includes("'") && !content.includes('"') ? '"' : "'";
  return mark + content.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll(mark, `\\${mark}`) + mark;
}

/** Python's `repr` of a float: the shortest digits that give the double back, `1e-05`, `2.0`, `inf`, `nan`. */
export function formatFloat(value: number): string {
  const digits = formatDigits(value);
  return /^-?\d+$/.test(digits) ? `${digits}.0` : digits;
}

function formatDigits(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (Object.is(value, -0)) return "-0";
  const [mantissa = "", exponentText = ""] = value.toExponential().split("e");
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 16) {
    return `${mantissa}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
  }
  // Fixed notation; JavaScript would give it from 1e-6 on.
  return value.toString();
}

/** Python's `repr` of a complex number that has no imaginary part. */
export function formatRealComplex(value: number): string {
  return Object.is(value, 0) ? "0j" : `(${formatDigits(value)}+0j)`;
}

