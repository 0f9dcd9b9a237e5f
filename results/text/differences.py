"""What is said of a comparison in sentences: what its p-values are of, and which side needs fewer epochs per success."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..analysis.names import SIDES
from ..analysis.tables import level_texts, setting_labels
from ..statistics.sample_size import LEVEL
from .numbers import interval_text, percent_text, sentence_of, whole_text

if TYPE_CHECKING:
    from ..analysis.rivals import Rivals

NONE_CONVERGED = "No run that is compared converged, so nothing here tells the sides apart."
NAMED = 3  # rows in a sentence


def sentences(found: pd.DataFrame, of: "Rivals | None" = None) -> list[str]:
    """What a reader should know of the table of `comparison.compared`, or of `rivals.all_pairs` if it is of these rivals."""
    if "log_rank" in found:
        what = "p is of the log-rank test: whether the runs of both sides converge equally often and soon."
        return [what + _family(found)]
    return [
        f"p is of McNemar's test: whether both sides converge equally often. It says nothing of how soon.{_family(found)}",
        *_speed(found, of),
    ]


def none_converged(found: pd.DataFrame) -> bool:
    """Whether no run that is compared converged."""
    counts = ["expected", "observed"] if "log_rank" in found else ["both", "only_first", "only_second"]
    return not found[counts].to_numpy().any()


def of_needed_pairs(found: pd.DataFrame, power: float) -> list[str]:
    """What the numbers in the table of `more_seeds.seeds_to_compare` are for."""
    never = " ∞: as many pairs converge on one side only as on the other." if np.isinf(found["needed"]).any() else ""
    return [
        f"With the pairs needed, McNemar's test at the level of {percent_text(LEVEL, 0)} finds the difference with a "
        f"probability of {percent_text(power)}, if the shares stay what they are.{never}"
    ]


def of_needed_runs(half_width: float) -> str:
    """What the numbers in the table of `more_seeds.seeds_to_know` are for."""
    return (
        "With the runs needed, the 95 % interval of the share that converges reaches at most "
        f"{half_width:g} to each side of its centre, if the share stays what it is."
    )


def _family(found: pd.DataFrame) -> str:
    return f" Holm's method raises it for the {len(found):,} rows as one family." if len(found) > 1 else ""


def _speed(found: pd.DataFrame, of: "Rivals | None") -> list[str]:
    """In which rows the interval of the difference in epochs per success leaves out 0, and in how many it does not."""
    low, high = (found[f"running_time_difference_{end}"].to_numpy(np.float64) for end in ("low", "high"))
    apart, unknown = (low > 0) | (high < 0), np.isnan(low) | np.isnan(high)
    difference = found["running_time_difference"].to_numpy(np.float64)
    said = [
        f"{where}{second} needs {_more(*numbers)} than {first}"
        for where, (first, second), *numbers in zip(_places(found, of), _names(found, of), difference, low, high, strict=True)
    ]
    told = [text for text, is_apart in zip(said, apart, strict=True) if is_apart]
    others = len(told) - NAMED
    more = f"; and {others:,} more {'rows differ' if others > 1 else 'row differs'}" if others > 0 else ""
    first = [f"Epochs per success, with 95 % intervals: {'; '.join(told[:NAMED])}{more}."] if told else []
    return [*first, *_undecided(int(np.sum(~apart & ~unknown)), int(unknown.sum()), len(found))]


def _undecided(undecided: int, unknown: int, rows: int) -> list[str]:
    if not undecided:
        return []
    where = f"in {undecided:,} of {rows:,} rows " if rows > 1 else ""
    holds = "the 95 % interval of the difference in epochs per success holds 0, so it is open which side needs fewer"
    return [sentence_of(f"{where}{holds}{f'; in {unknown:,} it is unknown' if unknown else ''}")]


def _more(difference: float, low: float, high: float) -> str:
    nearer, farther = sorted((abs(low), abs(high)))
    interval = interval_text(nearer, farther, whole_text)
    return f"{whole_text(abs(difference))} {'more' if difference > 0 else 'fewer'} ({interval})"


def _names(found: pd.DataFrame, of: "Rivals | None") -> list[tuple[str, str]]:
    """What both sides of each row are called."""
    if of is None:
        return [("the first", "the second")] * len(found)
    texts = level_texts([*found["first"], *found["second"]])
    names = [f"{of.setting} {text}" for text in texts]
    return list(zip(names[: len(found)], names[len(found) :], strict=True))


def _places(found: pd.DataFrame, of: "Rivals | None") -> list[str]:
    """In which combination of the other settings each row compares."""
    settings = found[list(found)[: list(found).index("pairs")]]
    if of is not None:
        settings = settings.drop(columns=[*SIDES, *(f"{name}_{side}" for name in of.best_of for side in SIDES)])
    return [f"at {label}, " for label in setting_labels(settings)] if settings.shape[1] else [""] * len(found)
