/** @file The command on webgpu: running a file there, and having the driver compile what is dumped. */
import { defaultDevice } from "lanewise";
import { expect, it } from "vitest";
import { command, fixture } from "../support/cli/command.ts";
import { describeWebgpu } from "../support/webgpu.ts";

describeWebgpu("the command on webgpu", () => {
  it("dumps shaders that the driver takes", async () => {
    const { code, out, err } = await command("dump", fixture("model.ts"), "loss", "--args", "f32[]", "f32[]", "--transform", "grad", "--device", "webgpu", "--emit", "wgsl", "--validate");
    expect([code, err]).toEqual([0, "the driver takes every shader"]);
    expect(out).toContain("@compute @workgroup_size");
    expect(out).toMatch(/^\/\/ step \d+: 1 workgroup of \d+, 12 bytes, \d+ flops?$/m);
    expect(out).toMatch(/^\/\/ .*model\.ts:18:\d+.*: mul/m);
  });

  it("runs files there", async () => {
    expect(await command("run", fixture("plain.js"), "--device", "webgpu")).toMatchObject({ code: 0, err: "" });
    expect(defaultDevice().name).toBe("webgpu:0");
  });
});
