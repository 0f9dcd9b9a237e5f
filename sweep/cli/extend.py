"""The commands that add runs to a sweep: new ones, and those that other folders have."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from backsweep.errors import SettingError

from ..output import after_a_second, say
from ..text import count
from .options import typed
from .results import Data, Folder
from .tables import LogFormat, StatusFormat
from .training import THREADS, Address, Backend, Force, Jobs, Log, Watched, print_dry_run
from .watch import NoOpen, Port, watching_if


def say_taken(sources: Sequence[Path], taken: Sequence[int]) -> None:
    """Say how many runs were taken over from each folder."""
    for source, runs in zip(sources, taken, strict=True):
        say(f"{source}: {count(runs, 'run')} taken over")


def adopt(
    folder: Folder,
    sources: Annotated[list[Path], typer.Argument(metavar="FROM...", help="Folders of results that runs are taken from.")],
    other_kernels: Annotated[
        bool, typer.Option("--other-kernels", help="Take also runs of other versions of the kernels, and mark them.")
    ] = False,
    data: Data = None,
) -> None:
    """Take over runs that are missing in DIR from other folders, instead of training them."""
    from ..sweep import Sweep
    from .status import print_status

    files = data or ()
    taken = Sweep.of_folder(folder, files).adopt(folder, sources, other_kernels=other_kernels, data=files)
    say_taken(sources, taken)
    print_status(folder, StatusFormat.text)


def extend(
    context: typer.Context,
    folder: Folder,
    spec: Annotated[
        Path | None, typer.Argument(metavar="[SPEC]", help="TOML file of a sweep that contains that in DIR.")
    ] = None,
    seeds: Annotated[
        int | None, typer.Option(parser=typed, metavar="INTEGER", help="Seeds per cell in all, in place of SPEC.")
    ] = None,
    jobs: Jobs = None,
    backend: Backend = THREADS,
    address: Address = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what is new and, from timing a sample, what it would take; change nothing.")
    ] = False,
    log: Log = LogFormat.bar,
    force: Force = False,
    data: Data = None,
    watched: Watched = False,
    port: Port = None,
    no_open: NoOpen = False,
) -> None:
    """Extend the sweep in DIR to that of SPEC, or to more seeds: train what is new, and keep all that is there."""
    from ..more_seeds import with_seeds
    from ..sweep import Sweep
    from .run import run_with_progress

    files = data or ()
    if (spec is None) == (seeds is None):
        raise SettingError(["seeds", "spec"], "give either a SPEC or --seeds: what the sweep is to become", shown="")
    with after_a_second("planning ..."):
        sweep = with_seeds(folder, seeds, files) if spec is None else Sweep.from_toml(spec)
        grown = sweep.growth(folder, data=files)
    if dry_run:
        print_dry_run(sweep, folder, jobs, grown)
        return
    watching = watching_if(watched, port, no_open)
    how = {"jobs": jobs, "backend": backend.value, "address": address, "force": force}
    run_with_progress(context, sweep.extend, folder, log, watching, data=files, **how)
