"""A cache of data sets for the next batch that needs them: the latest ones, as many as memory allows."""

from collections.abc import Callable
from threading import Lock

from ..data.data import Task
from ..spec.make_data import AnyTask

MOST_BYTES, MOST_KEPT = 2**28, 64


class DataCache:
    """`make` with its latest results kept: at most MOST_KEPT, of at most MOST_BYTES together, but always the last one."""

    def __init__(self, make: Callable[[AnyTask], Task]):
        self._make = make
        self._kept: dict[AnyTask, Task] = {}
        self._lock = Lock()

    def __call__(self, task: AnyTask) -> Task:
        """The data of a task without axes."""
        with self._lock:
            found = self._kept.pop(task, None)
        found = found or self._make(task)
        with self._lock:
            self._kept[task] = found  # the latest one asked for is dropped last
            self._drop()
        return found

    def _drop(self) -> None:
        """Drop the results that were asked for longest ago."""
        while len(self._kept) > MOST_KEPT or (len(self._kept) > 1 and sum(map(_size, self._kept.values())) > MOST_BYTES):
            del self._kept[next(iter(self._kept))]


def _size(data: Task) -> int:
    return data.inputs.nbytes + data.targets.nbytes
