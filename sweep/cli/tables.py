"""What commands print: tables of findings, the estimate before a sweep, and the lines after it."""

import math
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from backsweep.backends import BACKENDS
from backsweep.columns import RECORDED
from backsweep.escapes import fitting, visible
from backsweep.outcomes import Outcome
from backsweep.stopping import NO_RULE

from ...results.disk.portable import DEVICE
from ...results.text.formats import FOR_PAGES, FOR_PROGRAMS
from ...results.text.numbers import percent_text, sentence_of
from ..output import complain, say, say_in_full
from ..text import count, duration, size, speed, workers

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from backsweep.errors import NoAnswerError

    from ...results import Results, Runs
    from ...results.arrays import Floats
    from ...results.store.schema import Estimate, Session
    from ..run.replay import Replay

WIDE = 1_000_000
LONGEST_NAME, LONGEST_ON_WINDOWS = 200, 80  # bytes; file systems take 255 of them, and Windows 260 letters of a whole path
EXCERPT = 25  # lines of a trajectory on a terminal


if TYPE_CHECKING:

    class BackendName(StrEnum):
        """Where workers run."""
else:
    BackendName = StrEnum("BackendName", {name: name for name in BACKENDS})


class LogFormat(StrEnum):
    """What a sweep prints while it runs."""

    bar = "bar"
    json = "json"


class StatusFormat(StrEnum):
    """The format in which a sweep's status is printed."""

    text = "text"
    json = "json"


class TableFormat(StrEnum):
    """The format of a printed table."""

    text = "text"
    csv = "csv"
    markdown = "markdown"
    latex = "latex"
    json = "json"


def slug(name: str) -> str:
    """A spec's name as the name of a folder, on every system."""
    longest = LONGEST_ON_WINDOWS if sys.platform == "win32" else LONGEST_NAME
    plain = re.sub(r"[^\w.-]+", "-", name).strip("-.").encode()[:longest].decode(errors="ignore").rstrip("-.")
    return f"sweep-{plain}" if DEVICE.fullmatch(plain) else plain or "sweep"


def print_table(
    table: "pd.DataFrame", readable: "Callable[[], pd.DataFrame]", form: TableFormat, notes: Iterable[str] = ()
) -> None:
    """Print a table: in full for programs, or as `readable` shortens it for people.

    notes: what its reader should know. As text they stand below the table. In all other formats they go to stderr, and in LaTeX
    also into comments, which stay with the table.
    """
    if form is TableFormat.text:
        _print_text(readable())
        for note in notes:
            say(note)
        return
    for note in notes:
        complain(note)
        if form is TableFormat.latex:
            say(f"% {note}")
    say_in_full(FOR_PAGES[form](readable()) if form in FOR_PAGES else FOR_PROGRAMS[form](table))


def print_no_answer(error: "NoAnswerError", form: TableFormat) -> None:
    """Print why there is no table: for people instead of the table, otherwise as the note of a table without rows."""
    sentence = sentence_of(str(error))
    if form is TableFormat.text:
        say(sentence)
    else:
        import pandas as pd

        empty = pd.DataFrame(columns=list(error.columns))
        print_table(empty, lambda: empty, form, [sentence])


def _on_one_line(array: "Floats") -> str:
    import numpy as np

    return np.array2string(array, separator=", ").replace("\n", "")


def print_replay(again: "Replay", form: TableFormat) -> None:
    """Print the row of a run and its trajectory: as text an excerpt, evenly spread on a log scale, otherwise all of it."""
    import numpy as np

    trajectory = again.trajectory.to_pandas()
    if form is TableFormat.text:
        row = again.row.to_pandas().iloc[0]
        say("  ".join(f"{name} {_shown(value)}" for name, value in row.items()))
        for layer, weights in enumerate(again.training.weights, 1):
            say(f"w{layer} {_on_one_line(weights[0])}")
        for layer, biases in enumerate(again.training.biases, 1):
            say(f"b{layer} {_on_one_line(biases[0])}")
        last = len(trajectory) - 1
        picks = np.unique(np.concatenate([[0], np.geomspace(1, max(last, 1), EXCERPT).round(), [last]])).astype(int)
        trajectory = trajectory.iloc[picks[picks <= last]]
        _print_text(trajectory.assign(**{name: trajectory[name].map(text) for name, text in TRAJECTORY_TEXTS.items()}))
    else:
        print_table(trajectory, lambda: trajectory, form)


def remarks(results: "Runs", shown: list[str]) -> list[str]:
    """What a reader of a summary should know: missing runs, pooled settings, and runs that ended before their first update."""
    from ...results.analysis import remarks as of
    from ...results.analysis.tables import axis_columns

    by = [name for name in axis_columns(results.table) if name in shown]
    found = [*not_finished(results, "table"), *no_rule(results)]
    return [*found, *of.pooled(results.table, by), *of.over_the_bound(of.lost_at_once(results.table))]


def not_finished(results: "Runs", what: str) -> list[str]:
    """Say that a table, or another view of all runs, counts only some of them, if the sweep is not finished."""
    done, runs = results.done, results.manifest.runs
    return [f"Not finished: the {what} counts only the {done:,} of {runs:,} runs that are done."] if done < runs else []


