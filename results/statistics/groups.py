"""Proportions, quantiles and losses of groups of runs."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri, stdtrit

from ..arrays import Floats, Integers

CONFIDENCE = 0.95


def first_of_group(group: Integers) -> Integers:
    """The place at which each run's group begins, (runs,), if the runs of a group stand together."""
    begins = np.append(True, group[1:] != group[:-1])[: len(group)]
    return np.maximum.accumulate(np.where(begins, np.arange(len(group)), 0))


def wilson_interval(successes: npt.ArrayLike, trials: npt.ArrayLike, confidence: float = CONFIDENCE) -> tuple[Floats, Floats]:
    """Interval for a proportion; arrays of counts that broadcast, (low, high) of their shape. No trials: (nan, nan).

    E. B. Wilson, J. Amer. Statist. Assoc. 22 (1927) 209; never outside [0, 1], and sensible at 0 and all.
    """
    k, n = np.asarray(successes, np.float64), np.asarray(trials, np.float64)
    z = ndtri(0.5 + confidence / 2)
    with np.errstate(invalid="ignore", divide="ignore"):
        centre = (k + z**2 / 2) / (n + z**2)
        half = z / (n + z**2) * np.sqrt(k * (n - k) / n + z**2 / 4)
        known = n > 0
        low = np.where(known, np.where(k == 0, 0.0, centre - half), np.nan)
        high = np.where(known, np.where(k == n, 1.0, centre + half), np.nan)
    return low, high


def at_quantiles(group: Integers, values: Floats, groups: int, shares: Sequence[float]) -> Integers:
    """The run of each group with the smallest value that a given share of the group does not exceed, (shares, groups).

    group: whole numbers from 0, (runs,). values: (runs,), none nan. A quantile is always the value of a run, never the mean of
    two, since a finite and an infinite loss have no useful mean. -1 for a group without runs.
    """
    order = np.append(np.lexsort((values, group)), -1)
    size = np.bincount(group, minlength=groups)
    within = np.ceil(np.round(np.multiply.outer(shares, size), 9)).astype(np.int64) - 1
    return order[np.where(size > 0, np.cumsum(size) - size + within, -1)]


def interquartile_mean(group: Integers, values: Floats, groups: int) -> Floats:
    """The mean of the middle half of each group's values, (groups,), without a quarter of the runs at either end.

    group: whole numbers from 0, (runs,). values: (runs,), any unit. The quarter is rounded down, as in `scipy.stats.trim_mean`.
    NaN counts as inf, the worst loss, so a group in which more than a quarter of the losses are such has the mean inf.
    No runs: nan.

    R. Agarwal et al., Deep reinforcement learning at the edge of the statistical precipice, NeurIPS 2021, section 4.3.
    """
    values = np.where(np.isnan(values), np.inf, values)
    order = np.lexsort((values, group))
    group, values = np.asarray(group)[order], values[order]
    size = np.bincount(group, minlength=groups)
    cut = size // 4
    place = np.arange(len(group)) - first_of_group(group)
    middle = (place >= cut[group]) & (place < (size - cut)[group])
    with np.errstate(invalid="ignore"):
        return np.bincount(group[middle], weights=values[middle], minlength=groups) / (size - 2 * cut)


def interquartile_mean_interval(values: Floats, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The interval of `interquartile_mean` of one group of runs, in the unit of its values. values: (runs,).

    Student's, with the deviation of the values of which the outer quarters are drawn in to the ends of the middle half. (nan,
    nan) for fewer than two runs, and where the mean is infinite.

    K. K. Yuen, Biometrika 61 (1974) 165.
    """
    values = np.sort(np.where(np.isnan(values), np.inf, values))
    cut = len(values) // 4
    middle = values[cut : len(values) - cut]
    if len(middle) < 2 or not np.isfinite(middle[-1]):
        return np.nan, np.nan
    drawn_in = np.clip(values, middle[0], middle[-1])
    error = np.sqrt(np.sum((drawn_in - drawn_in.mean()) ** 2) / (len(middle) * (len(middle) - 1)))
    half = float(stdtrit(len(middle) - 1, 0.5 + confidence / 2) * error)
    return float(middle.mean()) - half, float(middle.mean()) + half
