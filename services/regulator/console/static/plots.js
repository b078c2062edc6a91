// Draws each chart from the table that it names: without this script the tables say the same.
"use strict";

const COLOURS = ["#8a4b00", "#a8071a", "#0b3d91", "#135200", "#531dab", "#5c6470"];
// Told apart without colour too.
const DASHES = [[], [8, 4], [2, 3], [10, 3, 2, 3], [5, 5], [1, 5]];
const HEIGHT = 220;
const DAY = 86400;

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
  const style = { label, stroke: COLOURS[bars ? 2 : at], width: bars ? 0 : 2, points: { show: stepped }, dash: bars ? [] : DASHES[at] };
  if (bars) return { ...style, fill: COLOURS[2], paths: uPlot.paths.bars({ size: [0.6, 24] }) };
  return stepped ? { ...style, paths: uPlot.paths.stepped({ align: 1 }) } : style;
}

function draw(place) {
  const table = document.getElementById(place.dataset.chart);
  const bars = "bars" in place.dataset;
  const { data, labels } = columnsOf(table, bars);
  if (data[0].length < 2) return;
  place.setAttribute("role", "img");
  place.setAttribute("aria-label", place.dataset.label);
  const seconds = data[0][data[0].length - 1] - data[0][0];
  // As everywhere on the pages: 2026-11-21 18:59:30, of which an axis shows the part that changes along it.
  const [from, to] = seconds < 3600 ? [11, 19] : seconds < 3 * DAY ? [5, 16] : seconds < 300 * DAY ? [5, 10] : [0, 7];
  const dates = (u, splits) => splits.map((s) => new Date(s * 1000).toLocaleString("sv-SE", { timeZone: "Asia/Shanghai" }).slice(from, to));
  const style = getComputedStyle(document.documentElement);
  const font = `12px ${style.fontFamily}`;
  const axis = { font, gap: 8, stroke: style.getPropertyValue("--dim"), grid: { stroke: style.getPropertyValue("--line"), width: 1 }, ticks: { show: false } };
  const options = {
    width: place.clientWidth,
    height: HEIGHT,
    cursor: { show: false },
    padding: [null, 32, null, null],
    scales: {
      x: { range: (u, least, most) => (bars ? [least - DAY / 2, most + DAY / 2] : [least, most]) },
      y: { range: (u, least, most) => ("stepped" in table.dataset ? [Math.max(0, least - 20), most + 20] : [0, Math.max(4, most * 1.1)]) },
    },
    axes: [{ ...axis, values: dates, space: 90 }, { ...axis, size: 64 }],
    series: [{}, ...labels.map((label, at) => seriesOf(label, at, bars, "stepped" in table.dataset))],
    legend: { live: false },
  };
  const plot = new uPlot(options, data, place);
  const fit = () => plot.setSize({ width: place.clientWidth, height: HEIGHT });
  addEventListener("resize", fit);
  matchMedia("print").addEventListener("change", fit);
}

document.querySelectorAll("[data-chart]").forEach(draw);
