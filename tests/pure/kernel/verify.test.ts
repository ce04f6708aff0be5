/** @file Each invariant of the kernel verifier: a kernel that breaks it is refused, with the arrow under the offending line. */
import { at, InternalError } from "@lanewise/compiler/base/assert";
import {
  add, boolean, constant, convert, eq, int, KernelBuilder, lt, mul, ref, scalarType, simdType, splat,
} from "@lanewise/compiler/kernel/build";
import type { Expr, Kernel, Stmt } from "@lanewise/compiler/kernel/types";
import { verifyKernel } from "@lanewise/compiler/kernel/verify";
import { describe, expect, it } from "vitest";
import { expectFault, kernelOf, kernelWith, one, storeOf } from "../../support/verifier-faults.ts";

/** Runs a list of emitters as the steps of one workgroup inside a grid loop of `n`. */
function workgroupKernel(emit: (b: KernelBuilder, group: Expr, n: Expr) => void): Kernel {
  return kernelWith((b, n) => {
    b.array("shared", { space: "workgroup", dtype: "float32", length: 64 });
    b.for("grid", 0, n, 1, (group) => emit(b, group, n), "g");
  }, 64);
}

describe("what holds is accepted", () => {
  it("loops, branches, masks, vectors and workgroups", () => {
    verifyKernel(workgroupKernel((b, group) => {
      b.for("local", 0, 64, 1, (l) => b.store("shared", l, b.load("x", add(mul(group, 64), l))), "l");
      b.barrier();
      b.for("local", 0, 64, 1, (l) => {
        const sum = b.var(constant(0, "float32"), "sum");
        b.for("serial", 0, 64, 1, (k) => b.assign(sum, add(sum, b.load("shared", k))), "k");
        b.store("y", add(mul(group, 64), l), sum, lt(l, 60));
      }, "l");
    }));
    verifyKernel(kernelWith((b, n) => {
      b.for("serial", 0, n, 4, (i) => b.store("y", i, b.load("x", i, { width: 4 })));
      const i = b.var(int(0), "i");
      b.while(() => b.load("flags", i), () => b.assign(i, add(i, 1)));
      b.if(eq(i, 3), () => b.store("z", i, one), () => b.store("z", int(0), one));
    }));
  });
});

describe("names", () => {
  it("declared before use", () => {
    expectFault(kernelOf(storeOf(ref("i", scalarType("int32")))), "store y[i] = 1f", "i is not declared here");
  });

  it("unique", () => {
    expectFault(kernelOf({ kind: "let", name: "a", value: int(1) }, { kind: "let", name: "a", value: int(2) }),
      "let a: int32 = 2", "a is declared twice");
    expectFault(kernelOf({ kind: "let", name: "x", value: int(1) }), "let x: int32 = 1", "x is declared twice");
  });

  it("the arrow stands under the second of two equal statements that share one object", () => {
    const twice: Stmt = { kind: "let", name: "a", value: int(1) };
    try {
      verifyKernel(kernelOf(twice, twice));
      expect.unreachable();
    } catch (error) {
      const lines = (error as InternalError).excerpt.split("\n");
      expect(lines.filter((line) => line.includes("let a")).length).toBe(2);
      expect(lines.findIndex((line) => line.includes("^"))).toBe(lines.lastIndexOf("  let a: int32 = 1") + 1);
    }
  });

  it("identifiers", () => {
    expectFault(kernelOf({ kind: "let", name: "a-b", value: int(1) }), "let a-b: int32 = 1", '"a-b" is not an identifier');
  });

  it("seen only in the body that declares them", () => {
    expectFault(kernelWith((b) => {
      const holder: { value: Expr } = { value: int(0) };
      b.if(boolean(true), () => { holder.value = b.load("flags", int(0)); });
      b.store("flags", int(1), holder.value);
    }), "store flags[1] = v0", "v0 is not declared here");
    expectFault(kernelWith((b, n) => {
      const holder: { value: Expr } = { value: int(0) };
      b.for("serial", 0, n, 1, (i) => { holder.value = i; });
      b.store("y", holder.value, one);
    }), "store y[i0] = 1f", "i0 is not declared here");
  });

  it("of a While's before part reach its condition and body, and no further", () => {
    const flag = ref("v0", scalarType("bool"));
    verifyKernel(kernelWith((b) => b.while(() => b.load("flags", int(0)), () => b.store("flags", int(0), flag))));
    expectFault(kernelWith((b) => {
      b.while(() => b.load("flags", int(0)), () => {});
      b.store("flags", int(0), flag);
    }), "store flags[0] = v0", "v0 is not declared here");
  });

  it("of scalars and buffers exist", () => {
    expectFault(kernelOf(storeOf({ kind: "scalar", type: scalarType("int32"), name: "m" })), "store y[m] = 1f", "the kernel has no scalar m");
    expectFault(kernelOf(storeOf(int(0), one, "w")), "store w[0] = 1f", "the kernel has no buffer or array w");
  });

  it("keep the type that they are declared with", () => {
    expectFault(kernelOf({ kind: "let", name: "a", value: int(1) }, storeOf(int(0), ref("a", scalarType("float32")))),
      "store y[0] = a", "a is declared as int32, not float32");
    expectFault(kernelOf(storeOf(int(0), { kind: "scalar", type: scalarType("float32"), name: "n" })), "store y[0] = n", "the scalar n is int32, not float32");
  });
});

