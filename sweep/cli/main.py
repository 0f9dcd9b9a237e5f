"""The command line. Exit codes: 0 done; 1 failed, with the disk intact; 2 something must change first; 128 and the number of
the signal that interrupted it.
"""

import atexit
import gc
import json
import sys
import time
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..output import after_a_second, replace_missing_signs, say, say_in_full
from . import results as reading
from .bundle import bundle, open_
from .command import interruptible, remarked
from .compare import compare, seeds
from .endings import end_on_signals, run_to_its_end
from .figure import FigureCommand, figure
from .options import Commands, NumberCommand, one_of, typed
from .replay import replay, verify
from .results import Data, Folder, Format, write_report
from .tables import BackendName, LogFormat, StatusFormat, TableFormat, slug
from .watch import NoOpen, Port, watch, watching_if

if TYPE_CHECKING:
    from ..sweep import Sweep

app = typer.Typer(
    cls=Commands,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

SpecFile = Annotated[Path, typer.Argument(metavar="SPEC", help="TOML file that describes the sweep.")]
Jobs = Annotated[int | None, typer.Option(parser=typed, metavar="INTEGER", help="Number of workers; default: one per core.")]
THREADS = BackendName("threads")
if TYPE_CHECKING:
    Backend = BackendName
    Log = LogFormat
    StateFormat = StatusFormat
else:
    Backend = one_of(BackendName, "backend", about="Where the workers run: in threads or processes here, or on a cluster.")
    Log = one_of(LogFormat, "log", about="What to print meanwhile: a progress bar, or JSON objects, one per line.")
    StateFormat = one_of(StatusFormat, "form", "--format", about="Sentences, or one JSON object for programs.")
Force = Annotated[bool, typer.Option("--force", help="Run even if the disk seems too small or the time too long.")]
Watched = Annotated[bool, typer.Option("--watch", help="Show the sweep in a browser while it runs.")]
Address = Annotated[
    str | None, typer.Option(help="HOST:PORT of the cluster, for dask and ray; default: start a cluster on this machine.")
]


def _say_version(asked: bool) -> None:
    if asked:
        say(f"backsweep {version('backsweep')}")
        raise typer.Exit


@app.callback()
def backsweep(
    _: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Train small neural networks by the hundred thousand and see which of them converge."""


@app.command()
def demo(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help="Folder for the results.")] = Path("runs/demo"),
    jobs: Jobs = None,
    small: Annotated[bool, typer.Option("--small", help="Use a hundredth of the seeds.")] = False,
    log: Log = LogFormat.bar,
    force: Force = False,
) -> None:
    """Train the XOR network of a notebook 100,000 times, and write a report."""
    from ..sweep import Sweep
    from .run import run_with_progress

    sweep = Sweep.from_toml(str(files("backsweep.examples") / "xor.toml"))
    if small:
        sweep = Sweep.from_dict({**sweep.spec.to_dict(), "seeds": 10})
        out = out.with_name(f"{out.name}-small") if out == Path("runs/demo") else out
    results = run_with_progress(context, sweep, out, log, jobs=jobs, force=force)
    write_report(results, to=sys.stderr if log is LogFormat.json else None)


@app.command()
def run(
    context: typer.Context,
    spec: SpecFile,
    out: Annotated[Path | None, typer.Option(help="Folder for the results; default: runs/NAME.")] = None,
    jobs: Jobs = None,
    backend: Backend = THREADS,
    address: Address = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the plan and, from timing a sample, what it would take; keep nothing.")
    ] = False,
    log: Log = LogFormat.bar,
    force: Force = False,
    watched: Watched = False,
    port: Port = None,
    no_open: NoOpen = False,
) -> None:
    """Run the sweep that SPEC describes, or continue it where it stopped."""
    from ..sweep import Sweep

    with after_a_second("planning ..."):
        sweep = Sweep.from_toml(spec)
        sweep.plan()
    out = out or Path("runs") / slug(sweep.spec.name)
    if dry_run:
        _dry_run(sweep, out, jobs)
        return
    from .run import run_with_progress

    watching = watching_if(watched, port, no_open)
    run_with_progress(context, sweep, out, log, watching, jobs=jobs, backend=backend.value, address=address, force=force)


@app.command()
def schema() -> None:
    """Print the JSON Schema of SPEC files, with which editors complete and check them."""
    from ..spec.json_schema import spec_schema

    say_in_full(json.dumps(spec_schema(), indent=2, ensure_ascii=False) + "\n")


@app.command()
def resume(
    context: typer.Context,
    folder: Folder,
    jobs: Jobs = None,
    backend: Backend = THREADS,
    address: Address = None,
    log: Log = LogFormat.bar,
    force: Force = False,
    data: Data = None,
    watched: Watched = False,
    port: Port = None,
    no_open: NoOpen = False,
) -> None:
    """Continue the sweep in DIR: train the runs that are missing or damaged."""
    from ..sweep import Sweep
    from .run import run_with_progress

    sweep = Sweep.of_folder(folder, data or ())
    watching = watching_if(watched, port, no_open)
    run_with_progress(context, sweep, folder, log, watching, jobs=jobs, backend=backend.value, address=address, force=force)


app.command()(reading.table)
app.command()(compare)
app.command()(seeds)
app.command(cls=FigureCommand)(figure)
app.command()(reading.report)
app.command()(watch)
app.command(cls=NumberCommand)(replay)
app.command()(verify)
app.command()(bundle)
app.command("open")(open_)


@app.command()
def status(
    folder: Folder,
    form: StateFormat = StatusFormat.text,
) -> None:
    """Show the progress of the sweep in DIR, its outcomes so far, and whether a process runs it. Disturbs nothing."""
    from .status import print_status

    print_status(folder, form)


@app.command()
def ls(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="Folder that contains folders of results.")] = Path("runs"),
    form: Format = TableFormat.text,
) -> None:
    """List the sweeps in DIR with their numbers of runs, progress, outcomes and dates."""
    from .status import print_list

    print_list(folder, form)


def _dry_run(sweep: "Sweep", out: Path, jobs: int | None) -> None:
    """Print what would be run and what it would take. Compiles the kernels that timing needs, if they are not compiled yet."""
    from ..estimate.bounds import years
    from ..estimate.estimate import checked_jobs, free_bytes
    from ..machine import cores, process_began
    from .tables import estimate_lines

    plan = sweep.plan()
    warning = years(plan, [(0, plan.runs)], checked_jobs(jobs))
    remarks = [*plan.remarks(), *([] if warning is None else [f"{warning}; `backsweep run` needs --force for that"])]
    sizes, lines = plan.outline
    for line in [sizes, *(f"  {line}" for line in lines), *(f"Remark: {remark}" for remark in remarks)]:
        say(line)
    estimate = interruptible(lambda: sweep.estimate(jobs=jobs, out=out))
    for line in estimate_lines(estimate, free_bytes(out), cores(), time.perf_counter() - process_began()):
        say(line)


def main() -> None:
    """Run the command line. An error that the user can fix becomes one message and exit code 2."""
    replace_missing_signs()
    end_on_signals()
    atexit.register(gc.freeze)  # or Python looks for a second through all that ends with the process anyway
    with remarked():
        run_to_its_end(lambda: app(standalone_mode=False))
