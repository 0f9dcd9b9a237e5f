"""The work of planning, counted in the kernels' checks: their number is the same for ten times as many values."""

import decimal

import numpy as np
import pytest

from backsweep.errors import DataError, SettingError
from backsweep.kernels.call.job import Job
from backsweep.kernels.call.layout import weight_count
from backsweep.results import logarithmic
from backsweep.sweep.plan import plan as planning
from backsweep.sweep.plan.plan import MOST_CHECKED, Plan
from backsweep.sweep.spec import axes
from backsweep.sweep.spec.spec import Spec

MSE = {"loss": "mse", "epochs": 5}


def evenly(low, high, count):
    return logarithmic.evenly(decimal.Decimal(repr(low)), decimal.Decimal(repr(high)), count)


def checks(monkeypatch, **tables):
    """How often a plan asks the kernels, about how many runs at most per call, and the plan."""
    asked = []
    real = planning.check_flat

    def check(x, y, settings):
        asked.append(np.size(settings["seed"]))
        real(x, y, settings)

    monkeypatch.setattr(planning, "check_flat", check)
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
        ({"task": {"name": "encoder", "code": {"values": [[n, 3] for n in range(2, 102)]}}}, 1),
        ({"train": {"optimizer": {"values": ["gd", {"name": "momentum", "beta": {"linear": [0, 0.9], "n": 20_000}}]}}}, 2),
        (
            {"train": {"lr": {"linear": [0.1, 1], "n": 500}, "bound": {"linear": [1, 2], "n": 1000}}},
            -(-500_000 // MOST_CHECKED),
        ),
    ],
    ids=range(11),
)
def test_what_the_kernels_cannot_tell_apart_is_checked_at_once(tables, most, monkeypatch):
    found, largest, made = checks(monkeypatch, **tables)
    assert found <= most
    assert largest <= MOST_CHECKED
    assert made.cells >= 99
    assert len(made.kinds()) <= 2


def test_sizes_of_batches_are_checked_at_once(monkeypatch):
    sizes = {"train": {"batch": {"size": {"range": [1, 1000, 1]}}}}
    assert checks(monkeypatch, task={"name": "moons", "samples": 999}, **sizes)[0] == 2  # fewer than all samples, and all


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        (
            {"model": {"hidden": {"values": [2, 3, [2, 2]]}}, "train": {"lr": [0.1, 0.2]}},
            "one number per layer, 3 in all (cell 2)",
        ),
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
            "the task, an encoder, has one hidden layer of 2",
        ),
    ],
    ids=range(6),
)
def test_an_error_in_one_shape_of_many_is_still_found(tables, message):
    with pytest.raises((SettingError, DataError)) as error:
        Plan(Spec.parse({"task": "xor", **tables}))
    assert message in str(error.value)


def test_start_files_are_checked_for_each_width(tmp_path):
    np.savez(tmp_path / "w.npz", w1=np.ones((2, 2)), w2=np.ones((1, 2)))
    init = {"scheme": "file", "file": str(tmp_path / "w.npz")}
    with pytest.raises(SettingError, match=r"\(cell 1\)"):
        Plan(Spec.parse({"task": "xor", "model": {"hidden": {"values": [2, 3]}, "init": init}}))


@pytest.mark.parametrize(
    ("low", "high", "n"),
    [(0.01, 10.0, 60_001), (1e-139, 1e139, 9_001), (3.7e5, 2.3e-8, 5_001), (1.0, 1.0000001, 20_000), (5e-324, 1.7e308, 5_002)],
)
def test_long_log_axes_are_those_of_forty_digits(low, high, n):
    found = evenly(low, high, n)
    with decimal.localcontext(decimal.Context(prec=50)):
        start, end = decimal.Decimal(repr(low)), decimal.Decimal(repr(high))
        step = (end / start).ln() / (n - 1)
        for k in range(0, n, 53):
            assert found[k] == float(start * (step * k).exp()) or k in (0, n - 1)
    assert (found[0], found[-1], len(found)) == (low, high, n)


def test_a_log_axis_needs_few_logarithms(monkeypatch):
    asked = []
    real = logarithmic.spaced
    monkeypatch.setattr(logarithmic, "spaced", lambda exact, ratio, n: real(lambda k: asked.append(k) or exact(k), ratio, n))
    assert len(evenly(0.001, 1.0, 1_000_000)) == 1_000_000
    assert len(asked) < 1_100


def test_forty_digits_decide_if_two_floats_do_not(monkeypatch):
    plain = evenly(0.01, 10.0, 6_000)
    monkeypatch.setattr("backsweep.results.logarithmic.ERROR", 2.0**-54)  # nearly all are then undecided
    assert evenly(0.01, 10.0, 6_000) == plain


@pytest.mark.parametrize(("low", "high", "whole"), [(0.01, 10, False), (3e-12, 7e9, False), (1, 9, True), (2, 10**9, True)])
def test_many_drawn_on_a_log_scale_are_those_of_forty_digits(low, high, whole):
    places = np.concatenate([np.random.default_rng(3).random(5_990), [0, 2**-60, 5e-324, 1 - 2**-53, 0.5, 0.25], [1 / 9] * 9])
    setting = axes.Axis[int if whole else float].model_validate({"loguniform": [low, high]})
    found = setting.at(places)
    with decimal.localcontext(decimal.Context(prec=50)):
        start, top = decimal.Decimal(repr(low)), decimal.Decimal(repr(high)) + whole
        for place, number in [*zip(places, found, strict=True)][::7] + [*zip(places, found, strict=True)][-16:]:
            exact = start * ((top / start).ln() * decimal.Decimal(float(place))).exp()
            assert number == (int(exact) if whole else float(exact))


