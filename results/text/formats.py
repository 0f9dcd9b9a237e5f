"""A table as lines of text: in full for programs (CSV, JSON), or for pages (Markdown, LaTeX), where names may contain special
signs.

A reader sees exactly what a cell holds: nothing in it can end a cell, a row or a table, act as markup, or stand for another
sign. Invisible signs are escaped as everywhere (`escapes.visible`), except in JSON, which has its own escapes, and except for
line breaks, which each format can hold.
"""

import json
import math
import re
from typing import TYPE_CHECKING

from backsweep.escapes import visible

from .alignment import Aligned, aligned

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

BREAKS = "\r\n"
OURS = "\ue000"  # for private use, so `visible` has left none in what comes from elsewhere
# A line break is an entity, since its character would end the row, and a tag might be shown as text. So are the signs of HTML:
# some renderers know no backslash before them.
MARKDOWN = {sign: f"\\{sign}" for sign in r"\`*_[]|~$^"} | {
    "<": "&lt;",
    ">": "&gt;",
    "&": "&amp;",
    "\n": "&#10;",
    "\r": "&#13;",
}
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
    "`": r"\textasciigrave{}",
    "'": r"\textquotesingle{}",
    '"': r"\symbol{34}",  # some languages of babel make a command of the sign
    "[": "{[}",  # after the \\ of the row before, it would begin a length
    "*": "{*}",  # likewise, a star
    "∞": r"$\infty$",
    "–": "--",
    "−": "$-$",
    OURS: "{}",
}
LIGATURES = re.compile("(?<=-)(?=-)|(?<=,)(?=,)")  # which would become dashes, and low quotation marks
END_OF_ROW = f"\r{OURS}\n"  # of CSV, so that Python's writer quotes what has a part of it, a carriage return too


def as_csv(table: "pd.DataFrame") -> str:
    """CSV, every number to its last bit; older releases of pandas read it so with float_precision="round_trip"."""
    shown = table.set_axis(range(len(table.columns)), axis="columns")
    for place, kind in enumerate(table.dtypes):
        if kind.kind not in "biuf":
            shown[place] = shown[place].astype(object).map(_with_breaks)
    shown.columns = [_with_breaks(name) for name in table.columns]
    return shown.to_csv(index=False, lineterminator=END_OF_ROW).replace(END_OF_ROW, "\n")


def as_json(table: "pd.DataFrame") -> str:
    """An array with one object per row. JSON has neither infinity nor NaN, so they become null."""
    rows = table.to_dict(orient="records")
    return json.dumps([{key: _finite(value) for key, value in row.items()} for row in rows], allow_nan=False) + "\n"


def as_markdown(table: "pd.DataFrame") -> str:
    """A table of GitHub's Markdown; its cells as they are written by `str`."""

    def line(cells: "Iterable[str]") -> str:
        return f"| {' | '.join(cells)} |\n"

    head, *rows = _escaped(table, MARKDOWN)
    return "".join([line(head), line("---:" if column.numbers else ":---" for column in _columns(table)), *map(line, rows)])


def as_latex(table: "pd.DataFrame") -> str:
    """A tabular of LaTeX that needs the package booktabs; its cells as they are written by `str`.

    Its columns stand under each other in the source as well, numbers on the decimal point.
    """
    columns = _columns(table)
    missing = zip(*(column.missing for column in columns), strict=True)
    head, *rows = [list(map(_stacked, row)) for row in _escaped(table, LATEX)]
    rows = [list(map(_with_phantom, row, lacks)) for row, lacks in zip(rows, missing, strict=True)]
    widths = [max(map(len, cells)) for cells in zip(head, *rows, strict=True)]

    def line(cells: "Iterable[str]") -> str:
        places = zip(cells, columns, widths, strict=True)
        return " & ".join(cell.rjust(width) if of.numbers else cell.ljust(width) for cell, of, width in places) + " \\\\\n"

    begin = f"\\begin{{tabular}}{{{''.join('r' if column.numbers else 'l' for column in columns)}}}\n"
    body = [line(head), "\\midrule\n", *map(line, rows)]
    return "".join([begin, "\\toprule\n", *body, "\\bottomrule\n", "\\end{tabular}\n"])


FOR_PROGRAMS = {"csv": as_csv, "json": as_json}
FOR_PAGES = {"markdown": as_markdown, "latex": as_latex}


def _columns(table: "pd.DataFrame") -> list[Aligned]:
    return [aligned(list(map(str, table.iloc[:, place]))) for place in range(table.shape[1])]


def _with_phantom(cell: str, missing: str) -> str:
    """A cell of LaTeX with room for what others of its column have after the decimal point."""
    return cell + r"\phantom{" + missing.translate(str.maketrans(LATEX)) + "}" if missing else cell


def _escaped(table: "pd.DataFrame", signs: "Mapping[str, str]") -> list[list[str]]:
    """The names of the columns, then the rows."""
    replaced = str.maketrans(dict(signs))
    apart = OURS if OURS in signs else ""

    def escaped(cell: object) -> str:
        return LIGATURES.sub(apart, visible(str(cell), BREAKS)).translate(replaced)

    return [list(map(escaped, row)) for row in (table.columns, *table.itertuples(index=False))]


def _stacked(cell: str) -> str:
    """A cell of LaTeX, with its lines one over the other."""
    lines = cell.splitlines()
    return "".join(lines) if len(lines) < 2 else "\\shortstack[r]{" + r" \\ ".join(lines) + "}"


def _with_breaks(value: object) -> object:
    return visible(value, BREAKS) if isinstance(value, str) else value


def _finite(value: object) -> object:
    return None if isinstance(value, float) and not math.isfinite(value) else value
