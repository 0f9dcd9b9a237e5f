"use strict";

// Tables: a click on a heading sorts by it, and again the other way; a text leaves only the rows that have it.

const number = (text) => {
  const plain = text.replaceAll(",", "").replaceAll("\u2212", "-").replaceAll("–", " ").trim();
  return text.startsWith("∞") ? Infinity : plain === "" ? NaN : parseFloat(plain);
};

function compare(column, direction) {
  return (a, b) => {
    const [one, two] = [a, b].map((row) => row.cells[column].textContent);
    const [x, y] = [number(one), number(two)];
    if (Number.isNaN(x) || Number.isNaN(y)) {
      return direction * one.localeCompare(two) || 0;
    }
    return x === y ? 0 : direction * (x < y ? -1 : 1);
  };
}

function sortBy(heading) {
  const table = heading.closest("table");
  const direction = heading.ariaSort === "ascending" ? -1 : 1;
  for (const other of table.tHead.rows[0].cells) {
    other.removeAttribute("aria-sort");
  }
  heading.ariaSort = direction === 1 ? "ascending" : "descending";
  const body = table.tBodies[0];
  body.append(...[...body.rows].sort(compare(heading.cellIndex, direction)));
}

function filter(input) {
  const wanted = input.value.trim().toLowerCase();
  const rows = [...document.getElementById(input.dataset.filters).tBodies[0].rows];
  for (const row of rows) {
    row.hidden = !row.textContent.toLowerCase().includes(wanted);
  }
  const shown = rows.filter((row) => !row.hidden).length;
  const status = document.querySelector(`[data-counts="${input.dataset.filters}"]`);
  status.textContent = wanted ? `${shown} of ${rows.length} rows` : "";
}

document.querySelectorAll("th button").forEach((button) => {
  button.addEventListener("click", () => sortBy(button.closest("th")));
});
document.querySelectorAll("input[data-filters]").forEach((input) => {
  input.addEventListener("input", () => filter(input));
});

// The explorer: drawn anew, with the page's colours, when its room or the colours change.

const explorer = document.getElementById("explorer");
const NARROW = 640; // pixels, below which views stand one under the other
const ROOM = 120; // pixels beside a view, for its labels
let view = null;
let drawn = "";

function dressed(spec) {
  const style = getComputedStyle(document.documentElement);
  const [ink, soft, line] = ["--ink", "--soft", "--line"].map((name) => style.getPropertyValue(name).trim());
  const columns = explorer.clientWidth < NARROW ? 1 : 2;
  const width = Math.max(Math.floor(explorer.clientWidth / columns) - ROOM, 160);
  const labels = { labelColor: soft, titleColor: ink, labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal" };
  return {
    ...spec,
    columns,
    concat: spec.concat.map((one) => ({ ...one, width, height: one.encoding?.x ? 120 : 240 })),
    config: {
      background: "transparent",
      font: "system-ui, sans-serif",
      view: { stroke: null },
      axis: { ...labels, gridColor: line, domainColor: line, tickColor: line },
      legend: { ...labels, gradientLength: width },
      title: { color: ink, fontSize: 14, anchor: "start", fontWeight: "normal" },
    },
  };
}

const BLUE = "#0072b2"; // of lines and bands, which takes the page's accent

async function draw() {
  const accent = getComputedStyle(document.documentElement).getPropertyValue("--accent").trim();
  const spec = dressed(JSON.parse(document.getElementById("explorer-spec").textContent.replaceAll(BLUE, accent)));
  const now = JSON.stringify([spec.columns, spec.concat[0].width, spec.config]);
  if (now === drawn) {
    return;
  }
  drawn = now;
  const chosen = view?.signal("chosen_cell");
  view?.finalize();
  const embedded = await vegaEmbed(explorer, spec, { renderer: "svg", actions: false });
  view = embedded.view;
  if (chosen !== undefined && chosen !== null) {
    await view.signal("chosen_cell", chosen).runAsync();
  }
  explorer.dataset.ready = "yes";
}

if (explorer) {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", draw);
  new ResizeObserver(draw).observe(explorer);
}
