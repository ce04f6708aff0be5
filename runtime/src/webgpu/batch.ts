/** @file Commands that go to the GPU together, and whether they went well, which is known only later. */

export class Batch {
  /** Grows with each batch of a connection. */
  readonly serial: number;
  /** What went wrong; null while that is not known, and where nothing did. */
  failure: Error | null = null;
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

  /** One more thing that must go well. */
  check(outcome: Promise<Error | null>): void {
    this.#checks.push(outcome);
  }

  /** The batch reads what another one makes. */
  include(other: Batch): void {
    if (other === this || (other.#isKnown && other.failure === null)) return;
    this.#included.add(other);
  }

  /** Nothing is added any more. */
  close(): void {
    this.#close();
  }

  async #settle(): Promise<Error | null> {
    const outcomes = await Promise.all([...this.#checks, ...[...this.#included].map(({ outcome }) => outcome)]);
    this.#checks = [];
    this.#included.clear();
    this.failure = outcomes.find((outcome) => outcome !== null) ?? null;
    this.#isKnown = true;
    return this.failure;
  }
}
