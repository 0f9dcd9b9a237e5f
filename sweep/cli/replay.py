"""Commands that train runs of a folder again: one with its whole trajectory, or a sample to compare every bit."""

from enum import StrEnum
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from backsweep import arguments
from backsweep.errors import FileError, SettingError
from backsweep.ranges import ANY_SIZE

from ..output import say
from ..text import count
from .command import interruptible
from .endings import fail
from .options import one_of, typed
from .results import Data, Folder, opened
from .tables import TableFormat, print_replay

if TYPE_CHECKING:
    from ...results import Results
    from ...results.arrays import Integers
    from ..plan.plan import Plan
    from ..run.replay import Replay

if TYPE_CHECKING:

    class ReplayFormat(StrEnum):
        """What is given of a run: its trajectory as a table, or its weights too, as a file of arrays."""

        text = "text"
        npz = "npz"

    Form = ReplayFormat
else:
    ReplayFormat = StrEnum("ReplayFormat", {**{form.name: form.value for form in TableFormat}, "npz": "npz"})
    Form = one_of(ReplayFormat, "form", "--format", about="Format of the trajectory; npz writes a file, with the weights.")


def replay(
    folder: Folder,
    run: Annotated[int, typer.Argument(metavar="RUN", help="Number of the run.", parser=typed)],
    form: Form = ReplayFormat.text,
    out: Annotated[Path | None, typer.Option(help="File to write, for --format npz; default: DIR/run-RUN.npz.")] = None,
    data: Data = None,
) -> None:
    """Train one run of DIR again, bit for bit, and print its whole trajectory, or keep it with the weights in a file."""
    from ..run.replay import replay as train_again
    from ..sweep import Sweep

    if out is not None and form is not ReplayFormat.npz:
        raise SettingError(["out"], f"cannot be combined with --format {form.value}; use it with --format npz")
    results = opened(folder)
    plan = Sweep.of_folder(folder, data or ()).plan()
    again, unlike = interruptible(lambda: (train_again(plan, run), _differences(results, plan, [run])))
    if form is ReplayFormat.npz:
        say(f"Weights and trajectory: {_written(again, out or folder / f'run-{run}.npz')}")
    else:
        print_replay(again, TableFormat(form.value))
    if unlike:
        fail("; ".join(unlike))
    if form in {ReplayFormat.text, ReplayFormat.npz} and run in set(results.table["run"]):
        say("The same bits as in the folder.")


def _written(again: "Replay", path: Path) -> Path:
    """The file that the arrays of a run were written to."""
    import numpy as np

    from ...results.store.files import write_whole

    if not path.parent.is_dir():
        raise FileError(path, f"there is no folder {path.parent}")
    content = BytesIO()
    arrays: dict[str, Any] = again.arrays()  # or a type checker takes one of them for an option of `savez`
    np.savez(content, **arrays)
    write_whole(path, lambda file: file.write(content.getvalue()))
    return path


def verify(
    folder: Folder,
    sample: Annotated[int, typer.Option(parser=typed, metavar="INTEGER", help="Number of runs to train again.")] = 1000,
    data: Data = None,
) -> None:
    """Train a sample of the runs of DIR again, and compare every bit of rows, records and final weights."""
    import numpy as np

    from ..sweep import Sweep

    sample = arguments.whole("sample", sample, ANY_SIZE)
    results = opened(folder)
    damage = results.store.damage()
    if damage:
        fail("\n".join([f"{count(len(damage), 'damaged file')}:", *damage]))
    runs = results.table["run"].to_numpy()
    if not len(runs):
        raise FileError(folder, f"no run is done yet; `backsweep resume {folder}`")
    chosen = np.sort(np.random.default_rng().choice(runs, min(sample, len(runs)), replace=False))
    unlike = interruptible(lambda: _differences(results, Sweep.of_folder(folder, data or ()).plan(), chosen))
    if unlike:
        fail("\n".join([f"{len(unlike)} values differ:", *unlike[:10]]))
    say(f"{len(chosen):,} of {len(runs):,} runs trained again: every bit is the same")


def _differences(results: "Results", plan: "Plan", runs: "Integers | list[int]") -> list[str]:
    from ..run.replay import differences

    table = results.table
    return differences(plan, table[table["run"].isin(runs)], results.store)
