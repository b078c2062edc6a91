// Fetches the curves of the last hour again and again and draws each panel; beside each curve its name and its value in words.
"use strict";

const EVERY = 15000;
const HEIGHT = 150;
const COLOURS = ["#0b3d91", "#b3261e", "#8a5a00", "#1d6b2a", "#6a1fb0", "#00707a", "#b0136f", "#4a5160"]; // as .k0 to .k7
const plots = new Map();

const digits = (value, most) => value.toLocaleString("en-US", { maximumFractionDigits: most });
const UNITS = {
  percentunit: (v) => `${digits(v * 100, 2)}%`,
  reqps: (v) => `${digits(v, v < 10 ? 2 : 0)}/s`,
  bytes: (v) => `${digits(v / 1048576, 0)} MiB`,
  short: (v) => digits(v, 2),
  s: (v) => (v === 0 ? "0" : v < 1 ? `${digits(v * 1000, v < 0.01 ? 2 : 0)} ms` : v < 120 ? `${digits(v, 1)} s` : v < 7200 ? `${digits(v / 60, 1)} min` : `${digits(v / 3600, 1)} h`),
};
const inWords = (unit, value) => (value === null || value === undefined ? "—" : (UNITS[unit] || UNITS.short)(value));
const clock = (seconds, more) => new Date(seconds * 1000).toLocaleTimeString("zh-CN", { timeZone: "Asia/Shanghai", hour12: false, hour: "2-digit", minute: "2-digit", ...more });

function row(line, number, title) {
  const tr = document.createElement("tr");
  const name = tr.insertCell();
  const key = document.createElement("span");
  key.className = `key k${number % COLOURS.length}${number >= COLOURS.length ? " dashed" : ""}`;
  name.append(key, line.label || title);
  tr.insertCell();
  return tr;
}

function tell(panel, lines, at) {
  const unit = panel.dataset.unit;
  panel.querySelectorAll("tr").forEach((tr, number) => {
    const values = lines[number].values;
    tr.cells[1].textContent = inWords(unit, values[at === null ? values.length - 1 : at]);
  });
}

function options(panel, lines, width) {
  const unit = panel.dataset.unit;
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false, points: { size: 5 }, drag: { x: false } },
    scales: { y: { range: (u, least, most) => [Math.min(0, least ?? 0), most > 0 ? most * 1.08 : 1] } },
    axes: [
      { values: (u, ticks) => ticks.map((tick) => clock(tick)), space: 60, size: 28, font: "11px sans-serif" },
      { values: (u, ticks) => ticks.map((tick) => inWords(unit, tick)), size: 62, font: "11px sans-serif", space: 28 },
    ],
    series: [{}, ...lines.map((line, number) => ({
      label: line.label,
      stroke: COLOURS[number % COLOURS.length],
      dash: number >= COLOURS.length ? [6, 4] : undefined,
      width: 1.5,
      points: { show: line.values.filter((value) => value !== null).length < 3 },
    }))],
    hooks: { setCursor: [(u) => tell(panel, plots.get(panel).lines, u.cursor.idx ?? null)] },
  };
}

function draw(panel, times, lines) {
  const names = JSON.stringify(lines.map((line) => [line.label, line.values.filter((value) => value !== null).length < 3]));
  const data = [times, ...lines.map((line) => line.values)];
  const known = plots.get(panel);
  if (known && known.names === names) {
    known.lines = lines;
    known.plot.setData(data);
  } else {
    if (known) known.plot.destroy();
    const place = panel.querySelector(".curves");
    const table = document.createElement("table");
    const body = table.createTBody();
    lines.forEach((line, number) => body.append(row(line, number, panel.querySelector("h3").textContent)));
    const said = document.createElement("p");
    said.className = "dim";
    said.textContent = document.body.dataset.nothing;
    panel.querySelector(".figures").replaceChildren(lines.length ? table : said);
    const now = { names, lines, plot: null };
    plots.set(panel, now);
    now.plot = new uPlot(options(panel, lines, place.clientWidth), data, place);
  }
  tell(panel, lines, plots.get(panel).plot.cursor.idx ?? null);
}

// The table of alerts comes as the server writes it; it is put in place only when it says something new, and stays unfolded.
let said = null;
async function renewAlerts() {
  const answer = await fetch(`/ops/alerts${location.search}`);
  const text = answer.ok ? await answer.text() : said;
  if (text === said) return;
  const place = document.getElementById("alerts");
  const unfolded = place.querySelector("details[open]") !== null;
  place.replaceChildren(...new DOMParser().parseFromString(text, "text/html").body.childNodes);
  const details = place.querySelector("details");
  if (details) details.open = unfolded;
  said = text;
}

async function renew() {
  let told = null;
  try {
    const answer = await fetch("/ops/curves");
    if (answer.ok) told = await answer.json();
    await renewAlerts();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // fetch says so when nobody is there
  }
  document.getElementById("away").hidden = told !== null;
  if (told === null) return;
  document.querySelectorAll("[data-panel]").forEach((panel) => draw(panel, told.times, told.panels[Number(panel.dataset.panel)]));
  document.getElementById("updated").textContent = clock(Date.parse(told.at) / 1000, { second: "2-digit" });
}

addEventListener("resize", () => plots.forEach(({ plot }, panel) => plot.setSize({ width: panel.querySelector(".curves").clientWidth, height: HEIGHT })));
renew();
setInterval(renew, EVERY);
