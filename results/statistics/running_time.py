"""The epochs that a success costs when the runs that fail are paid for too."""

from dataclasses import dataclass

import numpy as np

from ..arrays import Booleans, Floats, Integers
from .bootstrap import bootstrap
from .groups import CONFIDENCE, wilson_interval
from .resampling import RESAMPLES, Interval


def epochs_for_each_success(totals: Floats) -> Floats:
    """All epochs ÷ successes, from totals (..., 2) of both. inf without a success, even if no run made an update."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(totals[..., 1] == 0, np.inf, totals[..., 0] / totals[..., 1])


def success_and_cost(group: Integers, epochs: Integers, converged: Booleans, groups: int) -> tuple[Floats, Floats]:
    """The success rate and the epochs per success of each group, (groups,) each; nan and inf without runs.

    group, epochs, converged: as of `expected_running_time`.
    """
    totals = np.stack([np.bincount(group, weights=of, minlength=groups) for of in (epochs, converged)], -1, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        return totals[:, 1] / np.bincount(group, minlength=groups), epochs_for_each_success(totals)


def expected_running_time(
    group: Integers,
    epochs: Integers,
    converged: Booleans,
    groups: int,
    rng: np.random.Generator,
    resamples: int = RESAMPLES,
    confidence: float = CONFIDENCE,
) -> Interval:
    """Epochs until a success if runs are started again and again: all epochs spent ÷ successes, with a bootstrap interval.

    group: whole numbers from 0, (runs,). epochs: updates made, (runs,). converged: bool (runs,). Arrays (groups,), epochs; inf
    where no run converged, nan where there is no run. Every run counts with the epochs it spent, however it ended, so nothing
    is censored: how long a capped run would have taken does not matter here. Without a success the lower end is the mean of the
    epochs ÷ the upper end of Wilson's interval of the success rate.

    N. Hansen et al., COCO, Optimization Methods and Software 36 (2021) 114, section 3 (average runtime); A. Auger and
    N. Hansen, IEEE Congress on Evolutionary Computation 2005, 1777.
    """
    spent = np.column_stack([np.asarray(epochs, np.float64), np.asarray(converged, np.float64)])
    found = bootstrap(spent, group, groups, epochs_for_each_success, rng, resamples, confidence)
    runs = np.bincount(group, minlength=groups)
    with np.errstate(invalid="ignore"):
        mean = np.bincount(group, weights=spent[:, 0], minlength=groups) / runs
    never = np.isinf(found.estimate)
    low = np.where(never, mean / wilson_interval(0 * runs, runs, confidence)[1], found.low)
    high = np.where(never, np.inf, found.high)
    return Interval(found.estimate, low, high).known(runs > 0)


@dataclass(frozen=True)
class Trials:
    """Trials with restarts, sorted by group, in the order of their runs; each array (trials,).

    epochs: of all runs of the trial, including those that failed. restarts: how many failed.
    """

    group: Integers
    epochs: Integers
    restarts: Integers


def restarted_trials(group: Integers, epochs: Integers, converged: Booleans) -> Trials:
    """Chains runs into trials. A run that does not converge starts again as its group's next run, and its epochs count.

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
