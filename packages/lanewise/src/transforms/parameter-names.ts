/**
 * @file The names of a function's parameters, read from its source text for messages and for options that name them. A
 * small scan, no parser: what it does not understand has no name.
 */

/** One parameter. `name` is null where it has none, as under destructuring. */
export interface Parameter {
  readonly name: string | null;
  readonly rest: boolean;
}

const identifier = "[\\p{ID_Start}$_][\\p{ID_Continue}$\\u200c\\u200d]*";
const bareArrow = new RegExp(`^(?:async\\s+)?(${identifier})\\s*=>`, "u");
const named = new RegExp(`^(\\.\\.\\.)?\\s*(${identifier})\\s*(?:=|$)`, "u");

/** The parameters of a function, or null where its source does not say: bound and native functions, classes. */
export function parametersOf(f: (...args: never[]) => unknown): readonly Parameter[] | null {
  const source = withoutComments(Function.prototype.toString.call(f)).trim();
  if (/^class\b/.test(source) || /\{\s*\[native code\]\s*\}$/.test(source)) return null;
  const arrow = bareArrow.exec(source);
  if (arrow !== null) return [{ name: arrow[1] ?? null, rest: false }];
  const list = parameterList(source);
  return list === null ? null : list.map(readParameter);
}

function readParameter(text: string): Parameter {
  const match = named.exec(text);
  return { name: match?.[2] ?? null, rest: text.startsWith("...") };
}

/** The texts between the first parentheses that are not part of a computed method name, split at top-level commas. */
function parameterList(source: string): readonly string[] | null {
  const items: string[] = [];
  let depth = 0;
  let start = -1;
  let previous = "";
  for (let position = 0; position < source.length; position++) {
    const character = source.charAt(position);
    if (isQuote(character) || (character === "/" && startsRegExp(previous))) {
      position = endOfLiteral(source, position);
    } else if ("([{".includes(character)) {
      if (start < 0 && depth === 0 && character === "(") start = position + 1;
      depth++;
    } else if (")]}".includes(character)) {
      depth--;
      if (start >= 0 && depth === 0) {
        items.push(source.slice(start, position).trim());
        return items.filter((item, index) => item !== "" || index < items.length - 1);
      }
    } else if (character === "," && depth === 1 && start >= 0) {
      items.push(source.slice(start, position).trim());
      start = position + 1;
    }
    if (character.trim() !== "") previous = character;
  }
  return null;
}

function isQuote(character: string): boolean {
  return character === "'" || character === '"' || character === "`";
}

/** Whether a slash after this character begins a regular expression; otherwise it divides. */
function startsRegExp(previous: string): boolean {
  return previous !== "" && "=(,[{:;!&|?+-*%~^<>".includes(previous);
}

/** The place of the last character of the string, template or regular expression that begins at `start`. */
function endOfLiteral(source: string, start: number): number {
  const quote = source.charAt(start);
  let inClass = false;
  for (let position = start + 1; position < source.length; position++) {
    const character = source.charAt(position);
    if (character === "\\") position++;
    else if (quote === "`" && character === "$" && source.charAt(position + 1) === "{") position = endOfSubstitution(source, position + 2);
    else if (quote === "/" && character === "[") inClass = true;
    else if (quote === "/" && character === "]") inClass = false;
    else if (character === quote && !inClass) return position;
  }
  return source.length;
}

function endOfSubstitution(source: string, start: number): number {
  let depth = 1;
  for (let position = start; position < source.length; position++) {
    const character = source.charAt(position);
    if (isQuote(character)) position = endOfLiteral(source, position);
    else if (character === "{") depth++;
    else if (character === "}" && --depth === 0) return position;
  }
  return source.length;
}

function withoutComments(source: string): string {
  let result = "";
  let previous = "";
  for (let position = 0; position < source.length; position++) {
    const character = source.charAt(position);
    if (character === "/" && source.charAt(position + 1) === "/") {
      const end = source.indexOf("\n", position);
      position = end < 0 ? source.length : end;
      result += " ";
    } else if (character === "/" && source.charAt(position + 1) === "*") {
      const end = source.indexOf("*/", position + 2);
      position = end < 0 ? source.length : end + 1;
      result += " ";
    } else if (isQuote(character) || (character === "/" && startsRegExp(previous))) {
      const end = endOfLiteral(source, position);
      result += source.slice(position, end + 1);
      position = end;
      previous = character;
    } else {
      result += character;
      if (character.trim() !== "") previous = character;
    }
  }
  return result;
}
