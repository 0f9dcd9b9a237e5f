"""What a session of work on a sweep has done so far, and the record of it for the manifest."""

import time
from collections import Counter

from backsweep.outcomes import Outcome

from ...results.store.schema import Estimate, Session
from ...results.store.store import Store
from ..machine import cpu_name, now, peak_memory, versions
from ..plan.batch import Batch
from .workers import Workers


class Tally:
    """Counts batches as it writes them; the session begins when this is made."""

    def __init__(self):
        self.started, self._begin = now(), time.perf_counter()
        self._runs, self._run_epochs, self._disk = 0, 0, 0
        self._kernels, self._writing = 0.0, 0.0
        self._outcomes = Counter[str]()

    def write(self, batch: Batch, store: Store) -> int:
        """Write a batch as one shard, and merge shards if there are many. Only what was written counts. Returns its bytes."""
        before = time.perf_counter()
        written = store.append(batch.rows, batch.records, batch.weights)
        if store.is_crowded():
            store.compact()
        self._writing += time.perf_counter() - before
        self._disk += written
        self._kernels += batch.kernels
        self._runs += len(batch.rows)
        self._run_epochs += batch.run_epochs
        self._outcomes.update(batch.outcomes)
        return written

    def session(self, workers: Workers, estimate: Estimate) -> Session:
        """The record of the session up to now."""
        wall = time.perf_counter() - self._begin
        return Session(
            started=self.started,
            jobs=workers.jobs,
            backend=workers.backend,
            runs=self._runs,
            run_epochs=self._run_epochs,
            wall=wall,
            kernels=self._kernels,
            writing=self._writing,
            elsewhere=max(workers.jobs * wall - self._kernels - self._writing, 0.0),
            outcomes={outcome: self._outcomes[outcome] for outcome in Outcome},
            disk=self._disk,
            memory=peak_memory(),
            estimate=estimate,
            versions=versions(),
            cpu=cpu_name(),
        )
