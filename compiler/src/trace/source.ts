/** @file Sources of equations: a stack captured when the equation is traced, read only when somebody asks. */

import { captureStack, userFrame, type SourceLocation } from "../base/source-location.ts";
import type { Source } from "../ir/types.ts";

class CapturedSource implements Source {
  // Replaced by the location once it is resolved, so that the frames can go.
  private captured: Error | null;
  private resolved: SourceLocation | null = null;

  constructor(captured: Error) {
    this.captured = captured;
  }

  location(): SourceLocation | null {
    if (this.captured !== null) {
      this.resolved = userFrame(this.captured.stack ?? "");
      this.captured = null;
    }
    return this.resolved;
  }
}

export function captureSource(): Source {
  return new CapturedSource(captureStack());
}
