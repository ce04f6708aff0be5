/**
 * @file Parallel loops cut where a condition on their index begins or ceases to hold, as at the seams of a concatenation and the
 * edges of a padded array: each piece is a loop of its own, in which nothing is tested.
 */

import { at } from "../base/assert.ts";
import type { AffineSum } from "../kernel/affine.ts";
import { add, int, ref, scalarType } from "../kernel/build.ts";
import type { ForStmt, Kernel, Stmt } from "../kernel/types.ts";
import { substituteIn } from "../kernel/walk.ts";
import { asBound, conjuncts, segment } from "./guards.ts";
import { copyOf, type JamContext } from "./jam.ts";
import { extentOf, parallelNest, withNest } from "./nest.ts";

/** More pieces than this are not worth their code. */
const mostPieces = 6;

/**
 * The kernel with its innermost parallel loop cut in pieces; kernels for the pieces where that loop is the only one. The kernel
 * itself where there is nothing to cut.
 */
export function cutRanges(kernel: Kernel, context: JamContext): readonly Kernel[] {
  const nest = parallelNest(kernel);
  const loop = nest.loops.at(-1);
  const extent = loop === undefined ? null : extentOf(loop);
  if (loop === undefined || extent === null || nest.body.some(({ kind }) => kind === "for" || kind === "while")) return [kernel];
  const seams = [...new Set(seamsIn(nest.body, loop.index))].filter((seam) => seam > 0 && seam < extent).sort((a, b) => a - b);
  if (seams.length === 0 || seams.length >= mostPieces) return [kernel];
  const pieces = [0, ...seams].map((begin, piece) => [begin, seams[piece] ?? extent] as const);
  const depth = nest.loops.length - 1;
  if (depth === 0) return pieces.map(([begin, end]) => segment(kernel, nest, depth, begin, end));
  const loops = pieces.flatMap(([begin, end], piece): readonly Stmt[] => {
    const moved = substituteIn(nest.body, new Map([[loop.index, add(ref(loop.index, scalarType("int32")), int(begin))]]));
    const cut: ForStmt = { ...loop, loop: "simd", end: int(end - begin), body: moved };
    return piece === 0 ? [cut] : copyOf([cut], context);
  });
  return [withNest(kernel, { loops: nest.loops.slice(0, depth), body: loops })];
}

/** Where conditions on the index alone change their outcome, in branches and in the branches inside. */
function seamsIn(body: readonly Stmt[], index: string): readonly number[] {
  return body.flatMap((statement) => {
    if (statement.kind !== "if") return [];
    const own = conjuncts(statement.condition).flatMap((condition) => {
      const bound = asBound(condition);
      return bound === null ? [] : seamOf(bound, index);
    });
    return [...own, ...seamsIn(statement.then, index), ...seamsIn(statement.otherwise, index)];
  });
}

/** The first index for which `sum >= 0` holds, or ceases to. */
function seamOf({ terms, constant }: AffineSum, index: string): readonly number[] {
  if (terms.length !== 1) return [];
  const { factor, coefficient } = at(terms, 0);
  if (factor.kind !== "ref" || factor.name !== index) return [];
  return [coefficient > 0 ? Math.ceil(-constant / coefficient) : Math.floor(constant / -coefficient) + 1];
}
