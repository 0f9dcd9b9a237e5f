"""`backsweep.train`: what it returns, what it refuses and with which message, and that runs do not affect each other."""

import subprocess
import sys

import numpy as np
import pytest
from numba import typeof

import reference
from backsweep.kernels import DTYPES, OPTIMIZERS, ORDERS, lanes_of, train
from backsweep.kernels.call import job
from backsweep.kernels.memory import type_of_call

X = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])
Y = np.array([[0.0], [1], [1], [0]])


def settings_of_many(count):
    rng = np.random.default_rng(4)
    return {
        "seed": rng.integers(0, 2**32, count),
        "lr": 10.0 ** rng.uniform(-2, 1.3, count),
        "epochs": np.where(np.arange(count) % 9, rng.integers(1, 60, count), rng.integers(1, 2000, count)),
        "stop": {"loss": rng.choice([0.05, 0.3, 0.6], count)},
        "init": {"scheme": "uniform", "low": rng.uniform(-2, 0, count), "high": rng.uniform(0, 2, count)},
    }


def at(i, settings):
    """The settings of some of the runs."""
    return {k: at(i, v) if isinstance(v, dict) else v[i] if isinstance(v, np.ndarray) else v for k, v in settings.items()}


def bits(fit, i=...):
    parts = (fit.outcome, fit.epochs, fit.loss, fit.accuracy, *fit.weights, *fit.biases)
    return [np.asarray(part)[i].tobytes() for part in parts]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_run_has_the_same_bits_alone_in_any_order_and_in_any_company(optimizer, dtype):
    """Lanes are refilled: most runs are short, some are thirty times as long."""
    many, network = settings_of_many(100), {"hidden": 3, "bias": True, "optimizer": optimizer, "dtype": dtype}
    together = train(X, Y, **network, **many)
    assert {"converged", "capped"} <= set(together.outcome)
    order = np.random.default_rng(0).permutation(100)
    shuffled = train(X, Y, **network, **at(order, many))
    for i in range(0, 100, 3):
        alone = bits(train(X, Y, **network, **at(i, many)))
        assert bits(together, i) == alone
        assert bits(shuffled, int(np.flatnonzero(order == i)[0])) == alone


@pytest.mark.parametrize("dtype", DTYPES)
def test_calls_of_any_size_give_the_same_bits(dtype):
    lanes = lanes_of(dtype)
    many = settings_of_many(3 * lanes)
    whole = train(X, Y, dtype=dtype, **many)
    for count in (1, lanes - 1, lanes, lanes + 1):
        for first in range(0, 3 * lanes, max(count, 7)):
            part = train(X, Y, dtype=dtype, **at(slice(first, first + count), many))
            assert bits(part) == bits(whole, slice(first, first + count))


def test_accuracy_is_the_oracles():
    rng = np.random.default_rng(6)
    x, y = rng.normal(size=(30, 3)), rng.integers(0, 2, (30, 3)) * 1.0
    one_hot = np.eye(3)[rng.integers(0, 3, 30)]
    for output, loss, targets, middle in (
        ("sigmoid", "bce", y, 0.5),
        ("sigmoid", "mse", y, 0.3),
        ("tanh", "mse", 2 * y - 1, 0.0),
        ("identity", "mse", y, 0.5),
        ("identity", "mse", y, None),
        ("softmax", "cross_entropy", one_hot, None),
        ("softmax", "cross_entropy", one_hot, 0.5),
    ):
        settings = {"output": output, "loss": loss, "midpoint": middle, "epochs": 5, "lr": 0.3}
        fit = train(x, targets, **settings, seed=np.arange(12))
        for i in range(12):
            np.testing.assert_equal(fit.accuracy[i], reference.train(x, targets, **settings, seed=i).accuracy)


def test_shapes_follow_the_settings():
    one = train(X, Y, hidden=3, epochs=2)
    assert [w.shape for w in one.weights] == [(3, 2), (1, 3)]
    assert (np.shape(one.loss), one.biases, one.trajectories, one.measure) == ((), (), None, None)
    grid = train(X, Y[:, 0], hidden=(3, 4), bias=True, seed=np.arange(4), lr=[[0.1] * 4, np.ones((2, 1)), 0.3], epochs=2)
    assert [w.shape for w in grid.weights] == [(2, 4, 3, 2), (2, 4, 4, 3), (2, 4, 1, 4)]
    assert [b.shape for b in grid.biases] == [(2, 4, 3), (2, 4, 4), (2, 4, 1)]
    assert grid.loss.shape == (2, 4)
    bare = train(X, Y, epochs=3, keep_weights=False)
    assert (bare.weights, bare.biases) == ((), ())


