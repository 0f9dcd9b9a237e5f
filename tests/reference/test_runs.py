"""The oracle's layers and runs against NumPy's streams, PyTorch's schemes, sums computed by hand, and published figures."""

import itertools
import math
from pathlib import Path

import numpy as np
import pytest

import reference

torch = pytest.importorskip("torch")  # PyTorch has no wheels for some machines

X = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])
Y = np.array([[0.0], [1], [1], [0]])
PIXELS = Path(__file__).parents[2] / "studies" / "data" / "trainability_tanh_width8.npz"

# ---- layers


def test_slopes_at_the_corners():
    z = np.zeros(1)
    assert [reference.ACTIVATIONS[name][1](z)[0] for name in ("relu", "leaky_relu", "elu")] == [0.0, 0.01, 1.0]


def test_the_slope_of_atanh_is_clipped():
    network = reference.Network((), "sigmoid", "sigmoid")
    (slope,), _ = reference.gradients([np.array([[40.0]])], [], np.ones((1, 1)), np.zeros((1, 1)), network, "sse")
    assert slope == pytest.approx(0, abs=1e-15)
    offset = reference.Network((), "sigmoid", "sigmoid", derivative_offset=0.1)
    with np.errstate(divide="ignore"):
        (held,), _ = reference.gradients([np.array([[40.0]])], [], np.ones((1, 1)), np.zeros((1, 1)), offset, "atanh")
    assert held == pytest.approx(1.7)
    assert reference.loss_of([np.array([[40.0]])], [], np.ones((1, 1)), np.zeros((1, 1)), offset, "atanh") == 2 * math.log(2)


def test_shortcuts_feed_the_data_then_the_hidden_layers_in_order():
    network = reference.Network((2, 1), "identity", "identity", bias=True, bias_input=0.5, shortcuts=True)
    weights = [np.array([[1.0, 2], [3, 4]]), np.array([[1.0, 2, 3, 4]]), np.array([[1.0, 2, 3, 4, 5]])]
    biases = [np.array([2.0, 4]), np.array([6.0]), np.array([8.0])]
    zs, activations = reference.forward(weights, biases, np.array([[1.0, 10]]), network)
    assert [network.fan_in(layer, 2) for layer in (1, 2, 3)] == [2, 4, 5]
    assert activations[1].tolist() == [[22.0, 45.0]]
    assert activations[2].tolist() == [[1 + 20 + 66 + 180 + 3.0]]
    assert activations[3].tolist() == zs[3].tolist() == [[1 + 20 + 66 + 180 + 5 * 270 + 4.0]]


@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid"])
def test_parametrizations(activation):
    """NTK: Jacot et al., 2018; mean field as in Sohl-Dickstein's code, 2024."""
    rng = np.random.default_rng(5)
    x, w1, b1, w2, b2 = (rng.normal(size=shape) for shape in ((6, 3), (4, 3), 4, (2, 4), 2))
    f = reference.ACTIVATIONS[activation][0]

    def outputs(parametrization):
        network = reference.Network((4,), activation, "identity", bias=True, parametrization=parametrization)
        return reference.forward([w1, w2], [b1, b2], x, network)[1][-1]

    ntk = f(x @ w1.T / math.sqrt(3) + b1) @ w2.T / 2 + b2
    np.testing.assert_allclose(outputs("ntk"), ntk, rtol=1e-13)
    z = x @ w1.T / math.sqrt(3) + b1
    hidden = {"tanh": np.tanh(math.sqrt(2) * z), "relu": math.sqrt(2) * f(z), "sigmoid": f(z)}[activation]
    np.testing.assert_allclose(outputs("mean_field"), (hidden @ w2.T / 2 + b2) / 2, rtol=1e-13)


# ---- starts


def test_draws_are_numpys():
    network = reference.Network((3,), bias=True)
    for stream, rng in (("mt19937", np.random.RandomState(9)), ("pcg64", np.random.default_rng(9))):
        init = {"scheme": "uniform", "low": -1.0, "high": 2.0, "offset": [10.0, 20.0]}
        weights, biases = reference.start(network, 2, 1, init, reference.stream_of(stream, 9))
        expected = [rng.uniform(-1, 2, shape) for shape in ((3, 2), 3, (1, 3), 1)]
        np.testing.assert_array_equal(weights[0], expected[0] + 10)
        np.testing.assert_array_equal(weights[1], expected[2] + 20)
        np.testing.assert_array_equal(np.concatenate(biases), np.concatenate(expected[1::2]))


def test_arrays_are_taken_as_they_are():
    arrays = [np.full((3, 2), 1.0), np.full(3, 2.0), np.full((1, 3), 3.0), np.full(1, 4.0)]
    weights, biases = reference.start(reference.Network((3,), bias=True), 2, 1, {"scheme": "file", "arrays": arrays}, None)
    assert [w.tolist() for w in weights] == [array.tolist() for array in arrays[::2]]
    assert [b.tolist() for b in biases] == [array.tolist() for array in arrays[1::2]]


