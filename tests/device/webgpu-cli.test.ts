/** @file The command on webgpu: running a file there, and having the driver compile what is dumped. */
import { defaultDevice } from "lanewise";
import { expect, it } from "vitest";
import { command, fixture } from "../support/cli/command.ts";
import { describeWebgpu } from "../support/webgpu.ts";
import { webgpuDevice } from "../support/webgpu-session.ts";

describeWebgpu("the command on webgpu", () => {
  it("dumps shaders that the driver takes", async () => {
    const { code, out, err } = await command("dump", fixture("model.ts"), "loss", "--args", "f32[]", "f32[]", "--transform", "grad", "--device", "webgpu", "--emit", "wgsl", "--validate");
    expect([code, err]).toEqual([0, "the driver takes every shader"]);
    expect(out).toContain("@compute @workgroup_size");
    expect(out).toMatch(/^\/\/ step \d+: 1 workgroup of \d+, 12 bytes, \d+ flops?$/m);
    expect(out).toMatch(/^\/\/ .*model\.ts:18:\d+.*: mul/m);
  });

  it("times the kernels that it shows", async () => {
    const { code, out, err } = await command("dump", fixture("model.ts"), "predict", "--args", '{"w":"f32[8,4]","b":"f32[4]"}', "f32[6,8]", "--device", "webgpu", "--emit", "wgsl", "--time");
    expect([code, err]).toEqual([0, ""]);
    const { features } = webgpuDevice().adapter;
    if (!features.includes("timestamp-query")) return expect(out).toMatch(/\n\ntime by the host's clock, because this adapter has no timestamp-query: [0-9.]+ us a call/);
    expect(out).toMatch(/\n\ntime by timestamp-query: [0-9.]+ us a call, the median of 7\n( {2}\d+ \w+: [0-9.]+ us, [-0-9.]+ GB\/s, [-0-9.]+ GFLOP\/s\n?)+$/);
    const { times } = JSON.parse((await command("dump", fixture("model.ts"), "--args", "f32[3]", "--device", "webgpu", "--time", "--json")).out) as { times: unknown };
    expect(times).toMatchObject({ source: "timestamp-query", kernels: [{ bytes: 24, flops: 3 }] });
  });

  it("times nothing elsewhere", async () => {
    expect(await command("dump", fixture("model.ts"), "--args", "f32[3]", "--time")).toEqual({ code: 2, out: "", err: "error: --time goes with --device webgpu" });
  });

  it("runs files there", async () => {
    expect(await command("run", fixture("plain.js"), "--device", "webgpu")).toMatchObject({ code: 0, err: "" });
    expect(defaultDevice().name).toBe("webgpu:0");
  });
});
