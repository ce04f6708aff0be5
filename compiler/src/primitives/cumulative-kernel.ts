/**
 * @file The kernels of prefix reductions: rows are independent, and each is run through once.
 *
 * A sum of floats is kept in levels: sums of blocks of 32, of blocks of blocks, and so on, each from zero. So its rounding
 * error grows with the logarithm of the extent and not with the extent, at one more addition per element.
 */

import { at } from "../base/assert.ts";
import { sizeOf } from "../base/shape.ts";
import { isFloatValue } from "../base/scalar-ops.ts";
import type { Params, RoutineContext, RoutinePlan } from "../ir/types.ts";
import * as k from "../kernel/build.ts";
import { KernelBuilder } from "../kernel/build.ts";
import { foldStart, foldStep } from "../kernel/folds.ts";
import { storageOf, valueOf } from "../kernel/storage.ts";
import type { Expr, RefExpr, ValueDType } from "../kernel/types.ts";
import { rowsAlong, rowStart } from "./reduce-kernel.ts";

export interface CumulativeParams extends Params {
  readonly axis: number;
  /** Whether each element folds those behind it instead of those before it. */
  readonly reverse: boolean;
}

/** The elements of one row, counted in the direction of the prefix. */
interface Row {
  readonly builder: KernelBuilder;
  readonly extent: number;
  readonly dtype: ValueDType;
  readonly load: (place: Expr) => Expr;
  readonly store: (place: Expr, value: Expr) => void;
}

/** One kernel: a grid loop over the rows around `body`. */
function planRows(name: string, { params, inAvals }: RoutineContext<CumulativeParams>, body: (row: Row) => void): RoutinePlan {
  const { shape, dtype } = at(inAvals, 0);
  const length = sizeOf(shape);
  if (length === 0) return { scratch: [], steps: [] };
  const rows = rowsAlong(shape, params.axis);
  const builder = new KernelBuilder(name);
  const from = builder.buffer("operand", { dtype: storageOf(dtype), length, access: "read" });
  const to = builder.buffer("out", { dtype: storageOf(dtype), length, access: "write" });
  builder.for("grid", 0, rows.count, 1, (rowIndex) => {
    const start = builder.let(rowStart(rowIndex, rows), "start");
    const position = (place: Expr): Expr => k.add(start, k.mul(params.reverse ? k.sub(rows.extent - 1, place) : place, rows.stride));
    body({
      builder, extent: rows.extent, dtype: valueOf(dtype),
      load: (place) => builder.load(from, position(place), { hint: "value" }),
      store: (place, value) => builder.store(to, position(place), value),
    });
  }, "row");
  return { scratch: [], steps: [{ kernel: builder.build(), buffers: [{ from: "input", index: 0 }, { from: "output", index: 0 }], extent: rows.count }] };
}

// cumsum, cumprod, cummax, cummin --------------------------------------------------------------------------------------

/** Elements of a block that is summed from zero. */
const blockSize = 32;

/** The plan of a prefix reduction of numbers. */
export function planPrefix(op: "add" | "mul" | "max" | "min"): (context: RoutineContext<CumulativeParams>) => RoutinePlan {
  return (context) => planRows(`prefix_${op}`, context, (row) => {
    const isRounded = op === "add" && isFloatValue(row.dtype);
    let levels = 0;
    if (isRounded) while (blockSize ** (levels + 1) < row.extent) levels++;
    foldLevel(row, op, levels, { begin: k.int(0), end: k.int(row.extent), base: null });
  });
}

/** Elements whose prefixes are summed beside the running total, so that it waits for one addition per so many. */
const unrolledBy = 4;

/**
 * The plan of a prefix sum of float32 in a float64 total, where doubles cost nothing: no levels, and one rounding per element.
 * Of other dtypes the plan is `planPrefix`'s.
 */
