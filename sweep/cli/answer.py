"""How a sweep ends on the command line: with the answer in sentences, its first settings, and the way to the others."""

import shlex
from dataclasses import replace
from typing import TYPE_CHECKING

from backsweep.errors import ResultsError

from ...results.runs import MOST_RUNS
from ..output import say
from .tables import TableFormat, print_table

if TYPE_CHECKING:
    from ...results import Results

ROWS = 12


def answer_lines(results: "Results", *, bound_told: bool) -> list[str]:
    """What the runs say, in sentences; nothing of more than MOST_RUNS, which would take as long as a sweep.

    bound_told: whether a warning says already that runs began above the bound of divergence.
    """
    if results.done > MOST_RUNS:
        return []
    from ...results.analysis.answer import answer_of  # with scipy and pandas a second
    from ...results.text.answer import sentences

    found = answer_of(results.table, results.manifest, resamples=1)  # no interval of what matters is said
    if isinstance(found.matters, ResultsError):
        found = replace(found, matters=found.matters.named_by({"where": "--where"}))
    return sentences(replace(found, lost=found.lost[:0]) if bound_told else found)


def print_answer(results: "Results", lines: list[str]) -> None:
    """Print what the runs say, at most ROWS settings, and the commands that show more."""
    where = shlex.quote(str(results.path))
    look = f"Look closer: backsweep table {where}; backsweep report {where}"
    if not lines:
        say(look)
        return
    from ...results.analysis.ranking import ranked
    from ...results.analysis.tables import grouped
    from ...results.text import readable

    for line in ["", *lines, ""]:
        say(line)
    found, settings = ranked(results.table, most=ROWS), len(grouped(results.table, None)[1])
    print_table(found, lambda: readable.ranking(found, results.has_rule), TableFormat.text)
    say(f"The first {ROWS} of {settings:,} settings, in order, by all their runs. {look}" if settings > ROWS else look)
