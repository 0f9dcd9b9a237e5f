"""The front door and the loop against the oracle: weights, losses, how runs end, and that lanes do not see each other."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import reference
from backsweep.kernels import LANES, train

X = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])
Y = np.array([[0.0], [1], [1], [0]])


def case(inputs, outputs, samples, soft, seed):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(samples, inputs)), rng.random((samples, outputs))
    return x, y if soft else (y > 0.5).astype(float)


shapes = st.fixed_dictionaries(
    {
        "inputs": st.integers(1, 5),
        "outputs": st.integers(1, 3),
        "samples": st.integers(1, 11),
        "soft": st.booleans(),
        "seed": st.integers(0, 1000),
    }
)
networks = st.fixed_dictionaries(
    {
        "hidden": st.integers(1, 7),
        "bias": st.booleans(),
        "loss": st.sampled_from(["bce", "mse"]),
        "seed": st.integers(0, 2**32 - 1),
        "lr": st.floats(0.01, 1.0),
        "low": st.floats(-1, 0),
        "high": st.floats(0, 1),
    }
)


@settings(max_examples=150)
@given(shapes, networks, st.integers(1, 40))
def test_weights_and_losses_are_the_oracles(shape, network, epochs):
    x, y = case(**shape)
    fit = train(x, y, epochs=epochs, keep_losses=True, **network)
    run = reference.train(x, y, epochs=epochs, **network)
    w1, b1, w2, b2 = run.weights
    np.testing.assert_allclose(fit.weights[0], w1, rtol=1e-9, atol=1e-11)
    np.testing.assert_allclose(fit.weights[1], w2, rtol=1e-9, atol=1e-11)
    if network["bias"]:
        np.testing.assert_allclose(fit.biases[0], b1, rtol=1e-9, atol=1e-11)
        np.testing.assert_allclose(fit.biases[1], b2, rtol=1e-9, atol=1e-11)
    np.testing.assert_allclose(fit.losses, run.losses, rtol=1e-9, atol=1e-13)
    assert (fit.outcome, fit.epochs) == (run.outcome, run.epochs)
    assert fit.loss == fit.losses[-1]
    assert fit.accuracy == run.accuracy


@settings(max_examples=60)
@given(shapes, networks)
def test_the_first_step_goes_down_the_numerical_gradient(shape, network):
    """Central differences of the oracle's loss, at the weights that NumPy draws."""
    x, y = case(**shape)
    hidden, bias, loss = network["hidden"], network["bias"], network["loss"]
    fit = train(x, y, epochs=1, **network)
    start = reference.draw(network["seed"], x.shape[1], hidden, y.shape[1], bias, network["low"], network["high"])
    ends = (fit.weights[0], fit.biases[0] if bias else start[1], fit.weights[1], fit.biases[1] if bias else start[3])
    for place, (before, after) in enumerate(zip(start, ends, strict=True)):
        if place % 2 and not bias:
            continue
        step = 1e-5
        for index in np.ndindex(before.shape):
            moved = []
            for sign in (1, -1):
                weights = [w.copy() for w in start]
                weights[place][index] += sign * step
                moved.append(reference.mean_loss(weights, x, y, loss))
            slope = (moved[0] - moved[1]) / (2 * step)
            assert (before[index] - after[index]) / network["lr"] == pytest.approx(slope, rel=1e-5, abs=1e-9)


def test_xor_runs_end_at_the_oracles_epoch_with_its_loss():
    """Where gradient descent is stable (learning rates to about 1.2) two correct programs agree to the epoch."""
    seeds, rates = np.arange(6), np.array([[0.3], [0.7], [1.1]])
    fit = train(X, Y, hidden=3, seed=seeds, lr=rates, epochs=6000, stop_loss=0.05)
    assert fit.epochs.shape == (3, 6)
    for (i, j), epochs in np.ndenumerate(fit.epochs):
        run = reference.train(X, Y, hidden=3, seed=seeds[j], lr=rates[i, 0], epochs=6000, stop_loss=0.05)
        assert (fit.outcome[i, j], epochs) == (run.outcome, run.epochs)
        assert fit.loss[i, j] == pytest.approx(run.losses[-1], rel=1e-9)


@pytest.mark.parametrize("loss", ["bce", "mse"])
def test_the_test_stands_before_the_update(loss):
    """From the oracle's losses: the exact thresholds at which a run ends after 0, after 3, and in its very last pass."""
    losses = reference.train(X, Y, hidden=2, seed=2, lr=0.5, epochs=10, loss=loss).losses
    same = {"hidden": 2, "seed": 2, "lr": 0.5, "loss": loss}
    assert losses == sorted(losses, reverse=True)  # falling, so each loss is reached first at its own epoch
    for epoch in (0, 3, 10):
        goal = losses[epoch] * (1 + 1e-12)
        fit = train(X, Y, epochs=10, stop_loss=goal, **same)
        assert (fit.outcome, fit.epochs) == ("converged", epoch)
    fit = train(X, Y, epochs=9, stop_loss=losses[10] * (1 + 1e-12), **same)
    assert (fit.outcome, fit.epochs) == ("capped", 9)


