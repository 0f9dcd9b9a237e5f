"""The files of a folder that hold spans of runs: their names, and how to look at a folder in which others may be working."""

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from ..arrays import Span
from ..disk.folders import names_within

SHARD_NAME = re.compile(r"([0-9]{12})-([0-9]{12})-([0-9a-f]{16})\.parquet")

Read = TypeVar("Read")
LOOKS = 5  # how often to look at a folder in which another process merges files


class Shard(NamedTuple):
    """A file with the rows of runs start ... stop - 1, and the hash that its content must have.

    Thousands are listed and compared at a time, so paths are made only for those that are opened.
    """

    start: int
    stop: int
    content_hash: str
    folder: Path

    @property
    def span(self) -> Span:
        """The runs that its name states."""
        return self.start, self.stop

    @property
    def path(self) -> Path:
        """The path of the file."""
        return self.folder / f"{span_name(self.start, self.stop)}-{self.content_hash}.parquet"


def span_name(start: int, stop: int) -> str:
    """The beginning of the name of a file with runs start ... stop - 1."""
    return f"{start:012d}-{stop:012d}"


def named(folder: Path, name: str) -> Shard | None:
    """The shard that a file's name describes; None if the name is not that of a span of runs."""
    match = SHARD_NAME.fullmatch(name)
    return Shard(int(match[1]), int(match[2]), match[3], folder) if match else None


def spans_in(folder: Path) -> list[Shard]:
    """The files of a folder that hold spans of runs, in order, with a larger span before those within it.

    OSError if the folder cannot be read, so that files that cannot be seen are not taken for missing.
    """
    files = filter(None, (named(folder, name) for name in names_within(folder)))
    return sorted(files, key=lambda file: (file.start, -file.stop, file.content_hash))


def gaps(spans: Sequence[Span], runs: int) -> list[Span]:
    """The runs among 0 ... runs - 1 that are in none of the spans, which must be ascending and apart."""
    starts, stops = [0, *(stop for _, stop in spans)], [*(start for start, _ in spans), runs]
    return [(start, stop) for start, stop in zip(starts, stops, strict=True) if start < stop]


def runs_in(spans: Iterable[Span]) -> int:
    """How many runs are in spans that are apart."""
    return sum(stop - start for start, stop in spans)


def what_follows(path: Path, missing: list[Span]) -> str:
    """What will happen to the content of a file that was removed."""
    shard = named(path.parent, path.name)
    if shard is None:
        return "removed; the next report makes it again"
    again = any(start < shard.stop and shard.start < stop for start, stop in missing)
    return f"runs {shard.start} to {shard.stop - 1} are trained again" if again else "removed; its runs are in other files"


def until_stable(look: Callable[[], Read]) -> Read:
    """What `look` returns once two calls agree. A single look while files are merged may see neither old files nor new."""
    found = look()
    for _ in range(LOOKS):
        before, found = found, look()
        if found == before:
            break
    return found


def retry_if_gone(look: Callable[[], Read]) -> Read:
    """What `look` returns. If a file is gone that it wants to open, since another process merged it, look again."""
    for _ in range(LOOKS - 1):
        try:
            return look()
        except FileNotFoundError:
            continue
    return look()
