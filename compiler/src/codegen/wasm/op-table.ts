/**
 * @file The scalar table in WebAssembly: for every op and operand dtype an instruction, or a few, for scalars and for
 * vectors. Ops that `legalize/wasm.ts` expands have no entry; meeting one is an internal error.
 */

import { at, InternalError } from "../../base/assert.ts";
import type { ScalarOpName, ValueDType } from "../../base/scalar-ops.ts";
import { equalExprs } from "../../kernel/affine.ts";
import type { Expr, KernelType } from "../../kernel/types.ts";
import type { FunctionContext } from "./context.ts";
import { f32Const, f64Const, i32Const, instruction, select, type InstructionName, type Node } from "./tree.ts";
import { vectorOf } from "./values.ts";

/** One op where it is applied. */
export interface OpSite {
  readonly context: FunctionContext;
  /** Of the operands; a select's condition aside. */
  readonly type: KernelType;
  /** The operands, emitted; a mask beside vectors of two 32-bit elements has 32-bit elements too. */
  readonly args: readonly Node[];
  /** The operands themselves and how to emit one, for instructions that want an operand in another form. */
  readonly exprs: readonly Expr[];
  readonly emit: (expr: Expr) => Node;
}

type Rule = InstructionName | ((site: OpSite) => Node);

interface Forms {
  readonly scalar: Rule;
  readonly simd: Rule;
}

type OpEntry = Readonly<Partial<Record<ValueDType, Forms>>>;

const first = ({ args }: OpSite): Node => at(args, 0);
const second = ({ args }: OpSite): Node => at(args, 1);

/** A constant in every element of a vector of the operands' type. */
function splatConstant(site: OpSite, value: number): Node {
  return site.context.vectorConstant(vectorOf(site.type, [value]));
}

type FloatName = { [Name in InstructionName]: Name extends `f32.${infer Op}` ? `f32x4.${Op}` extends InstructionName ? Op : never : never }[InstructionName];

/** The same instruction on float32 and float64. */
function float(name: FloatName): OpEntry {
  return {
    float32: { scalar: `f32.${name}`, simd: `f32x4.${name}` },
    float64: { scalar: `f64.${name}`, simd: `f64x2.${name}` },
  };
}

function integer(scalar: Rule, simd: Rule): OpEntry {
  return { int32: { scalar, simd }, uint32: { scalar, simd } };
}

const arithmetic = (name: "add" | "sub" | "mul"): OpEntry => ({ ...float(name), ...integer(`i32.${name}`, `i32x4.${name}`) });

const comparison = (floats: "lt" | "le" | "gt" | "ge"): OpEntry => ({
  ...float(floats),
  int32: { scalar: `i32.${floats}_s`, simd: `i32x4.${floats}_s` },
  uint32: { scalar: `i32.${floats}_u`, simd: `i32x4.${floats}_u` },
});

const bits = (name: "and" | "or" | "xor"): OpEntry => {
  const forms: Forms = { scalar: `i32.${name}`, simd: `v128.${name}` };
  return { int32: forms, uint32: forms, bool: forms };
};

/** `a` where it compares so with `b`, else `b`. */
const chosen = (comparisonName: InstructionName): Rule => (site) => {
  const [a, aAgain] = site.context.twice(first(site));
  const [b, bAgain] = site.context.twice(second(site));
  return select(a, b, instruction(comparisonName, [aAgain, bAgain]));
};

/** An op that has no vector instruction, element by element. */
const lanewise = (name: InstructionName) => ({ context, args, type }: OpSite): Node => {
  const operands = args.map((arg) => context.twice(arg));
  const element = (lane: number): Node => instruction(name, operands.map(([once, again]) =>
    instruction("i32x4.extract_lane", [lane === 0 ? once : again], lane)));
  let vector = instruction("i32x4.splat", [element(0)]);
  for (let lane = 1; lane < type.width; lane += 1) vector = instruction("i32x4.replace_lane", [vector, element(lane)], lane);
  return vector;
};

/** Vectors are shifted by one amount; amounts that differ go element by element. */
const shift = (name: "shl" | "shr_s" | "shr_u"): OpEntry => integer(`i32.${name}`, (site) => {
  const amount = at(site.exprs, 1);
  const value = amount.kind === "const" ? i32Const(amount.value) : amount.kind === "splat" ? site.emit(amount.value) : null;
  if (value !== null) return instruction(`i32x4.${name}`, [first(site), value]);
  return lanewise(`i32.${name}`)(site);
});

const differsFromItself = (name: InstructionName): Rule => (site) => {
  const [x, again] = site.context.twice(first(site));
  return instruction(name, [x, again]);
};

