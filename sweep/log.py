"""Progress as JSON, one object a line, for batch systems."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from ..results.store.schema import Estimate, Session
from ..results.store.store import Span
from .progress import LINE_SECONDS, Progress

LEDGER = {"runs", "run_epochs", "jobs", "backend", "wall", "kernels", "writing", "elsewhere", "disk", "memory"}


class JsonProgress(Progress):
    """A line for each event: started, progress every few seconds, remark, failed; at the end finished, interrupted or broken.

    Every line has `event` and `time`, in UTC as ISO 8601. Times left are null as long as they are not known.
    """

    def __init__(
        self, stream: TextIO, folder: Path, clock: Callable[[], float] = time.perf_counter, began: float | None = None
    ):
        super().__init__(clock, began)
        self._stream, self._folder = stream, folder
        self._last = clock()

    def start(self, total: int, earlier: int, work: float, estimate: Estimate) -> None:
        """Say what will be run, and what it is expected to take."""
        self._last = self._clock()
        super().start(total, earlier, work, estimate)
        self._emit("started", folder=str(self._folder), total=total, done=earlier, estimate=estimate.model_dump(mode="json"))

    def say(self, text: str) -> None:
        """A remark."""
        self._emit("remark", text=text)

    def fail(self, span: Span, reason: str, work: float) -> None:
        """Runs `first` to `last` failed."""
        super().fail(span, reason, work)
        self._emit("failed", first=span[0], last=span[1] - 1, reason=reason)

    def show(self) -> None:
        """How far it is, if the last line is old enough."""
        now = self._clock()
        if now - self._last >= LINE_SECONDS:
            self._last = now
            self._emit("progress", **self._counts(), seconds_left=self.time_left)

    def close(self, session: Session | None, done: int, total: int, failed: bool = False) -> None:
        """The end, with what it took (None: there was nothing to do), and whether some runs failed."""
        ledger = None if session is None else session.model_dump(mode="json", include=LEDGER)
        state = {"done": done, "total": total, "outcomes": dict(self.outcomes), "failed": failed}
        self._emit("finished", **state, warnings=self.warnings, ledger=ledger, stages=self.stages)

    def broken(self, reason: str) -> None:
        """The end by an error."""
        self._emit("broken", **self._counts(), reason=reason)

    def interrupted(self) -> None:
        """The end before the end."""
        self._emit("interrupted", **self._counts())

    def _counts(self) -> dict[str, Any]:
        counts = {"done": self.done, "total": self.total, "outcomes": dict(self.outcomes)}
        return {**counts, "run_epochs_per_second": round(self.rate)}

    def _emit(self, event: str, **fields: Any) -> None:
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        print(json.dumps({"event": event, "time": at, **fields}), file=self._stream, flush=True)
