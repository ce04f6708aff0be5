/** @file Floats as Python writes them. */

/** Python's hexadecimal floats. */
export function parseHex(text: string): number {
  if (text === "nan") return NaN;
  const match = /^(-?)(?:inf|0x([01])\.([0-9a-f]+)p([+-]\d+))$/.exec(text);
  if (match === null) throw new Error(`not a float: ${text}`);
  const [, sign, whole, fraction = "", exponent] = match;
  const magnitude = whole === undefined ? Infinity : (Number(whole) + parseInt(fraction, 16) / 16 ** fraction.length) * 2 ** Number(exponent);
  return sign === "-" ? -magnitude : magnitude;
}
