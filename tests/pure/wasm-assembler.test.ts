/** @file The WebAssembly assembler: what it encodes, engines validate and run, and ill-typed code cannot be built. */
import { at, InternalError } from "@lanewise/compiler/base/assert";
import { ByteWriter } from "@lanewise/compiler/codegen/wasm/bytes";
import { encodeModule } from "@lanewise/compiler/codegen/wasm/encode";
import { factsOf, instructions, type InstructionName, type WasmType } from "@lanewise/compiler/codegen/wasm/instructions";
import { printModule } from "@lanewise/compiler/codegen/wasm/print";
import {
  access, block, branch, branchIf, f32Const, f64Const, getGlobal, getLocal, i32Const, ifElse, instruction, loop, select, setLocal,
  teeLocal, typeOf, v128Const, type Immediate, type Local, type Node, type WasmFunction, type WasmModule,
} from "@lanewise/compiler/codegen/wasm/tree";
import { describe, expect, it } from "vitest";

const emptyModule: WasmModule = { memory: null, globals: [], functions: [], data: [] };
const memoryImport = { module: "env", name: "memory", minimumPages: 1, maximumPages: null, shared: false };

function local(name: string, type: WasmType): Local {
  return { name, type };
}

/** A function whose result is its last node; locals beside the parameters are declared. */
function fn(name: string, parameters: readonly Local[], results: readonly WasmType[], body: readonly Node[], locals: readonly Local[] = []): WasmFunction {
  return { name, parameters, results, locals, body, exported: true };
}

function moduleOf(...functions: readonly WasmFunction[]): WasmModule {
  return { ...emptyModule, functions };
}

function run(module: WasmModule, name: string, args: readonly (number | bigint)[] = [], imports: WebAssembly.Imports = {}): unknown {
  const instance = new WebAssembly.Instance(new WebAssembly.Module(encodeModule(module)), imports);
  return (instance.exports[name] as (...args: readonly (number | bigint)[]) => unknown)(...args);
}

const i = local("i", "i32");
const n = local("n", "i32");
const sum = local("sum", "i32");

describe("integers in LEB128", () => {
  const unsigned = (value: number): number[] => {
    const writer = new ByteWriter();
    writer.unsigned(value);
    return Array.from(writer.finish());
  };
  const signed = (value: number): number[] => {
    const writer = new ByteWriter();
    writer.signed(value);
    return Array.from(writer.finish());
  };

  it.each([[0, [0]], [127, [0x7f]], [128, [0x80, 1]], [624485, [0xe5, 0x8e, 0x26]], [4294967295, [0xff, 0xff, 0xff, 0xff, 0x0f]]])(
    "unsigned %i", (value, bytes) => expect(unsigned(value)).toEqual(bytes));

  it.each([
    [0, [0]], [63, [0x3f]], [64, [0xc0, 0]], [-1, [0x7f]], [-64, [0x40]], [-65, [0xbf, 0x7f]], [-123456, [0xc0, 0xbb, 0x78]],
    [2147483647, [0xff, 0xff, 0xff, 0xff, 0x07]], [-2147483648, [0x80, 0x80, 0x80, 0x80, 0x78]],
  ])("signed %i", (value, bytes) => expect(signed(value)).toEqual(bytes));

  it.each([0, 1, -1, 63, 64, -64, -65, 8191, 8192, -8193, 1 << 20, 2147483647, -2147483648])("i32.const %i comes back", (value) => {
    expect(run(moduleOf(fn("f", [], ["i32"], [i32Const(value)])), "f")).toBe(value);
  });
});

