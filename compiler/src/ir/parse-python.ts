/** @file Reads the values in a jaxpr's params: Python's literals, and plain text for what is none. */

/** Tuples and lists are arrays; text that is no literal stays a string. */
export type ParsedPython = number | string | boolean | null | readonly ParsedPython[];

const closers: ReadonlyMap<string, string> = new Map([["(", ")"], ["[", "]"], ["{", "}"], ["<", ">"]]);
const quoteMarks = "'\"";
// An apostrophe inside a word opens nothing.
const beforeQuote = /[\s=([{,:]/;

/**
 * The end of the value that begins at `start`: the first character for which `stops` holds outside all brackets and quotes,
 * or the end of the source. -1 when a bracket or quote stays open.
 */
export function endOfValue(source: string, start: number, stops: (character: string) => boolean): number {
  const expected: string[] = [];
  let position = start;
  while (position < source.length) {
    const character = source.charAt(position);
    if (expected.length === 0 && stops(character)) return position;
    if (quoteMarks.includes(character) && (position === start || beforeQuote.test(source.charAt(position - 1)))) {
      position = endOfQuote(source, position);
      if (position < 0) return -1;
      continue;
    }
    const closer = closers.get(character);
    if (closer !== undefined) expected.push(closer);
    else if (character === expected[expected.length - 1]) expected.pop();
    position++;
  }
  return expected.length === 0 ? position : -1;
}

/** The position after the quoted string that begins at `start`; -1 when it does not end. */
function endOfQuote(source: string, start: number): number {
  const mark = source.charAt(start);
  for (let position = start + 1; position < source.length; position++) {
    if (source.charAt(position) === "\\") position++;
    else if (source.charAt(position) === mark) return position + 1;
  }
  return -1;
}

const numberForm = /^-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/;
/** JAX prints an axis that NumPy computed as a call. */
const numpyForm = /^np\.(?:u?int|float|bool)\d*_?\(([^()]*)\)$/;

/** A value from its text. */
export function parsePython(source: string): ParsedPython {
  const trimmed = source.trim();
  if (trimmed === "None") return null;
  if (trimmed === "True") return true;
  if (trimmed === "False") return false;
  if (numberForm.test(trimmed)) return Number(trimmed);
  const numpyScalar = numpyForm.exec(trimmed)?.[1];
  if (numpyScalar !== undefined) return parsePython(numpyScalar);
  const first = trimmed.charAt(0);
  const last = trimmed.charAt(trimmed.length - 1);
  if (trimmed.length > 1 && quoteMarks.includes(first) && endOfQuote(trimmed, 0) === trimmed.length) return unquote(trimmed);
  const isSequence = (first === "(" && last === ")") || (first === "[" && last === "]");
  if (isSequence) return splitItems(trimmed.slice(1, -1)).map(parsePython);
  return trimmed;
}

function unquote(quoted: string): string {
  return quoted.slice(1, -1).replace(/\\(.)/g, (_, escaped: string) => (escaped === "n" ? "\n" : escaped));
}

/** The items of a tuple, list or argument list; a comma may follow the last one. */
function splitItems(source: string): string[] {
  const items: string[] = [];
  let start = 0;
  while (start < source.length) {
    const end = endOfValue(source, start, (character) => character === ",");
    const stop = end < 0 ? source.length : end;
    items.push(source.slice(start, stop));
    start = stop + 1;
  }
  return items.filter((item) => item.trim() !== "");
}

/** A float from a param that may be `nan`, `inf` or `-inf`, which stay text; null for anything else. */
export function parsedFloat(value: unknown): number | null {
  if (typeof value === "number") return value;
  if (value === "nan") return NaN;
  if (value === "inf") return Infinity;
  return value === "-inf" ? -Infinity : null;
}

/** The keyword arguments of a text like `GatherDimensionNumbers(offset_dims=(1,), ...)`; null for other text. */
export function parsePythonCall(source: string): { readonly name: string; readonly values: ReadonlyMap<string, ParsedPython> } | null {
  const match = /^([A-Za-z_][\w.]*)\(([^]*)\)$/.exec(source.trim());
  if (match === null) return null;
  const [, name = "", body = ""] = match;
  const values = new Map<string, ParsedPython>();
  for (const item of splitItems(body)) {
    const equals = item.indexOf("=");
    if (equals < 0) return null;
    values.set(item.slice(0, equals).trim(), parsePython(item.slice(equals + 1)));
  }
  return { name, values };
}
