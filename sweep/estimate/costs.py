"""What runs cost, in seconds of a worker, cumulated over the run number. Costs are guessed from the size of the network until
runs are timed.
"""

import heapq
from collections.abc import Iterable, Sequence

import numpy as np

from ...results.arrays import Floats, Integers, Span
from ..plan.plan import Plan
from ..plan.shape import Shape

MOST_GUESSES = 256  # a guess takes as long as checking a shape; the costs of the shapes in between are interpolated
LEAST_SECONDS = 1e-9  # per run, so that costs rise with every run and can be looked up backwards
CALL_SECONDS = 1e-3  # per call of the kernels, besides its epochs
# The seconds of a sigmoid and of a multiply-add, per lane, on a present-day core.
SIGMOID_SECONDS, FMA_SECONDS = 0.6e-9, 0.05e-9


class Costs:
    """Seconds of a worker, or whatever else runs cost, as a function of the run number, linear between points.

    runs: run numbers in ascending order, from the first to one past the last. seconds: what all runs before each of these take,
    in the same array shape.
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

    def through(self, spans: Sequence[Span], seconds: Sequence[float]) -> "Costs":
        """The same, scaled by what some spans, in ascending order, have taken. A run is like the span nearest to it."""
        middles = np.array([(start + stop) / 2 for start, stop in spans])
        borders = (middles[1:] + middles[:-1]) / 2
        runs = np.union1d(self._runs, borders)
        ratios = np.array([max(each, LEAST_SECONDS) / self.of(span) for span, each in zip(spans, seconds, strict=True)])
        parts = np.diff(np.interp(runs, self._runs, self._seconds)) * ratios[np.searchsorted(borders, runs[:-1], side="right")]
        return Costs(runs, np.concatenate([[0.0], np.cumsum(parts)]))


def costs_of(plan: Plan, seconds: Floats) -> Costs:
    """Costs that are equal for all runs of a shape. seconds: per run, one number for each of the plan's shapes."""
    ends = np.array([0, *(stop for _, stop in plan.shapes())])
    return Costs(ends, np.concatenate([[0.0], np.cumsum(np.diff(ends) * np.maximum(seconds, LEAST_SECONDS))]))


def guessed_costs(plan: Plan) -> tuple[Costs, Costs]:
    """The seconds that runs may take, and the most epochs that they can, where each cell may have its own limit on epochs."""
    starts, limits = np.array([start for start, _ in plan.shapes()]), plan.epoch_limits()
    borders = np.union1d(starts, plan.numbering.changes(limits))
    epochs, first = (limits[plan.numbering.cells_of(runs)] for runs in (borders, starts))
    shapes = np.searchsorted(starts, borders, side="right") - 1
    seconds = np.maximum(guesses(plan)[shapes] * epochs / first[shapes], LEAST_SECONDS)
    ends = np.append(borders, plan.runs)
    cumulated = (np.concatenate([[0.0], np.cumsum(np.diff(ends) * each)]) for each in (seconds, epochs))
    return Costs(ends, next(cumulated)), Costs(ends, next(cumulated))


def guesses(plan: Plan) -> Floats:
    """The seconds that a run of each network shape may take, (shapes,), from the size of the network and the limit on epochs.

    They include the run's share of the fixed time of a call of the kernels, since a shape may have few runs.
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


def runs_inside(shapes: Sequence[Span], spans: Sequence[Span]) -> Integers:
    """How many runs of each shape lie in some spans, (shapes,)."""
    ends = np.array([0, *(stop for _, stop in shapes)])
    counts = np.zeros(len(shapes), np.int64)
    for start, stop in spans:
        counts += np.diff(np.clip(ends, start, stop))
    return counts


def spread(count: int, most: int) -> Integers:
    """At most `most` of `count` places, evenly spread. If there are two or more, the first and the last are among them."""
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(np.int64))


def between(count: int, places: Integers, values: Floats) -> Floats:
    """`count` positive numbers, interpolated linearly in their logarithms from the values known at some places."""
    return np.exp(np.interp(np.arange(count), places, np.log(values)))


def makespan(lengths: Iterable[float], many: int) -> float:
    """When the last of `many` lanes or workers ends, if each takes the next piece of work as soon as it is free."""
    free = [0.0] * many
    for length in lengths:
        heapq.heapreplace(free, free[0] + length)
    return max(free)
