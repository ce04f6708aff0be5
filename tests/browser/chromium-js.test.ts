/** @file The js device in headless Chromium: results as in Node, to the last bit. */
import { testPrograms } from "../support/browser-programs.ts";
import { describeChromium, useChromium } from "../support/chromium.ts";

describeChromium("js in Chromium", () => {
  testPrograms("js", useChromium());
});
