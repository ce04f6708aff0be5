/** @file The pass that removes what no result needs. */

import { pruneJaxpr } from "../ir/dce.ts";
import { mapNested } from "../ir/nested.ts";
import type { Jaxpr } from "../ir/types.ts";

/**
 * Removes equations without effects whose results nobody uses, and, through the dce rules of loops and calls, unused results
 * of equations that stay. Then the same in the jaxprs that are left in params. Linear time.
 */
export function eliminateDead(jaxpr: Jaxpr): Jaxpr {
  const done = new Map<Jaxpr, Jaxpr>();
  const prune = (pruned: Jaxpr): Jaxpr => {
    const known = done.get(pruned);
    if (known !== undefined) return known;
    // Outside first: a rule may drop results of a nested jaxpr, and what they needed goes with them.
    const result = mapNested(pruneJaxpr(pruned, pruned.outs.map(() => true)).jaxpr, prune);
    done.set(pruned, result);
    return result;
  };
  return prune(jaxpr);
}