describe("accesses", () => {
  it("indices are int32", () => {
    expectFault(kernelOf(storeOf(constant(0, "uint32"))), "store y[0u] = 1f", "an index is int32, not uint32");
    expectFault(kernelOf({ kind: "load", name: "a", type: scalarType("float32"), buffer: "x", index: one, mask: null }),
      "load a: float32 = x[1f]", "an index is int32, not float32");
  });

  it("a vector index has the width of the access", () => {
    expectFault(kernelOf(storeOf(splat(int(0), 4))), "store y[0x4] = 1f", "a int32x4 index for a float32");
  });

  it("masks are bools of the access's width", () => {
    expectFault(kernelOf({ kind: "store", buffer: "y", index: int(0), value: splat(one, 4), mask: boolean(true) }),
      "store y[0] = 1fx4 where true", "the mask must be boolx4, not bool");
  });

  it("values have the buffer's value dtype", () => {
    expectFault(kernelOf(storeOf(int(0), int(1))), "store y[0] = 1", "y takes float32, not int32");
    expectFault(kernelOf({ kind: "load", name: "a", type: scalarType("int32"), buffer: "x", index: int(0), mask: null }),
      "load a: int32 = x[0]", "x gives float32, not int32");
  });

  it("no store to what is read, no load from what is written", () => {
    expectFault(kernelOf(storeOf(int(0), one, "x")), "store x[0] = 1f", "a store to the read buffer x");
    expectFault(kernelWith((b) => { b.load("y", int(0)); }), "load v0: float32 = y[0]", "a load from the write buffer y");
    expectFault(kernelWith((b) => {
      b.array("table", { space: "constant", dtype: "int32", length: 2, values: [1, 2] });
      b.store("table", int(0), int(3));
    }), "store table[0] = 3", "a store to the constant table table");
  });

  it("inside a vector access too: the type must be a simd type", () => {
    expectFault(kernelOf({ kind: "load", name: "a", type: simdType("float32", 3), buffer: "x", index: int(0), mask: null }),
      "load a: float32x3 = x[0]", "a width is 1, 2, 4, 8 or 16, not 3");
  });
});

