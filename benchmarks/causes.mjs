/**
 * @file Why a workload is slower than it should be, by name; the page quotes it where there is a gap.
 * @type {Readonly<Record<string, string>>}
 */
export const causes = {
  dispatch_tiny: "The loop has no call to look up: a cached call compares the types of its arguments and makes an array with a shape.",
  ew_trans_4M: "The loop's sine and tanh hold for moderate arguments to a few units in the last place; lanewise's hold for every float32.",
  reduce_row_2048: "tfjs runs the loop that a person would write. An element costs a load, a conversion to a double and an addition, and takes as long from the cache as from memory; none of eleven shapes of rows and accumulators beats four rows side by side by more than the spread.",
  black_scholes_1M: "erf and exp keep to 4 units in the last place over every float32; the loop's are right to 1e-7 of a price.",
};
