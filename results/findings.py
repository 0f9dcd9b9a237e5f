"""Questions about a table of runs: each question is a method, and each answer a DataFrame."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from backsweep import arguments
from backsweep.errors import NoAnswerError
from backsweep.ranges import ANY_COUNT

if TYPE_CHECKING:
    import pandas as pd

# Each method loads what it needs: with scipy and pandas that takes a second, which a sweep that only runs does not need.


class Findings:
    """Questions to a table of runs, which `read` returns when it is first needed. `Comparisons` derives from it."""

    def __init__(self, read: "Callable[[], pd.DataFrame]", has_rule: bool = True):
        self._read, self._has_rule = read, has_rule

    @property
    def has_rule(self) -> bool:
        """Whether the spec has a stopping rule, without which no run can count as converged.

        >>> results.has_rule
        True
        """
        return self._has_rule

    @cached_property
    def table(self) -> "pd.DataFrame":
        """All runs that are done, one row per run, in the order of the run number; read once, then kept.

        - run (int64): the run's number, which the spec alone decides; cell (int32): the number of its combination of settings;
          seed (int64).
        - One column per setting that varies, called by its last word (`lr`), or in full (`model.init.mean`) where that word is
          also a column of findings. Empty where a run has no such setting.
        - outcome (category): "converged", "diverged" (the loss exceeds `train.bound` or is NaN), "stalled", or "capped"
          (the run used all its epochs).
        - epochs (int32): passes over the data that the run made; a run whose initial weights pass the test made 0.
        - loss, accuracy (float64): of the final weights. accuracy is from 0 to 1, and NaN for regression.
        - measure (float64): the convergence measure, if `[record]` asked for it.

        Runs of damaged files are missing, as if they were not done yet; a DamageWarning names each such file.

        >>> print(results.table.head(2).round(3).to_string(index=False))
         run  cell  seed  hidden  lr   outcome  epochs  loss  accuracy
           0     0     0       2 0.5    capped    2000 0.175       1.0
           1     0     1       2 0.5 converged     924 0.100       1.0
        """
        return self._read()

    def summary(self, by: Sequence[str] | None = None) -> "pd.DataFrame":
        """How often the runs of each setting converge, and after how many epochs.

        by: names of settings; runs that agree in them share a row, and their seeds are the replicates. None: every setting that
        varies. []: one row for all runs. "cell" and "seed" are allowed, too.

        Returns one row per combination, sorted by the settings, which are the first columns. Then follow

        - runs (int64): how many runs the row counts;
        - success, success_low, success_high (float64): the share that converged, from 0 to 1, and its Wilson 95 % interval;
        - median_epochs, median_low, median_high (float64): the Kaplan–Meier median of the epochs to convergence, and its 95 %
          interval. A capped run counts as censored, a diverged or stalled one as never converging. inf: the curve does
          not fall to one half.

        Raises SettingError if `by` names no setting of these runs.

        >>> print(results.summary(["lr"]).round(3).to_string(index=False))
         lr  runs  success  success_low  success_high  median_epochs  median_low  median_high
        0.5    40      0.8        0.652         0.895          924.0       876.0       1038.0
        5.0    40      0.9        0.769         0.960          107.0       102.0        128.0
        """
        from .analysis.tables import summary

        return summary(self.table, by)

    def details(self, by: Sequence[str] | None = None, *, seed: int = 0) -> "pd.DataFrame":
        """Everything about each setting: the rows of `summary`, with more columns.

        by: as for `summary`. seed: seed of the bootstrap that gives the interval of running_time.

        The further columns are float64, and all intervals, `_low` to `_high`, are 95 % intervals:

        - converged, diverged, stalled, capped: the share of runs with each outcome, from 0 to 1;
        - lower_quartile_epochs, upper_quartile_epochs, with `lower_quartile_low` and so on: the epochs after which a quarter
          and three quarters of the runs have converged, from the same curve as the median;
        - restricted_mean_epochs, with `restricted_mean_low` and `restricted_mean_high`: the mean of the epochs to convergence,
          where a run that takes longer than restricted_limit epochs, or never converges, counts with that limit. The limit is
          the largest at which every row has such a mean;
        - running_time, with `_low` and `_high`: epochs per success, all epochs spent ÷ runs that converged; inf without one;
        - interquartile_mean_loss: the mean final loss of the middle half of the runs;
        - mean_epochs_of_converged_only: ignores the other runs, and falls when slow runs fail.

        Raises SettingError if `by` names no setting of these runs.

        >>> found = results.details(["lr"])
        >>> print(found[["lr", "capped", "restricted_mean_epochs", "running_time"]].round(1).to_string(index=False))
         lr  capped  restricted_mean_epochs  running_time
        0.5     0.2                  1153.3        1441.7
        5.0     0.1                   310.1         344.6
        """
        from .analysis.summaries import detailed_summary

        return detailed_summary(self.table, by, rng=generator(seed))

    def best(self, by: Sequence[str] | None = None, *, seed: int = 0) -> "pd.DataFrame":
        """The best setting, chosen on half of the seeds and judged on the other half.

        The best of many settings looks better than it is on the very runs that made it the best, so other runs judge it. The
        best setting is the one with most converged runs and, among equals, the fewest epochs per success. Only settings that
        have all seeds compete. Where there is one setting only, all its runs judge it.

        by: settings; one best setting for each combination of them. None: one of all. seed: decides which seeds choose, and
        seeds the bootstrap.

        Returns one row per combination of `by` in which a choosing run converged: the setting; chosen_success (float64), the
        share that converged among the choosing runs; tied (int64), how many settings did equally well there, itself included;
        and runs, success and running_time of the judging runs alone, the last two with 95 % intervals, as in `details`.

        Raises SettingError if `by` names no setting of these runs, ResultsError for fewer than two seeds, or if no setting has
        all of them, and NoAnswerError if no choosing run converged; it says which setting has the lowest final loss, chosen and
        judged in the same way.

        >>> print(results.best().iloc[:, :6].to_string(index=False))
         hidden  lr  chosen_success  tied  runs  success
              4 5.0             1.0     1    10      1.0

        >>> print(results.best(by=["hidden"]).iloc[:, :6].to_string(index=False))
         hidden  lr  chosen_success  tied  runs  success
              2 5.0             0.9     1    10      0.7
              4 5.0             1.0     1    10      1.0
        """
        from .analysis.answer import levels_of_all
        from .analysis.selection import best_on_other_seeds, halves_of, lowest_loss_on_other_seeds
        from .text.answer import with_lowest_loss

        try:
            return best_on_other_seeds(self.table, by, rng=generator(seed))
        except NoAnswerError as error:
            lowest = lowest_loss_on_other_seeds(self.table, halves_of(self.table, None, generator(seed))).iloc[0]
            raise with_lowest_loss(error, lowest, levels_of_all(self.table), self.has_rule) from None

    def restarts(self, first: int | None = None) -> "pd.DataFrame":
        """How long it takes if a run that does not converge is started again with the next seed (Fahlman's report).

        A trial is a run and, until one converges, those of the next seeds; all their epochs count.

        first: how many trials of each setting to use; None: all.

        Returns one row per combination of settings, with trials (int64); mean, sd, median, maximum (float64) of their epochs,
        NaN without a trial; restarts, in all trials, and restarts_per_trial; unfinished: runs after the last converged one,
        which complete no trial.

        >>> print(results.restarts()[["hidden", "lr", "trials", "mean", "restarts"]].round(1).to_string(index=False))
         hidden  lr  trials   mean  restarts
              2 0.5      12 2017.4         6
              2 5.0      16  518.5         3
              4 0.5      20  896.2         0
              4 5.0      20  105.4         0
        """
        from .analysis.tables import restart_report

        first = None if first is None else arguments.whole("first", first, ANY_COUNT)
        return restart_report(self.table, first)


def checked_seed(seed: object) -> int:
    """The seed of a resampling. SettingError for what is none."""
    return arguments.whole("seed", seed, ANY_COUNT)


def generator(seed: int) -> np.random.Generator:
    """Random numbers for a resampling. SettingError for what is no seed."""
    return np.random.default_rng(checked_seed(seed))
