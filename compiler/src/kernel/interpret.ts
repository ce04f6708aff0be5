/**
 * @file Runs a kernel one operation at a time, as the scalar table defines each: the oracle for every target. Float32 is
 * rounded after every op, integers wrap, a mask keeps elements untouched, and an access outside a buffer throws, as does
 * a read of workgroup or local memory that nothing wrote. `order: "reverse"` runs iterations that are meant to be
 * independent backwards, which brings races to light. The kernel is taken to be verified.
 */

import { assertNever, at, InternalError } from "../base/assert.ts";
import type { HostArray } from "../base/dtype.ts";
import { isFloatValue, roundTo, scalarOps } from "../base/scalar-ops.ts";
import { holdsValue } from "./expressions.ts";
import { stepOf } from "./folds.ts";
import { ExprCompiler, Frame } from "./interpret-expr.ts";
import type { ScalarCode, VectorCode } from "./interpret-expr.ts";
import { ArrayMemory, BufferMemory } from "./interpret-memory.ts";
import type { Memory } from "./interpret-memory.ts";
import type { Expr, ForStmt, Kernel, LoadStmt, Stmt, StoreStmt, SubgroupStmt } from "./types.ts";

export interface InterpretOptions {
  /** For each buffer, an array of the kind that `allocateHost` gives, at least as long as the buffer. Written in place. */
  readonly buffers: Readonly<Record<string, HostArray>>;
  readonly scalars?: Readonly<Record<string, number>>;
  /** Iterations of the outermost grid loop to run: those from `begin` and below `end`. */
  readonly begin?: number;
  readonly end?: number;
  /** Whether to count; off, the counts stay empty. */
  readonly count?: boolean;
  /** `reverse` runs grid, local and simd loops backwards. */
  readonly order?: "forward" | "reverse";
  /** Which subgroup an invocation of a workgroup is in: any number, the same for those that are together. By default each four neighbours. */
  readonly subgroupOf?: (invocation: number) => number;
}

/** How often things ran, by name. A vector op or access counts each of its elements. */
export interface InterpretCounts {
  readonly ops: Readonly<Record<string, number>>;
  readonly loads: Readonly<Record<string, number>>;
  readonly stores: Readonly<Record<string, number>>;
  /** Iterations of each loop, by its index; of all While loops together under `while`. */
  readonly trips: Readonly<Record<string, number>>;
}

/**
 * Runs the kernel on its buffers.
 *
 * Throws an `InternalError` where a buffer or scalar is missing, unknown or of the wrong kind, where buffers overlap that
 * may not, and where the kernel leaves its memory.
 */
export function interpret(kernel: Kernel, options: InterpretOptions): { readonly counts: InterpretCounts } {
  const interpreter = new Interpreter(kernel, options);
  interpreter.run();
  return { counts: interpreter.counts() };
}

type Code = () => void;
type Tallies = Map<string, { count: number }>;

