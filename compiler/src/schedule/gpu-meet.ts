/**
 * @file How the invocations of a workgroup make one result of what each has folded: by a tree in workgroup memory, or in
 * subgroups, whose results go through workgroup memory once.
 */

import { at, InternalError } from "../base/assert.ts";
import { add, eq, int, lt, op, ref, rem, scalarType, select } from "../kernel/build.ts";
import { foldStart, foldStep } from "../kernel/folds.ts";
import type { ArrayDecl, Expr, KernelType, RefExpr, Stmt, ValueDType } from "../kernel/types.ts";
import type { Accumulator } from "./accumulators.ts";
import { countedLoop, indexName } from "./gpu-map.ts";

/** How many invocations share a row, and how many rows a workgroup. */
export interface RowShape {
  /** Invocations of a row, a power of two. */
  readonly lanes: number;
  /** Rows of a workgroup. */
  readonly rows: number;
  /** Whether the invocations of a row meet in subgroups: only where the row has the workgroup to itself. */
  readonly inSubgroups: boolean;
}

export interface Place {
  readonly buffer: string;
  readonly index: Expr;
}

/** The results of one loop's folds on their way. */
export interface Meeting {
  /** Where an invocation puts what it has folded. */
  readonly partialAt: (accumulator: number, lane: Expr) => Place;
  /** Statements between the local loop that puts it there and those that read the result. */
  readonly statements: readonly Stmt[];
  /** Where every invocation of a row finds the result. */
  readonly resultAt: (accumulator: number, rowStart: Expr) => Place;
}

/** Plans meetings in one kernel, and declares the arrays for them. */
export class Meetings {
  readonly #shape: RowShape;
  readonly #fresh: (name: string) => string;
  readonly #arrays: ArrayDecl[] = [];
  /** Local arrays with the place of an invocation in its subgroup, and the size of that. */
  #subgroup: { readonly place: string; readonly size: string } | null = null;

  constructor(shape: RowShape, fresh: (name: string) => string) {
    this.#shape = shape;
    this.#fresh = fresh;
  }

  get arrays(): readonly ArrayDecl[] {
    return this.#arrays;
  }

  meet(accumulators: readonly Accumulator[]): Meeting {
    if (accumulators.length === 0) return { partialAt: noPlace, statements: [], resultAt: noPlace };
    return this.#shape.inSubgroups ? this.#inSubgroups(accumulators) : this.#inTree(accumulators);
  }

