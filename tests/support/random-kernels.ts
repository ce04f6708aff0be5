/**
 * @file Random kernels that are valid and end: index arithmetic, lets and variables, loops, branches, masks and vectors over
 * small buffers, with every index in range. For properties that hold for all kernels.
 */
import type { HostArray } from "@lanewise/compiler/base/dtype";
import type { ScalarOpName } from "@lanewise/compiler/base/scalar-ops";
import {
  add, and, constant, convert, extract, int, KernelBuilder, lt, mul, not, op, select, simdReduce, splat,
} from "@lanewise/compiler/kernel/build";
import type { Expr, Kernel, RefExpr, ValueDType } from "@lanewise/compiler/kernel/types";
import { randomNumbers } from "./gate/types.ts";

export interface RandomKernel {
  readonly kernel: Kernel;
  readonly scalars: Readonly<Record<string, number>>;
  /** New buffers with the same contents at each call. */
  readonly buffers: () => Record<string, HostArray>;
}

const integerOps: readonly ScalarOpName[] = [
  "add", "sub", "mul", "div", "rem", "min", "max", "and", "or", "xor", "shiftLeft", "shiftRightArithmetic", "shiftRightLogical",
];
const comparisons: readonly ScalarOpName[] = ["eq", "ne", "lt", "le", "gt", "ge"];
const edges: readonly number[] = [0, 1, -1, 2, 3, 4, 7, 8, 16, 31, 32, 64, -4, 100, 65536, 2147483647, -2147483648];

/** A kernel, its scalars and its buffers from a seed. */
export function randomKernel(seed: number): RandomKernel {
  const random = randomNumbers(seed);
  const generator = new Generator(random);
  const kernel = generator.kernel();
  const n = Math.floor(random() * 5);
  const integers = Array.from({ length: 16 }, () => Math.floor((random() - 0.5) * 2 ** (1 + 31 * random())));
  const floats = Array.from({ length: 16 }, (_, i) => [0, -0, NaN, Infinity, -1.5, random()][i % 6] ?? 0);
  return {
    kernel,
    scalars: { n, m: Math.floor((random() - 0.5) * 2 ** (32 * random())) },
    buffers: () => ({
      data: Int32Array.from(integers), bytes: Uint8Array.from(integers), sized: new Int32Array(4 * n),
      reals: Float32Array.from(floats), out: new Int32Array(64), realOut: new Float32Array(32),
    }),
  };
}

class Generator {
  readonly #random: () => number;
  readonly #b = new KernelBuilder("random");
  readonly #n: Expr;
  readonly #m: Expr;
  /** Names in scope that stand for int32 scalars, newest last. */
  #integers: Expr[] = [];
  /** Variables that may be assigned here. */
  #variables: RefExpr[] = [];

  constructor(random: () => number) {
    this.#random = random;
    this.#n = this.#b.scalar("n", "int32");
    this.#m = this.#b.scalar("m", "int32");
    this.#b.buffer("data", { dtype: "int32", length: 16, access: "read" });
    this.#b.buffer("bytes", { dtype: "uint8", length: 16, access: "read" });
    this.#b.buffer("sized", { dtype: "int32", length: mul(this.#n, 4), access: "read" });
    this.#b.buffer("reals", { dtype: "float32", length: 16, access: "read" });
    this.#b.buffer("out", { dtype: "int32", length: 64, access: "readWrite" });
    this.#b.buffer("realOut", { dtype: "float32", length: 32, access: "write" });
    this.#b.array("table", { space: "constant", dtype: "int32", length: 4, values: [2, 3, 5, 7] });
  }

  kernel(): Kernel {
    this.#integers = [this.#n, this.#m];
    if (this.#random() < 0.5) {
      this.#b.for("grid", 0, this.#chance(0.5) ? this.#n : int(3), 1, (i) => this.#scope([i], true, () => this.#statements(3)), "g");
    } else {
      this.#statements(3);
    }
    return this.#b.build();
  }

