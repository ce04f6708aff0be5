/** @file Random kernels give the same as JavaScript and on the interpreter, and legalizing them changes nothing there. */
import { required } from "@lanewise/compiler/base/assert";
import type { HostArray } from "@lanewise/compiler/base/dtype";
import { interpret } from "@lanewise/compiler/kernel/interpret";
import { printKernel } from "@lanewise/compiler/kernel/print";
import { legalizeJs } from "@lanewise/compiler/legalize/js";
import { expect, it } from "vitest";
import { differenceOf } from "../support/gate-runner.ts";
import { compileJs } from "../support/js-runner.ts";
import { randomKernel } from "../support/random-kernels.ts";

const seeds = Array.from({ length: 150 }, (_, i) => i + 1);
const exactly = { absolute: 0, relative: 0 };
/** js may leave out a rounding between two operations. */
const rounding = { absolute: 0, relative: 2 ** -22 };

it("random kernels", () => {
  for (const seed of seeds) {
    const { kernel, scalars, buffers } = randomKernel(seed);
    const wanted = buffers();
    interpret(kernel, { buffers: wanted, scalars });
    const legal = buffers();
    interpret(legalizeJs(kernel), { buffers: legal, scalars });
    const printed = buffers();
    const bound: (HostArray | number)[] = [
      ...kernel.buffers.map(({ name }) => required(printed[name], name)),
      ...kernel.scalars.map(({ name }) => required(scalars[name], name)),
    ];
    compileJs(kernel)(...bound, 0, 2147483647);
    for (const [name, expected] of Object.entries(wanted)) {
      const where = `seed ${seed}, ${name}\n${printKernel(kernel)}`;
      expect(differenceOf(required(legal[name], name), expected, exactly), `legalized, ${where}`).toBeNull();
      const tolerance = name === "realOut" ? rounding : exactly;
      expect(differenceOf(required(printed[name], name), expected, tolerance), `as JavaScript, ${where}`).toBeNull();
    }
  }
});
