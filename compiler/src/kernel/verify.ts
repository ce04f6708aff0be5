/**
 * @file States what every kernel satisfies, and checks it. A violation throws an `InternalError` whose excerpt is the
 * printed kernel with an arrow and the message under the offending line.
 *
 * Names and types
 * - Names are identifiers, unique in the kernel, declared before use, and seen only inside the body that declares them
 *   (what a While's `before` declares is seen by its condition and body).
 * - Every expression is well typed (`verify-expr.ts`); constants are values of their dtype; widths are 1, 2, 4, 8 or 16.
 * - Indices, loop bounds and buffer lengths are int32; conditions are scalar bools; masks are bools of the access's width;
 *   a stored value has the buffer's value dtype. Buffer lengths use scalar parameters and constants only.
 * Memory
 * - No store to a `read` buffer or a constant table, no load from a `write` buffer. Array lengths are positive; a constant
 *   table has just its values, and they fit.
 * Variables
 * - Assign changes a Var. One declared outside a grid, local or simd loop is not assigned inside: iterations are independent.
 * Loops
 * - Steps are positive integers; unrolled bounds are constants.
 * - Grid loops stand at the top, one nest of at most three, with bounds that are the same in the whole dispatch. Beside
 *   them stand only Lets, and Loads of memory that the kernel does not change: what stands there runs again in each chunk.
 * - Local loops run from 0 to `workgroup` by 1, and not inside a local or simd loop. Without one, `workgroup` is 1.
 * Workgroups
 * - A barrier stands outside local and simd loops, where control flow is the same in the whole workgroup (`uniformity.ts`).
 * - A subgroup operation stands where a barrier may, in a kernel with local loops, on a local array of one element; the place
 *   and the size are int32, and a fold is defined on the array's dtype.
 * - With more than one invocation, stores stand inside local loops: outside, each invocation would store.
 * - Where there are local loops, local arrays are used only inside them.
 * - What one local loop writes and another reads or writes has a barrier in between (`verify-barriers.ts`).
 */

import { assertNever, InternalError } from "../base/assert.ts";
import { holdsValue, scalarType, simdType, typeName, valueDTypeOf } from "./expressions.ts";
import { foldAccepts } from "./folds.ts";
import { printLines, renderLine } from "./print.ts";
import type { PrintedNode } from "./print.ts";
import type {
  ArrayDecl, BufferParam, Expr, ForStmt, Kernel, KernelType, LoadStmt, Stmt, StoreStmt, SubgroupStmt, Uniformity, ValueDType,
} from "./types.ts";
import { analyzeUniformity, boundsUniformity, joinUniformity, stableMemory, uniformityOfExpr } from "./uniformity.ts";
import { checkBarriers } from "./verify-barriers.ts";
import { exprProblem, typeMismatch, typeProblem } from "./verify-expr.ts";
import { exprsOf, forEachExpr, forEachStmt, mapStmts } from "./walk.ts";

/** Throws an `InternalError` unless the kernel satisfies every invariant that this module lists. */
export function verifyKernel(kernel: Kernel): void {
  // Statements are compared by identity to find the offending line, so that each must be there once.
  const body = mapStmts(kernel.body, (statement) => ({ ...statement }));
  const verifier = new Verifier({ ...kernel, body });
  verifier.run();
}

/** Where a statement stands. */
interface Place {
  /** How far the control flow around it may differ. */
  readonly control: Uniformity;
  /** Only grid loops are around it, and another one may follow: the statement is beside a grid nest. */
  readonly besideGrid: boolean;
  readonly gridDepth: number;
  /** Only grid loops are around it. */
  readonly atTop: boolean;
  readonly inLocal: boolean;
  readonly inSimd: boolean;
  /** The innermost grid, local or simd loop around it. */
  readonly independent: ForStmt | null;
}

interface Variable {
  readonly independent: ForStmt | null;
}

