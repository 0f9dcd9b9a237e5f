"""Passes on what threads have trained as soon as they have.

joblib looks for finished batches a hundred times per second, and a worker waits until its last batch is on disk
(`backpressure.py`). So a batch of a thirtieth of a second took up to a third longer. Threads therefore put what they have
trained into a queue, from which the writer takes it. Processes cannot do that: only joblib reaches them.

Where the system has no semaphores, joblib starts no threads: it acts when it is asked for a result, in the thread that asks.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

Done = TypeVar("Done")
Act = Callable[[], Done]
LOOK = 1  # seconds: on Windows, Ctrl-C does not interrupt a wait, but comes after it


class HandedOver:
    """The results of acts, in the order in which they end.

    `acts` is for joblib, which asks for one act at a time, in whatever thread; `results` is for the thread that writes.
    """

    def __init__(self, acts: Iterator[Act[Any]]):
        self._acts = acts
        self._begun = 0
        self._ended: SimpleQueue[Future[Any] | None] = SimpleQueue()  # None: no other act will begin

    def acts(self) -> Iterator[Act[None]]:
        """The acts, each of which puts its result into the queue."""
        while next_one := self._next_act():
            self._begun += 1
            yield next_one
        self._ended.put(None)

    def _next_act(self) -> Act[None] | None:
        """What puts the outcome of the next act into the queue; what prevents it goes there at once."""
        try:
            act = next(self._acts, None)
        except BaseException as error:  # raised again in the thread that writes
            self._begun += 1
            self._ended.put(_failed(error))
            return None
        return act and (lambda: self._ended.put(_outcome(act)))

    def results(self, asked: Iterator[Any]) -> Iterator[Any]:
        """The result of each act, or the exception that ended it. asked: what joblib returned for `acts`."""
        taken, more, by_threads = 0, True, self._begun > 0
        while more or taken < self._begun:
            if not by_threads:
                next(asked, None)
            outcome = self._next()
            if outcome is None:
                more = False
            else:
                taken += 1
                yield outcome.result()

    def _next(self) -> "Future[Any] | None":
        while True:
            with suppress(Empty):
                return self._ended.get(timeout=LOOK)


def _outcome(act: Act[Any]) -> "Future[Any]":
    outcome: Future[Any] = Future()
    try:
        outcome.set_result(act())
    except BaseException as error:  # raised again in the thread that writes
        return _failed(error)
    return outcome


def _failed(error: BaseException) -> "Future[Any]":
    outcome: Future[Any] = Future()
    outcome.set_exception(error)
    return outcome
