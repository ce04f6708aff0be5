/** @file A resolution hook for Node: tfjs imports its own files without extensions, which only bundlers understand. */

/** @type {import("node:module").ResolveHook} */
export async function resolve(specifier, context, next) {
  const isTf = specifier.startsWith(".") && !specifier.endsWith(".js") && context.parentURL?.includes("/@tensorflow/");
  return next(isTf ? `${specifier}.js` : specifier, context);
}
