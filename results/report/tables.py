"""The tables of a report: every setting, what matters, and names compared fairly."""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from backsweep.errors import ResultsError

from ..analysis.answer import SEED
from ..analysis.fair_comparisons import fair_comparisons
from ..analysis.mean_ranks import mean_ranks
from ..analysis.ranking import order_of
from ..analysis.remarks import choices_at_an_end, chosen_without_success, infinite_differences
from ..analysis.rivals import Rivals, all_pairs, rivals
from ..analysis.summaries import detailed_summary
from ..analysis.tables import axis_columns, grouped
from ..statistics.ranks import FEWEST_TREATMENTS
from ..text import differences, readable
from ..text.alignment import aligned

SUCCESS = "Converged: the share, with its Wilson interval. "
EPOCHS = (
    "Median epochs: from the Kaplan–Meier curve; ∞ if it does not fall to one half within the epochs allowed. Epochs per "
    "success: all epochs spent, including those of runs that fail, ÷ successes, with a bootstrap interval. "
)
FINAL_LOSS = "Final loss: the mean of the middle half of the runs."
ORDER = "Those that converge most often, and of these at the fewest epochs per success, come first. "
ORDER_BY_LOSS = "No run converged, so those with the lowest final loss come first. "


@dataclass(frozen=True)
class Table:
    """A table of the report: its data in full, and as text for people.

    command: the one that prints it. beside: the name of the picture that shows the same, in whose section it stands. sorted_by:
    the column by which it is sorted, and which way, "ascending" or "descending".
    """

    name: str
    title: str
    note: str
    data: pd.DataFrame
    shown: pd.DataFrame
    command: str
    beside: str = ""
    sorted_by: tuple[str, str] = ("", "")

    @property
    def rows(self) -> list[list[tuple[str, str]]]:
        """The texts of the cells, each with what it lacks, as of `alignment.aligned`."""
        texts = [list(map(str, self.shown.iloc[:, place])) for place in range(self.shown.shape[1])]
        cells = [list(zip(column, aligned(column).missing, strict=True)) for column in texts]
        return [list(row) for row in zip(*cells, strict=True)]

    @property
    def kinds(self) -> list[str]:
        """What each column is of: words, number, or decimals, which are numbers with ends of different widths."""
        columns = [aligned(list(map(str, self.shown.iloc[:, place]))) for place in range(self.shown.shape[1])]
        return ["words" if not of.numbers else "decimals" if any(of.missing) else "number" for of in columns]


def tables(folder: Path, table: pd.DataFrame, matters: pd.DataFrame | ResultsError, has_rule: bool) -> list[Table]:
    """All tables. table: the runs; matters: what `what_matters` found, or why it could not; has_rule: as of `Answer`."""
    number, settings, quoted = *grouped(table, None), shlex.quote(str(folder))
    details = detailed_summary(table, rng=np.random.default_rng(SEED))
    details = details.iloc[order_of(table, number, len(settings))].reset_index(drop=True)
    several, converge = bool(axis_columns(table)), bool((details["success"] > 0).any())
    first, by = (ORDER, ("converged", "descending")) if converge else (ORDER_BY_LOSS, ("final loss", "ascending"))
    found = [
        Table(
            "settings",
            "Every setting" if several else "The setting",
            f"{first if several else ''}The seeds are the replicates. {SUCCESS * has_rule}{EPOCHS * converge}{FINAL_LOSS}",
            details,
            readable.details(details) if converge else readable.ranking(details, has_rule),
            f"backsweep table {quoted} --of settings",
            sorted_by=by if several else ("", ""),
        )
    ]
    if isinstance(matters, pd.DataFrame):
        found.append(
            Table(
                "what-matters",
                "What matters",
                "Shares of what decides whether a combination is among the best tenth (PED-ANOVA), intervals by resampling "
                "combinations."
                if (matters["method"] == "PED-ANOVA").any()
                else "Shares of the variance between runs, with bootstrap intervals over seeds. A run that does not converge "
                "counts with the epochs at which the first was cut off.",
                matters,
                readable.what_matters(matters),
                f"backsweep table {quoted} --of what-matters",
                beside="importance",
            )
        )
    return [*found, *_comparisons(quoted, table)]


def _comparisons(quoted: str, table: pd.DataFrame) -> Iterator[Table]:
    """All pairs of values of each setting of names, each value at its best learning rate, as `backsweep compare` has them."""
    for place, (setting, best_of) in enumerate(fair_comparisons(table).items()):
        rng = np.random.default_rng(SEED)
        try:
            of = rivals(table, setting, best_of=best_of, rng=rng)
            found = all_pairs(of, paired=True, rng=rng)
        except ResultsError:  # as where there is one seed, or where values have nothing in common
            continue
        chosen = " and ".join(best_of)
        in_each = f" in each combination of {' and '.join(of.within)}" if of.within else ""
        note = (
            f"All pairs of values{in_each}, each at the {chosen} that half of the seeds choose for it; the other half are "
            "compared, in pairs of the same seed. Differences are second minus first, with 95 % intervals."
        )
        yield Table(
            f"comparison-{place + 1}",
            f"Values of {setting}, each at its best {chosen}",
            " ".join([note, *differences.sentences(found, of), *infinite_differences(found), *_about_choices(of)]),
            found,
            readable.comparison(found),
            f"backsweep compare {quoted} --setting {shlex.quote(setting)} --best-of {shlex.quote(','.join(best_of))}",
            beside="" if place else "ranks",
        )


def _about_choices(of: Rivals) -> list[str]:
    return [*chosen_without_success(of), *choices_at_an_end(of.at_an_end), *_why_no_ranks(of)]


def _why_no_ranks(of: Rivals) -> list[str]:
    """Why there is no picture of mean ranks, if it is not for want of values."""
    if len(of.levels) < FEWEST_TREATMENTS:
        return []
    try:
        mean_ranks(of)
    except ResultsError as error:
        return [f"{error}."]
    return []
