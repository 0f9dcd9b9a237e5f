"""Trains batches on the workers through joblib, and writes their rows as they come back.

Threads are the default: compiled code does not hold Python's lock, so threads scale as well as processes, without a second
compilation and without pickling. Only the spec and spans of run numbers travel to the workers, and tables come back. The one
process that started the sweep writes them. joblib's own batching is off, because it misjudges tiny tasks and resumed ones.

If a worker process dies, joblib gives up everything in progress. What is on disk by then is not repeated, and the rest starts
again. The sweep ends only if workers die again and again without finishing a batch in between.
"""

import warnings
from collections.abc import Iterator
from concurrent.futures import CancelledError
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from itertools import islice
from typing import Any

from joblib import Parallel, delayed, parallel_config

from ...results.store.schema import Session
from ...results.store.store import Span, Store
from ..estimate.estimate import Outlook
from ..estimate.pace import Pace, batches
from ..plan.batch import Batch, Failure, run_or_fail
from ..plan.plan import Plan
from ..progress import Progress
from .backends import Workers
from .heartbeat import Heartbeat
from .tally import Tally
from .turns import Turns, in_turn

MOST_DEATHS = 3  # of workers, without a finished batch in between
ROUND = 8  # batches per worker, if joblib waits for all of them


class BatchesFailed(Exception):  # noqa: N818
    """Some batches failed; all others are done and written. `session` is their record."""

    def __init__(self, reason: str, session: Session):
        super().__init__(reason)
        self.session = session


class _WorkersLost(Exception):  # noqa: N818
    """No worker is left to train."""


def execute(plan: Plan, store: Store, workers: Workers, progress: Progress, outlook: Outlook) -> Session:
    """Train the missing runs and write one shard per batch. Returns the record of the session.

    The kernels must be compiled. However this ends, what was written stays whole, and the session is recorded in the manifest.
    If some batches failed, BatchesFailed is raised once all others are done.
    """
    missing, costs = store.missing(), outlook.costs
    progress.start(plan.runs, store.done, sum(costs.of(span) for span in missing), outlook.estimate)
    tally, heartbeat = Tally(), Heartbeat(store.note)
    failures: list[Failure] = []
    ended: list[str] = []
    try:
        for batch in _train_missing(plan, store, workers, progress, Pace(plan, costs)):
            if isinstance(batch, Failure):
                failures.append(batch)
                progress.fail(*batch, costs.of(batch.span))
            else:
                tally.write(batch, store)
                progress.advance(len(batch.rows), batch.run_epochs, batch.outcomes, costs.of(batch.span))
                heartbeat.beat(progress)
    except _WorkersLost as error:
        ended.append(str(error))
    finally:
        session = tally.session(workers, outlook.estimate)
        if session.runs:
            with suppress(OSError):  # a full disk has been, or will be, reported by the rows themselves
                store.add_session(session)
    if failures or ended:
        raise BatchesFailed("\n".join([*_failure_lines(failures), *ended]), session)
    return session


def _failure_lines(failures: list[Failure]) -> list[str]:
    """A line for each reason, with the spans that failed because of it, joined where they are neighbours."""
    spans: dict[str, list[Span]] = {}
    for (start, stop), reason in sorted(failures):
        found = spans.setdefault(reason, [])
        follows = bool(found) and found[-1][1] == start
        found.append((found.pop()[0] if follows else start, stop))
    return [
        f"runs {', '.join(f'{start} to {stop - 1}' for start, stop in some[:5])}{' ...' * (len(some) > 5)} failed: {why}"
        for why, some in spans.items()
    ]


def _train_missing(plan: Plan, store: Store, workers: Workers, progress: Progress, pace: Pace) -> Iterator[Batch | Failure]:
    """The batches in the order in which they are done. The caller writes each to disk before it asks for the next.

    _WorkersLost if workers died MOST_DEATHS times without a finished batch in between, or if a cluster gave up.
    """
    deaths = 0
    failed: list[Span] = []
    while missing := without(store.missing(), failed):
        try:
            for batch in _train(plan, missing, workers, pace):
                deaths = 0
                failed += [batch.span] if isinstance(batch, Failure) else []
                yield batch
        except BrokenProcessPool as error:
            deaths += 1
            if deaths == MOST_DEATHS:
                reason = f"worker processes died {MOST_DEATHS} times in a row, perhaps for want of memory: {error}"
                raise _WorkersLost(reason) from None
            progress.warn("a worker process died; other workers train its batches again")
        except (Exception, CancelledError) as error:  # for example when a scheduler dies
            if workers.here:
                raise
            raise _WorkersLost(f"the cluster gave up: {type(error).__name__}: {error}") from None


def _train(plan: Plan, missing: list[Span], workers: Workers, pace: Pace) -> Iterator[Batch | Failure]:
    """The same, as long as no worker dies, each batch in its turn.

    Even a single worker runs beside this thread, so that this thread can write, and be interrupted, at any time. With n_jobs =
    1 joblib would train in this thread, so it gets two jobs, and turns for one.
    """
    spec = plan.spec if workers.backend == "threads" else plan.spec.to_json()
    turns = Turns(workers.backend, workers.jobs)
    tasks = (delayed(in_turn)(turns, run_or_fail, spec, span) for span in batches(missing, pace))
    with parallel_config(backend=workers.joblib, **workers.options, **turns.options):
        outputs = _one_by_one(tasks, workers.jobs) if workers.streaming else _in_rounds(tasks, workers.jobs)
    try:
        for done in outputs:
            for batch in done:
                if isinstance(batch, Batch):
                    pace.learn(batch.span, batch.seconds)
                yield batch
            turns.give_back()
    finally:
        turns.end()
        with warnings.catch_warnings(action="ignore"):  # about batches that are thrown away when a sweep is interrupted
            outputs.close()


def _one_by_one(tasks: Iterator[Any], jobs: int) -> Any:
    options: dict[str, Any] = {"batch_size": 1, "pre_dispatch": 2 * jobs, "return_as": "generator_unordered"}
    return Parallel(n_jobs=max(jobs, 2), **options)(tasks)


def _in_rounds(tasks: Iterator[Any], jobs: int) -> Any:
    options: dict[str, Any] = {"batch_size": 1, "pre_dispatch": "all"}
    parallel: Any = Parallel(n_jobs=jobs, **options)

    def outputs() -> Iterator[Any]:
        while some := list(islice(tasks, ROUND * jobs)):
            yield from parallel(some)

    return outputs()


def without(spans: list[Span], taken: list[Span]) -> list[Span]:
    """The parts of `spans`, which are ascending and apart, that are in none of `taken`."""
    left: list[Span] = []
    cuts, at = sorted(taken), 0
    for start, stop in spans:
        while at < len(cuts) and cuts[at][0] < stop:
            first, end = cuts[at]
            left += [(start, first)] if start < first else []
            start = max(start, end)  # noqa: PLW2901
            if end > stop:  # it goes on in the next span
                break
            at += 1
        left += [(start, stop)] if start < stop else []
    return left
