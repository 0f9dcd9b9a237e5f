"""A sweep is interrupted, goes on where it was, and one of its runs is trained again: the same bits.

    python examples/resume_and_replay.py       into a temporary folder; about ten seconds

What is learnt: that the same call resumes a sweep, whatever stopped it, and that a run is fixed by the spec and its number
alone. On the command line these are `backsweep run`, `backsweep replay DIR RUN`, and `backsweep verify DIR` for many.
"""

import sysconfig
import time
from pathlib import Path
from subprocess import Popen
from tempfile import TemporaryDirectory

from backsweep.results import InputError, Results
from backsweep.sweep import Sweep
from backsweep.sweep.replay import replay

COMMAND = Path(sysconfig.get_path("scripts")) / "backsweep"
RUN = 4711
SWEEP = Sweep(
    task={"name": "parity", "bits": 4},
    seeds=8_000,
    model={"hidden": {"values": [8, 12]}, "activation": "tanh", "bias": True, "init": "xavier_uniform"},
    train={"lr": 0.5, "epochs": 1000},
)


def runs_done(folder: Path) -> int:
    """How many runs are on disk; a look from outside disturbs nothing."""
    try:
        return Results.open(folder).done
    except InputError:  # nothing is there yet
        return 0


def interrupted(spec: Path, folder: Path) -> int:
    """Run the sweep in a process of its own, end that once some runs are on disk, and say how many are."""
    child = Popen([COMMAND, "run", spec, "--out", folder, "--jobs", "1"])  # slowly, so that there is time for it
    while child.poll() is None and not runs_done(folder):
        time.sleep(0.1)
    child.terminate()
    child.wait()
    return runs_done(folder)


def main(folder: Path) -> None:
    """Interrupt, resume, replay."""
    spec = folder / "parity.toml"
    spec.write_text(SWEEP.to_toml(), encoding="utf-8")
    before = interrupted(spec, folder / "results")
    results = Sweep.from_toml(spec).run(folder / "results")
    print(f"{before:,} runs were on disk when it was interrupted; {results.done - before:,} were trained after that")

    again = replay(SWEEP.plan(), RUN)
    print(f"run {RUN} ended with loss {results.table.loss[RUN].hex()}")
    print(f"trained again, with {float(again.training.loss[0]).hex()}, now with its loss after each epoch:")
    print(again.trajectory.to_pandas()[["epoch", "loss"]].iloc[::250].to_string(index=False))


if __name__ == "__main__":
    with TemporaryDirectory() as temporary:
        main(Path(temporary))
