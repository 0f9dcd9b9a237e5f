"""Trials with restarts: a run that fails is followed by the next run, and its epochs count."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backsweep.outcomes import OUTCOMES
from backsweep.results.analysis.tables import restart_report
from backsweep.results.statistics.running_time import restarted_trials
from backsweep.results.text import readable
from backsweep.results.text.numbers import fraction_text


def table(outcomes, epochs, **settings):
    outcomes = pd.Categorical(outcomes, categories=OUTCOMES)
    return pd.DataFrame({"run": range(len(epochs)), "cell": 0, "seed": 0, **settings, "outcome": outcomes, "epochs": epochs})


def test_runs_are_chained_within_their_group():
    trials = restarted_trials([0, 0, 0, 1, 1, 1, 1], [5, 40, 7, 40, 40, 3, 40], [True, False, True, False, False, True, False])
    assert trials.group.tolist() == [0, 0, 1]
    assert trials.epochs.tolist() == [5, 47, 83]
    assert trials.restarts.tolist() == [0, 1, 2]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 50), st.booleans()), max_size=30))
def test_as_counted_one_run_at_a_time(runs):
    expected = {group: [] for group in range(4)}
    lost = dict.fromkeys(range(4), (0, 0))
    for group, epochs, converged in runs:
        spent, restarts = lost[group][0] + epochs, lost[group][1]
        if converged:
            expected[group].append((spent, restarts))
        lost[group] = (0, 0) if converged else (spent, restarts + 1)
    group, epochs, converged = (np.array(column, kind) for column, kind in zip(_columns(runs), (int, int, bool), strict=True))
    trials = restarted_trials(group, epochs, converged)
    assert list(zip(trials.group, trials.epochs, trials.restarts, strict=True)) == [
        (group, *trial) for group, of_group in expected.items() for trial in of_group
    ]


def _columns(runs):
    return zip(*runs, strict=True) if runs else ([], [], [])


RUNS = table(
    ["converged", "capped", "diverged", "converged", "capped", "converged", "converged", "capped"],
    [4, 40, 6, 10, 40, 8, 2, 40],
    bits=[4] * 4 + [3] * 4,
)


def test_a_row_for_each_setting():
    found = restart_report(RUNS)
    assert found["bits"].tolist() == [3, 4]
    assert found["trials"].tolist() == [2, 2]
    assert found["mean"].tolist() == [25, 30]
    assert found["median"].tolist() == [25, 30]
    assert found["maximum"].tolist() == [48, 56]
    assert found["sd"].tolist() == pytest.approx([np.std([48, 2], ddof=1), np.std([4, 56], ddof=1)])
    assert found["restarts"].tolist() == [1, 2]
    assert found["restarts_per_trial"].tolist() == [0.5, 1.0]
    assert found["unfinished"].tolist() == [1, 0]


def test_only_the_first_trials():
    found = restart_report(RUNS, first=1)
    assert found[["trials", "mean", "restarts", "unfinished"]].to_numpy().tolist() == [[1, 48, 1, 1], [1, 4, 0, 0]]


def test_where_nothing_converges_there_is_no_trial():
    row = restart_report(table(["capped", "stalled"], [5, 5])).iloc[0]
    assert (row["trials"], row["restarts"], row["unfinished"]) == (0, 0, 2)
    assert np.isnan([row["mean"], row["sd"], row["median"], row["maximum"], row["restarts_per_trial"]]).all()


def test_people_see_fractions_of_epochs():
    """The mean of 10, 11 and 55 epochs, 76 ÷ 3."""
    shown = readable.restarts(restart_report(table(["converged"] * 3, [10, 11, 55], bits=4)))
    assert shown.iloc[0].tolist() == ["4", "3", "25.33", "25.70", "11.00", "55", "0.000", "0"]
    assert [fraction_text(number) for number in (0.5, 99.996, 123.45, 12345.6, np.inf, np.nan)] == [
        "0.50",
        "100.00",
        "123.5",
        "12,346",
        "∞",
        "?",
    ]
