"""What a sweep will take, before it begins: time, disk and memory, from timing a few of its own runs on this machine."""

import shutil
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np

from backsweep import arguments
from backsweep.ranges import Range

from ...results.arrays import Floats, Integers
from ...results.store.compaction import MOST_FILES
from ...results.store.schema import Estimate
from ...results.store.store import Span
from ..machine import cores, peak_memory, seconds_to_keep
from ..plan.plan import Plan
from .calibrate import Timed, timed
from .costs import Costs, between, guesses, makespan, spread
from .pace import Pace, batches

JOBS = Range("a whole number from 1 to 1024", 1, 1024, whole=True)
MOST_TIMED = 8  # network shapes; all others are scaled from the nearest timed ones
SHAPE_SECONDS = 0.5  # for timing a shape when a plan is asked for
MOST_SECONDS = 4.0  # for timing all shapes
START_SECONDS = 0.05  # of timing before a run starts, for all shapes, at least; then this share of the guess:
START_SHARE = 0.1
MOST_COUNTED = 100  # batches whose ends are computed one by one; with more batches all workers end at about the same time
FILE_SECONDS = 2e-3  # for encoding a file, besides its rows
COPIES = 4  # of a batch's rows: in the kernels' arrays, as columns, encoded, and waiting to be written


class Outlook(NamedTuple):
    """An estimate, and the costs of runs that it is based on."""

    estimate: Estimate
    costs: Costs


def outlook(
    plan: Plan, missing: Sequence[Span], jobs: int, out: Path, seconds: float | None = None, *, here: bool = True
) -> Outlook:
    """What the missing runs will take on this many workers. The folder of results need not exist yet.

    Timing takes about `seconds` in all (None: as long as the start of a run may take). The kernels must be compiled. here: the
    workers share this machine's cores; otherwise each has a core of its own that is as fast. If there are many network shapes,
    some are timed, and the times of the others are scaled by the ratio of their guesses.
    """
    shapes, threads = plan.shapes(), min(jobs, cores())
    workers = threads if here else jobs
    guessed = guesses(plan)
    ahead = _inside(shapes, missing)
    alive = np.flatnonzero(ahead)
    chosen = alive[spread(len(alive), MOST_TIMED)]
    if seconds is None:
        seconds = float(np.clip(START_SHARE * np.sum(guessed * ahead) / workers, START_SECONDS, MOST_SECONDS))
    seconds = min(seconds, MOST_SECONDS) / len(chosen)
    found = {int(shape): timed(plan, shapes[shape], threads, min(seconds, SHAPE_SECONDS)) for shape in chosen}
    costs = _costs(plan, guessed, found)
    files = 1 + (plan.record_at is not None) + plan.spec.record.weights
    shard_seconds = files * (FILE_SECONDS + seconds_to_keep(nearest(out)))
    return Outlook(_estimate(plan, missing, ahead, jobs, workers, found, costs, shard_seconds), costs)


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


def _inside(shapes: Sequence[Span], spans: Sequence[Span]) -> Integers:
    """How many runs of each shape lie in some spans, (shapes,)."""
    ends = np.array([0, *(stop for _, stop in shapes)])
    counts = np.zeros(len(shapes), np.int64)
    for start, stop in spans:
        counts += np.diff(np.clip(ends, start, stop))
    return counts


def checked_jobs(jobs: object) -> int:
    """The number of workers, where None means one per core. SettingError for anything that is not such a number."""
    return cores() if jobs is None else arguments.whole("jobs", jobs, JOBS)


def free_bytes(path: Path) -> int:
    """The free bytes on the disk where a folder is, or will be made."""
    return shutil.disk_usage(nearest(path)).free


def nearest(path: Path) -> Path:
    """A folder, or the nearest existing folder above it."""
    return next(folder for folder in (path.absolute(), *path.absolute().parents) if folder.is_dir())