/** x where it is 0 or NaN, else 1 with its sign. */
const floatSign = (type: "f32" | "f64"): Rule => (site) => {
  const [x, again] = site.context.twice(first(site));
  const constant = type === "f32" ? f32Const : f64Const;
  const isNumber = instruction(`${type}.lt`, [constant(0), instruction(`${type}.abs`, [again])]);
  return select(instruction(`${type}.copysign`, [constant(1), x]), again, isNumber);
};

const floatSignSimd = (type: "f32x4" | "f64x2"): Rule => (site) => {
  const [x, again] = site.context.twice(first(site));
  const signed = instruction("v128.or", [instruction("v128.and", [x, splatConstant(site, -0)]), splatConstant(site, 1)]);
  const isNumber = instruction(`${type}.lt`, [splatConstant(site, 0), instruction(`${type}.abs`, [again])]);
  return instruction("v128.bitselect", [signed, again, isNumber]);
};

const integerSign: Forms = {
  scalar: (site) => {
    const [x, again] = site.context.twice(first(site));
    return instruction("i32.sub", [instruction("i32.gt_s", [x, i32Const(0)]), instruction("i32.lt_s", [again, i32Const(0)])]);
  },
  // A mask is -1 where it holds.
  simd: (site) => {
    const [x, again] = site.context.twice(first(site));
    const zero = splatConstant(site, 0);
    return instruction("i32x4.sub", [instruction("i32x4.lt_s", [x, zero]), instruction("i32x4.gt_s", [again, zero])]);
  },
};

const integerAbs: Rule = (site) => {
  const [x, again] = site.context.twice(first(site));
  return select(x, instruction("i32.sub", [i32Const(0), again]), instruction("i32.ge_s", [again, i32Const(0)]));
};

const isFiniteIn = (type: "f32" | "f64"): Rule => (site) =>
  instruction(`${type}.lt`, [instruction(`${type}.abs`, [first(site)]), (type === "f32" ? f32Const : f64Const)(Infinity)]);

const isFiniteSimd = (type: "f32x4" | "f64x2"): Rule => (site) =>
  instruction(`${type}.lt`, [instruction(`${type}.abs`, [first(site)]), splatConstant(site, Infinity)]);

const mulHigh = (sign: "s" | "u"): Forms => ({
  scalar: (site) => {
    const wide = site.args.map((arg) => instruction(`i64.extend_i32_${sign}`, [arg]));
    const product = instruction("i64.mul", wide);
    return instruction("i32.wrap_i64", [instruction("i64.shr_u", [product, instruction("i64.const", [], 32)])]);
  },
  simd: (site) => {
    const [a, aAgain] = site.context.twice(first(site));
    const [b, bAgain] = site.context.twice(second(site));
    const low = instruction(`i64x2.extmul_low_i32x4_${sign}`, [a, b]);
    const high = instruction(`i64x2.extmul_high_i32x4_${sign}`, [aAgain, bAgain]);
    const upperWords = [4, 12, 20, 28].flatMap((place) => [place, place + 1, place + 2, place + 3]);
    return instruction("i8x16.shuffle", [low, high], upperWords);
  },
});

const populationCountSimd: Rule = (site) =>
  instruction("i32x4.extadd_pairwise_i16x8_u", [
    instruction("i16x8.extadd_pairwise_i8x16_u", [instruction("i8x16.popcnt", [first(site)])]),
  ]);

const unchanged: Rule = first;

const choice: Forms = {
  scalar: (site) => select(at(site.args, 1), at(site.args, 2), at(site.args, 0)),
  simd: (site) => instruction("v128.bitselect", [at(site.args, 1), at(site.args, 2), at(site.args, 0)]),
};

/** `a < b ? a : b` and its like are one instruction each, which gives its first operand where they do not compare. */
const floatChoice = (type: "f32x4" | "f64x2"): Forms => ({
  scalar: choice.scalar,
  simd: (site) => {
    const [condition, whenTrue, whenFalse] = [at(site.exprs, 0), at(site.exprs, 1), at(site.exprs, 2)];
    const isComparison = condition.kind === "op" && (condition.op === "lt" || condition.op === "gt");
    if (isComparison && equalExprs(at(condition.args, 0), whenTrue) && equalExprs(at(condition.args, 1), whenFalse)) {
      return instruction(`${type}.${condition.op === "lt" ? "pmin" : "pmax"}`, [at(site.args, 2), at(site.args, 1)]);
    }
    return instruction("v128.bitselect", [at(site.args, 1), at(site.args, 2), at(site.args, 0)]);
  },
});

/** Expanded before code is generated. */
const expanded: OpEntry = {};

