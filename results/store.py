"""The folder of one sweep, and the protocol that keeps it whole whatever happens to the process.

    manifest.json                 what is being run: spec, its hash, versions, CPU; then a line a session
    manifest.copy.json            the same once more
    shards/000000000000-000000004096-c29b1e07a4d35f86.parquet    the rows of runs 0 ... 4095, never changed once there
    records/000000000000-000000004096-77aa0e1f5c9d2b13.parquet   what was recorded of them on their way, if anything was
    weights/...                                                  likewise, their final weights
    trajectories/000000000042-5d0f3b7788e1a94c.parquet           every epoch of one run that a report shows
    .lock                         held by the one process that writes; the system drops it when that process dies
    .writer.json                  which process that is, for those who only look (`writer.py`)

Files are whole or not there, and their names end in a hash of what they must hold (`files.py`). So the state of a sweep is the
set of shard names. There is no journal to replay and no index to fall out of step: a run is done when a shard's name covers it,
and what is missing is computed again. A shard counts only if what was kept of its runs is beside it. Files that a dead process
left half-written, or without their shard, or whose runs are all in another, are never read, and removed by the next writer.

A sweep's manifest is written before its first shard; a folder with files but no manifest is not ours and is left alone.
"""

import re
from collections.abc import Collection, Generator
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from .compaction import MOST_FILES, merge, neighbours
from .errors import InputError
from .files import make_folder, read_table, write_tables
from .folders import entries, entries_within, path_of
from .lock import Held, HeldRoot, only_writer
from .manifest import copies_agree, has_manifest, read_manifest, write_manifest
from .places import half_written
from .schema import RECORDS_SCHEMA, WEIGHTS_SCHEMA, Manifest, Session, runs_schema
from .shards import Shard, Span, gaps, is_sound, outermost, settled, spans_in, steadily
from .writer import note, noted

TRAJECTORY_NAME = re.compile(r"(\d{12})-([0-9a-f]{16})\.parquet")


