"""Records: the requested quantities at the requested epochs of the requested runs; and the convergence measure."""

import numpy as np
import pytest

import reference
from backsweep.columns import RECORDED
from backsweep.kernels import train

X = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])
Y = np.array([[0.0], [1], [1], [0]])
AT = [0, 1, 7, 20, 33]
CASES = {
    "full": {},
    "batches": {"batch": {"size": 3, "order": "shuffled"}},
    "clipped": {"clip": 0.1, "weight_decay": 0.1},
    "softmax": {"output": "softmax", "loss": "cross_entropy"},
    "numbers": {"output": "identity", "loss": "mse", "midpoint": None},
    "scaled": {"parametrization": "ntk", "hidden": (3, 2), "activation": "tanh"},
}


def compare(trajectories, row, run, at):
    """Compare one run's records with the oracle's lists, at the epochs in `at` that the run reached, and at its last epoch."""
    epochs = sorted({*(epoch for epoch in at if epoch <= run.epochs), run.epochs})
    known = len(epochs)
    assert trajectories.epoch[row, :known].tolist() == epochs
    for name in RECORDED:
        expected = [reference.RECORDED[name](run)[e] for e in epochs]
        np.testing.assert_allclose(getattr(trajectories, name)[row, :known], expected, rtol=1e-9)
        assert np.isnan(getattr(trajectories, name)[row, known:]).all()
    assert (trajectories.epoch[row, known:] == -1).all()


@pytest.mark.parametrize("case", CASES)
def test_records_are_the_oracles(case):
    settings = {"hidden": (3,), "bias": True, "lr": 0.5, "epochs": 40, "init": {"scheme": "normal"}, **CASES[case]}
    y = np.hstack([Y, 1 - Y]) if case == "softmax" else Y
    fit = train(X, y, **settings, seed=np.arange(20), record_at=AT, stop={"loss": 0.3})
    assert fit.trajectories.run.tolist() == list(range(20))
    for i in range(20):
        run = reference.train(X, y, **settings, seed=i, stop={"loss": 0.3})
        assert (fit.outcome[i], fit.epochs[i]) == (run.outcome, run.epochs)
        compare(fit.trajectories, i, run, AT)


@pytest.mark.parametrize("places", [[5], [3, 17, 4], [], None])
def test_only_requested_runs_have_records(places):
    settings = {"lr": 0.5, "epochs": np.arange(1, 51), "seed": np.arange(50)}
    fit = train(X, Y, **settings, record_at=AT, record_runs=places)
    recorded = list(range(50)) if places is None else places
    assert fit.trajectories.run.tolist() == recorded
    assert fit.trajectories.loss.shape[0] == len(recorded)
    for row, i in enumerate(recorded):
        compare(fit.trajectories, row, reference.train(X, Y, lr=0.5, epochs=i + 1, seed=i), AT)


def test_the_end_is_always_recorded():
    for at in ([], [0], [1000]):
        fit = train(X, Y, epochs=6, seed=[0, 1], record_at=at)
        assert fit.trajectories.epoch.tolist() == [[0, 6]] * 2 if at == [0] else [[6]] * 2
        assert fit.trajectories.loss[:, -1].tolist() == fit.loss.tolist()
    assert train(X, Y, epochs=6, record_at=[6]).trajectories.epoch.tolist() == [[6]]
    assert train(X, Y, epochs=6).trajectories is None


def test_recording_changes_nothing():
    for batch in ("full", {"size": 2}):
        settings = {"lr": 0.5, "epochs": 30, "seed": np.arange(20), "batch": batch, "stop": {"loss": 0.69}}
        plain, recorded = train(X, Y, **settings), train(X, Y, **settings, record_at=np.arange(30))
        for part in ("outcome", "epochs", "loss", "accuracy"):
            assert getattr(plain, part).tobytes() == getattr(recorded, part).tobytes()
        assert plain.weights[0].tobytes() == recorded.weights[0].tobytes()


def test_records_of_runs_that_end_in_nan():
    settings = {"output": "identity", "loss": "mse", "activation": "identity", "bound": np.inf, "epochs": 500, "midpoint": None}
    fit = train(X * 10, Y, **settings, lr=5.0, seed=np.arange(8), record_at=[0])
    lost = fit.outcome == "diverged"
    assert lost.any()
    for row in np.flatnonzero(lost):
        assert fit.trajectories.epoch[row, :2].tolist() == [0, fit.epochs[row]]
        assert not np.isfinite(fit.trajectories.loss[row, 1])


MEASURED = {"activation": "tanh", "output": "identity", "loss": "mse", "parametrization": "mean_field", "hidden": (8,)}


@pytest.mark.parametrize("epochs", [1, 5, 20, 21, 60])
def test_the_measure_is_the_oracles(epochs):
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(5, 3)), rng.normal(size=(5, 1))
    settings = {**MEASURED, "epochs": epochs, "midpoint": None, "init": {"scheme": "normal"}}
    for bound in (1e6, np.inf):
        rates = np.geomspace(0.01, 1e4, 24)
        fit = train(x, y, **settings, lr=rates, measure=True, bound=bound, seed=3)
        outcomes = set()
        for i, rate in enumerate(rates):
            run = reference.train(x, y, **settings, lr=rate, bound=bound, seed=3)
            outcomes.add(run.outcome)
            assert fit.measure[i] == pytest.approx(run.measure(), rel=1e-6)
        assert epochs < 20 or bound == np.inf or outcomes == {"capped", "diverged"}
    assert train(x, y, **settings).measure is None


def test_the_measure_by_hand():
    """The network w x on (1, 0), with half of the squared error: each epoch leaves a quarter of the loss, or quadruples it."""
    same = {"hidden": (), "output": "identity", "loss": "half_sse", "midpoint": None, "measure": True, "epochs": 40}
    shrinks = train([[1.0]], [[0.0]], **same, init={"scheme": "constant", "value": 1.0}, lr=0.5)
    assert shrinks.measure == pytest.approx(-4 / 3)  # 1 + 1/4 + 1/16 + ...
    grows = train([[1.0]], [[0.0]], **same, init={"scheme": "constant", "value": 2.0}, lr=3.0)
    assert (grows.outcome, grows.epochs) == ("diverged", 10)  # 2 4**9 < 1e6 < 2 4**10
    # 1 + 1/4 + ... up to the loss above the bound, with relative losses of at most 1e6; each of the other 29 epochs counts as
    # 1e6 over the first loss.
    assert grows.measure == pytest.approx(sum(max(4.0**-e, 1e-6) for e in range(11)) + 29 * 2e-6)
    already = train([[1.0]], [[0.0]], **same, init={"scheme": "constant", "value": 0.0}, lr=0.5)
    assert np.isnan(already.measure)  # 0 / 0
