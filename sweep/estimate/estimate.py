"""What a sweep will take, for those who ask without running it: time, disk and memory, from timing a few of its own runs on
this machine. A sweep that runs learns the same from its first batches (`forecast.py`).
"""

import shutil
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from backsweep import arguments
from backsweep.ranges import whole_from

from ...results.arrays import Floats, Integers, Span
from ...results.store.compaction import MOST_FILES
from ...results.store.schema import Estimate
from ..machine import cores, peak_memory, seconds_to_keep
from ..plan.plan import Plan
from .calibrate import Timed, timed
from .costs import Costs, between, guesses, makespan, runs_inside, spread
from .pace import COPIES, Pace, batches

JOBS = whole_from(1, 1024)
MOST_TIMED = 8  # network shapes; all others are scaled from the nearest timed ones
SHAPE_SECONDS = 0.5  # for timing a shape
MOST_SECONDS = 4.0  # for timing all shapes
MOST_COUNTED = 100  # batches whose ends are computed one by one; with more batches all workers end at about the same time
FILE_SECONDS = 2e-3  # for encoding a file, besides its rows


def estimated(plan: Plan, missing: Sequence[Span], jobs: int, out: Path) -> Estimate:
    """What the missing runs will take on this many workers of this machine. The folder of results need not exist yet.

    Timing takes up to MOST_SECONDS in all. The kernels must be compiled. If there are many network shapes, some are timed, and
    the times of the others are scaled by the ratio of their guesses.
    """
    shapes, workers = plan.shapes(), min(jobs, cores())
    guessed = guesses(plan)
    ahead = runs_inside(shapes, missing)
    alive = np.flatnonzero(ahead)
    chosen = alive[spread(len(alive), MOST_TIMED)]
    seconds = min(MOST_SECONDS / len(chosen), SHAPE_SECONDS)
    found = {int(shape): timed(plan, shapes[shape], workers, seconds) for shape in chosen}
    costs = _costs(plan, guessed, found)
    files = 1 + (plan.record_at is not None) + plan.spec.record.weights
    shard_seconds = files * (FILE_SECONDS + seconds_to_keep(nearest(out)))
    return _estimate(plan, missing, ahead, jobs, workers, found, costs, shard_seconds)


def _estimate(
    plan: Plan,
    missing: Sequence[Span],
    ahead: Integers,
    jobs: int,
    workers: int,
    found: dict[int, Timed],
    costs: Costs,
    shard_seconds: float,
) -> Estimate:
    places, all_timed = np.array(list(found)), list(found.values())

    def summed(values: list[float]) -> float:
        """The sum over all runs ahead of a quantity, given its means for the timed shapes."""
        return float(between(len(ahead), places, np.maximum(values, 1e-12)) @ ahead)

    pace = Pace(plan, costs)
    some = list(islice(batches(missing, pace), MOST_COUNTED))
    runs = int(ahead.sum())
    many = len(some) * runs / sum(stop - start for start, stop in some)
    work = [costs.of(span) + shard_seconds for span in some]  # a worker waits until its batch is on disk
    every = sum(costs.of(span) for span in missing) + many * shard_seconds
    seconds = max(makespan(work, workers) + (every - sum(work)) / workers, many * shard_seconds)
    disk = summed([one.run_bytes for one in all_timed]) + min(many, MOST_FILES) * max(one.file_bytes for one in all_timed)
    largest = max(stop - start for start, stop in some)
    held = min(2 * jobs, many) * largest * max(one.held_bytes for one in all_timed) * COPIES
    return Estimate(
        jobs=jobs,
        runs=runs,
        cells=plan.cells,
        shapes=int(np.count_nonzero(ahead)),
        timed=len(found),
        cut=any(one.cut for one in all_timed),
        run_epochs=round(summed([float(one.epochs.mean()) for one in all_timed])),
        seconds=seconds,
        disk=round(disk),
        memory=round(peak_memory() + held),
    )


def _costs(plan: Plan, guessed: Floats, found: dict[int, Timed]) -> Costs:
    """The costs of all runs: of timed shapes from their samples, of others from their guesses, scaled as their neighbours are.

    The fixed time of a call is spread over the runs of its shape: with many runs it hardly counts, and few runs are one call.
    """
    shapes = plan.shapes()
    timed_seconds = {
        shape: one.seconds + one.call_seconds / (shapes[shape][1] - shapes[shape][0]) for shape, one in found.items()
    }
    ratios = [float(each.mean()) / guessed[shape] for shape, each in timed_seconds.items()]
    scaled = guessed * between(len(guessed), np.array(list(found)), np.array(ratios))
    points, seconds, total = [0.0], [0.0], 0.0
    for shape, (start, stop) in enumerate(shapes):
        each = timed_seconds.get(shape, scaled[shape : shape + 1])
        points.extend(np.linspace(start, stop, len(each) + 1)[1:])
        seconds.extend(total + np.cumsum(each) * ((stop - start) / len(each)))
        total = seconds[-1]
    return Costs(np.array(points), np.array(seconds))


def checked_jobs(jobs: object) -> int:
    """The number of workers, where None means one per core. SettingError for anything that is not such a number."""
    return cores() if jobs is None else arguments.whole("jobs", jobs, JOBS)


def free_bytes(path: Path) -> int:
    """The free bytes on the disk where a folder is, or will be made."""
    return shutil.disk_usage(nearest(path)).free


def nearest(path: Path) -> Path:
    """A folder, or the nearest existing folder above it."""
    return next(folder for folder in (path.absolute(), *path.absolute().parents) if folder.is_dir())
