"""Trains batches in threads of this process.

A thread gets its next batch once its last one is on disk. So whatever ends a sweep costs each thread one batch at most, and the
size of each batch goes by all that is known by then. joblib's threads ask for batches ahead of time, and joblib looks for
finished ones a hundred times per second, in which a single worker of half-second batches lost two hundredths of its time.
"""

import threading
from collections.abc import Callable, Generator, Iterator
from itertools import islice
from queue import Empty, SimpleQueue
from typing import TypeVar

from ...results.store.store import Span

Done = TypeVar("Done")
LOOK_SECONDS = 0.1  # on Windows Ctrl-C arrives only between two waits


def in_threads(spans: Iterator[Span], train: Callable[[Span], Done], threads: int) -> Generator[Done]:
    """What `train` returns for each span, as soon as it does. The caller asks for the next once the last one is on disk."""
    begin, done = SimpleQueue[Span | None](), SimpleQueue[Done | BaseException]()
    for _ in range(threads):
        threading.Thread(target=_work, args=(begin, done, train), daemon=True).start()
    try:
        busy = _hand_out(spans, begin, threads)
        while busy:
            found = _next(done)
            if isinstance(found, BaseException):
                raise found
            yield found
            busy += _hand_out(spans, begin, 1) - 1
    finally:
        for _ in range(threads):
            begin.put(None)


def _work(begin: "SimpleQueue[Span | None]", done: "SimpleQueue[Done | BaseException]", train: Callable[[Span], Done]) -> None:
    while (span := begin.get()) is not None:
        try:
            done.put(train(span))
        except BaseException as error:
            done.put(error)


def _hand_out(spans: Iterator[Span], begin: "SimpleQueue[Span | None]", most: int) -> int:
    """Let threads begin the next spans. Returns how many there were."""
    some = list(islice(spans, most))
    for span in some:
        begin.put(span)
    return len(some)


def _next(done: "SimpleQueue[Done]") -> Done:
    while True:
        try:
            return done.get(timeout=LOOK_SECONDS)
        except Empty:
            continue
