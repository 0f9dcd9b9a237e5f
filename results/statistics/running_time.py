"""The epochs that a success costs when runs that fail are paid for too."""

from dataclasses import dataclass

import numpy as np

from .bootstrap import RESAMPLES, Interval, bootstrap
from .groups import CONFIDENCE


def epochs_for_each_success(totals: np.ndarray) -> np.ndarray:
    """All epochs ÷ successes; totals (..., 2) of both. inf without a success, nan without a run."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return totals[..., 0] / totals[..., 1]


def expected_running_time(
    group,
    epochs,
    converged,
    groups: int,
    rng: np.random.Generator,
    resamples: int = RESAMPLES,
    confidence: float = CONFIDENCE,
) -> Interval:
    """Epochs until a success if runs are started again and again: all epochs spent ÷ successes, with a bootstrap interval.

    group: whole numbers from 0, (runs,). epochs: updates made, (runs,). converged: bool (runs,). Arrays (groups,), epochs;
    inf where no run converged. Every run counts with what it spent, however it ended, so nothing is censored: what a capped
    run would have taken is no part of the question.

    N. Hansen et al., COCO, Optimization Methods and Software 36 (2021) 114, section 3 (average runtime); A. Auger and
    N. Hansen, IEEE Congress on Evolutionary Computation 2005, 1777.
    """
    spent = np.column_stack([np.asarray(epochs, np.float64), np.asarray(converged, np.float64)])
    return bootstrap(spent, group, groups, epochs_for_each_success, rng, resamples, confidence)


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
