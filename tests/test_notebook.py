"""The notebook from which this program began: what it printed (16 February 2024, NumPy), reproduced."""

import subprocess
import sys
from pathlib import Path

import numpy as np

from backsweep.kernels import train

EXAMPLE = Path(__file__).parent.parent / "examples" / "xor_notebook.py"
X = np.array([[0, 0, 1, 1], [0, 1, 0, 1]])
Y = np.array([[0, 1, 1, 0]])


def notebook_loop(seed=2, lr=0.1, iterations=10_000):
    """The notebook's loop in plain NumPy, with its loss."""
    stream = np.random.RandomState(seed)
    w1, w2 = stream.rand(2, 2), stream.rand(1, 2)
    losses = []
    for _ in range(iterations):
        a1 = 1 / (1 + np.exp(-(w1 @ X)))
        a2 = 1 / (1 + np.exp(-(w2 @ a1)))
        losses.append(float(-(1 / 4) * np.sum(Y * np.log(a2) + (1 - Y) * np.log(1 - a2))))
        dz2 = a2 - Y
        dz1 = (w2.T @ dz2) * a1 * (1 - a1)
        w2, w1 = w2 - lr * (dz2 @ a1.T) / 4, w1 - lr * (dz1 @ X.T) / 4
    return w1, w2, losses


def test_weights_are_those_the_notebook_printed():
    fit = train(X.T, Y.T, hidden=2, seed=2, lr=0.1, epochs=10_000)
    np.testing.assert_allclose(fit.weights[0], [[0.6945972, 0.69298621], [4.95603514, 4.90910154]], rtol=0, atol=5e-9)
    np.testing.assert_allclose(fit.weights[1], [[-8.76869413, 6.71602913]], rtol=0, atol=5e-9)
    assert (fit.outcome, fit.epochs, fit.accuracy) == ("capped", 10_000, 1.0)


def test_every_loss_is_that_of_the_numpy_loop():
    fit = train(X.T, Y.T, hidden=2, seed=2, lr=0.1, epochs=10_000, record_at=range(10_000))
    w1, w2, losses = notebook_loop()
    found = fit.trajectories.loss[0]
    assert len(losses) == len(found) - 1 == 10_000
    np.testing.assert_allclose(found[:-1], losses, rtol=0, atol=1e-10)
    np.testing.assert_allclose(found[[0, 9_999]], [0.7166445614272868, 0.3974132847163192], rtol=0, atol=1e-12)
    np.testing.assert_allclose(fit.weights[0], w1, rtol=0, atol=1e-8)
    np.testing.assert_allclose(fit.weights[1], w2, rtol=0, atol=1e-8)


def test_the_example_prints_what_the_notebook_printed(tmp_path):
    done = subprocess.run([sys.executable, EXAMPLE], cwd=tmp_path, capture_output=True, text=True, check=True)
    for line in (
        "shapes (2, 4) (1, 4)",
        "[[0.6945972  0.69298621]\n [4.95603514 4.90910154]]\n[[-8.76869413  6.71602913]]",
        "predictions [0, 1, 1, 0]",
        "next draw of the stream 0.2046486340378425",
    ):
        assert line in done.stdout
    assert (tmp_path / "xor_notebook.png").read_bytes().startswith(b"\x89PNG")
