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
let drawing = Promise.resolve();

const dark = matchMedia("(prefers-color-scheme: dark)");
const narrow = () => explorer.clientWidth < NARROW;

const nameOf = (map) => (map.down === null ? map.across : `${map.across} × ${map.down}`);
const shown = () => told.maps.find((map) => nameOf(map) === choices.map.value);

/** A list per column as a list of rows. */
function rowsOf(columns) {
  const names = Object.keys(columns);
  return columns[names[0]].map((_, row) => Object.fromEntries(names.map((name) => [name, columns[name][row]])));
}

function datasets(map) {
  const names = cellTexts(map);
  const texts = (cell) => ({ column: map.columns[cell.x], row: map.rows[cell.y] });
  const cells = rowsOf(map.cells).map((cell, number) => ({ cell: number, name: names[number], ...cell, ...texts(cell) }));
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

/** Draws into an element, which takes the place of what was drawn before once it is done. */
async function embed(stage, width) {
  const { view: made } = await vegaEmbed(stage, dressed(width), { renderer: "svg", actions: false });
  made.addEventListener("click", (event, item) => {
    if (item?.datum?.cell !== undefined) {
      choices.cell.value = item.datum.cell;
      choices.cell.dispatchEvent(new Event("change"));
    }
  });
  return made;
}

const choose = () => view?.signal("chosen", Number(choices.cell.value)).runAsync();

function room() {
  const { paddingLeft, paddingRight } = getComputedStyle(explorer);
  return Math.floor(explorer.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight));
}

/** Draws, and once more where the labels took less or more room than was left for them. */
async function drawNow() {
  const now = [room(), choices.map.value, choices.colour.value, dark.matches].join();
  if (now === drawn) {
    return;
  }
  drawn = now;
  const stage = explorer.appendChild(document.createElement("div"));
  stage.className = "stage";
  const width = Math.max(room() - LABELS, LEAST);
  const first = await embed(stage, width);
  const spare = room() - stage.querySelector("svg").getBoundingClientRect().width;
  first.finalize();
  const next = await embed(stage, Math.max(width + Math.floor(spare), LEAST));
  view?.finalize();
  view = next;
  await choose();
  explorer.replaceChildren(stage);
  stage.classList.remove("stage");
  explorer.dataset.ready = "yes";
}

/** Draws once what is being drawn is done, or has failed. */
function draw() {
  drawing = drawing.catch(() => null).then(drawNow);
  return drawing;
}

/** Offers choices, [text, value]. kept: the value that is shown if it is among them, or else the first. */
function offer(select, choices, kept) {
  const offered = JSON.stringify(choices);
  if (select.dataset.offered !== offered) {
    select.dataset.offered = offered;
    select.replaceChildren(...choices.map(([text, value]) => new Option(text, value)));
    select.value = choices.some(([, value]) => value === kept) ? kept : choices[0][1];
  }
}

function cellTexts(map) {
  const beside = (row) => (map.down === null ? "" : `, ${map.down} ${map.rows[map.cells.y[row]]}`);
  return map.cells.x.map((x, row) => `${map.across} ${map.columns[x]}${beside(row)}`);
}

/** Offers the cells and the colours of the map, and says what it pools. */
function offerOf(map) {
  offer(choices.cell, cellTexts(map).map((text, cell) => [text, String(cell)]), null);
  choices.cell.value = map.opens;
  const known = Object.keys(told.colours).filter((name) => map.cells[name].some((number) => number !== null));
  offer(choices.colour, known.map((name) => [told.told[name], name]), choices.colour.dataset.chosen);
  choices.colour.parentElement.hidden = known.length < 2;
  document.getElementById("pooled").hidden = map.pooled.length === 0;
  document.querySelector("#pooled span").textContent = map.pooled.join(", ");
}

function offerMaps() {
  offer(choices.map, told.maps.map((map) => [nameOf(map), nameOf(map)]), choices.map.value);
  choices.map.parentElement.hidden = told.maps.length < 2;
}

function begin() {
  offerMaps();
  offerOf(shown());
  choices.map.addEventListener("change", () => {
    offerOf(shown());
    draw();
  });
  choices.colour.addEventListener("change", () => {
    choices.colour.dataset.chosen = choices.colour.value;
    draw();
  });
  choices.cell.addEventListener("change", choose);
  document.getElementById("explore").hidden = false;
  dark.addEventListener("change", draw);
  new ResizeObserver(draw).observe(explorer);
}

if (told.maps.length > 0) {
  begin();
}
