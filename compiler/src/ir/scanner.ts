/** @file A place in the text of a jaxpr: white space, tokens, columns, and errors that name line and column. */

import { raise, type ErrorKind } from "../base/errors.ts";
import { jaxprSyntax } from "./errors.ts";

/** What an error at a place says, beside the place itself. */
export interface Complaint {
  readonly expected: string;
  readonly fix: string;
  readonly kind?: ErrorKind;
  readonly position?: number;
}

export class Scanner {
  readonly source: string;
  position = 0;

  constructor(source: string) {
    this.source = source;
  }

  skipSpace(): void {
    while (/\s/.test(this.source.charAt(this.position))) this.position++;
  }

  /** Whether this token follows the white space, which is skipped. */
  sees(token: string): boolean {
    this.skipSpace();
    return this.source.startsWith(token, this.position);
  }

  /** Moves past this token if it follows. */
  takes(token: string): boolean {
    if (!this.sees(token)) return false;
    this.position += token.length;
    return true;
  }

  expect(token: string): void {
    if (!this.takes(token)) this.fail({ expected: `\`${token}\``, fix: "compare the text with a printed jaxpr" });
  }

  /** Moves past what the sticky expression matches after white space and gives it; null, and no move, when nothing does. */
  takeMatch(form: RegExp): string | null {
    this.skipSpace();
    form.lastIndex = this.position;
    const found = form.exec(this.source)?.[0] ?? null;
    if (found !== null) this.position += found.length;
    return found;
  }

  /** Whether a sticky expression matches after white space. */
  seesMatch(form: RegExp): boolean {
    this.skipSpace();
    form.lastIndex = this.position;
    return form.test(this.source);
  }

  /** Column of the position, from 0. */
  column(): number {
    return this.position - (this.source.lastIndexOf("\n", this.position - 1) + 1);
  }

  /** Whether only white space stands before the position on its line. */
  isFirstOnLine(): boolean {
    return this.source.slice(this.position - this.column(), this.position).trim() === "";
  }

  fail({ expected, fix, kind = jaxprSyntax, position = this.position }: Complaint): never {
    const before = this.source.slice(0, position).split("\n");
    const line = before.length;
    const column = (before[line - 1] ?? "").length + 1;
    const rest = /^.{0,30}/.exec(this.source.slice(position))?.[0] ?? "";
    return raise(kind, {
      operation: "parseJaxpr",
      expected: `${expected} at line ${line}, column ${column}`,
      got: position >= this.source.length ? "the end of the text" : `\`${rest}\``,
      fix,
    });
  }
}
