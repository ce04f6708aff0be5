/** @file The reduction of a workgroup array that the softmax and sum gates share. */
import type { KernelBuilder } from "@lanewise/compiler/kernel/build";
import { add, int, lt, op } from "@lanewise/compiler/kernel/build";
import type { Expr } from "@lanewise/compiler/kernel/types";

/**
 * Folds the `workgroup` elements of `array` (a power of two) into element 0, halving the active invocations at each step.
 * Starts and ends with a barrier.
 */
export function foldWorkgroup(
  k: KernelBuilder,
  array: string,
  workgroup: number,
  combine: (a: Expr, b: Expr) => Expr,
): void {
  k.barrier();
  k.for("serial", 0, Math.log2(workgroup), 1, (step) => {
    const half = k.let(op("shiftRightArithmetic", int(workgroup / 2), step), "half");
    k.for("local", 0, workgroup, 1, (lane) => {
      k.if(lt(lane, half), () => {
        const own = k.load(array, lane, { hint: "own" });
        const other = k.load(array, add(lane, half), { hint: "other" });
        k.store(array, lane, combine(own, other));
      });
    }, "lane");
    k.barrier();
  }, "step");
}
