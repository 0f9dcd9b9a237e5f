"""Interrupts a sweep, continues it, and trains one of its runs again, to the same bits.

    python examples/resume_and_replay.py       writes to a temporary folder; takes about ten seconds

You learn that the same call resumes a sweep, whatever stopped it, and that its spec and its number determine a run completely.
On the command line use `backsweep run` to resume, `backsweep replay DIR RUN` for one run, and `backsweep verify DIR` for many.
"""

import sysconfig
import time
from pathlib import Path
from subprocess import Popen
from tempfile import TemporaryDirectory

import backsweep
from backsweep.sweep.replay import replay

COMMAND = Path(sysconfig.get_path("scripts")) / "backsweep"
RUN = 4711
SWEEP = backsweep.Sweep(
    task={"name": "parity", "bits": 4},
    seeds=8_000,
    model={"hidden": {"values": [8, 12]}, "activation": "tanh", "bias": True, "init": "xavier_uniform"},
    train={"lr": 0.5, "epochs": 1000},
)


def runs_done(folder: Path) -> int:
    """The number of runs on disk. Looking does not disturb the process that writes them."""
    try:
        return backsweep.open(folder).done
    except backsweep.ResultsError:  # the folder does not exist yet
        return 0


def interrupted(spec: Path, folder: Path) -> int:
    """Run the sweep in another process, end that process once some runs are on disk, and return their number."""
    child = Popen([COMMAND, "run", spec, "--out", folder, "--jobs", "1"])  # one worker, so that there is time to interrupt it
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
    results = backsweep.Sweep.from_toml(spec).run(folder / "results")
    print(f"{before:,} runs were on disk when the sweep was interrupted; {results.done - before:,} were trained afterwards")

    again = replay(SWEEP.plan(), RUN)
    print(f"run {RUN} ended with loss {results.table.loss[RUN].hex()}")
    print(f"trained again, it ended with {float(again.training.loss[0]).hex()}; its loss, every 250 epochs:")
    print(again.trajectory.to_pandas()[["epoch", "loss"]].iloc[::250].to_string(index=False))


if __name__ == "__main__":
    with TemporaryDirectory() as temporary:
        main(Path(temporary))
