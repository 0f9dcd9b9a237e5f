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
