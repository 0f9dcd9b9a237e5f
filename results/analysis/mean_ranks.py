"""How the values of one setting rank on average over the combinations of all others: Friedman's test, and Nemenyi's.

In each combination, runs of the same seed are ranked by their epochs to convergence, and the mean of these ranks over the seeds
orders the values there. A capped run is right-censored and a diverged one never converges: both come after all that did, and
tie. So no number of epochs stands for what did not happen. Runs of a combination that were cut off at different epochs count
as converged only up to the smallest of these, as in `comparison`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from backsweep.errors import ResultsError
from backsweep.outcomes import Outcome, ended

from ..arrays import Floats, Integers
from ..statistics.ranks import FEWEST_BLOCKS, FEWEST_TREATMENTS, LEVEL, alike, critical_difference, friedman, ranks
from .names import RANKS
from .rivals import Rivals
from .tables import grouped, level_texts


@dataclass(frozen=True)
class MeanRanks:
    """Mean ranks of values, the soonest first: levels and mean_rank, (levels,).

    within: the other settings; combinations: in how many of their combinations the values were ranked. best_of: as of `Rivals`.
    statistic, p_value: of Friedman's test. critical_difference: Nemenyi's, at 5 %.
    """

    setting: str
    levels: list[Any]
    mean_rank: Floats
    within: list[str]
    best_of: list[str]
    combinations: int
    statistic: float
    p_value: float
    critical_difference: float

    @property
    def differ(self) -> bool:
        """Whether Friedman's test rejects, at 5 %, that all values rank alike; if not, no pair of them is told apart."""
        return self.p_value < LEVEL

    @property
    def alike(self) -> list[Integers]:
        """The largest sets of values of which no two are told apart, as places among the levels; all of them in one if the
        test does not reject.
        """
        return alike(self.mean_rank, self.critical_difference) if self.differ else [np.arange(len(self.levels))]

    @property
    def texts(self) -> list[str]:
        """The values as tables show them."""
        return level_texts(self.levels)

    @property
    def sentences(self) -> str:
        """What a paper would print."""
        names = self.texts
        ranked = ", ".join(f"{name} {rank:.2f}" for name, rank in zip(names, self.mean_rank, strict=True))
        tuned = f", each at its best {' and '.join(self.best_of)} as chosen on other seeds," if self.best_of else ""
        return (
            f"Friedman's test ranks the values of {self.setting}{tuned} in {self.combinations:,} combinations of "
            f"{' and '.join(self.within)}: χ² = {self.statistic:.2f}, df = {len(names) - 1}, p = {self.p_value:.3g}. "
            f"Mean ranks, 1 being the soonest: {ranked}. {self._pairs()}"
        )

    def _pairs(self) -> str:
        if not self.differ:
            return "That is not more than chance would explain, so no two values are told apart."
        later = [self.mean_rank - rank >= self.critical_difference for rank in self.mean_rank]
        found = [
            f"{name} before {', '.join(other for other, after in zip(self.texts, later[place], strict=True) if after)}"
            for place, name in enumerate(self.texts)
            if later[place].any()
        ]
        told = f"told apart are {'; '.join(found)}" if found else "no two values are told apart"
        return f"Nemenyi's critical difference at the 5 % level is {self.critical_difference:.2f}: {told}."


HOW_RANKED = (
    "In each combination, runs of the same seed are ranked by epochs to convergence; those that did not converge tie last."
)


def mean_ranks(of: Rivals) -> MeanRanks:
    """Rank the values in each combination of the other settings, and test whether they differ.

    A combination counts if all values have runs of the same seed there. ResultsError for fewer than three values or
    combinations.
    """
    scores = _scores(of)
    if len(of.levels) < FEWEST_TREATMENTS:
        raise ResultsError(f"Friedman's test takes {FEWEST_TREATMENTS} values of {of.setting} or more, and there are 2")
    if len(scores) < FEWEST_BLOCKS:
        others = f"combinations of {' and '.join(of.within)}" if of.within else "combinations of other settings (such as tasks)"
        raise ResultsError(
            f"Friedman's test needs {FEWEST_BLOCKS} {others} or more, in which all values of {of.setting} have runs; there "
            f"{'is' if len(scores) == 1 else 'are'} {len(scores)}"
        )
    found = friedman(scores)
    order = np.argsort(found.mean_rank, kind="stable")
    return MeanRanks(
        of.setting,
        [of.levels[place] for place in order],
        found.mean_rank[order],
        of.within,
        of.best_of,
        len(scores),
        found.statistic,
        found.p_value,
        critical_difference(len(of.levels), len(scores)),
    )


def _scores(of: Rivals) -> Floats:
    """The sum of each value's ranks over the seeds of each combination, (combinations, values). Sums of halves are exact."""
    table, (number, _) = of.table, grouped(of.table, of.within)
    epochs, converged = table["epochs"].to_numpy(np.float64), ended(table, Outcome.CONVERGED)
    cut = np.full(number.max(initial=-1) + 1, np.inf)
    np.minimum.at(cut, number[ended(table, Outcome.CAPPED)], epochs[ended(table, Outcome.CAPPED)])
    time = np.where(converged & (epochs <= cut[number]), epochs, np.inf)
    place = table[of.setting].map({level: place for place, level in enumerate(of.levels)}).to_numpy(np.int64)
    seeds, seed = np.unique(table["seed"].to_numpy(), return_inverse=True)
    rows, row = np.unique(number * len(seeds) + seed, return_inverse=True)
    by_value = np.full((len(rows), len(of.levels)), np.nan)
    by_value[row, place] = time
    whole = ~np.isnan(by_value).any(axis=1)
    return pd.DataFrame(ranks(by_value[whole])).groupby(rows[whole] // len(seeds)).sum().to_numpy()


def table_of(found: MeanRanks) -> pd.DataFrame:
    """One row per value, the soonest first: its mean rank, and beside each the test's combinations, chi-squared, p-value and
    critical difference.
    """
    columns = (found.levels, found.mean_rank, found.combinations, found.statistic, found.p_value, found.critical_difference)
    return pd.DataFrame(dict(zip(RANKS, columns, strict=True)))
