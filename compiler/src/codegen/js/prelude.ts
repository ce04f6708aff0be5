/** @file Functions that kernels in JavaScript call, for what takes more than an expression. Printed only where used. */

export type JsHelper = "float32Bits" | "float32FromBits" | "roundEven";

const scratch = `const float32Scratch = new Float32Array(1);
const int32Scratch = new Int32Array(float32Scratch.buffer);`;

const helpers: Readonly<Record<JsHelper, { readonly text: string; readonly usesScratch: boolean }>> = {
  float32Bits: {
    usesScratch: true,
    // Processors disagree about the sign of a NaN that arithmetic makes, so all become one.
    text: `function float32Bits(x) {
  float32Scratch[0] = x;
  return x === x ? int32Scratch[0] : 0x7fc00000;
}`,
  },
  float32FromBits: {
    usesScratch: true,
    text: `function float32FromBits(bits) {
  int32Scratch[0] = bits;
  return float32Scratch[0];
}`,
  },
  roundEven: {
    usesScratch: false,
    text: `function roundEven(x) {
  const nearest = Math.round(x);
  return nearest - x === 0.5 && nearest % 2 !== 0 ? nearest - 1 : nearest;
}`,
  },
};

/** Names that a kernel must not use for itself. */
export const preludeNames: readonly string[] = ["float32Scratch", "int32Scratch", ...Object.keys(helpers)];

/** The declarations that these helpers need, in a fixed order. */
export function printJsPrelude(used: ReadonlySet<JsHelper>): readonly string[] {
  const names = (Object.keys(helpers) as JsHelper[]).filter((name) => used.has(name));
  const needsScratch = names.some((name) => helpers[name].usesScratch);
  return [...(needsScratch ? [scratch] : []), ...names.map((name) => helpers[name].text)];
}
