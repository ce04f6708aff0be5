/** @file Every scheduling recipe at sizes that reach it, run as JavaScript against plain loops. */
import { describe, expect, it } from "vitest";
import { at } from "@lanewise/compiler/base/assert";
import type { HostArray } from "@lanewise/compiler/base/dtype";
import { scalarLiteral } from "@lanewise/compiler/ir/build";
import type { Jaxpr, Value } from "@lanewise/compiler/ir/types";
import { compile, textOf } from "@lanewise/compiler/pipeline";
import { add, convertElementType, max, mul } from "@lanewise/compiler/primitives/arith";
import { dotGeneral } from "@lanewise/compiler/primitives/contract";
import { broadcastInDim, neg, reduceSum, transpose } from "@lanewise/compiler/primitives/linear";
import { reduceMax, reduceMin } from "@lanewise/compiler/primitives/reduce";
import { tanh } from "@lanewise/compiler/primitives/unary";
import { jaxprOf, randomInputs, runProgram } from "../../support/programs.ts";

interface Run {
  readonly text: string;
  readonly inputs: readonly (readonly number[])[];
  readonly outputs: readonly HostArray[];
}

function run(jaxpr: Jaxpr): Run {
  const compiled = compile(jaxpr, { name: "recipe", target: "js", verify: true });
  const inputs = randomInputs(jaxpr, 11);
  return { text: textOf(compiled, "js"), inputs: inputs.map((input) => [...input]), outputs: runProgram(compiled.program, inputs) };
}

function expectClose(actual: ArrayLike<number>, expected: (index: number) => number, tolerance = 1e-5): void {
  for (let index = 0; index < actual.length; index++) {
    const wanted = expected(index);
    const error = Math.abs(at(actual, index) - wanted) / Math.max(1, Math.abs(wanted));
    if (!(error <= tolerance)) throw new Error(`element ${index} is ${at(actual, index)}, expected ${wanted}`);
  }
}

const product = (contractLeft: number, contractRight: number, batch: number[] = []): Parameters<typeof dotGeneral>[2] =>
  ({ contractLeft: [contractLeft], contractRight: [contractRight], batchLeft: batch, batchRight: batch });

/** Sizes with and without edges, smaller than a tile, and with rows or columns of one. */
const sizes: readonly (readonly [number, number, number])[] = [
  [16, 12, 20], [17, 13, 21], [3, 2, 5], [1, 9, 8], [9, 1, 8], [4, 7, 1], [18, 19, 33], [1, 1, 40], [64, 2, 3], [2, 64, 3],
];

