"""How a sweep is going, as plain values for the page that shows it: from its folder alone, which may be in use."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from backsweep.errors import ResultsError
from backsweep.outcomes import OUTCOMES

from ..analysis.names import shown_names
from ..store.fresh_rows import FreshRows
from ..store.manifest import COPY, MANIFEST, has_manifest, read_manifest
from ..store.schema import Manifest
from ..store.writer import writer_of
from .counts import TOGETHER, CountedRuns
from .maps import live_maps

BEGINNING, TRAINING, STOPPED, ENDED, UNREADABLE = "beginning", "training", "stopped", "ended", "unreadable"


class LiveProgress:
    """A folder of results, read on at each look. clock: gives the seconds of processor time that looking took."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.thread_time):
        self._path, self._clock = path, clock
        self._manifest: Manifest | None = None
        self._stamps: list[tuple[int, ...] | None] = []
        self.values: dict[str, Any] = {"state": BEGINNING}

    @property
    def is_training(self) -> bool:
        """Whether a process trained runs there at the last look, or is about to."""
        return self.values["state"] in {BEGINNING, TRAINING}

    @property
    def is_there(self) -> bool:
        """Whether there was a folder of results at the last look."""
        return self.values["state"] != BEGINNING

    @property
    def is_read(self) -> bool:
        """Whether the last look read all files that were there; damaged ones count as read."""
        return not self._fresh.behind

    def look(self, seconds: float) -> dict[str, Any]:
        """The values now. seconds: after so many of processor time it reads no further file; the next look goes on.

        state: beginning (there is no folder of results yet), training, stopped (runs are missing, and nobody trains them),
        ended, or unreadable. at: the time. name, runs: of the sweep. done: how many of its runs are; counted: how many of
        these are in what follows. rate: run-epochs per second lately, and left: seconds; None where nobody knows. outcomes:
        counted runs by outcome. converge: whether any converged; maps: those of `maps.live_maps`, as plain values.
        """
        try:
            self.values = self._look(seconds)
        except (OSError, ResultsError, MemoryError):
            self.values = {**self.values, "state": UNREADABLE}
        self.values["at"] = datetime.now(UTC).isoformat(timespec="milliseconds")
        return self.values

    def _look(self, seconds: float) -> dict[str, Any]:
        if not has_manifest(self._path):
            return {"state": BEGINNING}
        self._open()
        self._count(self._clock() + seconds)
        writer, done, runs = writer_of(self._path), self._fresh.done, self._fresh.runs
        return {
            "state": TRAINING if writer else ENDED if done == runs else STOPPED,
            "name": self._name,
            "runs": runs,
            "done": done,
            "rate": writer and writer.rate,
            "left": writer and writer.left and max(writer.at + writer.left - time.time(), 0.0),
            **self._found,
        }

    def _open(self) -> None:
        """Begin to count, anew if the sweep in the folder is another one than at the last look."""
        stamps = [_stamp(self._path / name) for name in (MANIFEST, COPY)]
        if stamps == self._stamps:  # reading a manifest again may take as long as a look
            return
        manifest, _ = read_manifest(self._path)
        if self._manifest is None or _sweep_of(manifest) != _sweep_of(self._manifest):
            self._fresh = FreshRows(self._path, manifest)
            self._counted = CountedRuns([axis.name for axis in manifest.axes])
            self._shown, self._name = shown_names(manifest.axes), manifest.name
            self._found = NOTHING
        self._manifest, self._stamps = manifest, stamps

    def _count(self, until: float) -> None:
        """Count rows that are new, and find anew what the counts say if there are any. Small files are counted together."""
        held: list[pa.Table] = []
        try:
            for table in self._fresh.tables(lambda: self._clock() < until):
                held.append(table)
                if sum(map(len, held)) >= TOGETHER:
                    ready, held = held, []
                    self._counted.add(pa.concat_tables(ready))
        finally:  # what was read is counted even if the next file cannot be, since it is not read again
            if held:
                self._counted.add(pa.concat_tables(held))
        if self._counted.runs > self._found["counted"]:
            self._found = self._findings()

    def _findings(self) -> dict[str, Any]:
        return {
            "counted": self._counted.runs,
            "outcomes": {name: int(count.sum()) for name, count in self._counted.whole.outcomes.items()},
            "converge": self._counted.converge,
            "maps": [found.values(self._counted.converge) for found in live_maps(self._counted, self._shown)],
        }


NOTHING: dict[str, Any] = {"counted": 0, "outcomes": dict.fromkeys(OUTCOMES, 0), "converge": False, "maps": []}


def _stamp(path: Path) -> tuple[int, ...] | None:
    """What changes when a file is replaced; None where there is none."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def _sweep_of(manifest: Manifest) -> tuple[object, ...]:
    return manifest.spec_hash, manifest.runs, manifest.axes
