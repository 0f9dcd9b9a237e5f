"""When a worker may begin a batch: once its last one is on disk, so that whatever ends a sweep costs each worker one batch at
most.

joblib asks for the next batch as soon as one is trained, however long that one then waits to be written. So fast workers would
run ahead of a slow disk without limit, in memory too. joblib cannot be held up where it asks, because it asks while it holds a
lock that the writer needs to get at the batch. So each batch waits on its worker for a turn, which the writer gives back after
writing. Threads hand over what they have trained themselves (`handed_over.py`); processes wait up to a hundredth of a second
longer, until joblib looks for finished batches.

Workers on other machines do not wait: telling them would take longer than the work they do ahead.
"""

import multiprocessing
import os
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from ...results.disk.processes import birth

Done = TypeVar("Done")
_inherited: dict[str, Any] = {}  # what a worker process got from the process that started it


class Turns:
    """One turn for each worker. options: what joblib starts the workers with.

    Processes share a semaphore that they get at their start, because a task cannot bring one along. A killed process takes its
    turn with it, so the processes that replace it need new turns.
    """

    def __init__(self, backend: str, jobs: int):
        self._jobs = jobs
        self._ended = False
        self._free: Any = threading.Semaphore(jobs)
        self.options: dict[str, Any] = {}
        if backend == "processes":
            self._free = multiprocessing.get_context("loky").Semaphore(jobs)
            self.options = {"initializer": _begin, "initargs": (os.getpid(), birth(os.getpid()), self._free)}

    def __reduce__(self) -> tuple[Any, ...]:
        return _of_process, ()

    def __call__(self) -> bool:
        """On a worker: wait for a turn. Returns False if there will be none because the sweep has ended."""
        self._free.acquire()
        return not self._ended

    def give_back(self) -> None:
        """Give a turn back, once a batch is on disk."""
        self._free.release()

    def end(self) -> None:
        """Release the threads that wait. joblib ends processes."""
        self._ended = True
        for _ in range(2 * self._jobs):  # as many as joblib has handed out
            self._free.release()


def _of_process() -> Callable[[], bool] | None:
    return _inherited.get("turn")


def in_turn(turn: Callable[[], bool] | None, act: Callable[..., Done], *arguments: Any) -> Done | None:
    """On a worker: the result of `act`, called when its turn comes; None if the sweep has ended meanwhile."""
    return act(*arguments) if turn is None or turn() else None


def _begin(parent: int, born: str | None, free: Any) -> None:
    """On a new worker process: make it take turns, and end when its parent ends, whatever the cause.

    Otherwise it would wait for work for minutes.
    """
    _inherited["turn"] = free.acquire

    def watch() -> None:
        while birth(parent) == born:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