class Store:
    """One folder of results: its manifest, shards and trajectories."""

    def __init__(self, path: Path, manifest: Manifest):
        self.path = path
        self.manifest = manifest
        self.harm: str | None = None
        self._held: HeldRoot | None = None

    @classmethod
    def open(cls, path: str | Path) -> "Store":
        """The store in a folder that has one. InputError where there is none, or its manifest cannot be read.

        `harm` says what is wrong with the manifest, if its copy was read.
        """
        manifest, harm = read_manifest(Path(path))
        store = cls(Path(path), manifest)
        store.harm = harm
        return store

    @classmethod
    def create(cls, path: str | Path, manifest: Manifest) -> "Store":
        """A new store in `path`, which must be empty or not exist; or the one that another process just made there."""
        path = Path(path)
        try:
            make_folder(path)
        except (FileExistsError, NotADirectoryError):
            raise InputError(f"{path}: a file is in the way of this folder") from None
        strangers = [entry.name for entry in entries(path, links=True) if not entry.name.startswith(".")]
        if strangers and not has_manifest(path):
            raise InputError(f"{path}: not empty, and no folder of results (it holds {', '.join(strangers[:3])})")
        with only_writer(path) as held:
            if has_manifest(path):
                return cls.open(path)
            write_manifest(held, manifest)
            return cls(path, manifest)

    @contextmanager
    def writing(self) -> Generator[None]:
        """Be the only writer, and clear away what a dead one left."""
        with only_writer(self.path) as held, noted(held):
            self._held = held
            try:
                self.manifest, self.harm = read_manifest(self.path)  # as the last writer left it
                self._tidy()
                for file in self._doubtful():
                    if not is_sound(file):
                        self._remove(file.path)
                for leftover in self._useless():
                    self._remove(leftover)
                yield
            finally:
                self._held = None

    def _tidy(self) -> None:
        """Make the folders that are missing, and remove what was left half-written."""
        for folder in (self.path, self._shards, self._records, self._weights, self._trajectories):
            place = self._place(folder)
            for leftover in half_written(entries(folder, links=folder == self.path)):
                with suppress(FileNotFoundError):
                    place.remove(leftover)

    def _place(self, folder: Path) -> Held:
        """As the only writer: this folder or one in it, held open."""
        if self._held is None:
            raise RuntimeError(f"{self.path}: only within `writing` may anything be changed")
        return self._held if folder == self.path else self._held.within(folder.name)

    def _remove(self, path: Path) -> None:
        self._place(path.parent).remove(path.name)

    def _doubtful(self) -> list[Shard]:
        """Files that hold what others hold too, on whose word those would go."""
        pairs = [pair for folder in self._folders() for pair in pairwise(spans_in(folder))]
        same = [b for a, b in pairs if (a.start, a.stop) == (b.start, b.stop)]
        return [*(a for a, b in pairs if b.start < a.stop), *same]

    def _useless(self) -> list[Path]:
        """Files without what belongs beside them, or whose runs are all in another: what they alone hold is computed again."""
        kept = {file.path for files in self.kept().values() for file in files}
        return [file.path for folder in self._folders() for file in spans_in(folder) if file.path not in kept]

    def heal(self) -> list[str]:
        """As the only writer: remove what is damaged, so that its runs are missing; a sentence for each thing found."""
        said: list[str] = []
        if not copies_agree(self.path):
            write_manifest(self._place(self.path), self.manifest)
            said += [f"{self.harm}; restored from its copy"] if self.harm else []
        for folder in self._folders():
            for file in spans_in(folder):
                if not is_sound(file):
                    self._remove(file.path)
                    said.append(f"{file.path}: damaged; runs {file.start} to {file.stop - 1} are trained again")
        for leftover in self._useless():
            self._remove(leftover)
        return said

    def compact(self) -> None:
        """As the only writer: make few files of many."""
        kept = self.kept()
        shards = kept[self._shards]
        sizes = [sum(files[at].path.stat().st_size for files in kept.values()) for at in range(len(shards))]
        schemas = {self._shards: self._schema(), self._records: RECORDS_SCHEMA, self._weights: WEIGHTS_SCHEMA}
        for group in neighbours([(shard.start, shard.stop) for shard in shards], sizes):
            name = f"{shards[group[0]].start:012d}-{shards[group[-1]].stop:012d}"
            for folder in reversed(kept):
                files = [(kept[folder][at].path, kept[folder][at].digest) for at in group]
                merge(self._place(folder), name, files, schemas[folder], self.remedy)
            for folder in kept:
                for at in group:
                    self._remove(kept[folder][at].path)

    def _folders(self) -> list[Path]:
        """Where the rows are, then what is beside them."""
        return [self._shards, *(self.path / name for name in self.manifest.beside)]

    def kept(self) -> dict[Path, list[Shard]]:
        """For each of `_folders` the files that count, in the order of their runs, file for file of the same runs."""
        by_span = settled(
            lambda: {folder: {(file.start, file.stop): file for file in spans_in(folder)} for folder in self._folders()}
        )
        complete = [span for span in by_span[self._shards] if all(span in files for files in by_span.values())]
        spans = outermost(complete, {span: by_span[self._shards][span].path for span in complete})
        return {folder: [files[span] for span in spans] for folder, files in by_span.items()}

    def shards(self) -> list[Shard]:
        """The shards that count, in the order of their runs. InputError if two hold one run."""
        return self.kept()[self._shards]

    def missing(self) -> list[Span]:
        """The runs that are not done yet, as the fewest spans, in order."""
        return gaps([(shard.start, shard.stop) for shard in self.shards()], self.manifest.runs)

    @property
    def done(self) -> int:
        """How many of the sweep's runs are here."""
        return self.manifest.runs - sum(stop - start for start, stop in self.missing())

    def append(self, table: pa.Table, records: pa.Table | None = None, weights: pa.Table | None = None) -> int:
        """Add the rows of consecutive runs as one shard, once what was recorded of them is on disk; the bytes written."""
        runs = table.column("run")
        name = f"{runs[0].as_py():012d}-{runs[-1].as_py() + 1:012d}"
        beside = ((self._records, records), (self._weights, weights))
        size = sum(write_tables(self._place(folder), name, [more]) for folder, more in beside if more is not None)
        return size + write_tables(self._place(self._shards), name, [table])

    def note(self, rate: float, left: float | None) -> None:
        """As the only writer: let others know how many run-epochs per second there are lately, and seconds left."""
        note(self._place(self.path), rate, left)

    def is_crowded(self) -> bool:
        """Whether it has so many files that it should be compacted before the sweep's end."""
        return len(entries(self._shards)) * len(self._folders()) > MOST_FILES

    def read(self) -> pa.Table:
        """All rows so far, in the order of the run number."""
        schema = self._schema()

        def rows() -> list[pa.Table]:
            # The cast is for categories, whose codes some releases of pyarrow read back wider than they were written.
            return [_cast(read_table(shard.path, shard.digest, self.remedy), schema, shard.path) for shard in self.shards()]

        return pa.concat_tables([schema.empty_table(), *steadily(rows)]).unify_dictionaries()

    def add_session(self, session: Session) -> None:
        """Put one more session on record."""
        self._amend(sessions=(*self.manifest.sessions, session))

    def put_files(self, spec: dict[str, Any]) -> None:
        """As the only writer: put down the spec with the places of its files as they are now, if these are others."""
        if spec != self.manifest.spec:
            self._amend(spec=spec)

    def _amend(self, **changes: Any) -> None:
        self.manifest = self.manifest.model_copy(update=changes)
        write_manifest(self._place(self.path), self.manifest)

    def append_trajectory(self, run: int, table: pa.Table) -> None:
        """Keep the trajectory of one run: columns epoch, loss."""
        write_tables(self._place(self._trajectories), f"{run:012d}", [table])

    def trajectories(self) -> dict[int, pa.Table]:
        """The trajectories kept, by run; those that are damaged can be made again, and do not count."""
        found = ((entry, TRAJECTORY_NAME.fullmatch(entry.name)) for entry in entries_within(self._trajectories))
        named = ((path_of(entry), name) for entry, name in found if name)
        sound = ((path, name) for path, name in named if is_sound(Shard(0, 0, name[2], path)))
        return {int(name[1]): read_table(path, name[2], "") for path, name in sound}

    def records(self, runs: Collection[int] | None = None) -> pa.Table:
        """What was recorded of these runs (None: of all), by run and epoch."""
        return self._beside_shards(self._records, RECORDS_SCHEMA, runs)

    def weights(self, runs: Collection[int] | None = None) -> pa.Table:
        """The final weights that were kept of these runs (None: of all)."""
        return self._beside_shards(self._weights, WEIGHTS_SCHEMA, runs)

    def _beside_shards(self, folder: Path, schema: pa.Schema, runs: Collection[int] | None) -> pa.Table:
        """The rows of files that belong to a shard; what a process left that died before its shard was written does not."""
        wanted = None if runs is None else np.unique(np.fromiter(runs, np.int64, len(runs)))

        def rows() -> list[pa.Table]:
            tables: list[pa.Table] = []
            for file in self.kept().get(folder, []):
                if wanted is None or np.searchsorted(wanted, file.start) < np.searchsorted(wanted, file.stop):
                    table = read_table(file.path, file.digest, self.remedy).cast(schema)
                    inside = None if wanted is None else pa.array(np.isin(table["run"].to_numpy(), wanted))
                    tables.append(table if inside is None else table.filter(inside))
            return tables

        return pa.concat_tables([schema.empty_table(), *steadily(rows)])

    def _schema(self) -> pa.Schema:
        return runs_schema(self.manifest.axes, self.manifest.measure)

    @property
    def _shards(self) -> Path:
        return self.path / "shards"

    @property
    def _records(self) -> Path:
        return self.path / "records"

    @property
    def _weights(self) -> Path:
        return self.path / "weights"

    @property
    def _trajectories(self) -> Path:
        return self.path / "trajectories"

    @property
    def remedy(self) -> str:
        """What to do about a damaged file, for messages."""
        return f"`backsweep resume {self.path}` repeats what it held, and no more"


def _cast(table: pa.Table, schema: pa.Schema, path: Path) -> pa.Table:
    try:
        return table.cast(schema)
    except (pa.ArrowException, ValueError):
        raise InputError(f"{path}: has other columns than the manifest says") from None
