"""Detailed summaries of tables with all kinds of runs, some, one and none, and of tables in which none converged."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from backsweep.errors import BacksweepError
from backsweep.outcomes import OUTCOMES
from backsweep.results.analysis.summaries import detailed_summary
from backsweep.results.analysis.tables import summary


def table(outcomes, epochs, **columns):
    outcomes = pd.Categorical(outcomes, categories=OUTCOMES)
    settings = {"run": np.arange(len(epochs)), "cell": 0, "seed": np.arange(len(epochs)), **columns}
    return pd.DataFrame(settings).assign(outcome=outcomes, epochs=np.array(epochs, np.int32), loss=0.5, accuracy=1.0)


def summarised(runs, by=None, **options):
    return detailed_summary(runs, by, rng=np.random.default_rng(0), resamples=200, **options)


MIXED = table(
    ["converged", "converged", "capped", "diverged"] + ["converged"] * 4, [10, 20, 50, 3, 5, 6, 7, 8], lr=[1] * 4 + [2] * 4
)


def test_it_begins_with_the_short_summary():
    short = summary(MIXED)
    pd.testing.assert_frame_equal(summarised(MIXED)[short.columns], short)


def test_each_row_by_hand():
    found = summarised(MIXED)
    assert found[list(OUTCOMES)].to_numpy().tolist() == [[0.5, 0.25, 0, 0.25], [1, 0, 0, 0]]
    assert found["lower_quartile_epochs"].tolist() == [10, 5]
    assert found["upper_quartile_epochs"].tolist() == [np.inf, 7]
    assert found["restricted_limit"].tolist() == [50, 50]
    assert found["restricted_mean_epochs"].tolist() == [(10 + 20 + 50 + 50) / 4, 26 / 4]
    assert found["running_time"].tolist() == [83 / 2, 26 / 4]
    assert found["mean_epochs_of_converged_only"].tolist() == [15, 26 / 4]


def test_the_middle_half_of_the_losses():
    losses = np.random.default_rng(3).normal(size=8)
    found = summarised(MIXED.assign(loss=losses), [])
    assert found["interquartile_mean_loss"].tolist() == [pytest.approx(stats.trim_mean(losses, 0.25))]


def test_a_mean_beyond_what_was_run_is_missing():
    found = summarised(MIXED, limit=60)
    assert np.isnan(found["restricted_mean_epochs"]).tolist() == [True, False]
    with pytest.raises(BacksweepError, match="limit"):
        summarised(MIXED, limit=0)


@pytest.mark.parametrize("outcome", ["capped", "diverged", "stalled"])
def test_where_none_converges(outcome):
    row = summarised(table([outcome] * 3, [9, 9, 9])).iloc[0]
    assert row[outcome] == 1
    names = ["running_time", "running_time_high", "lower_quartile_epochs", "upper_quartile_epochs"]
    assert row[names].tolist() == [np.inf] * 4
    assert row["running_time_low"] == 9 / row["success_high"]  # at a higher rate, one of three runs would have converged
    assert row[["restricted_mean_epochs", "restricted_mean_low", "restricted_mean_high"]].tolist() == [9, 9, 9]
    assert np.isnan(row["mean_epochs_of_converged_only"])


def test_no_run_is_no_knowledge():
    row = summarised(MIXED.iloc[:0], []).iloc[0]
    assert row["runs"] == 0
    unknown = ["converged", "restricted_mean_epochs", "running_time", "running_time_low", "running_time_high"]
    assert np.isnan(row[[*unknown, "interquartile_mean_loss", "mean_epochs_of_converged_only"]].astype(float)).all()
    assert len(summarised(MIXED.iloc[:0])) == 0


def test_one_run():
    row = summarised(MIXED.iloc[:1]).iloc[0]
    assert row[["restricted_mean_epochs", "running_time"]].tolist() == [10] * 2
    assert np.isnan(row[["running_time_low", "running_time_high"]].astype(float)).all()
