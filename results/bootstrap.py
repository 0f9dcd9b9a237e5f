"""Bootstrap intervals of what can be computed from totals over runs, of many groups at once."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr, ndtri

from .statistics import CONFIDENCE, first_of_group

RESAMPLES = 1000


class Interval(NamedTuple):
    """Estimates with their intervals; each array (groups,)."""

    estimate: np.ndarray
    low: np.ndarray
    high: np.ndarray

    def columns(self, name: str) -> dict[str, np.ndarray]:
        """As columns of a table: `name`, and its ends `name`_low and `name`_high."""
        return {name: self.estimate, f"{name}_low": self.low, f"{name}_high": self.high}


def bootstrap(
    values,
    group,
    groups: int,
    statistic: Callable[[np.ndarray], np.ndarray],
    rng: np.random.Generator,
    resamples: int = RESAMPLES,
    confidence: float = CONFIDENCE,
) -> Interval:
    """Bias-corrected and accelerated intervals of a statistic of each group's totals, runs drawn with replacement.

    values: what is added up, (runs, columns). group: whole numbers from 0, (runs,). statistic: totals (..., columns) to
    (...). Where runs are pairs of runs with the same seed, this is the paired bootstrap. A resample whose statistic is nan
    could be anything: it counts as -inf for the lower end and as inf for the upper. No runs: nan.
    Takes time in proportion to runs times resamples, memory to groups times resamples.

    B. Efron, J. Amer. Statist. Assoc. 82 (1987) 171, equations 2.3 and 6.6.
    """
    order = np.argsort(group, kind="stable")
    values, group = np.asarray(values, np.float64)[order], np.asarray(group, np.int64)[order]
    totals = _totals(values, group, groups)
    estimate = statistic(totals)
    drawn = np.stack([statistic(resampled) for resampled in _resampled(values, group, groups, resamples, rng)])
    acceleration = _acceleration(statistic(totals[group] - values), group, groups)
    low, high = _bca(estimate, drawn, acceleration, confidence)
    return Interval(estimate, low, high)


def _totals(values: np.ndarray, group: np.ndarray, groups: int) -> np.ndarray:
    return np.stack([np.bincount(group, weights=column, minlength=groups) for column in values.T], axis=-1)


def _resampled(values, group, groups, resamples, rng):
    size = np.bincount(group, minlength=groups)[group]
    first = first_of_group(group)
    for _ in range(resamples):
        yield _totals(values[first + (rng.random(len(group)) * size).astype(np.int64)], group, groups)


def _acceleration(left_out: np.ndarray, group: np.ndarray, groups: int) -> np.ndarray:
    """Skewness of the jackknife over six; 0 where leaving one run out makes the statistic infinite or unknown, or no change."""
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.bincount(group, weights=left_out, minlength=groups) / np.bincount(group, minlength=groups)
        away = mean[group] - left_out
        square, cube = (np.bincount(group, weights=away**power, minlength=groups) for power in (2, 3))
        found = cube / (6 * square**1.5)
    return np.where(np.isfinite(found), found, 0.0)


def _bca(estimate, drawn, acceleration, confidence) -> tuple[np.ndarray, np.ndarray]:
    resamples = len(drawn)
    below = np.mean(drawn < estimate, axis=0) + np.mean(drawn == estimate, axis=0) / 2
    bias = ndtri(np.clip(below, 0.5 / resamples, 1 - 0.5 / resamples))
    tail = ndtri(0.5 + confidence / 2)

    def end(z, unknown):
        share = ndtr(bias + (bias + z) / (1 - acceleration * (bias + z)))
        place = np.clip(np.ceil(share * resamples).astype(np.int64) - 1, 0, resamples - 1)
        ordered = np.sort(np.where(np.isnan(drawn), unknown, drawn), axis=0)
        return np.where(np.isnan(estimate), np.nan, np.take_along_axis(ordered, place[None], axis=0)[0])

    return end(-tail, -np.inf), end(tail, np.inf)
