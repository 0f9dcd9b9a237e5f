"""How runs end: when and why, in cases computed by hand and at thresholds taken from the oracle's records."""

import numpy as np
import pytest

import reference
from backsweep.kernels import DTYPES, LOSSES, lanes_of, train
from backsweep.stopping import STOPPING
from helpers import drawn

X = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])
Y = np.array([[0.0], [1], [1], [0]])
XOR = {"hidden": (3,), "bias": True, "seed": 2, "lr": 0.9, "epochs": 60}
DTYPE = pytest.mark.parametrize("dtype", DTYPES)


def ends(weight=1.0, lr=0.5, **settings):
    """How runs of the network w x end, on the single sample (1, 0) with half of the squared error.

    The loss is w**2 / 2, its slope is w, and each update is w *= 1 - lr. With lr = 1/2 and w = 1 at first, w is 1, 1/2, 1/4,
    1/8, ... and the loss is 1/2, 1/8, 1/32, 1/128, ...: powers of two, so nothing is rounded.
    """
    init = {"scheme": "constant", "value": weight}
    plain = {"hidden": (), "output": "identity", "loss": "half_sse", "init": init, "lr": lr, "midpoint": None, "epochs": 10}
    return train([[1.0]], [[0.0]], **{**plain, **settings})


@DTYPE
@pytest.mark.parametrize(
    ("stop", "epochs"),
    [
        ({"loss": 0.5}, 0),  # the first loss is 1/2
        ({"loss": 0.499}, 1),
        ({"loss": 0.125}, 1),  # 1/8 after one update, which equals the threshold
        ({"loss": 0.124}, 2),
        ({"loss": 2.0**-21}, 10),  # (2**-10)**2 / 2, reached in the last pass
        ({"within": 1.0}, 1),  # |w| = 1 is not below 1
        ({"within": 0.5}, 2),
        ({"within": 0.51}, 1),
        ({"gradient_norm": 1.0}, 0),  # the norm is |w|, which equals the threshold
        ({"gradient_norm": 0.5}, 1),
        ({"gradient_norm": 0.4999}, 2),
        (
            {"loss": 0.125, "gradient_norm": 0.25},
            2,
        ),  # the loss criterion holds from epoch 1 on, that of the norm from epoch 2 on
        ({"loss": 0.03125, "within": 0.51, "gradient_norm": 1.0}, 2),  # 1/32 at epoch 2; the other criteria hold earlier
        ({"loss": 0.125, "patience": 3}, 3),  # holds at epochs 1, 2, 3
        ({"within": 0.5, "patience": 2}, 3),  # holds at epochs 2, 3
        ({"loss": 1.0, "patience": 11}, 10),  # holds at epochs 0, ..., 10, the last of which is the last pass
    ],
)
def test_converged_at_the_epoch_computed_by_hand(stop, epochs, dtype):
    fit = ends(stop=stop, dtype=dtype)
    assert (fit.outcome, fit.epochs, fit.loss) == ("converged", epochs, 2.0 ** (-2 * epochs - 1))
    assert fit.weights[0].tolist() == [[2.0**-epochs]]


@DTYPE
@pytest.mark.parametrize(
    "stop",
    [
        None,
        {},
        {"loss": 0.0},
        {"loss": 2.0**-22},
        {"within": 2.0**-10},
        {"gradient_norm": 2.0**-11},
        {"loss": 1.0, "patience": 12},
    ],
)
def test_capped_if_no_pass_meets_the_criteria(stop, dtype):
    fit = ends(stop=stop, dtype=dtype)
    assert (fit.outcome, fit.epochs, fit.loss) == ("capped", 10, 2.0**-21)


