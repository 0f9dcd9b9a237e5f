"""Times one network shape: trains a sample of the sweep's own runs, on as many threads as there will be workers.

The sample has one run at random from each of many equal spans, so it contains each cell's share of runs that converge early.
Sampled runs are trained to their end if time allows. Otherwise they are cut off, and those that had not ended by then are
assumed to use all their epochs, so that the estimate is too long rather than too short.

The time is that of the thread on its core, because on a busy machine a thread may wait for a core a hundred times as long as a
short timing takes. The waiting times of the threads during the sample are added as a factor.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from backsweep.columns import COLUMNS, REAL
from backsweep.outcomes import Outcome

from ...kernels import Training, lanes_of, train_flat
from ...results.arrays import Floats, Integers, Span
from ...results.store.files import encoded
from ..plan.batch import table_of
from ..plan.plan import Plan
from ..plan.records import records_table, weights_table
from .costs import makespan
from .pace import MOST_NUMBERS, numbers

ROUNDS = 4  # runs per lane in a sample, at least; fewer would say little about how long runs last
CLOCK_SECONDS = 1e-6  # the shortest duration that a timing is taken to have
MOST_ROWS = 4096  # in the shard that is written to memory


class Timed(NamedTuple):
    """What is known about one network shape.

    runs: the sample, in ascending order. seconds: what each of these takes a worker if all lanes are always full. epochs: how
    many each takes. cut: whether some of them were cut off. call_seconds: what a call of the kernels takes a worker besides its
    epochs, including data and tables. file_bytes, run_bytes: on disk, per batch and per run in it. held_bytes: in memory, per
    run, while its batch is trained and written.
    """

    runs: Integers
    seconds: Floats
    epochs: Integers
    cut: bool
    call_seconds: float
    file_bytes: float
    run_bytes: float
    held_bytes: float


class _Sample(NamedTuple):
    """Runs that were trained for at most `cap` epochs, and the seconds on a core and the lane steps that this took.

    waiting: the factor by which it lasted longer than the thread was on a core.
    """

    runs: Integers
    training: Training
    seconds: float
    steps: float
    waiting: float


def timed(plan: Plan, shape: Span, workers: int, seconds: float) -> Timed:
    """Time the runs of a network shape, for about `seconds` seconds. The kernels must be compiled."""
    first = shape[:1]
    call_seconds = _train(plan, np.array(first), 1, 0.0).seconds  # makes its data anew, if batches will have to
    lanes = lanes_of(plan.shape(plan.shape_of(shape[0])).dtype)
    rng = np.random.default_rng(0)
    most = max(int(MOST_NUMBERS // numbers(plan, shape[0])), 1)
    once = _train(plan, np.array(first), 1, 0.0).seconds  # the time of a call that does almost nothing
    cap, step = 1, _probe(plan, shape, lanes, 1, once)
    longest = int(np.max(plan.setting("train.epochs", _drawn(shape, lanes, rng))))
    while cap < longest and step * cap < seconds / 20:
        cap = min(4 * cap, longest)
        step = _probe(plan, shape, lanes, cap, once)
    steps = seconds / step
    cap = int(min(longest, max(steps / ROUNDS, 1)))
    each = min(max(int(steps // (cap + 1)), 1) * lanes, most, max((shape[1] - shape[0]) // workers, 1))
    runs = _drawn(shape, each * workers, rng)
    parts = [runs[k::workers] for k in range(min(workers, len(runs)))]
    with ThreadPoolExecutor(len(parts)) as pool:
        samples = list(pool.map(partial(_train, plan, cap=cap, beside=once), parts))
    return _summed(plan, shape, samples, cap, lanes, call_seconds)


def _probe(plan: Plan, shape: Span, lanes: int, cap: int, once: float) -> float:
    """The seconds that one step of all lanes takes, from one round of runs."""
    sample = _train(plan, _drawn(shape, lanes, np.random.default_rng(1)), cap, once)
    return sample.seconds / sample.steps


def _drawn(shape: Span, many: int, rng: np.random.Generator) -> Integers:
    """One random run from each of `many` equal spans, or all runs if there are no more than that."""
    start, stop = shape
    if many >= stop - start:
        return np.arange(start, stop)
    return start + ((np.arange(many) + rng.random(many)) * ((stop - start) / many)).astype(np.int64)


def _train(plan: Plan, runs: Integers, cap: int, beside: float) -> _Sample:
    """Train runs for at most `cap` epochs. beside: the seconds that a call takes besides its epochs."""
    at = plan.record_at
    recorded = [] if at is None else [k for k, run in enumerate(runs) if len(plan.recorded((run, run + 1)))]
    begin, begin_on_core = time.perf_counter(), time.thread_time()
    call = plan.arguments(runs)
    training = train_flat(
        call["x"],
        call["y"],
        {**call["settings"], "epochs": np.minimum(call["settings"]["epochs"], cap)},
        keep_weights=plan.spec.record.weights,
        record_at=at[at <= cap] if at is not None and recorded else None,
        record_runs=recorded if at is not None and recorded else None,
    )
    wall, seconds = time.perf_counter() - begin, max(time.thread_time() - begin_on_core, CLOCK_SECONDS)
    steps = makespan((training.epochs + 1).tolist(), lanes_of(call["settings"]["dtype"]))
    return _Sample(runs, training, max(seconds - beside, seconds / 10), steps, max(wall / seconds, 1.0))


def _summed(plan: Plan, shape: Span, samples: list[_Sample], cap: int, lanes: int, call_seconds: float) -> Timed:
    """Combines the samples of all threads."""
    runs = np.concatenate([sample.runs for sample in samples])
    order = np.argsort(runs)
    runs, limits = runs[order], np.broadcast_to(plan.setting("train.epochs", runs[order]), len(runs))
    epochs = np.concatenate([sample.training.epochs for sample in samples])[order]
    outcome = np.concatenate([sample.training.outcome for sample in samples])[order]
    cut = (outcome == Outcome.CAPPED) & (limits > cap)
    epochs = np.where(cut, limits, epochs)
    waiting = sum(sample.waiting for sample in samples) / len(samples)
    step = waiting * sum(sample.seconds for sample in samples) / sum(sample.steps for sample in samples)
    sizes = _sizes(plan, shape, samples[0], float(_times(plan, epochs).mean()))
    return Timed(runs, (epochs + 1) * step / lanes, epochs, bool(cut.any()), waiting * call_seconds, *sizes)


def _times(plan: Plan, epochs: Integers) -> Floats:
    """How many records a recorded run has if it takes this many epochs. There is always one at its end."""
    at = plan.record_at
    return np.zeros(len(epochs)) if at is None else (np.searchsorted(at, epochs) + 1).astype(np.float64)


def _sizes(plan: Plan, shape: Span, sample: _Sample, times: float) -> tuple[float, float, float]:
    """The bytes that a batch's files take whatever they hold, that each run adds to them, and that a run takes in memory."""
    rows, training, record = _rows(plan, shape, sample), sample.training, plan.spec.record
    share = plan.numbering.recorded / plan.runs
    tables = [(rows, 1.0)]
    if training.trajectories is not None:
        tables.append((records_table(training.trajectories, shape[0]), times * share))
    if record.weights:
        tables.append((weights_table(training, sample.runs, np.arange(len(sample.runs))), share))
    slopes = [_slope(table) for table, _ in tables]
    return (
        sum(file for file, _ in slopes),
        sum(each * rows_a_run for (_, each), (_, rows_a_run) in zip(slopes, tables, strict=True)),
        sum(table.nbytes / len(table) * rows_a_run for table, rows_a_run in tables),
    )


def _rows(plan: Plan, shape: Span, sample: _Sample) -> pa.Table:
    """Rows of the shape's first runs with the results of the sample, in which repeated losses and the like are varied."""
    runs = np.arange(shape[0], min(shape[1], shape[0] + MOST_ROWS))
    picks = np.arange(len(runs)) * len(sample.runs) // len(runs)
    fuzz = 1 + np.random.default_rng(0).random(len(runs)) * 1e-3
    found = {name: getattr(sample.training, name) for name in COLUMNS}
    picked = {name: values[picks] for name, values in found.items() if values is not None}
    unlike = {name: values * fuzz for name, values in picked.items() if COLUMNS[name].encoding == REAL}
    return table_of(plan, runs, replace(sample.training, **{**picked, **unlike}))


def _slope(table: pa.Table) -> tuple[float, float]:
    """The bytes of a file, as a part that every file has and a part per row."""
    half, whole = len(table) // 2, len(table)
    if not half:
        return float(len(encoded(table))), 0.0
    less, more = len(encoded(table.slice(0, half))), len(encoded(table))
    each = max(more - less, 0) / (whole - half)
    return max(more - each * whole, 0.0), each
