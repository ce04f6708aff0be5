/** @file Every sample with its primitive. */

import * as arith from "@lanewise/compiler/primitives/arith";
import * as clamp from "@lanewise/compiler/primitives/arith-clamp";
import * as rounding from "@lanewise/compiler/primitives/arith-rounding";
import * as bits from "@lanewise/compiler/primitives/bits";
import * as bitcast from "@lanewise/compiler/primitives/bits-bitcast";
import * as compare from "@lanewise/compiler/primitives/compare";
import * as contract from "@lanewise/compiler/primitives/contract";
import * as conv from "@lanewise/compiler/primitives/conv";
import * as cumulative from "@lanewise/compiler/primitives/cumulative";
import * as dynamicSlice from "@lanewise/compiler/primitives/index-dynamic-slice";
import * as gather from "@lanewise/compiler/primitives/index-gather";
import * as scatter from "@lanewise/compiler/primitives/index-scatter";
import * as linalg from "@lanewise/compiler/primitives/linalg";
import * as linear from "@lanewise/compiler/primitives/linear";
import * as reshapes from "@lanewise/compiler/primitives/linear-reshape";
import * as power from "@lanewise/compiler/primitives/power";
import * as random from "@lanewise/compiler/primitives/random";
import * as reduce from "@lanewise/compiler/primitives/reduce";
import * as reduceWindow from "@lanewise/compiler/primitives/reduce-window";
import * as sort from "@lanewise/compiler/primitives/sort";
import * as rev from "@lanewise/compiler/primitives/structural-rev";
import * as stackFamily from "@lanewise/compiler/primitives/structural-stack";
import * as stopGradient from "@lanewise/compiler/primitives/unary-stop-gradient";
import * as structural from "@lanewise/compiler/primitives/structural";
import * as unary from "@lanewise/compiler/primitives/unary";
import * as special from "@lanewise/compiler/primitives/unary-special";
import type { Params, Primitive } from "@lanewise/compiler/ir/types";
import { arithSamples } from "./arith.ts";
import { compareSamples } from "./compare.ts";
import { convSamples } from "./conv.ts";
import { contractSamples, powerSamples, unarySamples, unarySpecialSamples } from "./functions.ts";
import { indexDynamicSliceSamples, indexGatherSamples, indexScatterSamples } from "./index.ts";
import { linalgSamples } from "./linalg.ts";
import { linearSamples } from "./linear.ts";
import { randomSamples } from "./random.ts";
import { cumulativeSamples, reduceSamples, reduceWindowSamples, sortSamples } from "./reduce.ts";
import { bitsBitcastSamples, bitsSamples, clampSamples, roundingSamples } from "./rounding.ts";
import { stopGradientSamples, structuralRevSamples, structuralSamples, structuralStackSamples } from "./structural.ts";
import type { BoundSample, Sample } from "./types.ts";

const families: readonly (readonly [object, object])[] = [
  [{ ...linear, ...reshapes }, linearSamples], [compare, compareSamples], [bits, bitsSamples], [bitcast, bitsBitcastSamples], [arith, arithSamples], [rounding, roundingSamples],
  [clamp, clampSamples], [structural, structuralSamples], [unary, unarySamples], [special, unarySpecialSamples],
  [power, powerSamples], [reduce, reduceSamples], [reduceWindow, reduceWindowSamples], [cumulative, cumulativeSamples], [sort, sortSamples], [contract, contractSamples],
  [rev, structuralRevSamples], [stackFamily, structuralStackSamples], [stopGradient, stopGradientSamples],
  [gather, indexGatherSamples], [scatter, indexScatterSamples], [dynamicSlice, indexDynamicSliceSamples],
  [conv, convSamples], [random, randomSamples], [linalg, linalgSamples],
];

/** All samples, in the order of the families. */
export function allSamples(): readonly BoundSample[] {
  return families.flatMap(([family, samples]) => Object.entries(samples).flatMap(([name, list]) =>
    (list as readonly Sample<Params>[]).map((sample) => ({ primitive: (family as Record<string, Primitive>)[name] as Primitive, sample }))));
}
