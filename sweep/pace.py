"""How large batches are: as long as BATCH_SECONDS, as far as one knows, and no larger than memory allows."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from ..kernels import lanes_of
from ..results.store import Span
from .costs import LEAST_SECONDS, Costs, costs_of, guesses, weights
from .plan import Plan

BATCH_SECONDS = 0.5
MOST_RUNS = 2**18
ROUNDING = 1e-6  # of runs, by which looking costs up and backwards may be off
MOST_NUMBERS = 2**23  # of records and weights in one batch


class Pace:
    """How long runs take: what was estimated, or else guessed, corrected for each network shape by its last batch."""

    def __init__(self, plan: Plan, costs: Costs | None = None):
        self._plan = plan
        self._costs = costs or costs_of(plan, guesses(plan))
        self._factors: dict[int, float] = {}

    def runs(self, start: int) -> int:
        """How many runs from `start` on make a batch of about BATCH_SECONDS."""
        call = self._plan.arguments(np.array([start]))
        factor = self._factors.get(self._plan.shape_of(start), 1.0)
        least = 4 * lanes_of(call["dtype"])  # a batch ends with lanes running empty; below this most of it would
        wanted = max(int(self._costs.runs(start, BATCH_SECONDS / factor) + ROUNDING), least)
        return int(min(wanted, max(MOST_NUMBERS // numbers(self._plan, call), 1), MOST_RUNS))

    def learn(self, start: int, runs: int, seconds: float) -> None:
        """A batch of `runs` runs from `start` on took this long."""
        expected = self._costs.of((start, start + runs))
        self._factors[self._plan.shape_of(start)] = max(seconds, runs * LEAST_SECONDS) / expected


def numbers(plan: Plan, call: dict[str, Any]) -> float:
    """How many numbers are kept of a run beside its row."""
    record, at = plan.spec.record, plan.record_at
    share = 1.0 if record.runs is None else min(record.runs / plan.runs, 1.0)
    return 1 + (0 if at is None else 5 * share * (len(at) + 1)) + (weights(call) if record.weights else 0)


def batches(plan: Plan, missing: Iterable[Span], pace: Pace) -> Iterator[Span]:
    """The missing runs in spans of one network shape, each about as long as `pace` says by then."""
    shapes = plan.shapes()
    for start, stop in missing:
        at = start
        while at < stop:
            end = min(stop, shapes[plan.shape_of(at)][1], at + pace.runs(at))
            yield at, end
            at = end
