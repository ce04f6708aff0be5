/** @file Every mistake in a call of a transform throws its code with its facts: what, where, expected, got, how to mend. */
import {
  evalShape, grad, jit, jvp, linearize, makeJaxpr, numpy as np, valueAndGrad, vjp, vmap, type NDArray,
} from "lanewise";
import { describe, expect, it } from "vitest";
import { failureOf } from "../support/failures.ts";

interface Expected {
  readonly code: string;
  /** Texts that the message must hold. */
  readonly says: readonly string[];
}

/** Functions and arguments that the types refuse, to see what happens where there are no types. */
type Untyped = (...args: readonly unknown[]) => (...args: readonly unknown[]) => unknown;
const loose = {
  vmap: vmap as unknown as Untyped, jit: jit as unknown as Untyped, grad: grad as unknown as Untyped, valueAndGrad: valueAndGrad as unknown as Untyped,
  jvp: jvp as unknown as Untyped, vjp: vjp as unknown as Untyped, linearize: linearize as unknown as Untyped,
  makeJaxpr: makeJaxpr as unknown as Untyped, evalShape: evalShape as unknown as Untyped,
};

function expectError(run: () => unknown, { code, says }: Expected): void {
  const error = failureOf(run);
  expect(error.message).toContain(`[${code}]`);
  expect(error.code).toBe(code);
  for (const text of says) expect(error.message).toContain(text);
  expect(error.details.fix).not.toBe("");
  expect(error.message).toContain("transform-errors.test.ts");
}

const add = (x: NDArray, y: NDArray): NDArray => x.add(y);
const f32 = (...shape: number[]): NDArray => np.ones(shape);

describe("vmap refuses", () => {
  it.each<[string, () => unknown, Expected]>([
    ["what is no function", () => loose.vmap(f32(3)), { code: "LW3101", says: ["a function", "vmap(f)(x)"] }],
    ["a fraction as an axis", () => loose.vmap(add, [0, 0.5]), { code: "LW3102", says: ["inAxes[1]", "0.5", "integer or null"] }],
    ["a string as an axis", () => loose.vmap(add, { inAxes: [{ w: "a" }, 0] }), { code: "LW3102", says: ["inAxes[0].w", '"a"'] }],
    ["undefined as an axis", () => loose.vmap(add, [0, undefined]), { code: "LW3102", says: ["inAxes[1]", "undefined"] }],
    ["a fraction in outAxes", () => loose.vmap(add, 0, 0.5), { code: "LW3102", says: ["outAxes", "0.5"] }],
    ["too few entries", () => loose.vmap(add, [0])(f32(3), f32(3)), { code: "LW3103", says: ["1 argument", "2 arguments", "add"] }],
    ["too many entries", () => loose.vmap(add, [0, 0])(f32(3)), { code: "LW3103", says: ["2 arguments", "1 argument"] }],
    ["axes that are no prefix", () => loose.vmap((p: { w: NDArray }) => p.w, [{ v: 0 }])({ w: f32(3) }), { code: "LW1101", says: ["inAxes[0]", "'v'", "'w'"] }],
    ["no mapped argument", () => loose.vmap(add, [null, null])(f32(3), f32(3)), { code: "LW3104", says: ["axisSize"] }],
    ["no argument at all", () => loose.vmap(() => 1)(), { code: "LW3104", says: ["axisSize"] }],
    ["an axis beyond the rank", () => loose.vmap(add, [0, 2])(f32(3), f32(3, 4)), { code: "LW3105", says: ["axis 2", "rank 2", "(3, 4)", "y"] }],
    ["a negative axis beyond the rank", () => loose.vmap(add, -2)(f32(3), f32(3)), { code: "LW3105", says: ["axis -2", "from -1 to 0", "x"] }],
    ["a mapped number", () => loose.vmap(add)(f32(3), 2), { code: "LW3105", says: ["rank 0", "()", "null", "y"] }],
    ["a JS array as an array", () => loose.vmap((x: NDArray) => x)([1, 2, 3]), { code: "LW3105", says: ["np.array", "x[0]"] }],
    ["different sizes", () => loose.vmap(add)(f32(3), f32(4, 2)), { code: "LW3106", says: ["size 3", "axis 0 of x (f32[3])", "size 4", "axis 0 of y (f32[4,2])"] }],
    ["another size than axisSize", () => loose.vmap(add, { axisSize: 5 })(f32(3), f32(3)), { code: "LW3106", says: ["size 5: axisSize", "size 3: axis 0 of x (f32[3]), axis 0 of y (f32[3])"] }],
    ["a mapped output under null", () => loose.vmap((x: NDArray) => ({ a: x, b: np.ones([2]) }), 0, { a: null, b: null })(f32(3)), { code: "LW3107", says: ["result.a", "f32[]"] }],
    ["an output axis beyond the rank", () => loose.vmap(add, 0, 1)(f32(3), f32(3)), { code: "LW3105", says: ["axis 1", "from -1 to 0", "result"] }],
    ["outAxes that are no prefix", () => loose.vmap(add, 0, [0, 0])(f32(3), f32(3)), { code: "LW1101", says: ["outAxes"] }],
    ["a name that is no parameter", () => loose.vmap(add, { inAxes: { x: 0, z: 0 } }), { code: "LW3108", says: ["z", "x, y"] }],
    ["a parameter without an axis by name", () => loose.vmap(add, { inAxes: { x: 0 } }), { code: "LW3108", says: ["nothing for y", "y: null"] }],
    ["names where none are known", () => loose.vmap(add.bind(null), { inAxes: { x: 0, y: 0 } }), { code: "LW3108", says: ["bound add", "list"] }],
    ["an argument that is no array", () => loose.vmap(add)(f32(3), "three"), { code: "LW3111", says: ["y", '"three"'] }],
    ["an unknown option", () => loose.vmap(add, { inaxes: 0 }), { code: "LW3119", says: ["inaxes", "inAxes"] }],
    ["outAxes twice", () => loose.vmap(add, { outAxes: 0 }, 0), { code: "LW3119", says: ["outAxes"] }],
    ["a size below zero", () => loose.vmap(add, { axisSize: -1 }), { code: "LW3119", says: ["axisSize", "-1"] }],
    ["an axis name that is no string", () => loose.vmap(add, { axisName: 3 }), { code: "LW3119", says: ["axisName"] }],
  ])("%s", (_, run, expected) => expectError(run, expected));
});

