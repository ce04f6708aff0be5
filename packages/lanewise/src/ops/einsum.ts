/**
 * @file Sums of products in Einstein's notation. Each operand is first freed of repeated labels (their diagonal) and of
 * labels that nothing else has (their sum); then pairs are contracted by dot_general, the pair whose product saves most first.
 */

import { at } from "@lanewise/compiler/base/assert";
import { raise } from "@lanewise/compiler/base/errors";
import { formatShape, range, sizeOf } from "@lanewise/compiler/base/shape";
import type { Value } from "@lanewise/compiler/ir/types";
import { convertElementType } from "@lanewise/compiler/primitives/arith";
import { transpose } from "@lanewise/compiler/primitives/linear";
import { squeeze } from "@lanewise/compiler/primitives/linear-reshape";
import { badArgument, incompatibleShapes } from "../errors.ts";
import { contract, type ContractionOptions } from "./contract.ts";
import { diagonal } from "./matrix.ts";
import { commonType, convertOperand } from "./operands.ts";
import { sum } from "./reduce.ts";

const operation = "np.einsum";

/** An operand and the label of each of its axes. Axes under an ellipsis are labelled by their distance from the last of them. */
interface Term {
  readonly value: Value;
  readonly labels: readonly string[];
}

interface Subscripts {
  readonly terms: readonly Term[];
  readonly output: readonly string[];
}

/** `subscripts` as in `ij,jk->ik`; without an arrow the labels that occur once, in alphabetical order behind the ellipsis. */
export function einsum(subscripts: string, operands: readonly Value[], options: ContractionOptions, isOrdered: boolean): Value {
  const { terms, output } = parse(subscripts, operands);
  const extents = extentsOf(subscripts, terms);
  const { dtype, weakType } = commonType(operands);
  let open = terms.map(({ value, labels }) => unstretched({ labels, value: convertOperand(operation, value, dtype, weakType) }, extents));
  const neededBy = (others: readonly Term[]): ReadonlySet<string> => new Set([...output, ...others.flatMap(({ labels }) => labels)]);
  open = open.map((term, place) => reduced(term, neededBy(open.filter((_, other) => other !== place))));
  while (open.length > 1) {
    const [left, right] = isOrdered ? [0, 1] : bestPair(open, extents, neededBy);
    const rest = open.filter((_, place) => place !== left && place !== right);
    open = [...rest, product(at(open, left), at(open, right), neededBy(rest), options)];
  }
  const { value, labels } = at(open, 0);
  const arranged = transpose(value, output.map((label) => labels.indexOf(label)));
  return convertElementType(arranged, options.preferredElementType ?? dtype, options.preferredElementType === null && weakType);
}

/** The operand without axes of extent 1 that broadcast. */
function unstretched({ value, labels }: Term, extents: ReadonlyMap<string, number>): Term {
  const stretched = range(labels.length).filter((axis) => value.aval.shape[axis] === 1 && extents.get(at(labels, axis)) !== 1);
  return { value: squeeze(value, stretched), labels: labels.filter((_, axis) => !stretched.includes(axis)) };
}

/** The operand without repeated labels, and without those that only it has. */
function reduced(term: Term, needed: ReadonlySet<string>): Term {
  let result = term;
  for (let repeated = repeatedLabel(result.labels); repeated !== null; repeated = repeatedLabel(result.labels)) {
    const [first, second] = [result.labels.indexOf(repeated), result.labels.lastIndexOf(repeated)];
    result = { value: diagonal(operation, result.value, 0, first, second), labels: [...result.labels.filter((_, axis) => axis !== first && axis !== second), repeated] };
  }
  const alone = range(result.labels.length).filter((axis) => !needed.has(at(result.labels, axis)));
  if (alone.length === 0) return result;
  return { value: sum(result.value, { axis: alone, dtype: result.value.aval.dtype, keepdims: false }, operation), labels: result.labels.filter((_, axis) => !alone.includes(axis)) };
}

function repeatedLabel(labels: readonly string[]): string | null {
  return labels.find((label, place) => labels.indexOf(label) !== place) ?? null;
}

/** Both multiplied, and summed over the labels that neither the output nor another operand has. */
function product(left: Term, right: Term, needed: ReadonlySet<string>, options: ContractionOptions): Term {
  const shared = left.labels.filter((label) => right.labels.includes(label));
  const pairs = (labels: readonly string[]): [number, number][] => labels.map((label) => [left.labels.indexOf(label), right.labels.indexOf(label)]);
  const batch = shared.filter((label) => needed.has(label));
  const value = contract(operation, left.value, right.value, { contract: pairs(shared.filter((label) => !needed.has(label))), batch: pairs(batch) }, options);
  const free = (labels: readonly string[]): string[] => labels.filter((label) => !shared.includes(label));
  return { value, labels: [...batch, ...free(left.labels), ...free(right.labels)] };
}