const table = {
  add: arithmetic("add"), sub: arithmetic("sub"), mul: arithmetic("mul"),
  div: {
    ...float("div"),
    int32: { scalar: "i32.div_s", simd: lanewise("i32.div_s") }, uint32: { scalar: "i32.div_u", simd: lanewise("i32.div_u") },
  },
  rem: { int32: { scalar: "i32.rem_s", simd: lanewise("i32.rem_s") }, uint32: { scalar: "i32.rem_u", simd: lanewise("i32.rem_u") } },
  neg: {
    ...float("neg"),
    ...integer((site) => instruction("i32.sub", [i32Const(0), first(site)]), "i32x4.neg"),
  },
  abs: { ...float("abs"), int32: { scalar: integerAbs, simd: "i32x4.abs" }, uint32: { scalar: unchanged, simd: unchanged } },
  sign: {
    float32: { scalar: floatSign("f32"), simd: floatSignSimd("f32x4") },
    float64: { scalar: floatSign("f64"), simd: floatSignSimd("f64x2") },
    int32: integerSign,
    uint32: {
      scalar: (site) => instruction("i32.ne", [first(site), i32Const(0)]),
      simd: (site) => instruction("i32x4.min_u", [first(site), splatConstant(site, 1)]),
    },
  },
  max: {
    ...float("max"),
    int32: { scalar: chosen("i32.gt_s"), simd: "i32x4.max_s" }, uint32: { scalar: chosen("i32.gt_u"), simd: "i32x4.max_u" },
  },
  min: {
    ...float("min"),
    int32: { scalar: chosen("i32.lt_s"), simd: "i32x4.min_s" }, uint32: { scalar: chosen("i32.lt_u"), simd: "i32x4.min_u" },
  },
  pow: expanded, fma: expanded,
  floor: float("floor"), ceil: float("ceil"), trunc: float("trunc"), roundEven: float("nearest"), sqrt: float("sqrt"),
  exp: expanded, log: expanded, sin: expanded, cos: expanded, tanh: expanded,
  expm1: expanded, log1p: expanded, atan2: expanded,
  isNaN: {
    float32: { scalar: differsFromItself("f32.ne"), simd: differsFromItself("f32x4.ne") },
    float64: { scalar: differsFromItself("f64.ne"), simd: differsFromItself("f64x2.ne") },
  },
  isFinite: {
    float32: { scalar: isFiniteIn("f32"), simd: isFiniteSimd("f32x4") },
    float64: { scalar: isFiniteIn("f64"), simd: isFiniteSimd("f64x2") },
  },
  roundFloat32: {
    float32: { scalar: unchanged, simd: unchanged },
    float64: {
      scalar: (site) => instruction("f64.promote_f32", [instruction("f32.demote_f64", [first(site)])]),
      simd: (site) => instruction("f64x2.promote_low_f32x4", [instruction("f32x4.demote_f64x2_zero", [first(site)])]),
    },
  },
  eq: {
    ...float("eq"), ...integer("i32.eq", "i32x4.eq"),
    bool: { scalar: "i32.eq", simd: (site) => instruction("v128.not", [instruction("v128.xor", site.args)]) },
  },
  ne: { ...float("ne"), ...integer("i32.ne", "i32x4.ne"), bool: { scalar: "i32.ne", simd: "v128.xor" } },
  lt: comparison("lt"), le: comparison("le"), gt: comparison("gt"), ge: comparison("ge"),
  and: bits("and"), or: bits("or"), xor: bits("xor"),
  not: {
    ...integer((site) => instruction("i32.xor", [first(site), i32Const(-1)]), "v128.not"),
    bool: { scalar: "i32.eqz", simd: "v128.not" },
  },
  shiftLeft: shift("shl"), shiftRightArithmetic: shift("shr_s"), shiftRightLogical: shift("shr_u"),
  populationCount: integer("i32.popcnt", populationCountSimd),
  countLeadingZeros: integer("i32.clz", lanewise("i32.clz")),
  mulHigh: { int32: mulHigh("s"), uint32: mulHigh("u") },
  select: { float32: floatChoice("f32x4"), float64: floatChoice("f64x2"), int32: choice, uint32: choice, bool: choice },
} satisfies Record<ScalarOpName, OpEntry>;

/** The code of an op whose operands have been emitted. */
export function emitOp(op: ScalarOpName, site: OpSite): Node {
  const { dtype, width } = site.type;
  const entry: OpEntry = table[op];
  const forms = entry[dtype];
  if (forms === undefined) throw new InternalError(`WebAssembly has no ${op} of ${dtype}x${width}: legalisation should have removed it`);
  const rule = width === 1 ? forms.scalar : forms.simd;
  return typeof rule === "string" ? instruction(rule, site.args) : rule(site);
}
