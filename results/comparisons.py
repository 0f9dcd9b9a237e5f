"""Questions about differences: which value of a setting is better, which sweep, and how many seeds it takes to know."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from backsweep import arguments
from backsweep.errors import NoAnswerError, SettingError
from backsweep.ranges import Range
from backsweep.stopping import NO_RULE

from .analysis.names import PAIRS, RANKS, SEEDS, SUCCESS
from .findings import Findings, generator

if TYPE_CHECKING:
    import pandas as pd


HALF_WIDTHS = Range("a number above 0 and below 0.5", 0, 0.5, open_low=True, open_high=True)
POWERS = Range("a number above 0 and below 1", 0, 1, open_low=True, open_high=True)
POWER = 0.8


class Comparisons(Findings):
    """Findings, and comparisons of settings and sweeps. `Runs` and `Results` derive from it."""

    def compare(
        self,
        setting: str,
        first: object = None,
        second: object = None,
        *,
        values: Sequence[object] | None = None,
        best_of: str | Sequence[str] | None = None,
        paired: bool = True,
        seed: int = 0,
    ) -> "pd.DataFrame":
        """Compare values of a setting, each with each other, within each combination of the other settings.

        setting: its name; first, second: two of its values, as the table has or shows them; or values: any number of them.
        Without either, all its values. best_of: settings, such as "lr", that are chosen for each value: half of the seeds
        choose the best, as in `best`, and only the others are compared. paired: whether to compare runs of the same seed with
        each other, which needs the same seeds on both sides; else the log-rank test compares them as independent samples. seed:
        decides which seeds choose, and seeds the bootstrap.

        Returns one row per pair of values and combination of the other settings: first and second, the two values, and with
        best_of what was chosen for them, as lr_first and lr_second. If paired, all differences are second minus first, and all
        intervals, `_low` to `_high`, are 95 % intervals:

        - pairs, both, only_first, only_second, neither (int64): pairs of runs, and how many of each pair converged;
        - success_difference, with interval (-1 to 1); success_p, McNemar's test of it; success_p_holm, the same raised by
          Holm's method for all rows as one family;
        - restricted_mean_difference, with interval, in epochs: of the means of min(epochs, restricted_limit);
        - running_time_difference, with interval: in epochs per success; inf, -inf or NaN where a side has no success.

        Unpaired: runs_first, runs_second; observed and expected convergences of the second; log_rank (χ²), p, p_holm.

        Raises SettingError for a setting or value that these runs do not have, and ResultsError where no runs can be paired.

        >>> found = results.compare("lr", 0.5, 5.0)
        >>> print(found[["first", "second", "hidden", "pairs", "only_first", "only_second"]].to_string(index=False))
         first  second  hidden  pairs  only_first  only_second
           0.5     5.0       2     20           1            5
           0.5     5.0       4     20           0            0

        """
        from .analysis.rivals import all_pairs

        pair, rng = [value for value in (first, second) if value is not None], generator(seed)
        if len(pair) == 1:
            raise SettingError(["second"], "missing; name two values, or as `values` all that are to be compared")
        if pair and values is not None:
            raise SettingError(["values"], "cannot be combined with first and second; name all values here")
        of = self._rivals(setting, pair or values, best_of, rng, "second" if pair else "values")
        return all_pairs(of, paired=arguments.switch("paired", paired), rng=rng)

    def ranks(
        self,
        setting: str,
        *,
        values: Sequence[object] | None = None,
        best_of: str | Sequence[str] | None = None,
        seed: int = 0,
    ) -> "pd.DataFrame":
        """Rank values of a setting in each combination of the other settings, with Friedman's and Nemenyi's tests.

        In each combination, runs of the same seed are ranked by epochs to convergence, those that did not converge last, as
        ties; the mean of these ranks orders the values there, from 1.

        setting, values, best_of, seed: as for `compare`.

        Returns one row per value, the soonest first: mean_rank over the combinations (float64); and, the same in each row,
        combinations (int64): how many; friedman: chi-squared, with values - 1 degrees of freedom; p (float64): of the test that
        all values rank alike; critical_difference: Nemenyi's at 5 %. If p is below 0.05, two values differ whose mean ranks
        differ by at least that.

        Raises what `compare` does, ResultsError for fewer than three values or combinations, and NoAnswerError for a sweep
        without a stopping rule.

        >>> train = {"lr": {"values": [0.5, 1.0, 5.0]}, "epochs": 2000, "stop": {"loss": 0.1}}
        >>> sweep = backsweep.Sweep(task="xor", seeds=10, model={"hidden": {"values": [3, 4, 5]}}, train=train)
        >>> print(sweep.run("runs/rates").ranks("lr").iloc[:, :3].round(2).to_string(index=False))
         value  mean_rank  combinations
           5.0        1.0             3
           1.0        2.0             3
           0.5        3.0             3

        J. Demšar, J. Machine Learning Research 7 (2006) 1.
        """
        from .analysis.mean_ranks import mean_ranks, table_of

        self._refuse_without_rule(RANKS)
        return table_of(mean_ranks(self._rivals(setting, values, best_of, generator(seed))))

    def _rivals(
        self,
        setting: str,
        values: Sequence[object] | None,
        best_of: str | Sequence[str] | None,
        rng: np.random.Generator,
        argument: str = "values",
    ):
        from .analysis.rivals import rivals

        return rivals(self.table, setting, values, best_of, rng=rng, argument=argument)

    def compare_with(
        self, other: "Comparisons", by: Sequence[str] | None = None, *, paired: bool = True, seed: int = 0
    ) -> "pd.DataFrame":
        """Compare another sweep, or another part of this one, with these runs.

        other: the second; differences are its values minus those of these runs. by: settings that both have; runs are compared
        within each combination of them. None: all that vary in both. paired, seed, and what is returned: as for `compare`.

        Raises SettingError where `by` leaves out a setting that varies, and ResultsError where no runs can be paired.

        >>> small, large = results.where(hidden=2), results.where(hidden=4)
        >>> print(small.compare_with(large)[["lr", "pairs", "success_difference"]].to_string(index=False))
         lr  pairs  success_difference
        0.5     20                 0.4
        5.0     20                 0.2
        """
        from .analysis.comparison import compared

        arguments.instance("other", other, Comparisons, "results, such as backsweep.open returns")
        first, second, rng = self.table, other.table, generator(seed)
        return compared(first, second, by, paired=arguments.switch("paired", paired), rng=rng)

    def seeds_to_know(self, half_width: float, by: Sequence[str] | None = None) -> "pd.DataFrame":
        """How many runs it takes to know the share that converges within ±half_width.

        half_width: between 0 and 0.5. by: as for `summary`; not "seed".

        Returns one row per combination: runs, success, success_low, success_high as in `summary`; needed (float64): the fewest
        runs whose Wilson 95 % interval reaches at most half_width to each side of its centre, if the share stays what it is;
        more: without the runs that are there.

        Raises SettingError for another half_width, and if `by` names no setting of these runs; NoAnswerError for a sweep
        without a stopping rule.

        >>> print(results.seeds_to_know(0.05, ["lr"])[["lr", "runs", "success", "needed", "more"]].to_string(index=False))
         lr  runs  success  needed  more
        0.5    40      0.8   245.0 205.0
        5.0    40      0.9   141.0 101.0
        """
        from .analysis.more_seeds import seeds_to_know

        half_width = arguments.number("half_width", half_width, HALF_WIDTHS)
        self._refuse_without_rule([*SUCCESS, *SEEDS])
        return seeds_to_know(self.table, by, half_width=half_width)

    def seeds_to_compare(self, setting: str, first: object, second: object, *, power: float = POWER) -> "pd.DataFrame":
        """How many seeds it takes to tell two values of a setting apart by how often their runs converge.

        setting, first, second: as for `compare`. power: the probability that the test finds the difference, between
        0 and 1.

        Returns one row per combination of the other settings: pairs, both, only_first, only_second, neither as in `compare`;
        needed (float64): pairs with which McNemar's test, at the level of 5 %, finds the difference, if the shares stay what
        they are; inf where they are equal; more: without the pairs that are there.

        Raises what `compare` does, and SettingError for a power that is not between 0 and 1; NoAnswerError for a sweep without
        a stopping rule.

        >>> print(results.seeds_to_compare("lr", 0.5, 5.0)[["hidden", "pairs", "needed", "more"]].to_string(index=False))
         hidden  pairs  needed  more
              2     20    57.0  37.0
              4     20     inf   inf
        """
        from .analysis.comparison import values_of
        from .analysis.more_seeds import seeds_to_compare

        power = arguments.number("power", power, POWERS)
        self._refuse_without_rule([*PAIRS, *SEEDS])
        return seeds_to_compare(*values_of(self.table, setting, first, second), power=power)

    def _refuse_without_rule(self, columns: Sequence[str]) -> None:
        """NoAnswerError, with the columns of the table that there is not, if no run can count as converged."""
        if not self.has_rule:
            raise NoAnswerError(NO_RULE, columns)
