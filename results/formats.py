"""A table as lines of text: in full for programs (CSV, JSON), or for pages (Markdown, LaTeX), whose signs names may hold.

What a cell holds is what its reader sees: nothing in it can end a cell, a row or a table, mark up, or stand for another sign.
"""

import json
import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

# A line break is an entity, as its sign would end the row, and a tag might be shown as it stands.
MARKDOWN = {sign: f"\\{sign}" for sign in r"\`*_[]<&|~$^"} | {"\n": "&#10;", "\r": "&#13;"}
LATEX = {
    "\\": r"\textbackslash{}",
    "%": r"\%",
    "_": r"\_",
    "&": r"\&",
    "#": r"\#",
    "$": r"\$",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "[": "{[}",  # after the \\ of the row before, it would begin a length
    "*": "{*}",  # likewise, a star
    "∞": r"$\infty$",
    "–": "--",
    "−": "$-$",
}


def as_csv(table: "pd.DataFrame") -> str:
    """CSV, every number to its last bit; older releases of pandas read it so with float_precision="round_trip"."""
    return table.to_csv(index=False, lineterminator="\n")


def as_json(table: "pd.DataFrame") -> str:
    """An array of an object a row; JSON knows neither infinity nor NaN, which are null."""
    rows = table.to_dict(orient="records")
    return json.dumps([{key: _finite(value) for key, value in row.items()} for row in rows], allow_nan=False) + "\n"


def as_markdown(table: "pd.DataFrame") -> str:
    """A table of GitHub's Markdown; its cells as they are written by `str`."""

    def line(cells: "Iterable[str]") -> str:
        return f"| {' | '.join(cells)} |\n"

    head, *rows = _escaped(table, MARKDOWN)
    return "".join([line(head), line(["---:"] * len(head)), *map(line, rows)])


def as_latex(table: "pd.DataFrame") -> str:
    """A tabular of LaTeX that needs no package; its cells as they are written by `str`."""

    def line(cells: "Iterable[str]") -> str:
        return " & ".join(map(_stacked, cells)) + " \\\\\n"

    head, *rows = _escaped(table, LATEX)
    begin, end = f"\\begin{{tabular}}{{{'r' * len(head)}}}\n", "\\end{tabular}\n"
    return "".join([begin, "\\hline\n", line(head), "\\hline\n", *map(line, rows), "\\hline\n", end])


FOR_PROGRAMS = {"csv": as_csv, "json": as_json}
FOR_PAGES = {"markdown": as_markdown, "latex": as_latex}


def _escaped(table: "pd.DataFrame", signs: "Mapping[str, str]") -> list[list[str]]:
    """The names of the columns, then the rows."""
    replaced = str.maketrans(dict(signs))
    return [[str(cell).translate(replaced) for cell in row] for row in (table.columns, *table.itertuples(index=False))]


def _stacked(cell: str) -> str:
    """A cell of LaTeX, with its lines one over the other."""
    lines = cell.splitlines()
    return cell if len(lines) < 2 else "\\shortstack[r]{" + r" \\ ".join(lines) + "}"


def _finite(value: object) -> object:
    return None if isinstance(value, float) and not math.isfinite(value) else value
