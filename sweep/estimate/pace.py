"""How large batches are. A batch should take about BATCH_SECONDS, as far as is known, and no more memory than allowed.

Nothing is timed before the first batch. Until one has come back, batches are FIRST_SHARE of that size by a guess, so that a
guess that is far too low costs little. Cells may differ a hundredfold, so slow ones after quick ones could make a batch of
minutes. Two things prevent that: the first batches of a longer sweep are spread over all of its runs, and no batch is so large
that it would take more than WORST batches' time if none of its runs ended early.
"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from ...kernels import lanes_of
from ...results.arrays import Span
from ..plan.plan import Plan
from .costs import LEAST_SECONDS, Costs, guessed_costs

BATCH_SECONDS = 0.5
FIRST_SHARE = 1 / 16  # of a batch, as long as no batch has come back
WORST = 8  # batches
SPREAD_SHARE = 0.5  # batches that are spread over the runs per batch's work, if they are at least so many and at most so many:
LEAST_SPREAD, MOST_SPREAD = 4, 16
MOST_RUNS = 2**18
COPIES = 4  # of a batch's rows: in the kernels' arrays, as columns, encoded, and waiting to be written
ROUNDING = 1e-6  # the error that adding costs and looking them up backwards may make
LEAST_FACTOR = 0.25  # for a shape of which no run has been trained yet
MOST_NUMBERS = 2**23  # of records and weights in one batch


class Pace:
    """How long runs take: known costs, or else a guess, corrected by the last batch of each network shape."""

    def __init__(self, plan: Plan, costs: Costs | None = None):
        self._plan = plan
        self._most, self._most_epochs = guessed_costs(plan)
        self._costs = costs or self._most
        self._factors: dict[int, float] = {}
        self._lately = 1.0 if costs else 1 / FIRST_SHARE
        self._slowness = 0.0

    def know(self, costs: Costs) -> None:
        """Replace the guess, and what was learned beside it."""
        self._costs, self._factors, self._lately = costs, {}, 1.0

    def spread(self, missing: Sequence[Span]) -> list[Span]:
        """The batches to train first, evenly spread over the missing work: none if there is too little of it."""
        work = np.cumsum([0.0, *(self._costs.of(span) for span in missing)])
        many = min(int(SPREAD_SHARE * work[-1] / BATCH_SECONDS), MOST_SPREAD)
        found: list[Span] = []
        for place in (np.arange(many) + 0.5) / many * work[-1] if many >= LEAST_SPREAD else ():
            k = int(np.searchsorted(work, place, side="right")) - 1
            start, stop = missing[k]
            begin = min(start + int(self._costs.runs(start, place - work[k])), stop - 1)
            if not found or begin >= found[-1][1]:
                found.append((begin, min(stop, begin + self.runs(begin))))
        return found

    def runs(self, start: int) -> int:
        """How many runs from `start` on make a batch of about BATCH_SECONDS.

        A batch has whole shapes as long as they fit, because each cut leaves a call of the kernels with lanes that run empty.
        If a single shape does not fit, the batch has a part of it.
        """
        shapes, first = self._plan.shapes(), self._plan.shape_of(start)
        end, seconds, worst, kept = start, 0.0, 0.0, 0.0
        for shape in range(first, len(shapes)):
            stop = shapes[shape][1]
            seconds += self._costs.of((end, stop)) * self._factor(shape)
            worst += self._most.of((end, stop)) * self._slowness
            kept += numbers(self._plan, end) * (stop - end)
            too_long = max(seconds, worst / WORST) > BATCH_SECONDS * (1 + ROUNDING)
            if too_long or kept > MOST_NUMBERS or stop - start > MOST_RUNS:
                break
            end = stop
        return end - start or self._part(start, shapes[first][1])

    def _part(self, start: int, stop: int) -> int:
        """How many of the runs of one shape make a batch."""
        least = 4 * lanes_of(
            self._plan.shape(self._plan.shape_of(start)).dtype
        )  # a call ends with lanes running empty; below this most of it would
        seconds = BATCH_SECONDS / self._factor(self._plan.shape_of(start))
        worst = WORST * BATCH_SECONDS / max(self._slowness, LEAST_SECONDS)
        fitting = min(self._costs.runs(start, seconds), self._most.runs(start, worst))
        wanted = max(int(fitting + ROUNDING), least)
        return int(min(wanted, max(MOST_NUMBERS // numbers(self._plan, start), 1), MOST_RUNS, stop - start))

    def _factor(self, shape: int) -> float:
        """The factor by which runs of a shape take longer than thought, from its last batch, or else from the last of any
        shape.

        If other shapes were quick, only part of that counts, so that a batch does not last long because its neighbours converge
        early.
        """
        return self._factors.get(shape, max(self._lately, LEAST_FACTOR))

    def learn(self, span: Span, seconds: float, run_epochs: int | None = None) -> None:
        """Take into account that a batch of these runs took a worker this long, and how many updates they made, if known."""
        self._lately = max(seconds, (span[1] - span[0]) * LEAST_SECONDS) / self._costs.of(span)
        first, last = self._plan.shape_of(span[0]), self._plan.shape_of(span[1] - 1)
        self._factors.update(dict.fromkeys(range(first, last + 1), self._lately))
        if run_epochs is not None:
            ended = self._most_epochs.of(span) / (run_epochs + span[1] - span[0])  # each run is also tested after its last
            self._slowness = seconds / self._most.of(span) * max(ended, 1.0)


def numbers(plan: Plan, run: int) -> float:
    """How many numbers are kept besides its row for a run, and for every other run of its shape."""
    record, at = plan.spec.record, plan.record_at
    share = plan.numbering.recorded / plan.runs
    kept = plan.shape(plan.shape_of(run)).weights if record.weights else 0
    return 1 + (0 if at is None else 5 * share * (len(at) + 1)) + kept


def batches(missing: Iterable[Span], pace: Pace) -> Iterator[Span]:
    """The missing runs in spans, each as long as `pace` says when it is asked for."""
    for start, stop in missing:
        at = start
        while at < stop:
            end = min(stop, at + pace.runs(at))
            yield at, end
            at = end
