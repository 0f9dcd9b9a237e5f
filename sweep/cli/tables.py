"""How results are printed: summaries in five formats, a run's trajectory, and the closing line of a sweep."""

import math
import re
from enum import StrEnum
from typing import TYPE_CHECKING

from ...results.escapes import fitting, visible
from ...results.text.formats import FOR_PAGES, FOR_PROGRAMS
from ..speak import complain, say, say_in_full

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from ...results import Results
    from ...results.errors import NoAnswerError
    from ..run.replay import Replay

WIDE = 1_000_000
LONGEST_NAME = 200  # bytes; file systems take 255
EXCERPT = 25  # lines of a trajectory on a terminal


class BackendName(StrEnum):
    """Where workers run."""

    threads = "threads"
    processes = "processes"
    dask = "dask"
    ray = "ray"


class LogFormat(StrEnum):
    """What a sweep writes to stdout while it runs."""

    bar = "bar"
    json = "json"


class TableFormat(StrEnum):
    """How a table is printed."""

    text = "text"
    csv = "csv"
    markdown = "markdown"
    latex = "latex"
    json = "json"


def slug(name: str) -> str:
    """A spec's name as the name of a folder."""
    plain = re.sub(r"[^\w.-]+", "-", name).strip("-.").encode()[:LONGEST_NAME]
    return plain.decode(errors="ignore") or "sweep"


def print_summary(table: "pd.DataFrame", form: TableFormat) -> None:
    """Print a summary: as people read it, or in full for a program."""
    print_table(table, lambda: _readable(table), form)


def print_table(table: "pd.DataFrame", readable: "Callable[[], pd.DataFrame]", form: TableFormat) -> None:
    """Print a table: in full for a program, or what `readable` makes of it for people."""
    if form is TableFormat.text:
        _print_text(readable())
    elif form in FOR_PAGES:
        say_in_full(FOR_PAGES[form](readable()))
    else:
        say_in_full(FOR_PROGRAMS[form](table))


def print_no_answer(error: "NoAnswerError", form: TableFormat) -> None:
    """Say why there is no table: to people in its place, beside a table without rows to programs."""
    sentence = f"{str(error)[0].upper()}{str(error)[1:]}."
    if form is TableFormat.text:
        say(sentence)
    else:
        import pandas as pd

        empty = pd.DataFrame(columns=list(error.columns))
        print_table(empty, lambda: empty, form)
        complain(sentence)


def print_replay(again: "Replay", form: TableFormat) -> None:
    """Print a run's row and its trajectory: an excerpt evenly spread on a log scale as text, all of it otherwise."""
    import numpy as np

    trajectory = again.trajectory.to_pandas()
    if form is TableFormat.text:
        row = again.row.to_pandas().iloc[0]
        say("  ".join(f"{name} {_shown(value)}" for name, value in row.items()))
        for layer, weights in enumerate(again.training.weights, 1):
            say(f"w{layer} {np.array2string(weights[0], separator=', ').replace(chr(10), '')}")
        for layer, biases in enumerate(again.training.biases, 1):
            say(f"b{layer} {np.array2string(biases[0], separator=', ')}")
        last = len(trajectory) - 1
        picks = np.unique(np.concatenate([[0], np.geomspace(1, max(last, 1), EXCERPT).round(), [last]])).astype(int)
        trajectory = trajectory.iloc[picks[picks <= last]]
        _print_text(trajectory.assign(**{name: trajectory[name].map(text) for name, text in TRAJECTORY_TEXTS.items()}))
    else:
        print_table(trajectory, lambda: trajectory, form)


def remarks(results: "Results", shown: list[str]) -> list[str]:
    """What a reader of a summary should know: that runs are missing, which settings were pooled, and which runs never began."""
    from ...results.analysis import remarks as of
    from ...results.analysis.tables import axis_columns

    found: list[str] = []
    if results.done < results.manifest.runs:
        found.append(f"Not finished: {results.done:,} of {results.manifest.runs:,} runs are done, and only they are counted.")
    by = [name for name in axis_columns(results.table) if name in shown]
    return [*found, *of.pooled(results.table, by), *of.over_the_bound(of.lost_at_once(results.table))]


def _number(form: str) -> "Callable[[float], str]":
    return lambda value: "–" if math.isnan(value) else format(value, form)


TRAJECTORY_TEXTS = {
    "epoch": _number(","),
    "loss": _number(".10f"),
    "accuracy": _number(".4f"),
    "gradient_norm": _number(".6g"),
    "weight_norm": _number(".6g"),
}


def _shown(value: object) -> str:
    """A value as people read it; that of an accuracy where there is none is a dash."""
    return "–" if isinstance(value, float) and math.isnan(value) else str(value)


def _readable(table: "pd.DataFrame") -> "pd.DataFrame":
    from ...results.text.readable import summary

    return summary(table)


def _print_text(table: "pd.DataFrame") -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(width=WIDE)  # a number cut off at the screen's edge would be worse than a long line

    def cell(value: object) -> Text:
        return Text(fitting(visible(str(value)), console.encoding))  # as long as it will be seen, so that columns align

    shown = Table(box=None, pad_edge=False, header_style="bold")
    for name in table.columns:
        shown.add_column(cell(name), justify="right", no_wrap=True)
    for row in table.itertuples(index=False):
        shown.add_row(*map(cell, row))
    console.print(shown)
