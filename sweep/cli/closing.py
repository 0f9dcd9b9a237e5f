"""What is said of a sweep before it starts and after it ended: the estimate, the ledger, warnings."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..text import count, duration, size, workers

if TYPE_CHECKING:
    from ...results import Results
    from ...results.store.schema import Estimate, Session


def estimate_lines(estimate: "Estimate", free: int, preparing: float) -> list[str]:
    """What the runs will take, and how that is known.

    free: bytes on the disk that they will be written to; preparing: seconds that it took to find out.
    """
    most = "at most " if estimate.cut else ""
    known = "all network shapes were timed" if estimate.timed == estimate.shapes else _scaled(estimate)
    cut = "; runs were cut off while they were timed, and taken to use all their epochs" if estimate.cut else ""
    lacking = " (too little)" if estimate.disk > free else ""
    return [
        f"{most}{duration(estimate.seconds)} on {count(estimate.jobs, 'worker')}, {estimate.run_epochs:,} run-epochs",
        f"{size(estimate.disk)} on disk, {size(free)} are free{lacking}; {size(estimate.memory)} of memory",
        f"An estimate: {known}{cut}. Reading, planning and timing took {duration(preparing)}, which comes on top.",
    ]


def _scaled(estimate: "Estimate") -> str:
    return f"{estimate.timed} of {estimate.shapes:,} network shapes were timed, the others scaled by their size"


def outcome_line(results: "Results") -> str:
    """What a session did, in one line."""
    session = results.last
    if session is None:
        return f"All {results.manifest.runs:,} runs were done already: {results.path}"
    rate = session.run_epochs / max(session.wall, 1e-9) / 1e6
    return (
        f"{count(session.runs, 'run')}, {count(session.run_epochs, 'run-epoch')} in {session.wall:.1f} s "
        f"({rate:.1f} M a second) on {workers(session.jobs, session.backend)}: {results.path}"
    )


def ledger_line(session: "Session") -> str:
    """Where the time of all workers went, and what was expected."""
    whole = max(session.jobs * session.wall, 1e-9)
    parts = {"kernels": session.kernels, "writing": session.writing, "elsewhere": session.elsewhere or 0.0}
    spent = ", ".join(f"{name} {seconds:.1f} s ({seconds / whole:.0%})" for name, seconds in parts.items())
    line = f"Time of {count(session.jobs, 'worker')}: {spent}; {size(session.disk or 0)} written"
    estimate = session.estimate
    return f"{line}; estimated {duration(estimate.seconds)} and {size(estimate.disk)}" if estimate else line


def stages_line(stages: Mapping[str, float]) -> str:
    """Where the time of the whole command went."""
    parts = ", ".join(f"{name} {duration(seconds)}" for name, seconds in stages.items())
    return f"{duration(sum(stages.values()))} in all: {parts}"


def warning_lines(warnings: Sequence[str]) -> list[str]:
    """Every warning once more, where it is not scrolled away."""
    return [f"Warning: {warning}" for warning in dict.fromkeys(warnings)]


def bound_warnings(results: "Results") -> list[str]:
    """That runs began above the bound of divergence; where some diverged, the rows without an update are read for it."""
    ended = (results.last and results.last.outcomes) or {}
    if not ended.get("diverged"):
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
    """How a sweep that was broken off is continued."""
    import shlex

    return f"backsweep resume {shlex.quote(str(path))}"
