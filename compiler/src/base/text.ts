/** @file Words for messages. */

/** `1 argument`, `2 arguments`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
