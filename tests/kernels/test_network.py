"""Networks taken apart: the bits of training itself, for every activation, output, loss, depth, shortcut and bias."""

import json
from itertools import islice

import numpy as np
import pytest

import backsweep
import reference
from backsweep.errors import DataError, SettingError
from backsweep.kernels import DTYPES, OPTIMIZERS, SCHEDULES, Network, State, train
from backsweep.kernels.call.flatten import flat
from backsweep.kernels.call.job import Job
from backsweep.kernels.call.parts import with_parts
from backsweep.kernels.call.recording import plan_records
from backsweep.kernels.loop.train import do
from helpers.networks import data, engine_settings, networks, split

X, Y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
NEEDED = {"every": 3, "factor": 0.5, "epochs": 7}  # hyperparameters of schedules that have no default
TOLERANCES = {"float64": 1e-11, "float32": 2e-4}


def seen_in_training(x, y, settings):
    """What the units give out in the last pass of one run, at its final weights, for the samples of the last quad."""
    job = Job(x, y, flat(settings))
    call = with_parts(job.config, job.call(plan_records(1, 0, None, None), records=False, keep_weights=True))
    do(call)
    samples = len(x) - (len(x) - 1) // 4 * 4
    return call.work.values[:, :samples, 0].T, job.network(records=False)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("step", [5, pytest.param(1, marks=pytest.mark.long)])
def test_outputs_have_the_bits_of_training_and_the_digits_of_the_oracle(step, dtype):
    """One network in five has every activation, and every output and loss, but not every two of them together."""
    for settings in islice(networks(), 0, None, step):
        x, y = data(settings["output"])
        given = {**engine_settings(settings), "init": "xavier_uniform", "epochs": 3, "midpoint": None, "dtype": dtype}
        network = train(x, y, **given).network()
        found = network.activations(x)
        seen, shape = seen_in_training(x, y, given)
        known = shape.units if shape.loss_reads_logits else shape.units + shape.outputs
        assert (np.hstack(found)[4:, :known] == seen[:, :known]).all(), settings
        oracle, _, _ = split(settings)
        _, expected = reference.forward(network.weights, network.biases, x, oracle)
        for layer, wanted in zip(found, expected[1:], strict=True):
            np.testing.assert_allclose(layer, wanted, rtol=TOLERANCES[dtype], atol=TOLERANCES[dtype] / 10)
        assert (network.predict(x) == found[-1]).all()


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_network_at_an_epoch_is_the_run_that_has_so_many_epochs(optimizer, schedule):
    hyperparameters = {key: NEEDED[key] for key in SCHEDULES[schedule].hyperparameters if key in NEEDED}
    chosen = {} if OPTIMIZERS[optimizer].own_rates else {"schedule": {"name": schedule, **hyperparameters}}
    settings = {"optimizer": optimizer, "seed": 3, "lr": 0.02, "bias": True, **chosen}
    network = train(X, Y, epochs=20, **settings).network()
    for epoch, early in zip([1, 5, 20], network.at([1, 5, 20]), strict=True):
        wanted = train(X, Y, epochs=epoch, **settings)
        assert early.epochs == epoch
        for found, known in zip(early.weights + early.biases, wanted.weights + wanted.biases, strict=True):
            assert (found == known).all()


def test_the_first_state_is_how_it_started_and_own_batches_are_drawn_again():
    settings = {"hidden": 3, "seed": 7, "init": "he_normal", "epochs": 9, "batch": {"size": 2, "order": "shuffled"}}
    first, last = train(X, Y, **settings).network().at([0, 9])
    weights, _ = reference.start(reference.Network(hidden=(3,)), 2, 1, {"scheme": "he_normal"}, np.random.RandomState(7))
    np.testing.assert_allclose(first.weights[0], weights[0], rtol=1e-12)
    assert (last.weights[0] == train(X, Y, **settings).weights[0]).all()


def test_the_trajectory_is_what_recording_each_epoch_gives():
    settings = {"seed": 2, "lr": 5.0, "hidden": 4, "epochs": 400, "stop": {"loss": 0.1}, "bias": True}
    found = train(X, Y, **settings).network().trajectory
    recorded = train(X, Y, **settings, record_at=np.arange(401)).trajectories
    assert found["epoch"].tolist() == recorded.epoch[0].tolist()
    for name in ("loss", "accuracy", "gradient_norm", "weight_norm"):
        assert found[name].tolist() == getattr(recorded, name)[0].tolist()


def test_each_of_many_runs_has_its_network():
    rates = np.array([[0.1], [1.0]])
    many = train(X, Y, seed=np.arange(3), lr=rates, epochs=50)
    alone = train(X, Y, seed=1, lr=1.0, epochs=50).network()
    found = many.network(1, 1)
    assert (found.predict(X) == alone.predict(X)).all()
    assert (found.weights[0] == many.weights[0][1, 1]).all()
    assert (found.at([10])[0].weights[0] == alone.at([10])[0].weights[0]).all()
    assert found.inputs.tolist() == X
    assert found.input_names == ("x1", "x2")
    bare = train(X, Y, seed=1, lr=1.0, epochs=50, keep_weights=False).network()
    assert (bare.weights[0] == alone.weights[0]).all()


