"""Speed of the kernels, shape by shape, against what the same machine's own sigmoids and multiply-adds allow.

The ceiling of a shape counts, for each sample, a sigmoid for each unit, and multiply-adds: one forward for each weight;
backward, for each hidden unit, two for each weight that reads it (its gradient, and the slope carried down), three for the
sigmoid's slope, and one for the gradient of each weight of data; in the update two for each weight. There are two ways to add
up their times, the sum and the largest (`yardsticks.py`); bars are held against the sum, the nearer one.

Rows that are loaded and stored go through other pipes, so they are a ceiling of their own, and the lower of the two counts. Of
them there are at least, for each four samples: each weight once forward, its gradient there and back, and once more to carry a
slope down; a hidden unit's outputs stored, loaded forward and backward, its slopes stored and loaded; in the update each
weight there and back, and its gradient.

The rates are measured in turns with the training.
"""

import statistics
from collections.abc import Callable, Iterator
from typing import NamedTuple

import bare_kernel
import numpy as np
from yardsticks import RATES, timed

from backsweep.kernels import lanes_of, train
from backsweep.kernels.lanes.vector import QUAD

ROUNDS = 9

Row = tuple[str, float, str, float | None]


class Shape(NamedTuple):
    """A network, and how many samples it is trained on."""

    widths: tuple[int, ...]
    samples: int

    @property
    def name(self) -> str:
        return f"{'-'.join(map(str, self.widths))} ({self.samples})"

    @property
    def sigmoids(self) -> int:
        return self.samples * sum(self.widths[1:])

    @property
    def weights(self) -> int:
        return sum(a * b for a, b in zip(self.widths, self.widths[1:], strict=False))

    @property
    def multiply_adds(self) -> int:
        inputs, *hidden, outputs = self.widths
        readers = [*hidden[1:], outputs]
        backward = sum(width * (2 * reader + 3) for width, reader in zip(hidden, readers, strict=True)) + inputs * hidden[0]
        return self.samples * (self.weights + backward) + 2 * self.weights

    @property
    def moves(self) -> float:
        """Rows loaded or stored for a run-epoch, a lane's share of a row each."""
        carried = self.weights - self.widths[0] * self.widths[1]
        each_quad = 3 * self.weights + carried + 5 * QUAD * sum(self.widths[1:-1])
        return self.samples / QUAD * each_quad + 3 * self.weights

    def data(self) -> tuple[np.ndarray, np.ndarray]:
        if self.samples == 4:
            return bare_kernel.X, bare_kernel.Y
        rng = np.random.default_rng(0)
        return rng.normal(size=(self.samples, self.widths[0])), rng.random(self.samples) > 0.5


SHAPES = (
    Shape((2, 2, 1), 4),
    Shape((2, 32, 1), 192),
    Shape((16, 16, 1), 272),
    Shape((8, 64, 1), 256),
    Shape((2, 16, 16, 1), 192),
)


class Case(NamedTuple):
    """Training that is timed: seconds for one run-epoch."""

    shape: Shape
    settings: dict

    def seconds(self) -> float:
        x, y = self.shape.data()
        epochs = int(2e6 / self.shape.sigmoids)
        runs = 4 * lanes_of(self.settings.get("dtype", "float64"))
        hidden, seeds = self.shape.widths[1:-1], np.arange(runs)
        return timed(
            lambda: train(
                x, y, hidden=hidden, seed=seeds, epochs=epochs, stop={"loss": 1e-9}, keep_weights=False, **self.settings
            )
        ) / (runs * epochs)


def in_turns(cases: dict[str, Callable[[], float]], rounds: int = ROUNDS) -> dict[str, list[float]]:
    """The seconds of each case, over rounds in which they take turns; the first round, which may compile, does not count."""
    found: dict[str, list[float]] = {name: [] for name in cases}
    for round_ in range(rounds + 1):
        for name, case in cases.items():
            seconds = case()
            if round_:
                found[name].append(seconds)
    return found


def ratio(found: dict[str, list[float]], above: str, below: str) -> float:
    """The median over rounds of one case's seconds to another's."""
    return statistics.median(a / b for a, b in zip(found[above], found[below], strict=True))


class Roof(NamedTuple):
    """Seconds for a run-epoch of a shape in float64 on one core, a round each: measured, and what it cannot do without."""

    took: np.ndarray
    sigmoids: np.ndarray
    multiply_adds: np.ndarray
    moves: np.ndarray
    divisions: np.ndarray

    @property
    def ceiling(self) -> np.ndarray:
        """The least that it could take if sigmoids and multiply-adds shared all their pipes: the sum."""
        return np.maximum(self.sigmoids + self.multiply_adds, self.moves)

    @property
    def largest(self) -> np.ndarray:
        """The least that it could take if they had pipes of their own."""
        return np.maximum.reduce([self.sigmoids, self.multiply_adds, self.moves])

    def share(self, ceiling: np.ndarray) -> float:
        """Measured throughput over a ceiling's: the median over rounds."""
        return float(np.median(ceiling / self.took))


def roof(shape: Shape, found: dict[str, list[float]]) -> Roof:
    """From rounds of `RATES` and of the training, "double"."""
    sigmoid, fma, move, division = (np.array(found[rate]) for rate in ("sigmoid", "fma", "move", "division"))
    counts = shape.sigmoids, shape.multiply_adds, shape.moves, shape.sigmoids
    parts = (count * rate for count, rate in zip(counts, (sigmoid, fma, move, division), strict=True))
    return Roof(np.array(found["double"]), *parts)


def shapes_against_their_ceilings() -> Iterator[Row]:
    for shape in SHAPES:
        single = Case(shape, {"dtype": "float32"}).seconds
        found = in_turns({"double": Case(shape, {}).seconds, "single": single, **RATES})
        yield f"{shape.name}, float64, one core, µs per run-epoch", statistics.median(found["double"]) * 1e6, "", None
        limits = roof(shape, found)
        yield "  of the ceiling", limits.share(limits.ceiling), ">=", 0.8
        yield "  float32 ÷ float64", ratio(found, "double", "single"), ">=", 1.8


def optimizers_and_batches() -> Iterator[Row]:
    found = in_turns({name: Case(SHAPES[0], {"optimizer": name}).seconds for name in ("gd", "adam")})
    yield "adam ÷ gd, 2-2-1", ratio(found, "gd", "adam"), ">=", 0.6
    orders = {order: Case(SHAPES[1], {"batch": {"size": 8, "order": order}}) for order in ("shuffled", "shared")}
    found = in_turns({"full": Case(SHAPES[1], {}).seconds, **{order: case.seconds for order, case in orders.items()}})
    for order in orders:
        yield f"{order} batches of 8 ÷ full batch, 2-32-1", ratio(found, "full", order), ">=", 0.8