describe("declarations", () => {
  it("buffer lengths use scalars and constants only, and are int32", () => {
    const kernel = kernelWith(() => {});
    const withLength = (length: Expr): Kernel => ({ ...kernel, buffers: [{ ...at(kernel.buffers, 0), length }] });
    expectFault(withLength(ref("k", scalarType("int32"))), "buffer x: float32[k] read", "the length of x uses k, which is no scalar parameter");
    expectFault(withLength(one), "buffer x: float32[1f] read", "the length of x must be int32, not float32");
    expectFault(withLength({ kind: "scalar", type: scalarType("int32"), name: "m" }), "buffer x: float32[m] read", "the kernel has no scalar m");
  });

  it("alias groups are numbers from 0", () => {
    const kernel = kernelWith(() => {});
    expectFault({ ...kernel, buffers: [{ ...at(kernel.buffers, 0), aliasGroup: -1 }] }, "buffer x: float32[n] read alias -1", "alias group -1");
  });

  it("names of parameters are unique", () => {
    const kernel = kernelWith(() => {});
    expectFault({ ...kernel, scalars: [{ name: "x", dtype: "int32" }, ...kernel.scalars] }, "scalar x: int32", "x is declared twice");
  });

  const withArray = (array: Partial<Kernel["arrays"][number]>): Kernel => ({
    ...kernelWith(() => {}),
    arrays: [{ name: "a", space: "local", dtype: "int32", length: 2, values: null, ...array }],
  });
  it("array lengths are positive", () => {
    expectFault(withArray({ length: 0 }), "array a: int32[0] local", "the length of a is 0");
    expectFault(withArray({ length: 1.5 }), "array a: int32[1.5] local", "the length of a is 1.5");
  });

  it("constant tables, and only they, have values that fit", () => {
    expectFault(withArray({ values: [1, 2] }), "array a: int32[2] local = 1 2", "a has values but is no constant table");
    expectFault(withArray({ space: "constant" }), "array a: int32[2] constant", "a has 0 values for 2 elements");
    expectFault(withArray({ space: "constant", values: [1] }), "array a: int32[2] constant = 1", "a has 1 values for 2 elements");
    expectFault(withArray({ space: "constant", values: [1, 0.5] }), "array a: int32[2] constant = 1 0.5", "0.5 is no value of int32");
  });

  it("a workgroup has invocations only for local loops", () => {
    expectFault({ ...kernelWith(() => {}), workgroup: 0 }, "kernel test workgroup 0", "workgroup is a positive integer, not 0");
    expectFault(kernelWith(() => {}, 64), "kernel test workgroup 64", "workgroup is 1 where there is no local loop");
  });
});

describe("variables", () => {
  it("only variables are assigned, with their type", () => {
    expectFault(kernelOf({ kind: "let", name: "a", value: int(1) }, { kind: "assign", name: "a", value: int(2) }), "a = 2", "a is not a variable here");
    expectFault(kernelOf({ kind: "var", name: "a", type: scalarType("int32"), init: int(1) }, { kind: "assign", name: "a", value: one }),
      "a = 1f", "the value of a must be int32, not float32");
    expectFault(kernelOf({ kind: "var", name: "a", type: scalarType("int32"), init: one }), "var a: int32 = 1f",
      "the initial value of a must be int32, not float32");
  });

  it.each(["grid", "local", "simd"] as const)("of outside a %s loop are not assigned inside", (loop) => {
    const outer = ref("sum", scalarType("int32"));
    const inner: Stmt = {
      kind: "for", loop, index: "i", begin: int(0), end: int(1), step: 1, body: [{ kind: "assign", name: "sum", value: add(outer, 1) }],
    };
    const declaration: Stmt = { kind: "var", name: "sum", type: scalarType("int32"), init: int(0) };
    if (loop === "grid") {
      expectFault(kernelOf(declaration, inner), "var sum: int32 = 0", "only Lets and Loads may stand beside a grid loop");
    } else {
      expectFault(kernelOf(declaration, inner), "sum = sum + 1",
        `sum is declared outside this ${loop} loop, whose iterations are independent`);
    }
  });
});

