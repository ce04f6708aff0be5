/** @file Every primitive by its printed name, but for the collectives, which need a named axis: for the parser and for tests. Programs import the families they use. */

import type { Primitive } from "../ir/types.ts";
import * as arith from "./arith.ts";
import * as clamp from "./arith-clamp.ts";
import * as rounding from "./arith-rounding.ts";
import * as bits from "./bits.ts";
import * as bitcast from "./bits-bitcast.ts";
import * as compare from "./compare.ts";
import * as contract from "./contract.ts";
import * as conv from "./conv.ts";
import * as cumulative from "./cumulative.ts";
import * as dynamicSlice from "./index-dynamic-slice.ts";
import * as gather from "./index-gather.ts";
import * as scatter from "./index-scatter.ts";
import * as linalg from "./linalg.ts";
import * as linear from "./linear.ts";
import * as reshapes from "./linear-reshape.ts";
import * as power from "./power.ts";
import * as random from "./random.ts";
import * as reduce from "./reduce.ts";
import * as reduceWindow from "./reduce-window.ts";
import * as sort from "./sort.ts";
import * as rev from "./structural-rev.ts";
import * as stack from "./structural-stack.ts";
import * as structural from "./structural.ts";
import * as special from "./unary-special.ts";
import * as stopGradient from "./unary-stop-gradient.ts";
import * as unary from "./unary.ts";

/** The primitives without a jaxpr in their params, by name. */
export function flatPrimitives(): ReadonlyMap<string, Primitive> {
  const primitives = [linear, reshapes, compare, bits, bitcast, arith, rounding, clamp, structural, unary, special, power, reduce, reduceWindow, cumulative, sort, contract, rev, stack, stopGradient, gather, scatter, dynamicSlice, conv, random, linalg]
    .flatMap((family) => Object.values(family) as unknown[])
    .filter(isPrimitive);
  return new Map(primitives.map((primitive) => [primitive.name, primitive]));
}

function isPrimitive(value: unknown): value is Primitive {
  return typeof value === "object" && value !== null && (value as { kind?: unknown }).kind === "primitive";
}
