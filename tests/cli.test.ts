/** @file The command: what it prints, and the exit code of every outcome. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { exit, main } from "lanewise-cli";
import { InternalError } from "lanewise";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { command, fixture } from "./support/cli/command.ts";

const model = fixture("model.ts");

describe("dump", () => {
  it("prints the jaxpr of a default export", async () => {
    const { code, out, err } = await command("dump", model, "--args", "f32[3]");
    expect(err).toBe("");
    expect(code).toBe(exit.ok);
    expect(out).toBe("{ lambda ; a:f32[3]. let b:f32[3] = mul a 2.0:f32[] in (b,) }");
  });

  it("applies transforms, the outermost first", async () => {
    const { code, out } = await command("dump", model, "loss", "--args", "f32[5]", "f32[]", "--transform", "jit,vmap,grad", "--in-axes", "0,null");
    expect(code).toBe(exit.ok);
    expect(out).toMatch(/lambda ; a:f32\[5\] b:f32\[\]\. let/);
    expect(out).toMatch(/:f32\[5\]/);
  });

  it("differentiates the argument of --argnums", async () => {
    const { out } = await command("dump", model, "loss", "--args", "f32[]", "f32[]", "--transform", "grad", "--argnums", "1", "--json");
    expect(JSON.parse(out)).toMatchObject({ function: "loss", transform: "grad", args: ["f32[]", "f32[]"], stage: "jaxpr" });
  });

  it("reads trees of specs and of axes as JSON", async () => {
    const weights = '{"w":"f32[4]","b":"f32[]"}';
    const outcome = await command("dump", model, "predict", "--args", weights, "f32[2,4]", "--transform", "vmap", "--in-axes", '{"w":null,"b":null},0');
    expect(outcome.err).toBe("");
    expect(outcome.out).toMatch(/a:f32\[\] b:f32\[4\] c:f32\[2,4\]/);
    const refused = await command("dump", model, "predict", "--args", weights, "f32[2,4]", "--transform", "vmap", "--in-axes", '{"w":null},0');
    expect([refused.code, refused.out]).toEqual([exit.mistake, ""]);
    expect(refused.err).toContain("LW1101");
    expect(refused.err).not.toContain("commander");
    expect(refused.err).not.toContain("at:");
  });

  it.each(["passes", "fusion", "steps", "kernel", "legal", "js", "memory", "all"])("prints the stage %s", async (stage) => {
    const { code, out, err } = await command("dump", model, "--args", "f32[3]", "--emit", stage);
    expect(err).toBe("");
    expect(code).toBe(exit.ok);
    expect(out.trim()).not.toBe("");
  });

  it.each(["steps", "kernel", "legal", "wgsl", "memory", "all"])("prints the stage %s for webgpu, which need not be here", async (stage) => {
    const { code, out, err } = await command("dump", model, "--args", "f32[3]", "--device", "webgpu", "--emit", stage);
    expect([err, code]).toEqual(["", exit.ok]);
    if (stage === "wgsl") expect(out).toContain("@compute @workgroup_size(3)");
    expect(out.trim()).not.toBe("");
  });

  it("refuses the code of another device", async () => {
    const { code, err } = await command("dump", model, "--args", "f32[3]", "--device", "webgpu", "--emit", "js");
    expect(code).toBe(exit.mistake);
    expect(err).toContain("on webgpu one of jaxpr, passes, fusion, steps, kernel, legal, wgsl, memory, all");
  });
});

describe("mistakes of the user exit with 1 and one message without a stack", () => {
  it.each<[string, readonly string[], RegExp]>([
    ["no such file", ["dump", "nowhere.ts", "--args", "f32[3]"], /there is no file nowhere\.ts/],
    ["no such export", ["dump", model, "absent", "--args", "f32[3]"], /exports no function absent.*predict/],
    ["an export that is no function", ["dump", model, "version"], /exports no function version/],
    ["an error of lanewise in the function", ["dump", model, "wrong", "--args", "f32[3]"], /\[LW\d+\][^]*expected/],
    ["an error in the program", ["run", fixture("throws.ts")], /TypeError/],
    ["a device that is absent", ["run", fixture("plain.js"), "--device", "js:7"], /\[LW3014\]/],
  ])("%s", async (_, argv, message) => {
    const { code, err } = await command(...argv);
    expect(code).toBe(exit.mistake);
    expect(err).toMatch(message);
    expect(err).not.toMatch(/\n\s+at .*\(.*:\d+:\d+\)/);
  });

  it("a file that does not parse, with its place", async () => {
    const folder = await mkdtemp(join(tmpdir(), "lanewise-test-"));
    try {
      const broken = join(folder, "broken.ts");
      await writeFile(broken, "export const x = ;\n");
      const { code, err } = await command("dump", broken);
      expect(code).toBe(exit.mistake);
      expect(err).toMatch(/broken\.ts:1:18: /);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe("wrong use exits with 2", () => {
  it.each<[string, readonly string[], RegExp]>([
    ["an unknown subcommand", ["compile"], /unknown command/],
    ["an unknown option", ["dump", model, "--arg", "f32[3]"], /unknown option/],
    ["a missing file", ["dump"], /missing required argument/],
    ["an unknown stage", ["dump", model, "--emit", "ptx"], /--emit takes jaxpr/],
    ["an unknown transform", ["dump", model, "--transform", "jit,pmapp"], /--transform takes/],
    ["axes without a vmap", ["dump", model, "--in-axes", "0"], /--in-axes needs a vmap/],
    ["argnums without a gradient", ["dump", model, "--argnums", "0"], /--argnums needs grad/],
    ["argnums that are no numbers", ["dump", model, "--transform", "grad", "--argnums", "x"], /--argnums takes integers/],
    ["axes that are no JSON", ["dump", model, "--transform", "vmap", "--in-axes", "{"], /--in-axes takes/],
    ["an argument that is no type", ["dump", model, "--args", "f32[3"], /array type/],
    ["a tree with a text that is no type", ["dump", model, "--args", '{"w":"f33[3]"}'], /"f33\[3\]"/],
  ])("%s", async (_, argv, message) => {
    const { code, err } = await command(...argv);
    expect(err).toMatch(message);
    expect(code).toBe(exit.usage);
  });
});

it.each([
  ["that is stated as one", new InternalError("slot 3 is free twice")],
  ["that shows by where it was thrown", thrownInside(new TypeError("slot 3 is free twice"))],
])("a fault of lanewise %s exits with 70 and asks for a report", async (_, error) => {
  const err: string[] = [];
  const code = await main(["run", fixture("plain.js")], { print: () => undefined, complain: (text) => err.push(text), load: () => Promise.reject(error) });
  expect(code).toBe(exit.fault);
  expect(err.join()).toMatch(/report it[^]*slot 3 is free twice/);
});

function thrownInside(error: Error): Error {
  const inside = fileURLToPath(new URL("../compiler/src/base/shape.ts", import.meta.url));
  error.stack = `${String(error)}\n    at sizeOf (${inside}:1:1)`;
  return error;
}

describe("run", () => {
  const seen = globalThis as { seenByTheCommandsTest?: unknown };
  beforeAll(() => { delete seen.seenByTheCommandsTest; });
  afterAll(() => { delete seen.seenByTheCommandsTest; });

  it("runs a file on the command's own copy of the library", async () => {
    const { code, err } = await command("run", fixture("plain.js"));
    expect(err).toBe("");
    expect(code).toBe(exit.ok);
    expect(seen.seenByTheCommandsTest).toBe(3);
  });
});

describe("the command", () => {
  it("finds this machine in order", async () => {
    const { code, out } = await command("doctor");
    expect(out).toMatch(/^ok {4} node: \d+/m);
    expect(out).toMatch(/^ok {4} isolation: /m);
    expect(out).toMatch(/^ok {4} device js: computes/m);
    // Without an adapter, the reason and the fix.
    expect(out).toMatch(/^(ok {4} webgpu adapter 0: [^]*features: [^]*limits: maxBufferSize \d+[^]*ok {4} device webgpu: computes|absent webgpu: .*\n {7}fix: )/m);
    expect(code).toBe(exit.ok);
  });

  it("explains itself", async () => {
    const { code, out } = await command("--help");
    expect(code).toBe(exit.ok);
    expect(out).toMatch(/dump[^]*run[^]*doctor/);
  });
});
