/**
 * @file The memory for the temporaries of every program on one js device: one buffer that only grows. Programs run one
 * after the other, so they share it; a program that runs inside another one's run gets a buffer of its own.
 */

export class Arena {
  #buffer = new ArrayBuffer(0);
  #inUse = false;

  get bytes(): number {
    return this.#buffer.byteLength;
  }

  /** Calls `run` with at least `bytes` bytes, whose content is arbitrary. */
  use<Result>(bytes: number, run: (buffer: ArrayBuffer) => Result): Result {
    if (this.#inUse) return run(new ArrayBuffer(bytes));
    if (bytes > this.#buffer.byteLength) this.#buffer = new ArrayBuffer(bytes);
    this.#inUse = true;
    try {
      return run(this.#buffer);
    } finally {
      this.#inUse = false;
    }
  }
}
