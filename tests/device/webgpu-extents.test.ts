/** @file Eager operations on webgpu share shaders between shapes: pipelines counted, and results compared with js. */
import { clearCaches, defaultDevice, get, nn, numpy as np, type NDArray } from "lanewise";
import { expect, it } from "vitest";
import { describeWebgpu } from "../support/webgpu.ts";
import { useWebgpu, webgpuDevice } from "../support/webgpu-session.ts";

const ramp = (shape: readonly number[], start: number): NDArray => {
  const size = shape.reduce((product, extent) => product * extent, 1);
  return np.array(Float32Array.from({ length: size }, (_, index) => ((start + index * 7) % 23) - 11)).reshape([...shape]);
};

function onJs<Result>(run: () => Result): Result {
  defaultDevice("js");
  try {
    return run();
  } finally {
    defaultDevice("webgpu");
  }
}

const steps = (rows: number, columns: number, middle: number): readonly NDArray[] => {
  const [x, row, column] = [ramp([rows, columns], 1), ramp([1, columns], 5), ramp([rows, 1], 9)];
  const deep = ramp([rows, middle, columns], 2);
  return [
    x.mul(rows + 0.5).add(column), x.sub(row), np.maximum(column, row), nn.relu(x), x.greater(row), x.astype("int32"), np.where(x.greater(0), x, row),
    deep.add(ramp([1, middle, 1], 3)), np.mod(x, 3), x.add(ramp([], 4)),
  ];
};

describeWebgpu("programs for any extents", () => {
  useWebgpu();

  it("compile a bounded number of pipelines, however many shapes there are", async () => {
    clearCaches();
    const run = (count: number): void => {
      for (let step = 0; step < count; step++) steps(2 + (step % 11), 2 + ((step * 7) % 29), 2 + (step % 5)).forEach((x) => x.dispose());
    };
    run(2);
    const { pipelines } = webgpuDevice().counters;
    run(process.env["LANEWISE_FULL"] === "1" ? 1000 : 100);
    expect(webgpuDevice().counters.pipelines).toBe(pipelines);
    await np.zeros([1]).data();
  });

  it("give what js gives, in one batch and with the same program for several shapes", async () => {
    const shapes = [[2, 3, 2], [5, 4, 3], [1, 7, 2], [64, 65, 2], [3, 1, 4], [2, 3, 2]] as const;
    const results = shapes.flatMap(([rows, columns, middle]) => steps(rows, columns, middle));
    const expected = onJs(() => shapes.flatMap(([rows, columns, middle]) => steps(rows, columns, middle)).map((x) => x.toArraySync()));
    expect(await get(results)).toEqual(expected);
  });

  it("leave empty and large arrays to programs of their own", async () => {
    expect(await np.zeros([0, 3]).add(np.ones([1, 3])).toArray()).toEqual([]);
    const large = np.arange(70_000).astype("float32");
    expect(await large.add(1).get(69_999).item()).toBe(70_000);
    expect(await np.sum(large.mul(0).add(1)).item()).toBe(70_000);
  });

  it("remember the extents of many shapes, and still run the ones forgotten", async () => {
    const results: NDArray[] = [];
    for (let size = 2; size < 90; size++) results.push(ramp([size], 0).mul(2));
    results.push(ramp([2], 0).mul(2));
    const expected = onJs(() => [...Array.from({ length: 88 }, (_, index) => index + 2), 2].map((size) => ramp([size], 0).mul(2).toArraySync()));
    expect(await get(results)).toEqual(expected);
  });
});
