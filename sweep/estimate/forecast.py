"""What the missing runs will take: by arithmetic before they are begun, and then from the first batches.

Nothing is trained only to be timed. Timing a sample before the start took a tenth of a short sweep, and its rows were dropped,
although they were as good as any. So the first batches are the sample. Until they are back, runs are taken to use all their
epochs, and the files to have at least what they must; afterwards the other runs are taken to be like those nearest to them.
"""

import math
import time
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ...results.arrays import Span
from ...results.store.files import encoded
from ...results.store.schema import Estimate
from ...results.store.shards import runs_in
from ..machine import cores, peak_memory
from ..plan.batch import Batch
from ..plan.plan import Plan
from .costs import Costs, costs_of, guessed_costs, runs_inside
from .pace import COPIES, Pace, numbers

# On disk: of a file without rows, and of rows, records and weights, whose numbers differ in all their digits.
FILE_BYTES, ROW_BYTES, RECORD_BYTES, WEIGHT_BYTES = 2000, 6, 16, 7
HELD_BYTES, NUMBER_BYTES = 64, 8  # in memory: of a row, and of each number that is kept beside it
PATIENCE = "train.stop.patience"  # by itself no rule


class _Trained(NamedTuple):
    """What a batch took. disk: bytes that its rows, records and weights add to files; empty: bytes of files of one row.

    memory: bytes of its tables.
    """

    span: Span
    seconds: float
    run_epochs: int
    disk: int
    empty: int
    memory: int


class Forecast:
    """What is known of the missing runs while they are trained.

    estimate: of all that was missing at the start. pace: how large batches should be.
    """

    def __init__(self, plan: Plan, missing: Sequence[Span], jobs: int, *, here: bool = True):
        """here: the workers share this machine's cores; otherwise each has a core of its own."""
        self._plan, self._missing, self._jobs = plan, missing, jobs
        self._workers = min(jobs, cores()) if here else jobs
        self._seconds, self._epochs = guessed_costs(plan)
        self._disk = _least_disk(plan)
        self._trained: list[_Trained] = []
        self._began = time.perf_counter()
        self.pace = Pace(plan)
        self._first = len(self.pace.spread(missing))
        self.estimate = self._estimate()

    @property
    def _is_guess(self) -> bool:
        """Whether some of the first batches, or without them the very first one, are not back yet."""
        return len(self._trained) < max(self._first, 1)

    def first(self, missing: Sequence[Span]) -> list[Span]:
        """The batches to train before the others that are missing now."""
        return self.pace.spread(missing) if self._is_guess else []

    def work(self, span: Span) -> float:
        """The seconds of a worker that runs cost, as far as is known now."""
        return self._seconds.of(span)

    @property
    def behind(self) -> float:
        """The work of the first batches."""
        return sum(self.work(one.span) for one in self._trained)

    @property
    def ahead(self) -> float:
        """The work of all other runs."""
        return sum(map(self.work, self._missing)) - self.behind

    @property
    def disk_ahead(self) -> int:
        """The bytes that files of all other runs add to those of the first batches."""
        return max(self.estimate.disk - sum(one.disk + one.empty for one in self._trained), 0)

    def learn(self, batch: Batch, disk: int) -> bool:
        """Take a batch into account. disk: bytes written. Returns whether this changes the estimate and the work, as the last
        of the first batches does.
        """
        self.pace.learn(batch.span, batch.seconds, batch.run_epochs)
        if not self._is_guess:
            return False
        tables = [table for table in (batch.rows, batch.records, batch.weights) if table is not None]
        empty = sum(len(encoded(table.slice(0, 1))) for table in tables)
        memory = sum(table.nbytes for table in tables)
        self._trained.append(_Trained(batch.span, batch.seconds, batch.run_epochs, max(disk - empty, 0), empty, memory))
        if self._is_guess:
            return False
        self._know()
        return True

    def _know(self) -> None:
        """Replace guesses by what the first batches took."""
        trained = sorted(self._trained)
        spans = [one.span for one in trained]
        self._seconds = self._seconds.through(spans, [one.seconds for one in trained])
        self._epochs = self._epochs.through(spans, [one.run_epochs for one in trained])
        self._disk = self._disk.through(spans, [one.disk for one in trained])
        if self._first:
            self.pace.know(self._seconds)
        self.estimate = self._estimate()

    def _estimate(self) -> Estimate:
        plan, trained, runs = self._plan, self._trained, runs_in(self._missing)
        largest = min(self.pace.runs(self._missing[0][0]), runs)
        if trained:
            held = sum(one.memory for one in trained) / runs_in(one.span for one in trained)
            files = math.ceil(runs / largest) * max(one.empty for one in trained)
        else:
            held = HELD_BYTES + NUMBER_BYTES * numbers(plan, self._missing[0][0])
            files = FILE_BYTES
        ahead = runs_inside(plan.shapes(), self._missing)
        return Estimate(
            jobs=self._jobs,
            runs=runs,
            cells=plan.cells,
            shapes=int(np.count_nonzero(ahead)),
            timed=int(np.count_nonzero(runs_inside(plan.shapes(), [one.span for one in trained]))),
            cut=not trained,
            run_epochs=round(sum(map(self._epochs.of, self._missing))),
            seconds=time.perf_counter() - self._began + self.ahead / self._workers,
            disk=round(sum(map(self._disk.of, self._missing)) + files),
            memory=round(peak_memory() + self._jobs * largest * held * COPIES),
        )


def _least_disk(plan: Plan) -> Costs:
    """The bytes on disk that runs take at least: rules that end runs early may leave each with one record."""
    record = plan.spec.record
    share = plan.numbering.recorded / plan.runs
    rules = ("train.stop.", "train.stall.")
    ends_early = any(key.startswith(rules) and value is not None for key, value in plan.spec.settings() if key != PATIENCE)
    records = 0 if plan.record_at is None else 1 if ends_early else len(plan.record_at)
    weights = plan.sizes.weights if record.weights else 0
    return costs_of(plan, np.asarray(ROW_BYTES + share * (records * RECORD_BYTES + weights * WEIGHT_BYTES)))
