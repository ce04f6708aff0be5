/**
 * @file Prints a legal kernel (`legalize/wgsl.ts`) as a WGSL compute shader. It decides nothing: statements become
 * statements, one for one.
 *
 * Buffers are storage bindings 0, 1, ... of group 0 in their order; the scalar parameters are the members of one uniform
 * struct, the binding after them, there only if there are any. The grid loop is the workgroups of the dispatch; where
 * they are numbered across its three dimensions, those past the loop's end do nothing. A local loop is the invocations of the workgroup.
 */

import { assertNever, at, InternalError, invariant } from "../../base/assert.ts";
import { shortName } from "../../base/dtype.ts";
import { int, valueDTypeOf } from "../../kernel/expressions.ts";
import type { ConstExpr, Expr, ForStmt, Kernel, OpExpr, ScalarParam, Stmt, StorageDType, ValueDType } from "../../kernel/types.ts";
import { elementSource, vectorMemory, vectorWidth } from "../../kernel/vectors.ts";
import { forEachStmt, hasLoop, namesIn, substitute } from "../../kernel/walk.ts";
import { printLiteral } from "./literals.ts";
import { identifiersFor, ownNames } from "./names.ts";
import { printBitcast, printConversion, printOperation, printSubgroup, printType } from "./operations.ts";

/** A binding of group 0; its place in the list is its binding number. */
export type WgslBinding =
  | { readonly kind: "storage"; readonly name: string; readonly access: "read" | "readWrite"; readonly dtype: StorageDType }
  /** Four bytes per scalar parameter, in order. */
  | { readonly kind: "uniform"; readonly scalars: readonly ScalarParam[] };

export interface WgslKernel {
  readonly code: string;
  readonly entryPoint: string;
  /** Invocations per workgroup. */
  readonly workgroupSize: number;
  readonly bindings: readonly WgslBinding[];
  /** How many workgroups to dispatch, in any three dimensions that hold them: an int32 over the scalar parameters. */
  readonly workgroups: Expr;
}

/** What every device allows in each dimension of a dispatch. */
const defaultMaxWorkgroups = 65_535;

/**
 * Where the number of workgroups is known and at most `maxWorkgroups`, they lie in one dimension.
 * @throws InternalError where the kernel is not legal on webgpu
 */
export function printWgsl(kernel: Kernel, maxWorkgroups = defaultMaxWorkgroups): WgslKernel {
  const names = identifiersFor([kernel.name, ...namesIn(kernel)]);
  const workgroups = workgroupsOf(kernel);
  const isFolded = workgroups.kind !== "const" || workgroups.value > maxWorkgroups;
  const printer = new Printer(kernel, names, isFolded);
  const storages = kernel.buffers.map(({ name, access, dtype }): WgslBinding =>
    ({ kind: "storage", name, dtype, access: access === "read" ? "read" : "readWrite" }));
  const uniforms: readonly WgslBinding[] = kernel.scalars.length === 0 ? [] : [{ kind: "uniform", scalars: kernel.scalars }];
  return {
    code: printer.print(),
    entryPoint: printer.identifier(kernel.name),
    workgroupSize: kernel.workgroup,
    bindings: [...storages, ...uniforms],
    workgroups,
  };
}

/** The grid loop, which ends the body of a legal kernel. */
function gridLoopOf(kernel: Kernel): ForStmt {
  const last = kernel.body[kernel.body.length - 1];
  invariant(last?.kind === "for" && last.loop === "grid", `${kernel.name} does not end in a grid loop`);
  return last;
}

/** The end of the grid loop, with the names that it uses replaced by what they stand for. */
function workgroupsOf(kernel: Kernel): Expr {
  const values = new Map<string, Expr>();
  for (const statement of kernel.body) {
    if (statement.kind === "let") values.set(statement.name, substitute(statement.value, values));
  }
  return substitute(gridLoopOf(kernel).end, values);
}

