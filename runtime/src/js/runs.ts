/** @file Moves runs of neighbouring elements from one host array to another. */

import type { HostArray } from "@lanewise/compiler/base/dtype";
import type { RunsMove } from "../device.ts";

/** From so many words on, the engine's own copy of a run is faster than a loop. */
const leastForSet = 32;
/** So few words are copied before the engine's copy would begin, or other views of them be made. */
const [mostWithoutSet, mostInPlace] = [8, 64];

/** `words` array elements make one element of the arrays' dtype. */
export function copyRuns(source: HostArray, target: HostArray, { rows, run, fromBegin, fromStride, toBegin, toStride }: RunsMove, words: number): void {
  const isOneRun = rows === 1 || (fromStride === run && toStride === run);
  if (rows * run * words <= (isOneRun ? mostWithoutSet : mostInPlace)) {
    copyWords(source, target, rows, run * words, fromBegin * words, fromStride * words, toBegin * words, toStride * words);
  } else if (isOneRun) {
    const [begin, end] = [fromBegin * words, (fromBegin + rows * run) * words];
    target.set(begin === 0 && end === source.length ? source : source.subarray(begin, end), toBegin * words);
  } else if (run * words >= leastForSet) {
    for (let row = 0; row < rows; row++) {
      const begin = (fromBegin + row * fromStride) * words;
      target.set(source.subarray(begin, begin + run * words), (toBegin + row * toStride) * words);
    }
  } else {
    const from = wordsOf(source);
    const each = words * from.length / Math.max(1, source.length);
    copyWords(from, wordsOf(target), rows, run * each, fromBegin * each, fromStride * each, toBegin * each, toStride * each);
  }
}

function copyWords(from: HostArray, to: HostArray, rows: number, run: number, fromBegin: number, fromStride: number, toBegin: number, toStride: number): void {
  // A strided copy for each place within the runs: the runs are short, and such a loop has nothing to begin or to end.
  for (let word = 0; word < run; word++) {
    let begin = fromBegin + word;
    let place = toBegin + word;
    for (let row = 0; row < rows; row++) {
      to[place] = from[begin] ?? 0;
      begin += fromStride;
      place += toStride;
    }
  }
}

/** The content as integers: one loop for all dtypes, which an engine compiles for few classes. */
function wordsOf({ buffer, byteOffset, byteLength, BYTES_PER_ELEMENT }: HostArray): Uint8Array | Uint16Array | Uint32Array {
  if (BYTES_PER_ELEMENT === 1) return new Uint8Array(buffer, byteOffset, byteLength);
  if (BYTES_PER_ELEMENT === 2) return new Uint16Array(buffer, byteOffset, byteLength / 2);
  return new Uint32Array(buffer, byteOffset, byteLength / 4);
}