def test_a_goal_is_reached_exactly_when_the_loss_that_is_kept_says_so():
    """The screen of the loop (a product of probabilities) never decides: only the exact loss does."""
    kept = train(X, Y, hidden=2, seed=2, lr=1.0, epochs=400, keep_losses=True)
    for epoch in (1, 50, 399):
        at = train(X, Y, hidden=2, seed=2, lr=1.0, epochs=400, stop_loss=kept.losses[epoch])
        below = train(X, Y, hidden=2, seed=2, lr=1.0, epochs=400, stop_loss=np.nextafter(kept.losses[epoch], 0))
        assert at.epochs == epoch == np.flatnonzero(kept.losses <= kept.losses[epoch])[0]
        assert at.loss == kept.losses[epoch]
        assert below.epochs > epoch


@pytest.mark.parametrize("samples", [4, 300, 3000])
@pytest.mark.parametrize("loss", ["bce", "mse"])
def test_goals_are_seen_with_many_samples_and_targets_that_are_no_bits(samples, loss):
    """With thousands of samples the product of probabilities is zero: the exact loss is used instead."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(samples, 2))
    for y in ((x[:, :1] > 0).astype(float), 0.2 + 0.6 * (x[:, :1] > 0)):
        settings = {"hidden": 2, "seed": 1, "lr": 2.0, "loss": loss, "low": -1.0}
        losses = reference.train(x, y, epochs=60, **settings).losses
        fit = train(x, y, epochs=60, stop_loss=losses[40] * (1 + 1e-10), **settings)
        assert (fit.outcome, fit.epochs) == ("converged", next(i for i, a in enumerate(losses) if a <= losses[40]))


def test_divergence_by_bound_and_by_numbers_that_are_none():
    huge = train(X * 1e3, Y, hidden=2, seed=0, lr=1e9, epochs=50, bound=1e4, keep_losses=True)
    assert huge.outcome == "diverged"
    assert (huge.losses[: huge.epochs] <= 1e4).all()
    assert huge.loss > 1e4
    far = train(X * 1e305, Y, hidden=2, seed=np.arange(6), lr=1e307, epochs=50, low=-1.0, bound=np.inf)
    assert set(far.outcome) == {"capped", "diverged"}
    assert (np.isfinite(far.loss) == (far.outcome == "capped")).all()


@settings(max_examples=150)
@given(shapes, networks, st.floats(0.0, 1.5), st.floats(0.3, 3.0), st.floats(-1, 2), st.integers(1, 120))
def test_the_screen_never_changes_how_a_run_ends(shape, network, goal, bound, rate, epochs):
    """Keeping the losses switches the screen off: each epoch is then judged by the exact loss."""
    x, y = case(**shape)
    many = {**network, "seed": np.arange(20), "lr": 10.0**rate, "epochs": epochs, "stop_loss": goal, "bound": bound}
    screened, exact = train(x, y, **many), train(x, y, **many, keep_losses=True)
    assert bits(screened) == bits(exact)


def test_runs_that_diverge_late_are_seen_by_the_screen():
    many = {"hidden": 2, "seed": np.arange(64), "lr": 30.0, "epochs": 300, "bound": 1.5}
    screened, exact = train(X, Y, **many), train(X, Y, **many, keep_losses=True)
    assert bits(screened) == bits(exact)
    assert (screened.outcome == "diverged").sum() > 30


def test_a_loss_that_is_no_number_is_the_one_nan_there_is_and_no_output_is_right():
    far = train(X * 1e305, Y, hidden=2, seed=np.arange(6), lr=1e307, epochs=50, low=-1.0, bound=np.inf)
    lost = np.isnan(far.loss)
    assert lost.any()
    assert set(far.loss[lost].view(np.int64)) == {np.array(np.nan).view(np.int64).item()}
    assert (far.accuracy[lost] < 0.5).all()


def settings_of_many(count):
    rng = np.random.default_rng(4)
    return {
        "seed": rng.integers(0, 2**32, count),
        "lr": 10.0 ** rng.uniform(-2, 1.3, count),
        "epochs": rng.integers(1, 900, count),
        "stop_loss": rng.choice([0.05, 0.3, 0.6], count),
        "low": rng.uniform(-2, 0, count),
        "high": rng.uniform(0, 2, count),
    }


def bits(fit):
    return [np.asarray(part).tobytes() for part in (fit.outcome, fit.epochs, fit.loss, fit.accuracy, *fit.weights, *fit.biases)]


def test_a_run_has_the_same_bits_alone_in_any_order_and_in_any_company():
    many = settings_of_many(100)
    together = train(X, Y, hidden=3, bias=True, **many)
    assert {"converged", "capped"} <= set(together.outcome)
    order = np.random.default_rng(0).permutation(100)
    shuffled = train(X, Y, hidden=3, bias=True, **{name: values[order] for name, values in many.items()})
    for i in range(100):
        alone = train(X, Y, hidden=3, bias=True, **{name: values[i] for name, values in many.items()})
        place = int(np.flatnonzero(order == i)[0])
        for fit, at in ((together, i), (shuffled, place)):
            assert (fit.outcome[at], fit.epochs[at]) == (alone.outcome, alone.epochs)
            assert fit.loss[at].tobytes() == alone.loss.tobytes()
            assert all(
                (w[at] == v).all() for w, v in zip((*fit.weights, *fit.biases), (*alone.weights, *alone.biases), strict=True)
            )


@pytest.mark.parametrize("count", [1, LANES - 1, LANES, LANES + 1, 3 * LANES])
def test_batches_of_any_size_give_the_same_bits(count):
    many = settings_of_many(3 * LANES)
    whole = train(X, Y, hidden=2, **many)
    parts = [train(X, Y, hidden=2, **{k: v[i : i + count] for k, v in many.items()}) for i in range(0, 3 * LANES, count)]
    joined = np.concatenate([part.loss for part in parts]), np.concatenate([part.weights[0] for part in parts])
    assert joined[0].tobytes() == whole.loss.tobytes()
    assert joined[1].tobytes() == whole.weights[0].tobytes()


def test_keeping_losses_changes_nothing():
    many = settings_of_many(50)
    assert bits(train(X, Y, hidden=2, **many)) == bits(train(X, Y, hidden=2, keep_losses=True, **many))


def test_shapes_follow_the_settings():
    one = train(X, Y, hidden=3, epochs=2, keep_losses=True)
    assert [w.shape for w in one.weights] == [(3, 2), (1, 3)]
    assert (one.losses.shape, np.shape(one.loss), one.biases) == ((3,), (), ())
    grid = train(X, Y[:, 0], hidden=3, bias=True, seed=np.arange(4), lr=[[0.1], [1.0]], epochs=2, keep_losses=True)
    assert [w.shape for w in grid.weights] == [(2, 4, 3, 2), (2, 4, 1, 3)]
    assert [b.shape for b in grid.biases] == [(2, 4, 3), (2, 4, 1)]
    assert (grid.losses.shape, grid.loss.shape) == ((2, 4, 3), (2, 4))
    none = train(X, Y, hidden=2, seed=np.array([], np.int64), epochs=3, keep_losses=True)
    assert (none.loss.shape, none.weights[0].shape) == ((0,), (0, 2, 2))
    bare = train(X, Y, hidden=2, epochs=3, keep_weights=False)
    assert (bare.weights, bare.biases, bare.losses) == ((), (), None)


def test_arrays_that_may_not_be_written_or_are_no_floats_are_fine():
    x, y = X.astype(int), Y.astype(bool)
    x.flags.writeable = y.flags.writeable = False
    seeds = np.broadcast_to(np.int32(3), (5,))
    fit = train(x[::-1][::-1], y, hidden=2, seed=seeds, epochs=7)
    assert (fit.loss == train(X, Y, hidden=2, seed=3, epochs=7).loss).all()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"x": [1.0, 2.0]}, "x: shape"),
        ({"x": np.full((4, 2), np.nan)}, "x: finite"),
        ({"y": [1.0]}, r"y: shape \(4, outputs\)"),
        ({"y": [0, 1, 1, np.inf]}, "y: finite"),
        ({"y": [0, 1, 1, 2]}, "y: binary cross-entropy"),
        ({"hidden": 0}, "hidden: one number, at least 1"),
        ({"hidden": np.array([2, 3])}, "hidden: one number"),
        ({"lr": "fast"}, "lr: numbers"),
        ({"x": [[1, 2], [3]]}, "x: numbers"),
        ({"seed": [1, 2], "lr": [0.1, 0.2, 0.3]}, "seed, low, high, lr.*broadcast"),
        ({"low": -1.7e308, "high": 1.7e308}, "low, high"),
        ({"hidden": 2.5}, "hidden: whole"),
        ({"loss": "hinge"}, "loss: one of bce, mse"),
        ({"seed": -1}, "seed: from 0"),
        ({"seed": 2**32}, "seed: from 0"),
        ({"seed": 1.5}, "seed: whole"),
        ({"lr": 0.0}, "lr: finite"),
        ({"lr": [0.1, np.inf]}, "lr: finite"),
        ({"epochs": 0}, "epochs: from 1"),
        ({"low": 1.0, "high": 0.0}, "low, high"),
        ({"stop_loss": -0.1}, "stop_loss: at least 0"),
        ({"stop_loss": np.nan}, "stop_loss: at least 0"),
        ({"bound": 0}, "bound: over 0"),
    ],
)
def test_wrong_arguments_are_named(wrong, said):
    with pytest.raises(ValueError, match=said):
        train(**{"x": X, "y": Y, "hidden": 2, "epochs": 5, **wrong})
