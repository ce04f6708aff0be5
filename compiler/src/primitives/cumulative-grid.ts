/**
 * @file Prefix reductions on a grid: blocks of a row are folded, the folds of blocks become what stands before each block, and
 * then each block gets its prefixes. Three kernels, the operand read twice; one kernel where a row is a single block.
 */

import { at } from "../base/assert.ts";
import { sizeOf } from "../base/shape.ts";
import type { RoutineContext, RoutinePlan } from "../ir/types.ts";
import * as k from "../kernel/build.ts";
import { KernelBuilder } from "../kernel/build.ts";
import { foldStart, foldStep } from "../kernel/folds.ts";
import { storageOf, valueOf } from "../kernel/storage.ts";
import type { Expr, ValueDType } from "../kernel/types.ts";
import type { CumulativeParams } from "./cumulative-kernel.ts";
import { rowsAlong, rowStart, type Rows } from "./reduce-kernel.ts";

/** Invocations of a workgroup, a power of two, and elements that each of them runs through. */
const lanes = 64;
const perLane = 8;
const blockSize = lanes * perLane;

type PrefixOp = "add" | "mul" | "max" | "min";

interface Scan {
  readonly op: PrefixOp;
  readonly dtype: ValueDType;
}

/** The plan for rows of any length. */
export function planGridPrefix(op: PrefixOp): (context: RoutineContext<CumulativeParams>) => RoutinePlan {
  return ({ params, inAvals }) => {
    const { shape, dtype } = at(inAvals, 0);
    const length = sizeOf(shape);
    if (length === 0) return { scratch: [], steps: [] };
    const rows = rowsAlong(shape, params.axis);
    const scan: Scan = { op, dtype: valueOf(dtype) };
    const source = { storage: storageOf(dtype), length, rows, reverse: params.reverse };
    const blocks = Math.ceil(rows.extent / blockSize);
    if (blocks === 1) return { scratch: [], steps: [prefixStep(scan, source, 1)] };
    const scratch = { dtype: scan.dtype === "float16" ? "float32" as const : scan.dtype, length: rows.count * blocks };
    return {
      scratch: [scratch, scratch],
      steps: [totalsStep(scan, source, blocks), beforeStep(scan, rows.count, blocks), prefixStep(scan, source, blocks)],
    };
  };
}

interface Source {
  readonly storage: ReturnType<typeof storageOf>;
  readonly length: number;
  readonly rows: Rows;
  readonly reverse: boolean;
}

/** Runs over the elements of an invocation: `body` gets the position of each that is in the row. */
function forEachOwn(builder: KernelBuilder, { rows, reverse }: Source, row: Expr, first: Expr, body: (position: Expr) => void): void {
  const start = builder.let(rowStart(row, rows), "start");
  builder.for("serial", 0, perLane, 1, (number) => {
    const place = builder.let(k.add(first, number), "place");
    builder.if(k.lt(place, rows.extent), () => {
      body(k.add(start, k.mul(reverse ? k.sub(k.int(rows.extent - 1), place) : place, rows.stride)));
    });
  }, "number");
}

function loopOverBlocks(builder: KernelBuilder, count: number, blocks: number, body: (row: Expr, block: Expr, group: Expr) => void): void {
  builder.for("grid", 0, count * blocks, 1, (group) => body(k.div(group, blocks), k.rem(group, blocks), group), "group");
}

/** Where the elements of an invocation begin in its row. */
function firstOf(block: Expr, lane: Expr): Expr {
  return k.add(k.mul(block, blockSize), k.mul(lane, perLane));
}

/** The fold of each block. */
function totalsStep({ op, dtype }: Scan, source: Source, blocks: number): RoutinePlan["steps"][number] {
  const builder = new KernelBuilder(`block_totals_${op}`);
  const from = builder.buffer("operand", { dtype: source.storage, length: source.length, access: "read" });
  const totals = builder.buffer("totals", { dtype: dtype === "float16" ? "float32" : dtype, length: source.rows.count * blocks, access: "write" });
  const shared = builder.array("shared", { space: "workgroup", dtype, length: lanes });
  loopOverBlocks(builder, source.rows.count, blocks, (row, block, group) => {
    builder.for("local", 0, lanes, 1, (lane) => {
      const total = builder.var(foldStart(op, dtype), "total");
      forEachOwn(builder, source, row, builder.let(firstOf(block, lane), "first"), (position) => {
        builder.assign(total, foldStep(op, total, builder.load(from, position, { hint: "value" })));
      });
      builder.store(shared, lane, total);
    }, "lane");
    builder.barrier();
    builder.for("serial", 0, Math.log2(lanes), 1, (step) => {
      const half = builder.let(k.op("shiftRightLogical", k.int(lanes / 2), step), "half");
      builder.for("local", 0, lanes, 1, (lane) => builder.if(k.lt(lane, half), () => {
        const [own, other] = [builder.load(shared, lane), builder.load(shared, k.add(lane, half))];
        builder.store(shared, lane, foldStep(op, own, other));
      }), "lane");
      builder.barrier();
    }, "step");
    builder.for("local", 0, lanes, 1, (lane) => builder.if(k.eq(lane, 0), () => builder.store(totals, group, builder.load(shared, k.int(0)))), "lane");
  });
  return { kernel: builder.build({ workgroup: lanes }), buffers: [{ from: "input", index: 0 }, { from: "scratch", index: 0 }], extent: source.rows.count * blocks };
}