/** The pair whose product is smallest beside its operands; of equal ones the first. */
function bestPair(
  terms: readonly Term[], extents: ReadonlyMap<string, number>, neededBy: (others: readonly Term[]) => ReadonlySet<string>,
): readonly [number, number] {
  const size = (labels: Iterable<string>): number => sizeOf([...new Set(labels)].map((label) => extents.get(label) ?? 1));
  let best: readonly [number, number] = [0, 1];
  let least = Infinity;
  for (let left = 0; left < terms.length; left++) {
    for (let right = left + 1; right < terms.length; right++) {
      const [a, b] = [at(terms, left).labels, at(terms, right).labels];
      const needed = neededBy(terms.filter((_, place) => place !== left && place !== right));
      const growth = size([...a, ...b].filter((label) => needed.has(label))) - size(a) - size(b);
      if (growth >= least) continue;
      [best, least] = [[left, right], growth];
    }
  }
  return best;
}

// The notation -----------------------------------------------------------------------------------------------------------

function refuse(expected: string, got: string, fix: string): never {
  return raise(badArgument, { operation, argument: "subscripts", expected, got, fix });
}

function parse(subscripts: string, operands: readonly Value[]): Subscripts {
  const [inputs = "", output, ...others] = subscripts.replaceAll(" ", "").split("->");
  if (others.length > 0) refuse("at most one ->", `"${subscripts}"`, 'write "ij,jk->ik"');
  const parts = inputs.split(",");
  if (parts.length !== operands.length) {
    refuse(`labels for ${operands.length} operands, separated by commas`, `"${inputs}", which has ${parts.length}`, "give one group of labels per operand");
  }
  const terms = parts.map((part, place) => ({ value: at(operands, place), labels: labelsOf(part, at(operands, place).aval.shape, place) }));
  const all = terms.flatMap(({ labels }) => labels);
  const underEllipsis = [...new Set(all.filter(isEllipsis))].sort((a, b) => Number(b.slice(1)) - Number(a.slice(1)));
  if (output === undefined) {
    const once = all.filter((label) => !isEllipsis(label) && all.indexOf(label) === all.lastIndexOf(label));
    return { terms, output: [...underEllipsis, ...once.sort()] };
  }
  const wanted = split(output, "the output").flatMap((label) => (label === "..." ? underEllipsis : [label]));
  const unknown = wanted.find((label) => !all.includes(label));
  if (unknown !== undefined) refuse("output labels that an operand has", `${unknown} in "${output}"`, "sum or broadcast in a step of its own");
  if (new Set(wanted).size !== wanted.length) refuse("each label once in the output", `"${output}"`, "use np.diag for a diagonal matrix");
  return { terms, output: wanted };
}

const isEllipsis = (label: string): boolean => label.startsWith(".");

/** Letters and at most one `...`, one by one. */
function split(part: string, where: string): string[] {
  const labels = part.match(/\.\.\.|./g) ?? [];
  const strange = labels.find((label) => !/^(?:[A-Za-z]|\.\.\.)$/.test(label));
  if (strange !== undefined) refuse("letters, commas, -> and ...", `"${strange}" in "${part}"`, 'label each axis with a letter: "ij,jk->ik"');
  if (labels.filter((label) => label === "...").length > 1) refuse(`one ellipsis in ${where}`, `"${part}"`, "label the axes");
  return labels;
}

/** A label for each axis of an operand. */
function labelsOf(part: string, shape: readonly number[], place: number): string[] {
  const labels = split(part, `operand ${place}`);
  const rank = shape.length;
  const hidden = rank - labels.filter((label) => label !== "...").length;
  if (hidden < 0 || (hidden > 0 && !labels.includes("..."))) {
    refuse(`a label for each axis of operand ${place}, which has shape ${formatShape(shape)}`, `"${part}"`, "add or remove labels, or write ... for the axes between");
  }
  return labels.flatMap((label) => (label === "..." ? range(hidden).map((axis) => `.${hidden - 1 - axis}`) : [label]));
}

/** The extent of each label: extents of 1 broadcast. */
function extentsOf(subscripts: string, terms: readonly Term[]): ReadonlyMap<string, number> {
  const extents = new Map<string, number>();
  for (const { value, labels } of terms) {
    labels.forEach((label, axis) => {
      const [extent, known] = [at(value.aval.shape, axis), extents.get(label) ?? 1];
      if (known !== 1 && extent !== 1 && extent !== known) {
        raise(incompatibleShapes, {
          operation, expected: `one extent for ${isEllipsis(label) ? "each axis under ..." : `the label ${label}`}`,
          got: `${known} and ${extent}: "${subscripts}" for ${terms.map((term) => formatShape(term.value.aval.shape)).join(", ")}`, fix: "correct the labels, or reshape an operand",
        });
      }
      extents.set(label, known === 1 ? extent : known);
    });
  }
  return extents;
}
