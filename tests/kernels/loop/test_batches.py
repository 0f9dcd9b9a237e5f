"""Batches: each update uses the samples that NumPy would draw, for any batch size."""

import numpy as np
import pytest

import reference
from backsweep.kernels import LOSSES, OPTIMIZERS, ORDERS, STREAMS, train

SAMPLES = 10
RNG = np.random.default_rng(8)
X, Y = RNG.normal(size=(SAMPLES, 3)), RNG.random((SAMPLES, 2))
SIZES = (1, 3, 8, 9, SAMPLES)
NETWORK = {"bias": True, "midpoint": None, "init": {"scheme": "normal", "std": 0.5}, "lr": 0.05}


def same(fit, run, rtol=1e-10):
    assert (fit.outcome, fit.epochs) == (run.outcome, run.epochs)
    for found, expected in zip(fit.weights + fit.biases, run.weights + run.biases, strict=True):
        np.testing.assert_allclose(found, expected, rtol=rtol, atol=rtol)
    np.testing.assert_allclose(fit.trajectories.loss[0], run.losses, rtol=rtol)
    np.testing.assert_allclose(fit.trajectories.gradient_norm[0], run.gradient_norms, rtol=10 * rtol)


def compare(**settings):
    settings = {**NETWORK, "hidden": (3,), "output": "identity", "loss": "half_mse", "epochs": 6, **settings}
    same(train(X, Y, **settings, record_at=np.arange(7)), reference.train(X, Y, **settings))


@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("size", SIZES)
def test_every_size_and_order(size, order, stream):
    for activation in ("tanh", "relu"):
        compare(batch={"size": size, "order": order}, stream=stream, activation=activation, seed=5)


def test_pattern_is_one_sample_at_a_time_in_the_given_order():
    compare(batch="pattern", activation="sigmoid")
    a, b = (train(X, Y, hidden=3, loss="mse", epochs=5, batch=batch) for batch in ("pattern", {"size": 1, "order": "given"}))
    assert a.weights[0].tobytes() == b.weights[0].tobytes()


def test_shuffled_is_the_default_and_a_batch_of_all_is_the_full_one():
    a, b, c, d = (
        train(X, Y, hidden=3, loss="mse", epochs=5, batch=batch).weights[0].tobytes()
        for batch in ({"size": 4}, {"size": 4, "order": "shuffled"}, {"size": SAMPLES}, "full")
    )
    assert a == b
    assert c == d
    one = [train(X[:1], Y[:1], hidden=3, loss="mse", epochs=5, batch=batch).loss for batch in ("full", "pattern", {"size": 1})]
    assert len(set(one)) == 1


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_is_a_mean_or_a_sum_over_the_batchs_own_samples(loss):
    output = LOSSES[loss].outputs[0]
    y = Y / Y.sum(axis=1, keepdims=True) if output == "softmax" else Y
    for order in ORDERS:
        settings = {**NETWORK, "loss": loss, "output": output, "batch": {"size": 4, "order": order}, "epochs": 5}
        same(train(X, y, **settings, record_at=np.arange(6)), reference.train(X, y, **settings))


@pytest.mark.parametrize("order", [order for order in ORDERS if order != "given"])
def test_every_run_draws_its_own_order_wherever_it_runs(order):
    """Forty runs of different lengths, more than there are lanes; each has the bits of a call of its own."""
    settings = {**NETWORK, "loss": "mse", "batch": {"size": 3, "order": order}, "stop": {"loss": 0.05}}
    rng = np.random.default_rng(1)
    seeds, epochs = rng.integers(0, 2**32, 40), rng.integers(1, 30, 40)
    for dtype in ("float64", "float32"):
        together = train(X, Y, **settings, seed=seeds, epochs=epochs, dtype=dtype)
        for i in range(0, 40, 3):
            alone = train(X, Y, **settings, seed=seeds[i], epochs=epochs[i], dtype=dtype)
            assert (alone.epochs, alone.loss) == (together.epochs[i], together.loss[i])
            assert alone.weights[0].tobytes() == together.weights[0][i].tobytes()


def test_optimizers_keep_their_state_from_batch_to_batch():
    for name in [name for name, one in OPTIMIZERS.items() if one.states and not one.full_batch_only]:
        compare(optimizer={"name": name}, lr=0.01, batch={"size": 4, "order": "shuffled"}, weight_decay=0.01, clip=0.5)


def test_a_shared_order_is_the_epochs_whichever_stream_and_seed_a_run_has():
    """Runs from the same weights, in one call and each by itself, with lanes in the same epoch and in different ones."""
    settings = {**NETWORK, "init": {"scheme": "constant", "value": 0.3}, "loss": "mse", "batch": {"size": 4, "order": "shared"}}
    for dtype in ("float64", "float32"):
        alone = [train(X, Y, **settings, dtype=dtype, epochs=epochs).weights[0].tobytes() for epochs in (5, 9)]
        for stream in STREAMS:
            shared = {"stream": stream, "dtype": dtype, "seed": np.arange(40)}
            for epochs in (np.full(40, 5), np.where(np.arange(40) % 3, 5, 9)):
                together = train(X, Y, **settings, **shared, epochs=epochs)
                assert [weights.tobytes() for weights in together.weights[0]] == [alone[int(one > 5)] for one in epochs]
