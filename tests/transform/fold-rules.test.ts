/** @file The rules of the families reduce, cumulative and sort against loops. */

import { describe } from "vitest";
import { samplesOf, testRules } from "../support/rule-tests.ts";

const families = {
  reduce: [
    "reduce_max", "reduce_min", "reduce_prod", "reduce_and", "reduce_or", "reduce_xor", "argmax", "argmin",
  "reduce_window_sum", "reduce_window_max", "reduce_window_min", "select_and_gather_add", "select_and_scatter_add",
  ],
  cumulative: ["cumsum", "cumprod", "cummax", "cummin", "cumlogsumexp"],
  sort: ["sort", "top_k"],
};

describe.each(Object.entries(families))("%s", (_family, names) => testRules(samplesOf(names)));
