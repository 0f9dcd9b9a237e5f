"""Summaries of tables of runs."""

import numpy as np
import pandas as pd
import pytest

from backsweep.errors import BacksweepError
from backsweep.outcomes import OUTCOMES
from backsweep.results.analysis.tables import level_texts, summary
from backsweep.results.text import readable


def table(outcomes, epochs, **settings):
    count = len(outcomes)
    return pd.DataFrame(
        {
            "run": np.arange(count),
            "cell": np.zeros(count, np.int32),
            "seed": np.arange(count),
            **settings,
            "outcome": pd.Categorical(outcomes, categories=OUTCOMES),
            "epochs": np.array(epochs, np.int32),
            "loss": np.zeros(count),
            "accuracy": np.ones(count),
        }
    )


MIXED = table(
    ["converged", "converged", "capped", "diverged", "converged", "converged", "converged", "converged"],
    [10, 20, 50, 3, 5, 6, 7, 8],
    lr=[0.1] * 4 + [0.2] * 4,
    bias=[True, False] * 4,
)


def test_a_row_for_each_setting():
    found = summary(MIXED, ["lr"])
    assert found["lr"].tolist() == [0.1, 0.2]
    assert found["runs"].tolist() == [4, 4]
    assert found["success"].tolist() == [0.5, 1.0]
    assert found["median_epochs"].tolist() == [20, 6]
    assert summary(MIXED, ["bias", "lr"])[["bias", "lr"]].to_numpy().tolist() == [
        [False, 0.1],
        [False, 0.2],
        [True, 0.1],
        [True, 0.2],
    ]


def test_by_default_all_varying_settings_group_and_an_empty_by_pools_all_runs():
    pd.testing.assert_frame_equal(summary(MIXED), summary(MIXED, ["lr", "bias"]))
    assert summary(MIXED, [])[["runs", "success"]].to_numpy().tolist() == [[8, 0.75]]


def test_different_values_are_told_apart():
    close = summary(MIXED.assign(lr=[1.00001] * 4 + [1.00002] * 4), "lr")
    assert readable.summary(close)["lr"].tolist() == ["1.00001", "1.00002"]


def test_runs_that_lack_a_setting_are_a_group_shown_as_a_dash():
    runs = table(["converged"] * 3, [1, 2, 3], rule=["gd", "momentum", "gd"], beta=[np.nan, 0.5, np.nan])
    found = summary(runs)
    assert found["runs"].tolist() == [2, 1]
    assert readable.summary(found)["beta"].tolist() == ["–", "0.5"]
    assert level_texts([float("nan"), 0.12341, float("nan"), 0.12342]) == ["–", "0.12341", "–", "0.12342"]
    assert level_texts([None, "a"]) == ["–", "a"]


def test_unknown_columns_are_named_with_those_there_are():
    with pytest.raises(BacksweepError, match=r"'lrr' .* lr, bias, cell, seed"):
        summary(MIXED, ["lrr"])


@pytest.mark.parametrize("outcome", ["capped", "diverged", "stalled"])
def test_if_none_converges_the_median_is_infinite(outcome):
    found = summary(table([outcome] * 3, [5, 6, 7], lr=[0.1] * 3))
    assert found[["success", "success_low", "median_epochs"]].to_numpy().tolist() == [[0.0, 0.0, np.inf]]
    assert readable.summary(found)["median epochs"].tolist() == ["∞"]


@pytest.mark.parametrize("rows", [0, 1])
def test_no_run_and_one_run_have_summaries(rows):
    assert summary(MIXED.iloc[:rows])["runs"].tolist() == [1] * rows
    assert len(summary(MIXED.iloc[:rows], [])) == 1


def test_readable_summaries_are_text():
    shown = readable.summary(summary(MIXED, ["lr"]))
    assert shown.iloc[0].tolist() == ["0.1", "4", "50.0 %", "15.0 % – 85.0 %", "20", "10 – ∞"]
