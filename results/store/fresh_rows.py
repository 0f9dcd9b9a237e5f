"""The rows of a folder as they land: each is read once, whichever files come to hold it while files are merged."""

from bisect import insort
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from backsweep.errors import DamageError

from ..arrays import Span
from .file_kinds import kinds_of
from .schema import Manifest
from .shards import Shard, gaps, runs_in, spans_in


class FreshRows:
    """Reads the rows of runs that it has not read before. It takes no lock, and leaves out what is damaged.

    runs: how many the sweep has. done: how many of them have a file, as of the last look. read: how many of these were read.
    """

    def __init__(self, path: Path, manifest: Manifest):
        self._shards, self.runs = path / "shards", manifest.runs
        self._kind = kinds_of(manifest)["shards"]
        self._known: set[Shard] = set()
        self._spans: list[Span] = []
        self.done = 0

    @property
    def read(self) -> int:
        """How many runs were read."""
        return runs_in(self._spans)

    def tables(self, columns: Sequence[str]) -> Iterator[pa.Table]:
        """The rows that are new, with these columns at least, file by file; the caller may stop after any file.

        Files come in the order of their hashes, so that those of a part are spread over the sweep.
        """
        files = spans_in(self._shards)
        self.done = runs_in(_apart(files))
        self._known &= set(files)
        for file in sorted(set(files) - self._known, key=lambda file: file.content_hash):
            new = self._new(file.span)
            if new:
                try:
                    table = self._kind.read(file, columns)
                except FileNotFoundError:  # it was merged into another, which the next look finds
                    continue
                except DamageError:
                    self._known.add(file)
                    continue
                self._add(file.span)
                yield pa.concat_tables(table.slice(start - file.start, stop - start) for start, stop in new)
            self._known.add(file)

    def _new(self, span: Span) -> list[Span]:
        """The parts of a span that were not read."""
        start, stop = span
        read = [(max(first, start) - start, min(end, stop) - start) for first, end in self._spans]
        inside = [(first, end) for first, end in read if first < end]
        return [(start + first, start + end) for first, end in gaps(inside, stop - start)] if stop <= self.runs else []

    def _add(self, span: Span) -> None:
        insort(self._spans, span)
        self._spans = _apart_spans(self._spans)


def _apart(files: Sequence[Shard]) -> list[Span]:
    return _apart_spans([file.span for file in files])


def _apart_spans(spans: Sequence[Span]) -> list[Span]:
    """The same runs as the fewest spans. spans: ascending."""
    found: list[Span] = []
    for start, stop in spans:
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], stop)
        else:
            found.append((start, stop))
    return found