describe("matrix products", () => {
  it.each(sizes)("%i x %i over %i, each operand as it is and transposed", (rows, columns, inner) => {
    for (const [left, right] of [[false, false], [true, false], [false, true], [true, true]] as const) {
      const specs = [`f32[${left ? `${inner},${rows}` : `${rows},${inner}`}]`, `f32[${right ? `${columns},${inner}` : `${inner},${columns}`}]`];
      const { inputs, outputs } = run(jaxprOf(specs, (a, b) =>
        dotGeneral(left ? transpose(a, [1, 0]) : a, right ? transpose(b, [1, 0]) : b, product(1, 0))));
      const [a, b] = [at(inputs, 0), at(inputs, 1)];
      expectClose(at(outputs, 0), (index) => {
        const [row, column] = [Math.floor(index / columns), index % columns];
        let sum = 0;
        for (let k = 0; k < inner; k++) sum += at(a, left ? k * rows + row : row * inner + k) * at(b, right ? column * inner + k : k * columns + column);
        return sum;
      });
    }
  });

  it.each([[16, 12, 20], [5, 7, 3]])("%i x %i over %i, stored with their axes swapped", (rows, columns, inner) => {
    const { text, inputs, outputs } = run(jaxprOf([`f32[${rows},${inner}]`, `f32[${inner},${columns}]`], (a, b) => transpose(dotGeneral(a, b, product(1, 0)), [1, 0])));
    const [a, b] = [at(inputs, 0), at(inputs, 1)];
    expect(text).not.toContain("map_transpose");
    expectClose(at(outputs, 0), (index) => {
      const [column, row] = [Math.floor(index / rows), index % rows];
      let sum = 0;
      for (let k = 0; k < inner; k++) sum += at(a, row * inner + k) * at(b, k * columns + column);
      return sum;
    });
  });

  it("run in tiles of four by four, the strided operand packed", () => {
    const { text } = run(jaxprOf(["f32[64,32]", "f32[32,48]"], (a, b) => dotGeneral(a, b, product(1, 0))));
    expect(text).toContain("function pack_dot_general");
    expect(text.match(/let sum/g)).toHaveLength(16);
  });

  it("are not packed where the products run along the rows of both operands, and each element serves few others", () => {
    expect(run(jaxprOf(["f32[16,32]", "f32[16,32]"], (a, b) => dotGeneral(a, b, product(1, 1)))).text).not.toContain("pack_");
  });

  it("take a bias and an activation along, at the edges, too", () => {
    const { text, inputs, outputs } = run(jaxprOf(["f32[18,9]", "f32[9,22]", "f32[22]"], (a, b, bias) =>
      tanh(add(dotGeneral(a, b, product(1, 0)), broadcastInDim(bias, [18, 22], [1])))));
    const [a, b, bias] = [at(inputs, 0), at(inputs, 1), at(inputs, 2)];
    expect(text).not.toContain("map_");
    expectClose(at(outputs, 0), (index) => {
      let sum = at(bias, index % 22);
      for (let k = 0; k < 9; k++) sum += at(a, Math.floor(index / 22) * 9 + k) * at(b, k * 22 + (index % 22));
      return Math.tanh(sum);
    });
  });

  it("write a heavy tail once per block, and loops at the edges", () => {
    const tail = (value: Value): Value => Array.from({ length: 14 }).reduce<Value>((v) => add(mul(v, scalarLiteral(0.5, "float32")), scalarLiteral(0.25, "float32")), tanh(value));
    const { inputs, outputs } = run(jaxprOf(["f32[10,5]", "f32[5,11]"], (a, b) => tail(dotGeneral(a, b, product(1, 0)))));
    expectClose(at(outputs, 0), (index) => {
      let sum = 0;
      for (let k = 0; k < 5; k++) sum += at(at(inputs, 0), Math.floor(index / 11) * 5 + k) * at(at(inputs, 1), k * 11 + (index % 11));
      return Array.from({ length: 14 }).reduce<number>((v) => v * 0.5 + 0.25, Math.tanh(sum));
    });
  });

  it("come in batches, in every order of axes", () => {
    const [batch, rows, columns, inner] = [3, 6, 9, 19];
    const { inputs, outputs } = run(jaxprOf([`f32[${rows},${batch},${inner}]`, `f32[${inner},${columns},${batch}]`], (a, b) =>
      dotGeneral(a, b, { contractLeft: [2], contractRight: [0], batchLeft: [1], batchRight: [2] })));
    expectClose(at(outputs, 0), (index) => {
      const [b, row, column] = [Math.floor(index / (rows * columns)), Math.floor(index / columns) % rows, index % columns];
      let sum = 0;
      for (let k = 0; k < inner; k++) sum += at(at(inputs, 0), (row * batch + b) * inner + k) * at(at(inputs, 1), (k * columns + column) * batch + b);
      return sum;
    });
  });

  it("contract several axes, and none", () => {
    const several = run(jaxprOf(["f32[5,4,6]", "f32[6,20,4]"], (a, b) =>
      dotGeneral(a, b, { contractLeft: [1, 2], contractRight: [2, 0], batchLeft: [], batchRight: [] })));
    expectClose(at(several.outputs, 0), (index) => {
      const [row, column] = [Math.floor(index / 20), index % 20];
      let sum = 0;
      for (let k = 0; k < 4; k++) for (let l = 0; l < 6; l++) sum += at(at(several.inputs, 0), (row * 4 + k) * 6 + l) * at(at(several.inputs, 1), (l * 20 + column) * 4 + k);
      return sum;
    });
    const none = run(jaxprOf(["f32[7]", "f32[9]"], (a, b) => dotGeneral(a, b, { contractLeft: [], contractRight: [], batchLeft: [], batchRight: [] })));
    expectClose(at(none.outputs, 0), (index) => at(at(none.inputs, 0), Math.floor(index / 9)) * at(at(none.inputs, 1), index % 9));
  });

  it("of an array with itself", () => {
    const { inputs, outputs } = run(jaxprOf(["f32[20,20]"], (a) => dotGeneral(a, a, product(1, 0))));
    const a = at(inputs, 0);
    expectClose(at(outputs, 0), (index) => {
      let sum = 0;
      for (let k = 0; k < 20; k++) sum += at(a, Math.floor(index / 20) * 20 + k) * at(a, k * 20 + (index % 20));
      return sum;
    });
  });

  it("of int32 wrap", () => {
    const big = 65537;
    const { inputs, outputs } = run(jaxprOf(["i32[6,8]", "i32[8,6]"], (a, b) => {
      const scaled = mul(a, scalarLiteral(big, "int32"));
      return dotGeneral(scaled, mul(b, scalarLiteral(big, "int32")), product(1, 0));
    }));
    let index = 0;
    for (const found of at(outputs, 0)) {
      let sum = 0;
      for (let k = 0; k < 8; k++) sum = (sum + Math.imul(at(at(inputs, 0), Math.floor(index / 6) * 8 + k) * big, at(at(inputs, 1), k * 6 + (index % 6)) * big)) | 0;
      expect(found).toBe(sum);
      index += 1;
    }
  });

  it("with a vector", () => {
    const matvec = run(jaxprOf(["f32[37,50]", "f32[50]"], (a, x) => dotGeneral(a, x, product(1, 0))));
    expectClose(at(matvec.outputs, 0), (row) => Array.from({ length: 50 }).reduce<number>((sum, _, k) => sum + at(at(matvec.inputs, 0), row * 50 + k) * at(at(matvec.inputs, 1), k), 0));
    const vecmat = run(jaxprOf(["f32[50]", "f32[50,37]"], (x, a) => dotGeneral(x, a, product(0, 0))));
    expect(vecmat.text).toContain("Float64Array(37)");
    expectClose(at(vecmat.outputs, 0), (column) => Array.from({ length: 50 }).reduce<number>((sum, _, k) => sum + at(at(vecmat.inputs, 0), k) * at(at(vecmat.inputs, 1), k * 37 + column), 0));
    const dot = run(jaxprOf(["f32[101]", "f32[101]"], (a, b) => dotGeneral(a, b, product(0, 0))));
    expectClose(at(dot.outputs, 0), () => at(dot.inputs, 0).reduce<number>((sum, value, k) => sum + value * at(at(dot.inputs, 1), k), 0));
  });
});

