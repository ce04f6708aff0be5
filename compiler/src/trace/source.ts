/** @file Sources of equations: a stack captured when the equation is traced, read only when somebody asks. */

import { captureStack, userFrame, type SourceLocation } from "../base/source-location.ts";
import type { Source } from "../ir/types.ts";

/**
 * Frames of lanewise between a user's call and the operation that it traces, and one more; functions of the library that are
 * deeper take the source of their call for all that they trace. Each frame costs half a microsecond, so that these frames
 * are most of tracing.
 */
const framesKept = 16;

class CapturedSource implements Source {
  // Replaced by the location once it is resolved, so that the frames can go.
  private captured: { readonly stack: Error; readonly caller: Source | null } | null;
  private resolved: SourceLocation | null = null;

  constructor(stack: Error, caller: Source | null) {
    this.captured = { stack, caller };
  }

  location(): SourceLocation | null {
    if (this.captured !== null) {
      const { stack, caller } = this.captured;
      this.resolved = userFrame(stack.stack ?? "") ?? caller?.location() ?? null;
      this.captured = null;
    }
    return this.resolved;
  }
}

/** The source here. Where no frame of the user's is near, as in `jit(np.exp)`, it is where the trace was begun: `caller`. */
export function captureSource(caller: Source | null): Source {
  return new CapturedSource(captureStack(framesKept), caller);
}
