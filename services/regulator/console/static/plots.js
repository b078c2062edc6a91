// Draws each chart from the table that it names: without this script the tables say the same.
"use strict";

const COLOURS = ["#8a4b00", "#a8071a", "#0b3d91"];
const HEIGHT = 220;

function columnsOf(table, bars) {
  const rows = [...table.tBodies[0].rows];
  const heads = [...table.tHead.rows[0].cells];
  const wanted = bars ? "bar" : "y";
  const columns = heads.map((head, at) => at).filter((at) => rows.length && wanted in rows[0].cells[at].dataset);
  return {
    data: [rows.map((row) => Number(row.cells[0].dataset.x)), ...columns.map((at) => rows.map((row) => Number(row.cells[at].dataset[wanted])))],
    labels: columns.map((at) => heads[at].textContent),
  };
}

function seriesOf(label, at, bars, stepped) {
  const style = { label, stroke: COLOURS[bars ? 2 : at], width: bars ? 1 : 2, points: { show: stepped } };
  if (bars) return { ...style, fill: COLOURS[2] + "33", paths: uPlot.paths.bars({ size: [0.6, 24] }) };
  return stepped ? { ...style, paths: uPlot.paths.stepped({ align: 1 }) } : style;
}

function draw(place) {
  const table = document.getElementById(place.dataset.chart);
  const bars = "bars" in place.dataset;
  const { data, labels } = columnsOf(table, bars);
  if (data[0].length < 2) return;
  place.setAttribute("role", "img");
  place.setAttribute("aria-label", place.dataset.label);
  const dates = (u, splits) => splits.map((s) => new Date(s * 1000).toLocaleDateString("zh-CN", { timeZone: "Asia/Shanghai" }));
  const options = {
    width: place.clientWidth,
    height: HEIGHT,
    cursor: { show: false },
    scales: { y: { range: (u, least, most) => ("stepped" in table.dataset ? [Math.max(0, least - 20), most + 20] : [0, Math.max(4, most * 1.1)]) } },
    axes: [{ values: dates, space: 90 }, { size: 64 }],
    series: [{}, ...labels.map((label, at) => seriesOf(label, at, bars, "stepped" in table.dataset))],
    legend: { live: false },
  };
  const plot = new uPlot(options, data, place);
  addEventListener("resize", () => plot.setSize({ width: place.clientWidth, height: HEIGHT }));
}

document.querySelectorAll("[data-chart]").forEach(draw);
