"""The options of commands that train, and what they print of a sweep that they are only to plan."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...results.store.shards import runs_in
from ..output import say
from ..text import count
from .command import interruptible
from .options import one_of, typed
from .tables import BackendName, LogFormat

if TYPE_CHECKING:
    from ..run.growth import Growth
    from ..sweep import Sweep

Jobs = Annotated[int | None, typer.Option(parser=typed, metavar="INTEGER", help="Number of workers; default: one per core.")]
THREADS = BackendName("threads")
if TYPE_CHECKING:
    Backend = BackendName
    Log = LogFormat
else:
    Backend = one_of(BackendName, "backend", about="Where the workers run: in threads or processes here, or on a cluster.")
    Log = one_of(LogFormat, "log", about="What to print meanwhile: a progress bar, or JSON objects, one per line.")
Force = Annotated[bool, typer.Option("--force", help="Run even if the disk seems too small or the time too long.")]
Watched = Annotated[bool, typer.Option("--watch", help="Show the sweep in a browser while it runs.")]
Address = Annotated[
    str | None, typer.Option(help="HOST:PORT of the cluster, for dask and ray; default: start a cluster on this machine.")
]


def print_dry_run(sweep: "Sweep", out: Path, jobs: int | None, grown: "Growth | None" = None) -> None:
    """Print what would be run and what it would take. Compiles the kernels that timing needs, if they are not compiled yet.

    grown: what a sweep that is there would become, of which only the new runs would be trained.
    """
    from ..estimate.bounds import years
    from ..estimate.estimate import checked_jobs, free_bytes
    from ..machine import cores, process_began
    from .tables import estimate_lines

    plan = grown.plan if grown else sweep.plan()
    ahead = grown.ahead if grown else [(0, plan.runs)]
    warning = years(plan, ahead, checked_jobs(jobs))
    remarks = [*plan.remarks(), *([] if warning is None else [f"{warning}; without --force it is not begun"])]
    sizes, lines = plan.outline
    for line in [sizes, *(f"  {line}" for line in lines), *(f"Remark: {remark}" for remark in remarks)]:
        say(line)
    if grown:
        missing = f", of which {runs_in(grown.missing):,} are not done yet" if grown.missing else ""
        say(f"Kept: {count(grown.kept, 'run')}{missing}. New: {count(plan.runs - grown.kept, 'run')}")
    if not ahead:
        return
    estimate = interruptible(lambda: sweep.estimate(jobs=jobs, out=out, grown=grown))
    for line in estimate_lines(estimate, free_bytes(out), cores(), time.perf_counter() - process_began()):
        say(line)
