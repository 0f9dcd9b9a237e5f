"""The command line. Exit codes: 0 done; 1 failed, with the disk intact; 2 something must change first; 128 and the number of
the signal that interrupted it.
"""

import atexit
import gc
import json
import sys
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...results.store.manifest import has_manifest
from ..output import after_a_second, replace_missing_signs, say, say_in_full
from . import results as reading
from .bundle import bundle, open_
from .command import remarked
from .compare import compare, seeds
from .endings import end_on_signals, run_to_its_end
from .extend import adopt, extend, say_taken
from .figure import FigureCommand, figure
from .options import Commands, NumberCommand, one_of
from .replay import replay, verify
from .results import Data, Folder, Format, write_report
from .tables import LogFormat, StatusFormat, TableFormat, slug
from .training import THREADS, Address, Backend, Force, Jobs, Log, Watched, print_dry_run
from .watch import NoOpen, Port, watch, watching_if

if TYPE_CHECKING:
    pass

app = typer.Typer(
    cls=Commands,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

SpecFile = Annotated[Path, typer.Argument(metavar="SPEC", help="TOML file that describes the sweep.")]
if TYPE_CHECKING:
    StateFormat = StatusFormat
else:
    StateFormat = one_of(StatusFormat, "form", "--format", about="Sentences, or one JSON object for programs.")


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
    results = run_with_progress(context, sweep.run, out, log, jobs=jobs, force=force)
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
    extend: Annotated[
        bool, typer.Option("--extend", help="If the folder has a sweep that SPEC contains, train what SPEC has beyond it.")
    ] = False,
    sources: Annotated[
        list[Path] | None, typer.Option("--adopt", help="First take over what is wanted from this folder. Repeatable.")
    ] = None,
) -> None:
    """Run the sweep that SPEC describes, or continue it where it stopped."""
    from ..sweep import Sweep

    watching = watching_if(watched, port, no_open, dry_run=dry_run)
    with after_a_second("planning ..."):
        sweep = Sweep.from_toml(spec)
        sweep.plan()
    out = out or Path("runs") / slug(sweep.spec.name)
    extend = extend and has_manifest(out)
    if dry_run:
        print_dry_run(sweep, out, jobs, sweep.growth(out) if extend else None)
        return
    from .run import run_with_progress

    if sources:
        say_taken(sources, sweep.adopt(out, sources))
    train = sweep.extend if extend else sweep.run
    run_with_progress(context, train, out, log, watching, jobs=jobs, backend=backend.value, address=address, force=force)


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

    watching = watching_if(watched, port, no_open)
    sweep = Sweep.of_folder(folder, data or ())
    how = {"jobs": jobs, "backend": backend.value, "address": address, "force": force}
    run_with_progress(context, sweep.run, folder, log, watching, **how)


app.command()(extend)
app.command()(adopt)
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


def main() -> None:
    """Run the command line. An error that the user can fix becomes one message and exit code 2."""
    replace_missing_signs()
    end_on_signals()
    atexit.register(gc.freeze)  # or Python looks for a second through all that ends with the process anyway
    with remarked():
        run_to_its_end(lambda: app(standalone_mode=False))
