"""Sentences that a reader of a table should know; there are none if nothing needs saying."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from backsweep.outcomes import Outcome, ended

from ..arrays import Floats
from .ends import AtAnEnd, chosen_at_an_end
from .selection import with_all_seeds
from .tables import EVERY_RUN, axis_columns, grouped, setting_labels
from .what_matters import RESPONSES

if TYPE_CHECKING:
    from .rivals import Rivals  # whose tests take half a second to import

NAMED = 3  # combinations in a sentence


def unequal_limits(table: pd.DataFrame, by: Sequence[str]) -> list[str]:
    """Say that runs in one group had different limits of epochs, so that some were cut off while others went on.

    by: the settings that define the groups.
    """
    capped = table[ended(table, Outcome.CAPPED)]
    if capped.empty:
        return []
    number, _ = grouped(capped, by)
    limits = capped["epochs"].groupby(number).agg(["min", "max"])
    unlike = limits[limits["min"] < limits["max"]]
    if unlike.empty:
        return []
    return [
        f"Some pooled runs have different limits, from {unlike['min'].min():,} to {unlike['max'].max():,} epochs. The share "
        "converged counts runs that had too few epochs as failures. The median counts them as censored and estimates when runs "
        "would converge if all went on, so it can be finite although fewer than half converged."
    ]


def lost_at_once(table: pd.DataFrame) -> Floats:
    """The losses, (runs,), of runs that diverged before their first update from one that is a number: over `train.bound`."""
    lost = ended(table, Outcome.DIVERGED) & (table["epochs"] == 0) & np.isfinite(table["loss"])
    return table.loc[lost, "loss"].to_numpy(np.float64)


def over_the_bound(losses: Floats) -> list[str]:
    """Say that runs began above the bound. losses: those of `lost_at_once`."""
    if not len(losses):
        return []
    least, most = losses.min(), losses.max()
    ends = f"a loss of {least:.4g}" if least == most else f"losses of {least:.4g} to {most:.4g}"
    return [
        f"{len(losses):,} run{'s' if len(losses) > 1 else ''} diverged before the first update, because they began with "
        f"{ends}, above train.bound; raise train.bound above these losses."
    ]


def ranked_by_loss(found: pd.DataFrame) -> list[str]:
    """Say why the rows go by their loss, if no run converged. found: the table of `tables.summary`."""
    if (found["success"] > 0).any():
        return []
    order = ", so the rows are in the order of the final loss" if len(found) > 1 else ""
    return [f"No run converged{order}. The final loss is the mean of the middle half of the runs."]


def tied_best(best: pd.DataFrame) -> list[str]:
    """Say which of the best combinations had equals. best: the table of `selection.best_on_other_seeds`."""
    which = [""] if len(best) == 1 else [f"Row {row}: " for row in range(1, len(best) + 1)]
    return [
        f"{row}{tied:,} settings did equally well on the seeds that choose; this is the first of them."
        for row, tied in zip(which, best["tied"].tolist(), strict=True)
        if tied > 1
    ]


def best_at_an_end(table: pd.DataFrame, best: pd.DataFrame, by: Sequence[str]) -> list[str]:
    """Say where the best of the settings that `by` leaves out is at an end. best: of `selection.best_on_other_seeds`."""
    _, tried = grouped(table, None)
    names = [name for name in axis_columns(table) if name not in by]
    return choices_at_an_end(chosen_at_an_end(tried, best[best["tied"] == 1], names))


def without_best(table: pd.DataFrame, best: pd.DataFrame, by: Sequence[str]) -> list[str]:
    """Say which combinations of the settings `by` have no best setting. best: the table of `selection.best_on_other_seeds`."""
    if not by:
        return []
    number, tried = grouped(table, None)
    competing = tried[with_all_seeds(table, number, len(tried))]
    compared, unfinished = (_lacking(whole, part, by) for whole, part in ((competing, best), (tried, competing)))
    found = []
    if compared:
        found.append(f"No best setting for {'; '.join(compared)}: no run of the seeds that choose converged.")
    if unfinished:
        found.append(f"No best setting for {'; '.join(unfinished)}: none has all the seeds that others have.")
    return found


def _lacking(whole: pd.DataFrame, part: pd.DataFrame, by: Sequence[str]) -> list[str]:
    """Which combinations of the settings `by` are in one table and not in the other."""
    both = grouped(whole, by)[1].merge(grouped(part, by)[1], how="left", indicator="_merge")
    return setting_labels(both.loc[both["_merge"] == "left_only", list(by)])


def choices_at_an_end(found: Sequence[AtAnEnd]) -> list[str]:
    """Say which choices are the lowest or the highest value that was tried."""
    return [
        f"The chosen {name} is the {end} that was tried{_of(labels)}. Better ones may lie beyond it."
        for name, end, labels in found
    ]


def _of(labels: Sequence[str]) -> str:
    """For which combinations something is true; nothing where there is one only, without settings."""
    if list(labels) == [EVERY_RUN]:
        return ""
    more = f"; and {len(labels) - NAMED:,} more" if len(labels) > NAMED else ""
    return f" for {'; '.join(labels[:NAMED])}{more}"


def chosen_without_success(of: "Rivals") -> list[str]:
    """Say for which values nothing could be chosen because no run converged."""
    if not of.unsettled:
        return []
    return [
        f"No run of the seeds that choose converged for {'; '.join(of.unsettled)}. There nothing chose, and the first "
        f"{' and '.join(of.best_of)} is compared."
    ]


def infinite_differences(found: pd.DataFrame) -> list[str]:
    """Say what differences mean that are no numbers, if there are any. found: the table of `comparison.compare_sweeps`."""
    differences = [name for name in found.columns if name.startswith("running_time_difference")]
    if np.isfinite(found[differences].to_numpy(np.float64)).all():
        return []
    return [
        "Epochs per success are infinite where no run converged: −∞ means that only the second side converged, +∞ that only "
        "the first did, and ? that neither did. The interval of such a difference, or of a single pair, is unknown (?)."
    ]


def constant_responses(matters: pd.DataFrame) -> list[str]:
    """Say which responses have no variance to explain. matters: the table of `what_matters.what_matters`."""
    subjects = dict(zip(RESPONSES, ("Whether runs converge", "How many epochs they take"), strict=True))
    there = set(matters["response"])
    return [
        f"{subject} does not vary, so there is nothing to explain."
        for response, subject in subjects.items()
        if response not in there
    ]


def pooled(table: pd.DataFrame, by: Sequence[str]) -> list[str]:
    """Say which settings are pooled, and what that does. by: the settings that define the groups."""
    others = [name for name in axis_columns(table) if name not in by]
    if not others:
        return []
    words = f"Pooled over {', '.join(others)}; the pooled runs count as replicates of one setting."
    return [words, *unequal_limits(table, by)]
