/**
 * @file Small random kernels with one simd loop, made from a tape of numbers, so that a shorter tape is a simpler kernel.
 * Every iteration writes elements of its own and reads only inside the buffers; some loads are in range only where a
 * condition guards them.
 */
import type { HostArray } from "@lanewise/compiler/base/dtype";
import type { Expr, Kernel, RefExpr, ValueDType } from "@lanewise/compiler/kernel/types";
import {
  KernelBuilder, add, and, bitcast, constant, convert, int, lt, mul, op, rem, select, sub,
} from "@lanewise/compiler/kernel/build";

/** Elements of the input buffers; the loop runs inside. */
const inputLength = 48;
/** Elements of `guarded`, which iterations beyond them must not read. */
const guardedLength = 23;

export interface RandomSimdKernel {
  readonly kernel: Kernel;
  readonly scalars: { readonly shared: number; readonly factor: number };
}

/** The kernel that a tape of numbers in [0, 1000) describes; behind its end a tape is all 0. */
export function randomSimdKernel(tape: readonly number[]): RandomSimdKernel {
  return new Generator(tape).run();
}

/** New buffers for such a kernel, with the same contents at each call. */
export function randomSimdBuffers(): Record<string, HostArray> {
  return {
    x: Float32Array.from({ length: inputLength }, (_, i) => [1.5, -0.25, NaN, 3, -0, Infinity, 0.5, -7][i % 8] ?? 0),
    indices: Int32Array.from({ length: inputLength }, (_, i) => (i * 7 + 3) % inputLength),
    guarded: Float32Array.from({ length: guardedLength }, (_, i) => i / 3),
    small: Int8Array.from({ length: inputLength }, (_, i) => (i * 37) % 256 - 128),
    flags: Uint8Array.from({ length: inputLength }, (_, i) => (i % 3 === 0 ? 1 : 0)),
    y: new Float32Array(3 * inputLength).fill(99),
    z: new Int16Array(3 * inputLength).fill(99),
    digest: new Int32Array(3 * inputLength).fill(99),
  };
}

/** Iterations of a while at most, so that it ends. */
const mostRounds = 5;
const maxDepth = 3;

class Generator {
  readonly #k = new KernelBuilder("random");
  readonly #tape: readonly number[];
  #position = 0;
  /** What is in scope, by dtype. */
  #values: Record<"float32" | "int32" | "uint32" | "bool", Expr[]> = { float32: [], int32: [], uint32: [], bool: [] };
  #variables: RefExpr[] = [];
  readonly #x: string;
  readonly #indices: string;
  readonly #guarded: string;
  readonly #small: string;
  readonly #flags: string;
  readonly #y: string;
  readonly #z: string;
  readonly #digest: string;
  #loopIndex: Expr = int(0);
  #outputIndex: Expr = int(0);

  constructor(tape: readonly number[]) {
    this.#tape = tape;
    const read = (name: string, dtype: "float32" | "int32" | "int8" | "bool", length: number): string =>
      this.#k.buffer(name, { dtype, length, access: "read" });
    this.#x = read("x", "float32", inputLength);
    this.#indices = read("indices", "int32", inputLength);
    this.#guarded = read("guarded", "float32", guardedLength);
    this.#small = read("small", "int8", inputLength);
    this.#flags = read("flags", "bool", inputLength);
    this.#y = this.#k.buffer("y", { dtype: "float32", length: 3 * inputLength, access: "readWrite" });
    this.#z = this.#k.buffer("z", { dtype: "int16", length: 3 * inputLength, access: "write" });
    this.#digest = this.#k.buffer("digest", { dtype: "int32", length: 3 * inputLength, access: "write" });
  }

