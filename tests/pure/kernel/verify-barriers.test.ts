/** @file Where the verifier asks for barriers, where it proves that none is needed, and what it follows to see that. */
import { InternalError } from "@lanewise/compiler/base/assert";
import { add, constant, convert, int, KernelBuilder, lt, mul, sub } from "@lanewise/compiler/kernel/build";
import type { Expr, Kernel } from "@lanewise/compiler/kernel/types";
import { verifyKernel } from "@lanewise/compiler/kernel/verify";
import { describe, expect, it } from "vitest";

type Emit = (b: KernelBuilder, group: Expr, n: Expr) => void;

const workgroup = 8;
const one = constant(1, "float32");

/** A grid of workgroups with a workgroup array, a buffer to read, one to write and two that may be one. */
function kernelWith(emit: Emit): Kernel {
  const b = new KernelBuilder("test");
  const n = b.scalar("n", "int32");
  b.buffer("x", { dtype: "float32", length: n, access: "read" });
  b.buffer("z", { dtype: "float32", length: n, access: "readWrite" });
  b.buffer("before", { dtype: "float32", length: n, access: "read", aliasGroup: 0 });
  b.buffer("after", { dtype: "float32", length: n, access: "write", aliasGroup: 0 });
  b.array("shared", { space: "workgroup", dtype: "float32", length: 64 });
  b.for("grid", 0, n, 1, (group) => emit(b, group, n), "g");
  return b.build({ workgroup });
}

function local(b: KernelBuilder, body: (invocation: Expr) => void): void {
  b.for("local", 0, workgroup, 1, body, "l");
}

const write = (b: KernelBuilder, place: (l: Expr) => Expr = (l) => l): void => local(b, (l) => b.store("shared", place(l), one));
const read = (b: KernelBuilder, place: (l: Expr) => Expr): void => local(b, (l) => { b.load("shared", place(l)); });
const mirrored = (l: Expr): Expr => sub(int(workgroup - 1), l);

function expectMissing(emit: Emit, line: RegExp, message: RegExp): void {
  let excerpt = "";
  try {
    verifyKernel(kernelWith(emit));
  } catch (error) {
    if (!(error instanceof InternalError)) throw error;
    excerpt = error.excerpt;
  }
  const lines = excerpt.split("\n");
  const arrow = lines.findIndex((text) => text.includes("^"));
  expect(lines[arrow - 1]).toMatch(line);
  expect(lines[arrow]).toMatch(message);
}

const expectNone = (emit: Emit): void => verifyKernel(kernelWith(emit));

