"""Trains batches on the workers through joblib, and writes their rows as they come back.

Threads are the default: compiled code does not hold Python's lock, so threads scale as well as processes, without a second
compilation and without pickling. Only the spec and spans of run numbers travel to the workers, and tables come back. The one
process that started the sweep writes them.

If a worker process dies, joblib gives up everything in progress. What is on disk by then is not repeated, and the rest starts
again. The sweep ends only if workers die again and again without finishing a batch in between.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from functools import partial
from itertools import chain

from ...results.arrays import Span
from ...results.store.schema import Session
from ...results.store.store import Store
from ..estimate.forecast import Forecast
from ..estimate.pace import batches
from ..plan.batch import Batch, Failure, run_or_fail, sent
from ..plan.plan import Plan
from ..progress import Progress
from .heartbeat import Heartbeat
from .tally import Tally
from .through_joblib import through_joblib
from .workers import Workers

MOST_DEATHS = 3  # of workers, without a finished batch in between


class BatchesFailed(Exception):  # noqa: N818
    """Some batches failed; all others are done and written. `session` is their record."""

    def __init__(self, reason: str, session: Session):
        super().__init__(reason)
        self.session = session


class _WorkersLost(Exception):  # noqa: N818
    """No worker is left to train."""


def execute(
    plan: Plan, store: Store, workers: Workers, progress: Progress, forecast: Forecast, check_disk: Callable[[int], None]
) -> Session:
    """Train the missing runs and write one shard per batch. Returns the record of the session.

    The kernels must be compiled. However this ends, what was written stays whole, and the session is recorded in the manifest.
    If some batches failed, BatchesFailed is raised once all others are done. check_disk: raises an error if so many bytes do
    not fit; it is asked once the first batches say how many the others take.
    """
    progress.start(plan.runs, store.done, forecast.ahead, forecast.estimate)
    tally = Tally()
    store.note(tally.started)
    heartbeat = Heartbeat(partial(store.note, tally.started))
    failures: list[Failure] = []
    ended: list[str] = []
    try:
        for batch in _train_missing(plan, store, workers, progress, forecast):
            if isinstance(batch, Failure):
                failures.append(batch)
                progress.fail(*batch, forecast.work(batch.span))
            else:
                written = tally.write(batch, store)
                progress.advance(len(batch.rows), batch.run_epochs, batch.outcomes, forecast.work(batch.span))
                heartbeat.beat(progress)
                if forecast.learn(batch, written):
                    progress.expect(forecast.ahead, forecast.behind, forecast.estimate)
                    check_disk(forecast.disk_ahead)
    except _WorkersLost as error:
        ended.append(str(error))
    finally:
        session = tally.session(workers, forecast.estimate)
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


def _train_missing(
    plan: Plan, store: Store, workers: Workers, progress: Progress, forecast: Forecast
) -> Iterator[Batch | Failure]:
    """The batches in the order in which they are done. The caller writes each to disk before it asks for the next.

    _WorkersLost if workers died MOST_DEATHS times without a finished batch in between, or if a cluster gave up.
    """
    deaths = 0
    failed: list[Span] = []
    while missing := without(store.missing(), failed):
        try:
            for batch in _train(plan, missing, workers, forecast):
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


def _train(plan: Plan, missing: list[Span], workers: Workers, forecast: Forecast) -> Iterator[Batch | Failure]:
    """The same, as long as no worker dies."""
    first = forecast.first(missing)
    spans = chain(first, batches(without(missing, first), forecast.pace))
    given = plan if workers.backend == "threads" else sent(plan)
    yield from chain.from_iterable(through_joblib(spans, partial(run_or_fail, given), workers))


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