def no_rule(results: "Runs") -> list[str]:
    """Say that no run can converge, if the spec has no stopping rule."""
    return [] if results.has_rule else [sentence_of(NO_RULE)]


def _number(form: str) -> "Callable[[float], str]":
    return lambda value: "–" if math.isnan(value) else format(value, form)


TRAJECTORY_TEXTS = {
    "epoch": _number(","),
    **{name: _number(column.format) for name, column in RECORDED.items()},
}


def _shown(value: object) -> str:
    """A value as people read it; that of an accuracy where there is none is a dash."""
    return "–" if isinstance(value, float) and math.isnan(value) else str(value)


def _print_text(table: "pd.DataFrame") -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(width=WIDE)  # a number cut off at the screen's edge would be worse than a long line

    def cell(value: object) -> Text:
        return Text(fitting(visible(str(value)), console.encoding))  # escaped first, so that columns align

    shown = Table(box=None, pad_edge=False, header_style="bold")
    for name in table.columns:
        shown.add_column(cell(name), justify="right", no_wrap=True)
    for row in table.itertuples(index=False):
        shown.add_row(*map(cell, row))
    console.print(shown)


def estimate_lines(estimate: "Estimate", free: int, cores: int, preparing: float) -> list[str]:
    """What the runs will take, and how we know.

    free: free bytes on the disk of the results. cores: of this machine. preparing: seconds that the estimate itself took.
    """
    jobs = count(estimate.jobs, "worker")
    shared = f", which share the {count(cores, 'core')} of this machine" if estimate.jobs > cores else ""
    hours = estimate.seconds * min(estimate.jobs, cores) / 3600
    most = "at most " if estimate.cut else ""
    known = "all network shapes were timed" if estimate.timed == estimate.shapes else _scaled(estimate)
    cut = "; some timed runs were cut off and are assumed to use all their epochs" if estimate.cut else ""
    lacking = " (too little)" if estimate.disk > free else ""
    return [
        f"{most}{duration(estimate.seconds)} on {jobs}{shared}: {hours:.2g} core-hours, {estimate.run_epochs:,} run-epochs",
        f"{size(estimate.disk)} on disk, where {size(free)} are free{lacking}; {size(estimate.memory)} of memory",
        f"This is an estimate: {known}{cut}. Reading, planning and timing took another {duration(preparing)}.",
    ]


def _scaled(estimate: "Estimate") -> str:
    return f"{estimate.timed} of {estimate.shapes:,} network shapes were timed and the others scaled by their size"


def outcome_line(results: "Results") -> str:
    """What a session did, as one line."""
    session = results.last
    if session is None:
        return f"All {results.manifest.runs:,} runs were already done: {results.path}"
    rate = speed(session.run_epochs / max(session.wall, 1e-9))
    return (
        f"{count(session.runs, 'run')}, {count(session.run_epochs, 'run-epoch')} in {session.wall:.1f} s "
        f"({rate} per second) on {workers(session.jobs, session.backend)}: {results.path}"
    )


def worker_time_line(session: "Session") -> str:
    """How the workers spent their time, and what was estimated."""
    whole = max(session.jobs * session.wall, 1e-9)
    parts = {"kernels": session.kernels, "writing": session.writing, "elsewhere": session.elsewhere or 0.0}
    spent = ", ".join(f"{name} {seconds:.1f} s ({percent_text(seconds / whole, 0)})" for name, seconds in parts.items())
    line = f"Time of {count(session.jobs, 'worker')}: {spent}; {size(session.disk or 0)} written"
    estimate = session.estimate
    return f"{line}; estimated {duration(estimate.seconds)} and {size(estimate.disk)}" if estimate else line


def stages_line(stages: Mapping[str, float]) -> str:
    """How the whole command spent its time."""
    parts = ", ".join(f"{name} {duration(seconds)}" for name, seconds in stages.items())
    return f"{duration(sum(stages.values()))} in all: {parts}"


def warning_lines(warnings: Sequence[str]) -> list[str]:
    """Every warning once more, at the end, where it stays on the screen."""
    return [f"Warning: {warning}" for warning in dict.fromkeys(warnings)]


def bound_warnings(results: "Results") -> list[str]:
    """A warning if runs began above the bound of divergence. If any diverged, this reads the rows without an update."""
    ended = (results.last and results.last.outcomes) or {}
    if not ended.get(Outcome.DIVERGED):
        return []
    import numpy as np
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    from ...results.analysis.remarks import lost_at_once, over_the_bound

    paths = [shard.path for shard in results.store.shards()]
    columns, never_updated = ["outcome", "epochs", "loss"], pc.field("epochs") == 0
    rows = (pq.read_table(path, columns=columns, filters=never_updated).to_pandas(use_threads=False) for path in paths)
    return over_the_bound(np.concatenate([lost_at_once(some) for some in rows]))


def way_on(path: Path) -> str:
    """The command that continues a sweep."""
    import shlex

    return f"backsweep resume {shlex.quote(str(path))}"