describe("a module", () => {
  it("has the bytes that the specification says", () => {
    const a = local("a", "i32");
    const b = local("b", "i32");
    const bytes = encodeModule(moduleOf(fn("add", [a, b], ["i32"], [instruction("i32.add", [getLocal(a), getLocal(b)])])));
    expect(Array.from(bytes)).toEqual([
      0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
      1, 7, 1, 0x60, 2, 0x7f, 0x7f, 1, 0x7f,
      2, 1, 0,
      3, 2, 1, 0,
      7, 7, 1, 3, 0x61, 0x64, 0x64, 0, 0,
      10, 9, 1, 7, 0, 0x20, 0, 0x20, 1, 0x6a, 0x0b,
    ]);
  });

  it("shares function types and groups locals", () => {
    const locals = [local("a", "f64"), local("b", "i32"), local("c", "f64"), local("d", "v128"), local("e", "i32")];
    const body = [
      setLocal(at(locals, 0), f64Const(1.5)), setLocal(at(locals, 1), i32Const(40)), setLocal(at(locals, 2), f64Const(0.5)),
      setLocal(at(locals, 4), i32Const(2)),
      instruction("f64.add", [
        instruction("f64.add", [getLocal(at(locals, 0)), getLocal(at(locals, 2))]),
        instruction("f64.convert_i32_s", [instruction("i32.add", [getLocal(at(locals, 1)), getLocal(at(locals, 4))])]),
      ]),
    ];
    const bytes = encodeModule(moduleOf(fn("f", [], ["f64"], body, locals), fn("g", [], ["f64"], [f64Const(1)])));
    expect(Array.from(bytes.subarray(8, 15))).toEqual([1, 5, 1, 0x60, 0, 1, 0x7c]);
    // Three runs: two i32, two f64, one v128.
    expect(Array.from(bytes).join(" ")).toContain([3, 2, 0x7f, 2, 0x7c, 1, 0x7b].join(" "));
    expect(run(moduleOf(fn("f", [], ["f64"], body, locals)), "f")).toBe(44);
  });

  it("imports memory and globals, and writes data to a global's address", () => {
    const module: WasmModule = {
      memory: memoryImport,
      globals: [{ module: "env", name: "base", type: "i32" }],
      functions: [fn("f", [], ["f32"], [access("f32.load", [getGlobal("base", "i32")], 4, 4)])],
      data: [{ base: "base", bytes: new Uint8Array(Float32Array.of(1.5, -2.5).buffer) }],
    };
    const memory = new WebAssembly.Memory({ initial: 1 });
    const base = new WebAssembly.Global({ value: "i32" }, 256);
    expect(run(module, "f", [], { env: { memory, base } })).toBe(-2.5);
    expect(new Float32Array(memory.buffer)[64]).toBe(1.5);
  });

  it("imports a shared memory", () => {
    const module: WasmModule = {
      ...emptyModule, memory: { ...memoryImport, shared: true, maximumPages: 65_536 },
      functions: [fn("f", [], ["i32"], [access("i32.load8_u", [i32Const(0)], 7, 1)])],
    };
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 4, shared: true });
    new Uint8Array(memory.buffer)[7] = 200;
    expect(run(module, "f", [], { env: { memory } })).toBe(200);
  });
});

describe("control flow", () => {
  it("goes round loops and leaves blocks", () => {
    // The sum of 1 .. n, but at most 100.
    const body = [
      block("done", [loop("again", [
        branchIf("done", instruction("i32.ge_s", [getLocal(sum), i32Const(100)])),
        branchIf("done", instruction("i32.ge_s", [getLocal(i), getLocal(n)])),
        setLocal(sum, instruction("i32.add", [getLocal(sum), teeLocal(i, instruction("i32.add", [getLocal(i), i32Const(1)]))])),
        branch("again"),
      ])]),
      getLocal(sum),
    ];
    const module = moduleOf(fn("f", [n], ["i32"], body, [i, sum]));
    expect([0, 1, 4, 50].map((count) => run(module, "f", [count]))).toEqual([0, 1, 10, 105]);
  });

  it("counts the depth of labels through ifs", () => {
    const body = [
      loop("outer", [
        setLocal(i, instruction("i32.add", [getLocal(i), i32Const(1)])),
        ifElse(instruction("i32.lt_s", [getLocal(i), getLocal(n)]), [
          block("inner", [
            branchIf("inner", instruction("i32.and", [getLocal(i), i32Const(1)])),
            setLocal(sum, instruction("i32.add", [getLocal(sum), getLocal(i)])),
          ]),
          branch("outer"),
        ], [setLocal(sum, instruction("i32.add", [getLocal(sum), i32Const(1000)]))]),
      ]),
      select(getLocal(sum), i32Const(-1), getLocal(n)),
    ];
    const module = moduleOf(fn("f", [n], ["i32"], body, [i, sum]));
    expect([0, 7].map((count) => run(module, "f", [count]))).toEqual([-1, 1012]);
  });

  it("calls functions of the module", () => {
    const twice = fn("twice", [n], ["i32"], [instruction("i32.shl", [getLocal(n), i32Const(1)])]);
    const call: Node = { kind: "call", name: "twice", operands: [i32Const(21)], result: "i32" };
    expect(run(moduleOf(fn("f", [], ["i32"], [call]), twice), "f")).toBe(42);
  });
});

/** An immediate that the instruction takes. */
function someImmediate(name: InstructionName): Immediate {
  switch (factsOf(name).immediate) {
    case "none": return null;
    case "i32": return 5;
    case "f32": case "f64": return 1.5;
    case "lane": return 1;
    case "v128": return Array.from({ length: 16 }, (_, position) => position);
    case "lanes": return Array.from({ length: 16 }, (_, position) => 31 - position);
    case "memory": return { offset: 16, align: 1, lane: null };
    case "memoryLane": return { offset: 16, align: 1, lane: 1 };
    case "label": return "label";
    case "local": case "global": case "function": return "name";
  }
}

