/** @file What the radix sorts of one thread share. */

import * as k from "../kernel/build.ts";
import type { KernelBuilder } from "../kernel/build.ts";
import type { Expr } from "../kernel/types.ts";

/** Emits what makes places of counts: each counter becomes the number of elements whose digit, in the same pass, is smaller. */
export function countsBefore(builder: KernelBuilder, counters: string, first: Expr, passes: number, digits: number): void {
  builder.for("serial", 0, passes, 1, (pass) => {
    const firstOfPass = builder.let(k.add(first, k.mul(pass, digits)), "firstOfPass");
    const before = builder.var(k.int(0), "before");
    builder.for("serial", 0, digits, 1, (digit) => {
      const counter = builder.let(k.add(firstOfPass, digit), "counter");
      const countOfDigit = builder.load(counters, counter, { hint: "count" });
      builder.store(counters, counter, before);
      builder.assign(before, k.add(before, countOfDigit));
    }, "digit");
  }, "pass");
}
