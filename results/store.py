"""The folder of one sweep, and the protocol that keeps it whole whatever happens to the process.

    manifest.json                 what is being run: spec, its hash, versions, CPU; then a line a session
    shards/000000000000-000000004096-c29b1e07a4d35f86.parquet    the rows of runs 0 ... 4095, never changed once there
    records/000000000000-000000004096-77aa0e1f5c9d2b13.parquet   what was recorded of them on their way, if anything was
    weights/...                                                  likewise, their final weights
    trajectories/000000000042-5d0f3b7788e1a94c.parquet           every epoch of one run that a report shows
    .lock                         held by the one process that writes; the system drops it when that process dies
    .writer.json                  which process that is, for those who only look (`writer.py`)

Files are whole or not there, and their names end in a hash of what they must hold (`files.py`). So the state of a sweep is the
set of shard names. There is no journal to replay and no index to fall out of step: a run is done when a shard's name covers it,
and what is missing is computed again. A shard counts only if what was kept of its runs is beside it. Files that a dead process
left half-written, or without their shard, are never read, and removed by the next writer.

A sweep's manifest is written before its first shard; a folder with files but no manifest is not ours and is left alone.
"""

import json
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from pydantic import ValidationError

from .errors import InputError
from .files import PARTIAL, make_folder, only_writer, read_table, whole, write_table, write_whole
from .schema import RECORDS_SCHEMA, WEIGHTS_SCHEMA, Manifest, runs_schema
from .writer import noted

MANIFEST = "manifest.json"
SHARD_NAME = re.compile(r"(\d{12})-(\d{12})-([0-9a-f]{16})\.parquet")
TRAJECTORY_NAME = re.compile(r"(\d{12})-([0-9a-f]{16})\.parquet")

Span = tuple[int, int]  # runs start ... stop - 1


class Shard(NamedTuple):
    """A file of the rows of runs start ... stop - 1, and the hash that its content must have."""

    start: int
    stop: int
    digest: str
    path: Path


