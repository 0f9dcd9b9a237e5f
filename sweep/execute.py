"""Batches -> rows, through joblib: train them on the workers, write them as they come back.

Threads by default: compiled code holds no lock, so they scale as processes do, without a second compilation and without
pickling. Only the spec and spans of run numbers travel to the workers, and tables come back; the one process that
started the sweep writes them. joblib's own batching is off: it misjudges tiny tasks and resumed ones.
"""

import time
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Literal

from joblib import Parallel, delayed

from ..results.schema import Session
from ..results.store import Span, Store
from .batch import Batch, Failure, run_or_fail
from .estimate import Outlook
from .machine import cpu_name, now, peak_memory, versions
from .pace import Pace, batches
from .plan import Plan
from .progress import Progress
from .pulse import Pulse

Backend = Literal["threads", "processes"]
JOBLIB_NAMES = {"threads": "threading", "processes": "loky"}


class BatchesFailed(Exception):  # noqa: N818
    """Some batches failed; all others are done and written. `session` is their record."""

    def __init__(self, told: str, session: Session):
        super().__init__(told)
        self.session = session


def execute(plan: Plan, store: Store, jobs: int, backend: Backend, progress: Progress, outlook: Outlook) -> Session | None:
    """Run what is missing and write it, a shard a batch; the session's record, or None if nothing was missing.

    The kernels must be compiled. However it ends, what was written stays whole, and the session is put on record.
    BatchesFailed, once all others are done, if some failed.
    """
    missing, costs = store.missing(), outlook.costs
    if not missing:
        return None
    progress.start(plan.runs, store.done, sum(costs.of(span) for span in missing), outlook.estimate)
    started, begin = now(), time.perf_counter()
    runs, run_epochs, disk, kernels, writing = 0, 0, 0, 0.0, 0.0
    outcomes, pulse = Counter[str](), Pulse(store.path)
    failures: list[Failure] = []
    try:
        for batch in _train_all(plan, missing, jobs, backend, Pace(plan, costs)):
            if isinstance(batch, Failure):
                failures.append(batch)
                progress.fail(*batch)
                continue
            before = time.perf_counter()
            disk += store.append(batch.rows, batch.records, batch.weights)
            writing += time.perf_counter() - before
            kernels += batch.seconds
            runs += len(batch.rows)
            run_epochs += batch.run_epochs
            outcomes.update(batch.outcomes)
            progress.advance(len(batch.rows), batch.run_epochs, batch.outcomes, costs.of(batch.span))
            pulse.beat(progress)
    finally:
        wall = time.perf_counter() - begin
        session = Session(
            started=started,
            jobs=jobs,
            backend=backend,
            runs=runs,
            run_epochs=run_epochs,
            wall=wall,
            kernels=kernels,
            writing=writing,
            elsewhere=max(jobs * wall - kernels - writing, 0.0),
            outcomes=dict(outcomes),
            disk=disk,
            memory=peak_memory(),
            estimate=outlook.estimate,
            versions=versions(),
            cpu=cpu_name(),
        )
        if runs:
            with suppress(OSError):  # a full disk has been, or will be, reported by the rows themselves
                store.add_session(session)
    if failures:
        raise BatchesFailed(_told(failures), session)
    return session


def _told(failures: list[Failure]) -> str:
    """A line for each reason, with the spans that it befell."""
    spans: dict[str, list[str]] = {}
    for (start, stop), reason in sorted(failures):
        spans.setdefault(reason, []).append(f"{start} to {stop - 1}")
    return "\n".join(f"runs {', '.join(some[:5])}{' ...' * (len(some) > 5)} failed: {why}" for why, some in spans.items())


def _train_all(plan: Plan, missing: list[Span], jobs: int, backend: Backend, pace: Pace) -> Iterator[Batch | Failure]:
    """The batches in the order in which they are done.

    A single worker, too, is one beside this thread, which so can write, and be interrupted, at any time: joblib would train
    in this thread if n_jobs were 1, so it gets two and one task at a time.
    """
    options: dict[str, Any] = {"batch_size": 1, "pre_dispatch": 2 * jobs if jobs > 1 else 1, "return_as": "generator_unordered"}
    parallel: Any = Parallel(n_jobs=max(jobs, 2), backend=JOBLIB_NAMES[backend], **options)
    outputs = parallel(delayed(run_or_fail)(plan.spec, span) for span in batches(plan, missing, pace))
    try:
        for batch in outputs:
            if isinstance(batch, Batch):
                pace.learn(batch.span[0], len(batch.rows), batch.seconds)
            yield batch
    finally:
        with warnings.catch_warnings(action="ignore"):  # of batches thrown away when a sweep is interrupted
            outputs.close()
