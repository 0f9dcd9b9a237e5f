"""Data that formulas generate."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import reference
from backsweep.errors import SettingError
from backsweep.sweep.spec.make_data import bottleneck, make
from helpers.tasking import data, parse, same


@pytest.mark.parametrize(("name", "targets"), [("and", [0, 0, 0, 1]), ("or", [0, 1, 1, 1]), ("xor", [0, 1, 1, 0])])
def test_gates(name, targets):
    task = data(name)
    assert task.inputs.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert task.targets.tolist() == [[target] for target in targets]
    assert (task.midpoint, task.classes, task.input_names, task.target_names) == (0.5, False, ("x1", "x2"), ("y1",))
    assert task.inputs.dtype == task.targets.dtype == np.float64
    assert task.inputs.flags.c_contiguous
    assert same(task, data({"name": name}))


def test_a_gate_is_a_truth_table_and_xor_is_parity():
    rows = {"inputs": [[0, 0], [0, 1], [1, 0], [1, 1]], "targets": [[0], [1], [1], [0]]}
    assert same(data("xor"), data({"name": "truth_table", **rows}))
    assert same(data("xor"), data({"name": "parity", "bits": 2}))


def test_a_truth_table_with_one_true_in_each_target_is_of_classes():
    rows = [[0, 1], [1, 0], [1, 0]]
    assert data({"name": "truth_table", "inputs": rows, "targets": rows}).classes
    assert not data({"name": "truth_table", "inputs": rows, "targets": [[0, 1], [1, 0], [1, 1]]}).classes


@given(st.integers(1, 9))
def test_parity_is_the_number_of_ones(bits):
    task = data({"name": "parity", "bits": bits, "encoding": [-1, 1]})
    assert [tuple(row) for row in task.inputs] == list(itertools.product([-1, 1], repeat=bits))
    np.testing.assert_array_equal(task.targets[:, 0], -np.prod(-task.inputs, axis=1))
    assert task.midpoint == 0


@given(st.integers(2, 40), st.integers(1, 9))
def test_encoders(patterns, hidden):
    task = parse({"name": "encoder", "code": [patterns, hidden]})
    assert bottleneck(task) == hidden
    made = make(task)
    np.testing.assert_array_equal(made.inputs, np.eye(patterns))
    np.testing.assert_array_equal(made.targets, np.eye(patterns))
    assert made.classes


def test_two_spirals_are_the_published_points():
    task = data("two_spirals")
    first, second = task.inputs[task.targets[:, 0] == 1], task.inputs[task.targets[:, 0] == 0]
    assert task.inputs.shape == (194, 2)
    assert len(first) == len(second) == 97
    np.testing.assert_array_equal(first, -second)
    radius = np.hypot(*first.T)
    np.testing.assert_allclose([radius[0], radius[-1]], [6.5, 0.5], atol=1e-8)  # decimals in the data
    np.testing.assert_allclose(np.diff(radius), -6.5 / 104, atol=1e-8)
    assert first[:24:8].tolist() == [
        [0, 6.5],
        [6, 0],
        [0, -5.5],
    ]  # a quarter of a turn is eight points and half a unit of radius
    assert task.targets[:4, 0].tolist() == [1, 0, 1, 0]
    turns = np.unwrap(np.arctan2(first[:, 0], first[:, 1]))
    np.testing.assert_allclose(turns, np.arange(97) * math.pi / 16, atol=1e-7)  # three turns
    assert not np.signbit(task.inputs[task.inputs == 0]).any()


@given(st.integers(2, 60), st.integers(0, 2**32))
def test_moons_and_circles_lie_on_their_curves(samples, data_seed):
    moons = data({"name": "moons", "samples": samples, "noise": 0.0, "data_seed": data_seed})
    upper = moons.targets[:, 0] == 0
    middle = np.where(upper[:, None], [0, 0], [1, 0.5])
    np.testing.assert_allclose(np.hypot(*(moons.inputs - middle).T), 1, atol=1e-8)
    assert np.all((moons.inputs - middle)[:, 1][upper] >= 0)
    assert np.all((moons.inputs - middle)[:, 1][~upper] <= 0)
    circles = data({"name": "circles", "samples": samples, "noise": 0, "factor": 0.25})
    np.testing.assert_allclose(np.hypot(*circles.inputs.T), np.where(circles.targets[:, 0] == 1, 0.25, 1), atol=1e-8)
    for task in (moons, circles):
        assert task.inputs.shape == (samples, 2)
        assert abs(2 * task.targets.sum() - samples) <= 1
        assert task.midpoint == 0.5


def test_noise_has_the_size_asked_for():
    still, noisy = (data({"name": "moons", "samples": 10_000, "noise": noise}).inputs for noise in (0, 0.3))
    assert (noisy - still).std() == pytest.approx(0.3, rel=0.02)


@given(st.integers(2, 6), st.integers(1, 4))
def test_blobs_are_one_hot_classes(centers, features):
    task = data({"name": "blobs", "samples": 30, "centers": centers, "features": features, "spread": 0})
    assert task.inputs.shape == (30, features)
    assert len(np.unique(task.inputs, axis=0)) == centers
    assert task.classes == (centers > 2)
    assert task.targets.shape == (30, centers if centers > 2 else 1)
    if centers > 2:
        np.testing.assert_array_equal(task.targets.sum(axis=1), 1)


@pytest.mark.parametrize(
    ("activation", "function"),
    [("tanh", np.tanh), ("relu", lambda z: np.maximum(z, 0)), ("identity", float), ("sigmoid", lambda z: 1 / (1 + np.exp(-z)))],
)
def test_a_teacher_is_a_random_network(activation, function):
    task = data({"name": "teacher", "inputs": 3, "hidden": 5, "samples": 20, "data_seed": 4, "activation": activation})
    rng = np.random.default_rng(4)
    x, first, second = rng.standard_normal((20, 3)), rng.standard_normal((5, 3)), rng.standard_normal(5)
    hidden = np.vectorize(function)(x @ first.T / math.sqrt(3))
    np.testing.assert_allclose(task.inputs, x, atol=1e-9)
    np.testing.assert_allclose(task.targets[:, 0], hidden @ second / math.sqrt(5), atol=1e-7)
    assert (task.midpoint, task.classes) == (None, False)


MADE = [
    *("and", "or", "xor", "two_spirals", "moons", "circles", "blobs", "teacher"),
    {"name": "truth_table", "inputs": [[0, 1, 1], [1, 0, 0]], "targets": [[1, 0], [0, 0]]},
    {"name": "parity", "bits": 4},
    {"name": "encoder", "code": [5, 2]},
    {"name": "moons", "samples": 7, "noise": 0.3, "data_seed": 5},
    {"name": "circles", "samples": 9, "noise": 0.0, "factor": 0.2, "data_seed": 5},
    {"name": "blobs", "samples": 11, "centers": 2, "spread": 0.5, "features": 3, "data_seed": 5},
    {"name": "teacher", "inputs": 3, "hidden": 2, "samples": 9, "noise": 0.2, "data_seed": 5, "activation": "sigmoid"},
]


@pytest.mark.parametrize("table", MADE, ids=str)
def test_generated_data_are_the_oracles(table):
    settings = {"name": table} if isinstance(table, str) else table
    inputs, targets = reference.TASKS[settings["name"]](**{key: value for key, value in settings.items() if key != "name"})
    task = data(table)
    np.testing.assert_allclose(task.inputs, inputs, rtol=0, atol=1e-9)  # decimals in the data
    np.testing.assert_allclose(task.targets, targets, rtol=0, atol=1e-9)


RANDOM = ["moons", "circles", "blobs", "teacher"]


@pytest.mark.parametrize("name", RANDOM)
def test_random_data_are_fixed_by_their_seed_and_short(name):
    assert same(data(name), data({"name": name, "data_seed": 0}))
    assert not np.array_equal(data(name).inputs, data({"name": name, "data_seed": 1}).inputs)
    inputs = data(name).inputs
    assert [float(f"{value:.9f}") for value in inputs.ravel()] == inputs.ravel().tolist()


def test_the_bits_of_generated_data_stay():
    assert data("moons").inputs[7].tolist() == [-0.106150252, 0.235614636]
    assert data("teacher").targets[7].tolist() == [0.738917302]


def test_blobs_need_a_sample_for_each_center():
    with pytest.raises(SettingError, match=r"task\.samples = 2: at least one for each of the 3 centers"):
        data({"name": "blobs", "samples": 2})


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (
            {"name": "blobs", "samples": 10**6, "features": 1024},
            "task.samples = 1000000, features = 1024, centers = 3: 1,000,000 rows of 1,027 columns are 1,027,000,000 numbers; "
            "at most 50,000,000 are allowed",
        ),
        ({"name": "blobs", "samples": 10**6, "centers": 1000}, "1,000,000 rows of 1,002 columns"),
        ({"name": "teacher", "samples": 10**6, "inputs": 1024}, "1,000,000 rows of 1,033 columns"),
        ({"name": "teacher", "samples": 10**6, "hidden": 1024}, "inputs = 8, hidden = 1024: 1,000,000 rows of 1,033 columns"),
    ],
)
def test_data_that_no_memory_holds_are_refused_before_they_are_made(table, message):
    with pytest.raises(SettingError) as error:
        data(table)
    assert message in str(error.value)
