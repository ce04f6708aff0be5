/** @file Results of programs as plain data, which can leave the page. */
import { NDArray } from "lanewise";

/** An array as plain data. */
export interface ReadArray {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly elements: readonly number[];
}

/** A tree with its arrays read, all of which must be on `device`. */
export async function readable(value: unknown, device: string): Promise<unknown> {
  if (value instanceof NDArray) {
    if (value.device !== device) throw new Error(`a result is on ${value.device}, not on ${device}`);
    const { dtype, shape } = value;
    return { dtype, shape: [...shape], elements: Array.from(await value.data(), Number) } satisfies ReadArray;
  }
  if (Array.isArray(value)) return Promise.all(value.map((each) => readable(each, device)));
  if (typeof value !== "object" || value === null) return value;
  const entries = await Promise.all(Object.entries(value).map(async ([key, each]) => [key, await readable(each, device)] as const));
  return Object.fromEntries(entries);
}
