"""How results, plans and sweeps display themselves at a prompt and in a notebook.

In a notebook they are a piece of HTML without colours of its own. It uses the page's text colour and background, and
half-transparent grey rules, which show on light and dark pages.
"""

from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from backsweep.errors import ResultsError
from backsweep.escapes import visible
from backsweep.outcomes import OUTCOMES

from .store.store import Store
from .store.survey import on_record
from .text.numbers import percent_text

if TYPE_CHECKING:
    import pandas as pd

FIRST_ROWS = 10
RULE = "1px solid rgba(128, 128, 128, 0.5)"
CELL = "padding: 0.15em 0.8em; text-align: right; white-space: nowrap; background: none"


def text_of(head: str, lines: Iterable[str]) -> str:
    """A repr: `<head>`, and the lines below it."""
    return "\n".join(map(visible, [f"<{head}>", *lines]))


def html_of(head: str, lines: Iterable[str], table: "pd.DataFrame | None" = None, left: int = 0) -> str:
    """The same as HTML, with a table of texts and the number of rows that it leaves out."""
    shown = [f"<div><b>{_html(head)}</b></div>", *(f"<div>{_html(line)}</div>" for line in lines)]
    if table is not None:
        shown.append(_table(table))
    if left:
        shown.append(f"<div>and {left:,} more row{'s' if left > 1 else ''}</div>")
    return f'<div style="line-height: 1.5; overflow-x: auto">{"".join(shown)}</div>'


def about(path: Path, name: str) -> tuple[str, list[str]]:
    """What a folder's results are, and lines on how they ended and what is wrong: from manifest and names of files alone."""
    head = f"Results {name!r} in {str(path)!r}"
    try:
        store = Store.open(path)
        done = store.done
    except (ResultsError, OSError) as error:
        return head, [line_of(error)]
    ends = on_record(store.manifest, done) or {}  # if they are not, one would have to count rows
    total = ", ".join(f"{percent_text(ends[outcome] / done)} {outcome}" for outcome in OUTCOMES if ends.get(outcome))
    lines = [total, line_of(store.harm or ""), *map(line_of, store.left_out())]
    return f"{head}: {done:,} of {store.manifest.runs:,} runs", [line for line in lines if line]


def html_of_summary(head: str, lines: Iterable[str], summary: "pd.DataFrame") -> str:
    """What results show in a notebook: lines, and the first rows of their summary."""
    from .text import readable  # with scipy and pandas a second; a summary has loaded it already

    lines = dict.fromkeys(map(line_of, lines))
    return html_of(head, lines, readable.summary(summary.head(FIRST_ROWS)), max(len(summary) - FIRST_ROWS, 0))


def line_of(error: object) -> str:
    """An error, or a sentence, on one line."""
    return " ".join(str(error).split())


def _table(table: "pd.DataFrame") -> str:
    head = _row("th", map(str, table.columns), f"{CELL}; font-weight: bold; border-bottom: {RULE}")
    body = "".join(_row("td", map(str, row), CELL) for row in table.itertuples(index=False))
    style = "font: inherit; border-collapse: collapse; margin: 0.4em 0; font-variant-numeric: tabular-nums"
    return f'<table style="{style}"><thead>{head}</thead><tbody>{body}</tbody></table>'


def _row(tag: str, cells: Iterable[str], style: str) -> str:
    shown = (f'<{tag} style="{style}">{_html(cell)}</{tag}>' for cell in cells)
    return f"<tr>{''.join(shown)}</tr>"


def _html(text: str) -> str:
    return escape(visible(text))