  run(): RandomSimdKernel {
    const k = this.#k;
    this.#values.int32.push(k.scalar("shared", "int32"));
    this.#values.float32.push(k.scalar("factor", "float32"));
    const begin = this.#choose(5);
    const end = inputLength - 3 - this.#choose(8);
    const step = this.#choose(4) === 3 ? 2 : 1;
    k.for("grid", 0, 1, 1, () => {
      k.for("simd", begin, end, step, (i) => {
        this.#loopIndex = i;
        this.#outputIndex = [i, sub(int(inputLength), i), add(mul(i, 2), 3)][this.#choose(3)] ?? i;
        this.#values.int32.push(i);
        this.#values.float32.push(k.load(this.#x, i));
        for (const init of [this.#float(1), this.#int(1)]) this.#declareVariable(init);
        this.#statements(0);
        k.store(this.#z, this.#outputIndex, this.#int(2));
        k.store(this.#digest, this.#outputIndex, this.#digestOfScope());
      });
    });
    return { kernel: k.build(), scalars: { shared: this.#choose(7) - 2, factor: this.#choose(5) / 2 - 1 } };
  }

  #next(): number {
    const value = this.#tape[this.#position] ?? 0;
    this.#position += 1;
    return value;
  }

  #choose(count: number): number {
    return this.#next() % count;
  }

  #pick<T>(items: readonly T[]): T {
    return items[this.#choose(items.length)] as T;
  }

  #scoped(body: () => void): void {
    const values = this.#values;
    const variables = this.#variables;
    this.#values = { float32: [...values.float32], int32: [...values.int32], uint32: [...values.uint32], bool: [...values.bool] };
    this.#variables = [...variables];
    body();
    this.#values = values;
    this.#variables = variables;
  }

  #statements(depth: number): void {
    const count = 1 + this.#choose(5);
    for (let i = 0; i < count && this.#position < this.#tape.length; i += 1) this.#statement(depth);
  }

  #statement(depth: number): void {
    const k = this.#k;
    const kinds = depth < maxDepth ? 11 : 7;
    switch (this.#choose(kinds)) {
      case 0: return this.#declare(k.let(this.#any(2)));
      case 1: return this.#declareVariable(this.#choose(2) === 0 ? this.#float(1) : this.#int(1));
      case 2: case 3: {
        const variable = this.#pick(this.#variables);
        return k.assign(variable, variable.type.dtype === "float32" ? this.#float(2) : this.#int(2));
      }
      case 4: return this.#declare(k.load(this.#pick([this.#x, this.#indices, this.#small, this.#flags]), this.#index()));
      case 5: {
        const mask = and(this.#bool(1), lt(this.#loopIndex, guardedLength));
        return this.#declare(k.load(this.#guarded, this.#loopIndex, { mask }));
      }
      case 6: return k.store(this.#y, this.#outputIndex, this.#float(2), this.#choose(3) === 0 ? this.#bool(1) : null);
      case 7: return k.if(this.#bool(2), () => this.#scoped(() => this.#statements(depth + 1)), () => {
        if (this.#choose(2) === 1) this.#scoped(() => this.#statements(depth + 1));
      });
      case 8: return k.if(lt(this.#loopIndex, guardedLength), () => this.#scoped(() => {
        this.#declare(k.load(this.#guarded, this.#loopIndex));
        this.#statements(depth + 1);
      }));
      case 9: return this.#while(depth);
      default: {
        const bound = this.#choose(2) === 0 ? int(this.#choose(4)) : rem(this.#int(1), 4);
        return k.for(this.#pick(["serial", "serial", "unrolled"]) === "unrolled" && bound.kind === "const" ? "unrolled" : "serial",
          this.#choose(2), bound, 1, (index) => this.#scoped(() => {
            this.#values.int32.push(index);
            this.#statements(depth + 1);
          }));
      }
    }
  }

  #while(depth: number): void {
    const k = this.#k;
    const round = k.var(int(0), "round");
    const bound = k.let(this.#choose(2) === 0 ? int(mostRounds) : rem(this.#int(1), mostRounds));
    this.#scoped(() => {
      k.while(
        () => {
          if (this.#choose(3) === 0) this.#statements(maxDepth);
          return and(lt(round, bound), this.#choose(2) === 0 ? this.#bool(1) : lt(round, mostRounds));
        },
        () => {
          this.#statements(depth + 1);
          k.assign(round, add(round, 1));
        },
      );
    });
    this.#values.int32.push(round);
  }

  #declareVariable(init: Expr): void {
    const variable = this.#k.var(init);
    this.#variables.push(variable);
    this.#declare(variable);
  }

  /** A number that depends on every value in scope, so that none of them is unused. */
  #digestOfScope(): Expr {
    const { float32, int32, uint32, bool } = this.#values;
    const words = [...float32, ...uint32].map((value) => bitcast(value, "int32"));
    return [...words, ...int32, ...bool.map((value) => convert(value, "int32"))]
      .reduce((digest, word) => add(mul(digest, 31), word), int(0));
  }

