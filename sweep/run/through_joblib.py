"""Trains batches through joblib: in threads, in processes or on a cluster.

joblib's own batching is off, because it misjudges tiny tasks and resumed ones.
"""

import warnings
from collections.abc import Callable, Generator, Iterator
from functools import partial
from itertools import islice
from typing import Any, TypeVar

from joblib import Parallel, delayed, parallel_config

from ...results.arrays import Span
from .backpressure import Turns, in_turn
from .handed_over import HandedOver
from .workers import Workers

Done = TypeVar("Done")
ROUND = 8  # batches per worker, if joblib waits for all of them


def through_joblib(spans: Iterator[Span], train: Callable[[Span], Done], workers: Workers) -> Generator[Done]:
    """What `train` returns for each span, as soon as it does. The caller asks for the next once the last one is on disk.

    Even a single worker runs beside this thread, so that this thread can write, and be interrupted, at any time. With n_jobs =
    1 joblib would train in this thread, so it gets two jobs, and turns for one.
    """
    turns = Turns(workers.backend, workers.jobs)
    acts: Iterator[Callable[[], Any]] = (partial(in_turn, turns, train, span) for span in spans)
    handed_over = HandedOver(acts) if workers.backend == "threads" else None
    tasks = (delayed(act)() for act in (handed_over.acts() if handed_over else acts))
    with parallel_config(backend=workers.joblib, **workers.options, **turns.options):
        returned = _one_by_one(tasks, workers.jobs) if workers.streaming else _in_rounds(tasks, workers.jobs)
    try:
        for done in handed_over.results(returned) if handed_over else returned:
            yield done
            turns.give_back()
    finally:
        turns.end()
        with warnings.catch_warnings(action="ignore"):  # about batches that joblib has and nobody takes
            returned.close()


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
