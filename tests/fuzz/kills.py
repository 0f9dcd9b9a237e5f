"""Kills sweeps at random moments, on every backend, and resumes them; the final table must equal that of an uninterrupted
sweep.

python -m fuzz.kills [--seed N] [--kills K] [--backends threads,processes,dask,ray]

Each process is killed together with all processes that it started, as a batch system does it.
"""

import argparse
import os
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from backsweep.results import Results
from backsweep.sweep import Sweep
from helpers.tables import SPEC, hashed

LONG = {**SPEC, "seeds": 20_000}
TESTS = Path(__file__).parents[1]
RUN = """
import sys
from backsweep.sweep import Sweep; from backsweep.sweep.estimate import pace
from fuzz.kills import LONG
pace.BATCH_SECONDS = 0.03
Sweep.from_dict(LONG).run(sys.argv[1], jobs=2, backend=sys.argv[2])
"""


def killed(folder: Path, backend: str, rng: Random) -> int:
    """Start or resume a sweep and kill it, at a random time or once it has finished more runs than before; the runs done."""
    before = done(folder)
    child = subprocess.Popen(
        [sys.executable, "-c", RUN, folder, backend],
        cwd=TESTS,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    if rng.random() < 0.8:
        while child.poll() is None and done(folder) == before:
            time.sleep(0.01)
        time.sleep(rng.uniform(0, 0.3))
    else:
        time.sleep(rng.uniform(0, 8))
    family = [child.pid, *descendants(child.pid)]
    for pid in family:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    child.wait()
    return done(folder)


def descendants(pid: int) -> list[int]:
    """The processes that a process has started, and those that they have started."""
    children = Path(f"/proc/{pid}/task").glob("*/children")
    found = [int(child) for file in children for child in file.read_text().split()]
    return [*found, *(one for child in found for one in descendants(child))]


def done(folder: Path) -> int:
    """The number of finished runs."""
    return Results.open(folder).done if (folder / "manifest.json").exists() else 0


def main() -> None:
    """The command. Exit code 1 if a table differs from that of an uninterrupted sweep."""
    parser = argparse.ArgumentParser(prog="kills")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--kills", type=int, default=8)
    parser.add_argument("--backends", default="threads,processes,dask,ray")
    given = parser.parse_args()
    wrong = 0
    with TemporaryDirectory() as base:
        expected = hashed(Sweep.from_dict(LONG).run(Path(base) / "alone", jobs=2))
        for backend in given.backends.split(","):
            rng, folder = Random(f"{given.seed}-{backend}"), Path(base) / backend
            kept = [killed(folder, backend, rng) for _ in range(given.kills)]
            same = hashed(Sweep.from_dict(LONG).run(folder, jobs=2)) == expected
            wrong += not same or kept != sorted(kept)
            table = "the same" if same else "ANOTHER"
            print(f"seed {given.seed}, {backend}: runs kept after each kill {kept}; the table is {table}", flush=True)
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