def test_samples_are_computed_alike_however_many_there_are():
    network = train(X, Y, hidden=50, activation="gelu", epochs=5).network()
    x = np.random.default_rng(0).normal(size=(3001, 2))
    whole = network.predict(x)
    assert whole.shape == (3001, 1)
    assert (whole[1234:1300] == network.predict(x[1234:1300])).all()
    assert network.predict(np.zeros((0, 2))).shape == (0, 1)


def test_a_run_whose_weights_are_no_numbers_has_a_network_too():
    lost = State(3, (np.full((2, 2), np.nan), np.full((1, 2), np.inf)), ())
    assert np.isnan(Network(X, Y, {}, state=lost).predict(X)).all()


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda network: network.predict([[1, 2, 3]]), r"x: must have the shape (samples, 2), one column per input"),
        (lambda network: network.predict([1, 2]), r"x: must have the shape (samples, 2)"),
        (lambda network: network.predict([[np.nan, 0]]), "x[0, 0] = nan: must be a finite number"),
        (lambda network: network.predict([["a", "b"]]), "must be numbers, in rows of equal length"),
        (lambda network: network.at([51]), "epochs = 51: the run ended after 50"),
        (lambda network: network.at([-1]), "epochs = -1: must be a whole number"),
        (lambda network: network.at(7), "epochs = 7: must be"),
    ],
)
def test_what_it_cannot_be_asked_is_refused_in_a_sentence(ask, message):
    with pytest.raises(SettingError) as refused:
        ask(train(X, Y, epochs=50).network())
    assert message in str(refused.value)


def test_a_number_too_large_for_float32_is_refused():
    with pytest.raises(DataError, match="x, sample 0, column 1: 1e\\+300 is too large for float32"):
        train(X, Y, epochs=5, dtype="float32").network().predict([[0, 1e300]])


@pytest.mark.parametrize("place", [(3,), (-1,), (), (0, 0), (True,), ("a",)])
def test_a_place_that_is_none_is_refused(place):
    with pytest.raises(SettingError, match=r"place = .*: must be one number per axis of the shape \(3,\)"):
        backsweep.train(X, Y, seed=[0, 1, 2], epochs=5).network(*place)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"hidden": np.array([3, 2]), "lr": [0.1, np.float64(0.2), 0.3], "seed": np.int64(7), "bias_input": np.float32(0.5)},
        {"init": {"scheme": "normal", "std": 0.5, "offset": [0.1, -0.1]}, "bias": True, "clip": 1.0, "weight_decay": 0.01},
        {"init": {"scheme": "file", "arrays": [[[0.1, 0.2], [0.3, 0.4]], [[0.5, 0.6]]]}, "batch": "pattern"},
        {"optimizer": {"name": "adam", "beta1": 0.8}, "batch": {"size": 3, "order": "replacement"}, "stream": "pcg64"},
        {"schedule": {"name": "step", "every": 3, "factor": 0.5, "warmup": 4}, "stop": {"loss": 0.6, "patience": 2}},
        {"stall": {"window": 5, "improvement": 0.01}, "lr_over_fan_in": True, "bound": 10.0, "dtype": "float32"},
        {"output": "identity", "loss": "huber", "huber_delta": 0.5, "midpoint": None, "shortcuts": True},
        {"output": "tanh", "loss": "mse", "derivative_offset": 0.1, "parametrization": "ntk", "measure": True},
    ],
    ids=lambda settings: "-".join(settings) or "defaults",
)
def test_its_settings_train_it_again(settings):
    network = train(X, Y, **{"epochs": 30, **settings}).network()
    again = train(network.inputs, network.targets, **network.settings)
    assert again.epochs == network.epochs
    for found, known in zip(again.weights + again.biases, network.weights + network.biases, strict=True):
        assert (found == known).all()
    assert again.network().settings == network.settings
    json.dumps(network.settings)  # plain values: a whole number is none of NumPy's, nor a float
    assert (type(network.settings["seed"]), type(network.settings["epochs"])) == (int, int)


def test_settings_of_one_of_many_runs_train_that_one():
    many = train(X, Y, seed=np.arange(3), lr=[np.array([[0.1], [1.0]]), 0.5], epochs=np.array([40, 50, 60]))
    settings = many.network(1, 2).settings
    assert (settings["seed"], settings["lr"], settings["epochs"]) == (2, [1.0, 0.5], 60)
    assert (train(X, Y, **settings).weights[0] == many.weights[0][1, 2]).all()


def test_a_network_says_what_it_is_and_how_its_run_ended():
    settings = {"hidden": [3, 2], "lr": 5.0, "bias": True, "epochs": 2000}
    one = train(X, Y, **settings, stop={"loss": 0.6})
    network = one.network()
    assert repr(network) == f"<Network 2-3-2-1: converged after {one.epochs} epochs, final loss {one.loss:.4g}>"
    assert repr(network.at([1])[0]) == "<Network 2-3-2-1 after 1 epoch>"
    assert repr(Network(X, Y, {"hidden": (), "epochs": 1000})) == "<Network 2-1, not trained yet: at most 1,000 epochs>"
    assert repr(train(X, Y, seed=[0, 1], epochs=5, keep_weights=False).network(1)).startswith("<Network 2-2-1: capped after 5 ")
