/** @file Charts as SVG, drawn by Vega-Lite. */

import { writeFile } from "node:fs/promises";
import * as vega from "vega";
import { compile } from "vega-lite";
import { contestants } from "./contestants.mjs";
import { resultsFolder } from "./results.mjs";
import { median } from "./statistics.mjs";
import { ratioOf, timeOf } from "./table.mjs";

/** @typedef {import("./run-all.mjs").WorkloadResult} WorkloadResult */

const config = {
  font: "system-ui, sans-serif", background: "white",
  view: { stroke: null }, axis: { gridColor: "#e5e7eb", domainColor: "#9ca3af", tickColor: "#9ca3af", labelColor: "#374151", titleColor: "#374151" },
};

async function draw(/** @type {string} */ file, /** @type {any} */ spec) {
  const compiled = compile({ ...spec, $schema: "https://vega.github.io/schema/vega-lite/v5.json", config }).spec;
  const svg = await new vega.View(vega.parse(compiled), { renderer: "none" }).toSVG();
  await writeFile(new URL(file, resultsFolder), `${svg}\n`);
}

/** Bars: how many times as long as the hand-written loop lanewise takes. */
export async function drawAgainstLoops(/** @type {readonly WorkloadResult[]} */ results) {
  const values = results.flatMap((result) => {
    const ratio = ratioOf(result, "lanewise", "loop");
    return Number.isNaN(ratio) ? [] : [{ workload: result.name, ratio: Number(ratio.toFixed(3)), within: ratio <= 1.2 ? "within 1.2" : "above 1.2" }];
  });
  await draw("js-against-loops.svg", {
    title: "Time of lanewise over the hand-written loop (less is better)", width: 520, height: { step: 15 }, data: { values },
    layer: [
      {
        mark: { type: "bar", height: 10 },
        encoding: {
          y: { field: "workload", type: "nominal", sort: null, title: null },
          x: { field: "ratio", type: "quantitative", title: "lanewise / loop", scale: { type: "log", domainMin: 0.25 } },
          color: { field: "within", type: "nominal", title: null, scale: { domain: ["within 1.2", "above 1.2"], range: ["#2563eb", "#dc2626"] } },
        },
      },
      { mark: { type: "rule", strokeDash: [4, 3], color: "#374151" }, encoding: { x: { datum: 1.2 } } },
    ],
  });
}

/** Points: how many times as long as lanewise each peer takes. */
export async function drawAgainstPeers(/** @type {readonly WorkloadResult[]} */ results) {
  const peers = Object.keys(contestants).filter((name) => name !== "loop" && name !== "lanewise");
  const values = results.flatMap((result) => peers.flatMap((peer) => {
    const ratio = timeOf(result, peer) / timeOf(result, "lanewise");
    return Number.isNaN(ratio) ? [] : [{ workload: result.name, ratio: Number(ratio.toPrecision(4)), peer: contestants[peer]?.label }];
  }));
  await draw("js-against-peers.svg", {
    title: "Time of each peer over lanewise on the js device (right of 1: lanewise is faster)", width: 520, height: { step: 15 }, data: { values },
    layer: [
      {
        mark: { type: "point", filled: true, size: 45, opacity: 0.85 },
        encoding: {
          y: { field: "workload", type: "nominal", sort: null, title: null, axis: { grid: true } },
          x: { field: "ratio", type: "quantitative", title: "peer / lanewise", scale: { type: "log" } },
          color: { field: "peer", type: "nominal", title: null, scale: { range: ["#16a34a", "#86efac", "#d97706", "#fcd34d"] } },
          shape: { field: "peer", type: "nominal", title: null },
        },
      },
      { mark: { type: "rule", color: "#374151" }, encoding: { x: { datum: 1 } } },
    ],
  });
}

/** Lines: the loop over rows and vmap against n. */
export async function drawVmap(/** @type {readonly { n: number, loop: number[], vmap: number[] }[]} */ results) {
  const values = results.flatMap(({ n, loop, vmap }) => [
    { n, time: median(loop), form: "loop over rows and np.stack" }, { n, time: median(vmap), form: "vmap(customDot)" },
  ]);
  await draw("vmap.svg", {
    title: "customDot on the rows of two [n, n] matrices", width: 460, height: 300, data: { values },
    mark: { type: "line", point: { size: 60 }, strokeWidth: 2.5 },
    encoding: {
      x: { field: "n", type: "quantitative", title: "n", scale: { type: "log" }, axis: { values: results.map(({ n }) => n) } },
      y: { field: "time", type: "quantitative", title: "milliseconds", scale: { type: "log" } },
      color: { field: "form", type: "nominal", title: null, scale: { range: ["#d97706", "#2563eb"] }, legend: { orient: "top-left" } },
    },
  });
}
