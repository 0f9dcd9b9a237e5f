"""A process that extends a sweep and is killed when it is about to name a file, for each file in turn.

    python growing.py FOLDER

Each time the parent looks at the folder and extends the sweep to its end, by `extend` if it is still the old one, by `run` if
it is the new one. Prints a line for each kill: the signal, the runs that the sweep has, those that are done, and the hash of
the table at the end; and then the hash of the table of the larger sweep in a new folder.
"""

import os
import shutil
import signal
import sys
from itertools import count
from pathlib import Path

from backsweep.results import Results
from backsweep.results.disk.places import HeldFolder
from backsweep.sweep import Sweep
from backsweep.sweep.estimate import pace
from helpers.tables import hashed_without_runs

SMALL = {
    "name": "sweep",
    "task": "xor",
    "seeds": 2,
    "model": {"hidden": {"values": [2, 3]}},
    "train": {"lr": 0.5, "epochs": 40, "stop": {"loss": 0.69}},
    "record": {"every": 20},
}
LARGE = {**SMALL, "seeds": 3, "model": {"hidden": {"values": [3, [2, 2], 2]}}}


def killed_at(number, act):
    """How a child ended that does `act`, and is killed before it gives its number-th file a name."""
    pid = os.fork()
    if pid == 0:
        before, named = HeldFolder.rename, count(1)

        def rename(self, old, new):
            if next(named) == number:
                os.kill(os.getpid(), signal.SIGKILL)
            before(self, old, new)

        HeldFolder.rename = rename
        act()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def main(folder):
    pace.BATCH_SECONDS, pace.MOST_RUNS = 1e9, 1
    small, large = Sweep.from_dict(SMALL), Sweep.from_dict(LARGE)
    small.run(folder / "before", jobs=1)
    for number in count(1):
        place = folder / f"r{number}"
        shutil.copytree(folder / "before", place)
        ended = killed_at(number, lambda place=place: large.extend(place, jobs=1))
        if ended == 0:
            break
        left = Results.open(place)
        runs, done = left.manifest.runs, left.done
        after = large.run(place, jobs=1) if left.manifest.blocks else large.extend(place, jobs=1)
        assert after.store.damage() == []
        print(-ended, runs, done, hashed_without_runs(after))
        shutil.rmtree(place)
    print(hashed_without_runs(large.run(folder / "new", jobs=1)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