class Interpreter {
  readonly #kernel: Kernel;
  readonly #options: InterpretOptions;
  readonly #frame = new Frame();
  readonly #memories = new Map<string, Memory>();
  readonly #arrays: readonly ArrayMemory[];
  readonly #exprs: ExprCompiler;
  readonly #tallies: { readonly [kind in keyof InterpretCounts]: Tallies } = {
    ops: new Map(), loads: new Map(), stores: new Map(), trips: new Map(),
  };

  constructor(kernel: Kernel, options: InterpretOptions) {
    this.#kernel = kernel;
    this.#options = options;
    this.#exprs = new ExprCompiler(this.#frame, options.count === true ? (op) => this.#tally("ops", op) : null);
    this.#bindScalars();
    this.#bindBuffers();
    this.#arrays = kernel.arrays.map((decl) => {
      const memory = new ArrayMemory(decl, kernel);
      this.#memories.set(decl.name, memory);
      return memory;
    });
  }

  run(): void {
    const code = this.#body(this.#kernel.body, true);
    try {
      code();
    } catch (error) {
      if (error instanceof InternalError) throw new InternalError(`kernel ${this.#kernel.name}: ${error.message}`, error.excerpt);
      throw error;
    }
  }

  counts(): InterpretCounts {
    const record = (tallies: Tallies): Record<string, number> =>
      this.#options.count === true ? Object.fromEntries([...tallies].map(([name, { count }]) => [name, count])) : {};
    const { ops, loads, stores, trips } = this.#tallies;
    return { ops: record(ops), loads: record(loads), stores: record(stores), trips: record(trips) };
  }

  #tally(kind: keyof InterpretCounts, name: string): { count: number } {
    const known = this.#tallies[kind].get(name);
    if (known !== undefined) return known;
    const tally = { count: 0 };
    this.#tallies[kind].set(name, tally);
    return tally;
  }

  #bindScalars(): void {
    const given = this.#options.scalars ?? {};
    for (const { name, dtype } of this.#kernel.scalars) {
      const value = given[name];
      if (value === undefined) throw new InternalError(`kernel ${this.#kernel.name}: scalar ${name} is missing`);
      const held = isFloatValue(dtype) ? roundTo(dtype, value) : value;
      if (!holdsValue(dtype, held)) throw new InternalError(`kernel ${this.#kernel.name}: scalar ${name} is ${dtype}, given ${value}`);
      this.#frame.scalars[this.#frame.slot(name)] = held;
    }
    this.#rejectUnknown("scalar", Object.keys(given), this.#kernel.scalars);
  }

  #bindBuffers(): void {
    const given = this.#options.buffers;
    const bound: BufferMemory[] = [];
    for (const [position, { name, dtype, length, access, aliasGroup }] of this.#kernel.buffers.entries()) {
      const host = given[name];
      if (host === undefined) throw new InternalError(`kernel ${this.#kernel.name}: buffer ${name} is missing`);
      const memory = new BufferMemory(name, dtype, this.#exprs.scalar(length)(), host);
      for (const [earlier, other] of this.#kernel.buffers.slice(0, position).entries()) {
        const harmless = (aliasGroup !== null && aliasGroup === other.aliasGroup) || (access === "read" && other.access === "read");
        if (!harmless && at(bound, earlier).overlaps(memory)) {
          throw new InternalError(`kernel ${this.#kernel.name}: buffers ${other.name} and ${name} overlap but share no alias group`);
        }
      }
      bound.push(memory);
      this.#memories.set(name, memory);
    }
    this.#rejectUnknown("buffer", Object.keys(given), this.#kernel.buffers);
  }

  #rejectUnknown(what: string, given: readonly string[], known: readonly { readonly name: string }[]): void {
    const unknown = given.find((name) => !known.some((parameter) => parameter.name === name));
    if (unknown !== undefined) throw new InternalError(`kernel ${this.#kernel.name}: there is no ${what} ${unknown}`);
  }

  // -------------------------------------------------------------------------------------------------------------------

  #body(body: readonly Stmt[], outermost = false): Code {
    const codes = body.map((statement) => this.#statement(statement, outermost));
    return () => {
      for (const code of codes) code();
    };
  }

  #statement(statement: Stmt, outermost: boolean): Code {
    switch (statement.kind) {
      case "let": return this.#setName(statement.name, statement.value);
      case "var": return this.#setName(statement.name, statement.init);
      case "assign": return this.#setName(statement.name, statement.value);
      case "load": return this.#load(statement);
      case "store": return this.#store(statement);
      case "for": return this.#for(statement, outermost);
      case "while": {
        const before = this.#body(statement.before);
        const condition = this.#exprs.scalar(statement.condition);
        const body = this.#body(statement.body);
        const trips = this.#tally("trips", "while");
        return () => {
          for (before(); condition() !== 0; before()) {
            trips.count += 1;
            body();
          }
        };
      }
      case "if": {
        const condition = this.#exprs.scalar(statement.condition);
        const then = this.#body(statement.then);
        const otherwise = this.#body(statement.otherwise);
        return () => (condition() === 0 ? otherwise() : then());
      }
      case "barrier": return () => {};
      case "subgroup": return this.#subgroup(statement);
      default: return assertNever(statement, "statement");
    }
  }

  #subgroup({ op, array }: SubgroupStmt): Code {
    const memory = this.#arrays.find(({ name }) => name === array);
    if (memory === undefined) throw new InternalError(`kernel ${this.#kernel.name}: there is no array ${array}`);
    const subgroupOf = this.#options.subgroupOf ?? ((invocation: number) => invocation >> 2);
    const subgroups = new Map<number, number[]>();
    for (let invocation = 0; invocation < this.#kernel.workgroup; invocation++) {
      const members = subgroups.get(subgroupOf(invocation));
      if (members === undefined) subgroups.set(subgroupOf(invocation), [invocation]);
      else members.push(invocation);
    }
    const result = (members: readonly number[], place: number): number => {
      if (op === "place") return place;
      if (op === "size") return members.length;
      const { reference } = scalarOps[stepOf(op, memory.dtype)];
      return members.map((invocation) => memory.readOf(invocation)).reduce((folded, value) => reference(memory.dtype, folded, value));
    };
    return () => {
      for (const members of subgroups.values()) {
        const results = members.map((_, place) => result(members, place));
        members.forEach((invocation, place) => memory.writeOf(invocation, at(results, place)));
      }
    };
  }

  #setName(name: string, value: Expr): Code {
    const slot = this.#frame.slot(name);
    if (value.type.width === 1) {
      const code = this.#exprs.scalar(value);
      const { scalars } = this.#frame;
      return () => { scalars[slot] = code(); };
    }
    const code = this.#exprs.vector(value);
    const { vectors } = this.#frame;
    return () => { vectors[slot] = code(); };
  }

  #memory(name: string): Memory {
    const memory = this.#memories.get(name);
    if (memory === undefined) throw new InternalError(`kernel ${this.#kernel.name}: there is no buffer or array ${name}`);
    return memory;
  }

  #load(statement: LoadStmt): Code {
    const memory = this.#memory(statement.buffer);
    const slot = this.#frame.slot(statement.name);
    const tally = this.#tally("loads", statement.buffer);
    const { scalars, vectors } = this.#frame;
    const { width } = statement.type;
    if (width === 1) {
      const index = this.#exprs.scalar(statement.index);
      const mask: ScalarCode = statement.mask === null ? () => 1 : this.#exprs.scalar(statement.mask);
      return () => {
        if (mask() === 0) {
          scalars[slot] = 0;
          return;
        }
        tally.count += 1;
        scalars[slot] = memory.read(index());
      };
    }
    const indices = this.#indices(statement.index, width);
    const mask = this.#mask(statement.mask, width);
    return () => {
      const active = mask();
      vectors[slot] = indices().map((index, lane) => {
        if (active[lane] === 0) return 0;
        tally.count += 1;
        return memory.read(index);
      });
    };
  }

  #store(statement: StoreStmt): Code {
    const memory = this.#memory(statement.buffer);
    const tally = this.#tally("stores", statement.buffer);
    const { width } = statement.value.type;
    if (width === 1) {
      const index = this.#exprs.scalar(statement.index);
      const value = this.#exprs.scalar(statement.value);
      const mask: ScalarCode = statement.mask === null ? () => 1 : this.#exprs.scalar(statement.mask);
      return () => {
        if (mask() === 0) return;
        tally.count += 1;
        memory.write(index(), value());
      };
    }
    const indices = this.#indices(statement.index, width);
    const value = this.#exprs.vector(statement.value);
    const mask = this.#mask(statement.mask, width);
    return () => {
      const active = mask();
      const values = value();
      for (const [lane, index] of indices().entries()) {
        if (active[lane] === 0) continue;
        tally.count += 1;
        memory.write(index, at(values, lane));
      }
    };
  }

  /** The index of each element: given one by one, or contiguous from a scalar. */
  #indices(index: Expr, width: number): VectorCode {
    if (index.type.width === width) return this.#exprs.vector(index);
    const first = this.#exprs.scalar(index);
    return () => {
      const start = first();
      return Array.from({ length: width }, (_, lane) => start + lane);
    };
  }

  #mask(mask: Expr | null, width: number): VectorCode {
    if (mask !== null) return this.#exprs.vector(mask);
    const active: readonly number[] = new Array<number>(width).fill(1);
    return () => active;
  }

  #for(loop: ForStmt, outermost: boolean): Code {
    const isOutermostGrid = loop.loop === "grid" && outermost;
    const isInnermostGrid = loop.loop === "grid" && !loop.body.some((inner) => inner.kind === "for" && inner.loop === "grid");
    const begin = this.#exprs.scalar(loop.begin);
    const end = this.#exprs.scalar(loop.end);
    const body = this.#body(loop.body);
    const slot = this.#frame.slot(loop.index);
    const trips = this.#tally("trips", loop.index);
    const { scalars } = this.#frame;
    const independent = loop.loop === "grid" || loop.loop === "local" || loop.loop === "simd";
    const backwards = independent && this.#options.order === "reverse";
    return () => {
      const first = isOutermostGrid ? Math.max(begin(), this.#options.begin ?? -Infinity) : begin();
      const limit = isOutermostGrid ? Math.min(end(), this.#options.end ?? Infinity) : end();
      const count = Math.max(Math.ceil((limit - first) / loop.step), 0);
      for (let trip = 0; trip < count; trip += 1) {
        const index = first + (backwards ? count - 1 - trip : trip) * loop.step;
        scalars[slot] = index;
        trips.count += 1;
        if (isInnermostGrid) for (const array of this.#arrays) array.beginWorkgroup();
        if (loop.loop === "local") for (const array of this.#arrays) array.selectInvocation(index);
        body();
      }
    };
  }
}