describe("instructions", () => {
  const isRelaxed = (name: string): boolean => name.includes("relaxed");
  const names = Object.keys(instructions) as InstructionName[];

  /** A module with one function: the instruction on parameters of its types. */
  const moduleWith = (name: InstructionName): WasmModule => {
    const facts = factsOf(name);
    const parameters = facts.operands.map((type, position) => local(`p${position}`, type));
    const node = instruction(name, parameters.map(getLocal), someImmediate(name));
    const body = facts.immediate === "label" ? [block("label", [node])] : [node];
    return { ...moduleOf(fn("f", parameters, facts.result === null ? [] : [facts.result], body)), memory: memoryImport };
  };

  it.each(names.filter((name) => !isRelaxed(name)))("%s has the types that engines expect", (name) => {
    expect(() => new WebAssembly.Module(encodeModule(moduleWith(name)))).not.toThrow();
  });

  it("relaxed simd is encoded as engines expect that have it", () => {
    const relaxed = names.filter(isRelaxed);
    const results = relaxed.map((name) => WebAssembly.validate(encodeModule(moduleWith(name))));
    // An engine has all of them or none.
    expect(new Set(results).size).toBe(1);
    if (results[0] !== true) console.warn("SKIPPED: this engine has no relaxed simd");
  });

  it("have opcodes of their own", () => {
    const codes = names.map((name) => `${factsOf(name).prefix}:${factsOf(name).code}`);
    expect(new Set(codes).size).toBe(names.length);
  });

  it.each([
    ["f32.const", f32Const(-0)], ["f64.const", f64Const(-0)],
  ] as const)("%s keeps -0", (_, node) => {
    const type = typeOf(node);
    expect(run(moduleOf(fn("f", [], type === null ? [] : [type], [node])), "f")).toBe(-0);
  });

  it("read and write vectors", () => {
    const lanes = instruction("i32x4.add", [access("v128.load", [i32Const(0)], 16, 4), v128Const([1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0])]);
    const swapped = instruction("i8x16.shuffle", [lanes, v128Const(new Uint8Array(16))], [12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 31]);
    const module = { ...moduleOf(fn("f", [], [], [access("v128.store", [i32Const(64), swapped], 0, 4)])), memory: memoryImport };
    const memory = new WebAssembly.Memory({ initial: 1 });
    const words = new Int32Array(memory.buffer);
    words.set([10, 20, 30, 40], 4);
    run(module, "f", [], { env: { memory } });
    expect(Array.from(words.subarray(16, 20))).toEqual([44, 33, 22, 11]);
  });
});

describe("ill-typed code cannot be built", () => {
  const v = local("v", "v128");
  it.each<readonly [string, () => unknown]>([
    ["an operand of another type", () => instruction("i32.add", [i32Const(1), f32Const(1)])],
    ["too few operands", () => instruction("i32.add", [i32Const(1)])],
    ["an immediate that is missing", () => instruction("i32x4.extract_lane", [getLocal(v)])],
    ["an immediate that is too much", () => instruction("i32.add", [i32Const(1), i32Const(1)], 3)],
    ["a local set to another type", () => setLocal(v, i32Const(1))],
    ["a select between types", () => select(i32Const(1), f32Const(1), i32Const(1))],
    ["a condition that is no i32", () => ifElse(f32Const(1), [])],
    ["a value that nobody takes", () => block("b", [i32Const(1)])],
    ["a local that is not declared", () => encodeModule(moduleOf(fn("f", [], ["i32"], [getLocal(n)])))],
    ["two locals of one name", () => encodeModule(moduleOf(fn("f", [n], [], [], [n])))],
    ["a branch out of nowhere", () => encodeModule(moduleOf(fn("f", [], [], [block("a", [branch("b")])])))],
    ["a global that is not imported", () => encodeModule(moduleOf(fn("f", [], ["i32"], [getGlobal("g", "i32")])))],
  ])("%s", (_, build) => {
    expect(build).toThrow(InternalError);
  });
});

it("prints as text", () => {
  const v = local("v", "v128");
  const body = [
    setLocal(v, access("v128.load", [getLocal(n)], 16, 4)),
    loop("again", [
      ifElse(instruction("v128.any_true", [getLocal(v)]), [access("v128.store", [getLocal(n), getLocal(v)], 0, 16)], [branch("again")]),
      branchIf("again", instruction("i32.lt_s", [teeLocal(n, instruction("i32.add", [getLocal(n), i32Const(16)])), i32Const(1024)])),
    ]),
    select(instruction("f32x4.extract_lane", [v128Const(new Uint8Array(16))], 2), f32Const(-Infinity), getGlobal("base", "i32")),
  ];
  const module: WasmModule = {
    memory: { ...memoryImport, shared: true, maximumPages: 16 },
    globals: [{ module: "env", name: "base", type: "i32" }],
    functions: [fn("f", [n], ["f32"], body, [v])],
    data: [{ base: "base", bytes: Uint8Array.of(1, 255) }],
  };
  expect(WebAssembly.validate(encodeModule(module))).toBe(true);
  expect(printModule(module)).toMatchInlineSnapshot(`
    "(module
      (import "env" "memory" (memory 1 16 shared))
      (import "env" "base" (global $base i32))
      (func $f (export "f") (param $n i32) (result f32)
        (local $v v128)
        (local.set $v (v128.load offset=16 align=4 (local.get $n)))
        (loop $again
          (if (v128.any_true (local.get $v))
            (then
              (v128.store (local.get $n) (local.get $v)))
            (else
              (br $again)))
          (br_if $again (i32.lt_s (local.tee $n (i32.add (local.get $n) (i32.const 16))) (i32.const 1024))))
        (select
          (f32x4.extract_lane 2 (v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000))
          (f32.const -inf)
          (global.get $base)))
      (data (global.get $base) "\\01\\ff")
    )
    "
  `);
});