describe("jit refuses", () => {
  it.each<[string, () => unknown, Expected]>([
    ["what is no function", () => loose.jit(3), { code: "LW3101", says: ["a function", "3"] }],
    ["a static position beyond the parameters", () => loose.jit(add, { staticArgnums: 2 }), { code: "LW3109", says: ["staticArgnums", "-2 to 1", "x, y", "2"] }],
    ["a negative static position beyond them", () => loose.jit(add, { staticArgnums: [-3] }), { code: "LW3109", says: ["-3"] }],
    ["a donated position beyond the parameters", () => loose.jit(add, { donateArgnums: [0, 5] }), { code: "LW3109", says: ["donateArgnums", "5"] }],
    ["a static name that is no parameter", () => loose.jit(add, { staticArgnames: "mode" }), { code: "LW3108", says: ["mode", "x, y"] }],
    ["static and donated", () => loose.jit(add, { staticArgnums: 1, donateArgnums: -1 }), { code: "LW3110", says: ["y"] }],
    ["a string", () => loose.jit(add)(f32(3), "relu"), { code: "LW3111", says: ['"relu"', "y", "static"] }],
    ["a function in a tree", () => loose.jit((p: { act: unknown }) => p)({ act: Math.sin }), { code: "LW3111", says: ["p.act", "sin"] }],
    ["an array as a static argument", () => loose.jit(add, { staticArgnums: 1 })(f32(3), f32(3)), { code: "LW3112", says: ["y", "f32[3]"] }],
    ["a result that is no array", () => loose.jit((x: NDArray) => ({ x, name: "loss" }))(1), { code: "LW1306", says: ["result.name", '"loss"'] }],
    ["a promise", () => loose.jit(async (x: NDArray) => x)(1), { code: "LW1303", says: ["a promise", "await"] }],
    ["a generator", () => loose.jit(function* (x: NDArray) { yield x; })(1), { code: "LW1303", says: ["a generator"] }],
    ["an unknown option", () => loose.jit(add, { staticArgs: 1 }), { code: "LW3119", says: ["staticArgs"] }],
    ["options that are no object", () => loose.jit(add, 1), { code: "LW3119", says: ["options"] }],
  ])("%s", (_, run, expected) => expectError(run, expected));

  it("a donated array afterwards", () => {
    const x = f32(3);
    jit((y: NDArray) => y.add(1), { donateArgnums: 0 })(x);
    expectError(() => x.add(1), { code: "LW3019", says: ["donated"] });
  });

  it("one array donated twice", () => {
    const x = f32(3);
    expectError(() => jit(add, { donateArgnums: [0, 1] })(x, x), { code: "LW3121", says: ["x", "y"] });
  });

  it("other arguments for a function compiled ahead of time", () => {
    const compiled = jit(add).lower("f32[3]", "f32[3]").compile();
    expectError(() => compiled(f32(3), f32(4)), { code: "LW3122", says: ["f32[3]", "f32[4]", "y"] });
  });
});

describe("a promise that is refused", () => {
  it("rejects without anybody noticing", async () => {
    const waits = async (x: NDArray): Promise<NDArray> => {
      await Promise.resolve();
      return x.add(1);
    };
    expectError(() => loose.grad(waits)(1), { code: "LW1303", says: ["a promise"] });
    await new Promise((resolve) => setTimeout(resolve, 5));
  });
});