/** What stands before each block of a row: the folds of blocks, folded by a workgroup per row. */
function beforeStep({ op, dtype }: Scan, rows: number, blocks: number): RoutinePlan["steps"][number] {
  const builder = new KernelBuilder(`before_blocks_${op}`);
  const storage = dtype === "float16" ? "float32" as const : dtype;
  const totals = builder.buffer("totals", { dtype: storage, length: rows * blocks, access: "read" });
  const before = builder.buffer("before", { dtype: storage, length: rows * blocks, access: "write" });
  const share = Math.ceil(blocks / lanes);
  builder.for("grid", 0, rows, 1, (row) => {
    const ownRange = (lane: Expr, body: (place: Expr) => void): void => {
      const first = builder.let(k.mul(lane, share), "first");
      builder.for("serial", first, builder.let(k.min(k.add(first, share), blocks), "end"), 1, (block) => body(k.add(k.mul(row, blocks), block)), "block");
    };
    const scanned = scanLanes(builder, { op, dtype }, (lane) => {
      const total = builder.var(foldStart(op, dtype), "total");
      ownRange(lane, (place) => builder.assign(total, foldStep(op, total, builder.load(totals, place, { hint: "value" }))));
      return total;
    });
    builder.for("local", 0, lanes, 1, (lane) => {
      const running = builder.var(foldStart(op, dtype), "running");
      builder.if(k.gt(lane, 0), () => builder.assign(running, builder.load(scanned, k.sub(lane, 1))));
      ownRange(lane, (place) => {
        builder.store(before, place, running);
        builder.assign(running, foldStep(op, running, builder.load(totals, place, { hint: "value" })));
      });
    }, "lane");
  }, "row");
  return { kernel: builder.build({ workgroup: lanes }), buffers: [{ from: "scratch", index: 0 }, { from: "scratch", index: 1 }], extent: rows };
}

/** The prefixes of each block, behind what stands before it. */
function prefixStep(scan: Scan, source: Source, blocks: number): RoutinePlan["steps"][number] {
  const { op, dtype } = scan;
  const builder = new KernelBuilder(`block_prefixes_${op}`);
  const from = builder.buffer("operand", { dtype: source.storage, length: source.length, access: "read" });
  const before = blocks === 1 ? null
    : builder.buffer("before", { dtype: dtype === "float16" ? "float32" : dtype, length: source.rows.count * blocks, access: "read" });
  const to = builder.buffer("out", { dtype: source.storage, length: source.length, access: "write" });
  loopOverBlocks(builder, source.rows.count, blocks, (row, block, group) => {
    const scanned = scanLanes(builder, scan, (lane) => {
      const total = builder.var(foldStart(op, dtype), "total");
      forEachOwn(builder, source, row, builder.let(firstOf(block, lane), "first"), (position) => {
        builder.assign(total, foldStep(op, total, builder.load(from, position, { hint: "value" })));
      });
      return total;
    });
    builder.for("local", 0, lanes, 1, (lane) => {
      const running = builder.var(before === null ? foldStart(op, dtype) : builder.load(before, group, { hint: "base" }), "running");
      builder.if(k.gt(lane, 0), () => builder.assign(running, foldStep(op, running, builder.load(scanned, k.sub(lane, 1)))));
      forEachOwn(builder, source, row, builder.let(firstOf(block, lane), "first"), (position) => {
        builder.assign(running, foldStep(op, running, builder.load(from, position, { hint: "value" })));
        builder.store(to, position, running);
      });
    }, "lane");
  });
  const middle: RoutinePlan["steps"][number]["buffers"] = before === null ? [] : [{ from: "scratch", index: 1 }];
  return {
    kernel: builder.build({ workgroup: lanes }), extent: source.rows.count * blocks,
    buffers: [{ from: "input", index: 0 }, ...middle, { from: "output", index: 0 }],
  };
}

/** The prefixes of one value per invocation, each with its own: in steps that reach twice as far back each time. Gives their array. */
function scanLanes(builder: KernelBuilder, { op, dtype }: Scan, valueOfLane: (lane: Expr) => Expr): string {
  const arrays = [0, 1].map(() => builder.array("lanes", { space: "workgroup", dtype, length: lanes }));
  builder.for("local", 0, lanes, 1, (lane) => builder.store(at(arrays, 0), lane, valueOfLane(lane)), "lane");
  builder.barrier();
  let [now, next] = [at(arrays, 0), at(arrays, 1)];
  for (let reach = 1; reach < lanes; reach *= 2) {
    const [read, written] = [now, next];
    builder.for("local", 0, lanes, 1, (lane) => {
      const sum = builder.var(builder.load(read, lane), "sum");
      builder.if(k.ge(lane, reach), () => builder.assign(sum, foldStep(op, builder.load(read, k.sub(lane, reach)), sum)));
      builder.store(written, lane, sum);
    }, "lane");
    builder.barrier();
    [now, next] = [next, now];
  }
  return now;
}
