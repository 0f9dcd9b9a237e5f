"""The folder of one sweep, and the protocol that keeps it whole whatever happens to the process.

    manifest.json                 what is being run: spec, its hash, versions, CPU; then a line a session
    shards/000000000000-000000004096-c29b1e07a4d35f86.parquet    the rows of runs 0 ... 4095, never changed once there
    trajectories/000000000042-5d0f3b7788e1a94c.parquet           the loss of every epoch of one run
    .lock                         held by the one process that writes; the system drops it when that process dies

A name ends in a hash of its content, which is checked whenever the file is read: no flipped bit passes for a result.

Every file is written under a hidden name in the same folder, flushed to disk, renamed, and the folder flushed: at any
instant a name either does not exist or holds the whole content. So the state of a sweep is the set of shard names. There is no
journal to replay and no index to fall out of step: a run is done when a shard's name covers it, and what is missing is
computed again. Files that a dead process left half-written are never read, and removed by the next writer.

A sweep's manifest is written before its first shard; a folder with files but no manifest is not ours and is left alone.
"""

import hashlib
import io
import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout
from pydantic import ValidationError

from .errors import BusyError, InputError
from .schema import Manifest, runs_schema

MANIFEST = "manifest.json"
PARTIAL = ".partial"
SHARD_NAME = re.compile(r"(\d{12})-(\d{12})-([0-9a-f]{16})\.parquet")
TRAJECTORY_NAME = re.compile(r"(\d{12})-([0-9a-f]{16})\.parquet")

Span = tuple[int, int]  # runs start ... stop - 1


class Shard(NamedTuple):
    """A file of the rows of runs start ... stop - 1, and the hash that its content must have."""

    start: int
    stop: int
    digest: str
    path: Path


def write_whole(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write a file so that its name never stands for half of it, not even after a power cut."""
    partial = path.with_name(f".{path.name}.{os.getpid()}{PARTIAL}")
    try:
        with partial.open("wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    _flush_folder(path.parent)


def _make_folder(path: Path) -> None:
    """Make a folder and those above it that are missing, so that they are there after a power cut too."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    path.mkdir(parents=True, exist_ok=True)
    for folder in missing:
        _flush_folder(folder.parent)


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _only_writer(path: Path) -> Iterator[None]:
    lock = FileLock(path / ".lock", blocking=False)
    try:
        lock.acquire()
    except Timeout:
        raise BusyError(f"{path}: another process is writing here; wait for it, or end it") from None
    try:
        yield
    finally:
        lock.release()


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
            _make_folder(path)
        except (FileExistsError, NotADirectoryError):
            raise InputError(f"{path}: a file is in the way of this folder") from None
        strangers = sorted(entry.name for entry in path.iterdir() if not entry.name.startswith("."))
        if strangers and MANIFEST not in strangers:
            raise InputError(f"{path}: not empty, and no folder of results (it holds {', '.join(strangers[:3])})")
        with _only_writer(path):
            if (path / MANIFEST).exists():
                return cls.open(path)
            store = cls(path, manifest)
            store._write_manifest()
            return store

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Be the only writer, and clear away what a dead one left half-written."""
        with _only_writer(self.path):
            self.manifest = Store.open(self.path).manifest  # as the last writer left it
            for folder in (self._shards, self._trajectories):
                _make_folder(folder)
            for leftover in (*self.path.glob(f".{MANIFEST}*{PARTIAL}"), *self.path.glob(f"*/.*{PARTIAL}")):
                leftover.unlink()
            yield

    def shards(self) -> list[Shard]:
        """The shards, in the order of their runs. InputError if two hold the same run."""
        found = [(entry, SHARD_NAME.fullmatch(entry.name)) for entry in self._shards.glob("*.parquet")]
        shards = sorted(Shard(int(name[1]), int(name[2]), name[3], entry) for entry, name in found if name)
        for one, other in pairwise(shards):
            if other.start < one.stop:
                raise InputError(f"{other.path}: holds runs that {one.path.name} holds too; remove one of the two")
        return shards

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

    def append(self, table: pa.Table) -> None:
        """Add the rows of consecutive runs as one shard."""
        runs = table.column("run")
        start, stop = runs[0].as_py(), runs[-1].as_py() + 1
        _write_hashed(self._shards, f"{start:012d}-{stop:012d}", table)

    def read(self) -> pa.Table:
        """All rows so far, in the order of the run number."""
        schema = runs_schema(self.manifest.axes)
        # The cast is for categories, whose codes some releases of pyarrow read back wider than they were written.
        tables = [_cast(self._read_hashed(shard.path, shard.digest), schema, shard.path) for shard in self.shards()]
        return pa.concat_tables([schema.empty_table(), *tables]).unify_dictionaries()

    def check(self) -> None:
        """InputError if a shard's content is not what its name says."""
        for shard in self.shards():
            self._whole(shard.path, shard.digest)

    def add_session(self, session) -> None:
        """Put one more session on record."""
        self.manifest = self.manifest.model_copy(update={"sessions": (*self.manifest.sessions, session)})
        self._write_manifest()

    def append_trajectory(self, run: int, table: pa.Table) -> None:
        """Keep the trajectory of one run: columns epoch, loss."""
        _write_hashed(self._trajectories, f"{run:012d}", table)

    def trajectories(self) -> dict[int, pa.Table]:
        """The trajectories kept, by run."""
        found = ((path, TRAJECTORY_NAME.fullmatch(path.name)) for path in sorted(self._trajectories.glob("*.parquet")))
        return {int(name[1]): self._read_hashed(path, name[2]) for path, name in found if name}

    @property
    def _shards(self) -> Path:
        return self.path / "shards"

    @property
    def _trajectories(self) -> Path:
        return self.path / "trajectories"

    def _write_manifest(self) -> None:
        text = json.dumps(self.manifest.model_dump(mode="json"), indent=1, allow_nan=True)
        write_whole(self.path / MANIFEST, lambda file: file.write(text.encode()))

    def _read_hashed(self, path: Path, digest: str) -> pa.Table:
        return pq.read_table(pa.BufferReader(self._whole(path, digest)))

    def _whole(self, path: Path, digest: str) -> bytes:
        data = path.read_bytes()
        if _digest(data) != digest:
            raise InputError(f"{path}: damaged; remove it and `backsweep resume {self.path}`: only what it held is repeated")
        return data


def _write_hashed(folder: Path, name: str, table: pa.Table) -> None:
    """Write a table as Parquet under a name that ends in the hash of the content."""
    content = io.BytesIO()
    pq.write_table(table, content, **_encoding(table))
    data = content.getbuffer()
    write_whole(folder / f"{name}-{_digest(data)}.parquet", lambda file: file.write(data))


def _cast(table: pa.Table, schema: pa.Schema, path: Path) -> pa.Table:
    try:
        return table.cast(schema)
    except (pa.ArrowException, ValueError):
        raise InputError(f"{path}: has other columns than {MANIFEST} says") from None


def _digest(data) -> str:
    return hashlib.blake2b(data, digest_size=8).hexdigest()


def _encoding(table: pa.Table) -> dict[str, Any]:
    """How a table is laid out: counters as differences, the loss byte by byte, all else as codes."""
    encodings = {**dict.fromkeys(("run", "seed", "epochs", "epoch"), "DELTA_BINARY_PACKED"), "loss": "BYTE_STREAM_SPLIT"}
    return {
        "compression": "zstd",
        "use_dictionary": [name for name in table.column_names if name not in encodings],
        "column_encoding": {name: encodings[name] for name in table.column_names if name in encodings},
    }
