"""What a running sweep tells others: how fast it has been lately, and how long it will still take."""

import time
from collections import deque
from collections.abc import Callable

from ..progress import Progress

BEAT_SECONDS = 1.0
LATELY_SECONDS = 15.0


class Heartbeat:
    """Notes for `backsweep status`, at most one per BEAT_SECONDS."""

    def __init__(self, note: Callable[[float, float | None], None]):
        self._note = note
        self._marks = deque([(time.monotonic(), 0)])  # run-epochs at some recent times

    def beat(self, progress: Progress) -> None:
        """Leave a note if the last one is old."""
        now = time.monotonic()
        if now - self._marks[-1][0] < BEAT_SECONDS:
            return
        self._marks.append((now, progress.run_epochs))
        while now - self._marks[1][0] > LATELY_SECONDS:
            self._marks.popleft()
        then, before = self._marks[0]
        self._note((progress.run_epochs - before) / (now - then), progress.time_left)
