"use strict";

// The explorer: one specification of Vega-Lite, filled in with the map that the reader chooses and laid out for the room there
// is. It is drawn anew when the map, the room or the page's colours change; another cell is only a parameter.

const explorer = document.getElementById("explorer");
const told = JSON.parse(document.getElementById("explorer-data").textContent);
const choices = Object.fromEntries(["map", "colour", "cell"].map((name) => [name, document.getElementById(`explore-${name}`)]));
const NARROW = 640; // pixels, below which views stand one under the other
const LABELS = 90; // pixels, about as wide as the labels of a view
const LEAST = 120; // pixels of a view
const BLUE = "#0072b2"; // of lines and bands, which takes the page's accent
let view = null;
let drawn = "";

const dark = matchMedia("(prefers-color-scheme: dark)");
const narrow = () => explorer.clientWidth < NARROW;

const nameOf = (map) => (map.down === null ? map.across : `${map.across} × ${map.down}`);
const shown = () => told.maps[choices.map.value];

/** A list per column as a list of rows. */
function rowsOf(columns) {
  const names = Object.keys(columns);
  return columns[names[0]].map((_, row) => Object.fromEntries(names.map((name) => [name, columns[name][row]])));
}

function datasets(map) {
  const texts = (cell) => ({ column: map.columns[cell.x], row: map.rows[cell.y] });
  const cells = rowsOf(map.cells).map((cell, number) => ({ cell: number, ...cell, ...texts(cell) }));
  return { cells, curves: rowsOf(map.curves), paths: rowsOf(map.paths) };
}

/** The specification with what depends on the map and on the page's colours. */
function filled(map, accent) {
  const texts = (list) => `${JSON.stringify(list)}[datum.value]`;
  const places = {
    "@across": map.across,
    "@down": map.down ?? "",
    "@columns": texts(map.columns),
    "@rows": texts(map.rows),
    [BLUE]: accent,
  };
  return JSON.parse(JSON.stringify(told.views), (key, value) => {
    if (value?.value === "@colour") {
      return told.colours[choices.colour.value];
    }
    return typeof value === "string" && Object.hasOwn(places, value) ? places[value] : value;
  });
}

/** The map on the left, curves beside it, and how runs end under both; one under the other where there is little room. */
function laidOut(views, width) {
  const [map, ...curves] = views;
  const bar = curves.pop();
  const sized = (one, of, height) => ({ ...one, width: of, height });
  if (narrow()) {
    bar.encoding.color.legend.columns = 2;
    return [sized(map, width, 230), ...curves.map((one) => sized(one, width, 200)), sized(bar, width, 28)];
  }
  const half = Math.floor((width - LABELS) / 2);
  const beside = curves.map((one) => sized(one, half, curves.length > 1 ? 175 : 290));
  const scales = { scale: { color: "independent", x: "independent", y: "independent" } };
  const both = [sized(map, half, curves.length > 1 ? 370 : 230), { vconcat: beside, resolve: scales }];
  return [{ hconcat: both, resolve: scales }, sized(bar, width, 28)];
}

function dressed(width) {
  const style = getComputedStyle(document.documentElement);
  const [ink, soft, line, accent] = ["--ink", "--soft", "--line", "--accent"].map((name) => style.getPropertyValue(name).trim());
  const labels = { labelColor: soft, titleColor: ink, labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal" };
  const spec = filled(shown(), accent);
  return {
    ...spec,
    datasets: datasets(shown()),
    vconcat: laidOut(spec.vconcat, width),
    config: {
      background: "transparent",
      font: "system-ui, sans-serif",
      view: { stroke: null },
      axis: { ...labels, gridColor: line, domainColor: line, tickColor: line },
      legend: { ...labels, gradientLength: Math.min(width, 260) },
      title: { color: ink, fontSize: 14, anchor: "start", fontWeight: "normal" },
    },
  };
}

async function embed(width) {
  view?.finalize();
  ({ view } = await vegaEmbed(explorer, dressed(width), { renderer: "svg", actions: false }));
  view.addEventListener("click", (event, item) => {
    if (item?.datum?.cell !== undefined) {
      choices.cell.value = item.datum.cell;
      choose();
    }
  });
  await choose();
}

const choose = () => view.signal("chosen", Number(choices.cell.value)).runAsync();

function room() {
  const { paddingLeft, paddingRight } = getComputedStyle(explorer);
  return Math.floor(explorer.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight));
}

/** Draws, and once more where the labels took less or more room than was left for them. */
async function draw() {
  const now = [room(), choices.map.value, choices.colour.value, dark.matches].join();
  if (now === drawn) {
    return;
  }
  drawn = now;
  const width = Math.max(room() - LABELS, LEAST);
  await embed(width);
  const spare = room() - explorer.querySelector("svg").getBoundingClientRect().width;
  await embed(Math.max(width + Math.floor(spare), LEAST));
  explorer.dataset.ready = "yes";
}

function offer(select, texts) {
  select.replaceChildren(...texts.map(([text, value]) => new Option(text, value)));
  select.parentElement.hidden = texts.length < 2;
}

/** Offers the cells and the colours of the map, and says what it pools. */
function offerOf(map) {
  const text = (row) => (map.down === null ? "" : `, ${map.down} ${map.rows[map.cells.y[row]]}`);
  const options = map.cells.x.map((x, cell) => new Option(`${map.across} ${map.columns[x]}${text(cell)}`, cell));
  choices.cell.replaceChildren(...options);
  choices.cell.value = map.opens;
  const known = Object.keys(told.colours).filter((name) => map.cells[name].some((number) => number !== null));
  offer(choices.colour, known.map((name) => [told.told[name], name]));
  document.getElementById("pooled").hidden = map.pooled.length === 0;
  document.querySelector("#pooled span").textContent = map.pooled.join(", ");
}

offer(choices.map, told.maps.map((map, place) => [nameOf(map), place]));
offerOf(shown());
choices.map.addEventListener("change", () => {
  offerOf(shown());
  draw();
});
choices.colour.addEventListener("change", draw);
choices.cell.addEventListener("change", choose);
document.getElementById("explore").hidden = false;
dark.addEventListener("change", draw);
new ResizeObserver(draw).observe(explorer);