export function planWidePrefixSum(context: RoutineContext<CumulativeParams>): RoutinePlan {
  if (valueOf(at(context.inAvals, 0).dtype) !== "float32") return planPrefix("add")(context);
  return planRows("prefix_add", context, ({ builder, extent, load, store }) => {
    const total = builder.var(k.constant(0, "float64"), "total");
    const wide = (place: Expr): Expr => k.convert(load(place), "float64");
    const whole = extent - extent % unrolledBy;
    builder.for("serial", 0, whole, unrolledBy, (first) => {
      const sums: Expr[] = [];
      for (let step = 0; step < unrolledBy; step++) {
        const element = wide(k.add(first, step));
        const before = sums.at(-1);
        sums.push(builder.let(before === undefined ? element : k.add(before, element), "sum"));
      }
      sums.forEach((sum, step) => store(k.add(first, step), k.convert(k.add(total, sum), "float32")));
      builder.assign(total, k.add(total, at(sums, -1)));
    }, "place");
    builder.for("serial", whole, extent, 1, (place) => {
      builder.assign(total, k.add(total, wide(place)));
      store(place, k.convert(total, "float32"));
    }, "place");
  });
}

interface Block {
  readonly begin: Expr;
  readonly end: Expr;
  /** The fold of everything before the block; null for nothing. */
  readonly base: Expr | null;
}

/** Stores the prefixes of a block; gives the variable that holds the fold of the block alone. */
function foldLevel(row: Row, op: "add" | "mul" | "max" | "min", level: number, { begin, end, base }: Block): RefExpr {
  const { builder } = row;
  const total = builder.var(foldStart(op, row.dtype), "total");
  const withBase = (value: Expr): Expr => (base === null ? value : foldStep(op, base, value));
  const runFrom = (step: number, body: (place: Expr) => void): void => builder.for("serial", begin, end, step, body, "place");
  if (level === 0) {
    runFrom(1, (place) => {
      builder.assign(total, foldStep(op, total, row.load(place)));
      row.store(place, withBase(total));
    });
  } else {
    const size = blockSize ** level;
    runFrom(size, (first) => {
      const inner: Block = { begin: first, end: builder.let(k.min(k.add(first, size), end), "end"), base: builder.let(withBase(total), "base") };
      const blockTotal = foldLevel(row, op, level - 1, inner);
      builder.assign(total, foldStep(op, total, blockTotal));
    });
  }
  return total;
}

// cumlogsumexp ---------------------------------------------------------------------------------------------------------

/**
 * The largest element so far, and the sum of exp(x - largest), which lies between 1 and the extent. The sum is compensated:
 * `lost` is what rounding took from it. It is rescaled where the largest element changes.
 */
export function planLogSumExp(context: RoutineContext<CumulativeParams>): RoutinePlan {
  return planRows("prefix_logsumexp", context, ({ builder, extent, dtype, load, store }) => {
    const number = (value: number): Expr => k.constant(value, dtype);
    const rounded = (value: Expr): Expr => (dtype === "float32" ? k.op("roundFloat32", value) : value);
    const largest = builder.var(number(-Infinity), "largest");
    const sum = builder.var(number(0), "sum");
    const lost = builder.var(number(0), "lost");
    builder.for("serial", 0, extent, 1, (place) => {
      const value = load(place);
      const next = builder.let(k.max(largest, value), "next");
      // An infinite largest element would make NaN of differences with itself.
      const reference = builder.let(k.select(k.op("isFinite", next), next, number(0)), "reference");
      builder.if(k.ne(next, largest), () => {
        const scale = builder.let(k.op("exp", k.sub(largest, reference)), "scale");
        builder.assign(sum, k.mul(sum, scale));
        builder.assign(lost, k.mul(lost, scale));
        builder.assign(largest, next);
      });
      const added = builder.let(k.sub(k.op("exp", k.sub(value, reference)), lost), "added");
      const total = builder.let(rounded(k.add(sum, added)), "total");
      builder.assign(lost, k.sub(k.sub(total, sum), added));
      builder.assign(sum, total);
      store(place, k.select(k.eq(next, number(Infinity)), next, k.add(next, k.op("log", total))));
    }, "place");
  });
}
