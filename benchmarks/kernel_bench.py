"""Speed of the kernels, shape by shape, against what the same machine's own sigmoids and multiply-adds allow.

The ceiling of a shape counts, for each sample, a sigmoid for each unit, and multiply-adds: one forward for each weight;
backward, for each hidden unit, two for each weight that reads it (its gradient, and the slope carried down), three for the
sigmoid's slope, and one for the gradient of each weight of data; in the update two for each weight. Sigmoids and multiply-adds
share the core's pipes, so their times add up.

Rows that are loaded and stored go through other pipes, so they are a ceiling of their own, and the lower of the two counts. Of
them there are at least, for each four samples: each weight once forward, its gradient there and back, and once more to carry a
slope down; a hidden unit's outputs stored, loaded forward and backward, its slopes stored and loaded; in the update each
weight there and back, and its gradient.

All three are timed on rows in the nearest cache, sigmoids by the kernel's own, in turns with the training.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

import bare_kernel
import numpy as np

from backsweep.kernels import lanes_of, train
from backsweep.kernels.formulas.activations import ACTIVATIONS
from backsweep.kernels.lanes.calls import call
from backsweep.kernels.lanes.compile import compiled
from backsweep.kernels.lanes.operations import aligned, load, rows, store
from backsweep.kernels.lanes.vector import QUAD

ROUNDS = 9
CACHED_ROWS, SIGMOID_REPEATS, FMA_REPEATS, MOVE_REPEATS = 128, 2_000, 300_000, 10_000

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


@compiled
def _many(address, out, z, slopes, count, repeats):
    for _ in range(repeats):
        call(address, rows(out, 0), rows(z, 0), rows(slopes, 0), count)


@compiled
def _many_moves(out, z, repeats):
    for _ in range(repeats):
        for row in range(z.shape[0]):
            store(out, row, load(z, row))


def timed(function: Callable) -> float:
    """Seconds of the processor, of which none pass while others have the core."""
    begin = time.thread_time()
    function()
    return time.thread_time() - begin


def sigmoid_seconds() -> float:
    """For one, on one core: float64."""
    lanes = lanes_of("float64")
    z, out = aligned("float64", CACHED_ROWS, lanes), aligned("float64", CACHED_ROWS, lanes)
    z[:] = np.random.default_rng(0).normal(size=z.shape)
    address = ACTIVATIONS["sigmoid"].forward.address("float64")
    _many(address, out, z, out, CACHED_ROWS, 1)
    return timed(lambda: _many(address, out, z, out, CACHED_ROWS, SIGMOID_REPEATS)) / (SIGMOID_REPEATS * z.size)


def fma_seconds() -> float:
    """For one, on one core: float64."""
    ring = bare_kernel.aligned(8)
    return timed(lambda: bare_kernel.many_fmas(ring, FMA_REPEATS)) / (FMA_REPEATS * ring.size)


def move_seconds() -> float:
    """For one number loaded or stored, on one core: float64."""
    z, out = (aligned("float64", CACHED_ROWS, lanes_of("float64")) for _ in range(2))
    _many_moves(out, z, 1)
    return timed(lambda: _many_moves(out, z, MOVE_REPEATS)) / (MOVE_REPEATS * 2 * z.size)


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

    @property
    def ceiling(self) -> np.ndarray:
        """The least that it could take."""
        return np.maximum(self.sigmoids + self.multiply_adds, self.moves)

    @property
    def share(self) -> float:
        """Measured throughput over the ceiling's: the median over rounds."""
        return float(np.median(self.ceiling / self.took))


RATES = {"sigmoid": sigmoid_seconds, "fma": fma_seconds, "move": move_seconds}


def roof(shape: Shape, found: dict[str, list[float]]) -> Roof:
    """From rounds of `RATES` and of the training, "double"."""
    sigmoid, fma, move = (np.array(found[rate]) for rate in RATES)
    return Roof(np.array(found["double"]), shape.sigmoids * sigmoid, shape.multiply_adds * fma, shape.moves * move)


def shapes_against_their_ceilings() -> Iterator[Row]:
    for shape in SHAPES:
        single = Case(shape, {"dtype": "float32"}).seconds
        found = in_turns({"double": Case(shape, {}).seconds, "single": single, **RATES})
        yield f"{shape.name}, float64, one core, µs per run-epoch", statistics.median(found["double"]) * 1e6, "", None
        yield "  of the ceiling", roof(shape, found).share, ">=", 0.8
        yield "  float32 ÷ float64", ratio(found, "double", "single"), ">=", 1.8


def optimizers_and_batches() -> Iterator[Row]:
    found = in_turns({name: Case(SHAPES[0], {"optimizer": name}).seconds for name in ("gd", "adam")})
    yield "adam ÷ gd, 2-2-1", ratio(found, "gd", "adam"), ">=", 0.6
    shuffled = {"batch": {"size": 8, "order": "shuffled"}}
    found = in_turns({"full": Case(SHAPES[1], {}).seconds, "shuffled": Case(SHAPES[1], shuffled).seconds})
    yield "shuffled batches of 8 ÷ full batch, 2-32-1", ratio(found, "full", "shuffled"), ">=", 0.5
