"""Plans: run numbers, zipped axes, columns, batches."""

import itertools
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backsweep.errors import SettingError
from backsweep.kernels import lanes_of
from backsweep.sweep.estimate.costs import costs_of
from backsweep.sweep.estimate.pace import MOST_RUNS, Pace, batches
from backsweep.sweep.plan.plan import Plan
from backsweep.sweep.spec.axes import Axis
from backsweep.sweep.spec.spec import Spec

LEAST_RUNS = 4 * lanes_of("float64")


def plan(**tables):
    return Plan(Spec.parse({"task": "xor", **tables}))


def test_runs_are_cells_times_seeds_with_the_network_slowest():
    made = plan(
        seeds=[7, 3],
        model={"init": {"high": {"values": [1.0, 2.0]}}, "bias": {"values": [False, True]}},
        train={"lr": {"values": [0.1, 0.2, 0.3]}},
    )
    columns = made.columns(np.arange(made.runs))
    found = list(zip(*(columns[name].tolist() for name in ("bias", "high", "lr", "seed")), strict=True))
    assert found == list(itertools.product([False, True], [1.0, 2.0], [0.1, 0.2, 0.3], [7, 3]))
    assert columns["cell"].tolist() == [k // 2 for k in range(24)]
    assert made.shapes() == [(0, 12), (12, 24)]
    assert [axis.name for axis in made.axes] == ["bias", "high", "lr"]


def test_a_sweep_without_axes_is_one_cell():
    made = plan(seeds=5)
    assert (made.cells, made.runs, made.axes, made.shapes()) == (1, 5, (), [(0, 5)])


def test_zipped_axes_advance_together():
    made = plan(
        model={"hidden": {"values": [2, 4, 8], "zip": "a"}},
        train={"lr": {"values": [1.0, 0.5, 0.25], "zip": "a"}, "epochs": {"values": [10, 20]}},
    )
    columns = made.columns(np.arange(made.runs))
    found = list(zip(*(columns[name].tolist() for name in ("hidden", "lr", "train.epochs")), strict=True))
    assert found == [(h, lr, e) for h, lr in ((2, 1.0), (4, 0.5), (8, 0.25)) for e in (10, 20)]
    assert made.shapes() == [(0, 2), (2, 4), (4, 6)]


def test_zipped_axes_of_unlike_length_are_named():
    with pytest.raises(SettingError, match=r"model.hidden and train.lr: zipped as 'a'.*they have 2 and 3"):
        plan(model={"hidden": {"values": [2, 4], "zip": "a"}}, train={"lr": {"values": [1, 2, 3], "zip": "a"}})


def test_zipped_axes_may_repeat_a_value():
    made = plan(train={"lr": {"values": [1, 2, 3], "zip": "a"}, "epochs": {"values": [10, 10, 20], "zip": "a"}})
    assert made.columns(np.arange(3))["train.epochs"].tolist() == [10, 10, 20]


def test_columns_that_would_clash_have_their_full_name():
    made = plan(
        train={"epochs": {"values": [5, 6]}, "stop": {"loss": {"values": [0.1, 0.2]}}, "loss": {"values": ["bce", "mse"]}}
    )
    assert [axis.name for axis in made.axes] == ["train.loss", "train.epochs", "train.stop.loss"]
    assert [axis.type for axis in made.axes] == ["string", "int64", "float64"]


def test_low_over_high_is_named_with_its_cell():
    with pytest.raises(
        SettingError, match=r"model.init.low = 2.0, model.init.high = 1.0: low must not exceed high, .* \(cell 1\)"
    ):
        plan(model={"init": {"low": {"values": [0.0, 2.0]}}})


def test_the_kernels_get_what_the_columns_say():
    made = plan(seeds=2, model={"hidden": {"values": [2, 3]}}, train={"lr": {"values": [0.1, 0.2]}, "stop": {"loss": 0.1}})
    call = made.arguments(np.arange(4, 8))["settings"]
    assert (call["hidden"], call["loss"], call["bias"], call["stop.loss"]) == ((3,), "bce", False, 0.1)
    assert (call["lr"].tolist(), call["seed"].tolist()) == ([0.1, 0.1, 0.2, 0.2], [0, 1, 0, 1])


@given(
    st.lists(st.integers(0, 3000), min_size=0, max_size=8, unique=True),
    st.dictionaries(st.integers(0, 2), st.floats(1e-6, 10), min_size=3, max_size=3),
)
def test_batches_cover_what_is_missing_once_and_are_bounded_by_work(cuts, seconds):
    made = plan(seeds=1000, model={"hidden": {"values": [2, 3, 4]}})
    ends = sorted(cuts)
    missing = list(zip(ends[::2], ends[1::2], strict=False))
    pace = Pace(made)
    for shape, each in seconds.items():
        pace.learn((shape * 1000, shape * 1000 + 1), each)
    spans = list(batches(missing, pace))
    assert [run for span in spans for run in range(*span)] == [run for gap in missing for run in range(*gap)]
    for start, stop in spans:
        took = sum(seconds[run // 1000] for run in range(start, stop))
        assert took <= 0.5001 or (stop - start <= LEAST_RUNS and start // 1000 == (stop - 1) // 1000)
        whole = stop % 1000 == 0 or any(stop == end for _, end in missing)
        assert whole or start // 1000 == stop // 1000  # no shape is split that would fit into one batch


def test_data_sets_of_few_runs_share_a_batch():
    made = plan(task={"name": "moons", "samples": 20, "noise": {"linear": [0, 0.4], "n": 500}}, seeds=2, train={"epochs": 5})
    assert len(made.shapes()) == 500
    pace = Pace(made, costs_of(made, np.full(500, 1e-3)))
    assert list(batches([(0, 1000)], pace)) == [(0, 500), (500, 1000)]
    assert made.calls((3, 8)) == [(3, 4), (4, 6), (6, 8)]
    assert list(batches([(3, 8), (999, 1000)], pace)) == [(3, 8), (999, 1000)]


def test_batches_learn_to_be_half_a_second():
    made = plan(seeds=1_000_000)
    pace = Pace(made)
    assert LEAST_RUNS <= pace.runs(0) <= MOST_RUNS
    pace.learn((0, 1000), 0.1)
    assert pace.runs(5) == 5000
    pace.learn((0, 1000), 1000.0)
    assert pace.runs(5) == LEAST_RUNS
    pace.learn((0, 10**6), 1e-3)
    assert pace.runs(5) == MOST_RUNS


def test_the_next_shape_inherits_a_slow_pace_but_not_a_fast_one():
    made = plan(seeds=1_000_000, model={"hidden": {"values": [2, 3]}})
    for took, expected in ((10.0, 500), (0.01, 20_000)):
        pace = Pace(made, costs_of(made, np.full(2, 1e-4)))
        assert pace.runs(1_000_000) == 5000
        pace.learn((0, 10_000), took)
        assert pace.runs(1_000_000) == expected


def test_a_zip_may_be_called_anything():
    made = plan(model={"hidden": {"values": [2, 4], "zip": "train.lr"}}, train={"lr": {"values": [1, 2]}})
    assert made.cells == 4


def test_too_many_cells_or_runs_are_refused_before_memory_is_asked_for():
    many = {"linear": [1, 2], "n": 100_000}
    with pytest.raises(SettingError, match=r"10,000,000,000 cells are too many"):
        plan(train={"lr": many, "bound": many})
    with pytest.raises(SettingError, match=r"1,000,000,000,000 runs are too many"):
        plan(seeds=10_000_000, train={"lr": many})


def test_too_many_cells_are_refused_before_their_values_are_made():
    """Making the values of an axis of a million takes seconds and hundreds of megabytes."""
    axes = [{"linear": [1, 2], "n": 1_000_000}, {"log": [1, 2], "n": 1_000_000}]
    with mock.patch.object(Axis, "_checked", side_effect=AssertionError):
        with pytest.raises(SettingError, match=r"1,000,000,000,000 cells are too many; one sweep may have at most 10,000,000"):
            plan(train={"lr": axes[0], "bound": axes[1]})
        with pytest.raises(SettingError, match=r"1,000,000,000,000 cells are too many"):
            plan(train={"optimizer": {"name": "momentum", "beta": axes[0]}, "lr": axes[1]})


@pytest.mark.parametrize(
    "train",
    [
        {"lr": {"linear": [1, 2], "n": 5000, "zip": "a"}, "bound": {"linear": [1, 2], "n": 5000, "zip": "a"}},
        {"lr": {"linear": [1, 1], "n": 5000}, "bound": {"linear": [2, 2 + 1e-15], "n": 5000}},
    ],
    ids=["zipped", "the same"],
)
def test_axes_that_are_not_combined_or_do_not_differ_make_few_cells(train):
    assert Plan(Spec.parse({"task": "xor", "train": train}, recorded=True)).cells <= 5000  # as in folders of earlier versions
