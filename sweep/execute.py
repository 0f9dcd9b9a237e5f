"""Batches -> rows, through joblib: train them on the workers, write them as they come back.

Threads by default: compiled code holds no lock, so they scale as processes do, without a second compilation and without
pickling. Only the spec and spans of run numbers travel to the workers, and tables come back; the one process that
started the sweep writes them. joblib's own batching is off: it misjudges tiny tasks and resumed ones.
"""

import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

import numpy as np
import pyarrow as pa
from joblib import Parallel, delayed

from ..kernels import Training, compiled_before, train
from ..results.schema import CATEGORY, OUTCOMES, Session, runs_schema
from ..results.store import Span, Store
from .plan import Pace, Plan, batches, plan_of
from .progress import Progress
from .spec import Spec

Backend = Literal["threads", "processes"]
JOBLIB_NAMES = {"threads": "threading", "processes": "loky"}


class Batch(NamedTuple):
    """The rows of one span of runs, what they sum up to, and the seconds that the kernels took for them."""

    start: int
    rows: pa.Table
    run_epochs: int
    converged: int
    seconds: float


def run_batch(spec: Spec, span: Span) -> Batch:
    """Train the runs of a span, all of one network shape."""
    plan = plan_of(spec)
    runs = np.arange(*span)
    begin = time.perf_counter()
    training = train(**plan.arguments(runs), keep_weights=False)
    seconds = time.perf_counter() - begin
    return Batch(
        start=span[0],
        rows=table_of(plan, runs, training),
        run_epochs=int(training.epochs.sum(dtype=np.int64)),
        converged=int((training.outcome == "converged").sum()),
        seconds=seconds,
    )


def table_of(plan: Plan, runs: np.ndarray, training: Training) -> pa.Table:
    """The rows of these runs, with the columns of `results.schema`."""
    schema = runs_schema(plan.axes)
    columns = {
        **plan.columns(runs),
        "outcome": training.outcome,
        "epochs": training.epochs,
        "loss": training.loss,
        "accuracy": training.accuracy,
    }
    return pa.table([_column(columns[field.name], field.type) for field in schema], schema=schema)


def _column(values: np.ndarray, kind: pa.DataType) -> pa.Array:
    if kind == CATEGORY:
        codes = np.zeros(len(values), np.int8)
        for code, outcome in enumerate(OUTCOMES):
            codes[values == outcome] = code
        return pa.DictionaryArray.from_arrays(codes, list(OUTCOMES))
    if pa.types.is_dictionary(kind):
        return pa.array(values).dictionary_encode().cast(kind)
    return pa.array(values).cast(kind)


def execute(plan: Plan, store: Store, jobs: int, backend: Backend, progress: Progress) -> Session | None:
    """Run what is missing and write it, a shard a batch; the session's record, or None if nothing was missing.

    However it ends, what was written stays whole, and the session is put on record.
    """
    missing = store.missing()
    if not missing:
        return None
    _prepare_kernels(progress)
    progress.start(plan.runs, plan.runs - sum(stop - start for start, stop in missing))
    started, begin = datetime.now(UTC).isoformat(timespec="seconds"), time.perf_counter()
    runs, run_epochs, kernels, writing = 0, 0, 0.0, 0.0
    try:
        for batch in _train_all(plan, missing, jobs, backend):
            before = time.perf_counter()
            store.append(batch.rows)
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
        )
        if runs:
            with suppress(OSError):  # a full disk has been, or will be, reported by the rows themselves
                store.add_session(session)
    return session


def _prepare_kernels(progress: Progress) -> None:
    """Compile or load them once, before the workers need them."""
    if not compiled_before():
        progress.say("compiling the kernels, once on this machine ...")
    train([[0.0]], [[0.0]], hidden=1, epochs=1)


def _train_all(plan: Plan, missing: list[Span], jobs: int, backend: Backend) -> Iterator[Batch]:
    """The batches in the order in which they are done.

    A single worker, too, is one beside this thread, which so can write, and be interrupted, at any time: joblib would train
    in this thread if n_jobs were 1, so it gets two and one task at a time.
    """
    pace = Pace(plan)
    options: dict[str, Any] = {"batch_size": 1, "pre_dispatch": 2 * jobs if jobs > 1 else 1, "return_as": "generator_unordered"}
    parallel: Any = Parallel(n_jobs=max(jobs, 2), backend=JOBLIB_NAMES[backend], **options)
    for batch in parallel(delayed(run_batch)(plan.spec, span) for span in batches(plan, missing, pace)):
        pace.learn(batch.start, len(batch.rows), batch.seconds)
        yield batch
