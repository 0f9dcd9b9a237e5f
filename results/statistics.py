"""Statistics of convergence, vectorised over groups of runs.

Runs that did not converge are never left out in silence. A `capped` run is right-censored: all that is known is that its
time exceeds its epochs. A `diverged` or `stalled` run will never converge, so it stays among those at risk for ever: the
curve of "not yet converged" then levels off at the share that never does, instead of at zero.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

CONFIDENCE = 0.95
# Rounding in a product of a million factors; S(t) equal to one half must count as having reached it.
TOLERANCE = 1e-9


def wilson_interval(successes, trials, confidence: float = CONFIDENCE) -> tuple[np.ndarray, np.ndarray]:
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


@dataclass(frozen=True)
class Survival:
    """Kaplan-Meier curves of many groups, one after another; each array (steps,), sorted by group, then epoch.

    At `epoch` of group number `group`, `events` runs converged of `at_risk` that had neither converged nor been cut off.
    `survival` is the estimated share not yet converged right after, (low, high) its pointwise log-log band.
    """

    group: np.ndarray
    epoch: np.ndarray
    at_risk: np.ndarray
    events: np.ndarray
    survival: np.ndarray
    low: np.ndarray
    high: np.ndarray


def kaplan_meier(group, epochs, converged, capped, confidence: float = CONFIDENCE) -> Survival:
    """The share of each group's runs that has not converged by each epoch.

    group: which group each run belongs to, whole numbers from 0, (runs,). epochs: updates made, (runs,).
    converged, capped: bool (runs,); a run that is neither never converges and stays at risk.

    E. L. Kaplan and P. Meier, J. Amer. Statist. Assoc. 53 (1958) 457; variance by Greenwood's formula, bands on the log(-log S)
    scale (J. D. Kalbfleisch and R. L. Prentice, 1980, section 1.3). Where all have converged that scale has no band: the
    upper end there is the largest share of which no survivor among n would be less likely than half of the rest,
    1 - ((1 - confidence) / 2)**(1/n).
    """
    group, epochs = np.asarray(group, np.int64), np.asarray(epochs, np.int64)
    span = int(epochs.max(initial=0)) + 2
    key = group * span + epochs  # sorts by group, then epoch
    step, events = np.unique(key[converged], return_counts=True)
    of, when = np.divmod(step, span)
    size = np.bincount(group, minlength=1)[of] if len(group) else np.zeros(0, np.int64)
    cut = np.sort(key[capped])
    gone_before = np.searchsorted(cut, step) - np.searchsorted(cut, of * span)
    before = np.cumsum(events) - events
    first = np.searchsorted(of, of)  # the first step of each step's group
    at_risk = size - gone_before - (before - before[first])
    survival = _running_product(1 - events / at_risk, first)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = _running_sum(events / (at_risk * (at_risk - events)), first)
        log_s = np.log(survival)
        width = ndtri(0.5 + confidence / 2) * np.sqrt(variance) / np.abs(log_s)
        low, high = survival ** np.exp(width), survival ** np.exp(-width)
    nobody_left = at_risk == events
    low = np.where(nobody_left, 0.0, low)
    high = np.where(nobody_left, 1 - ((1 - confidence) / 2) ** (1 / np.maximum(size - gone_before, 1)), high)
    return Survival(of, when, at_risk, events, np.where(nobody_left, 0.0, survival), low, high)


def _running(values, first, combine):
    """Cumulative product or sum that starts anew at each group, in log2(steps) passes; a plain cumulative one, divided
    or subtracted, would carry rounding errors and zeros from group to group."""
    result = values.astype(np.float64)
    place = np.arange(len(values)) - first
    reach = 1
    while reach <= place.max(initial=0):
        inside = np.flatnonzero(place >= reach)
        result[inside] = combine(result[inside], result[inside - reach])
        reach *= 2
    return result


def _running_product(values, first):
    return _running(values, first, np.multiply)


def _running_sum(values, first):
    return _running(values, first, np.add)


def survival_quantile(curves: Survival, groups: int, share: float = 0.5) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The first epoch by which `share` of each group has converged, with the interval that the bands give; inf if never.

    Arrays (groups,): estimate, low, high. The interval holds the epochs whose band contains 1 - share (R. Brookmeyer and
    J. Crowley, Biometrics 38 (1982) 29, on the log-log scale).
    """
    level = (1 - share) * (1 + TOLERANCE)
    first_below = (_first_at_most(curves, curve, level, groups) for curve in (curves.survival, curves.low, curves.high))
    estimate, low, high = first_below
    return estimate, low, high


def _first_at_most(curves: Survival, curve: np.ndarray, level: float, groups: int) -> np.ndarray:
    reached = np.flatnonzero(curve <= level)
    where, index = np.unique(curves.group[reached], return_index=True)
    result = np.full(groups, np.inf)
    result[where] = curves.epoch[reached[index]]
    return result


@dataclass(frozen=True)
class Trials:
    """Trials with restarts, sorted by group, in the order of their runs; each array (trials,).

    epochs: over all runs of the trial, those that failed included. restarts: how many failed.
    """

    group: np.ndarray
    epochs: np.ndarray
    restarts: np.ndarray


def restarted_trials(group, epochs, converged) -> Trials:
    """Runs chained into trials: one that does not converge starts again as its group's next, and its epochs count.

    group: whole numbers (runs,). epochs: updates made, (runs,). converged: bool (runs,). Runs that follow the last
    convergence of their group make no trial.

    S. E. Fahlman, An empirical study of learning speed in back-propagation networks, CMU-CS-88-162, 1988.
    """
    order = np.argsort(group, kind="stable")
    group, epochs = np.asarray(group)[order], np.asarray(epochs, np.int64)[order]
    last = np.flatnonzero(np.asarray(converged)[order])
    after_previous = np.concatenate([[0], last + 1])[: len(last)]
    first = np.maximum(np.searchsorted(group, group[last]), after_previous)
    before = np.concatenate([[0], np.cumsum(epochs)])
    return Trials(group[last], before[last + 1] - before[first], last - first)
