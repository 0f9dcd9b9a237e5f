"""The answer in sentences: which setting is best, how often and how fast it converges, and what matters."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from backsweep.errors import ResultsError
from backsweep.outcomes import Outcome, ended

from ..analysis.remarks import constant_responses, lost_at_once, over_the_bound, tied_best
from ..analysis.selection import best_on_other_seeds
from ..analysis.tables import axis_columns, level_texts
from ..statistics.sample_size import more_seeds, seeds_to_half_width
from ..text.numbers import interval_text, percent_text, whole_text

NAMED = 3  # factors in a sentence
LEAST_SHARE = 0.01
HALF_WIDTH = 0.01


def answer(table: pd.DataFrame, best: pd.DataFrame | str) -> str:
    """The main finding. best: what `best_on_other_seeds` found, or why it could not."""
    if table.empty:
        return "No run is done yet."
    if not ended(table, Outcome.CONVERGED).any():
        return "No run converged."
    if isinstance(best, str):
        return f"{percent_text(ended(table, Outcome.CONVERGED).mean())} of all runs converge."
    found = best.iloc[0]
    if not found["success"] > 0:
        return f"{_where(table, best)} converged most often on half of the seeds, and not once on the others."
    success = f"{percent_text(found['success'])} ({_interval(found, 'success', percent_text)})"
    time = f"{whole_text(found['running_time'])} epochs ({_interval(found, 'running_time', whole_text)})"
    return (
        f"{_where(table, best)}: {success} of the runs converge. A success costs {time}, counting all epochs of the runs that "
        "fail."
    )


def _where(table: pd.DataFrame, best: pd.DataFrame) -> str:
    names = axis_columns(table)
    return ", ".join(f"{name} {level_texts(best[name].tolist())[0]}" for name in names) or "The one setting"


def _interval(row: pd.Series, name: str, text: Callable[[float], str]) -> str:
    return interval_text(row[f"{name}_low"], row[f"{name}_high"], text)


def remarks(table: pd.DataFrame, best: pd.DataFrame | str, matters: pd.DataFrame | str, has_rule: bool) -> list[str]:
    """What goes with the answer. best, matters: what was found, or why it could not be; has_rule: to stop by."""
    found: list[str] = []
    if not has_rule:
        found.append(
            "The spec has no stopping rule, so no run can count as converged; runs that do not diverge use all epochs."
        )
    elif ended(table, Outcome.CONVERGED).any():
        if isinstance(best, str):
            found.append(f"No setting can be called the best: {best}.")
        else:
            row = best.iloc[0]
            found += [_chosen(table, row), *tied_best(best), _at_an_end(table, row), _precision(row)]
    found += over_the_bound(lost_at_once(table))
    if isinstance(matters, str):
        found.append(f"It is not known what matters: {matters}.")
    else:
        found += [_matters(matters, response) for response in dict.fromkeys(matters["response"])]
        found += constant_responses(matters)
    return [sentence for sentence in found if sentence]


def _chosen(table: pd.DataFrame, row: pd.Series) -> str:
    if len(table) == row["runs"]:
        return "These are 95 % intervals."
    return (
        f"Chosen on half of the seeds, of which {percent_text(row['chosen_success'])} converged, and judged on the other half: "
        f"{row['runs']:,.0f} runs that did not choose it. These are 95 % intervals."
    )


def _at_an_end(table: pd.DataFrame, row: pd.Series) -> str:
    """Which settings of three or more numbers have their first or last value where it is best."""
    ends: list[str] = []
    for name in axis_columns(table):
        levels = sorted(table[name].dropna().unique().tolist()) if is_numeric_dtype(table[name]) else []
        if len(levels) > 2 and row[name] in (levels[0], levels[-1]):
            ends.append(f"the {'lowest' if row[name] == levels[0] else 'highest'} value of {name}")
    return f"That is {' and '.join(ends)} in this sweep, so even better settings may lie beyond it." if ends else ""


def _precision(row: pd.Series) -> str:
    """By the end of the interval nearer to one half: a few runs that all converge do not promise that the next will."""
    rate = min(max(0.5, row["success_low"]), row["success_high"])
    needed = seeds_to_half_width(rate, HALF_WIDTH)
    more = float(more_seeds(needed, row["runs"]))
    if not more:
        return ""
    return f"Knowing its success rate to within ± {percent_text(HALF_WIDTH)} takes up to {needed:,.0f} such runs."


def _matters(matters: pd.DataFrame, response: str) -> str:
    mine = matters[matters["response"] == response]
    shares = mine[mine["share"] >= LEAST_SHARE]
    named = shares[~shares["factor"].isin(["seed", "rest"])].head(NAMED)
    chance = mine[mine["factor"].isin(["seed", "rest"])]["share"].sum()
    if (mine["method"] == "PED-ANOVA").any():
        what = "how often its runs converge" if response == "success" else "how soon they do"
        whole, left = f"Of what decides whether a combination is among the best tenth by {what}", "all else"
    else:
        what = "whether a run converges" if response == "success" else "how long it takes"
        whole, left = f"Of the variance of {what}", "chance, by the seed,"
    parts = [f"{factor} {percent_text(share)}" for factor, share in zip(named["factor"], named["share"], strict=True)]
    if chance >= LEAST_SHARE:
        parts.append(f"{left} {percent_text(chance)}")
    return f"{whole}: {', '.join(parts)}." if parts else ""


def best_or_why_not(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame | str:
    """The best setting, judged on seeds that did not choose it, or why there is none."""
    try:
        return best_on_other_seeds(table, rng=rng)
    except ResultsError as error:
        return str(error)
