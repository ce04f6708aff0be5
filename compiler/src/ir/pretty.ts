/**
 * @file A small algebra of printed documents: text with places where lines may break, and a layout that breaks a group
 * only when the group alone does not fit.
 */

import { assertNever } from "../base/assert.ts";

export type Doc =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "concat"; readonly parts: readonly Doc[] }
  /** A new line, or `flat` when the enclosing group fits. */
  | { readonly kind: "break"; readonly flat: string }
  | { readonly kind: "group"; readonly body: Doc }
  | { readonly kind: "nest"; readonly indent: number; readonly body: Doc }
  /** A remark at the end of the line that is being printed. No group around one fits, so it gets a line that is its own. */
  | { readonly kind: "note"; readonly text: string };

export const nothing: Doc = { kind: "concat", parts: [] };

export function text(content: string): Doc {
  return { kind: "text", text: content };
}

export function concat(...parts: readonly Doc[]): Doc {
  return { kind: "concat", parts };
}

/** A place where the line may break; it is `flat` where it does not. */
export function lineBreak(flat = " "): Doc {
  return { kind: "break", flat };
}

export function group(body: Doc): Doc {
  return { kind: "group", body };
}

export function nest(indent: number, body: Doc): Doc {
  return { kind: "nest", indent, body };
}

export function note(content: string): Doc {
  return { kind: "note", text: content };
}

export function join(separator: Doc, docs: readonly Doc[]): Doc {
  return { kind: "concat", parts: docs.flatMap((doc, index) => (index === 0 ? [doc] : [separator, doc])) };
}

/** A document still to be printed, with its indentation and whether breaks are new lines. */
interface Pending {
  readonly doc: Doc;
  readonly indent: number;
  readonly breaks: boolean;
}

function pushParts(pending: Pending[], parts: readonly Doc[], indent: number, breaks: boolean): void {
  for (let index = parts.length - 1; index >= 0; index--) {
    const doc = parts[index];
    if (doc !== undefined) pending.push({ doc, indent, breaks });
  }
}

/** Whether the document takes at most `width` columns on one line. What follows it is not looked at. */
function fits(body: Doc, width: number): boolean {
  const pending: Doc[] = [body];
  let left = width;
  for (let doc = pending.pop(); doc !== undefined; doc = pending.pop()) {
    if (left < 0) return false;
    switch (doc.kind) {
      case "text": left -= doc.text.length; break;
      case "break": left -= doc.flat.length; break;
      case "note": return false;
      case "group":
      case "nest": pending.push(doc.body); break;
      case "concat": for (let index = doc.parts.length - 1; index >= 0; index--) pending.push(doc.parts[index] ?? nothing); break;
      default: assertNever(doc, "document");
    }
  }
  return left >= 0;
}

/** Lays a document out. Groups that do not fit in `width` columns break; text is never cut. */
export function layout(doc: Doc, width: number): string {
  const lines: string[] = [];
  let line = "";
  let remark = "";
  const pending: Pending[] = [{ doc, indent: 0, breaks: true }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { doc: item, indent, breaks } = next;
    switch (item.kind) {
      case "text": line += item.text; break;
      case "note": remark += item.text; break;
      case "concat": pushParts(pending, item.parts, indent, breaks); break;
      case "nest": pending.push({ doc: item.body, indent: indent + item.indent, breaks }); break;
      case "group": pending.push({ doc: item.body, indent, breaks: !fits(item.body, width - line.length) }); break;
      case "break":
        if (breaks) {
          lines.push(line + remark);
          line = " ".repeat(indent);
          remark = "";
        } else {
          line += item.flat;
        }
        break;
      default: assertNever(item, "document");
    }
  }
  lines.push(line + remark);
  return lines.join("\n");
}
