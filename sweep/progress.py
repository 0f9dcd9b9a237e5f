"""What a sweep shows while it runs: a bar on a terminal, plain lines elsewhere, nothing when embedded."""

import time

from rich.console import Console
from rich.progress import BarColumn, TaskID, TextColumn
from rich.progress import Progress as Bar

LINE_SECONDS = 5.0


class Progress:
    """Counts runs as they are done. Silent itself; subclasses show."""

    def __init__(self):
        self.total = self.earlier = self.runs = self.run_epochs = self.converged = 0
        self._begin = time.perf_counter()

    def start(self, total: int, earlier: int) -> None:
        """`total` runs in all, of which `earlier` were done before now."""
        self.total, self.earlier = total, earlier
        self._begin = time.perf_counter()
        self.show()

    def say(self, text: str) -> None:
        """Show a remark."""

    def advance(self, runs: int, run_epochs: int, converged: int) -> None:
        """Count runs, the updates that they took, and how many converged."""
        self.runs += runs
        self.run_epochs += run_epochs
        self.converged += converged
        self.show()

    def show(self) -> None:
        """Bring what is shown up to date."""

    def finish(self) -> None:
        """Leave the screen as it shall stay."""

    def line(self) -> str:
        """Runs done, run-epochs a second, share converged, time left."""
        seconds = max(time.perf_counter() - self._begin, 1e-9)
        done = self.earlier + self.runs
        parts = [f"{done:,} of {self.total:,} runs"]
        if self.runs:
            left = (self.total - done) * seconds / self.runs
            parts.append(f"{self.run_epochs / seconds / 1e6:.1f} M run-epochs/s")
            parts.append(f"{self.converged / self.runs:.1%} converged")
            parts.append(f"{_duration(left)} left" if left else f"{_duration(seconds)} in all")
        return " · ".join(parts)


class PlainProgress(Progress):
    """A line at the start, every few seconds, and at the end; for output that is no terminal."""

    def __init__(self, console: Console):
        super().__init__()
        self._console = console
        self._last = -LINE_SECONDS

    def say(self, text: str) -> None:
        """Print it."""
        self._console.print(text, highlight=False)

    def show(self) -> None:
        """Print a line if the last one is old enough."""
        now = time.perf_counter()
        if now - self._last >= LINE_SECONDS or self.earlier + self.runs == self.total:
            self._last = now
            self._console.print(self.line(), highlight=False, soft_wrap=True)


class BarProgress(Progress):
    """A bar that stays in place."""

    def __init__(self, console: Console):
        super().__init__()
        self._bar = Bar(BarColumn(bar_width=30), TextColumn("{task.description}"), console=console)
        self._task: TaskID | None = None

    def say(self, text: str) -> None:
        """Print it above the bar."""
        self._bar.console.print(text, highlight=False)

    def show(self) -> None:
        """Move the bar."""
        if self._task is None:
            self._task = self._bar.add_task(self.line(), total=self.total)
            self._bar.start()
        self._bar.update(self._task, completed=self.earlier + self.runs, description=self.line())

    def finish(self) -> None:
        """Leave the bar where it is."""
        self._bar.stop()


def progress_on(console: Console) -> Progress:
    """A bar if the console is a terminal, else lines."""
    return BarProgress(console) if console.is_terminal else PlainProgress(console)


def _duration(seconds: float) -> str:
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
