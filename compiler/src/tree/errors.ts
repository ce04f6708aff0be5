/** @file Mistakes about trees: codes LW11xx. */

import type { ErrorKind } from "../base/errors.ts";

export const notAPrefix: ErrorKind = {
  code: "LW1101",
  title: "the tree is not a prefix of the other one",
  explanation: "A prefix tree has the same nodes as the full tree down to its own leaves, and each leaf stands for everything below it. "
    + "So at each place it must hold either a leaf or a node of the same kind with the same keys.",
};

export const differentStructure: ErrorKind = {
  code: "LW1102",
  title: "the trees have different structures",
  explanation: "Trees that are walked together need the same nodes in the same places: arrays of one length, objects with the same keys.",
};

export const cycle: ErrorKind = {
  code: "LW1103",
  title: "the tree contains itself",
  explanation: "An object or array that is reachable from itself has no finite list of leaves.",
};

export const symbolKey: ErrorKind = {
  code: "LW1104",
  title: "an object in the tree has a symbol for a key",
  explanation: "Objects are ordered by their sorted string keys; a value under a symbol would be dropped in silence.",
};

export const leafCount: ErrorKind = {
  code: "LW1105",
  title: "the number of leaves does not fit the structure",
  explanation: "A structure is filled with exactly as many leaves as it has places.",
};

export const badRegistration: ErrorKind = {
  code: "LW1106",
  title: "the class cannot be registered as a tree node",
  explanation: "A class is registered once, with a function that takes its instances apart and one that makes them again. Plain objects, arrays and Map are nodes already.",
};

export const nothingToReduce: ErrorKind = {
  code: "LW1107",
  title: "the tree has no leaves to reduce",
  explanation: "Without an initial value, a reduction needs at least one leaf.",
};
