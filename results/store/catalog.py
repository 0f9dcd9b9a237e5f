"""Which files of a folder of results count.

First their names decide: a shard counts if the records and weights of its runs are there too. Then their content decides, as
far as it is known. A file that anybody found damaged no longer counts. If two files hold the same runs, both are read: a file
whose runs are all in another one, with the same rows, was merged into that one. If two files overlap in any other way, as two
writers could leave them, the smaller one is dropped. If their rows differ, both are dropped, because nothing says which are
right, and training the runs again does.

Whatever readers leave out, `Store.heal` removes: a file is judged only here.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa

from backsweep.errors import DamageError

from ..arrays import Integers, Span
from .file_kinds import FileKind, kinds_of
from .same_rows import same_rows
from .schema import Manifest
from .shards import Shard, gaps, retry_if_gone, spans_in, until_stable

Found = TypeVar("Found")
Pairs = list[tuple[Shard, Shard]]  # a shard, and the file to look at, which has the same runs
Part = dict[Path, Shard]  # one file per folder, all with the same runs
RECORDS = "records"
THREADS = 4  # that examine files, because hashing and decoding release Python's lock


class Catalog:
    """The files in a folder of results that hold spans of runs, and what is known about them."""

    def __init__(self, path: Path, manifest: Manifest):
        self._path, self._manifest = path, manifest
        self._shards = path / "shards"
        self._runs = manifest.runs
        self._numbering = manifest.numbering
        self.folders = [path / name for name in ("shards", *manifest.beside)]
        self._damaged: dict[Path, tuple[tuple[int, ...], DamageError]] = {}
        self._agreeing: set[tuple[Path, Path]] = set()
        self._held: dict[Path, tuple[Path, pa.Table]] = {}

    @cached_property
    def _kinds(self) -> list[dict[str, FileKind]]:
        return [kinds_of(self._manifest, block) for block in self._manifest.all_blocks]

    def kind(self, folder: Path, run: int) -> FileKind:
        """What a file of a folder must hold that begins with a run, of which it has others of the same block."""
        return self._kinds[self._numbering.place_of(run)][folder.name]

    def kept(self) -> dict[Path, list[Shard]]:
        """For each folder the files that count, in the order of their runs. Files at the same place hold the same runs."""
        parts = retry_if_gone(self._apart)
        self._held.clear()
        return {folder: [part[folder] for part in parts] for folder in self.folders}

    def missing(self) -> list[Span]:
        """The runs that lack a file or have one that is known to be damaged, as the fewest spans, in order."""
        parts = zip(*self.kept().values(), strict=True)
        return gaps([part[0].span for part in parts if not any(map(self.is_damaged, part))], self._runs)

    def each(
        self,
        folder: Path,
        of: Callable[[Shard, pa.Table], Found],
        among: Callable[[Shard], bool] = lambda _: True,
        columns: Sequence[str] | None = None,
    ) -> list[Found]:
        """What `of` returns for the rows of each file of a folder that counts, in order. Files found damaged do not count."""

        def look(pairs: Pairs) -> Iterator[Found | DamageError]:
            for (shard, file), table in zip(pairs, self._tables(folder, pairs, columns), strict=True):
                try:
                    if isinstance(table, DamageError):
                        raise table
                    if folder.name == RECORDS:
                        _check_ends(file, self.kind(folder, file.start).ends(table, file.span), self._ends_of(shard))
                except DamageError as error:
                    yield error
                else:
                    yield of(file, table)

        return retry_if_gone(lambda: self._each(folder, look, among))

    def _tables(self, folder: Path, pairs: Pairs, columns: Sequence[str] | None) -> Iterator[pa.Table | DamageError]:
        """The rows of files, or what is wrong with them; those of one block are read together."""
        for _, some in groupby(pairs, lambda pair: self._numbering.place_of(pair[1].start)):
            files = [file for _, file in some]
            yield from self.kind(folder, files[0].start).tables(files, columns)

    def glance(self, folder: Path) -> None:
        """Look at the end of each file of a folder that counts, as `FileKind.glance` does."""

        def look(pairs: Pairs) -> Iterator[DamageError | None]:
            for _, file in pairs:
                try:
                    yield self.kind(folder, file.start).glance(file)
                except DamageError as error:
                    yield error

        retry_if_gone(lambda: self._each(folder, look, lambda _: True))

    def _each(
        self, folder: Path, look: Callable[[Pairs], Iterator[Found | DamageError]], among: Callable[[Shard], bool]
    ) -> list[Found]:
        """What `look` returns for the files, each given with its shard."""
        done: dict[Shard, Found] = {}
        while True:
            kept = self.kept()
            pairs = zip(kept[self._shards], kept[folder], strict=True)
            files = [(shard, file) for shard, file in pairs if among(file) and not self.is_damaged(file)]
            fresh = [(shard, file) for shard, file in files if file not in done]
            if not fresh:
                return [done[file] for _, file in files]
            for (_, file), found in zip(fresh, look(fresh), strict=True):
                if isinstance(found, DamageError):
                    self._note(found)
                else:
                    done[file] = found

    def _ends_of(self, shard: Shard) -> Integers | None:
        rows = self.kind(self._shards, shard.start)
        try:
            return rows.ends(rows.read(shard, ()), shard.span)
        except DamageError:  # reading the rows will report it
            return None

    def end_of(self, run: int) -> int | None:
        """The epoch at which a run ended; None if it is unknown because the run is not done or its shard is damaged."""
        ends = self.each(
            self._shards,
            lambda file, rows: int(rows["epochs"][run - file.start].as_py()),
            among=lambda file: file.start <= run < file.stop,
            columns=(),
        )
        return ends[0] if ends else None

    def examine(self) -> None:
        """Read every file, whether it counts or not."""
        retry_if_gone(self._examine)

    def _examine(self) -> None:
        files = [(self.kind(folder, file.start), file) for folder in self.folders for file in spans_in(folder)]
        ended: dict[Span, Integers] = {}
        with ThreadPoolExecutor(THREADS) as threads:
            for (_, file), found in zip(files, threads.map(_looked_at, files), strict=True):
                try:
                    if isinstance(found, DamageError):
                        raise found
                    if file.folder == self._shards:  # shards come first
                        ended[file.span] = found
                    elif file.folder.name == RECORDS:
                        _check_ends(file, found, ended.get(file.span))
                except DamageError as error:
                    self._note(error)

    def damaged(self) -> list[DamageError]:
        """What is wrong with the damaged files that are still there, by name."""
        return [error for path, (_, error) in sorted(self._damaged.items()) if self._is_out(path)]

    def is_damaged(self, file: Shard) -> bool:
        """Whether a file is known to be damaged."""
        return bool(self._damaged) and file.path in self._damaged and self._is_out(file.path)

    def _is_out(self, path: Path) -> bool:
        """Whether a file is still the one that was found damaged. A file that was made again has the same name."""
        if _signature(path) == self._damaged[path][0]:
            return True
        del self._damaged[path]
        return False

    def _note(self, error: DamageError) -> None:
        self._damaged[error.path] = _signature(error.path), error

    def _apart(self) -> list[Part]:
        """The parts that count. No two of them hold the same run."""
        while True:
            kept: list[Part] = []
            for part in self._parts():
                if kept and part[self._shards].start < kept[-1][self._shards].stop:
                    if not self._settle(kept[-1], part):
                        break
                else:
                    kept.append(part)
            else:
                return kept

    def _parts(self) -> list[Part]:
        """The files of each span that has a file in every folder, in order, with a larger span before those within it."""
        found = until_stable(lambda: {folder: spans_in(folder) for folder in self.folders})
        for file in found[self._shards]:
            if (fault := self._misplaced(file.span)) and not self.is_damaged(file):
                self._note(DamageError(file.path, fault))
        by_span = {folder: self._one_each(folder, files) for folder, files in found.items()}
        spans = [span for span, file in by_span[self._shards].items() if not self.is_damaged(file)]
        return [
            {folder: files[span] for folder, files in by_span.items()}
            for span in spans
            if all(span in files for files in by_span.values())
        ]

    def _misplaced(self, span: Span) -> str | None:
        """What is wrong with a file because of the runs that its name states."""
        start, stop = span
        if not start < stop <= self._runs:
            return f"the sweep has runs 0 to {self._runs - 1}"
        end = self._numbering.block_of(start).stop
        return f"run {end} begins another block" if stop > end else None

    def _one_each(self, folder: Path, files: list[Shard]) -> dict[Span, Shard]:
        """One file per span. If several have the same span, it is one that is not damaged, if there is one."""
        found: dict[Span, Shard] = {}
        for file in files:
            other = found.setdefault(file.span, file)
            if other is not file:
                self._agree(folder, other, file)
                found[file.span] = file if self.is_damaged(other) else other
        return found

    def _settle(self, part: Part, next_part: Part) -> bool:
        """Whether the first part holds everything that the second does. If not, one of their files now counts as damaged."""
        for folder in self.folders:
            if not self._agree(folder, part[folder], next_part[folder]):
                self._spread(folder, part, next_part)
                return False
        (start, stop), (begin, end) = part[self._shards].span, next_part[self._shards].span
        if end <= stop:
            return True
        shards = part[self._shards], next_part[self._shards]
        smaller, larger = shards if stop - start < end - begin else reversed(shards)
        self._note(DamageError(smaller.path, f"runs {begin} to {stop - 1} are in {larger.path.name} too"))
        return False

    def _spread(self, folder: Path, *parts: Part) -> None:
        """Count a shard as damaged if the file of `folder` beside it is, since another part has the same runs."""
        for part in parts:
            if self.is_damaged(part[folder]) and not self.is_damaged(part[self._shards]):
                self._note(DamageError(part[self._shards].path, f"{folder.name}/{part[folder].path.name} beside it is"))

    def _agree(self, folder: Path, one: Shard, other: Shard) -> bool:
        """Whether two files are intact and have the same rows for the runs that both hold."""
        if (one.path, other.path) in self._agreeing:
            return True
        try:
            tables = self._hold(folder, one), self.kind(folder, other.start).read(other)
        except DamageError as error:
            self._note(error)
            return False
        both = max(one.start, other.start), min(one.stop, other.stop)
        if not same_rows(*(_between(table, both) for table in tables)):
            for file, like in ((one, other), (other, one)):
                self._note(DamageError(file.path, f"of runs {both[0]} to {both[1] - 1} {like.path.name} has other rows"))
            return False
        self._agreeing.add((one.path, other.path))
        return True

    def _hold(self, folder: Path, file: Shard) -> pa.Table:
        """Read the rows of a file, and keep them because the file is compared with many others."""
        path, table = self._held.get(folder, (None, None))
        if path != file.path or table is None:
            table = self.kind(folder, file.start).read(file)
            self._held[folder] = file.path, table
        return table


def _between(table: pa.Table, span: Span) -> pa.Table:
    """The rows of a span in a table that is in the order of its runs."""
    start, stop = np.searchsorted(table.column("run").to_numpy(), span)
    return table.slice(start, stop - start)


def _check_ends(file: Shard, ends: Integers, due: Integers | None) -> None:
    """DamageError if a file of records ends its runs at other epochs than their rows do, as far as the rows are known."""
    if due is not None and not np.array_equal(ends, due):
        raise DamageError(file.path, "its records do not end where its runs did")


def _looked_at(file: tuple[FileKind, Shard]) -> Integers | DamageError:
    kind, shard = file
    try:
        return kind.check(shard)
    except DamageError as error:
        return error


def _signature(path: Path) -> tuple[int, ...]:
    """Numbers of a file that change if another file replaces it; empty if there is no file."""
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        return ()
    return found.st_ino, found.st_mtime_ns, found.st_size