describe("gradients refuse", () => {
  it.each<[string, () => unknown, Expected]>([
    ["what is no function", () => loose.grad("f"), { code: "LW3101", says: ["grad(f)(x)"] }],
    ["argnums beyond the parameters", () => loose.grad(add, 2), { code: "LW3109", says: ["argnums", "2", "x, y"] }],
    ["argnums beyond the arguments given", () => loose.grad((x: NDArray, y?: NDArray) => y ?? x, 1)(1), { code: "LW3109", says: ["1 argument"] }],
    ["a fraction as argnums", () => loose.grad(add, 0.5), { code: "LW3119", says: ["argnums", "0.5"] }],
    ["a result that is no scalar", () => loose.grad((x: NDArray) => x.mul(2))(f32(3)), { code: "LW3113", says: ["f32[3]", "(3,)", "jacrev", "vmap(grad(f))"] }],
    ["a tree as the result", () => loose.grad((x: NDArray) => [x, x])(1), { code: "LW3113", says: ["hasAux", "[*, *]"] }],
    ["integers", () => loose.grad((x: NDArray) => x.sum())(new Int32Array(3)), { code: "LW3114", says: ["x", "i32[3]", "allowInt"] }],
    ["integers in a tree", () => loose.grad((p: { n: NDArray }) => p.n.sum())({ n: new Int32Array(3) }), { code: "LW3114", says: ["p.n"] }],
    ["booleans", () => loose.grad((x: NDArray) => x)(true), { code: "LW3114", says: ["bool[]"] }],
    ["an integer result", () => loose.grad((x: NDArray) => x.astype("int32"))(1), { code: "LW3115", says: ["i32[]"] }],
    ["a result without aux", () => loose.valueAndGrad((x: NDArray) => x, { hasAux: true })(1), { code: "LW3116", says: ["[value, aux]"] }],
    ["aux that is no pair", () => loose.grad((x: NDArray) => [x, 1, 2], { hasAux: true })(1), { code: "LW3116", says: ["3 entries"] }],
    ["a string to differentiate", () => loose.grad(add)("a", 1), { code: "LW3111", says: ["x", '"a"'] }],
    ["holomorphic", () => loose.grad(add, { holomorphic: true }), { code: "LW3120", says: ["complex"] }],
    ["an unknown option", () => loose.grad(add, { hasAUX: true }), { code: "LW3119", says: ["hasAUX"] }],
  ])("%s", (_, run, expected) => expectError(run, expected));
});

describe("tangents and cotangents are refused", () => {
  const pullback = (): ((...args: readonly unknown[]) => unknown) => vjp(add, [f32(3), f32(3)])[1] as (...args: readonly unknown[]) => unknown;
  it.each<[string, () => unknown, Expected]>([
    ["where primals are no list", () => loose.jvp(add, 1, 1), { code: "LW3124", says: ["primals", "list"] }],
    ["where one is missing", () => loose.jvp(add, [1, 2], [1]), { code: "LW3117", says: ["tangents", "[*, *]"] }],
    ["of another structure", () => loose.jvp((p: { a: NDArray }) => p.a, [{ a: 1 }], [{ b: 1 }]), { code: "LW3117", says: ["tangents[0]", "'a'", "'b'"] }],
    ["of another shape", () => loose.jvp(add, [f32(3), f32(3)], [f32(3), f32(4)]), { code: "LW3117", says: ["tangents[1]", "f32[3]", "f32[4]"] }],
    ["of another dtype", () => loose.jvp(add, [f32(3), f32(3)], [f32(3), new Int32Array(3)]), { code: "LW3117", says: ["tangents[1]", "f32[3]", "i32[3]"] }],
    ["of an integer", () => loose.jvp((x: NDArray) => x, [new Int32Array(3)], [new Int32Array(3)]), { code: "LW3117", says: ["float0[3]"] }],
    ["of another shape than the output", () => pullback()(f32(2)), { code: "LW3118", says: ["cotangent", "f32[3]", "f32[2]"] }],
    ["of another structure than the output", () => pullback()([f32(3)]), { code: "LW3118", says: ["cotangent", "[*]"] }],
    ["where there are two", () => pullback()(f32(3), f32(3)), { code: "LW3124", says: ["1 cotangent", "2 cotangents"] }],
    ["of another shape by linearize", () => (linearize(add, [f32(3), f32(3)])[1] as (...args: readonly unknown[]) => unknown)(f32(3), f32(2)), { code: "LW3117", says: ["tangents[1]"] }],
  ])("%s", (_, run, expected) => expectError(run, expected));
});

describe("tracing alone refuses", () => {
  it.each<[string, () => unknown, Expected]>([
    ["a text that is no type", () => loose.makeJaxpr(add)("f32[3", 1), { code: "LW1213", says: ["f32[3", "makeJaxpr of add"] }],
    ["an unknown dtype", () => loose.evalShape(add, { shape: [3], dtype: "f33" }, 1), { code: "LW3123", says: ["f33", "x"] }],
    ["a negative extent", () => loose.evalShape(add, { shape: [-3], dtype: "float32" }, 1), { code: "LW3123", says: ["-3"] }],
    ["what is no array", () => loose.makeJaxpr(add)(1, Symbol("s")), { code: "LW3111", says: ["y", "Symbol(s)"] }],
    ["an axis without a size", () => loose.makeJaxpr(add, { axisEnv: [["i"]] }), { code: "LW3119", says: ["axisEnv"] }],
  ])("%s", (_, run, expected) => expectError(run, expected));
});