class Store:
    """One folder of results: its manifest, shards and trajectories."""

    def __init__(self, path: Path, manifest: Manifest):
        self.path = path
        self.manifest = manifest

    @classmethod
    def open(cls, path: str | Path) -> "Store":
        """The store in a folder that has one. InputError where there is none, or its manifest cannot be read."""
        path = Path(path)
        try:
            text = (path / MANIFEST).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            raise InputError(
                f"{path}: no results here ({MANIFEST} is missing). `backsweep run SPEC --out {path}` makes some."
            ) from None
        try:
            found = json.loads(text)
            if isinstance(found, dict) and found.get("format") != Manifest.model_fields["format"].default:
                raise InputError(
                    f"{path / MANIFEST}: format {found.get('format')!r} is not known here; this version reads format 1"
                )
            return cls(path, Manifest.model_validate(found))
        except (UnicodeDecodeError, json.JSONDecodeError, ValidationError) as error:
            where = (
                [".".join(map(str, one["loc"])) for one in error.errors()]
                if isinstance(error, ValidationError)
                else [str(error)]
            )
            raise InputError(f"{path / MANIFEST}: damaged ({', '.join(where[:3])})") from None

    @classmethod
    def create(cls, path: str | Path, manifest: Manifest) -> "Store":
        """A new store in `path`, which must be empty or not exist; or the one that another process just made there."""
        path = Path(path)
        try:
            make_folder(path)
        except (FileExistsError, NotADirectoryError):
            raise InputError(f"{path}: a file is in the way of this folder") from None
        strangers = sorted(entry.name for entry in path.iterdir() if not entry.name.startswith("."))
        if strangers and MANIFEST not in strangers:
            raise InputError(f"{path}: not empty, and no folder of results (it holds {', '.join(strangers[:3])})")
        with only_writer(path):
            if (path / MANIFEST).exists():
                return cls.open(path)
            store = cls(path, manifest)
            store._write_manifest()
            return store

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Be the only writer, and clear away what a dead one left half-written."""
        with only_writer(self.path), noted(self.path):
            self.manifest = Store.open(self.path).manifest  # as the last writer left it
            for folder in (self._shards, self._records, self._weights, self._trajectories):
                make_folder(folder)
            for leftover in (*self.path.glob(f".{MANIFEST}*{PARTIAL}"), *self.path.glob(f"*/.*{PARTIAL}"), *self._incomplete()):
                leftover.unlink()
            yield

    def _incomplete(self) -> Iterator[Path]:
        """Records without their shard, or a shard without its records: what both held is computed again."""
        whole_spans = {(shard.start, shard.stop) for shard in self.shards()}
        for folder in (self._shards, self._records, self._weights):
            yield from (file.path for file in _spans(folder) if (file.start, file.stop) not in whole_spans)

    def shards(self) -> list[Shard]:
        """The shards that have beside them what they should, in the order of their runs. InputError if two hold one run."""
        beside = [_by_span(self.path / name) for name in self.manifest.beside]
        return [shard for shard in _spans(self._shards) if all((shard.start, shard.stop) in files for files in beside)]

    def missing(self) -> list[Span]:
        """The runs that are not done yet, as the fewest spans, in order."""
        gaps: list[Span] = []
        at = 0
        for shard in self.shards():
            if shard.start > at:
                gaps.append((at, shard.start))
            at = shard.stop
        return [*gaps, (at, self.manifest.runs)] if at < self.manifest.runs else gaps

    @property
    def done(self) -> int:
        """How many of the sweep's runs are here."""
        return self.manifest.runs - sum(stop - start for start, stop in self.missing())

    def append(self, table: pa.Table, records: pa.Table | None = None, weights: pa.Table | None = None) -> int:
        """Add the rows of consecutive runs as one shard, once what was recorded of them is on disk; the bytes written."""
        runs = table.column("run")
        name = f"{runs[0].as_py():012d}-{runs[-1].as_py() + 1:012d}"
        beside = ((self._records, records), (self._weights, weights))
        size = sum(write_table(folder, name, more) for folder, more in beside if more is not None)
        return size + write_table(self._shards, name, table)

    def read(self) -> pa.Table:
        """All rows so far, in the order of the run number."""
        schema = runs_schema(self.manifest.axes, self.manifest.measure)
        # The cast is for categories, whose codes some releases of pyarrow read back wider than they were written.
        tables = [_cast(read_table(shard.path, shard.digest, self._remedy), schema, shard.path) for shard in self.shards()]
        return pa.concat_tables([schema.empty_table(), *tables]).unify_dictionaries()

    def check(self) -> None:
        """InputError if the content of a file is not what its name says."""
        for folder in (self._shards, *(self.path / name for name in self.manifest.beside)):
            for file in _spans(folder):
                whole(file.path, file.digest, self._remedy)

    def add_session(self, session) -> None:
        """Put one more session on record."""
        self.manifest = self.manifest.model_copy(update={"sessions": (*self.manifest.sessions, session)})
        self._write_manifest()

    def append_trajectory(self, run: int, table: pa.Table) -> None:
        """Keep the trajectory of one run: columns epoch, loss."""
        write_table(self._trajectories, f"{run:012d}", table)

    def trajectories(self) -> dict[int, pa.Table]:
        """The trajectories kept, by run."""
        found = ((path, TRAJECTORY_NAME.fullmatch(path.name)) for path in sorted(self._trajectories.glob("*.parquet")))
        return {int(name[1]): read_table(path, name[2], self._remedy) for path, name in found if name}

    def records(self, runs: Collection[int] | None = None) -> pa.Table:
        """What was recorded of these runs (None: of all), by run and epoch."""
        return self._beside_shards(self._records, RECORDS_SCHEMA, runs)

    def weights(self, runs: Collection[int] | None = None) -> pa.Table:
        """The final weights that were kept of these runs (None: of all)."""
        return self._beside_shards(self._weights, WEIGHTS_SCHEMA, runs)

    def _beside_shards(self, folder: Path, schema: pa.Schema, runs: Collection[int] | None) -> pa.Table:
        """The rows of files that belong to a shard; what a process left that died before its shard was written does not."""
        files = _by_span(folder)
        wanted = None if runs is None else np.unique(np.fromiter(runs, np.int64, len(runs)))
        tables = [schema.empty_table()]
        for shard in self.shards():
            file = files.get((shard.start, shard.stop))
            inside = wanted is None or np.searchsorted(wanted, shard.start) < np.searchsorted(wanted, shard.stop)
            if file is not None and inside:
                table = read_table(file.path, file.digest, self._remedy).cast(schema)
                tables.append(table if wanted is None else table.filter(pa.array(np.isin(table["run"].to_numpy(), wanted))))
        return pa.concat_tables(tables)

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
    def _remedy(self) -> str:
        return f"remove it and `backsweep resume {self.path}`: only what it held is repeated"

    def _write_manifest(self) -> None:
        text = json.dumps(self.manifest.model_dump(mode="json"), indent=1, allow_nan=True)
        write_whole(self.path / MANIFEST, lambda file: file.write(text.encode()))


def _spans(folder: Path) -> list[Shard]:
    """The files of a folder that hold spans of runs, in order. InputError if two hold the same run."""
    found = [(entry, SHARD_NAME.fullmatch(entry.name)) for entry in folder.glob("*.parquet")]
    spans = sorted(Shard(int(name[1]), int(name[2]), name[3], entry) for entry, name in found if name)
    for one, other in pairwise(spans):
        if other.start < one.stop:
            raise InputError(f"{other.path}: holds runs that {one.path.name} holds too; remove one of the two")
    return spans


def _by_span(folder: Path) -> dict[Span, Shard]:
    return {(file.start, file.stop): file for file in _spans(folder)}


def _cast(table: pa.Table, schema: pa.Schema, path: Path) -> pa.Table:
    try:
        return table.cast(schema)
    except (pa.ArrowException, ValueError):
        raise InputError(f"{path}: has other columns than {MANIFEST} says") from None
