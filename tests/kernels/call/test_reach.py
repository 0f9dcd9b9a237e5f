"""Weights that are not too large: no loss of theirs exceeds the bound."""

import numpy as np
import pytest

from backsweep.kernels import ACTIVATIONS, LOSSES, train
from backsweep.kernels.call.job import Job
from backsweep.kernels.call.reach import FARTHEST
from backsweep.kernels.lanes.calls import call as call_formula
from backsweep.kernels.lanes.compile import compiled
from backsweep.kernels.lanes.operations import aligned, rows
from backsweep.kernels.lanes.vector import lanes_of

RNG = np.random.default_rng(2)
X = RNG.normal(size=(12, 3))


@compiled
def _activate(address, out, z, slopes, count):
    call_formula(address, rows(out, 0), rows(z, 0), rows(slopes, 0), count)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_no_activation_is_farther_from_0_than_its_argument_by_more_than_1(name, dtype):
    lanes = lanes_of(dtype)
    sizes = np.concatenate([[0.0], np.geomspace(1e-3, FARTHEST, 4 * lanes - 1)]).astype(dtype).reshape(4, lanes)
    for sign in (1, -1):
        z, out, slopes = (aligned(dtype, 4, lanes) for _ in range(3))
        z[:] = sign * sizes
        _activate(ACTIVATIONS[name].forward.address(dtype), out, z, slopes, 4)
        bounded = ACTIVATIONS[name].low is not None and ACTIVATIONS[name].high is not None
        assert np.all(np.abs(out) <= (1.0 if bounded else sizes + 1))


@pytest.mark.parametrize("parametrization", ["standard", "mean_field"])
@pytest.mark.parametrize("loss", LOSSES)
def test_the_loss_of_weights_of_that_size_is_below_the_bound(loss, parametrization):
    """All weights as large as they may be, of either sign, in networks that read all there is."""
    for output in LOSSES[loss].outputs:
        y = np.tile(np.eye(2), (6, 1)) - 0.5 * (output == "symmetric_sigmoid")
        for activation in ("relu", "tanh", "gelu"):
            settings = {"hidden": (4, 3), "activation": activation, "output": output, "loss": loss, "bias": True}
            settings |= {"shortcuts": True, "parametrization": parametrization, "midpoint": None}
            for bound in (20.0, 1e6, np.inf):
                flat = {"hidden": (4, 3), **settings, "batch.size": 4, "bound": bound}
                size = Job(X, y, flat).runs.largest_weight
                assert size.shape == (1,)
                for sign in (1, -1):
                    init = {"scheme": "constant", "value": sign * float(size[0])}
                    found = train(X, y, **settings, init=init, bound=bound, epochs=1, lr=1e-300, record_at=[0])
                    assert found.trajectories.loss[0, 0] <= bound
                    assert np.isfinite(found.trajectories.loss[0, 0])


def test_the_size_is_0_where_any_weight_may_be_too_large():
    assert Job(X, np.zeros(12), {"hidden": (2,), "batch.size": 4, "bound": np.array([1e-9, 1e6])}).runs.largest_weight[0] == 0.0
