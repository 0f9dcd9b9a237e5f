"""Epochs to convergence as survival times, vectorised over groups of runs.

Runs that did not converge are never silently left out. A `capped` run is right-censored: all we know is that its time exceeds
its epochs. A `diverged` or `stalled` run will never converge, so it stays at risk for ever, and the curve of "not yet
converged" levels off at the share of such runs instead of falling to zero. Censoring such a run where it ended would claim that
it might have converged later, as others did, and would hide the failure.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from ..arrays import Booleans, Floats, Integers
from .groups import CONFIDENCE, first_of_group

# Rounding in a product of a million factors; S(t) equal to one half must count as having reached it.
TOLERANCE = 1e-9


class RiskSets(NamedTuple):
    """The steps of survival curves, at which runs converge, and the runs at risk there; sorted by group, then epoch.

    order: the runs, (runs,), group by group, in the order in which they stop being at risk. If some runs converge and others
    are cut off at the same epoch, those that converge come first; runs that never converge come last in their group. group,
    epoch: of each step, (steps,). `order[first:past]` are the runs that converge at a step, and `order[first:stop]` are the
    runs at risk there, to the end of their group; first, past and stop are (steps,).
    """

    order: Integers
    group: Integers
    epoch: Integers
    first: Integers
    past: Integers
    stop: Integers

    def counts(self, weight: Integers | Booleans | None = None) -> tuple[Integers, Integers]:
        """How many runs are at risk at each step, and how many of them converge there, (steps,) each.

        weight: how often each run in `order` counts, (..., runs); the results are then (..., steps). None: each run counts
        once.
        """
        if weight is None:
            return self.stop - self.first, self.past - self.first
        sums = np.zeros((*weight.shape[:-1], weight.shape[-1] + 1), np.int64)
        np.cumsum(weight, axis=-1, out=sums[..., 1:])
        before = sums[..., self.first]
        return sums[..., self.stop] - before, sums[..., self.past] - before


def risk_sets(group: Integers, epochs: Integers, converged: Booleans, capped: Booleans) -> RiskSets:
    """The risk sets of many groups. The arguments are those of `kaplan_meier`."""
    group, epochs = np.asarray(group, np.int64), np.asarray(epochs, np.int64)
    span = int(epochs.max(initial=0)) + 2  # the last epoch of the span stands for never
    key = 2 * (group * span + np.where(converged | capped, epochs, span - 1)) + ~converged
    order = np.argsort(key)
    key = key[order]
    begins = np.flatnonzero(np.append(True, key[1:] != key[:-1])[: len(key)])
    converge = key[begins] & 1 == 0
    first, past = begins[converge], np.append(begins[1:], len(key))[: len(begins)][converge]
    of, when = np.divmod(key[first] >> 1, span)
    return RiskSets(order, of, when, first, past, np.cumsum(np.bincount(group, minlength=1))[of])


@dataclass(frozen=True)
class Survival:
    """Kaplan-Meier curves of many groups, one after another; each array (steps,), sorted by group, then epoch.

    At `epoch` of group number `group`, `events` runs converged of `at_risk` that had neither converged nor been cut off.
    `survival` is the estimated share not yet converged right after, (low, high) its pointwise log-log band.
    """

    group: Integers
    epoch: Integers
    at_risk: Integers
    events: Integers
    survival: Floats
    low: Floats
    high: Floats


def kaplan_meier(
    group: Integers,
    epochs: Integers,
    converged: Booleans,
    capped: Booleans,
    confidence: float = CONFIDENCE,
    weight: Integers | None = None,
) -> Survival:
    """Kaplan-Meier curves: the share of each group's runs that has not converged by each epoch.

    group: the group of each run, whole numbers from 0, (runs,). epochs: updates made, (runs,). converged, capped: bool (runs,);
    a run that is neither never converges and stays at risk. weight: for how many alike each run stands, whole numbers above 0,
    (runs,); None: for itself.

    E. L. Kaplan and P. Meier, J. Amer. Statist. Assoc. 53 (1958) 457; variance by Greenwood's formula, bands on the log(-log S)
    scale (J. D. Kalbfleisch and R. L. Prentice, 1980, section 1.3). After the last run has converged, S is 0 and that scale has
    no band. The upper end is then the largest share at which n runs would all converge with probability (1 - confidence) / 2 or
    more, which is 1 less `least_share`.
    """
    sets = risk_sets(group, epochs, converged, capped)
    at_risk, events = sets.counts(None if weight is None else weight[sets.order])
    first = first_of_group(sets.group)
    survival = _running_product(1 - events / at_risk, first)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = _running_sum(events / (at_risk * (at_risk - events)), first)
        log_s = np.log(survival)
        width = ndtri(0.5 + confidence / 2) * np.sqrt(variance) / np.abs(log_s)
        low, high = survival ** np.exp(width), survival ** np.exp(-width)
    nobody_left = at_risk == events
    before = np.cumsum(events) - events
    never_cut_off = at_risk + before - before[first]
    low = np.where(nobody_left, 0.0, low)
    high = np.where(nobody_left, 1 - least_share(never_cut_off, confidence), high)
    return Survival(sets.group, sets.epoch, at_risk, events, np.where(nobody_left, 0.0, survival), low, high)


def least_share(runs: Integers, confidence: float = CONFIDENCE) -> Floats:
    """The smallest share p of which so many runs, 1 or more, all are with probability (1 - confidence) / 2 or more, p**runs.

    It is the lower end of Clopper and Pearson's interval: of the share not yet converged while no run has.
    """
    return ((1 - confidence) / 2) ** (1 / runs)


def runs_before_first(curves: Survival, group: Integers, epochs: Integers, capped: Booleans, groups: int) -> Integers:
    """How many runs of each group are known not to have converged before the first of it does, int64 (groups,).

    Where none converges: up to the last epoch at which a run of the group was cut off. group, epochs, capped: of the runs, as
    for `kaplan_meier`.
    """
    last = np.zeros(groups, np.int64)
    np.maximum.at(last, group[capped], epochs[capped])
    last[curves.group[::-1]] = curves.epoch[::-1]  # the first of each group is written last
    return np.bincount(group[~capped | (epochs >= last[group])], minlength=groups)


def weighted_medians(sets: RiskSets, weight: Integers, groups: int) -> Floats:
    """Kaplan-Meier medians if the runs in `sets.order` count as often as their weights say, float64 (..., groups).

    weight: whole numbers, (..., runs). inf if a curve does not fall to one half, and for a group in which no run counts.
    """
    median = np.full((*weight.shape[:-1], groups), np.inf)
    first = first_of_group(sets.group)
    begins = np.unique(first)
    if not len(begins):
        return median
    at_risk, events = sets.counts(weight)
    above = _running_product(1 - events / np.maximum(at_risk, 1), first) > 0.5 * (1 + TOLERANCE)
    steps_above = np.add.reduceat(above, begins, axis=-1, dtype=np.int64)
    falls = steps_above < np.diff(begins, append=len(first))
    epoch = sets.epoch[np.where(falls, begins + steps_above, 0)]
    median[..., sets.group[begins]] = np.where(falls, epoch, np.inf)
    return median


def _running(values: Floats, first: Integers, combine: np.ufunc) -> Floats:
    """A cumulative product or sum along the last axis that starts anew at each group, in log2(steps) passes.

    A plain cumulative product or sum, divided or subtracted at each group, would carry rounding errors and zeros across groups.
    """
    result = values.astype(np.float64)
    place = np.arange(len(first)) - first
    reach = 1
    while reach <= place.max(initial=0):
        later, earlier = result[..., reach:], result[..., :-reach]
        combine(later, earlier, out=later, where=place[reach:] >= reach)
        reach *= 2
    return result


def _running_product(values: Floats, first: Integers) -> Floats:
    return _running(values, first, np.multiply)


def _running_sum(values: Floats, first: Integers) -> Floats:
    return _running(values, first, np.add)


def survival_quantile(curves: Survival, groups: int, share: float = 0.5) -> tuple[Floats, Floats, Floats]:
    """The first epoch by which `share` of each group has converged, and its interval; inf if that never happens.

    Returns arrays (groups,) in epochs: estimate, low, high. The interval contains the epochs whose band contains 1 - share (R.
    Brookmeyer and J. Crowley, Biometrics 38 (1982) 29, on the log-log scale).
    """
    level = (1 - share) * (1 + TOLERANCE)
    first_below = (_first_at_most(curves, curve, level, groups) for curve in (curves.survival, curves.low, curves.high))
    estimate, low, high = first_below
    return estimate, low, high


def _first_at_most(curves: Survival, curve: Floats, level: float, groups: int) -> Floats:
    reached = np.flatnonzero(curve <= level)
    where, index = np.unique(curves.group[reached], return_index=True)
    result = np.full(groups, np.inf)
    result[where] = curves.epoch[reached[index]]
    return result


def restricted_mean(
    curves: Survival, groups: int, limit: npt.ArrayLike, confidence: float = CONFIDENCE
) -> tuple[Floats, Floats, Floats]:
    """The mean of min(epochs to convergence, limit) in each group: the area under its curve up to `limit`.

    groups: how many there are. limit: in epochs, one number for all groups or one per group, (groups,). No run may be cut off
    before it; otherwise the curve is continued at its last value. Returns arrays (groups,) in epochs: estimate, low, high, with
    the interval inside [0, limit]. A group whose curve has no step has the mean `limit` and an interval of width 0.

    J. P. Klein and M. L. Moeschberger, Survival Analysis, 2nd ed. 2003, section 4.5, equations 4.5.1 and 4.5.2.
    """
    limit = np.broadcast_to(np.asarray(limit, np.float64), groups)
    inside = np.flatnonzero(curves.epoch < limit[curves.group])
    group, epoch, survival = curves.group[inside], curves.epoch[inside], curves.survival[inside]
    at_risk, events = curves.at_risk[inside], curves.events[inside]
    follows = np.append(group[1:] == group[:-1], np.zeros(min(len(group), 1), bool))
    until = np.where(follows, np.append(epoch[1:], 0)[: len(epoch)], limit[group])
    area = survival * (until - epoch)
    before_first_step = limit.copy()
    before_first_step[group[::-1]] = epoch[::-1]  # the value written last stays, which is that of the group's first step
    estimate = before_first_step + np.bincount(group, weights=area, minlength=groups)
    still_to_come = _running_sum(area[::-1], first_of_group(group[::-1]))[::-1]
    left = at_risk - events
    term = np.divide(still_to_come**2 * events, at_risk * left, out=np.zeros(len(group)), where=left > 0)
    half = ndtri(0.5 + confidence / 2) * np.sqrt(np.bincount(group, weights=term, minlength=groups))
    return estimate, np.maximum(estimate - half, 0), np.minimum(estimate + half, limit)
