"""Merges many small files into few, so that a folder keeps to MOST_FILES files, however many batches a sweep had.

Neighbouring files are written again as one, and removed once that is on disk. A process that dies in between leaves both. A
file whose runs are all in another one is superseded: nobody reads it, and the next writer removes it (`store.py`). The files
beside the rows are merged first, because rows count only if those are there.

A file that is large enough is left alone, so nothing is written more than a few times. Merging two at a time, like the levels
of a journal, wrote each row once more per doubling and left no fewer files.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from ..disk.places import HeldFolder
from .files import write_tables

MOST_FILES = 900
LARGE = 2**22  # bytes
LARGE_SHARE = 100  # and at least 1 / LARGE_SHARE of all bytes
GROUP_BYTES = 2**25  # of a row group, in memory


def neighbours(spans: Sequence[tuple[int, int]], sizes: Sequence[int], blocks: Sequence[int]) -> list[list[int]]:
    """The places of the files to merge: groups of files of a block that are not large yet, without gaps. spans: ascending."""
    large = max(LARGE, sum(sizes) // LARGE_SHARE)
    groups: list[list[int]] = [[]]
    held = 0
    for place, size in enumerate(sizes):
        group = groups[-1]
        gap = bool(group) and (spans[group[-1]][1], blocks[group[-1]]) != (spans[place][0], blocks[place])
        if gap or size >= large or held >= large:
            groups.append(group := [])
            held = 0
        if size < large:
            group.append(place)
            held += size
    return [group for group in groups if len(group) > 1]


def merge(folder: Path | HeldFolder, name: str, tables: Iterable[pa.Table]) -> None:
    """Write the rows of tables with one schema, in their order, as one file. It takes each table only when it needs it."""
    write_tables(folder, name, _groups(tables))


def _groups(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """The rows in tables of about GROUP_BYTES, so that memory does not grow with the files."""
    held: list[pa.Table] = []
    size = 0
    for table in tables:
        held.append(table)
        size += table.nbytes
        if size >= GROUP_BYTES:
            yield _one(held)
            held, size = [], 0
    if held:
        yield _one(held)


def _one(tables: list[pa.Table]) -> pa.Table:
    return pa.concat_tables(tables).unify_dictionaries().combine_chunks()
