"""The folder of one sweep, and the protocol that keeps it whole whatever happens to the process.

    manifest.json                 what is being run: spec, its hash, versions, CPU; then a line per session
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
left half-written, or without their shard, or whose runs are all in another, do not count, and are removed by the next writer.

A name promises, and the content must keep it (`file_kinds.py`): what does not is damaged. Reading leaves it out with a warning,
and healing removes it, so that its runs are missing. A sweep's manifest is written before its first shard; a folder with files
but no manifest is not ours and is left alone.
"""

from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pyarrow as pa

from backsweep.errors import DamageError, FileError, ResultsError

from ..disk.folders import entries
from ..disk.lock import Held, HeldRoot, only_writer
from ..disk.places import half_written
from .adoption import Adopted
from .block_rows import as_in_files
from .compaction import MOST_FILES, merge, neighbours
from .files import make_folder, write_table
from .manifest import check_one_sweep, copies_agree, has_manifest, read_manifest, write_manifest
from .reader import Reader
from .schema import Manifest, Session
from .shards import Shard, span_name, spans_in, what_follows
from .trajectories import signed_trajectory
from .writer import note, noted, who_writes


class Store(Reader):
    """One folder of results: its manifest, shards and trajectories."""

    def __init__(self, path: Path, manifest: Manifest):
        super().__init__(path, manifest)
        self._held: HeldRoot | None = None

    @classmethod
    def create(cls, path: str | Path, manifest: Manifest) -> "Store":
        """A new store in `path`, which must be empty or not exist; or the store that another process just made there."""
        path = Path(path)
        try:
            make_folder(path)
        except (FileExistsError, NotADirectoryError):
            raise FileError(path, "a file is in the place of this folder") from None
        strangers = [entry.name for entry in entries(path, links=True) if not entry.name.startswith(".")]
        if strangers and not has_manifest(path):
            raise FileError(path, f"not empty, and not a folder of results (it contains {', '.join(strangers[:3])})")
        with only_writer(path, who_writes) as held:
            if has_manifest(path):
                return cls.open(path)
            write_manifest(held, manifest)
            return cls(path, manifest)

    @contextmanager
    def writing(self) -> Generator[None]:
        """Be the only writer, and clear away what a dead writer left behind."""
        with only_writer(self.path, who_writes) as held, noted(held) as killed:
            self._held = held
            try:
                check_one_sweep(self.path)
                self._read_again()
                if killed:
                    self._amend(killed=self.manifest.killed + 1)
                self._tidy()
                for leftover in self._useless():
                    self._remove(leftover)
                yield
            finally:
                self._held = None

    def _read_again(self) -> None:
        """Read the manifest, which the last writer may have changed. FileError if it is of another sweep now."""
        before = self.manifest
        self.manifest, self.harm = read_manifest(self.path)
        if (self.manifest.spec_hash, self.manifest.runs) != (before.spec_hash, before.runs):
            raise FileError(self.path, "another process has extended this sweep meanwhile; repeat the command")
        self._look()

    def _tidy(self) -> None:
        """Make the folders that are missing, and remove what was left half-written."""
        inside = (self._shards, self._records, self._weights, self._trajectories)
        for place in (self._root, *map(self._place, inside)):
            for leftover in half_written(entries(place.path, links=place is self._root)):
                with suppress(FileNotFoundError):
                    place.remove(leftover)

    @property
    def _root(self) -> HeldRoot:
        """As the only writer: this folder, held open."""
        if self._held is None:
            raise RuntimeError(f"{self.path}: changes are allowed only within `writing`")
        return self._held

    def _place(self, folder: Path) -> Held:
        """As the only writer: a folder in it, held open."""
        return self._root.within(folder.name)

    def _remove(self, path: Path) -> None:
        self._place(path.parent).remove(path.name)

    def _useless(self) -> list[Path]:
        """Files that lack their counterparts, or whose runs are all in another. Runs that only they hold are computed again."""
        kept = {file for files in self.kept().values() for file in files}
        files = [file for folder in self._catalog.folders for file in spans_in(folder)]
        return [file.path for file in files if file not in kept and not self._catalog.is_damaged(file)]

    def heal(self) -> list[str]:
        """As the only writer: remove what is damaged, so that its runs are missing. Returns a sentence for each thing found."""
        restored: list[str] = []
        if not copies_agree(self.path):
            write_manifest(self._root, self.manifest)
            restored += [f"{self.harm}; restored from its copy"] if self.harm else []
        damaged = self._examined()
        for error in damaged:
            self._remove(error.path)
        for leftover in self._useless():
            self._remove(leftover)
        missing = self.missing()
        return [*restored, *(f"{error}; {what_follows(error.path, missing)}" for error in damaged)]

    def compact(self) -> None:
        """As the only writer: merge many files into few."""
        kept = self.kept()
        shards = kept[self._shards]
        sizes = [sum(files[at].path.stat().st_size for files in kept.values()) for at in range(len(shards))]
        blocks = [self._numbering.place_of(shard.start) for shard in shards]
        for group in neighbours([shard.span for shard in shards], sizes, blocks):
            name = span_name(shards[group[0]].start, shards[group[-1]].stop)
            for folder in reversed(kept):
                merge(self._place(folder), name, (self._sound(folder, kept[folder][at]) for at in group))
            for folder in kept:
                for at in group:
                    self._remove(kept[folder][at].path)

    def _sound(self, folder: Path, file: Shard) -> pa.Table:
        try:
            return self._catalog.kind(folder, file.start).read(file)
        except DamageError as error:
            raise ResultsError(f"{error}; {self.remedy}") from None

    def append(self, table: pa.Table, records: pa.Table | None = None, weights: pa.Table | None = None) -> int:
        """Write the records of consecutive runs of one block, then their rows as one shard. Returns how many bytes it wrote."""
        runs = table.column("run")
        start, stop = runs[0].as_py(), runs[-1].as_py() + 1
        if self.manifest.blocks:
            table = as_in_files(table, self._block_of(start), self.manifest)
        parts = ((self._records, records), (self._weights, weights), (self._shards, table))
        return sum(self._write(folder, span_name(start, stop), start, rows) for folder, rows in parts if rows is not None)

    def _write(self, folder: Path, name: str, start: int, table: pa.Table) -> int:
        schema = self._catalog.kind(folder, start).schema
        return write_table(self._place(folder), name, table.replace_schema_metadata(schema.metadata))

    def note(self, started: str, rate: float | None = None, left: float | None = None) -> None:
        """As the only writer: tell others when the session began, the latest run-epochs per second, and the seconds left."""
        note(self._root, started=started, rate=rate, left=left)

    def is_crowded(self) -> bool:
        """Whether the folder has enough files that it should be compacted before the sweep ends."""
        return len(entries(self._shards)) * len(self._catalog.folders) > MOST_FILES

    def add_session(self, session: Session) -> None:
        """Add a session to the manifest."""
        self._amend(sessions=(*self.manifest.sessions, session))

    def note_adopted(self, adopted: Adopted) -> None:
        """As the only writer: write to the manifest where runs come from, before they are written."""
        self._amend(adopted=(*self.manifest.adopted, adopted))

    def put_spec(self, spec: dict[str, Any]) -> None:
        """As the only writer: write to the manifest what may change in its spec: where files are, and the report's words."""
        if spec != self.manifest.spec:
            self._amend(spec=spec)

    def grow(self, manifest: Manifest) -> None:
        """As the only writer: replace the manifest by one that has all runs of this one, with the same numbers, and more."""
        self.manifest = manifest.model_copy(
            update={key: getattr(self.manifest, key) for key in ("sessions", "killed", "adopted")}
        )
        write_manifest(self._root, self.manifest)
        self._look()

    def _amend(self, **changes: Any) -> None:
        self.manifest = self.manifest.model_copy(update=changes)
        write_manifest(self._root, self.manifest)

    def append_trajectory(self, run: int, table: pa.Table) -> None:
        """Keep the trajectory of one run: columns epoch, loss."""
        write_table(self._place(self._trajectories), f"{run:012d}", signed_trajectory(table, run, self.manifest))
