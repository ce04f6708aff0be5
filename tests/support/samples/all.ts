/** @file Every sample with its primitive. */

import * as arith from "@lanewise/compiler/primitives/arith";
import * as compare from "@lanewise/compiler/primitives/compare";
import * as contract from "@lanewise/compiler/primitives/contract";
import * as linear from "@lanewise/compiler/primitives/linear";
import * as power from "@lanewise/compiler/primitives/power";
import * as reduce from "@lanewise/compiler/primitives/reduce";
import * as structural from "@lanewise/compiler/primitives/structural";
import * as unary from "@lanewise/compiler/primitives/unary";
import type { Params, Primitive } from "@lanewise/compiler/ir/types";
import { arithSamples } from "./arith.ts";
import { compareSamples } from "./compare.ts";
import { contractSamples, powerSamples, reduceSamples, unarySamples } from "./functions.ts";
import { linearSamples } from "./linear.ts";
import { structuralSamples } from "./structural.ts";
import type { BoundSample, Sample } from "./types.ts";

const families: readonly (readonly [object, object])[] = [
  [linear, linearSamples], [compare, compareSamples], [arith, arithSamples], [structural, structuralSamples], [unary, unarySamples],
  [power, powerSamples], [reduce, reduceSamples], [contract, contractSamples],
];

/** All samples, in the order of the families. */
export function allSamples(): readonly BoundSample[] {
  return families.flatMap(([family, samples]) => Object.entries(samples).flatMap(([name, list]) =>
    (list as readonly Sample<Params>[]).map((sample) => ({ primitive: (family as Record<string, Primitive>)[name] as Primitive, sample }))));
}
