"""The files of a folder that hold spans of runs: their names, whether they can be believed, and which of them count."""

import errno
import re
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from .errors import InputError
from .files import whole
from .folders import entries_within, path_of

SHARD_NAME = re.compile(r"(\d{12})-(\d{12})-([0-9a-f]{16})\.parquet")

Span = tuple[int, int]  # runs start ... stop - 1
Read = TypeVar("Read")
LOOKS = 5  # at a folder in which another process merges files


class Shard(NamedTuple):
    """A file of the rows of runs start ... stop - 1, and the hash that its content must have."""

    start: int
    stop: int
    digest: str
    path: Path


def spans_in(folder: Path) -> list[Shard]:
    """The files of a folder that hold spans of runs, in order, a larger one before those within it.

    OSError if the folder cannot be read: what is not seen is not missing.
    """
    found = [(entry, SHARD_NAME.fullmatch(entry.name)) for entry in entries_within(folder)]
    spans = (Shard(int(name[1]), int(name[2]), name[3], path_of(entry)) for entry, name in found if name)
    return sorted(spans, key=lambda file: (file.start, -file.stop, file.digest))


def outermost(spans: Collection[Span], paths: dict[Span, Path]) -> list[Span]:
    """The spans, in order, that are not within another. InputError if two overlap otherwise."""
    found: list[Span] = []
    for start, stop in spans:
        if found and start < found[-1][1]:
            if stop > found[-1][1]:
                inside = paths[found[-1]].name
                raise InputError(f"{paths[start, stop]}: holds runs that {inside} holds too; remove one of the two")
            continue
        found.append((start, stop))
    return found


def gaps(spans: Sequence[Span], runs: int) -> list[Span]:
    """What spans, ascending and apart, leave of runs 0 ... runs - 1."""
    starts, stops = [0, *(stop for _, stop in spans)], [*(start for start, _ in spans), runs]
    return [(start, stop) for start, stop in zip(starts, stops, strict=True) if start < stop]


def settled(look: Callable[[], Read]) -> Read:
    """What is in a folder, once two looks agree: while files are merged, one may see neither the old nor the new."""
    found = look()
    for _ in range(LOOKS):
        before, found = found, look()
        if found == before:
            break
    return found


def steadily(look: Callable[[], Read]) -> Read:
    """What is in a folder whose files another process may just be merging into others."""
    for _ in range(LOOKS - 1):
        try:
            return look()
        except FileNotFoundError:
            continue
    return look()


def is_sound(file: Shard) -> bool:
    """Whether a file holds what its name says, and can be read at all."""
    try:
        whole(file.path, file.digest, "")
    except InputError:
        return False
    except OSError as error:
        if error.errno != errno.EIO:
            raise
        return False
    return True
