"""How large batches are: as long as BATCH_SECONDS, as far as one knows, and no larger than memory allows."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

import numpy as np

from ..kernels import lanes_of
from ..results.store import Span
from .plan import Plan

BATCH_SECONDS = 0.5
MOST_RUNS = 2**18
MOST_NUMBERS = 2**23  # of records and weights in one batch
# A sigmoid and a multiply-add, per lane, on a present-day core: only for the first batch of a shape.
SIGMOID_SECONDS, FMA_SECONDS = 0.6e-9, 0.05e-9


class Pace:
    """How long runs take, by network shape: a guess from the size of the network until a batch has been timed."""

    def __init__(self, plan: Plan):
        self._plan = plan
        self._seconds: dict[int, float] = {}

    def runs(self, start: int) -> int:
        """How many runs from `start` on make a batch of about BATCH_SECONDS."""
        call = self._plan.arguments(np.array([start]))
        seconds = self._seconds.get(self._plan.shape_of(start)) or _seconds(call)
        least = 4 * lanes_of(call["dtype"])  # a batch ends with lanes running empty; below this most of it would
        return int(min(max(BATCH_SECONDS / seconds, least), max(MOST_NUMBERS // self._numbers(call), 1), MOST_RUNS))

    def learn(self, start: int, runs: int, seconds: float) -> None:
        """A batch of `runs` runs from `start` on took this long."""
        self._seconds[self._plan.shape_of(start)] = max(seconds / runs, 1e-9)

    def _numbers(self, call) -> float:
        """How many numbers are kept of a run beside its row."""
        record, at = self._plan.spec.record, self._plan.record_at
        share = 1.0 if record.runs is None else min(record.runs / self._plan.runs, 1.0)
        weights = _weights(call) if record.weights else 0
        return 1 + (0 if at is None else 5 * share * (len(at) + 1)) + weights


def _weights(call) -> int:
    widths = (call["x"].shape[1], *call["hidden"], call["y"].shape[1])
    if call["shortcuts"]:
        return sum(width * sum(widths[:place]) for place, width in enumerate(widths))
    return sum(a * b for a, b in pairwise(widths))


def _seconds(call) -> float:
    """A guess at the time of one run."""
    units = sum(call["hidden"]) + call["y"].shape[1]
    epoch = len(call["x"]) * (units * SIGMOID_SECONDS + 3 * _weights(call) * FMA_SECONDS)
    return epoch * int(np.max(call["epochs"]))


def batches(plan: Plan, missing: Iterable[Span], pace: Pace) -> Iterator[Span]:
    """The missing runs in spans of one network shape, each about as long as `pace` says by then."""
    shapes = plan.shapes()
    for start, stop in missing:
        at = start
        while at < stop:
            end = min(stop, shapes[plan.shape_of(at)][1], at + pace.runs(at))
            yield at, end
            at = end
