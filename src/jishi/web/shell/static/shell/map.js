/* The map of the province with lots as points: <div data-map="ID" data-outline="URL" data-filter="?division=">.

   A point leads to its lot, a prefecture to the list filtered by it. The list beside the map says the same in words. */

import { load, palette, text } from "./draw.js";

const WIDTH_TO_HEIGHT = 1.3;
const short = (name) => name.replace(/(朝鲜族)?(自治州|市)$| (Korean )?(Autonomous )?(Prefecture|City)$/, "");

function options(box, points, outline) {
  const counts = {};
  for (const point of points) counts[point.division] = (counts[point.division] || 0) + 1;
  const regions = outline.features.map(({ properties }) => {
    const here = box.dataset.here && properties.code.startsWith(box.dataset.here.replace(/(00)+$/, ""));
    const share = Math.min(1, (counts[properties.code] || 0) / Math.max(1, ...Object.values(counts)));
    return { name: properties.name, itemStyle: { areaColor: here ? palette.land[1] : mix(share), borderColor: "#fff" } };
  });
  return {
    textStyle: text,
    animation: false,
    tooltip: { renderMode: "richText", confine: true, formatter: ({ data, name }) => (data?.text ? `${data.name}\n${data.text}` : short(name)) },
    geo: {
      map: "outline",
      roam: box.closest(".tall") ? "move" : false,
      aspectScale: 0.75,
      layoutCenter: ["50%", "50%"],
      layoutSize: fit(box),
      regions,
      label: { show: true, color: palette.ink, fontSize: 11, textBorderColor: "#fff", textBorderWidth: 2, formatter: ({ name }) => short(name) },
      itemStyle: { areaColor: palette.land[0], borderColor: "#fff" },
      emphasis: { label: { color: palette.ink }, itemStyle: { areaColor: "#bcd8d2" } },
      select: { disabled: true },
    },
    series: [{
      type: "scatter",
      coordinateSystem: "geo",
      symbolSize: 11,
      data: points.map((point) => ({
        name: point.name,
        text: point.text,
        url: point.url,
        value: [point.lon, point.lat],
        itemStyle: { color: point.tone === "live" ? palette.seal : palette.pine, borderColor: "#fff", borderWidth: 1.5 },
      })),
    }],
  };
}

/** The outline is wider than high: as large as the box lets it be, never stretched. */
const fit = (box) => Math.min(box.clientWidth - 16, (box.clientHeight - 16) * WIDTH_TO_HEIGHT);

function mix(share) {
  const [low, high] = palette.land.map((hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)));
  return `rgb(${low.map((from, i) => Math.round(from + (high[i] - from) * share * 0.7)).join(",")})`;
}

async function draw(box) {
  const points = JSON.parse(document.getElementById(box.dataset.map).textContent);
  const [echarts, outline] = await Promise.all([load(), fetch(box.dataset.outline).then((answer) => answer.json())]);
  echarts.registerMap("outline", outline);
  const chart = echarts.init(box);
  chart.setOption(options(box, points, outline));
  new ResizeObserver(() => {
    chart.resize();
    chart.setOption({ geo: { layoutSize: fit(box) } });
  }).observe(box);
  const codes = Object.fromEntries(outline.features.map(({ properties }) => [properties.name, properties.code]));
  chart.on("click", ({ componentType, data, name }) => {
    if (componentType === "series") location.assign(data.url);
    else if (box.dataset.filter && codes[name]) location.assign(box.dataset.filter + codes[name]);
  });
}

document.querySelectorAll("[data-map]").forEach(draw);