describe("reductions", () => {
  const square = (x: Value): Value => mul(x, x);

  it.each([1, 2, 5, 31, 64, 65, 1000])("of %i elements in several accumulators", (count) => {
    const { text, inputs, outputs } = run(jaxprOf([`f32[${count}]`], (x) => reduceSum(square(x), [0])));
    expectClose(at(outputs, 0), () => at(inputs, 0).reduce<number>((sum, value) => sum + value * value, 0));
    if (count >= 8) expect(text.match(/let sum/g)).toHaveLength(4);
  });

  it.each([[6, 33], [5, 3], [40, 4], [3, 100]])("of the rows of %i x %i", (rows, columns) => {
    const { inputs, outputs } = run(jaxprOf([`f32[${rows},${columns}]`], (x) => reduceSum(x, [1])));
    expectClose(at(outputs, 0), (row) => at(inputs, 0).slice(row * columns, (row + 1) * columns).reduce<number>((sum, value) => sum + value, 0));
  });

  it.each([[33, 17], [4, 40], [7, 5000], [2, 16]])("of the columns of %i x %i, along the rows", (rows, columns) => {
    const { text, inputs, outputs } = run(jaxprOf([`f32[${rows},${columns}]`], (x) => reduceSum(square(x), [0])));
    if (rows > 4) expect(text).toContain("new Float64Array");
    expectClose(at(outputs, 0), (column) => {
      let sum = 0;
      for (let row = 0; row < rows; row++) sum += at(at(inputs, 0), row * columns + column) ** 2;
      return sum;
    });
  });

  it("share one loop, with what is computed and stored on the way", () => {
    const jaxpr = jaxprOf(["f32[9,40]"], (x) => {
      const y = tanh(x);
      return [reduceSum(y, [0]), reduceMax(y, [0]), mul(reduceMin(y, [0]), scalarLiteral(2, "float32")), y];
    });
    const { text, inputs, outputs } = run(jaxpr);
    expect(text.match(/function /g)).toHaveLength(1);
    const column = (index: number): number[] => Array.from({ length: 9 }, (_, row) => Math.tanh(at(at(inputs, 0), row * 40 + index)));
    expectClose(at(outputs, 0), (index) => column(index).reduce((sum, value) => sum + value, 0));
    expectClose(at(outputs, 1), (index) => Math.max(...column(index)));
    expectClose(at(outputs, 2), (index) => 2 * Math.min(...column(index)));
    expectClose(at(outputs, 3), (index) => Math.tanh(at(at(inputs, 0), index)));
  });

  it("keep NaN in extrema", () => {
    for (const axes of [[0], [1], [0, 1]]) {
      const jaxpr = jaxprOf(["f32[20,20]"], (x) => [reduceMax(x, axes), reduceMin(x, axes)]);
      const { program } = compile(jaxpr, { name: "extrema", target: "js", verify: true });
      const inputs = randomInputs(jaxpr, 1);
      at(inputs, 0)[45] = NaN;
      const place = axes.length === 2 ? 0 : axes[0] === 0 ? 5 : 2;
      for (const output of runProgram(program, inputs)) {
        expect(at(output, place)).toBeNaN();
        expect(output.filter(Number.isNaN)).toHaveLength(1);
      }
    }
  });

  it("of float32 are exact where doubles are", () => {
    const jaxpr = jaxprOf(["f32[100000]"], (x) => reduceSum(x, [0]));
    const { program } = compile(jaxpr, { name: "sum", target: "js" });
    expect(at(at(runProgram(program, [new Float32Array(100000).fill(0.1)]), 0), 0)).toBe(Math.fround(100000 * Math.fround(0.1)));
  });

  it("read shifted and broadcast operands without storing them", () => {
    const { text, inputs, outputs } = run(jaxprOf(["f32[30]", "i32[25]"], (x, n) => {
      const distances = add(broadcastInDim(x, [30, 25], [0]), broadcastInDim(convertElementType(n, "float32"), [30, 25], [1]));
      return reduceSum(max(distances, scalarLiteral(0, "float32")), [1]);
    }));
    expect(text.match(/function /g)).toHaveLength(1);
    expectClose(at(outputs, 0), (i) => at(inputs, 1).reduce<number>((sum, n) => sum + Math.max(at(at(inputs, 0), i) + n, 0), 0));
  });
});

