"""Questions about a table of runs: each question is a method, and each answer a DataFrame."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from backsweep import arguments
from backsweep.ranges import ANY_COUNT, Range

if TYPE_CHECKING:
    import pandas as pd

# Each method loads what it needs: with scipy and pandas that takes a second, which a sweep that only runs does not need.

HALF_WIDTHS = Range("a number above 0 and below 0.5", 0, 0.5, open_low=True, open_high=True)
POWERS = Range("a number above 0 and below 1", 0, 1, open_low=True, open_high=True)
POWER = 0.8


class Findings:
    """Questions to a table of runs, which `read` returns when it is first needed. `Runs` and `Results` derive from it."""

    def __init__(self, read: "Callable[[], pd.DataFrame]"):
        self._read = read

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

        Raises BacksweepError if `by` names no setting of these runs.

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

        Raises BacksweepError if `by` names no setting of these runs.

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
        have all seeds compete. A sweep with one setting is judged by all its runs.

        by: the settings to choose among, as for `summary`. seed: decides which seeds choose, and seeds the bootstrap.

        Returns one row: the setting; chosen_success (float64), the share that converged among the choosing runs; tied (int64),
        how many settings did equally well there, itself included; and runs, success and running_time of the judging runs alone,
        the last two with 95 % intervals, as in `details`.

        Raises BacksweepError for fewer than two seeds, or if no setting has all of them, and NoAnswerError if no choosing
        run converged.

        >>> print(results.best().iloc[:, :6].to_string(index=False))
         hidden  lr  chosen_success  tied  runs  success
              4 5.0             1.0     1    10      1.0
        """
        from .analysis.selection import best_on_other_seeds

        return best_on_other_seeds(self.table, by, rng=generator(seed))

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

    def compare(self, setting: str, first: object, second: object, *, paired: bool = True, seed: int = 0) -> "pd.DataFrame":
        """Compare two values of a setting, within each combination of the other settings.

        setting: its name; first, second: two of its values, as the table has or shows them. paired: whether to compare runs of
        the same seed with each other, which needs the same seeds on both sides; else the log-rank test compares them as
        independent samples. seed: seed of the bootstrap.

        Returns one row per combination of the other settings. If paired, all differences are second minus first, and all
        intervals, `_low` to `_high`, are 95 % intervals:

        - pairs, both, only_first, only_second, neither (int64): pairs of runs, and how many of each pair converged;
        - success_difference, with interval (-1 to 1); success_p, McNemar's test of it; success_p_holm, the same raised by
          Holm's method for all rows as one family;
        - restricted_mean_difference, with interval, in epochs: of the means of min(epochs, restricted_limit);
        - running_time_difference, with interval: in epochs per success; inf, -inf or NaN where a side has no success.

        Unpaired: runs_first, runs_second; observed and expected convergences of the second; log_rank (χ²), p, p_holm.

        Raises BacksweepError for a setting or value that these runs do not have, and where no runs can be paired.

        >>> found = results.compare("lr", 0.5, 5.0)
        >>> print(found[["hidden", "pairs", "only_first", "only_second", "success_difference"]].to_string(index=False))
         hidden  pairs  only_first  only_second  success_difference
              2     20           1            5                 0.2
              4     20           0            0                 0.0
        """
        from .analysis.comparison import values_of

        return _compared(*values_of(self.table, setting, first, second), None, paired, seed)

    def compare_with(
        self, other: "Findings", by: Sequence[str] | None = None, *, paired: bool = True, seed: int = 0
    ) -> "pd.DataFrame":
        """Compare another sweep, or another part of this one, with these runs.

        other: the second; differences are its values minus those of these runs. by: settings that both have; runs are compared
        within each combination of them. None: all that vary in both. paired, seed, and what is returned: as for `compare`.

        Raises BacksweepError where `by` leaves out a setting that varies, and where no runs can be paired.

        >>> small, large = results.where(hidden=2), results.where(hidden=4)
        >>> print(small.compare_with(large)[["lr", "pairs", "success_difference"]].to_string(index=False))
         lr  pairs  success_difference
        0.5     20                 0.4
        5.0     20                 0.2
        """
        arguments.instance("other", other, Findings, "results, such as backsweep.open returns")
        return _compared(self.table, other.table, by, paired, seed)

    def seeds_to_know(self, half_width: float, by: Sequence[str] | None = None) -> "pd.DataFrame":
        """How many runs it takes to know the share that converges within ±half_width.

        half_width: between 0 and 0.5. by: as for `summary`; not "seed".

        Returns one row per combination: runs, success, success_low, success_high as in `summary`; needed (float64): the fewest
        runs whose Wilson 95 % interval reaches at most half_width to each side of its centre, if the share stays what it is;
        more: without the runs that are there.

        Raises BacksweepError for another half_width, and if `by` names no setting of these runs.

        >>> print(results.seeds_to_know(0.05, ["lr"])[["lr", "runs", "success", "needed", "more"]].to_string(index=False))
         lr  runs  success  needed  more
        0.5    40      0.8   245.0 205.0
        5.0    40      0.9   141.0 101.0
        """
        from .analysis.more_seeds import seeds_to_know

        half_width = arguments.number("half_width", half_width, HALF_WIDTHS)
        return seeds_to_know(self.table, by, half_width=half_width)

    def seeds_to_compare(self, setting: str, first: object, second: object, *, power: float = POWER) -> "pd.DataFrame":
        """How many seeds it takes to tell two values of a setting apart by how often their runs converge.

        setting, first, second: as for `compare`. power: the probability that the test finds the difference, between
        0 and 1.

        Returns one row per combination of the other settings: pairs, both, only_first, only_second, neither as in `compare`;
        needed (float64): pairs with which McNemar's test, at the level of 5 %, finds the difference, if the shares stay what
        they are; inf where they are equal; more: without the pairs that are there.

        Raises BacksweepError as `compare` does, and for a power that is not between 0 and 1.

        >>> print(results.seeds_to_compare("lr", 0.5, 5.0)[["hidden", "pairs", "needed", "more"]].to_string(index=False))
         hidden  pairs  needed  more
              2     20    57.0  37.0
              4     20     inf   inf
        """
        from .analysis.comparison import values_of
        from .analysis.more_seeds import seeds_to_compare

        power = arguments.number("power", power, POWERS)
        return seeds_to_compare(*values_of(self.table, setting, first, second), power=power)


def checked_seed(seed: object) -> int:
    """The seed of a resampling. SettingError for what is none."""
    return arguments.whole("seed", seed, ANY_COUNT)


def generator(seed: int) -> np.random.Generator:
    """Random numbers for a resampling. SettingError for what is no seed."""
    return np.random.default_rng(checked_seed(seed))


def _compared(
    first: "pd.DataFrame", second: "pd.DataFrame", by: Sequence[str] | None, paired: bool, seed: int
) -> "pd.DataFrame":
    from .analysis.comparison import compare_sweeps, compare_unpaired

    rng = generator(seed)
    if arguments.switch("paired", paired):
        return compare_sweeps(first, second, by, rng=rng)
    return compare_unpaired(first, second, by)
