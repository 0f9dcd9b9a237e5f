"""SimpleChains.jl's two published figures, which need Julia, beside what one core takes here for the same multiply-adds.

SimpleChains trains one network as fast as it can; backsweep trains as many as it has lanes, and its time is that of all of
them, over their number. On the first shape SimpleChains has dropout, no bias at the outputs, and gives only the value and the
gradient; backsweep has that bias, no dropout, and makes the update too.
"""

import statistics
import time
from typing import NamedTuple

import numpy as np

ROUNDS = 7


class Published(NamedTuple):
    """A network trained on so many samples, and what SimpleChains needs for an epoch: seconds of so many cores."""

    widths: tuple[int, ...]
    samples: int
    settings: dict
    epochs: int
    theirs: float
    cores: int
    aim: float  # seconds of one core at most
    source: str

    @property
    def multiply_adds(self) -> int:
        """Of an epoch, without biases: forward, for the gradient, and, but for the first layer, to carry the slopes down."""
        pairs = [a * b for a, b in zip(self.widths, self.widths[1:], strict=False)]
        return self.samples * (3 * sum(pairs) - pairs[0])

    def seconds(self) -> float:
        """Of the processor for a run-epoch on one core."""
        from backsweep.kernels import lanes_of, train  # not above: the processes of the peers need not load Numba

        rng = np.random.default_rng(0)
        x = rng.normal(size=(self.samples, self.widths[0]))
        y = rng.normal(size=(self.samples, self.widths[-1]))
        runs = 2 * lanes_of(self.settings["dtype"])
        shape = {"hidden": self.widths[1:-1], "activation": "tanh", "output": "identity", "bias": True}
        begin = time.thread_time()
        train(
            x,
            y,
            **shape,
            loss="mse",
            midpoint=None,
            init="xavier_uniform",
            seed=np.arange(runs),
            lr=1e-3,
            epochs=self.epochs,
            stop={"loss": 1e-9},
            keep_weights=False,
            **self.settings,
        )
        return (time.thread_time() - begin) / (runs * self.epochs)


BLOG = "https://julialang.org/blog/2022/04/simple-chains/"
CASES = (
    Published((24, 8, 2), 200, {"dtype": "float64"}, 400, 5.657e-6, 1, 5.0e-6, "https://github.com/PumasAI/SimpleChains.jl"),
    Published(
        (4, 32, 16, 4),
        10_000,
        {"dtype": "float32", "optimizer": "adam"},
        4,
        41e-6,
        18,
        18 * 41e-6,
        f"{BLOG}: 10,000 epochs in 0.41 s on an Intel i9-10980XE with AVX-512",
    ),
)


def measured() -> list[list[float]]:
    """Of each case the seconds of each round."""
    for case in CASES:
        case._replace(epochs=1).seconds()  # compiles
    rounds = [[case.seconds() for case in CASES] for _ in range(ROUNDS)]
    return [list(seconds) for seconds in zip(*rounds, strict=True)]


def rows(found: list[list[float]]) -> list[list[str]]:
    """Of the page's table."""
    cells = []
    for case, seconds in zip(CASES, found, strict=True):
        took, theirs = statistics.median(seconds), case.theirs * case.cores
        held = "held" if took <= case.aim else "**MISSED**"
        kind = f"{case.settings['dtype']}, {case.settings.get('optimizer', 'gradient descent')}"
        cells.append(
            [
                f"{'-'.join(map(str, case.widths))} tanh ({case.samples:,}), {kind}",
                f"{theirs * 1e6:.3g}" + (f" ({case.theirs * 1e6:.3g} on {case.cores} cores)" if case.cores > 1 else ""),
                f"{case.multiply_adds / theirs / 1e9:.3g}",
                f"{took * 1e6:.3g}",
                f"{case.multiply_adds / took / 1e9:.3g}",
                f"≤ {case.aim * 1e6:.3g}",
                held,
                case.source,
            ]
        )
    return cells


HEAD = [
    "",
    "SimpleChains, µs of a core",
    "G multiply-adds/s",
    "backsweep, µs of a core",
    "G multiply-adds/s",
    "aim",
    "",
    "source",
]