@pytest.mark.parametrize("stream", ["mt19937", "pcg64"])
@pytest.mark.parametrize(
    ("scheme", "fill"),
    [
        ("xavier_uniform", torch.nn.init.xavier_uniform_),
        ("xavier_normal", torch.nn.init.xavier_normal_),
        ("he_uniform", lambda w: torch.nn.init.kaiming_uniform_(w, nonlinearity="relu")),
        ("he_normal", lambda w: torch.nn.init.kaiming_normal_(w, nonlinearity="relu")),
        ("lecun_uniform", lambda w: torch.nn.init.kaiming_uniform_(w, nonlinearity="linear")),
        ("lecun_normal", lambda w: torch.nn.init.kaiming_normal_(w, nonlinearity="linear")),
    ],
)
def test_schemes_have_pytorchs_variances(scheme, fill, stream):
    torch.manual_seed(0)
    network = reference.Network((200,), bias=True)
    weights, biases = reference.start(network, 300, 50, {"scheme": scheme}, reference.stream_of(stream, 1))
    for w in weights:
        theirs = fill(torch.empty(w.shape, dtype=torch.float64))
        assert np.std(w) == pytest.approx(theirs.std().item(), rel=0.03)
        assert np.mean(w) == pytest.approx(0, abs=4 * np.std(w) / math.sqrt(w.size))
        if scheme.endswith("uniform"):
            assert np.abs(w).max() == pytest.approx(theirs.abs().max().item(), rel=0.001)
    assert not np.concatenate(biases).any()


def test_constant_biases_draw_nothing_from_the_stream():
    for bias in (False, True):
        weights, _ = reference.start(
            reference.Network((3,), bias=bias), 2, 1, {"scheme": "he_normal"}, np.random.RandomState(6)
        )
        again = np.random.RandomState(6).standard_normal(9)
        np.testing.assert_array_equal(weights[0].ravel(), math.sqrt(2 / 2) * again[:6])
        np.testing.assert_array_equal(weights[1].ravel(), math.sqrt(2 / 3) * again[6:])


# ---- ends


def ends(**settings):
    """The end of a run of the network w x on the single sample (1, 0) with half of the squared error: w *= 1 - lr."""
    weight = settings.pop("weight", 1.0)
    settings = {"lr": 0.5, "midpoint": None} | settings
    init = {"scheme": "constant", "value": weight}
    return reference.train([[1.0]], [[0.0]], hidden=(), output="identity", loss="half_sse", init=init, **settings)


def test_records_are_of_the_weights_before_each_update():
    run = ends(epochs=3)
    assert (run.outcome, run.epochs, run.loss) == ("capped", 3, 2**-7)
    assert run.losses == [0.5, 0.125, 2**-5, 2**-7]
    assert run.gradient_norms == run.weight_norms == [1, 0.5, 0.25, 0.125]
    assert all(math.isnan(accuracy) for accuracy in run.accuracies)
    assert run.weights[0].tolist() == [[0.125]]


@pytest.mark.parametrize(
    ("stop", "epochs"),
    [
        ({"loss": 0.125}, 1),
        ({"loss": 0.124}, 2),
        ({"within": 0.5}, 2),
        ({"gradient_norm": 0.5}, 1),
        ({"loss": 0.125, "gradient_norm": 0.25}, 2),
        ({"loss": 0.125, "patience": 3}, 3),
        ({"loss": 1.0}, 0),
    ],
)
def test_runs_converge_when_all_criteria_hold(stop, epochs):
    run = ends(stop=stop, epochs=10)
    assert (run.outcome, run.epochs) == ("converged", epochs)


def test_patience_starts_again_when_a_test_fails():
    settings = {"lr": 0.5, "optimizer": {"name": "momentum", "beta": 0.9}, "epochs": 100}
    path = [abs(w) < 0.3 for w in ends(**settings).weight_norms]
    first = next(e for e in range(len(path)) if e >= 2 and all(path[e - 2 : e + 1]))
    assert path[: first - 2].count(True) > 0
    assert ends(**settings, stop={"within": 0.3, "patience": 3}).epochs == first


def test_runs_that_do_not_converge():
    assert (ends(lr=3.0, bound=100.0).outcome, ends(lr=3.0, bound=100.0).epochs) == ("diverged", 4)  # 0.5, 2, 8, 32, 128
    assert ends(lr=3.0, bound=128.0, epochs=4).outcome == "capped"
    assert (
        ends(weight=math.nan).outcome
        == ends(weight=math.inf).outcome
        == ends(weight=1e200, bound=math.inf).outcome
        == "diverged"
    )
    assert ends(weight=1e4, stop={"gradient_norm": 1e5}).outcome == "converged"
    # A quarter of the loss is left after each epoch, so 15 / 16 of it is gone after two.
    assert ends(stall={"window": 2, "improvement": 0.9375}, epochs=9).outcome == "capped"
    stalled = ends(stall={"window": 2, "improvement": 0.94}, epochs=9)
    assert (stalled.outcome, stalled.epochs) == ("stalled", 2)
    assert ends(stall={"window": 3, "improvement": 1.0}, epochs=3).outcome == "stalled"
    falls_then_rises = [1.0, 0.5, 0.1, 0.5]
    assert not reference.training.has_stalled(falls_then_rises, window=2, improvement=0.5)  # epoch 3 is not tested
    assert reference.training.has_stalled([*falls_then_rises, 0.1], window=2, improvement=0.5)


