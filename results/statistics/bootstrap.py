"""Bootstrap intervals of statistics that can be computed from totals over runs, for many groups at once.

The runs of a group with more than BATCHES runs are dealt at random into that many batches, and batches are drawn instead of
runs. Totals of batches vary as totals of runs do, and 500 batches give equally good intervals. Drawing ten million runs a
thousand times would take minutes. It does not matter that batches differ in size, if the statistic stays the same when all
totals grow by the same factor, as ratios of totals do.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from ..arrays import Floats, Integers
from .groups import CONFIDENCE
from .resampling import RESAMPLES, Interval, in_order, resampled

Statistic = Callable[[Floats], Floats]

BATCHES = 500
BLOCK = 2**21  # totals held in memory at a time


def bootstrap(
    values: npt.ArrayLike,
    group: npt.ArrayLike,
    groups: int,
    statistic: Statistic,
    rng: np.random.Generator,
    resamples: int = RESAMPLES,
    confidence: float = CONFIDENCE,
) -> Interval:
    """Bias-corrected and accelerated intervals of a statistic of each group's totals, with runs drawn with replacement.

    values: the numbers to add up, (runs, columns). group: whole numbers from 0, (runs,). statistic: maps totals (..., columns)
    to (...), and must not change if all totals are multiplied by a number. If each run is a pair of runs with the same seed,
    this is the paired bootstrap. A resample whose statistic is nan could be anything, so it counts as -inf for the lower end
    and as inf for the upper. The ends are nan for a single run, whose spread is unknown, for an infinite estimate, and without
    runs. Groups of equal size share their resamples. Takes memory for groups times resamples.

    B. Efron, J. Amer. Statist. Assoc. 82 (1987) 171, equations 2.3 and 6.6.
    """
    values, group = _dealt(np.asarray(values, np.float64), np.asarray(group, np.int64), groups, rng)
    totals = _totals(values, group, groups)
    estimate = statistic(totals)
    drawn = _drawn(values, np.bincount(group, minlength=groups), statistic, resamples, rng)
    acceleration = _acceleration(statistic(totals[group] - values), group, groups)
    low, high = _bca(estimate, drawn, acceleration, confidence)
    unknown = ~np.isfinite(estimate) | (np.bincount(group, minlength=groups) < 2)
    return Interval(estimate, np.where(unknown, np.nan, low), np.where(unknown, np.nan, high))


def _dealt(values: Floats, group: Integers, groups: int, rng: np.random.Generator) -> tuple[Floats, Integers]:
    """Values and groups sorted by group, with the values of large groups added up in BATCHES."""
    large = (np.bincount(group, minlength=groups) > BATCHES)[group]
    if large.any():
        batch = group[large] * BATCHES + rng.integers(BATCHES, size=np.count_nonzero(large), dtype=np.uint16)
        there = np.flatnonzero(np.bincount(batch, minlength=groups * BATCHES))
        totals = _totals(values[large], batch, groups * BATCHES)[there]
        values, group = np.concatenate([values[~large], totals]), np.append(group[~large], there // BATCHES)
    order = np.argsort(group, kind="stable")
    return values[order], group[order]


def _totals(values: Floats, group: Integers, groups: int) -> Floats:
    return np.stack([np.bincount(group, weights=column, minlength=groups) for column in values.T], axis=-1, dtype=np.float64)


def _drawn(values: Floats, sizes: Integers, statistic: Statistic, resamples: int, rng: np.random.Generator) -> Floats:
    """The statistic of each resample of each group, (resamples, groups).

    A matrix says how often each resample has each run. Groups of equal size share one such matrix, and their totals are its
    product with their values. That is a hundred times as fast as drawing the runs of each group.
    """
    first = np.cumsum(sizes) - sizes
    drawn = np.full((resamples, len(sizes)), np.nan)
    for size in np.unique(sizes[sizes > 0]):
        often = next(resampled(size, resamples, rng, at_once=resamples)).astype(np.float64)
        same = np.flatnonzero(sizes == size)
        for some in np.array_split(same, -(-len(same) * max(size, resamples) // BLOCK)):
            runs = values[np.arange(size)[:, None] + first[some]]  # (size, groups, columns)
            totals = often @ runs.reshape(size, -1)
            drawn[:, some] = statistic(totals.reshape(resamples, len(some), -1))
    return drawn


def _acceleration(left_out: Floats, group: Integers, groups: int) -> Floats:
    """The jackknife's skewness over six; 0 if leaving a run out makes the statistic infinite or unknown, or changes nothing."""
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.bincount(group, weights=left_out, minlength=groups) / np.bincount(group, minlength=groups)
        away = mean[group] - left_out
        square, cube = (np.bincount(group, weights=away**power, minlength=groups) for power in (2, 3))
        found = cube / (6 * square**1.5)
    return np.where(np.isfinite(found), found, 0.0)


def _bca(estimate: Floats, drawn: Floats, acceleration: Floats, confidence: float) -> tuple[Floats, Floats]:
    resamples = len(drawn)
    below = np.mean(drawn < estimate, axis=0) + np.mean(drawn == estimate, axis=0) / 2
    bias = ndtri(np.clip(below, 0.5 / resamples, 1 - 0.5 / resamples))
    tail = ndtri(0.5 + confidence / 2)

    def end(z: float, unknown: float) -> Floats:
        share = ndtr(bias + (bias + z) / (1 - acceleration * (bias + z)))
        place = np.clip(np.ceil(share * resamples).astype(np.int64) - 1, 0, resamples - 1)
        found = np.take_along_axis(in_order(drawn, unknown), place[None], axis=0)[0]
        return np.where(np.isnan(estimate), np.nan, found)

    return end(-tail, -np.inf), end(tail, np.inf)
