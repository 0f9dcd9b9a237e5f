"""The notebook that backsweep grew from: a 2-2-1 sigmoid network learns XOR. One call gives the same numbers.

    python examples/xor_notebook.py            prints what the notebook printed, and writes xor_notebook.png

The weights come from NumPy's stream with seed 2, first w1 and then w2. The learning rate is 0.1; there are 10,000 updates and
no biases.
"""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from backsweep import train

SEED, RATE, ITERATIONS = 2, 0.1, 10_000


def main(picture: Path = Path("xor_notebook.png")) -> None:
    """Train, print and draw."""
    x = np.array([[0, 0, 1, 1], [0, 1, 0, 1]])  # the notebook keeps one sample per column
    y = np.array([[0, 1, 1, 0]])
    print("shapes", x.shape, y.shape)

    fit = train(x.T, y.T, hidden=2, seed=SEED, lr=RATE, epochs=ITERATIONS, record_at=range(ITERATIONS))
    w1, w2 = fit.weights
    print("w1", w1.shape, "w2", w2.shape)
    print("after training")
    print(w1)
    print(w2)

    a1 = 1 / (1 + np.exp(-w1 @ x))
    a2 = 1 / (1 + np.exp(-w2 @ a1))
    print("predictions", (a2 >= 0.5).astype(int)[0].tolist())

    stream = np.random.RandomState(SEED)
    stream.rand(w1.size + w2.size)
    print("next draw of the stream", stream.rand())

    losses = fit.trajectories.loss[0, :ITERATIONS]  # before each update, as the notebook lists them
    print(f"loss {losses[0]:.16f} ... {losses[-1]:.16f}")
    figure = Figure(layout="constrained")
    axes = figure.add_subplot()
    axes.plot(losses)
    axes.set_xlabel("EPOCHS")
    axes.set_ylabel("Loss value")
    figure.savefig(picture)
    print("loss curve in", picture)


if __name__ == "__main__":
    main()
