/** @file What a call throws: nothing, or anything but an error of this library, fails the test. */
import { LanewiseError } from "lanewise";

export function failureOf(run: () => unknown): LanewiseError {
  try {
    run();
  } catch (error) {
    if (error instanceof LanewiseError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

export function messageOf(run: () => unknown): string {
  return failureOf(run).message;
}

export function codeOf(run: () => unknown): string {
  return failureOf(run).code;
}