def test_accuracy_is_by_sides_and_by_the_largest():
    t, a = np.array([[0.0, 1], [1, 0], [1, 1], [0, 0]]), np.array([[0.4, 0.5], [0.6, 0.5], [0.5, 0.7], [0.1, math.nan]])
    assert reference.accuracy_of(a, t, "sigmoid", 0.5) == 0.5
    one_hot, p = np.eye(3)[[0, 1, 2, 0]], np.array([[0.4, 0.4, 0.2], [0.4, 0.4, 0.2], [0.1, 0.2, 0.7], [math.nan, 0, 0]])
    assert reference.accuracy_of(p, one_hot, "softmax", None) == 0.5


def test_the_measure_of_a_run():
    run = ends(epochs=40)
    assert run.measure() == pytest.approx(-4 / 3)
    run = ends(lr=3.0, epochs=40, weight=2.0)
    assert run.outcome == "diverged"
    assert run.measure() == pytest.approx(sum(4.0**-e for e in range(run.epochs + 1)) + (39 - run.epochs) * 2e-6)


# ---- published figures


def test_the_notebook():
    """What the XOR notebook of 16 February 2024, the origin of this program, printed, and its losses."""
    run = reference.train(X, Y, hidden=(2,), seed=2, lr=0.1, epochs=10_000)
    np.testing.assert_allclose(run.weights[0], [[0.6945972, 0.69298621], [4.95603514, 4.90910154]], rtol=0, atol=5e-9)
    np.testing.assert_allclose(run.weights[1], [[-8.76869413, 6.71602913]], rtol=0, atol=5e-9)
    np.testing.assert_allclose([run.losses[0], run.losses[9_999]], [0.7166445614272868, 0.3974132847163192], rtol=0, atol=1e-12)
    assert run.accuracy == 1.0


def test_xor_with_momentum():
    """github.com/cybertronai/hinton-problems, xor: the epoch at which seed 0 is solved."""
    run = reference.train(
        X,
        Y,
        bias=True,
        init={"scheme": "uniform", "low": -0.5, "high": 0.5},
        stream="pcg64",
        optimizer={"name": "momentum", "beta": 0.9},
        lr=0.5,
        loss="half_mse",
        stop={"within": 0.5},
        epochs=10_000,
    )
    assert (run.outcome, run.epochs) == ("converged", 1393)


def test_quickprop_takes_as_long_as_fahlmans():
    """Fahlman to neural-bench, 10 March 1989, 10,000 trials of 2-2-1 XOR: mean 28.78, sd 25.00; 992 failures count as 100."""
    epochs = [
        reference.train(
            X - 0.5,
            Y - 0.5,
            activation="symmetric_sigmoid",
            output="symmetric_sigmoid",
            bias=True,
            bias_input=0.5,
            init={"scheme": "uniform", "low": -1.0, "high": 1.0},
            seed=seed,
            optimizer={"name": "quickprop", "mu": 2.25},
            lr=4.0,
            lr_over_fan_in=True,
            weight_decay=1e-4,
            loss="atanh",
            derivative_offset=0.1,
            stop={"within": 0.4},
            midpoint=0.0,
            epochs=100,
        ).epochs
        for seed in range(300)
    ]
    assert np.mean(epochs) == pytest.approx(28.78, abs=4 * 25.00 / math.sqrt(300))
    assert min(epochs) >= 9
    assert np.mean(np.array(epochs) == 100) == pytest.approx(0.0992, abs=4 * math.sqrt(0.0992 * 0.9008 / 300))


def test_pixels_of_the_map_of_trainability():
    """Sohl-Dickstein, arXiv 2402.06184. Input-layer rates above 10 are chaotic: there only the outcome is compared."""
    with np.load(PIXELS) as published:
        given, measure, converged = dict(published), published["measure"], published["converged"]
    rates = np.logspace(-3, 6, 128)
    for i, j in itertools.product(range(4, 128, 24), (4, 20, 36, 52, 100, 116)):
        run = reference.train(
            given["X"],
            given["Y"],
            hidden=(8,),
            activation="tanh",
            output="identity",
            parametrization="mean_field",
            init={"scheme": "file", "arrays": [given["W0"].T, given["W1"].T]},
            loss="mse",
            lr=[rates[j], rates[i]],
            epochs=100,
            midpoint=None,
        )
        assert (run.measure() < 0) == converged[i, j]
        if rates[j] < 10:
            assert run.measure() == pytest.approx(measure[i, j], rel=1e-9)