@DTYPE
def test_diverged_over_the_bound(dtype):
    """With lr 3 each update is w *= -2 and the loss is 1/2, 2, 8, 32, 128, ...; a loss equal to the bound is allowed."""
    assert (ends(lr=3.0, bound=100.0, dtype=dtype).outcome, ends(lr=3.0, bound=100.0, dtype=dtype).epochs) == ("diverged", 4)
    assert ends(lr=3.0, bound=128.0, epochs=4, dtype=dtype).outcome == "capped"
    assert (ends(lr=3.0, bound=128.0, dtype=dtype).outcome, ends(lr=3.0, bound=128.0, dtype=dtype).epochs) == ("diverged", 5)
    far = ends(lr=3.0, bound=np.inf, epochs=5000, dtype=dtype)
    assert (far.outcome, far.epochs, far.loss) == ("diverged", np.finfo(dtype).maxexp // 2, np.inf)  # w**2 becomes infinite


@DTYPE
def test_a_loss_that_is_not_finite_never_converges(dtype):
    """The weight is so large that its square is infinite. The gradient is finite, and the gradient criterion would hold."""
    big = 1e300 if dtype == "float64" else 1e30
    for stop in ({"gradient_norm": 1e38}, {"gradient_norm": 1e308}, {"within": 1e308}, None):
        fit = ends(weight=big, stop=stop, bound=np.inf, dtype=dtype)
        assert (fit.outcome, fit.epochs, fit.loss) == ("diverged", 0, np.inf)
    assert ends(weight=1e4, stop={"gradient_norm": 1e5}, dtype=dtype).outcome == "converged"  # finite, but above the bound


def test_a_nan_output_has_the_canonical_bits_and_counts_as_wrong():
    """inf - inf: two hidden units overflow in opposite directions."""
    x, w1, w2 = [[1e200]], [[1e200], [1e200]], [[1.0, -1.0]]
    fit = train(
        x, [[0.0]], activation="identity", output="identity", loss="sse", init={"scheme": "file", "arrays": [w1, w2]},
        stop={"within": 1.0}, seed=[0, 1],
    )  # fmt: skip
    assert fit.outcome.tolist() == ["diverged", "diverged"]
    assert set(fit.loss.view(np.int64)) == {np.array(np.nan).view(np.int64).item()}
    assert fit.accuracy.tolist() == [0.0, 0.0]


@DTYPE
def test_stalled(dtype):
    """Each epoch leaves a quarter of the loss, so after two epochs 15/16 of it is gone."""
    assert ends(stall={"window": 2, "improvement": 0.9375}, epochs=9, dtype=dtype).outcome == "capped"
    for window, improvement, epochs in ((2, 0.94, 2), (1, 0.75, None), (1, 0.76, 1), (3, 1.0, 3), (9, 1.0, 9)):
        fit = ends(stall={"window": window, "improvement": improvement}, epochs=9, dtype=dtype)
        expected = ("capped", 9) if epochs is None else ("stalled", epochs)
        assert (fit.outcome, fit.epochs) == expected
    assert ends(stall={"window": 10, "improvement": 5.0}, epochs=9, dtype=dtype).outcome == "capped"
    both = ends(stall={"window": 2, "improvement": 1.0}, stop={"loss": 2.0**-5}, dtype=dtype)
    assert (both.outcome, both.epochs) == ("converged", 2)  # both hold at epoch 2, and convergence is tested first


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("batch", ["full", {"size": 3, "order": "shuffled"}])
def test_thresholds_from_the_oracles_records_end_runs_at_the_recorded_epochs(loss, batch):
    output = LOSSES[loss].outputs[0]
    y = np.hstack([Y, 1 - Y]) if output == "softmax" else Y
    settings = {**XOR, "loss": loss, "output": output, "batch": batch, "init": {"scheme": "normal"}}
    run = reference.train(X, y, **settings)
    records = {"loss": run.losses, "gradient_norm": run.gradient_norms}
    for (key, values), epoch in ((item, epoch) for item in records.items() for epoch in (0, 1, 17, 60)):
        goal = values[epoch] * (1 + 1e-9)
        first = next(e for e, value in enumerate(values) if value <= goal)
        fit = train(X, y, **settings, stop={key: goal})
        assert (fit.outcome, fit.epochs) == ("converged", first)
        assert fit.loss == pytest.approx(run.losses[first], rel=1e-9)


STOPS = [
    *({name: sum(drawn.BOUNDS[f"stop.{name}"]) / 2} for name in STOPPING),
    {"loss": 0.68},
    {"loss": 0.6, "patience": 5},
    {"within": 0.6},
    {"within": 0.55, "patience": 3},
    {"accuracy": 0.75, "patience": 4},
    {"accuracy": 1.0, "loss": 0.6},
    {"gradient_norm": 0.03},
    {"loss": 0.69, "within": 0.7, "accuracy": 0.5, "gradient_norm": 0.5, "patience": 2},
]


@pytest.mark.parametrize("stop", STOPS, ids=str)
def test_every_criterion_agrees_with_the_oracle(stop):
    seeds = np.arange(40)
    settings = {**XOR, "optimizer": {"name": "momentum"}, "epochs": 150, "stall": {"window": 50, "improvement": 0.01}}
    fit = train(X, Y, **{**settings, "seed": seeds}, stop=stop)
    for i in seeds:
        run = reference.train(X, Y, **{**settings, "seed": int(i)}, stop=stop)
        assert (fit.outcome[i], fit.epochs[i], fit.accuracy[i]) == (run.outcome, run.epochs, run.accuracy)
        assert fit.loss[i] == pytest.approx(run.loss, rel=1e-8)


def rows(fit):
    return [np.asarray(part).tobytes() for part in (fit.outcome, fit.epochs, fit.loss, fit.accuracy, *fit.weights)]


@pytest.mark.parametrize("samples", [4, 61, 2000])
@pytest.mark.parametrize("head", [("sigmoid", "bce"), ("softmax", "cross_entropy"), ("sigmoid", "mse")])
@DTYPE
def test_the_screen_never_decides(samples, head, dtype):
    """A criterion that always holds makes every epoch compute the exact loss; without it, the screen skips most of them."""
    rng = np.random.default_rng(3)
    x = rng.normal(size=(samples, 2))
    side = (x[:, :1] * x[:, 1:] > 0) * 1.0
    hard = np.hstack([side, 1 - side])
    for y, rate in ((hard, 1.0), (hard, 30.0), (0.3 + 0.4 * hard, 3.0)):
        count = lanes_of(dtype) + 3
        settings = {"output": head[0], "loss": head[1], "bias": True, "seed": np.arange(count), "lr": rate, "dtype": dtype}
        settings |= {"epochs": 40 if samples > 100 else 200, "init": {"scheme": "normal"}, "midpoint": 0.5}
        losses = train(x, y, **settings, stop={"loss": 0.0}).loss
        for goal in (float(np.median(losses)), 0.69, 0.05):
            for bound in (1e6, 1.3 * float(np.median(losses))):
                many = {**settings, "bound": bound}
                screened = train(x, y, **many, stop={"loss": goal})
                assert rows(screened) == rows(train(x, y, **many, stop={"loss": goal, "accuracy": 0.0}))


@DTYPE
def test_thresholds_are_compared_in_double_precision(dtype):
    """Single precision would round these thresholds down, and errors just below them must still count."""
    fit = train(X, Y, **{**XOR, "epochs": 400, "seed": np.arange(30)}, dtype=dtype, stop={"within": 0.5})
    assert "converged" in fit.outcome
    for i in np.flatnonzero(fit.outcome == "converged")[:6]:
        outputs = reference_outputs(fit, i)
        for within in (np.nextafter(outputs, 1), outputs):
            again = train(X, Y, **{**XOR, "epochs": 400, "seed": i}, dtype=dtype, stop={"within": within})
            watched = {"within": within, "accuracy": 0.0}
            assert rows(again) == rows(train(X, Y, **{**XOR, "epochs": 400, "seed": i}, dtype=dtype, stop=watched))


def reference_outputs(fit, i):
    """The largest error of the outputs with a run's final weights."""
    network = reference.Network((3,), bias=True)
    _, activations = reference.forward([w[i] for w in fit.weights], [b[i] for b in fit.biases], X, network)
    return float(np.abs(activations[-1] - Y).max())
