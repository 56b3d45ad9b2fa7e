/* Charts from the JSON beside them: <div data-chart="ID"> and <script type="application/json" id="ID">.

   {"kind": "line" | "step" | "bar", "x": "time" | "category", "labels": [...], "min": n,
    "series": [{"name", "tone", "data": [n, ...] or [[ms, n], ...]}]}
   Every chart also has its table; the drawing adds nothing that is not there. */

import { load, palette, text } from "./draw.js";
import { clockOf, stampOf } from "./format.js";

const LAST_HOURS_MS = 36 * 3_600_000;
const FEN_PER_WAN = 1_000_000;

function axis(spec) {
  const quiet = { axisLabel: { color: palette.ink2 }, axisLine: { lineStyle: { color: palette.line } } };
  if (spec.x !== "time") return { type: "category", data: spec.labels, ...quiet };
  const points = spec.series.flatMap((each) => each.data);
  const reach = points.length ? points[points.length - 1][0] - points[0][0] : 0;
  const written = (ms) => (reach < LAST_HOURS_MS ? clockOf(ms).slice(0, 5) : stampOf(ms).slice(5, 10));
  quiet.axisLabel.formatter = written;
  quiet.axisLabel.hideOverlap = true;
  return { type: "time", splitLine: { show: false }, axisPointer: { label: { formatter: ({ value }) => stampOf(value) } }, ...quiet };
}

function line(each, index, spec) {
  const color = palette[each.tone] || palette.series[index % palette.series.length];
  const alone = spec.series.length === 1;
  return {
    name: each.name,
    type: spec.kind === "bar" ? "bar" : "line",
    step: spec.kind === "step" ? "end" : false,
    data: each.data,
    symbolSize: 5,
    showSymbol: spec.kind === "step",
    lineStyle: { width: 2, color },
    itemStyle: { color },
    areaStyle: alone && spec.kind !== "bar" ? { color, opacity: 0.07 } : undefined,
    endLabel: alone ? undefined : { show: true, formatter: "{a}", color, fontFamily: text.fontFamily },
  };
}

function options(spec) {
  const right = spec.series.length > 1 && spec.kind !== "bar" ? 84 : 16;
  return {
    textStyle: text,
    animation: false,
    grid: { left: 8, right, top: 16, bottom: 6, containLabel: true },
    tooltip: { trigger: "axis", renderMode: "richText", confine: true },
    xAxis: axis(spec),
    yAxis: { type: "value", scale: true, min: spec.min, axisLabel: { color: palette.ink2 }, splitLine: { lineStyle: { color: palette.grid } } },
    series: spec.series.map((each, index) => line(each, index, spec)),
  };
}

/** Draw every chart of the page in the size of its box; a live one also takes the frames that come while it loads. */
async function draw(box) {
  const spec = JSON.parse(document.getElementById(box.dataset.chart).textContent);
  let chart = null;
  if (box.closest("[data-live-chart]")) follow(spec, () => chart?.setOption(options(spec)));
  const echarts = await load();
  chart = echarts.init(box);
  chart.setOption(options(spec));
  new ResizeObserver(() => chart.resize()).observe(box);
}

function follow(spec, changed) {
  const points = spec.series[0].data;
  document.addEventListener("jishi:frame", ({ detail: frame }) => {
    const last = points.length ? points[points.length - 1][0] : 0;
    const fresh = frame.ladder.filter((row) => row.at_ms > last).sort((a, b) => a.seq - b.seq);
    for (const row of fresh) points.push([row.at_ms, row.price_fen / FEN_PER_WAN]);
    if (fresh.length) changed();
  });
}

document.querySelectorAll("[data-chart]").forEach(draw);
