"use strict";

// Tables: a click on a heading sorts by it, and again the other way. A filter leaves only the rows that have its text, and of
// `hidden=2` those whose cell in this column is 2, however that is written.

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

/** What a filter asks for: cells by column, as `lr=0.5`, and the text that is left. */
function asked(text, names) {
  const cells = [];
  for (const [column, name] of [...names.entries()].sort((one, other) => other[1].length - one[1].length)) {
    const literal = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    text = text.replace(new RegExp(`(?<![^\\s,])${literal}\\s*=\\s*("[^"]*"|\\S*[^\\s,])`, "giu"), (_, value) => {
      cells.push([column, value.replaceAll('"', "").toLowerCase()]);
      return "";
    });
  }
  return { cells, text: text.replace(/^[\s,]+|[\s,]+$/g, "").toLowerCase() };
}

function filter(input) {
  const table = document.getElementById(input.dataset.filters);
  const wanted = asked(input.value, [...table.tHead.rows[0].cells].map((heading) => heading.textContent));
  const is = (cell, value) => cell.toLowerCase() === value || (number(value) === number(cell) && !Number.isNaN(Number(value)));
  const rows = [...table.tBodies[0].rows];
  for (const row of rows) {
    const fits = wanted.cells.every(([column, value]) => is(row.cells[column].textContent, value));
    row.hidden = !(fits && row.textContent.toLowerCase().includes(wanted.text));
  }
  const shown = rows.filter((row) => !row.hidden).length;
  const status = document.querySelector(`[data-counts="${input.dataset.filters}"]`);
  status.textContent = input.value.trim() ? `${shown} of ${rows.length} rows` : "";
}

document.querySelectorAll("th button").forEach((button) => {
  button.addEventListener("click", () => sortBy(button.closest("th")));
});
document.querySelectorAll("input[data-filters]").forEach((input) => {
  input.addEventListener("input", () => filter(input));
});
