// What a sweep that goes on adds to the explorer: its values are fetched again and again, and what changed is shown. What the
// reader has chosen stays. Until a cell is chosen, the one that is best so far is shown.

const SECONDS = 2; // between two looks
const SELDOM = 30; // once the sweep has ended
const kinds = JSON.parse(document.getElementById("explorer-kinds").textContent);
const STATES = {
  beginning: "The sweep is about to begin.",
  training: "Training.",
  stopped: "Stopped: runs are missing, and no process trains them. To continue: backsweep resume DIR",
  ended: "The sweep has ended. For the whole report: backsweep report DIR",
  unreadable: "The folder of the sweep cannot be read at the moment.",
};
let values = {};
let chosenCell = null; // the text of the cell that the reader has chosen
let framed = "";
let begun = false;

function write(id, text) {
  const place = document.getElementById(id);
  if (place.textContent !== text) {
    place.textContent = text;
  }
}

const whole = (number) => number.toLocaleString("en-US");
const percent = (share) => `${(100 * share).toFixed(1)} %`;

/** Seconds as people read them, like `backsweep status` does. */
function duration(seconds) {
  const [unit, digits] = seconds < 10 ? [1, 1] : seconds < 120 ? [1, 0] : seconds < 7200 ? [60, 0] : [3600, 1];
  const name = { 1: "s", 60: "min", 3600: "h" }[unit];
  return seconds < 172800 ? `${(seconds / unit).toFixed(digits)} ${name}` : `${whole(Math.round(seconds / 86400))} days`;
}

/** Millions where there are any to speak of: slow sweeps have thousands. */
function speed(rate) {
  return rate >= 1e5 ? `${(rate / 1e6).toFixed(1)} M` : rate.toLocaleString("en-US", { maximumSignificantDigits: 3 });
}

function showNumbers() {
  const { runs, done, counted, rate, left, outcomes, state } = values;
  const share = counted ? percent(outcomes.converged / counted) : "–";
  write("done", runs === undefined ? "–" : whole(done));
  write("runs", runs === undefined ? "" : `, of ${whole(runs)}`);
  write("converged", share);
  write("rate", rate ? speed(rate) : "–");
  write("left", state === "ended" ? "0 s" : typeof left === "number" ? duration(left) : "–");
  const bar = document.getElementById("bar");
  bar.max = runs ?? 1;
  bar.value = done ?? 0;
  document.getElementById("lagging").hidden = counted === done;
  write("counted", whole(counted ?? 0));
}

function showState(away) {
  const since = new Date(values.at).toLocaleTimeString();
  const lost = `No answer from where this page came from; what it shows is of ${since}. It goes on asking.`;
  write("state", away ? (values.at ? lost : "No answer yet. It goes on asking.") : STATES[values.state]);
  document.getElementById("state").dataset.state = away ? "away" : values.state;
  write("at", values.at && !away ? `as of ${since}` : "");
  document.title = `${values.runs ? `${percent(values.done / values.runs)} · ` : ""}${values.name ?? "A sweep"}`;
  write("name", values.name ?? "A sweep by backsweep");
}

/** Chooses the cell that the reader has chosen, if the map has it, or else the best. */
function restoreCell(map) {
  const place = cellTexts(map).indexOf(chosenCell);
  choices.cell.value = place < 0 ? map.opens : place;
}

/** Shows the maps: only their numbers anew where the map is the same, so that nothing flickers. */
async function showMaps() {
  if (!values.maps?.length) {
    return;
  }
  Object.assign(told, values.converge ? kinds.converging : kinds.losses, { maps: values.maps });
  if (!begun) {
    begun = true;
    begin();
    choices.cell.addEventListener("change", () => {
      chosenCell = cellTexts(shown())[choices.cell.value];
    });
    choices.map.addEventListener("change", () => restoreCell(shown()));
  }
  offerMaps();
  const map = shown();
  const colour = choices.colour.value;
  offerOf(map);
  restoreCell(map);
  const frame = JSON.stringify([nameOf(map), map.columns, map.rows, values.converge]);
  if (frame !== framed || choices.colour.value !== colour) {
    framed = frame;
    drawn = "";
    await draw();
    return;
  }
  await drawing;
  const { cells, curves } = datasets(map); // Vega has no other, as nothing draws paths here
  view.data("cells", cells).data("curves", curves);
  await choose();
}

/** The values as they are now; null if whoever serves them does not answer. */
async function fetched() {
  try {
    const answer = await fetch("watch.json", { cache: "no-store", credentials: "omit" });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

async function look() {
  const next = await fetched();
  const isNew = next !== null && next.at !== values.at;
  values = next ?? values;
  const ended = values.state === "ended";
  showState(next === null && !ended);
  try {
    if (isNew) {
      showNumbers();
      await showMaps();
      document.body.dataset.looked = values.at;
    }
  } finally {
    setTimeout(look, 1000 * (ended ? SELDOM : SECONDS));
  }
}

if (location.protocol === "file:") {
  write("state", "Browsers read what this page shows only from a server: backsweep watch DIR, or python -m http.server beside it.");
} else {
  look();
}