def test_forty_digits_decide_a_whole_number_if_two_floats_do_not(monkeypatch):
    places = np.random.default_rng(3).random(5_001)
    plain = axes.Axis[int].model_validate({"loguniform": [1, 99]}).at(places)
    monkeypatch.setattr("backsweep.results.logarithmic.ERROR", 2.0**-9)
    assert axes.Axis[int].model_validate({"loguniform": [1, 99]}).at(places) == plain


def test_consecutive_seeds_are_not_stored_as_an_array():
    made = Plan(Spec.parse({"task": "xor", "seeds": {"start": 7, "count": 100_000_000}, "train": {"lr": {"values": [1, 2]}}}))
    assert isinstance(made.numbering.blocks[0].seeds, range)
    assert made.columns(np.array([0, 99_999_999, 100_000_001]))["seed"].tolist() == [7, 100_000_006, 8]


def test_data_are_cached_up_to_a_number_of_bytes(monkeypatch):
    monkeypatch.setattr("backsweep.sweep.plan.data_cache.MOST_BYTES", 3 * 4 * 50 * 8)  # two inputs, one target, float64
    made = Plan(Spec.parse({"task": {"name": "moons", "samples": 50, "data_seed": {"range": [0, 9, 1]}}}))
    data = [made.task(run) for run in (0, 1, 2, 3, 4)]
    assert [made.task(run) is data[run] for run in (1, 2, 3, 4)] == [True, True, True, True]
    made.task(5)
    assert made.task(1) is not data[1]
    assert np.array_equal(made.task(1).inputs, data[1].inputs)


@pytest.mark.parametrize(
    "tables",
    [
        {"model": {"hidden": {"values": [1, 5, [3, 4], [2, 3, 4]]}, "shortcuts": {"values": [True, False]}}},
        {"model": {"hidden": {"values": [[], [7]]}, "bias": {"values": [True, False]}}},
        {"task": {"name": "encoder", "code": {"values": [[4, 2], [9, 3]]}}, "model": {"bias": True}},
        {"task": {"name": "parity", "bits": {"range": [1, 6, 1]}}},
        {"task": {"name": "blobs", "centers": {"values": [2, 3, 5]}, "features": {"values": [1, 4]}}},
        {"task": {"name": "teacher", "inputs": {"values": [2, 9]}}, "model": {"output": "identity"}, "train": MSE},
        {"task": {"name": "circles", "samples": {"values": [20, 31]}}},
        {"task": "two_spirals"},
        {"task": {"name": "truth_table", "inputs": [[0, 1, 1], [1, 0, 1]], "targets": [[1, 0], [0, 1]]}},
        {"train": {"optimizer": {"values": ["gd", "adam"]}}},
    ],
    ids=range(10),
)
def test_sizes_of_data_and_networks_are_computed_without_making_them(tables):
    made = Plan(Spec.parse({"task": "xor", **tables}))
    for shape, (first, _) in enumerate(made.shapes()):
        call = made.arguments(np.array([first]))
        (samples, inputs), outputs = call["x"].shape, call["y"].shape[1]
        weights = weight_count(Job(**call).layers)
        found = [float(np.broadcast_to(part, len(made.shapes()))[shape]) for part in made.sizes[:5]]
        assert found == [samples, inputs, outputs, sum(call["settings"]["hidden"]) + outputs, weights]
        known = made.shape(shape)
        assert (known.samples, known.inputs, known.outputs) == (samples, inputs, outputs)
        assert {
            key: call["settings"][key] for key in ("hidden", "shortcuts", "dtype", "epochs")
        }.items() <= known._asdict().items()


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        (
            {"model": {"hidden": {"values": [2, [9_000, 9_000]]}}},
            "81,027,000 weights; a network may have at most 10,000,000 (cell 1)",
        ),
        (
            {"task": {"name": "blobs", "samples": {"values": [9, 999_999]}, "features": 999}},
            "numbers; at most 50,000,000 are allowed",
        ),
        ({"task": {"name": "encoder", "code": {"values": [[4, 2], [4, 3]]}}, "model": {"hidden": 2}}, "layer of 3"),
    ],
)
def test_the_only_value_that_is_too_large_is_found_among_those_checked_at_once(tables, message):
    with pytest.raises(SettingError) as error:
        Plan(Spec.parse({"task": "xor", **tables}))
    assert message in str(error.value)


def test_more_axes_than_numpy_has_dimensions():
    offsets = [{"values": [0.1, 0.2]}, {"values": [0.3, 0.4]}, *[{"values": [0.5]}] * 69]
    made = Plan(Spec.parse({"task": "xor", "model": {"hidden": [1] * 70, "init": {"offset": offsets}}}))
    found = made.columns(np.arange(made.runs))
    assert list(zip(found["offset[0]"], found["offset[1]"], strict=True)) == [(0.1, 0.3), (0.1, 0.4), (0.2, 0.3), (0.2, 0.4)]
