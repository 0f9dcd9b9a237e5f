"""The answer in sentences: which setting is best, how often and how fast it converges, and what matters."""

import numpy as np
import pandas as pd

from ..errors import InputError
from ..selection import best_on_other_seeds
from ..statistics.sample_size import more_seeds, seeds_to_half_width
from ..tables import axis_columns, level_texts
from ..texts import interval_text, percent_text, whole_text

NAMED = 3  # factors in a sentence
LEAST_SHARE = 0.01
HALF_WIDTH = 0.01


def answer(table: pd.DataFrame, best: pd.DataFrame | None) -> str:
    """The main finding. best: what `best_on_other_seeds` found, if it could."""
    if table.empty:
        return "No run is done yet."
    if not (table["outcome"] == "converged").any():
        return "No run converged."
    if best is None:
        return _overall(table)
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


def _overall(table: pd.DataFrame) -> str:
    share = (table["outcome"] == "converged").mean()
    return f"{percent_text(share)} of all runs converge. With a single seed no setting can be called the best."


def _interval(row: pd.Series, name: str, text) -> str:
    return interval_text(row[f"{name}_low"], row[f"{name}_high"], text)


def remarks(table: pd.DataFrame, best: pd.DataFrame | None, matters: pd.DataFrame | str) -> list[str]:
    """What goes with the answer. matters: what `what_matters` found, or why it could not."""
    found = []
    if best is not None and len(axis_columns(table)):
        row = best.iloc[0]
        found.append(
            f"Chosen on half of the seeds, of which {percent_text(row['chosen_success'])} converged, and judged on the "
            f"{row['runs']:,.0f} runs of the other half, which had no say; intervals are of 95 %."
        )
    if best is not None:
        found.append(_precision(best.iloc[0]))
    if isinstance(matters, str):
        found.append(f"What matters cannot be told: {matters}.")
    else:
        found += [_matters(matters, response) for response in dict.fromkeys(matters["response"])]
    return [sentence for sentence in found if sentence]


def _precision(row: pd.Series) -> str:
    needed = seeds_to_half_width(row["success"], HALF_WIDTH)
    more = float(more_seeds(needed, row["runs"]))
    if not more:
        return ""
    return f"To know its success within ±{percent_text(HALF_WIDTH)} takes {needed:,.0f} judging runs, {more:,.0f} more."


def _matters(matters: pd.DataFrame, response: str) -> str:
    shares = matters[(matters["response"] == response) & (matters["share"] >= LEAST_SHARE)]
    named = shares[~shares["factor"].isin(["seed", "rest"])].head(NAMED)
    chance = matters[(matters["response"] == response) & matters["factor"].isin(["seed", "rest"])]["share"].sum()
    what = "whether a run converges" if response == "success" else "how long it takes"
    parts = [f"{factor} {percent_text(share)}" for factor, share in zip(named["factor"], named["share"], strict=True)]
    if chance >= LEAST_SHARE:
        parts.append(f"chance, by the seed, {percent_text(chance)}")
    return f"Of the variance of {what}: {', '.join(parts)}." if parts else ""


def best_or_none(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame | None:
    """The best setting, judged on seeds that did not choose it; None where there are too few."""
    try:
        return best_on_other_seeds(table, rng=rng)
    except InputError:
        return None
