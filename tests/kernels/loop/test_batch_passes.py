"""Passes layer by layer: widths that do not fill a pair of units or a square of gradients, batches of several chunks."""

import numpy as np
import pytest

import reference
from backsweep.kernels import LOSSES, train
from backsweep.kernels.lanes.vector import QUAD
from backsweep.kernels.memory import CHUNK

RNG = np.random.default_rng(5)
MORE = CHUNK * QUAD + 5  # samples than a chunk has


def agree(x, y, **settings):
    settings = {"output": "identity", "loss": "half_mse", "lr": 0.02, "epochs": 3, "midpoint": None, **settings}
    found = train(x, y, init={"scheme": "normal", "std": 0.5}, **settings, record_at=np.arange(4))
    expected = reference.train(x, y, init={"scheme": "normal", "std": 0.5}, **settings)
    for one, other in zip(found.weights + found.biases, expected.weights + expected.biases, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(found.trajectories.gradient_norm[0], expected.gradient_norms, rtol=1e-9)


@pytest.mark.parametrize("order", ["given", "shuffled"])
@pytest.mark.parametrize("hidden", [(), (1,), (9,), (2, 5), (5, 4, 3)])
def test_networks_of_every_width(hidden, order):
    for inputs, outputs in ((1, 1), (2, 3), (5, 2)):
        x, y = RNG.normal(size=(9, inputs)), RNG.random((9, outputs))
        agree(x, y, hidden=hidden, bias=outputs > 1, activation="tanh", batch={"size": 4, "order": order}, seed=inputs)


@pytest.mark.parametrize("order", ["given", "shuffled"])
@pytest.mark.parametrize("more", [{}, {"clip": 0.1}, {"shortcuts": True}, {"parametrization": "ntk", "weight_decay": 0.1}])
def test_a_batch_of_several_chunks(more, order):
    x, y = RNG.normal(size=(2 * MORE, 6)), RNG.random((2 * MORE, 2))
    agree(x, y, hidden=(7, 3), bias=True, activation="gelu", batch={"size": MORE, "order": order}, **more)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("end", ["goal", "largest error", "bound"])
def test_seeing_that_runs_go_on_from_some_samples_changes_nothing(end, loss, dtype):
    """A run that is recorded at each epoch is looked at on all data; it ends as it does when it is not recorded."""
    x, output = RNG.normal(size=(MORE, 3)), LOSSES[loss].outputs[0]
    y = np.stack([x[:, 0] > 0, x[:, 0] <= 0], axis=1).astype(float) - 0.5 * (output == "symmetric_sigmoid")
    rates = np.geomspace(0.01, 30, 40).round(3) / (1 if LOSSES[loss].mean else MORE)
    shared = {
        "hidden": 4,
        "bias": True,
        "output": output,
        "loss": loss,
        "midpoint": None,
        "lr": rates,
        "dtype": dtype,
        "seed": np.arange(40),
    }
    for batch in ({"size": 5, "order": "given"}, {"size": 8, "order": "shuffled"}):
        settings = {**shared, "epochs": 25, "batch": batch}
        free = train(x, y, **settings, record_at=[0])
        goals = {"goal": {"stop": {"loss": np.nanmedian(free.loss)}}, "largest error": {"stop": {"within": 0.6}}}
        goals["bound"] = {"bound": np.quantile(free.trajectories.loss[:, 0], 0.75), "stop": {"loss": 0.0, "patience": 2}}
        skimmed = train(x, y, **settings, **goals[end])
        looked = train(x, y, **settings, **goals[end], record_at=np.arange(26))
        assert skimmed.outcome.tolist() == looked.outcome.tolist()
        assert skimmed.epochs.tolist() == looked.epochs.tolist()
        for one, other in zip((skimmed.loss, *skimmed.weights), (looked.loss, *looked.weights), strict=True):
            assert one.tobytes() == other.tobytes()
        assert end == "largest error" or len(set(skimmed.outcome)) > 1
