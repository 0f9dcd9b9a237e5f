"""A sweep whose process is killed at random moments and restarted each time.

    python killing.py FOLDER KILLS SEED BACKEND

Each begins at most as many batches as it is allowed, and then waits for its end, so that no machine is so fast that it finishes
first; and is killed at some moment after so many or fewer. Prints for each kill how the process ended, how many runs were done,
and how many batches were begun by it and are not on disk.
Then the hash of the finished table, and that of the same sweep made in one go.
Processes are forked from one that has all loaded, so that they are killed at work and not while they import.
"""

import os
import random
import signal
import sys
import time
from pathlib import Path

from backsweep.results import Results
from backsweep.sweep import Sweep
from backsweep.sweep.estimate import pace
from backsweep.sweep.plan import batch
from backsweep.sweep.run import execute
from helpers.tables import SPEC, hashed

JOBS = 2
MOST_BEGUN = 8  # batches per process, of 500 runs each, so that some runs of SEEDS are left
SEEDS = 600  # per kill: 6,000 runs


def run_until_killed(sweep, folder, journal, backend):
    """In a child process: train, and note each batch that begins."""
    before = execute.run_or_fail

    def told(spec, span):
        while len(batches_begun(journal)) >= MOST_BEGUN:
            time.sleep(0.01)
        with journal.open("a") as file:
            file.write(f"{span[0]} {span[1]}\n")
        return before(spec, span)

    execute.run_or_fail = told
    sweep.run(folder, jobs=JOBS, backend=backend)


def batches_begun(journal):
    return [tuple(map(int, line.split())) for line in journal.read_text().splitlines()] if journal.exists() else []


def under_way(folder, journal):
    missing = Results.open(folder).store.missing() if folder.exists() else []
    return sum(
        any(start < stop_there and first < stop for first, stop_there in missing) for start, stop in batches_begun(journal)
    )


def main(folder, kills, seed, backend):
    rng = random.Random(seed)
    pace.BATCH_SECONDS, pace.MOST_RUNS = 1e9, 500
    sweep = Sweep.from_dict({**SPEC, "seeds": SEEDS * kills})
    batch.run_or_fail(sweep.plan(), (0, 1))
    for kill in range(kills):
        journal = folder / f"journal-{kill}"
        pid = os.fork()
        if pid == 0:
            run_until_killed(sweep, folder / "r", journal, backend)
            os._exit(0)
        begun = rng.choice([0, *range(JOBS + 1, MOST_BEGUN - JOBS)])  # now and then before the first
        while len(batches_begun(journal)) < begun:
            time.sleep(0.001)
        time.sleep(rng.uniform(0.0, 0.1))
        os.kill(pid, signal.SIGKILL)
        ended = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        done = Results.open(folder / "r").done if (folder / "r" / "manifest.json").exists() else 0
        print(ended, done, under_way(folder / "r", journal))
    for out in ("r", "one-go"):
        print(hashed(sweep.run(folder / out, jobs=JOBS)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