describe("loops", () => {
  it("bounds are scalar int32, steps positive integers", () => {
    const loop = (fields: Partial<Extract<Stmt, { kind: "for" }>>): Kernel =>
      kernelOf({ kind: "for", loop: "serial", index: "i", begin: int(0), end: int(4), step: 1, body: [], ...fields });
    expectFault(loop({ begin: one }), "for serial i in 1f .. 4 {", "the begin of a loop must be int32, not float32");
    expectFault(loop({ end: splat(int(4), 4) }), "for serial i in 0 .. 4x4 {", "the end of a loop must be int32, not int32x4");
    expectFault(loop({ step: 0 }), "for serial i in 0 .. 4 step 0 {", "the step of a loop is a positive integer, not 0");
    expectFault(loop({ step: 0.5 }), "for serial i in 0 .. 4 step 0.5 {", "the step of a loop is a positive integer, not 0.5");
  });

  it("unrolled loops have constant bounds", () => {
    expectFault(kernelWith((b, n) => b.for("unrolled", 0, n, 1, () => {})), "for unrolled i0 in 0 .. n {", "the bounds of an unrolled loop are constants");
  });

  it("conditions are scalar bools", () => {
    expectFault(kernelWith((b) => b.if(int(1), () => {})), "if 1 {", "the condition must be bool, not int32");
    expectFault(kernelOf({ kind: "while", before: [], condition: splat(boolean(true), 4), body: [] }), "while truex4 {", "the condition must be bool, not boolx4");
    expectFault(kernelOf({ kind: "while", before: [{ kind: "let", name: "a", value: int(0) }], condition: int(1), body: [] }),
      "} while 1 {", "the condition must be bool, not int32");
  });

  describe("grid", () => {
    it("stands at the top", () => {
      expectFault(kernelWith((b, n) => b.if(boolean(true), () => b.for("grid", 0, n, 1, () => {}))), "for grid i0 in 0 .. n {",
        "a grid loop stands only at the top of a kernel");
      expectFault(kernelWith((b, n) => b.for("grid", 0, n, 1, () => b.for("serial", 0, 2, 1, () => b.for("grid", 0, n, 1, () => {}, "g")))),
        "for grid g0 in 0 .. n {", "a grid loop stands only at the top of a kernel");
    });

    it("nests at most three deep", () => {
      expectFault(kernelWith((b) => b.for("grid", 0, 2, 1, () => b.for("grid", 0, 3, 1, () => b.for("grid", 0, 4, 1, () => b.for("grid", 0, 5, 1, () => {}, "d"), "c"), "b"), "a")),
        "for grid d0 in 0 .. 5 {", "grid loops nest at most three deep");
    });

    it("makes one nest", () => {
      expectFault(kernelWith((b) => {
        b.for("grid", 0, 2, 1, () => {}, "a");
        b.for("grid", 0, 3, 1, () => {}, "b");
      }), "for grid b0 in 0 .. 3 {", "a second grid nest");
    });

    it("has bounds that are the same in the whole dispatch", () => {
      expectFault(kernelWith((b, n) => b.for("grid", 0, n, 1, (i) => b.for("grid", 0, i, 1, () => {}, "j"))), "for grid j0 in 0 .. i0 {",
        "the bounds of a grid loop must be the same in the whole dispatch");
    });

    it("has only Lets and unchanging Loads beside it", () => {
      verifyKernel(kernelWith((b, n) => {
        const first = b.load("x", int(0));
        b.for("grid", 0, b.let(mul(n, 2), "twice"), 1, (i) => {
          const value = b.let(add(first, 1), "value");
          b.for("grid", 0, n, 1, (j) => b.store("y", add(i, j), value), "j");
        });
      }));
      const beside = (emit: (b: KernelBuilder) => void): Kernel => kernelWith((b, n) => {
        b.for("grid", 0, n, 1, () => {
          emit(b);
          b.for("grid", 0, n, 1, (j) => b.store("z", j, one), "j");
        });
      });
      expectFault(beside((b) => b.store("y", int(0), one)), "store y[0] = 1f", "only Lets and Loads may stand beside a grid loop");
      expectFault(beside((b) => { b.load("z", int(0)); }), "load v0: float32 = z[0]", "a load beside a grid loop of z, which the kernel may change");
      expectFault(beside((b) => b.barrier()), "barrier", "only Lets and Loads may stand beside a grid loop");
    });
  });

  describe("local", () => {
    it("runs over the workgroup", () => {
      const over = (begin: number, end: number, step: number): Kernel => kernelWith((b) => b.for("local", begin, end, step, () => {}), 64);
      verifyKernel(over(0, 64, 1));
      const message = "a local loop runs over 0 .. 64, the workgroup, by 1";
      expectFault(over(1, 64, 1), "for local i0 in 1 .. 64 {", message);
      expectFault(over(0, 32, 1), "for local i0 in 0 .. 32 {", message);
      expectFault(over(0, 64, 2), "for local i0 in 0 .. 64 step 2 {", message);
    });

    it("stands in no local and no simd loop", () => {
      expectFault(kernelWith((b) => b.for("local", 0, 64, 1, () => b.for("local", 0, 64, 1, () => {}, "l")), 64), "for local l0 in 0 .. 64 {",
        "a local loop inside a local loop");
      expectFault(kernelWith((b) => b.for("simd", 0, 64, 1, () => b.for("local", 0, 64, 1, () => {}, "l")), 64), "for local l0 in 0 .. 64 {",
        "a local loop inside a simd loop");
    });
  });
});

