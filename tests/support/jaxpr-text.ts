/** @file Jaxprs as stored results of JAX have them: in one line. */

/** White space that only breaks lines says nothing. */
export function oneLine(jaxpr: { toString(): string }): string {
  return String(jaxpr).replaceAll(/\s+/g, " ").replaceAll("[ ", "[").replaceAll(" ]", "]").trim();
}