  #chance(probability: number): boolean {
    return this.#random() < probability;
  }

  #pick<T>(items: readonly T[]): T {
    const item = items[Math.floor(this.#random() * items.length)];
    if (item === undefined) throw new Error("nothing to pick from");
    return item;
  }

  /** Runs `emit` with more names; variables from outside cannot be assigned in an independent loop. */
  #scope(names: readonly Expr[], independent: boolean, emit: () => void): void {
    const integers = this.#integers;
    const variables = this.#variables;
    this.#integers = [...integers, ...names];
    this.#variables = independent ? [] : [...variables];
    emit();
    this.#integers = integers;
    this.#variables = variables;
  }

  #statements(depth: number): void {
    const count = 2 + Math.floor(this.#random() * 4);
    for (let i = 0; i < count; i += 1) this.#statement(depth);
    this.#store();
  }

  #statement(depth: number): void {
    const b = this.#b;
    const choice = this.#random();
    if (choice < 0.3) {
      this.#integers.push(b.let(this.#integer(3)));
    } else if (choice < 0.45) {
      const index = and(this.#integer(2), 15);
      const mask = this.#chance(0.2) ? this.#condition(1) : null;
      const loaded = this.#chance(0.5) ? b.load("data", index, { mask }) : convert(b.load("bytes", index, { mask }), "int32");
      this.#integers.push(loaded);
    } else if (choice < 0.55) {
      const variable = b.var(this.#integer(1));
      this.#variables.push(variable);
      this.#integers.push(variable);
    } else if (choice < 0.65 && this.#variables.length > 0) {
      b.assign(this.#pick(this.#variables), this.#integer(2));
    } else if (choice < 0.8 || depth === 0) {
      this.#store();
    } else if (choice < 0.88) {
      b.if(this.#condition(2), () => this.#scope([], false, () => this.#statements(depth - 1)),
        this.#chance(0.5) ? () => this.#scope([], false, () => this.#statements(depth - 1)) : () => {});
    } else if (choice < 0.97) {
      this.#loop(depth);
    } else {
      const count = b.var(int(0), "count");
      b.while(() => lt(count, this.#pick([int(0), int(2), this.#n])), () => {
        this.#scope([count], false, () => this.#statements(depth - 1));
        b.assign(count, add(count, 1));
      });
    }
  }

  #loop(depth: number): void {
    const kind = this.#pick(["serial", "serial", "simd", "unrolled"] as const);
    const begin = this.#pick([0, 0, 1, -2]);
    const end = kind === "unrolled" ? begin + this.#pick([0, 1, 2]) : this.#pick([this.#n, int(begin + 1), int(begin + 3), int(begin)]);
    const step = this.#pick([1, 1, 2, 3]);
    this.#b.for(kind, begin, end, step, (i) => this.#scope([i], kind === "simd", () => this.#statements(depth - 1)));
  }

  #store(): void {
    const b = this.#b;
    const choice = this.#random();
    const mask = this.#chance(0.2) ? this.#condition(1) : null;
    if (choice < 0.6) {
      b.store("out", and(this.#integer(3), 63), this.#integer(3), mask);
    } else if (choice < 0.75) {
      const value = add(splat(this.#integer(2), 4), mul(splat(this.#integer(1), 4), 3));
      b.store("out", and(this.#integer(2), 31), value);
      b.store("out", int(0), add(extract(value, 2), simdReduce("max", value)));
    } else {
      b.store("realOut", and(this.#integer(2), 31), this.#real(), mask);
    }
  }

  #real(): Expr {
    const loaded = this.#b.load("reals", and(this.#integer(1), 15));
    const wrong = this.#pick<(x: Expr) => Expr>([
      (x) => add(x, 0), (x) => mul(x, 1), (x) => mul(x, 0), (x) => op("sub", x, x), (x) => op("div", x, x), (x) => op("add", x, convert(this.#integer(1), "float32")),
    ]);
    return select(this.#condition(1), wrong(loaded), wrong(constant(1.5, "float32")));
  }

  #integer(depth: number): Expr {
    if (depth === 0 || this.#chance(0.2)) return this.#chance(0.35) ? int(this.#pick(edges)) : this.#pick(this.#integers);
    const choice = this.#random();
    const inner = (): Expr => this.#integer(depth - 1);
    // Mostly what index arithmetic is made of: sums, multiples, quotients and remainders by constants.
    if (choice < 0.15) return raw("add", inner(), inner());
    if (choice < 0.3) return raw("mul", inner(), int(this.#pick([1, 2, 3, 4, 8, 64])));
    if (choice < 0.5) return raw(this.#pick(["div", "rem"]), inner(), int(this.#pick([1, 2, 3, 4, 8, 64])));
    if (choice < 0.6) return raw("add", mul(inner(), 4), raw("rem", inner(), int(4)));
    if (choice < 0.7) return raw("select", this.#condition(depth - 1), inner(), inner());
    if (choice < 0.75) return convert(this.#condition(depth - 1), "int32");
    if (choice < 0.8) return convert(raw(this.#pick(integerOps), convert(inner(), "uint32"), convert(inner(), "uint32")), "int32");
    if (choice < 0.85) return raw(this.#pick(["neg", "abs", "sign", "not"]), inner());
    return raw(this.#pick(integerOps), inner(), inner());
  }

  #condition(depth: number): Expr {
    if (depth > 0 && this.#chance(0.4)) {
      if (this.#chance(0.3)) return not(this.#condition(depth - 1));
      return raw(this.#pick(["and", "or", "xor", "eq"]), this.#condition(depth - 1), this.#condition(depth - 1));
    }
    return raw(this.#pick(comparisons), this.#integer(depth), this.#integer(depth));
  }
}

/** An op as it stands, without the folding that `op` does: simplification has more to find. */
function raw(name: ScalarOpName, ...args: Expr[]): Expr {
  const built = op(name, ...args);
  const first = args[args.length - 1];
  const dtype: ValueDType = first?.type.dtype ?? "int32";
  const isComparison = comparisons.includes(name);
  return { kind: "op", op: name, args, type: isComparison ? built.type : { dtype, width: built.type.width } };
}