describe("workgroups", () => {
  it("barriers stand outside local and simd loops", () => {
    expectFault(kernelWith((b) => b.for("local", 0, 64, 1, () => b.barrier()), 64), "barrier", "a barrier inside a local loop");
    expectFault(kernelWith((b) => b.for("simd", 0, 64, 1, () => b.barrier())), "barrier", "a barrier inside a simd loop");
  });

  const uneven = "a barrier under control flow that may differ between invocations";
  it("barriers stand under control flow that the workgroup shares", () => {
    verifyKernel(workgroupKernel((b, group, n) => {
      b.for("local", 0, 64, 1, () => {});
      b.if(lt(group, n), () => b.barrier());
      b.for("serial", 0, convert(b.load("x", group), "int32"), 1, () => b.barrier());
      b.while(() => lt(b.load("x", group), 1), () => b.barrier());
    }));
    expectFault(workgroupKernel((b, group) => {
      b.for("local", 0, 64, 1, () => {});
      b.if(lt(b.load("z", group), 1), () => b.barrier());
    }), "barrier", uneven);
    expectFault(workgroupKernel((b) => {
      b.for("local", 0, 64, 1, () => {});
      b.for("serial", 0, convert(b.load("shared", int(0)), "int32"), 1, () => b.barrier());
    }), "barrier", uneven);
    expectFault(workgroupKernel((b) => {
      b.for("local", 0, 64, 1, () => {});
      b.while(() => { b.barrier(); return b.load("flags", int(0)); }, () => {});
    }), "barrier", uneven);
  });

  it("a variable assigned under uneven control flow is uneven, round a loop too", () => {
    expectFault(workgroupKernel((b, _, n) => {
      b.for("local", 0, 64, 1, () => {});
      const round = b.var(int(0), "round");
      b.for("serial", 0, n, 1, () => {
        b.if(eq(round, 3), () => b.barrier());
        b.if(b.load("flags", int(0)), () => b.assign(round, add(round, 1)));
      });
    }), "barrier", uneven);
  });

  it("unevenness passes from variable to variable, against the order of the text too", () => {
    expectFault(workgroupKernel((b, _, n) => {
      b.for("local", 0, 64, 1, () => {});
      const variables = [0, 1, 2].map(() => b.var(int(0)));
      b.for("serial", 0, n, 1, () => {
        b.if(eq(at(variables, 0), 3), () => b.barrier());
        b.assign(at(variables, 0), at(variables, 1));
        b.assign(at(variables, 1), at(variables, 2));
        b.if(b.load("flags", int(0)), () => b.assign(at(variables, 2), int(1)));
      });
    }), "barrier", uneven);
  });

  it("stores stand inside the local loops", () => {
    expectFault(workgroupKernel((b, group) => {
      b.for("local", 0, 64, 1, () => {});
      b.store("y", group, one);
    }), "store y[g0] = 1f", "a store outside the local loops would run once per invocation");
  });

  it("local arrays are used inside the local loops", () => {
    expectFault(kernelWith((b) => {
      b.array("tile", { space: "local", dtype: "float32", length: 4 });
      b.for("local", 0, 64, 1, () => b.store("tile", int(0), one), "l");
      b.load("tile", int(0));
    }, 64), "load v0: float32 = tile[0]", "the local array tile is used outside the local loops");
  });
});
