"""The rows of a folder as they land: each is read once, whichever files come to hold it while files are merged."""

from bisect import insort
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import groupby, takewhile
from pathlib import Path

import pyarrow as pa

from backsweep.errors import DamageError

from ..arrays import Span
from .block_rows import as_in_table
from .file_kinds import kinds_of
from .schema import Manifest
from .shards import Shard, gaps, runs_in, spans_in


class FreshRows:
    """Reads the rows of runs that it has not read before. It takes no lock, and leaves out what is damaged.

    runs: how many the sweep has. done: how many of them have a file, as of the last look. read: how many of these were read.
    behind: whether the last look left files for the next.
    """

    def __init__(self, path: Path, manifest: Manifest):
        self._shards, self.runs = path / "shards", manifest.runs
        self._manifest, self._numbering, self._blocks = manifest, manifest.numbering, manifest.all_blocks
        self._kinds = [kinds_of(manifest, block)["shards"] for block in self._blocks]
        self._known: set[Shard] = set()
        self._spans: list[Span] = []
        self._fresh: list[Shard] = []
        self.done = 0

    @property
    def read(self) -> int:
        """How many runs were read."""
        return runs_in(self._spans)

    @property
    def behind(self) -> bool:
        """Whether files are left that had new rows at the last look."""
        return not self._known.issuperset(self._fresh)

    def tables(self, more: Callable[[], bool] = lambda: True) -> Iterator[pa.Table]:
        """The rows that are new, file by file. more: whether to read another file, asked after each; what is read is given.

        Files of a block come in the order of their hashes, so that those of a part are spread over it.
        """
        files = spans_in(self._shards)
        self.done = runs_in(_apart([file.span for file in files]))
        self._known &= set(files)
        unknown = sorted(set(files) - self._known, key=lambda file: (self._block_of(file), file.content_hash))
        self._known.update(file for file in unknown if not self._new(file.span))
        self._fresh = [file for file in unknown if file not in self._known]
        some = takewhile(lambda file: file == self._fresh[0] or more(), self._fresh)
        with suppress(FileNotFoundError):  # files were merged into another, which the next look finds
            for file, table in zip(self._fresh, self._tables(some), strict=False):
                new = self._new(file.span)
                self._known.add(file)
                if new and not isinstance(table, DamageError):
                    insort(self._spans, file.span)
                    self._spans = _apart(self._spans)
                    yield pa.concat_tables(table.slice(start - file.start, stop - start) for start, stop in new)

    def _tables(self, files: Iterable[Shard]) -> Iterator[pa.Table | DamageError]:
        """The rows of files, with the columns of the table, or what is wrong with them; those of a block are read together."""
        for place, some in groupby(files, self._block_of):
            for table in self._kinds[place].tables(some):
                if self._manifest.blocks and not isinstance(table, DamageError):
                    yield as_in_table(table, self._blocks[place], self._manifest)
                else:
                    yield table

    def _block_of(self, file: Shard) -> int:
        return self._numbering.place_of(file.start)

    def _new(self, span: Span) -> list[Span]:
        """The parts of a span that were not read."""
        start, stop = span
        read = [(max(first, start) - start, min(end, stop) - start) for first, end in self._spans]
        inside = [(first, end) for first, end in read if first < end]
        return [(start + first, start + end) for first, end in gaps(inside, stop - start)] if stop <= self.runs else []


def _apart(spans: Sequence[Span]) -> list[Span]:
    """The same runs as the fewest spans. spans: ascending."""
    found: list[Span] = []
    for start, stop in spans:
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], stop)
        else:
            found.append((start, stop))
    return found