  get #workgroup(): number {
    return this.#shape.lanes * this.#shape.rows;
  }

  #shared(dtype: ValueDType): string {
    return this.#array("shared", "workgroup", dtype, this.#workgroup);
  }

  #array(hint: string, space: ArrayDecl["space"], dtype: ValueDType, length: number): string {
    const name = this.#fresh(hint);
    this.#arrays.push({ name, space, dtype, length, values: null });
    return name;
  }

  #forAll(body: (lane: RefExpr) => readonly Stmt[]): Stmt {
    const lane = indexName(this.#fresh("lane"));
    return countedLoop("local", lane.name, int(this.#workgroup), body(lane));
  }

  #load(hint: string, type: KernelType, buffer: string, index: Expr): { readonly load: Stmt; readonly value: RefExpr } {
    const value = ref(this.#fresh(hint), type);
    return { load: { kind: "load", name: value.name, type, buffer, index, mask: null }, value };
  }

  // A tree --------------------------------------------------------------------------------------------------------------

  /** Halves the values of each row until one is left. */
  #inTree(accumulators: readonly Accumulator[]): Meeting {
    const { lanes, rows } = this.#shape;
    const shared = accumulators.map(({ type: { dtype } }) => this.#shared(dtype));
    const [step, half] = [indexName(this.#fresh("step")), indexName(this.#fresh("half"))];
    const halve = this.#forAll((lane) => {
      const pairs = accumulators.flatMap(({ op: fold, type }, number): readonly Stmt[] => {
        const buffer = at(shared, number);
        const [mine, other] = [this.#load("mine", type, buffer, lane), this.#load("other", type, buffer, add(lane, half))];
        return [mine.load, other.load, store(buffer, lane, foldStep(fold, mine.value, other.value))];
      });
      return [{ kind: "if", condition: lt(rows === 1 ? lane : rem(lane, lanes), half), then: pairs, otherwise: [] }];
    });
    const tree = countedLoop("serial", step.name, int(Math.log2(lanes)), [
      { kind: "let", name: half.name, value: op("shiftRightLogical", int(lanes / 2), step) }, halve, { kind: "barrier" },
    ]);
    return {
      partialAt: (number, lane) => ({ buffer: at(shared, number), index: lane }),
      statements: [{ kind: "barrier" }, tree],
      resultAt: (number, rowStart) => ({ buffer: at(shared, number), index: rowStart }),
    };
  }

  // Subgroups -----------------------------------------------------------------------------------------------------------

  /**
   * A subgroup's first invocation puts its result into workgroup memory, the others what changes nothing; then every subgroup
   * folds all of that, each of its invocations a share. So it does not matter which invocations are together, nor how many.
   */
  #inSubgroups(accumulators: readonly Accumulator[]): Meeting {
    const own = accumulators.map(({ type: { dtype } }) => this.#array("own", "local", dtype, 1));
    const shared = accumulators.map(({ type: { dtype } }) => this.#shared(dtype));
    const isFirstMeeting = this.#subgroup === null;
    const subgroup = this.#subgroup ?? { place: this.#array("place", "local", "int32", 1), size: this.#array("size", "local", "int32", 1) };
    this.#subgroup = subgroup;
    const learn: readonly Stmt[] = [{ kind: "subgroup", op: "place", array: subgroup.place }, { kind: "subgroup", op: "size", array: subgroup.size }];
    const fold = accumulators.map(({ op: by }, number): Stmt => ({ kind: "subgroup", op: by, array: at(own, number) }));
    const index = scalarType("int32");
    const hand = this.#forAll((lane) => {
      const place = this.#load("place", index, subgroup.place, int(0));
      return [place.load, ...accumulators.flatMap(({ op: by, type }, number): readonly Stmt[] => {
        const held = this.#load("held", type, at(own, number), int(0));
        return [held.load, store(at(shared, number), lane, select(eq(place.value, 0), held.value, foldStart(by, type.dtype)))];
      })];
    });
    const gather = this.#forAll(() => {
      const [place, size] = [this.#load("place", index, subgroup.place, int(0)), this.#load("size", index, subgroup.size, int(0))];
      const next = indexName(this.#fresh("next"));
      const totals = accumulators.map(({ type }) => ref(this.#fresh("total"), type));
      const declared = accumulators.map(({ op: by, type }, number): Stmt => (
        { kind: "var", name: at(totals, number).name, type, init: foldStart(by, type.dtype) }
      ));
      const taken = accumulators.flatMap(({ op: by, type }, number): readonly Stmt[] => {
        const total = at(totals, number);
        const held = this.#load("held", type, at(shared, number), next);
        return [held.load, { kind: "assign", name: total.name, value: foldStep(by, total, held.value) }];
      });
      return [
        place.load, size.load, { kind: "var", name: next.name, type: index, init: place.value }, ...declared,
        {
          kind: "while", before: [], condition: lt(next, this.#workgroup),
          body: [...taken, { kind: "assign", name: next.name, value: add(next, size.value) }],
        },
        ...totals.map((total, number) => store(at(own, number), int(0), total)),
      ];
    });
    return {
      partialAt: (number) => ({ buffer: at(own, number), index: int(0) }),
      statements: [...(isFirstMeeting ? learn : []), ...fold, hand, { kind: "barrier" }, gather, ...fold],
      resultAt: (number) => ({ buffer: at(own, number), index: int(0) }),
    };
  }
}

function noPlace(): never {
  throw new InternalError("the result of a loop that folds nothing");
}

function store(buffer: string, index: Expr, value: Expr): Stmt {
  return { kind: "store", buffer, index, value, mask: null };
}
