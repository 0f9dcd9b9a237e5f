"""Batches -> rows, through joblib: train them on the workers, write them as they come back.

Threads by default: compiled code holds no lock, so they scale as processes do, without a second compilation and without
pickling. Only the spec and spans of run numbers travel to the workers, and tables come back; the one process that
started the sweep writes them. joblib's own batching is off: it misjudges tiny tasks and resumed ones.
"""

import time
import warnings
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Literal

from joblib import Parallel, delayed

from ..results.schema import Session
from ..results.store import Span, Store
from .batch import Batch, Failure, run_or_fail
from .machine import cpu_name, now, versions
from .pace import Pace, batches
from .plan import Plan
from .prepare import prepare
from .progress import Progress

Backend = Literal["threads", "processes"]
MOST_JOBS = 1024
JOBLIB_NAMES = {"threads": "threading", "processes": "loky"}


class BatchesFailed(Exception):  # noqa: N818
    """Some batches failed; all others are done and written."""


def execute(plan: Plan, store: Store, jobs: int, backend: Backend, progress: Progress) -> Session | None:
    """Run what is missing and write it, a shard a batch; the session's record, or None if nothing was missing.

    However it ends, what was written stays whole, and the session is put on record. BatchesFailed, once all others are
    done, if some failed.
    """
    missing = store.missing()
    if not missing:
        return None
    prepare(plan, jobs, progress)
    progress.start(plan.runs, store.done)
    started, begin = now(), time.perf_counter()
    runs, run_epochs, kernels, writing = 0, 0, 0.0, 0.0
    failures: list[Failure] = []
    try:
        for batch in _train_all(plan, missing, jobs, backend):
            if isinstance(batch, Failure):
                failures.append(batch)
                continue
            before = time.perf_counter()
            store.append(batch.rows, batch.records, batch.weights)
            writing += time.perf_counter() - before
            runs += len(batch.rows)
            run_epochs += batch.run_epochs
            progress.advance(len(batch.rows), batch.run_epochs, batch.converged)
            kernels += batch.seconds
    finally:
        session = Session(
            started=started,
            jobs=jobs,
            backend=backend,
            runs=runs,
            run_epochs=run_epochs,
            wall=time.perf_counter() - begin,
            kernels=kernels,
            writing=writing,
            versions=versions(),
            cpu=cpu_name(),
        )
        if runs:
            with suppress(OSError):  # a full disk has been, or will be, reported by the rows themselves
                store.add_session(session)
    if failures:
        raise BatchesFailed(_told(failures))
    return session


def _told(failures: list[Failure]) -> str:
    """A line for each reason, with the spans that it befell."""
    spans: dict[str, list[str]] = {}
    for (start, stop), reason in sorted(failures):
        spans.setdefault(reason, []).append(f"{start} to {stop - 1}")
    return "\n".join(f"runs {', '.join(some[:5])}{' ...' * (len(some) > 5)} failed: {why}" for why, some in spans.items())


def _train_all(plan: Plan, missing: list[Span], jobs: int, backend: Backend) -> Iterator[Batch | Failure]:
    """The batches in the order in which they are done.

    A single worker, too, is one beside this thread, which so can write, and be interrupted, at any time: joblib would train
    in this thread if n_jobs were 1, so it gets two and one task at a time.
    """
    pace = Pace(plan)
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