class Verifier {
  readonly #kernel: Kernel;
  readonly #buffers: ReadonlyMap<string, BufferParam>;
  readonly #arrays: ReadonlyMap<string, ArrayDecl>;
  readonly #scalars: ReadonlyMap<string, ValueDType>;
  readonly #declared = new Set<string>();
  readonly #visible = new Map<string, KernelType>();
  readonly #variables = new Map<string, Variable>();
  readonly #hasLocalLoop: boolean;
  #uniformity: ReadonlyMap<string, Uniformity> = new Map();
  #stable: ReadonlySet<string> = new Set();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#buffers = new Map(kernel.buffers.map((buffer) => [buffer.name, buffer]));
    this.#arrays = new Map(kernel.arrays.map((array) => [array.name, array]));
    this.#scalars = new Map(kernel.scalars.map((scalar) => [scalar.name, scalar.dtype]));
    this.#hasLocalLoop = hasLocalLoop(kernel.body);
  }

  run(): void {
    this.#checkDeclarations();
    this.#uniformity = analyzeUniformity(this.#kernel);
    this.#stable = stableMemory(this.#kernel);
    this.#checkBody(this.#kernel.body, {
      control: "program", besideGrid: this.#kernel.body.some(isGridLoop), gridDepth: 0,
      atTop: true, inLocal: false, inSimd: false, independent: null,
    });
    checkBarriers(this.#kernel, (statement, message) => this.#fail(statement, message));
  }

  #fail(node: PrintedNode, message: string): never {
    const excerpt: string[] = [];
    for (const line of printLines(this.#kernel)) {
      excerpt.push(renderLine(line));
      if (line.node === node) excerpt.push(`${"  ".repeat(line.indent)}^ ${message}`);
    }
    throw new InternalError(`kernel ${this.#kernel.name}: ${message}`, excerpt.join("\n"));
  }

  #require(node: PrintedNode, problem: string | null): void {
    if (problem !== null) this.#fail(node, problem);
  }

  #declare(node: PrintedNode, name: string): void {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) this.#fail(node, `"${name}" is not an identifier`);
    if (this.#declared.has(name)) this.#fail(node, `${name} is declared twice`);
    this.#declared.add(name);
  }

  // -------------------------------------------------------------------------------------------------------------------

  #checkDeclarations(): void {
    const kernel = this.#kernel;
    for (const buffer of kernel.buffers) {
      this.#declare(buffer, buffer.name);
      const group = buffer.aliasGroup;
      if (group !== null && !(Number.isInteger(group) && group >= 0)) this.#fail(buffer, `alias group ${group}`);
      this.#checkLength(buffer);
    }
    for (const scalar of kernel.scalars) {
      this.#declare(scalar, scalar.name);
      this.#require(scalar, typeProblem(scalarType(scalar.dtype)));
    }
    for (const array of kernel.arrays) this.#checkArray(array);
    if (!(Number.isInteger(kernel.workgroup) && kernel.workgroup > 0)) {
      this.#fail(kernel, `workgroup is a positive integer, not ${kernel.workgroup}`);
    }
    if (kernel.workgroup > 1 && !this.#hasLocalLoop) this.#fail(kernel, "workgroup is 1 where there is no local loop");
  }

  #checkLength(buffer: BufferParam): void {
    forEachExpr(buffer.length, (node) => {
      if (node.kind === "ref") this.#fail(buffer, `the length of ${buffer.name} uses ${node.name}, which is no scalar parameter`);
    });
    this.#checkExpr(buffer, buffer.length);
    this.#require(buffer, typeMismatch(`the length of ${buffer.name} must be`, scalarType("int32"), buffer.length.type));
  }

  #checkArray(array: ArrayDecl): void {
    this.#declare(array, array.name);
    this.#require(array, typeProblem(scalarType(array.dtype)));
    if (!(Number.isInteger(array.length) && array.length > 0)) this.#fail(array, `the length of ${array.name} is ${array.length}`);
    if (array.space !== "constant") {
      if (array.values !== null) this.#fail(array, `${array.name} has values but is no constant table`);
      return;
    }
    if (array.values?.length !== array.length) {
      this.#fail(array, `${array.name} has ${array.values?.length ?? 0} values for ${array.length} elements`);
    }
    const misfit = array.values.find((value) => !holdsValue(array.dtype, value));
    if (misfit !== undefined) this.#fail(array, `${misfit} is no value of ${array.dtype}`);
  }

  #checkExpr(node: PrintedNode, expr: Expr): void {
    const problem = exprProblem(expr, {
      nameType: (name) => this.#visible.get(name) ?? null,
      scalarDType: (name) => this.#scalars.get(name) ?? null,
    });
    this.#require(node, problem);
  }

  #checkType(node: PrintedNode, what: string, expected: KernelType, expr: Expr): void {
    this.#require(node, typeMismatch(`${what} must be`, expected, expr.type));
  }

  // -------------------------------------------------------------------------------------------------------------------

  /** Runs checks and then forgets the names that they declared. */
  #inScope(check: () => void): void {
    const outer = new Set(this.#visible.keys());
    check();
    for (const name of this.#visible.keys()) if (!outer.has(name)) this.#visible.delete(name);
  }

  #checkBody(body: readonly Stmt[], place: Place): void {
    const second = body.filter(isGridLoop)[1];
    if (second !== undefined) this.#fail(second, "a second grid nest");
    for (const statement of body) this.#checkStmt(statement, place);
  }

  #checkStmt(statement: Stmt, place: Place): void {
    if (place.besideGrid) this.#checkBesideGrid(statement);
    if (statement.kind !== "while") for (const expr of exprsOf(statement)) this.#checkExpr(statement, expr);
    switch (statement.kind) {
      case "let":
        this.#declare(statement, statement.name);
        this.#visible.set(statement.name, statement.value.type);
        return;
      case "var":
        this.#declare(statement, statement.name);
        this.#require(statement, typeProblem(statement.type));
        this.#checkType(statement, `the initial value of ${statement.name}`, statement.type, statement.init);
        this.#visible.set(statement.name, statement.type);
        this.#variables.set(statement.name, { independent: place.independent });
        return;
      case "assign": {
        const type = this.#visible.get(statement.name);
        const variable = this.#variables.get(statement.name);
        if (type === undefined || variable === undefined) return this.#fail(statement, `${statement.name} is not a variable here`);
        this.#checkType(statement, `the value of ${statement.name}`, type, statement.value);
        if (variable.independent !== place.independent) {
          this.#fail(statement, `${statement.name} is declared outside this ${place.independent?.loop} loop, whose iterations are independent`);
        }
        return;
      }
      case "load": return this.#checkLoad(statement, place);
      case "store": return this.#checkStore(statement, place);
      case "for": return this.#checkFor(statement, place);
      case "while": {
        const repeated = joinUniformity(place.control, uniformityOfExpr(statement.condition, this.#uniformity));
        const inside: Place = { ...place, atTop: false, control: repeated };
        return this.#inScope(() => {
          this.#checkBody(statement.before, inside);
          this.#checkExpr(statement, statement.condition);
          this.#checkType(statement, "the condition", scalarType("bool"), statement.condition);
          this.#checkBody(statement.body, inside);
        });
      }
      case "if": {
        this.#checkType(statement, "the condition", scalarType("bool"), statement.condition);
        const control = joinUniformity(place.control, uniformityOfExpr(statement.condition, this.#uniformity));
        for (const body of [statement.then, statement.otherwise]) {
          this.#inScope(() => this.#checkBody(body, { ...place, atTop: false, control }));
        }
        return;
      }
      case "barrier":
        if (place.inLocal || place.inSimd) this.#fail(statement, `a barrier inside a ${place.inLocal ? "local" : "simd"} loop`);
        if (place.control === "lane") this.#fail(statement, "a barrier under control flow that may differ between invocations");
        return;
      case "subgroup": return this.#checkSubgroup(statement, place);
      default: return assertNever(statement, "statement");
    }
  }

  #checkSubgroup(statement: SubgroupStmt, place: Place): void {
    const { op, array: name } = statement;
    if (place.inLocal || place.inSimd) this.#fail(statement, `a subgroup operation inside a ${place.inLocal ? "local" : "simd"} loop`);
    if (place.control === "lane") this.#fail(statement, "a subgroup operation under control flow that may differ between invocations");
    if (!this.#hasLocalLoop) this.#fail(statement, "a subgroup operation in a kernel without local loops");
    const array = this.#arrays.get(name);
    if (array?.space !== "local" || array.length !== 1) return this.#fail(statement, `${name} is no local array of one element`);
    if (op === "size" || op === "place") {
      if (array.dtype !== "int32") this.#fail(statement, `the ${op} is int32, not ${array.dtype}`);
    } else if (!foldAccepts(op, array.dtype)) {
      this.#fail(statement, `a fold by ${op} of ${array.dtype}`);
    }
  }

  #checkBesideGrid(statement: Stmt): void {
    if (isGridLoop(statement) || statement.kind === "let") return;
    if (statement.kind !== "load") this.#fail(statement, "only Lets and Loads may stand beside a grid loop");
    if (!this.#stable.has(statement.buffer)) {
      this.#fail(statement, `a load beside a grid loop of ${statement.buffer}, which the kernel may change`);
    }
  }

  // -------------------------------------------------------------------------------------------------------------------

  /** The dtype of the elements, after the checks that loads and stores share. */
  #checkAccess(statement: LoadStmt | StoreStmt, type: KernelType, place: Place): ValueDType {
    const { buffer: name, index, mask } = statement;
    const array = this.#arrays.get(name);
    const buffer = this.#buffers.get(name);
    if (index.type.dtype !== "int32") this.#fail(statement, `an index is int32, not ${index.type.dtype}`);
    if (index.type.width !== 1 && index.type.width !== type.width) {
      this.#fail(statement, `a ${typeName(index.type)} index for a ${typeName(type)}`);
    }
    if (mask !== null) this.#checkType(statement, "the mask", simdType("bool", type.width), mask);
    if (array?.space === "local" && this.#hasLocalLoop && !place.inLocal) {
      this.#fail(statement, `the local array ${name} is used outside the local loops`);
    }
    if (array !== undefined) return array.dtype;
    return buffer === undefined ? this.#fail(statement, `the kernel has no buffer or array ${name}`) : valueDTypeOf(buffer.dtype);
  }

  #checkLoad(statement: LoadStmt, place: Place): void {
    this.#require(statement, typeProblem(statement.type));
    const dtype = this.#checkAccess(statement, statement.type, place);
    this.#require(statement, typeMismatch(`${statement.buffer} gives`, simdType(dtype, statement.type.width), statement.type));
    if (this.#buffers.get(statement.buffer)?.access === "write") this.#fail(statement, `a load from the write buffer ${statement.buffer}`);
    this.#declare(statement, statement.name);
    this.#visible.set(statement.name, statement.type);
  }

  #checkStore(statement: StoreStmt, place: Place): void {
    const type = statement.value.type;
    const dtype = this.#checkAccess(statement, type, place);
    this.#require(statement, typeMismatch(`${statement.buffer} takes`, simdType(dtype, type.width), type));
    if (this.#buffers.get(statement.buffer)?.access === "read") this.#fail(statement, `a store to the read buffer ${statement.buffer}`);
    if (this.#arrays.get(statement.buffer)?.space === "constant") this.#fail(statement, `a store to the constant table ${statement.buffer}`);
    if (this.#kernel.workgroup > 1 && !place.inLocal) {
      this.#fail(statement, "a store outside the local loops would run once per invocation");
    }
  }

  #checkFor(loop: ForStmt, place: Place): void {
    this.#checkType(loop, "the begin of a loop", scalarType("int32"), loop.begin);
    this.#checkType(loop, "the end of a loop", scalarType("int32"), loop.end);
    if (!(Number.isInteger(loop.step) && loop.step > 0)) this.#fail(loop, `the step of a loop is a positive integer, not ${loop.step}`);
    const bounds = boundsUniformity(loop, this.#uniformity);
    let inside: Place = { ...place, atTop: false, control: joinUniformity(place.control, bounds) };
    switch (loop.loop) {
      case "grid":
        if (!place.atTop) this.#fail(loop, "a grid loop stands only at the top of a kernel");
        if (place.gridDepth === 3) this.#fail(loop, "grid loops nest at most three deep");
        if (bounds !== "program") this.#fail(loop, "the bounds of a grid loop must be the same in the whole dispatch");
        inside = {
          ...place, besideGrid: loop.body.some(isGridLoop), gridDepth: place.gridDepth + 1, independent: loop,
        };
        break;
      case "local":
        if (place.inLocal || place.inSimd) this.#fail(loop, `a local loop inside a ${place.inLocal ? "local" : "simd"} loop`);
        if (!isConstant(loop.begin, 0) || !isConstant(loop.end, this.#kernel.workgroup) || loop.step !== 1) {
          this.#fail(loop, `a local loop runs over 0 .. ${this.#kernel.workgroup}, the workgroup, by 1`);
        }
        inside = { ...inside, inLocal: true, independent: loop };
        break;
      case "simd":
        inside = { ...inside, inSimd: true, independent: loop };
        break;
      case "unrolled":
        if (loop.begin.kind !== "const" || loop.end.kind !== "const") this.#fail(loop, "the bounds of an unrolled loop are constants");
        break;
      case "serial": break;
      default: assertNever(loop.loop, "loop kind");
    }
    this.#inScope(() => {
      this.#declare(loop, loop.index);
      this.#visible.set(loop.index, scalarType("int32"));
      this.#checkBody(loop.body, inside);
    });
  }
}

function isConstant(expr: Expr, value: number): boolean {
  return expr.kind === "const" && expr.value === value;
}

function isGridLoop(statement: Stmt): boolean {
  return statement.kind === "for" && statement.loop === "grid";
}

function hasLocalLoop(body: readonly Stmt[]): boolean {
  let found = false;
  forEachStmt(body, (statement) => {
    if (statement.kind === "for" && statement.loop === "local") found = true;
  });
  return found;
}
