"""Speed of the kernels, shape by shape, against what the same machine's own sigmoids and multiply-adds allow.

The ceiling of a shape counts, for each sample, a sigmoid for each unit, and multiply-adds: one forward for each weight;
backward, for each hidden unit, two for each weight that reads it (its gradient, and the slope carried down), three for the
sigmoid's slope, and one for the gradient of each weight of data; in the update two for each weight. Sigmoids and multiply-adds
are timed on rows in the nearest cache, by the kernel's own sigmoid, in turns with the training.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

import bare_kernel
import numpy as np

from backsweep.kernels import lanes_of, train
from backsweep.kernels.activations import ACTIVATIONS
from backsweep.kernels.compile import compiled
from backsweep.kernels.lanes import aligned, call, rows

ROUNDS = 9
SIGMOID_ROWS, SIGMOID_REPEATS, FMA_REPEATS = 128, 2_000, 300_000

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
    def multiply_adds(self) -> int:
        inputs, *hidden, outputs = self.widths
        weights = sum(a * b for a, b in zip(self.widths, self.widths[1:], strict=False))
        readers = [*hidden[1:], outputs]
        backward = sum(width * (2 * reader + 3) for width, reader in zip(hidden, readers, strict=True)) + inputs * hidden[0]
        return self.samples * (weights + backward) + 2 * weights

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


def timed(function: Callable) -> float:
    begin = time.perf_counter()
    function()
    return time.perf_counter() - begin


def sigmoid_seconds() -> float:
    """For one, on one core: float64."""
    lanes = lanes_of("float64")
    z, out = aligned("float64", SIGMOID_ROWS, lanes), aligned("float64", SIGMOID_ROWS, lanes)
    z[:] = np.random.default_rng(0).normal(size=z.shape)
    address = ACTIVATIONS["sigmoid"].forward.address("float64")
    _many(address, out, z, out, SIGMOID_ROWS, 1)
    return timed(lambda: _many(address, out, z, out, SIGMOID_ROWS, SIGMOID_REPEATS)) / (SIGMOID_REPEATS * z.size)


def fma_seconds() -> float:
    """For one, on one core: float64."""
    ring = bare_kernel.aligned(8)
    return timed(lambda: bare_kernel.many_fmas(ring, FMA_REPEATS)) / (FMA_REPEATS * ring.size)


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


def in_turns(cases: dict[str, Callable[[], float]]) -> dict[str, list[float]]:
    """The seconds of each case, over rounds in which they take turns; the first round, which may compile, does not count."""
    found: dict[str, list[float]] = {name: [] for name in cases}
    for round_ in range(ROUNDS + 1):
        for name, case in cases.items():
            seconds = case()
            if round_:
                found[name].append(seconds)
    return found


def ratio(found: dict[str, list[float]], above: str, below: str) -> float:
    """The median over rounds of one case's seconds to another's."""
    return statistics.median(a / b for a, b in zip(found[above], found[below], strict=True))


def shapes_against_their_ceilings() -> Iterator[Row]:
    for shape in SHAPES:
        found = in_turns(
            {
                "double": Case(shape, {}).seconds,
                "single": Case(shape, {"dtype": "float32"}).seconds,
                "sigmoid": sigmoid_seconds,
                "fma": fma_seconds,
            }
        )
        ceilings = [shape.sigmoids * s + shape.multiply_adds * f for s, f in zip(found["sigmoid"], found["fma"], strict=True)]
        share = statistics.median(ceiling / took for ceiling, took in zip(ceilings, found["double"], strict=True))
        yield f"{shape.name}, float64, one core, µs a run-epoch", statistics.median(found["double"]) * 1e6, "", None
        yield "  of the ceiling", share, ">=", 0.8
        yield "  float32 ÷ float64", ratio(found, "double", "single"), ">=", 1.8


def rules_and_batches() -> Iterator[Row]:
    found = in_turns({name: Case(SHAPES[0], {"optimizer": name}).seconds for name in ("gd", "adam")})
    yield "adam ÷ gd, 2-2-1", ratio(found, "gd", "adam"), ">=", 0.6
    shuffled = {"batch": {"size": 8, "order": "shuffled"}}
    found = in_turns({"full": Case(SHAPES[1], {}).seconds, "shuffled": Case(SHAPES[1], shuffled).seconds})
    yield "shuffled batches of 8 ÷ full batch, 2-32-1", ratio(found, "full", "shuffled"), ">=", 0.5
