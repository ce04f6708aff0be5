/** @file The compiler's public face: what the runtime and the library import when no narrower module fits. */
export {};
