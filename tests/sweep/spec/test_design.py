"""Sampled axes, excluded cells, and cells that occur twice."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import qmc

from backsweep.sweep import Spec, Sweep
from backsweep.sweep.spec.design import METHODS as DESIGNS

METHODS = {"sobol": qmc.Sobol, "halton": qmc.Halton, "latin_hypercube": qmc.LatinHypercube}


def plan(**tables):
    return Sweep.from_dict({"task": "xor", **tables}).plan()


def cells(made):
    """The columns of the axes, one row per cell."""
    columns = made.columns(made.numbering.first_runs(made.cells))
    return list(zip(*(columns[axis.name].tolist() for axis in made.axes), strict=True))


def cube(method, points, dimensions, seed):
    rng = np.random.default_rng(seed)
    return rng.random((points, dimensions)) if method == "random" else METHODS[method](dimensions, seed=rng).random(points)


@pytest.mark.parametrize("method", DESIGNS)
@pytest.mark.filterwarnings("ignore:The balance properties of Sobol")
def test_points_are_those_of_numpy_and_scipy(method):
    """In the order of the settings in the models, bias_input before lr."""
    made = plan(
        design={"method": method, "points": 21, "seed": 5},
        model={"bias_input": {"uniform": [-1.0, 2.0]}},
        train={"lr": {"loguniform": [0.01, 10.0]}},
    )
    u = cube(method, 21, 2, 5)
    found = np.array(cells(made))
    np.testing.assert_allclose(found[:, 0], -1.0 + 3.0 * u[:, 0], rtol=1e-15, atol=1e-15)
    np.testing.assert_allclose(found[:, 1], 0.01 * 1000.0 ** u[:, 1], rtol=1e-13)


def test_a_design_is_the_same_every_time_and_another_with_another_seed():
    lr = {"lr": {"uniform": [0.1, 1.0]}}
    one, again, other = (cells(plan(design={"points": 8, "seed": seed}, train=lr)) for seed in (1, 1, 2))
    assert one == again != other


def test_whole_numbers_are_drawn_with_both_ends_and_evenly():
    made = plan(
        design={"method": "random", "points": 4000}, train={"epochs": {"uniform": [3, 6]}, "lr": {"uniform": [0.1, 1.0]}}
    )
    epochs, counts = np.unique([epochs for _, epochs in cells(made)], return_counts=True)
    assert epochs.tolist() == [3, 4, 5, 6]
    assert np.all(np.abs(counts - 1000) < 5 * math.sqrt(4000 * 0.25 * 0.75))


@given(low=st.integers(1, 40), more=st.integers(1, 60), seed=st.integers(0, 2**32))
def test_whole_numbers_on_a_log_scale_stay_within_their_ends(low, more, seed):
    made = plan(design={"points": 32, "seed": seed}, model={"hidden": {"loguniform": [low, low + more]}})
    widths = [width for (width,) in cells(made)]
    assert len(set(widths)) == len(widths)  # values drawn twice give one cell
    assert low <= min(widths) <= max(widths) <= low + more


def test_points_are_combined_with_the_grid_and_shapes_are_neighbours():
    made = plan(
        seeds=2,
        design={"points": 30},
        model={"hidden": {"uniform": [1, 3]}, "activation": {"values": ["tanh", "relu"]}},
        train={"lr": {"uniform": [0.1, 1.0]}, "epochs": {"values": [5, 6]}},
    )
    assert made.cells == 30 * 2 * 2
    assert len(made.shapes()) == 3 * 2
    drawn = {(width, rate) for width, _, rate, _ in cells(made)}
    assert set(cells(made)) == {(w, f, lr, e) for (w, lr), f, e in itertools.product(drawn, ("tanh", "relu"), (5, 6))}


def test_what_is_excluded_is_gone_and_nothing_else():
    model = {"hidden": {"values": [1, 2, [2, 2]]}, "bias": {"values": [False, True]}}
    train = {"lr": {"values": [0.1, 1.0, 10.0]}}
    exclude = [{"model": {"hidden": 2, "bias": True}}, {"train.lr": [1.0, 10.0], "model.hidden": [[2, 2]]}, {"train.lr": 0.1}]
    everything = cells(plan(model=model, train=train))
    left = [
        (hidden, bias, lr)
        for hidden, bias, lr in everything
        if not ((hidden == "2" and bias) or (hidden == "2-2" and lr > 0.5) or lr == 0.1)
    ]
    made = plan(model=model, train=train, exclude=exclude)
    assert cells(made) == left
    assert made.runs == len(left)


def test_the_same_cell_twice_is_one():
    once = plan(train={"lr": {"values": [1.0, 0.5]}})
    twice = Spec.parse({"task": "xor", "train": {"lr": {"values": [1, 0.5, 1.0, 0.5]}}}, recorded=True)
    assert cells(Sweep.of_spec(twice).plan()) == cells(once)
    zipped = plan(train={"lr": {"values": [1, 2, 1], "zip": "a"}, "epochs": {"values": [5, 6, 5], "zip": "a"}})
    assert cells(zipped) == [(1.0, 5), (2.0, 6)]


def test_a_sampled_sweep_runs_and_is_known_again(tmp_path):
    table = {
        "task": "xor",
        "seeds": 2,
        "design": {"points": 6},
        "exclude": [{"model.bias": True, "model.hidden": 1}],
        "model": {"hidden": {"uniform": [1, 2]}, "bias": {"values": [False, True]}},
        "train": {"lr": {"loguniform": [0.1, 10.0]}, "epochs": 20},
    }
    results = Sweep.from_dict(table).run(tmp_path / "r")
    assert len(results.table) == results.manifest.runs
    assert not ((results.table["hidden"] == 1) & results.table["bias"]).any()
    again = Sweep.of_folder(results.path)
    assert again.spec.digest == Sweep.from_dict(table).spec.digest
    assert again.run(results.path).last is None
    assert Sweep.from_dict({**table, "design": {"points": 6, "seed": 1}}).spec.digest != again.spec.digest
    assert Sweep.from_dict({**table, "exclude": []}).spec.digest != again.spec.digest


def test_a_sampled_sweep_has_a_report(tmp_path):
    table = {
        "task": "xor",
        "design": {"points": 4},
        "model": {"bias_input": {"uniform": [0.5, 1.5]}},
        "train": {"lr": {"loguniform": [0.1, 10.0]}, "epochs": 5},
    }
    html = Sweep.from_dict(table).run(tmp_path / "r").report().read_text()
    assert "model.bias_input over numbers drawn from 0.5 to 1.5; train.lr over numbers drawn from 0.1 to 10 on a log" in html


def test_a_zip_is_not_taken_for_what_is_drawn():
    made = plan(
        design={"points": 3},
        model={"hidden": {"values": [2, 4], "zip": "[design]"}},
        train={"lr": {"uniform": [0.1, 1.0]}, "epochs": {"values": [5, 6], "zip": "design"}},
    )
    assert made.cells == 3 * 2 * 2