class Printer {
  readonly #kernel: Kernel;
  readonly #names: ReadonlyMap<string, string>;
  /** Memory that is an array of vectors. */
  readonly #vectors: ReadonlySet<string>;
  /** Whether workgroups are numbered across the dimensions of the dispatch. */
  readonly #isFolded: boolean;
  readonly #lines: string[] = [];
  #indent = 0;

  constructor(kernel: Kernel, names: ReadonlyMap<string, string>, isFolded: boolean) {
    this.#kernel = kernel;
    this.#names = names;
    this.#isFolded = isFolded;
    this.#vectors = vectorMemory(kernel);
  }

  print(): string {
    const extensions = extensionsOf(this.#kernel);
    if (extensions.length > 0) this.#line(`enable ${extensions.join(", ")};`);
    if (extensions.length > 0) this.#line("");
    this.#scalars();
    this.#bindings();
    this.#moduleArrays();
    this.#entryPoint();
    return `${this.#lines.join("\n")}\n`;
  }

  identifier(name: string): string {
    const identifier = this.#names.get(name);
    if (identifier === undefined) throw new InternalError(`${this.#kernel.name} declares no ${name}`);
    return identifier;
  }

  #line(text: string): void {
    this.#lines.push(text === "" ? "" : `${"  ".repeat(this.#indent)}${text}`);
  }