  #declare(value: Expr): void {
    const { dtype } = value.type;
    if (dtype === "float32" || dtype === "int32" || dtype === "uint32" || dtype === "bool") this.#values[dtype].push(value);
  }

  /** In range of the input buffers, for every iteration. */
  #index(): Expr {
    const k = this.#k;
    const [first = int(0)] = this.#values.int32;
    switch (this.#choose(6)) {
      case 0: return this.#loopIndex;
      case 1: return sub(int(inputLength - 1), this.#loopIndex);
      case 2: return k.load(this.#indices, this.#loopIndex);
      case 3: return add(this.#inRange(first), 1);
      case 4: return k.let(add(this.#loopIndex, 3));
      default: return this.#inRange(this.#int(2));
    }
  }

  #inRange(value: Expr): Expr {
    return op("abs", rem(value, 17));
  }

  #any(depth: number): Expr {
    switch (this.#choose(4)) {
      case 0: return this.#float(depth);
      case 1: return this.#int(depth);
      case 2: return this.#bool(depth);
      default: return this.#uint(depth);
    }
  }

  #leaf(dtype: "float32" | "int32" | "uint32" | "bool"): Expr {
    const known = this.#values[dtype];
    if (known.length > 0 && this.#choose(8) !== 0) return at(known, -1 - this.#choose(known.length));
    const value = this.#choose(5);
    return constant(dtype === "bool" ? value % 2 : dtype === "float32" ? value / 2 - 0.75 : dtype === "int32" ? value - 2 : value, dtype as ValueDType);
  }

  #float(depth: number): Expr {
    if (depth === 0) return this.#leaf("float32");
    const a = (): Expr => this.#float(depth - 1);
    switch (this.#choose(8)) {
      case 0: return this.#leaf("float32");
      case 1: return op(this.#pick(["add", "sub", "mul", "div", "min", "max"] as const), a(), a());
      case 2: return op(this.#pick(["neg", "abs", "floor", "ceil", "trunc", "roundEven", "sqrt", "sign"] as const), a());
      case 3: return select(this.#bool(depth - 1), a(), a());
      case 4: return convert(this.#int(depth - 1), "float32");
      case 5: return convert(this.#bool(depth - 1), "float32");
      case 6: return convert(this.#uint(depth - 1), "float32");
      default: return this.#leaf("float32");
    }
  }

  #int(depth: number): Expr {
    if (depth === 0) return this.#leaf("int32");
    const a = (): Expr => this.#int(depth - 1);
    switch (this.#choose(8)) {
      case 0: return this.#leaf("int32");
      case 1: return op(this.#pick(["add", "sub", "mul", "div", "rem", "min", "max", "and", "or", "xor"] as const), a(), a());
      case 2: return op(this.#pick(["neg", "abs", "not", "sign", "populationCount", "countLeadingZeros"] as const), a());
      case 3: return op(this.#pick(["shiftLeft", "shiftRightArithmetic", "shiftRightLogical", "mulHigh"] as const), a(), a());
      case 4: return select(this.#bool(depth - 1), a(), a());
      case 5: return convert(this.#float(depth - 1), "int32");
      case 6: return bitcast(this.#choose(2) === 0 ? this.#float(depth - 1) : this.#uint(depth - 1), "int32");
      default: return convert(this.#bool(depth - 1), "int32");
    }
  }

  #uint(depth: number): Expr {
    if (depth === 0) return this.#leaf("uint32");
    const a = (): Expr => this.#uint(depth - 1);
    switch (this.#choose(5)) {
      case 0: return bitcast(this.#int(depth - 1), "uint32");
      case 1: return op(this.#pick(["add", "sub", "mul", "div", "rem", "min", "max", "mulHigh", "shiftRightLogical"] as const), a(), a());
      case 2: return convert(this.#float(depth - 1), "uint32");
      case 3: return select(this.#bool(depth - 1), a(), a());
      default: return this.#leaf("uint32");
    }
  }

  #bool(depth: number): Expr {
    if (depth === 0) return this.#leaf("bool");
    const compare = ["lt", "le", "gt", "ge", "eq", "ne"] as const;
    switch (this.#choose(6)) {
      case 0: return op(this.#pick(compare), this.#int(depth - 1), this.#int(depth - 1));
      case 1: return op(this.#pick(compare), this.#float(depth - 1), this.#float(depth - 1));
      case 2: return op(this.#pick(["and", "or", "xor", "eq", "ne"] as const), this.#bool(depth - 1), this.#bool(depth - 1));
      case 3: return op("not", this.#bool(depth - 1));
      case 4: return op(this.#pick(["isNaN", "isFinite"] as const), this.#float(depth - 1));
      default: return op(this.#pick(compare), this.#uint(depth - 1), this.#uint(depth - 1));
    }
  }
}

function at<T>(items: readonly T[], index: number): T {
  return items[index < 0 ? index + items.length : index] as T;
}
