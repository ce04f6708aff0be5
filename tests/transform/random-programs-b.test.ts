/** @file Random programs over every primitive against the oracle; 50,000 in the long run, in two halves that run side by side. */

import { checkRandomPrograms, seedsFrom } from "../support/random-program-checks.ts";

const isFull = process.env["LANEWISE_FULL"] === "1";
checkRandomPrograms(seedsFrom(isFull ? 25_001 : 1001, isFull ? 25_000 : 1000));
