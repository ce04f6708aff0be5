/** @file Commands that go to the GPU together, and whether they went well, which is known only later. */

import type { ScopeErrors } from "./gpu-errors.ts";

export class Batch {
  /** Grows with each batch of a connection. */
  readonly serial: number;
  /** What went wrong; null while that is not known, and where nothing did. */
  failure: Error | null = null;
  #uploads: Batch | null = null;
  #checks: Promise<Error | null>[] = [];
  #included = new Set<Batch>();
  #isKnown = false;
  readonly #outcome: Promise<Error | null>;
  #close: () => void = () => undefined;

  constructor(serial: number) {
    this.serial = serial;
    const closed = new Promise<void>((resolve) => { this.#close = resolve; });
    this.#outcome = closed.then(() => this.#settle());
  }

  /** Resolves after the batch has been submitted and checked: to what went wrong in it or in what it read, or to null. */
  get outcome(): Promise<Error | null> {
    return this.#outcome;
  }

  /** What the host writes at the time of the batch, which goes well or not without its commands. */
  get uploads(): Batch {
    return (this.#uploads ??= new Batch(this.serial));
  }

  /** One more thing that must go well. */
  check(outcome: Promise<Error | null>): void {
    this.#checks.push(outcome);
  }

  /** The batch reads what another one makes. */
  include(other: Batch): void {
    if (other === this || (other.#isKnown && other.failure === null)) return;
    this.#included.add(other);
  }

  /** Nothing is added any more. @param errors what the driver says, when it says it */
  close(errors: Promise<ScopeErrors>): void {
    const uploads = this.#uploads;
    if (uploads !== null) {
      uploads.check(errors.then(({ memory }) => memory));
      uploads.#close();
    }
    this.check(errors.then(({ any }) => any));
    this.#close();
  }

  async #settle(): Promise<Error | null> {
    // What went wrong earlier is the cause of what goes wrong here.
    const outcomes = await Promise.all([...[...this.#included].map(({ outcome }) => outcome), ...this.#checks]);
    this.#checks = [];
    this.#included.clear();
    this.failure = outcomes.find((outcome) => outcome !== null) ?? null;
    this.#isKnown = true;
    return this.failure;
  }
}
