/** @file The machine's WebGPU: the page's own, or in Node the npm package `webgpu`; and the numbers of its specification. */

/** In Node the namespaces that hold these numbers are not globals. */
export const usage = { mapRead: 0x1, copySource: 0x4, copyDestination: 0x8, uniform: 0x40, storage: 0x80, queryResolve: 0x200 } as const;
export const shaderStageCompute = 0x4;
export const mapModeRead = 0x1;

/** WebGPU here, or why there is none and what to do. */
export type FoundGpu =
  | { readonly found: true; readonly gpu: GPU }
  | { readonly found: false; readonly reason: string; readonly fix: string };

/** Asks the page, then the optional package. Never throws. The result must be kept as long as what comes from it is used. */
export async function findGpu(): Promise<FoundGpu> {
  const page = globalThis.navigator as { readonly gpu?: GPU } | undefined;
  if (page?.gpu !== undefined) return { found: true, gpu: page.gpu };
  if (!isNode()) {
    return globalThis.isSecureContext === false
      ? { found: false, reason: "WebGPU needs a secure page", fix: "serve the page by https, or from localhost" }
      : { found: false, reason: "this browser has no WebGPU", fix: "use a browser with WebGPU: Chrome or Edge 113, Safari 26, Firefox 141, or later" };
  }
  try {
    // For pages, package.json replaces the package by nothing.
    const { create } = await import("webgpu");
    // A page's timestamps are made coarse so that pages cannot spy on each other, which Node does not need.
    return { found: true, gpu: create(["disable-dawn-features=timestamp_quantization"]) };
  } catch (error) {
    const reason = error instanceof Error ? firstLine(error.message) : String(error);
    return { found: false, reason: `the npm package webgpu cannot be loaded (${reason})`, fix: "npm install webgpu" };
  }
}

function isNode(): boolean {
  const { process } = globalThis as { readonly process?: { readonly versions?: { readonly node?: string } } };
  return process?.versions?.node !== undefined;
}

function firstLine(text: string): string {
  return text.split("\n")[0] ?? text;
}
