/** @file Checks that state what must hold: a failure here is a fault of lanewise, never of the user. */

/** A fault of lanewise itself. `excerpt` holds the IR around the fault, printed. */
export class InternalError extends Error {
  readonly excerpt: string;

  constructor(message: string, excerpt = "") {
    super(excerpt === "" ? message : `${message}\n${excerpt}`);
    this.name = "InternalError";
    this.excerpt = excerpt;
  }
}

/** Ends a switch over a closed union; the type check fails where a case is missing. */
export function assertNever(value: never, what = "case"): never {
  throw new InternalError(`unexpected ${what}: ${String((value as { kind?: string })?.kind ?? value)}`);
}

/** Throws an `InternalError` unless `condition` holds. Where much is built, throw by an `if`: a message in parts is put together here each time. */
export function invariant(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InternalError(message);
}

/** The element at `index` (negative counts from the end) of an array that is known to be long enough. */
export function at<T>(array: ArrayLike<T>, index: number): T {
  const position = index < 0 ? index + array.length : index;
  if (!(position >= 0 && position < array.length)) {
    throw new InternalError(`index ${index} is outside an array of length ${array.length}`);
  }
  return array[position] as T;
}

/** The value, which must be there. */
export function required<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new InternalError(`missing ${what}`);
  return value;
}