describe("a barrier is missing", () => {
  it("between a write and a read in another local loop", () => {
    expectMissing((b) => { write(b); read(b, mirrored); }, /load v0/,
      /no barrier before this read of shared: another invocation writes it in the local loop over l0$/);
    expectNone((b) => { write(b); b.barrier(); read(b, mirrored); });
  });

  it("between a read and a write, and between two writes", () => {
    expectMissing((b) => { write(b); b.barrier(); read(b, mirrored); write(b); }, /store shared\[l2\]/, /write of shared.* reads it/);
    expectMissing((b) => { write(b); write(b, mirrored); }, /store shared\[/, /write of shared.* writes it/);
  });

  it("on a written buffer, also through an alias", () => {
    expectMissing((b) => {
      local(b, (l) => b.store("z", l, one));
      local(b, (l) => { b.load("z", mirrored(l)); });
    }, /load v0: float32 = z/, /read of z: another invocation writes it/);
    expectMissing((b) => {
      local(b, (l) => { b.load("before", l); });
      local(b, (l) => b.store("after", l, one));
    }, /store after/, /write of after: another invocation reads it/);
  });

  it("round a serial loop", () => {
    expectMissing((b) => b.for("serial", 0, 4, 1, () => { write(b); b.barrier(); read(b, mirrored); }), /store shared/,
      /write of shared: another invocation reads it/);
    expectNone((b) => b.for("serial", 0, 4, 1, () => { write(b); b.barrier(); read(b, mirrored); b.barrier(); }));
    expectMissing((b) => b.for("serial", 0, 4, 1, (k) => write(b, (l) => add(l, k))), /store shared/, /write of shared: another invocation writes it in the local loop over l0, in the round before$/);
  });

  it("round a while loop, through its before part", () => {
    const rounds = (withBarrier: boolean): Emit => (b, group) => {
      write(b);
      b.barrier();
      b.while(() => { read(b, mirrored); return lt(b.load("x", group), 1); }, () => {
        if (withBarrier) b.barrier();
        write(b);
        if (withBarrier) b.barrier();
      });
    };
    expectMissing(rounds(false), /store shared/, /write of shared/);
    expectNone(rounds(true));
  });

  it("between two rounds of a while loop", () => {
    const rounds = (withBarrier: boolean): Emit => (b, group) => {
      const round = b.var(int(0), "round");
      b.while(() => lt(b.load("x", group), 1), () => {
        if (withBarrier) b.barrier();
        write(b, (l) => add(l, round));
        b.assign(round, add(round, 1));
      });
    };
    expectMissing(rounds(false), /store shared/, /in the round before$/);
    expectNone(rounds(true));
  });

  it("where only one branch has one", () => {
    const branch = (emit: (b: KernelBuilder) => void): Emit => (b, group, n) => {
      write(b);
      b.if(lt(group, n), () => b.barrier(), () => emit(b));
      read(b, mirrored);
    };
    expectMissing(branch(() => {}), /load v0/, /read of shared/);
    expectNone(branch((b) => b.barrier()));
  });

  it("before a load outside the local loops, which every invocation runs", () => {
    expectMissing((b) => { write(b); b.load("shared", int(0)); }, /load v0/, /read of shared/);
    expectMissing((b) => { write(b); b.barrier(); b.load("shared", int(0)); write(b); }, /store shared/, /reads it outside the local loops$/);
  });

  it("not in loops that may run no time: what stood before them is not forgotten", () => {
    expectMissing((b, _, n) => {
      write(b);
      b.for("serial", 0, n, 1, () => b.barrier());
      read(b, mirrored);
    }, /load v0/, /read of shared/);
  });
});

describe("no barrier is needed", () => {
  it("where invocations keep to their own elements", () => {
    expectNone((b) => { write(b); read(b, (l) => l); write(b); });
    expectNone((b, group) => b.for("serial", 0, 4, 1, (k) => local(b, (l) => b.store("z", add(mul(add(mul(group, 4), k), workgroup), l), one))));
    expectNone((b) => {
      local(b, (l) => b.for("serial", 0, 4, 1, (k) => b.store("shared", add(mul(l, 4), k), one), "k"));
      local(b, (l) => { b.load("shared", mul(l, 4), { width: 4 }); });
    });
    expectNone((b) => {
      local(b, (l) => b.store("shared", b.let(add(mul(l, 2), 1)), one));
      local(b, (l) => { b.load("shared", mul(l, 2)); });
    });
  });

  it("but the proof fails where elements of different invocations meet", () => {
    expectMissing((b) => { write(b); read(b, (l) => add(l, 1)); }, /load v0/, /read of shared/);
    expectMissing((b) => { write(b); read(b, (l) => mul(l, 2)); }, /load v0/, /read of shared/);
    expectMissing((b) => {
      local(b, (l) => b.for("serial", 0, 5, 1, (k) => b.store("shared", add(mul(l, 4), k), one), "k"));
      local(b, (l) => { b.load("shared", mul(l, 4)); });
    }, /load v0/, /read of shared/);
    expectMissing((b) => {
      local(b, (l) => b.store("shared", mul(l, 2), one));
      local(b, (l) => { b.load("shared", mul(l, 2), { width: 4 }); });
    }, /load v0/, /read of shared/);
    expectMissing((b, group) => {
      local(b, (l) => b.store("shared", l, one));
      local(b, (l) => { b.load("shared", add(l, convert(b.load("x", group), "int32"))); });
    }, /load v1/, /read of shared/);
  });

  it("for reads alone, memory that nothing writes, and workgroups of one", () => {
    expectNone((b) => {
      read(b, mirrored);
      read(b, (l) => l);
      local(b, (l) => { b.load("x", l); });
    });
    const alone = new KernelBuilder("alone");
    alone.array("shared", { space: "workgroup", dtype: "float32", length: 4 });
    alone.for("local", 0, 1, 1, () => alone.store("shared", int(0), one));
    alone.load("shared", int(0));
    verifyKernel(alone.build());
  });
});