  #block(head: string, content: () => void, foot = "}"): void {
    this.#line(head);
    this.#indent += 1;
    content();
    this.#indent -= 1;
    this.#line(foot);
  }

  // -------------------------------------------------------------------------------------------------------------------

  #scalars(): void {
    const { scalars } = this.#kernel;
    if (scalars.length === 0) return;
    this.#block(`struct ${ownNames.uniformStruct} {`, () => {
      for (const { name, dtype } of scalars) this.#line(`${this.identifier(name)}: ${printType({ dtype, width: 1 })},`);
    });
    this.#line("");
  }

  #bindings(): void {
    const { buffers, scalars } = this.#kernel;
    buffers.forEach(({ name, dtype, access }, binding) => {
      const space = access === "read" ? "storage, read" : "storage, read_write";
      this.#line(`@group(0) @binding(${binding}) var<${space}> ${this.identifier(name)}: array<${elementType(dtype, this.#widthOf(name))}>;`);
    });
    if (scalars.length > 0) {
      this.#line(`@group(0) @binding(${buffers.length}) var<uniform> ${ownNames.uniform}: ${ownNames.uniformStruct};`);
    }
    this.#line("");
  }

  #moduleArrays(): void {
    const declared = this.#kernel.arrays.filter(({ space }) => space !== "local");
    for (const { name, space, dtype, length, values } of declared) {
      const type = this.#arrayType(name, dtype, length);
      if (space === "workgroup") this.#line(`var<workgroup> ${this.identifier(name)}: ${type};`);
      else this.#line(`const ${this.identifier(name)} = ${type}(${(values ?? []).map((value) => literal(value, dtype)).join(", ")});`);
    }
    if (declared.length > 0) this.#line("");
  }

  #entryPoint(): void {
    const kernel = this.#kernel;
    const usesInvocation = hasLoop(kernel.body, "local");
    this.#line(`@compute @workgroup_size(${kernel.workgroup})`);
    this.#block(`fn ${this.identifier(kernel.name)}(`, () => {
      this.#line(`@builtin(workgroup_id) ${ownNames.workgroupId}: vec3<u32>,`);
      if (this.#isFolded) this.#line(`@builtin(num_workgroups) ${ownNames.workgroupCount}: vec3<u32>,`);
      if (usesInvocation) this.#line(`@builtin(local_invocation_index) ${ownNames.invocation}: u32,`);
    }, ") {");
    this.#indent += 1;
    for (const { name, space, dtype, length } of kernel.arrays) {
      if (space === "local") this.#line(`var ${this.identifier(name)}: ${this.#arrayType(name, dtype, length)};`);
    }
    this.#body(kernel.body);
    this.#indent -= 1;
    this.#line("}");
  }

  // -------------------------------------------------------------------------------------------------------------------

  #body(body: readonly Stmt[]): void {
    for (const statement of body) this.#statement(statement);
  }

  #statement(statement: Stmt): void {
    switch (statement.kind) {
      case "let":
        return this.#line(`let ${this.identifier(statement.name)} = ${this.#expr(statement.value)};`);
      case "var":
        return this.#line(`var ${this.identifier(statement.name)} = ${this.#expr(statement.init)};`);
      case "assign":
        return this.#line(`${this.identifier(statement.name)} = ${this.#expr(statement.value)};`);
      case "load":
        invariant(statement.mask === null, "a masked load reached the WGSL printer");
        return this.#line(`let ${this.identifier(statement.name)} = ${this.#element(statement.buffer, statement.index)};`);
      case "store":
        invariant(statement.mask === null, "a masked store reached the WGSL printer");
        return this.#line(`${this.#element(statement.buffer, statement.index)} = ${this.#expr(statement.value)};`);
      case "for":
        return this.#for(statement);
      case "while":
        return this.#block("loop {", () => {
          this.#body(statement.before);
          this.#line(`if (!(${this.#expr(statement.condition)})) { break; }`);
          this.#body(statement.body);
        });
      case "if":
        if (statement.otherwise.length === 0) {
          return this.#block(`if (${this.#expr(statement.condition)}) {`, () => this.#body(statement.then));
        }
        this.#block(`if (${this.#expr(statement.condition)}) {`, () => this.#body(statement.then), "} else {");
        this.#indent += 1;
        this.#body(statement.otherwise);
        this.#indent -= 1;
        return this.#line("}");
      case "barrier":
        for (const barrier of barriersOf(this.#kernel)) this.#line(`${barrier}();`);
        return;
      case "subgroup": {
        const own = this.#element(statement.array, int(0));
        return this.#line(`${own} = ${printSubgroup(statement.op, own)};`);
      }
      default: return assertNever(statement, "statement");
    }
  }

  #for(loop: ForStmt): void {
    const index = this.identifier(loop.index);
    switch (loop.loop) {
      case "grid": {
        const { workgroupId: id, workgroupCount: count } = ownNames;
        if (!this.#isFolded) {
          this.#line(`let ${index} = i32(${id}.x);`);
          return this.#body(loop.body);
        }
        this.#line(`let ${index} = i32(${id}.x + ${count}.x * (${id}.y + ${count}.y * ${id}.z));`);
        return this.#block(`if (${index} < ${this.#expr(loop.end)}) {`, () => this.#body(loop.body));
      }
      case "local":
        return this.#block("{", () => {
          this.#line(`let ${index} = i32(${ownNames.invocation});`);
          this.#body(loop.body);
        });
      case "serial": {
        const head = `var ${index} = ${this.#expr(loop.begin)}; ${index} < ${this.#expr(loop.end)}; ${index} += ${loop.step}i`;
        return this.#block(`for (${head}) {`, () => this.#body(loop.body));
      }
      case "simd": case "unrolled": throw new InternalError(`the ${loop.loop} loop ${loop.index} reached the WGSL printer`);
      default: return assertNever(loop.loop, "loop kind");
    }
  }

  #widthOf(memory: string): number {
    return this.#vectors.has(memory) ? vectorWidth : 1;
  }

  #arrayType(name: string, dtype: ValueDType, length: number): string {
    const width = this.#widthOf(name);
    return `array<${printType({ dtype, width })}, ${length / width}>`;
  }

  #element(buffer: string, index: Expr): string {
    return `${this.identifier(buffer)}[${this.#vectors.has(buffer) ? this.#vectorPlace(index) : this.#expr(index)}]`;
  }

  /** The number of a vector, from the place of its first element: a multiple of its width, written as such. */
  #vectorPlace(index: Expr): string {
    if (index.kind === "const") return `${index.value / vectorWidth}i`;
    const [place, by] = index.kind === "op" && index.op === "mul" ? index.args : [];
    if (place === undefined || by?.kind !== "const" || by.value % vectorWidth !== 0) throw new InternalError("a vector between places reached the WGSL printer");
    return by.value === vectorWidth ? this.#expr(place) : `${this.#expr(place)} * ${by.value / vectorWidth}i`;
  }

  #shuffled(expr: Expr, lane: number): string {
    const source = elementSource(expr, lane);
    return source.lane === null ? this.#expr(source.value) : `${this.#expr(source.value)}.${at(componentNames, source.lane)}`;
  }

  /** Whether WGSL takes a scalar constant for a vector with it in every element: in arithmetic with another vector. */
  #standsForVector({ op, args }: OpExpr, arg: Expr): arg is ConstExpr {
    const isArithmetic = op === "add" || op === "sub" || op === "mul" || op === "div" || op === "rem";
    return isArithmetic && arg.kind === "const" && args.some(({ kind }) => kind !== "const");
  }

  #expr(expr: Expr): string {
    switch (expr.kind) {
      case "const": return printLiteral(expr);
      case "ref": return this.identifier(expr.name);
      case "scalar": return `${ownNames.uniform}.${this.identifier(expr.name)}`;
      case "op": {
        const operands = expr.args.map((arg) => (this.#standsForVector(expr, arg) ? printLiteral({ ...arg, type: { ...arg.type, width: 1 } }) : this.#expr(arg)));
        return printOperation(expr.op, at(expr.args, -1).type, operands);
      }
      case "convert": return printConversion(expr.value.type.dtype, expr.type, this.#expr(expr.value));
      case "bitcast": return printBitcast(expr.type, this.#expr(expr.value));
      case "splat": return `${printType(expr.type)}(${this.#expr(expr.value)})`;
      case "shuffle": return `${printType(expr.type)}(${expr.lanes.map((_, lane) => this.#shuffled(expr, lane)).join(", ")})`;
      case "extract": return `${this.#expr(expr.value)}.${at(componentNames, expr.lane)}`;
      case "simdReduce": return `${expr.op}(${this.#expr(expr.value)})`;
      default: return assertNever(expr, "expression");
    }
  }
}

const componentNames = ["x", "y", "z", "w"] as const;

/** The extensions of WGSL that the kernel uses. */
function extensionsOf({ body }: Kernel): readonly string[] {
  let hasSubgroups = false;
  forEachStmt(body, ({ kind }) => { hasSubgroups ||= kind === "subgroup"; });
  return hasSubgroups ? ["subgroups"] : [];
}

/** One barrier for each kind of memory in which invocations can see each other's writes. */
function barriersOf({ arrays, buffers }: Kernel): readonly string[] {
  const barriers: string[] = [];
  if (arrays.some(({ space }) => space === "workgroup")) barriers.push("workgroupBarrier");
  if (buffers.some(({ access }) => access === "readWrite")) barriers.push("storageBarrier");
  return barriers;
}

function literal(value: number, dtype: Expr["type"]["dtype"]): string {
  return printLiteral({ kind: "const", type: { dtype, width: 1 }, value });
}

/** The type of a buffer's elements, which memory holds as they are. */
function elementType(dtype: StorageDType, width: number): string {
  switch (dtype) {
    case "float32": case "int32": case "uint32": return printType({ dtype: valueDTypeOf(dtype), width });
    case "bool": case "int8": case "int16": case "uint8": case "uint16": case "float16": case "bfloat16": case "float64":
      throw new InternalError(`a buffer of ${shortName(dtype)} reached the WGSL printer`);
    default: return assertNever(dtype, "dtype");
  }
}
