"""How many more seeds are needed: the functions on tables agree with those on plain rates, and with runs of that many seeds."""

import numpy as np
import pandas as pd
import pytest

from backsweep.errors import BacksweepError, SettingError
from backsweep.results.analysis.comparison import compare_sweeps
from backsweep.results.analysis.more_seeds import seeds_to_compare, seeds_to_know
from backsweep.results.comparisons import Comparisons
from backsweep.results.statistics.groups import wilson_interval


def table(success, runs):
    """One cell per lr, in which this share of the runs converges; all cells have the same seeds."""
    parts = [
        pd.DataFrame({"cell": cell, "seed": np.arange(runs), "lr": 0.1 * (cell + 1), "good": np.arange(runs) < share * runs})
        for cell, share in enumerate(success)
    ]
    both = pd.concat(parts, ignore_index=True)
    both.insert(0, "run", np.arange(len(both)))
    return both.assign(outcome=np.where(both.pop("good"), "converged", "capped"), epochs=10, loss=0.1, accuracy=1.0)


def test_the_needed_seeds_give_the_requested_half_width_and_fewer_do_not():
    found = seeds_to_know(table([0.5, 0.9, 1.0], 20), half_width=0.05)
    assert found["runs"].tolist() == [20] * 3
    assert found["more"].tolist() == (found["needed"] - 20).tolist()
    for share, needed in zip(found["success"], found["needed"], strict=True):
        half = [np.subtract(*wilson_interval(share * runs, runs)[::-1]) / 2 for runs in (needed, needed - 1)]
        assert half[0] <= 0.05 < half[1]


@pytest.mark.parametrize("by", [["seed"], ["lr", "seed"]])
def test_grouping_by_seed_is_refused(by):
    with pytest.raises(BacksweepError, match="by: seed cannot be a setting here, because more seeds"):
        seeds_to_know(table([0.5, 0.9], 20), by, half_width=0.05)


def test_a_rate_that_is_known_well_enough_needs_no_more_seeds():
    assert seeds_to_know(table([0.5], 2000), half_width=0.05)["more"].tolist() == [0]


def test_the_needed_pairs_tell_two_settings_apart():
    """At exactly these shares, McNemar's p is well below 5 %, because the power allows for chance."""
    small = table([0.5, 0.6], 100)
    first, second = (small[small["cell"] == cell].drop(columns="lr") for cell in (0, 1))
    found = seeds_to_compare(first, second, power=0.8)
    assert found[["pairs", "only_first", "only_second"]].to_numpy().tolist() == [[100, 0, 10]]
    needed = int(found["needed"].iloc[0])
    assert found["more"].tolist() == [max(needed - 100, 0)]
    large = table([0.5, 0.6], needed)
    again = compare_sweeps(*(large[large["cell"] == cell].drop(columns="lr") for cell in (0, 1)), rng=np.random.default_rng(0))
    assert again["success_p"].iloc[0] < 0.05


def test_equal_shares_are_never_told_apart():
    same = table([0.5, 0.5], 10)
    found = seeds_to_compare(*(same[same["cell"] == cell].drop(columns="lr") for cell in (0, 1)), power=0.8)
    assert found["needed"].tolist() == [np.inf]


def test_without_a_run_nobody_knows_how_many_are_needed():
    found = seeds_to_know(table([0.5], 20).iloc[:0], [], half_width=0.05)
    assert found["runs"].tolist() == [0]
    assert found[["needed", "more"]].isna().to_numpy().all()


def unread():
    raise AssertionError("the table was read")


@pytest.mark.parametrize("power", [0.0, 1.0, -1.0, "a", None])
def test_a_power_is_a_chance_and_checked_before_any_work(power):
    with pytest.raises(SettingError, match=r"power = .*: must be a number above 0 and below 1") as refused:
        Comparisons(unread).seeds_to_compare("lr", 0.1, 0.2, power=power)
    assert refused.value.settings == ("power",)


@pytest.mark.parametrize("half_width", [0, 0.5, -0.1, float("nan"), "a", None])
def test_a_half_width_is_a_number_below_a_half_and_checked_before_any_work(half_width):
    with pytest.raises(SettingError, match=r"half_width = .*: must be a number above 0 and below 0\.5") as refused:
        Comparisons(unread).seeds_to_know(half_width)
    assert refused.value.settings == ("half_width",)
