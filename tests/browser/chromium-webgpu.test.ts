/** @file The webgpu device in headless Chromium on its software adapter: results as of js in Node, and what only a page can do. */
import { describe, expect, it } from "vitest";
import { testPrograms } from "../support/browser-programs.ts";
import { describeChromium, useChromium } from "../support/chromium.ts";

describeChromium("webgpu in Chromium", () => {
  const openPage = useChromium();
  describe("programs", () => {
    testPrograms("webgpu", openPage);
  });

  it("describes its adapter, and reads several results with one mapping", async () => {
    const call = await openPage();
    const { adapters, maps } = await call("describeDevice");
    expect(adapters.length).toBeGreaterThan(0);
    expect(maps).toBe(1);
  });

  it("shares buffers with a device of the page's own", async () => {
    const call = await openPage();
    expect(await call("shareBuffers")).toEqual({ byLanewise: [[11, 21, 31], [41, 51, 61]], byThePage: [11, 21, 31, 41, 51, 61], sameBuffer: true });
  });

  it("says that the device was lost, and goes on with another", async () => {
    const call = await openPage();
    expect(await call("loseDevice")).toEqual({ failure: "DeviceLostError", afterwards: [2, 4, 6] });
  });
});
