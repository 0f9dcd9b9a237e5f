"""What runs cost: seconds of a worker, cumulated over the run number. They are guessed from the size of the network until
timed.
"""

import heapq
from collections.abc import Iterable

import numpy as np

from ...results.arrays import Floats, Integers
from ...results.store.store import Span
from ..plan.plan import Plan
from ..plan.shape import Shape

MOST_GUESSES = 256  # a guess takes as long as checking a shape; between these, shapes are taken to lie between their costs
LEAST_SECONDS = 1e-9  # of a run: costs rise with every run, so that they can be looked up backwards
CALL_SECONDS = 1e-3  # of a call of the kernels, beside its epochs
# A sigmoid and a multiply-add, per lane, on a present-day core.
SIGMOID_SECONDS, FMA_SECONDS = 0.6e-9, 0.05e-9


class Costs:
    """Seconds of a worker, as a function of the run number that is straight between points.

    runs: run numbers in ascending order, from the first to one past the last; seconds: of all runs before these, same shape.
    """

    def __init__(self, runs: Integers | Floats, seconds: Floats):
        self._runs, self._seconds = runs, seconds

    def of(self, span: Span) -> float:
        """The seconds for a span of runs."""
        start, stop = np.interp(span, self._runs, self._seconds)
        return float(stop - start)

    def runs(self, start: int, seconds: float) -> float:
        """How many runs from `start` on fill `seconds` seconds; no more than there are."""
        end = np.interp(np.interp(start, self._runs, self._seconds) + seconds, self._seconds, self._runs)
        return float(end) - start


def costs_of(plan: Plan, seconds: Floats) -> Costs:
    """Costs that are the same for all runs of a shape: `seconds` per run, one number for each of the plan's shapes."""
    ends = np.array([0, *(stop for _, stop in plan.shapes())])
    return Costs(ends, np.concatenate([[0.0], np.cumsum(np.diff(ends) * np.maximum(seconds, LEAST_SECONDS))]))


def guesses(plan: Plan) -> Floats:
    """Seconds that a run of each network shape may take, (shapes,), from the size of the network and the limit on epochs.

    Its share of what a call of the kernels takes by itself is in them, for the runs of a shape may be few.
    """
    shapes = plan.shapes()
    chosen = spread(len(shapes), MOST_GUESSES)
    found = [guess(plan.shape(shape)) for shape in chosen]
    many = np.array([stop - start for start, stop in shapes])
    return between(len(shapes), chosen, np.array(found)) + CALL_SECONDS / many


def guess(shape: Shape) -> float:
    """A guess at the seconds of the first run of a network shape."""
    epoch = shape.samples * (shape.units * SIGMOID_SECONDS + 3 * shape.weights * FMA_SECONDS)
    return max(epoch * shape.epochs, LEAST_SECONDS)


def spread(count: int, most: int) -> Integers:
    """At most `most` of `count` places, the first and the last among them if there are two, evenly spread."""
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(np.int64))


def between(count: int, places: Integers, values: Floats) -> Floats:
    """`count` positive numbers, of which those at some places are known, on straight lines of their logarithms."""
    return np.exp(np.interp(np.arange(count), places, np.log(values)))


def makespan(lengths: Iterable[float], many: int) -> float:
    """When the last of `many` lanes or workers ends, if each takes the next piece of work as soon as it is free."""
    free = [0.0] * many
    for length in lengths:
        heapq.heapreplace(free, free[0] + length)
    return max(free)
