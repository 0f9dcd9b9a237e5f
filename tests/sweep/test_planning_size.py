"""How much work a plan is: counted in checks of the kernels, which are the same number for ten times as many values."""

import decimal

import numpy as np
import pytest

from backsweep.results.errors import InputError
from backsweep.sweep import axes
from backsweep.sweep import plan as planning
from backsweep.sweep.plan import MOST_CHECKED, Plan
from backsweep.sweep.spec import Spec

MSE = {"loss": "mse", "epochs": 5}


def checks(monkeypatch, **tables):
    """How often the kernels are asked about a plan, of how many runs at the most, and the plan."""
    asked = []
    real = planning.check
    monkeypatch.setattr(planning, "check", lambda x, y, **call: (asked.append(np.size(call["seed"])), real(x, y, **call)))
    made = Plan(Spec.parse({"task": "xor", **tables}))
    return len(asked), max(asked), made


@pytest.mark.parametrize(
    ("tables", "most"),
    [
        ({"model": {"hidden": {"range": [1, 30_001, 1]}}}, 1),
        ({"model": {"hidden": {"values": [*range(1, 2000), *([a, b] for a in range(1, 40) for b in range(1, 40))]}}}, 2),
        ({"model": {"bias_input": {"linear": [0, 1], "n": 20_000}}}, 1),
        ({"task": {"name": "moons", "noise": {"linear": [0, 1], "n": 20_000}}}, 1),
        ({"task": {"name": "circles", "data_seed": {"range": [0, 20_000, 1]}}}, 1),
        ({"task": {"name": "moons", "samples": {"range": [2, 20_000, 1]}}}, 1),
        ({"task": {"name": "blobs", "data_seed": {"range": [0, 99, 1]}, "centers": {"values": [2, 3]}}}, 2),
        (
            {"task": {"name": "teacher", "noise": {"linear": [0, 1], "n": 999}}, "model": {"output": "identity"}, "train": MSE},
            1,
        ),
        ({"train": {"optimizer": {"values": ["gd", {"name": "momentum", "beta": {"linear": [0, 0.9], "n": 20_000}}]}}}, 2),
        (
            {"train": {"lr": {"linear": [0.1, 1], "n": 500}, "bound": {"linear": [1, 2], "n": 1000}}},
            -(-500_000 // MOST_CHECKED),
        ),
    ],
    ids=range(10),
)
def test_what_the_kernels_cannot_tell_apart_is_checked_at_once(tables, most, monkeypatch):
    found, largest, made = checks(monkeypatch, **tables)
    assert found <= most
    assert largest <= MOST_CHECKED
    assert made.cells >= 99
    assert len(made.kinds()) <= 2


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ({"model": {"hidden": {"values": [2, 3, [2, 2]]}}, "train": {"lr": [0.1, 0.2]}}, "each of the 3 layers (cell 2)"),
        ({"model": {"bias_input": {"values": [1.0, 2.0, 1e300]}}, "train": {"dtype": "float32"}}, "(cell 2)"),
        (
            {
                "task": {"name": "moons", "samples": {"values": [50, 40, 9, 60]}},
                "train": {"batch": {"size": 10}},
            },
            "there are only 9 samples (cell 2)",
        ),
        (
            {
                "task": {"name": "blobs", "samples": {"values": [50, 2]}, "centers": 3},
                "model": {"output": "softmax"},
                "train": {"loss": "cross_entropy"},
            },
            "task.samples = 2: at least one for each of the 3 centers",
        ),
        ({"task": {"name": "teacher", "noise": {"values": [0.0, 0.1]}}}, "outputs lie from 0 to 1"),
        (
            {"task": {"name": "encoder", "code": {"values": [[4, 2], [8, 3]]}}, "model": {"hidden": {"values": [2, 3]}}},
            "this encoder has one hidden layer of 2",
        ),
    ],
    ids=range(6),
)
def test_what_makes_no_sense_in_one_shape_of_many_is_still_found(tables, said):
    with pytest.raises(InputError) as error:
        Plan(Spec.parse({"task": "xor", **tables}))
    assert said in str(error.value)


def test_start_files_are_held_against_each_width(tmp_path):
    np.savez(tmp_path / "w.npz", w1=np.ones((2, 2)), w2=np.ones((1, 2)))
    init = {"scheme": "file", "file": str(tmp_path / "w.npz")}
    with pytest.raises(InputError, match=r"\(cell 1\)"):
        Plan(Spec.parse({"task": "xor", "model": {"hidden": {"values": [2, 3]}, "init": init}}))


@pytest.mark.parametrize(
    ("low", "high", "n"),
    [(0.01, 10.0, 60_001), (1e-139, 1e139, 9_001), (3.7e5, 2.3e-8, 5_001), (1.0, 1.0000001, 20_000), (5e-324, 1.7e308, 5_002)],
)
def test_long_log_axes_are_those_of_forty_digits(low, high, n):
    found = axes.log_points(low, high, n)
    with decimal.localcontext(decimal.Context(prec=50)):
        start, end = decimal.Decimal(repr(low)), decimal.Decimal(repr(high))
        step = (end / start).ln() / (n - 1)
        for k in range(0, n, 53):
            assert found[k] == float(start * (step * k).exp()) or k in (0, n - 1)
    assert (found[0], found[-1], len(found)) == (low, high, n)


def test_a_log_axis_needs_few_logarithms(monkeypatch):
    asked = []
    real = axes.spaced
    monkeypatch.setattr(axes, "spaced", lambda exact, ratio, n: real(lambda k: asked.append(k) or exact(k), ratio, n))
    assert len(axes.log_points(0.001, 1.0, 1_000_000)) == 1_000_000
    assert len(asked) < 1_100


def test_where_two_floats_leave_it_open_forty_digits_say(monkeypatch):
    plain = axes.log_points(0.01, 10.0, 6_000)
    monkeypatch.setattr("backsweep.sweep.logarithmic.ERROR", 2.0**-54)  # nearly all are then in doubt
    assert axes.log_points(0.01, 10.0, 6_000) == plain


def test_more_axes_than_numpy_has_dimensions():
    offsets = [{"values": [0.1, 0.2]}, {"values": [0.3, 0.4]}, *[{"values": [0.5]}] * 69]
    made = Plan(Spec.parse({"task": "xor", "model": {"hidden": [1] * 70, "init": {"offset": offsets}}}))
    found = made.columns(np.arange(made.runs))
    assert list(zip(found["offset[0]"], found["offset[1]"], strict=True)) == [(0.1, 0.3), (0.1, 0.4), (0.2, 0.3), (0.2, 0.4)]
