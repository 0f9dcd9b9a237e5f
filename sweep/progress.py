"""What a sweep shows while it runs: a bar on a terminal, plain lines elsewhere, JSON for programs, and nothing when
embedded.
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, TextIO

from rich.console import Console
from rich.progress import BarColumn, TaskID, TextColumn
from rich.progress import Progress as Bar

from ..results.arrays import Span
from ..results.store.schema import Estimate, Session
from ..results.text.numbers import percent_text
from .output import say_on
from .text import duration, speed

LINE_SECONDS = 5.0
SESSION_FIELDS = {"runs", "run_epochs", "jobs", "backend", "wall", "kernels", "writing", "elsewhere", "disk", "memory"}


class Progress:
    """Counts runs as they are done. Silent itself; subclasses show.

    clock: gives seconds; began: what it said when the command began, whose whole time is accounted for; None: now.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter, began: float | None = None):
        self.total = self.earlier = self.runs = self.run_epochs = 0
        self.outcomes: Counter[str] = Counter()
        self.warnings: list[str] = []
        self.estimate: Estimate | None = None
        self._clock = clock
        self._ahead = self._behind = 0.0
        self._began = clock() if began is None else began
        self._begin = self._trained = clock()

    def start(self, total: int, earlier: int, work: float, estimate: Estimate) -> None:
        """`total` runs in all, of which `earlier` were done before now; the others are `work`, in any unit."""
        self.total, self.earlier, self.estimate = total, earlier, estimate
        self._ahead = work
        self._begin = self._trained = self._clock()
        self.show()

    def expect(self, ahead: float, behind: float, estimate: Estimate) -> None:
        """Replace the work that is left and the work since the start, in whatever unit it was, and the estimate."""
        self._ahead, self._behind, self.estimate = ahead, behind, estimate

    def say(self, text: str) -> None:
        """Show a remark."""

    def warn(self, text: str) -> None:
        """Show a remark now and, as one of `warnings`, at the end again."""
        self.warnings.append(text)
        self.say(text)

    def advance(self, runs: int, run_epochs: int, outcomes: Mapping[str, int], work: float) -> None:
        """Count runs, the updates that they took, how they ended, and how much of the work they were."""
        self.runs += runs
        self.run_epochs += run_epochs
        self.outcomes.update(outcomes)
        self._ahead -= work
        self._behind += work
        self._trained = self._clock()
        self.show()

    def fail(self, span: Span, reason: str, work: float) -> None:  # noqa: ARG002 - subclasses show the first two
        """Take note of runs that could not be trained, and of how much of the work they were."""
        self._ahead -= work

    def show(self) -> None:
        """Bring what is shown up to date."""

    def finish(self) -> None:
        """Leave the screen as it shall stay."""

    @property
    def done(self) -> int:
        """Runs done, earlier ones among them."""
        return self.earlier + self.runs

    @property
    def seconds(self) -> float:
        """Since the start."""
        return max(self._clock() - self._begin, 1e-9)

    @property
    def stages(self) -> dict[str, float]:
        """The seconds from the command's beginning until now: before runs were trained, meanwhile, and since the last was."""
        marks = self._began, self._begin, self._trained, self._clock()
        return dict(zip(("preparing", "training", "finishing"), (b - a for a, b in pairwise(marks)), strict=True))

    @property
    def rate(self) -> float:
        """Run-epochs per second."""
        return self.run_epochs / self.seconds

    @property
    def time_left(self) -> float | None:
        """The seconds that are left if work goes on as so far; None as long as there is nothing to judge by."""
        if self.done >= self.total:
            return 0.0
        return max(self._ahead, 0.0) * self.seconds / self._behind if self._behind else None

    def line(self) -> str:
        """Runs done, run-epochs per second, share converged, time left."""
        parts = [f"{self.done:,} of {self.total:,} runs"]
        left = self.time_left
        if self.runs:
            parts.append(f"{speed(self.rate)} run-epochs/s")
            parts.append(f"{percent_text(self.outcomes['converged'] / self.runs)} converged")
            parts.append(f"{duration(left)} left" if left else f"trained in {duration(self.seconds)}")
        elif self.estimate and left is None:
            parts.append(f"about {duration(self.estimate.seconds)} left")
        return " · ".join(parts)


class PlainProgress(Progress):
    """A line at the start, every few seconds, and at the end; for output that is no terminal."""

    def __init__(self, console: Console, began: float | None = None):
        super().__init__(began=began)
        self._console = console
        self._last = -LINE_SECONDS

    def say(self, text: str) -> None:
        """Print it."""
        say_on(self._console, text)

    def show(self) -> None:
        """Print a line if the last one is old enough."""
        now = time.perf_counter()
        if now - self._last >= LINE_SECONDS or self.done == self.total:
            self._last = now
            say_on(self._console, self.line())


class BarProgress(Progress):
    """A bar that stays in place."""

    def __init__(self, console: Console, began: float | None = None):
        super().__init__(began=began)
        self._bar = Bar(BarColumn(bar_width=30), TextColumn("{task.description}"), console=console)
        self._task: TaskID | None = None

    def say(self, text: str) -> None:
        """Print it above the bar."""
        say_on(self._bar.console, text)

    def show(self) -> None:
        """Move the bar."""
        if self._task is None:
            self._task = self._bar.add_task(self.line(), total=self.total)
            self._bar.start()
        self._bar.update(self._task, completed=self.done, description=self.line())

    def finish(self) -> None:
        """Leave the bar where it is."""
        self._bar.stop()


def progress_on(console: Console, began: float | None = None) -> Progress:
    """A bar if the console is a terminal, else lines. began: when the command did, by time.perf_counter."""
    return BarProgress(console, began) if console.is_terminal else PlainProgress(console, began)


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

    def close(self, session: Session | None, done: int, total: int, failed: bool = False, answer: Sequence[str] = ()) -> None:
        """The end, with what it took (None: there was nothing to do), whether some runs failed, and what the runs say."""
        did = None if session is None else session.model_dump(mode="json", include=SESSION_FIELDS)
        state = {"done": done, "total": total, "outcomes": dict(self.outcomes), "failed": failed}
        self._emit("finished", **state, warnings=self.warnings, session=did, stages=self.stages, answer=list(answer))

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