describe("elementwise kernels", () => {
  it.each([1, 3, 4, 7, 100, 1001])("of %i elements, four at a time", (count) => {
    const { inputs, outputs } = run(jaxprOf([`f32[${count}]`], (x) => mul(add(mul(x, x), scalarLiteral(1, "float32")), x)));
    expectClose(at(outputs, 0), (index) => (at(at(inputs, 0), index) ** 2 + 1) * at(at(inputs, 0), index));
  });

  it("over equal shapes are one flat loop", () => {
    const { text } = run(jaxprOf(["f32[3,5,7]", "f32[3,5,7]"], (x, y) => add(x, y)));
    expect(text.match(/for \(/g)).toHaveLength(1);
  });

  it.each([[64, 64, 4], [70, 90, 6], [128, 64, 4]])("read a transposed array of %i x %i in blocks", (rows, columns, loops) => {
    const { text, inputs, outputs } = run(jaxprOf([`f32[${columns},${rows}]`, `f32[${rows},${columns}]`], (x, y) => add(transpose(x, [1, 0]), y)));
    expect(text.match(/for \(/g)).toHaveLength(loops);
    expectClose(at(outputs, 0), (index) => at(at(inputs, 0), (index % columns) * rows + Math.floor(index / columns)) + at(at(inputs, 1), index));
  });

  it.each([[64, 64], [70, 90], [67, 129], [131, 65]])("move a transposed array of %i x %i in squares of sixteen", (rows, columns) => {
    const { text, inputs, outputs } = run(jaxprOf([`f32[${columns},${rows}]`], (x) => neg(transpose(x, [1, 0]))));
    const inner = text.slice(text.indexOf("for (let i4"));
    expect(inner.slice(0, inner.indexOf("}")).match(/out0\[/g)).toHaveLength(16);
    expectClose(at(outputs, 0), (index) => -at(at(inputs, 0), (index % columns) * rows + Math.floor(index / columns)));
  });

  it("compute what depends on rows alone once per row", () => {
    const { text } = run(jaxprOf(["f32[20,30]", "f32[20]"], (x, y) => mul(x, broadcastInDim(tanh(y), [20, 30], [0]))));
    const inner = text.slice(text.lastIndexOf("for ("));
    expect(text).toContain("excess");
    expect(inner).not.toContain("excess");
  });
});
