"""Tables of findings as text for people: rates in per cent, intervals beside their estimates, and ∞ for times that are never
reached.
"""

from collections.abc import Callable
from typing import Any

import pandas as pd

from ..analysis.names import beside
from ..analysis.tables import level_texts
from .numbers import fraction_text, interval_text, loss_text, percent_text, whole_text


def summary(found: pd.DataFrame) -> pd.DataFrame:
    """Of `tables.summary`."""
    texts = {
        "runs": found["runs"].map("{:,}".format),
        **_success(found),
        "median epochs": found["median_epochs"].map(whole_text),
        "epochs 95 %": _intervals(found, "median", whole_text),
    }
    return beside(_settings(found, "runs"), texts)


def ranking(found: pd.DataFrame, has_rule: bool) -> pd.DataFrame:
    """Of `ranking.ranked`: what the order goes by, which is the final loss where no run converged.

    has_rule: whether runs could have converged, so that a reader is told how few may do so.
    """
    settings, runs = _settings(found, "runs"), {"runs": found["runs"].map("{:,}".format)}
    if (found["success"] > 0).any():
        times = {"median epochs": found["median_epochs"].map(whole_text)}
        cost = {"epochs per success": found["running_time"].map(whole_text)}
        return beside(settings, {**runs, **_success(found), **times, **cost})
    diverged = {"diverged": found["diverged"].map(percent_text)} if (found["diverged"] > 0).any() else {}
    success = _success(found) if has_rule else {}
    return beside(settings, {**runs, **success, "final loss": found["interquartile_mean_loss"].map(loss_text), **diverged})


def details(found: pd.DataFrame) -> pd.DataFrame:
    """Of `summaries.detailed_summary`: what people look for first; the rest is in the data."""
    return beside(
        summary(found),
        {
            **_running_time(found),
            "diverged": found["diverged"].map(percent_text),
            "stalled": found["stalled"].map(percent_text),
            "final loss": found["interquartile_mean_loss"].map(loss_text),
        },
    )


def best(found: pd.DataFrame) -> pd.DataFrame:
    """Of `selection.best_on_other_seeds`."""
    return beside(
        _settings(found, "chosen_success"),
        {
            "converged where chosen": found["chosen_success"].map(percent_text),
            "judging runs": found["runs"].map("{:,}".format),
            **_success(found),
            **_running_time(found),
        },
    )


def what_matters(found: pd.DataFrame) -> pd.DataFrame:
    """Of `what_matters.what_matters`."""
    return pd.DataFrame(
        {
            "of": found["response"],
            "factor": found["factor"],
            "share": found["share"].map(percent_text),
            "share 95 %": _intervals(found, "share", percent_text),
            "by": found["method"],
        }
    )


def comparison(found: pd.DataFrame) -> pd.DataFrame:
    """Of `comparison.compare_sweeps` and `comparison.compare_unpaired`; differences are those of the second from the first."""
    if found.columns[-1] == "p_holm":
        return beside(
            _settings(found, "runs_first"),
            {
                "runs": [f"{one:,} / {two:,}" for one, two in zip(found["runs_first"], found["runs_second"], strict=True)],
                "second converged": found["observed"].map("{:,}".format),
                "if alike": found["expected"].map("{:,.1f}".format),
                "p": found["p"].map("{:.3g}".format),
                "p, Holm": found["p_holm"].map("{:.3g}".format),
            },
        )
    return beside(
        _settings(found, "pairs"),
        {
            "pairs": found["pairs"].map("{:,}".format),
            "only first": found["only_first"].map("{:,}".format),
            "only second": found["only_second"].map("{:,}".format),
            "more converge": found["success_difference"].map(_signed_percent),
            "95 %": _intervals(found, "success_difference", _signed_percent),
            "p, Holm": found["success_p_holm"].map("{:.3g}".format),
            "epochs per success": found["running_time_difference"].map(_signed_epochs),
            "epochs 95 %": _intervals(found, "running_time_difference", _signed_epochs),
        },
    )


def ranks(found: pd.DataFrame) -> pd.DataFrame:
    """Of `mean_ranks.table_of`; what is the same in each row stands in the sentences."""
    return pd.DataFrame({"value": level_texts(found["value"].tolist()), "mean rank": found["mean_rank"].map("{:.2f}".format)})


def more_seeds(found: pd.DataFrame) -> pd.DataFrame:
    """Of `more_seeds.seeds_to_know` and `more_seeds.seeds_to_compare`."""
    if "neither" in found.columns[-3:]:
        counts = ("pairs", "only_first", "only_second", "needed", "more")
        return beside(_settings(found, "pairs"), {name.replace("_", " "): found[name].map(whole_text) for name in counts})
    return beside(
        _settings(found, "runs"),
        {
            "runs": found["runs"].map("{:,}".format),
            **_success(found),
            "runs needed": found["needed"].map(whole_text),
            "more": found["more"].map(whole_text),
        },
    )


def restarts(found: pd.DataFrame) -> pd.DataFrame:
    """Of `tables.restart_report`."""
    return beside(
        _settings(found, "trials"),
        {
            "trials": found["trials"].map("{:,}".format),
            "mean epochs": found["mean"].map(fraction_text),
            "sd": found["sd"].map(fraction_text),
            "median": found["median"].map(fraction_text),
            "maximum": found["maximum"].map(whole_text),
            "restarts per trial": found["restarts_per_trial"].map(lambda mean: "?" if pd.isna(mean) else f"{mean:.3f}"),
            "unfinished runs": found["unfinished"].map("{:,}".format),
        },
    )


def _settings(found: pd.DataFrame, first: str) -> pd.DataFrame:
    """The settings, which are the columns before this one."""
    settings = found.iloc[:, : found.columns.get_loc(first)]
    return pd.DataFrame({name: level_texts(settings[name].tolist()) for name in settings}, index=found.index)


def _success(found: pd.DataFrame) -> dict[str, Any]:
    return {"converged": found["success"].map(percent_text), "success 95 %": _intervals(found, "success", percent_text)}


def _running_time(found: pd.DataFrame) -> dict[str, Any]:
    times = found["running_time"].map(whole_text)
    return {"epochs per success": times, "epochs per success 95 %": _intervals(found, "running_time", whole_text)}


def _intervals(table: pd.DataFrame, name: str, text: Callable[[float], str]) -> list[str]:
    return [interval_text(low, high, text) for low, high in zip(table[f"{name}_low"], table[f"{name}_high"], strict=True)]


def _signed_percent(difference: float) -> str:
    return f"{100 * difference:+.1f} %".replace("-", "−")


def _signed_epochs(difference: float) -> str:
    return whole_text(difference) if pd.isna(difference) else f"{'−' if difference < 0 else '+'}{whole_text(abs(difference))}"
