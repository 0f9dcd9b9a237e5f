"""How large batches are. A batch should take about BATCH_SECONDS, as far as is known, and no more memory than allowed."""

from collections.abc import Iterable, Iterator

from ...kernels import lanes_of
from ...results.store.store import Span
from ..plan.plan import Plan
from .costs import LEAST_SECONDS, Costs, costs_of, guesses

BATCH_SECONDS = 0.5
MOST_RUNS = 2**18
ROUNDING = 1e-6  # the error that adding costs and looking them up backwards may make
LEAST_FACTOR = 0.25  # for a shape of which no run has been trained yet
MOST_NUMBERS = 2**23  # of records and weights in one batch


class Pace:
    """How long runs take: the estimate, or else a guess, corrected by the last batch of each network shape."""

    def __init__(self, plan: Plan, costs: Costs | None = None):
        self._plan = plan
        self._costs = costs or costs_of(plan, guesses(plan))
        self._factors: dict[int, float] = {}
        self._lately = 1.0

    def runs(self, start: int) -> int:
        """How many runs from `start` on make a batch of about BATCH_SECONDS.

        A batch has whole shapes as long as they fit, because each cut leaves a call of the kernels with lanes that run empty.
        If a single shape does not fit, the batch has a part of it.
        """
        shapes, first = self._plan.shapes(), self._plan.shape_of(start)
        end, seconds, kept = start, 0.0, 0.0
        for shape in range(first, len(shapes)):
            stop = shapes[shape][1]
            seconds += self._costs.of((end, stop)) * self._factor(shape)
            kept += numbers(self._plan, end) * (stop - end)
            if seconds > BATCH_SECONDS * (1 + ROUNDING) or kept > MOST_NUMBERS or stop - start > MOST_RUNS:
                break
            end = stop
        return end - start or self._part(start, shapes[first][1])

    def _part(self, start: int, stop: int) -> int:
        """How many of the runs of one shape make a batch."""
        least = 4 * lanes_of(
            self._plan.shape(self._plan.shape_of(start)).dtype
        )  # a call ends with lanes running empty; below this most of it would
        seconds = BATCH_SECONDS / self._factor(self._plan.shape_of(start))
        wanted = max(int(self._costs.runs(start, seconds) + ROUNDING), least)
        return int(min(wanted, max(MOST_NUMBERS // numbers(self._plan, start), 1), MOST_RUNS, stop - start))

    def _factor(self, shape: int) -> float:
        """The factor by which runs of a shape take longer than thought, from its last batch, or else from the last of any
        shape.

        If other shapes were quick, only part of that counts, so that a batch does not last long because its neighbours converge
        early.
        """
        return self._factors.get(shape, max(self._lately, LEAST_FACTOR))

    def learn(self, span: Span, seconds: float) -> None:
        """Take into account that a batch of these runs took a worker this long."""
        self._lately = max(seconds, (span[1] - span[0]) * LEAST_SECONDS) / self._costs.of(span)
        first, last = self._plan.shape_of(span[0]), self._plan.shape_of(span[1] - 1)
        self._factors.update(dict.fromkeys(range(first, last + 1), self._lately))


def numbers(plan: Plan, run: int) -> float:
    """How many numbers are kept besides its row for a run, and for every other run of its shape."""
    record, at = plan.spec.record, plan.record_at
    share = 1.0 if record.runs is None else min(record.runs / plan.runs, 1.0)
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