def test_no_runs_at_all():
    none = train(X, Y, seed=[], epochs=3, record_at=[0, 1], stop={"accuracy": 1.0})
    assert (none.loss.shape, none.weights[0].shape, none.trajectories.loss.shape) == ((0,), (0, 2, 2), (0, 0))
    assert train(X, Y, seed=np.zeros((3, 0)), lr=np.ones((3, 1)), measure=True).measure.shape == (3, 0)


def test_arrays_may_be_read_only_or_of_integers():
    x, y = X.astype(int), Y.astype(bool)
    x.flags.writeable = y.flags.writeable = False
    seeds = np.broadcast_to(np.int32(3), (5,))
    fit = train(x[::-1][::-1], y, seed=seeds, epochs=np.uint8(7), lr=np.float32(0.5))
    assert (fit.loss == train(X, Y, seed=3, epochs=7, lr=0.5).loss).all()


def test_one_unit_one_sample_one_of_everything():
    fit = train([[1.0]], [1.0], hidden=1, epochs=1, batch={"size": 1, "order": "replacement"}, record_at=[0, 1])
    assert fit.trajectories.epoch.tolist() == [[0, 1]]


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_type_of_a_call_follows_from_its_precision(dtype, monkeypatch):
    """All calls use the machine code that was compiled for one of them, without checks, so their types must match."""
    calls = []
    monkeypatch.setattr(job, "with_parts", lambda choices, call: call)
    monkeypatch.setattr(job, "do", calls.append)
    soft = np.array([[1, 0], [0, 1], [0, 1], [1.0, 0]])
    seeds = np.broadcast_to(np.int64(3), 40)
    train(X, Y, dtype=dtype)
    train(X.tolist(), Y[:, 0].tolist(), dtype=dtype, hidden=(), seed=range(40), keep_weights=False, stop={"loss": 0.1})
    train(np.asfortranarray(X), Y[::-1], dtype=dtype, hidden=(3, 2), seed=seeds, lr=[0.1, 0.2, 0.3], bias=True, clip=1.0)
    train(X, soft, dtype=dtype, output="softmax", loss="cross_entropy", midpoint=None, record_at=[0, 5], record_runs=[0])
    arrays = [np.ones((2, 2)).T, np.ones((1, 2))]
    train(X, Y, dtype=dtype, init={"scheme": "file", "arrays": arrays}, measure=True, epochs=np.arange(1, 4)[::-1])
    for order in ORDERS:
        train(X, Y, dtype=dtype, batch={"size": 3, "order": order}, optimizer="adam", activation="gelu", shortcuts=True)
    assert len(calls) == 5 + len(ORDERS)
    assert {type_of_call(call) for call in calls} == {typeof(calls[0])}


def test_a_run_without_decay_is_the_same_beside_one_that_has_it():
    """Even if a weight has become infinite: 0 times infinity is NaN."""
    settings = {"hidden": (), "lr": 1.7e308, "loss": "mse", "init": "constant", "epochs": 5}
    alone = train([[100.0]], [[1.0]], weight_decay=0.0, **settings)
    beside = train([[100.0]], [[1.0]], weight_decay=np.array([0.0, 0.01]), **settings)
    assert np.isinf(alone.weights[0]).any()
    assert bits(beside, 0) == bits(alone)


def test_threads_may_compile_at_the_same_time():
    """In a new process, because this one has already compiled everything; each part is compiled once."""
    code = """
import os, tempfile
from concurrent.futures import ThreadPoolExecutor
with tempfile.TemporaryDirectory() as folder:
    os.environ["NUMBA_CACHE_DIR"] = folder
    from backsweep.kernels.lanes.compile import PARTS
    names = ["gradient_descent", "momentum", "nesterov", "adagrad"]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda name: PARTS[name].address("float64"), names * 2))
    assert found[:4] == found[4:] and len(set(found)) == 4, found
    assert sorted(name.split("-")[0] for name in os.listdir(next(os.scandir(folder)))) == sorted(names)
"""
    subprocess.run([sys.executable, "-c", code], check=True)
